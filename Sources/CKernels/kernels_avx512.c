// x86-64 with AVX-512 (2017 and later).

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__clang__)
#pragma clang attribute push( \
    __attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,bmi,bmi2"))), \
    apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma,bmi,bmi2,prefer-vector-width=512")
#endif

#define LF_WIDTH 16
#define LF_FMA(a, b, c) ((vf)_mm512_fmadd_ps((__m512)(a), (__m512)(b), (__m512)(c)))

#define LF_NAME(name) lf_avx512_##name
#define LF_TABLE_NAME "avx512"
// 24 sums, a line of two panels, and factors that come from memory: 26 of 32
// registers.
#define LF_TILE_ROWS 12
#define LF_TILE_PANELS 2
// 24 KB of two panels, beside 9 KB of rows, in a first-level cache of 48 KB.
#define LF_INNER 192

#include "kernels.inc.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
