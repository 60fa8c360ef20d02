// Functions of one vector of numbers. Choices are comparisons that a NaN fails
// and that then keep it.

#include "exact.h"

// exp(r) for |r| ≤ (ln 2)/2, by Taylor's polynomial.
LF_INLINE vf exp_near_zero(vf r) {
  vf p = set1(1.0f / 5040.0f);
  p = LF_FMA(p, r, set1(1.0f / 720.0f));
  p = LF_FMA(p, r, set1(1.0f / 120.0f));
  p = LF_FMA(p, r, set1(1.0f / 24.0f));
  p = LF_FMA(p, r, set1(1.0f / 6.0f));
  p = LF_FMA(p, r, set1(0.5f));
  return LF_FMA(p * r, r, r) + set1(1.0f);
}

// exp(high + low) for a small correction `low`.
//
// n = high·log₂e rounded, r = high + low − n·ln 2, so that |r| ≤ (ln 2)/2 and
// the result is 2ⁿ·eʳ. eʳ is Taylor's polynomial of degree 7: what it leaves
// out is below r⁸/8! ≤ 5.2e-9 relative, less than a tenth of a unit in the
// last place. ln 2 is subtracted in two parts, of which the first has nine
// zero bits at its end, so that n·ln 2 is exact there. Rounding is by adding
// 1.5·2²³. Below −87.3 the result is 0, not a denormal; above 88.3 it is
// infinite.
LF_INLINE vf exp_parts(vf high, vf low) {
  const vf shifter = set1(12582912.0f), least = set1(-87.3f), most = set1(88.3f);
  vi is_low = high < least, is_high = high > most;
  vf x = choose(is_high, most, choose(is_low, least, high));
  vf shifted = LF_FMA(x, set1(1.44269504f), shifter);
  vf n = shifted - shifter;
  vf r = LF_FMA(n, set1(-0.693145751953125f), x);
  r = LF_FMA(n, set1(-1.4286068203094172e-06f), r) + low;
  vf p = exp_near_zero(r);
  // The rounded n stands in the low bits of `shifted`. A product with 2ⁿ, not an
  // addition to the exponent: it keeps a NaN.
  vf scale = (vf)(((vi)shifted + set1i(127)) << 23);
  vf result = choose(is_low, (vf){0}, p * scale);
  return choose(is_high, set1(INFINITY), result);
}

// exp(high + low) for high ≤ 88: the same bits as `exp_parts`, without what
// larger numbers need.
LF_INLINE vf exp_below_parts(vf high, vf low) {
  const vf shifter = set1(12582912.0f), least = set1(-87.3f);
  vi is_low = high < least;
  vf x = choose(is_low, least, high);
  vf shifted = LF_FMA(x, set1(1.44269504f), shifter);
  vf n = shifted - shifter;
  vf r = LF_FMA(n, set1(-0.693145751953125f), x);
  r = LF_FMA(n, set1(-1.4286068203094172e-06f), r) + low;
  vf p = exp_near_zero(r);
  vf scale = (vf)(((vi)shifted + set1i(127)) << 23);
  return choose(is_low, (vf){0}, p * scale);
}

// Adding −0 changes nothing, and compilers know that.
LF_INLINE vf exp_below(vf v) { return exp_below_parts(v, set1(-0.0f)); }

// gelu(x) = x·Φ(x) = max(x, 0) − |x|·Q(|x|), Q(t) = Φ(−t) = erfc(t/√2)/2.
//
// Q(t) = exp(−t²/2)·R(t) with R smooth and falling like 1/t. With
// y = 1/(t + 4) and u = 1 − 8·y in [−1, 1), R(t) = y·g(u), where g is a
// polynomial of degree 9, fitted to 7.5e-9 relative on 0 ≤ t ≤ 13.3 (Lawson's
// reweighting of least squares on Chebyshev points, from 40-digit values);
// beyond, exp is 0 here. t² is split exactly, t = c + (t − c) with c the upper
// 12 bits of t, so that exp gets a small relative error in the tail too. No
// term cancels: for x < 0 the error stays relative to the small result, below
// 5 units in the last place; otherwise it is one unit.
LF_INLINE vf gelu(vf x) {
  vf zero = {0};
  vf t = choose(x < zero, -x, x);
  t = choose(t > set1(14.0f), set1(14.0f), t);  // Q is 0 from there on
  vf c = (vf)((vi)t & set1i((int32_t)0xFFFFF000u));
  vf e = exp_below_parts(set1(-0.5f) * c * c, set1(-0.5f) * (t - c) * (t + c));
  vf y = set1(1.0f) / (t + set1(4.0f));
  vf u = LF_FMA(y, set1(-8.0f), set1(1.0f));
  vf g = set1(-0.000125690249f);
  g = LF_FMA(g, u, set1(0.000193157868f));
  g = LF_FMA(g, u, set1(0.00157546066f));
  g = LF_FMA(g, u, set1(-0.00351847516f));
  g = LF_FMA(g, u, set1(-0.00752912583f));
  g = LF_FMA(g, u, set1(0.0604045056f));
  g = LF_FMA(g, u, set1(-0.186522843f));
  g = LF_FMA(g, u, set1(0.387136883f));
  g = LF_FMA(g, u, set1(-0.60789661f));
  g = LF_FMA(g, u, set1(0.755285135f));
  vf positive = choose(x > zero, x, zero);
  return positive - (t * y) * (g * e);
}

