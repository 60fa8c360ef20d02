#pragma once

#include <stddef.h>
#include <stdint.h>

/// XXH3 with the widest instructions that the processor and xxhash.h have.
///
/// The system's libxxhash is compiled for the oldest processors. Its header holds
/// the whole algorithm, which is compiled once more here for AVX2: 42 GB/s of a
/// chunk in the cache instead of 14. A load is 10 to 15 % faster by it, a
/// conversion 5 %, and `check`, which hashes twice, 17 % (one thread, MiniLM's
/// weights, `Benchmarks/codec.sh`).

/// XXH3-64 with seed 0.
uint64_t lfz_hash64(const void *bytes, size_t count);

/// XXH3-128 with seed 0, of bytes that come in pieces.
typedef struct LFZHashState LFZHashState;
typedef struct {
  uint64_t high, low;
} LFZHash128;

/// Begins one. NULL when there is no memory.
LFZHashState *lfz_hash_create(void);
void lfz_hash_reset(LFZHashState *state);
void lfz_hash_update(LFZHashState *state, const void *bytes, size_t count);
LFZHash128 lfz_hash_value(const LFZHashState *state);
void lfz_hash_free(LFZHashState *state);
