#pragma once

#include <stddef.h>
#include <stdint.h>

/// XXH3 with the widest instructions the processor has.
///
/// The system's library is built for the oldest processors, half as fast as
/// today's can. Its header holds the whole algorithm, which is compiled once
/// more here for AVX2; other processors use the library.

typedef struct {
  uint64_t high, low;
} LFZHash128;

/// XXH3-64 with seed 0.
uint64_t lfz_hash64(const void *bytes, size_t count);
/// XXH3-128 with seed 0.
LFZHash128 lfz_hash128(const void *bytes, size_t count);

/// XXH3-128 of bytes that come in pieces. NULL when there is no memory.
typedef struct LFZHashState LFZHashState;
LFZHashState *lfz_hash_create(void);
void lfz_hash_reset(LFZHashState *state);
void lfz_hash_update(LFZHashState *state, const void *bytes, size_t count);
LFZHash128 lfz_hash_value(const LFZHashState *state);
void lfz_hash_free(LFZHashState *state);
