// Chooses the instruction set when the program runs.

#include "CKernels.h"
#include "table.h"

static const struct lf_table *best(void) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
      __builtin_cpu_supports("bmi2"))
    return &lf_avx2_table;
#endif
  return &lf_baseline_table;
}

static _Thread_local const struct lf_table *chosen;

static inline const struct lf_table *table(void) {
  if (!chosen) chosen = best();
  return chosen;
}

int lf_select(int level) {
  chosen = level > 0 ? best() : &lf_baseline_table;
  return chosen != &lf_baseline_table;
}

void lf_add_bias(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
                 const float *bias) {
  table()->add_bias(x, rows, columns, stride, bias);
}

void lf_bias_gelu(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
                  const float *bias) {
  table()->bias_gelu(x, rows, columns, stride, bias);
}

void lf_bias_gelu_tanh(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
                       const float *bias) {
  table()->bias_gelu_tanh(x, rows, columns, stride, bias);
}

void lf_bias_relu(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
                  const float *bias) {
  table()->bias_relu(x, rows, columns, stride, bias);
}

void lf_bias_tanh(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
                  const float *bias) {
  table()->bias_tanh(x, rows, columns, stride, bias);
}

void lf_layer_norm(float *out, ptrdiff_t out_stride, const float *x, ptrdiff_t x_stride,
                   const float *bias, const float *residual, ptrdiff_t residual_stride,
                   const float *gain, const float *shift, double epsilon, ptrdiff_t rows,
                   ptrdiff_t columns) {
  table()->layer_norm(out, out_stride, x, x_stride, bias, residual, residual_stride, gain, shift,
                      epsilon, rows, columns);
}

void lf_add3(float *out, const float *a, const float *b, const float *c, ptrdiff_t count) {
  table()->add3(out, a, b, c, count);
}

void lf_add_scaled(float *y, const float *x, float factor, ptrdiff_t count) {
  table()->add_scaled(y, x, factor, count);
}

void lf_divide_rows(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
                    const float *divisors) {
  table()->divide_rows(x, rows, columns, stride, divisors);
}

void lf_softmax(float *scores, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t head, ptrdiff_t band,
                ptrdiff_t first, ptrdiff_t width, const int64_t *limits, const float *key_bias,
                float *maxima, float *sums) {
  table()->softmax(scores, rows, stride, head, band, first, width, limits, key_bias, maxima, sums);
}

void lf_product(float *out, ptrdiff_t out_stride, const float *left, ptrdiff_t left_stride,
                const float *right, ptrdiff_t right_stride, int transposed, ptrdiff_t rows,
                ptrdiff_t columns, ptrdiff_t inner, float scale, const float *bias,
                int accumulating) {
  table()->product(out, out_stride, left, left_stride, right, right_stride, transposed, rows,
                   columns, inner, scale, bias, accumulating);
}

void lf_exp(float *x, ptrdiff_t count) { table()->exp(x, count); }

void lf_from_f16(float *out, const uint16_t *in, ptrdiff_t count) {
  table()->from_f16(out, in, count);
}

void lf_from_bf16(float *out, const uint16_t *in, ptrdiff_t count) {
  table()->from_bf16(out, in, count);
}

void lf_from_f64(float *out, const double *in, ptrdiff_t count) {
  table()->from_f64(out, in, count);
}
