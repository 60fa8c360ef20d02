#include "lfz_hash.h"

#include <xxhash.h>

typedef struct {
  uint64_t (*hash64)(const void *, size_t);
  void *(*create)(void);
  void (*reset)(void *);
  void (*update)(void *, const void *, size_t);
  LFZHash128 (*value)(const void *);
  void (*release)(void *);
} Functions;

// The functions by whatever xxhash.h means by its names at that place.
#define FUNCTIONS(kind)                                                                            \
  static uint64_t kind##_hash64(const void *bytes, size_t count) {                                 \
    return XXH3_64bits(bytes, count);                                                              \
  }                                                                                                \
  static void *kind##_create(void) { return XXH3_createState(); }                                  \
  static void kind##_reset(void *state) { XXH3_128bits_reset(state); }                             \
  static void kind##_update(void *state, const void *bytes, size_t count) {                        \
    XXH3_128bits_update(state, bytes, count);                                                      \
  }                                                                                                \
  static LFZHash128 kind##_value(const void *state) {                                              \
    XXH128_hash_t hash = XXH3_128bits_digest(state);                                               \
    return (LFZHash128){hash.high64, hash.low64};                                                  \
  }                                                                                                \
  static void kind##_release(void *state) { XXH3_freeState(state); }                               \
  static const Functions kind = {kind##_hash64, kind##_create, kind##_reset,                       \
                                 kind##_update, kind##_value,  kind##_release};

FUNCTIONS(library)

// Without optimisation the library's compiled code is faster than its header.
#if defined(__x86_64__) && defined(__OPTIMIZE__)
#include <immintrin.h>
#include <stdlib.h>
#include <string.h>
#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define XXH_INLINE_ALL
#define XXH_VECTOR 2  // XXH_AVX2, which the header defines only later
#include <xxhash.h>
FUNCTIONS(avx2)
#pragma clang attribute pop

static const Functions *best(void) { return __builtin_cpu_supports("avx2") ? &avx2 : &library; }
#else
static const Functions *best(void) { return &library; }
#endif

uint64_t lfz_hash64(const void *bytes, size_t count) { return best()->hash64(bytes, count); }

// The processor stays the same, so that a state is always of the same functions.
LFZHashState *lfz_hash_create(void) {
  void *state = best()->create();
  if (state != NULL) best()->reset(state);
  return state;
}

void lfz_hash_reset(LFZHashState *state) { best()->reset(state); }

void lfz_hash_update(LFZHashState *state, const void *bytes, size_t count) {
  best()->update(state, bytes, count);
}

LFZHash128 lfz_hash_value(const LFZHashState *state) { return best()->value(state); }

void lfz_hash_free(LFZHashState *state) { best()->release(state); }
