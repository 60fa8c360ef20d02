#pragma once

#include "lfz_hash.h"

/// One way to compute the hashes.
typedef struct {
  uint64_t (*hash64)(const void *, size_t);
  LFZHash128 (*hash128)(const void *, size_t);
  void *(*create)(void);
  void (*reset)(void *);
  void (*update)(void *, const void *, size_t);
  LFZHash128 (*value)(const void *);
  void (*release)(void *);
} LFZHashFunctions;

/// With AVX2; NULL where that does not exist.
extern const LFZHashFunctions *const lfz_hash_avx2;
