#include "lfz_hash_functions.h"

// Without optimisation the library's compiled code is faster than its header.
#if defined(__x86_64__) && defined(__OPTIMIZE__)

#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

#pragma clang attribute push(__attribute__((target("avx2"))), apply_to = function)
#define XXH_INLINE_ALL
#define XXH_VECTOR 2  // XXH_AVX2, which the header defines only later
#include <xxhash.h>

#include "lfz_hash_body.h"
#pragma clang attribute pop

const LFZHashFunctions *const lfz_hash_avx2 = &functions;

#else

const LFZHashFunctions *const lfz_hash_avx2 = NULL;

#endif
