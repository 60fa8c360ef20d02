// The loops, once for each instruction set: the including file defines
// LF_NAME(name), and LF_FUSED where fused multiply-add is one instruction.
//
// The code is scalar and free of branches inside the loops, so that the
// compiler vectorises it for whatever the including file targets. Sums run
// over LANES independent lanes, whose order is the same on all of them.

#include <math.h>
#include <string.h>

#include "CKernels.h"
#include "table.h"

#define LANES 16

#ifdef LF_FUSED
#define LF_MADD(a, b, c) __builtin_fmaf(a, b, c)
#else
#define LF_MADD(a, b, c) ((a) * (b) + (c))
#endif

static inline float bits_to_float(uint32_t bits) {
  float value;
  memcpy(&value, &bits, sizeof value);
  return value;
}

static inline uint32_t float_to_bits(float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  return bits;
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
static inline float exp_parts(float high, float low) {
  const float shifter = 12582912.0f;
  float x = high < -87.3f ? -87.3f : high;
  x = x > 88.3f ? 88.3f : x;
  float shifted = LF_MADD(x, 1.44269504f, shifter);
  float n = shifted - shifter;
  float r = LF_MADD(n, -0.693145751953125f, x);
  r = LF_MADD(n, -1.4286068203094172e-06f, r) + low;
  float p = 1.0f / 5040.0f;
  p = LF_MADD(p, r, 1.0f / 720.0f);
  p = LF_MADD(p, r, 1.0f / 120.0f);
  p = LF_MADD(p, r, 1.0f / 24.0f);
  p = LF_MADD(p, r, 1.0f / 6.0f);
  p = LF_MADD(p, r, 0.5f);
  p = LF_MADD(p * r, r, r) + 1.0f;
  // The rounded n stands in the low bits of `shifted`.
  float scale = bits_to_float((float_to_bits(shifted) + 127u) << 23);
  float result = high < -87.3f ? 0.0f : p * scale;
  return high > 88.3f ? INFINITY : result;
}

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
static inline float lf_gelu_element(float x) {
  float t = x < 0.0f ? -x : x;
  t = t > 14.0f ? 14.0f : t;  // Q is 0 from there on
  float c = bits_to_float(float_to_bits(t) & 0xFFFFF000u);
  float e = exp_parts(-0.5f * c * c, -0.5f * (t - c) * (t + c));
  float y = 1.0f / (t + 4.0f);
  float u = LF_MADD(y, -8.0f, 1.0f);
  float g = -0.000125690249f;
  g = LF_MADD(g, u, 0.000193157868f);
  g = LF_MADD(g, u, 0.00157546066f);
  g = LF_MADD(g, u, -0.00351847516f);
  g = LF_MADD(g, u, -0.00752912583f);
  g = LF_MADD(g, u, 0.0604045056f);
  g = LF_MADD(g, u, -0.186522843f);
  g = LF_MADD(g, u, 0.387136883f);
  g = LF_MADD(g, u, -0.60789661f);
  g = LF_MADD(g, u, 0.755285135f);
  float positive = x > 0.0f ? x : 0.0f;
  return positive - (t * y) * (g * e);
}

// x/2·(1 + tanh(v)) = x/(1 + exp(−2v)), v = √(2/π)·(x + 0.044715·x³), which
// cancels nowhere.
static inline float lf_gelu_tanh_element(float x) {
  float v = x * LF_MADD(x * x, 0.0713548162726f, 1.59576912161f);
  return x / (1.0f + exp_parts(-v, 0.0f));
}

#define LF_BIASED(name, expression)                                                         \
  static void LF_NAME(name)(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,  \
                            const float *bias) {                                            \
    for (ptrdiff_t r = 0; r < rows; r++) {                                                  \
      float *restrict row = x + r * stride;                                                 \
      const float *restrict b = bias;                                                       \
      for (ptrdiff_t c = 0; b && c < columns; c++) {                                        \
        float v = row[c] + b[c];                                                            \
        row[c] = expression;                                                                \
      }                                                                                     \
      for (ptrdiff_t c = 0; !b && c < columns; c++) {                                       \
        float v = row[c];                                                                   \
        row[c] = expression;                                                                \
      }                                                                                     \
    }                                                                                       \
  }

LF_BIASED(add_bias, v)
LF_BIASED(bias_gelu, lf_gelu_element(v))
LF_BIASED(bias_gelu_tanh, lf_gelu_tanh_element(v))
LF_BIASED(bias_relu, v > 0.0f ? v : 0.0f)
LF_BIASED(bias_tanh, (float)tanh(v))

// One row; inlined with NULL for what is not there. The sums are made anew in
// every pass, which is cheaper than a row of float64, and rounds nothing.
static inline __attribute__((always_inline)) void LF_NAME(norm_row)(
    float *out, const float *x, const float *bias, const float *residual, const float *gain,
    const float *shift, double epsilon, ptrdiff_t columns) {
#define SUM(c) ((double)x[c] + (bias ? (double)bias[c] : 0.0) + (residual ? (double)residual[c] : 0.0))
  const ptrdiff_t whole = columns - columns % LANES;
  double lanes[LANES] = {0};
  for (ptrdiff_t c = 0; c < whole; c += LANES)
    for (int l = 0; l < LANES; l++) lanes[l] += SUM(c + l);
  double sum = 0;
  for (int l = 0; l < LANES; l++) sum += lanes[l];
  for (ptrdiff_t c = whole; c < columns; c++) sum += SUM(c);
  const double mean = sum / (double)columns;

  double squares[LANES] = {0};
  for (ptrdiff_t c = 0; c < whole; c += LANES)
    for (int l = 0; l < LANES; l++) {
      double d = SUM(c + l) - mean;
      squares[l] += d * d;
    }
  double square = 0;
  for (int l = 0; l < LANES; l++) square += squares[l];
  for (ptrdiff_t c = whole; c < columns; c++) {
    double d = SUM(c) - mean;
    square += d * d;
  }
  const double scale = 1.0 / sqrt(square / (double)columns + epsilon);
  for (ptrdiff_t c = 0; c < columns; c++)
    out[c] = (float)((SUM(c) - mean) * scale * (double)gain[c] + (double)shift[c]);
#undef SUM
}

static void LF_NAME(layer_norm)(float *out, ptrdiff_t out_stride, const float *x,
                                ptrdiff_t x_stride, const float *bias, const float *residual,
                                ptrdiff_t residual_stride, const float *gain, const float *shift,
                                double epsilon, ptrdiff_t rows, ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *o = out + r * out_stride;
    const float *in = x + r * x_stride;
    const float *add = residual ? residual + r * residual_stride : NULL;
    if (bias && add)
      LF_NAME(norm_row)(o, in, bias, add, gain, shift, epsilon, columns);
    else if (bias)
      LF_NAME(norm_row)(o, in, bias, NULL, gain, shift, epsilon, columns);
    else if (add)
      LF_NAME(norm_row)(o, in, NULL, add, gain, shift, epsilon, columns);
    else
      LF_NAME(norm_row)(o, in, NULL, NULL, gain, shift, epsilon, columns);
  }
}

