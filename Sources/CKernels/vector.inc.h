// Vectors of LF_WIDTH floats, as the compiler's vector extension has them, so
// that one source serves all widths. The including file defines LF_WIDTH, and
// LF_FMA(a, b, c) unless `portable.inc.h` does.

#include <math.h>
#include <string.h>

#include "table.h"

// A multiply and an add that are not written as one must not become one.
#if defined(__clang__)
#pragma clang fp contract(off)
#else
#pragma GCC optimize("fp-contract=off")
#endif

#define LF_INLINE static inline __attribute__((always_inline))

#if defined(__clang__)
#define LF_UNROLL _Pragma("clang loop unroll(full)")
#define LF_UNROLL_4 _Pragma("clang loop unroll_count(4)")
#else
#define LF_UNROLL _Pragma("GCC unroll 32")
#define LF_UNROLL_4 _Pragma("GCC unroll 4")
#endif

// Lanes of every sum over columns, whatever a register holds.
#define LANES 16
// Vectors of a panel's line.
#define LF_LINE (16 / LF_WIDTH)

typedef float vf __attribute__((vector_size(4 * LF_WIDTH)));
typedef int32_t vi __attribute__((vector_size(4 * LF_WIDTH)));
typedef float vf_loose __attribute__((vector_size(4 * LF_WIDTH), aligned(4), may_alias));

// Half as many doubles, as one register holds them.
#define LF_WIDTH64 (LF_WIDTH / 2)
#define LF_LINE64 (16 / LF_WIDTH64)
typedef double vd __attribute__((vector_size(4 * LF_WIDTH)));
typedef float vh __attribute__((vector_size(2 * LF_WIDTH)));
typedef float vh_loose __attribute__((vector_size(2 * LF_WIDTH), aligned(4), may_alias));

LF_INLINE vf load(const float *p) { return *(const vf_loose *)p; }
LF_INLINE void store(float *p, vf v) { *(vf_loose *)p = v; }
LF_INLINE vd load64(const float *p) { return __builtin_convertvector(*(const vh_loose *)p, vd); }

// `x - zero` is x for every x, −0 and NaN included.
LF_INLINE vf set1(float x) { return x - (vf){0}; }
LF_INLINE vi set1i(int32_t x) { return x + (vi){0}; }
LF_INLINE vd set1d(double x) { return x - (vd){0}; }

LF_INLINE vf choose(vi mask, vf yes, vf no) { return (vf)(((vi)yes & mask) | ((vi)no & ~mask)); }

// Some floats at the end of a row; the places past them are 0.
LF_INLINE vf load_part(const float *p, ptrdiff_t count) {
  float part[LF_WIDTH] = {0};
  memcpy(part, p, (size_t)count * sizeof *p);
  return load(part);
}

LF_INLINE void store_part(float *p, vf v, ptrdiff_t count) {
  float part[LF_WIDTH];
  store(part, v);
  memcpy(p, part, (size_t)count * sizeof *p);
}

// The sum of sixteen lanes, in an order that is part of every result.
LF_INLINE double tree(const double *lanes) {
  double sums[8];
  for (int l = 0; l < 8; l++) sums[l] = lanes[l] + lanes[l + 8];
  for (int l = 0; l < 4; l++) sums[l] += sums[l + 4];
  return (sums[0] + sums[2]) + (sums[1] + sums[3]);
}
