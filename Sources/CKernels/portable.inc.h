// A fused multiply-add from float64, for processors that have none.
//
// The product of two floats is exact in float64. Their sum with a third is
// rounded there to odd: where it is not exact, the last bit becomes 1, which
// keeps it on its side of every midpoint between two floats. Rounding that to
// float32 then gives what one rounding would have given, denormals and overflow
// included (S. Boldo, G. Melquiond: Emulation of FMA and correctly rounded
// sums, 2008; it takes two bits more than the shorter format has, and here are
// 29). Included after LF_WIDTH is defined.

#include <stdint.h>

#if defined(__clang__)
#pragma clang fp contract(off)
#else
#pragma GCC optimize("fp-contract=off")
#endif

typedef float lf_narrow __attribute__((vector_size(4 * LF_WIDTH)));
typedef double lf_wide __attribute__((vector_size(8 * LF_WIDTH)));
typedef int64_t lf_wide_bits __attribute__((vector_size(8 * LF_WIDTH)));

#ifndef LF_FMA_INLINE
#define LF_FMA_INLINE static inline __attribute__((always_inline))
#endif

LF_FMA_INLINE lf_narrow lf_emulated_fma(lf_narrow a, lf_narrow b, lf_narrow c) {
  lf_wide addend = __builtin_convertvector(c, lf_wide);
  lf_wide product = __builtin_convertvector(a, lf_wide) * __builtin_convertvector(b, lf_wide);
  lf_wide sum = product + addend;
  // What rounding took from the sum, exactly; NaN when it is not finite, for
  // which no comparison below holds.
  lf_wide part = sum - product;
  lf_wide error = (product - (sum - part)) + (addend - part);
  lf_wide zero = {0};
  lf_wide_bits bits = (lf_wide_bits)sum;
  lf_wide_bits is_even = (bits & 1) - 1;
  lf_wide_bits is_negative = sum < zero;
  lf_wide_bits grows = ((error > zero) & ~is_negative) | ((error < zero) & is_negative);
  lf_wide_bits shrinks = ((error > zero) & is_negative) | ((error < zero) & ~is_negative);
  bits += is_even & (shrinks - grows);
  return __builtin_convertvector((lf_wide)bits, lf_narrow);
}

#define LF_FMA(a, b, c) lf_emulated_fma(a, b, c)