static void LF_NAME(add3)(float *restrict out, const float *restrict a, const float *restrict b,
                          const float *restrict c, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++)
    out[i] = (float)((double)a[i] + (double)b[i] + (double)c[i]);
}

static void LF_NAME(add_scaled)(float *restrict y, const float *restrict x, float factor,
                                ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) y[i] = LF_MADD(factor, x[i], y[i]);
}

static void LF_NAME(divide_rows)(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
                                 const float *divisors) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *row = x + r * stride;
    const double factor = divisors[r] != 0.0f ? 1.0 / (double)divisors[r] : 0.0;
    for (ptrdiff_t c = 0; c < columns; c++) row[c] = (float)((double)row[c] * factor);
  }
}

// The largest of x + bias, or of x where bias is NULL.
static inline float maximum(const float *x, const float *bias, ptrdiff_t count, float start) {
  float lanes[LANES];
  for (int l = 0; l < LANES; l++) lanes[l] = start;
  const ptrdiff_t whole = count - count % LANES;
  if (bias) {
    for (ptrdiff_t c = 0; c < whole; c += LANES)
      for (int l = 0; l < LANES; l++) {
        float v = x[c + l] + bias[c + l];
        lanes[l] = v > lanes[l] ? v : lanes[l];
      }
  } else {
    for (ptrdiff_t c = 0; c < whole; c += LANES)
      for (int l = 0; l < LANES; l++) lanes[l] = x[c + l] > lanes[l] ? x[c + l] : lanes[l];
  }
  float result = start;
  for (int l = 0; l < LANES; l++) result = lanes[l] > result ? lanes[l] : result;
  for (ptrdiff_t c = whole; c < count; c++) {
    float v = bias ? x[c] + bias[c] : x[c];
    result = v > result ? v : result;
  }
  return result;
}

