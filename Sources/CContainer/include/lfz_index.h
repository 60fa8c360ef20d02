#pragma once

#include <stddef.h>
#include <stdint.h>

#include "lfz.pb-c.h"

/// Unpacks an index that may be hostile.
///
/// Two bytes of a message can stand for a structure of a hundred, so memory is
/// bounded: at most `budget` bytes are allocated in all. Returns NULL when the
/// message is malformed or would need more; `exhausted` tells which.
Lfz__Index *lfz_index_unpack(const uint8_t *bytes, size_t length, size_t budget, int *exhausted);

/// Frees what `lfz_index_unpack` returned; NULL is allowed.
void lfz_index_free(Lfz__Index *index);
