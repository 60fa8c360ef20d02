// x86-64 with AVX2 and fused multiply-add (2013 and later).

#if defined(__x86_64__)

#include <immintrin.h>
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#if defined(__clang__)
#pragma clang attribute push(__attribute__((target("avx2,fma,bmi,bmi2"))), apply_to = function)
#else
#pragma GCC push_options
#pragma GCC target("avx2,fma,bmi,bmi2")
#endif

#define LF_WIDTH 8
#define LF_FMA(a, b, c) ((vf)_mm256_fmadd_ps((__m256)(a), (__m256)(b), (__m256)(c)))

#define LF_NAME(name) lf_avx2_##name
#define LF_TABLE_NAME "avx2"
// 12 sums, a line of the panel and a factor: 15 of 16 registers.
#define LF_TILE_ROWS 6
#define LF_TILE_PANELS 1
// All of a pass: a panel and the rows come from the second-level cache fast
// enough, and fewer, longer tiles are 2 to 3 % faster than parts that fit the
// first level (measured on Zen 3).
#define LF_INNER 1024

#include "kernels.inc.h"

#if defined(__clang__)
#pragma clang attribute pop
#else
#pragma GCC pop_options
#endif

#endif