// x = exp(x + bias − peak); returns the sum.
static inline float exponentials(float *x, const float *bias, ptrdiff_t count, float peak) {
  float lanes[LANES] = {0};
  const ptrdiff_t whole = count - count % LANES;
  if (bias) {
    for (ptrdiff_t c = 0; c < whole; c += LANES)
      for (int l = 0; l < LANES; l++) {
        float e = exp_parts((x[c + l] + bias[c + l]) - peak, 0.0f);
        x[c + l] = e;
        lanes[l] += e;
      }
  } else {
    for (ptrdiff_t c = 0; c < whole; c += LANES)
      for (int l = 0; l < LANES; l++) {
        float e = exp_parts(x[c + l] - peak, 0.0f);
        x[c + l] = e;
        lanes[l] += e;
      }
  }
  float sum = 0;
  for (int l = 0; l < LANES; l++) sum += lanes[l];
  for (ptrdiff_t c = whole; c < count; c++) {
    float e = exp_parts((bias ? x[c] + bias[c] : x[c]) - peak, 0.0f);
    x[c] = e;
    sum += e;
  }
  return sum;
}

static void LF_NAME(softmax)(float *scores, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t head,
                             ptrdiff_t band, ptrdiff_t first, ptrdiff_t width,
                             const int64_t *limits, const float *key_bias, float *maxima,
                             float *sums) {
  const float *band_bias = key_bias ? key_bias + head : NULL;
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *row = scores + r * stride;
    float *band_row = row + head;
    ptrdiff_t limit = limits ? (ptrdiff_t)limits[r] : head;
    if (limit > head) limit = head;
    ptrdiff_t begin = first + r, end = begin + width;
    if (begin < 0) begin = 0;
    if (begin > band) begin = band;
    if (end > band) end = band;
    if (end < begin) end = begin;
    const float *seen_bias = band_bias ? band_bias + begin : NULL;

    float peak = maximum(row, key_bias, limit, -INFINITY);
    peak = maximum(band_row + begin, seen_bias, end - begin, peak);
    // A row that sees nothing: exp(−∞ − 0) = 0 everywhere.
    const float base = peak == -INFINITY ? 0.0f : peak;
    float sum = exponentials(row, key_bias, limit, base);
    sum += exponentials(band_row + begin, seen_bias, end - begin, base);
    for (ptrdiff_t c = limit; c < head; c++) row[c] = 0.0f;
    for (ptrdiff_t c = 0; c < begin; c++) band_row[c] = 0.0f;
    for (ptrdiff_t c = end; c < band; c++) band_row[c] = 0.0f;
    maxima[r] = peak;
    sums[r] = sum;
  }
}

// Four doubles, whatever the processor's registers hold.
typedef double LF_NAME(four) __attribute__((vector_size(32)));

#define PRODUCT_ROWS 2
#define PRODUCT_VECTORS 4  // 16 columns; sums and a line of the panel fit in 16 registers