// x/2·(1 + tanh(v)) = x/(1 + exp(−2v)), v = √(2/π)·(x + 0.044715·x³), which
// cancels nowhere.
LF_INLINE vf gelu_tanh(vf x) {
  vf v = x * LF_FMA(x * x, set1(0.0713548162726f), set1(1.59576912161f));
  return x / (set1(1.0f) + exp_parts(-v, (vf){0}));
}

LF_INLINE vf silu(vf x) { return x / (set1(1.0f) + exp_parts(-x, (vf){0})); }

// x/(1 + exp(−1.702·x)), where the exponent is a sum of two floats: what the
// product rounds off, and what 1.702 as a float leaves out, would be multiplied
// by the size of the exponent.
LF_INLINE vf quick_gelu(vf x) {
  const vf factor = set1(-1.702f);
  vf high = x * factor;
  vf low = LF_FMA(x, factor, -high);
  low = LF_FMA(x, set1((float)((double)1.702f - 1.702)), low);
  return x / (set1(1.0f) + exp_parts(high, low));
}

// x·tanh(log(1 + eˣ)) = x·n/(n + 2), n = eˣ·(eˣ + 2); for x > 0 with numerator
// and denominator times e⁻²ˣ. Nothing cancels.
static inline float mish_element(float x) {
  double v = (double)x;
  double e = lf_exp_exact(v > 0.0 ? -v : v);
  double tail = 2.0 * e * e, positive = 1.0 + 2.0 * e, negative = e * (e + 2.0);
  return (float)(v > 0.0 ? v * (positive / (positive + tail))
                         : v * (negative / (negative + 2.0)));
}

LF_INLINE vf mish(vf x) {
  float lanes[LF_WIDTH];
  store(lanes, x);
  for (int l = 0; l < LF_WIDTH; l++) lanes[l] = mish_element(lanes[l]);
  return load(lanes);
}

LF_INLINE vf hyperbolic_tangent(vf x) {
  float lanes[LF_WIDTH];
  store(lanes, x);
  for (int l = 0; l < LF_WIDTH; l++) lanes[l] = (float)lf_tanh_exact((double)lanes[l]);
  return load(lanes);
}

// Inlined for a constant `kind`, so that the choice is outside all loops.
LF_INLINE vf activated(vf x, enum lf_activation kind) {
  switch (kind) {
  case lf_activation_none: return x;
  case lf_activation_gelu: return gelu(x);
  case lf_activation_gelu_tanh: return gelu_tanh(x);
  case lf_activation_relu: return choose(x < (vf){0}, (vf){0}, x);
  case lf_activation_tanh: return hyperbolic_tangent(x);
  case lf_activation_silu: return silu(x);
  case lf_activation_quick_gelu: return quick_gelu(x);
  case lf_activation_mish: return mish(x);
  case lf_activation_gelu_10: {
    vf y = gelu(x);
    return choose(y > set1(10.0f), set1(10.0f), y);
  }
  }
  return x;
}

// Runs `statement` with `constant` as the activation's compile-time value.
#define LF_FOR_ACTIVATION(kind, constant, statement)                     \
  switch (kind) {                                                        \
    LF_CASE(lf_activation_none, constant, statement)                     \
    LF_CASE(lf_activation_gelu, constant, statement)                     \
    LF_CASE(lf_activation_gelu_tanh, constant, statement)                \
    LF_CASE(lf_activation_relu, constant, statement)                     \
    LF_CASE(lf_activation_tanh, constant, statement)                     \
    LF_CASE(lf_activation_silu, constant, statement)                     \
    LF_CASE(lf_activation_quick_gelu, constant, statement)               \
    LF_CASE(lf_activation_mish, constant, statement)                     \
    LF_CASE(lf_activation_gelu_10, constant, statement)                  \
  }
#define LF_CASE(value, constant, statement)                              \
  case value: {                                                          \
    const enum lf_activation constant = value;                           \
    statement;                                                           \
    break;                                                               \
  }

static void exponential(float *x, ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + LF_WIDTH <= count; i += LF_WIDTH) store(x + i, exp_parts(load(x + i), (vf){0}));
  if (i < count) store_part(x + i, exp_parts(load_part(x + i, count - i), (vf){0}), count - i);
}
