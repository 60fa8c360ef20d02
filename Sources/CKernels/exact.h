#ifndef LFCONV_EXACT_H
#define LFCONV_EXACT_H

// exp and tanh in float64 from additions, products and divisions alone, each
// rounded by itself, so that they are the same on every processor.

#include <stdint.h>
#include <string.h>

#if defined(__clang__)
#pragma clang fp contract(off)
#else
#pragma GCC optimize("fp-contract=off")
#endif

static inline double lf_power_of_two(int64_t exponent) {
  uint64_t bits = (uint64_t)(exponent + 1023) << 52;
  double value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

// n = x·log₂e rounded, x = n·ln 2 + r with |r| ≤ (ln 2)/2; eʳ by Taylor's
// polynomial of degree 13, which leaves out less than 5e-18. ln 2 is subtracted
// in two parts, of which the first has 21 zero bits at its end, so that n times
// it is exact; `rest` is what the difference of the second rounds off. 2ⁿ is
// applied in two factors, so that denormal results are rounded once.
static inline double lf_exp_exact(double x) {
  const double shifter = 0x1.8p52;
  double clamped = x < -746.0 ? -746.0 : x;
  clamped = clamped > 710.0 ? 710.0 : clamped;
  double shifted = clamped * 0x1.71547652b82fep0 + shifter;
  double n = shifted - shifter;
  double high = clamped - n * 0x1.62e42fee00000p-1;
  double low = n * 0x1.a39ef35793c76p-33;
  double r = high - low;
  double rest = (high - r) - low;
  double p = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  p = (p * (r * r) + rest) + r + 1.0;
  // n as an integer, without a conversion that is undefined for NaN.
  uint64_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  int64_t whole = x == x ? (int64_t)(bits << 13) >> 13 : 0;
  int64_t half = whole >> 1;
  return (p * lf_power_of_two(half)) * lf_power_of_two(whole - half);
}

// tanh x = ±(1 − e)/(1 + e), e = exp(−2|x|). Below 2⁻¹⁰ the difference would
// cancel; there the series up to x⁵ is exact to the last bits.
static inline double lf_tanh_exact(double x) {
  double magnitude = x < 0.0 ? -x : x;
  double square = x * x;
  double series = x - x * square * (1.0 / 3.0 - square * (2.0 / 15.0));
  double e = lf_exp_exact(-2.0 * magnitude);
  double quotient = (1.0 - e) / (1.0 + e);
  if (magnitude < 0x1p-10) return series;
  return x < 0.0 ? -quotient : quotient;
}

#endif