// A product of two floats is exact in float64, so that fused and separate
// multiply-add give the same sums.
static void LF_NAME(product)(float *out, ptrdiff_t out_stride, const float *left,
                             ptrdiff_t left_stride, const float *right, ptrdiff_t right_stride,
                             int transposed, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t inner,
                             float scale, const float *bias, int accumulating) {
  enum { width = 4 * PRODUCT_VECTORS };
  LF_NAME(four) panel[lf_product_inner * PRODUCT_VECTORS];  // [inner, width]
  double *packed = (double *)panel;
  for (ptrdiff_t first = 0; first < columns; first += width) {
    const ptrdiff_t kept = columns - first < width ? columns - first : width;
    if (kept < width) memset(packed, 0, (size_t)(inner * width) * sizeof *packed);
    if (transposed) {
      for (ptrdiff_t c = 0; c < kept; c++) {
        const float *row = right + (first + c) * right_stride;
        for (ptrdiff_t i = 0; i < inner; i++) packed[i * width + c] = (double)row[i];
      }
    } else {
      for (ptrdiff_t i = 0; i < inner; i++) {
        const float *row = right + i * right_stride + first;
        for (ptrdiff_t c = 0; c < kept; c++) packed[i * width + c] = (double)row[c];
      }
    }
    for (ptrdiff_t r = 0; r < rows; r += PRODUCT_ROWS) {
      // Past the last row the last one is computed again and dropped.
      const ptrdiff_t count = rows - r < PRODUCT_ROWS ? rows - r : PRODUCT_ROWS;
      const float *in[PRODUCT_ROWS];
      for (int l = 0; l < PRODUCT_ROWS; l++)
        in[l] = left + (l < count ? r + l : rows - 1) * left_stride;
      LF_NAME(four) sums[PRODUCT_ROWS][PRODUCT_VECTORS] = {{{0}}};
      for (ptrdiff_t i = 0; i < inner; i++) {
        const LF_NAME(four) *line = panel + i * PRODUCT_VECTORS;
        for (int l = 0; l < PRODUCT_ROWS; l++) {
          const double x = (double)in[l][i];
          for (int v = 0; v < PRODUCT_VECTORS; v++) sums[l][v] += x * line[v];
        }
      }
      for (ptrdiff_t l = 0; l < count; l++) {
        float *o = out + (r + l) * out_stride + first;
        const double *sum = (const double *)sums[l];
        for (ptrdiff_t c = 0; c < kept; c++)
          o[c] = (float)(sum[c] * (double)scale + (bias ? (double)bias[first + c] : 0.0) +
                         (accumulating ? (double)o[c] : 0.0));
      }
    }
  }
}

static void LF_NAME(exp)(float *x, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) x[i] = exp_parts(x[i], 0.0f);
}

// The exponent is rebased by a product: 2¹¹² takes half precision's exponents,
// denormals included, to float32's. Infinity and NaN are mended by hand.
static void LF_NAME(from_f16)(float *restrict out, const uint16_t *restrict in, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) {
    uint32_t h = in[i], magnitude = (h & 0x7FFFu) << 13;
    uint32_t scaled = float_to_bits(bits_to_float(magnitude) * 0x1p112f);
    uint32_t special = (h & 0x7C00u) == 0x7C00u ? 0x7F800000u : 0u;
    out[i] = bits_to_float(scaled | special | (h & 0x8000u) << 16);
  }
}

static void LF_NAME(from_bf16)(float *restrict out, const uint16_t *restrict in, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = bits_to_float((uint32_t)in[i] << 16);
}

static void LF_NAME(from_f64)(float *restrict out, const double *restrict in, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = (float)in[i];
}

const struct lf_table LF_NAME(table) = {
    .add_bias = LF_NAME(add_bias),
    .bias_gelu = LF_NAME(bias_gelu),
    .bias_gelu_tanh = LF_NAME(bias_gelu_tanh),
    .bias_relu = LF_NAME(bias_relu),
    .bias_tanh = LF_NAME(bias_tanh),
    .layer_norm = LF_NAME(layer_norm),
    .add3 = LF_NAME(add3),
    .add_scaled = LF_NAME(add_scaled),
    .divide_rows = LF_NAME(divide_rows),
    .softmax = LF_NAME(softmax),
    .product = LF_NAME(product),
    .exp = LF_NAME(exp),
    .from_f16 = LF_NAME(from_f16),
    .from_bf16 = LF_NAME(from_bf16),
    .from_f64 = LF_NAME(from_f64),
};
