#pragma once

#include <stddef.h>

/// Zeroed memory for a whole model, in huge pages where the system has them.
///
/// Page faults dominate loading; with pages of 2 MiB there are 512 times fewer.
/// The memory begins at a multiple of 2 MiB. Returns NULL when there is none.
void *lfz_pages_allocate(size_t size);
/// Gives memory of `lfz_pages_allocate` back.
void lfz_pages_free(void *start, size_t size);
