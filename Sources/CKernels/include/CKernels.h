#ifndef LFCONV_CKERNELS_H
#define LFCONV_CKERNELS_H

// Element-wise loops of the forward pass and of weight loading, in float32.
//
// Each function exists twice, for the baseline processor and (on x86-64) for
// AVX2 with fused multiply-add; the better one is chosen when the program
// runs. All matrices are row-major; a stride counts floats from one row to the
// next. No function allocates, and none keeps a pointer.

#include <stddef.h>
#include <stdint.h>

/// x[r][c] += bias[c].
void lf_add_bias(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const float *bias);

/// x = gelu(x + bias) with the exact error function; see `lf_gelu_element`.
/// Here and below `bias` may be NULL.
void lf_bias_gelu(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const float *bias);

/// x = gelu(x + bias) in the tanh approximation.
void lf_bias_gelu_tanh(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
                       const float *bias);

/// x = max(x + bias, 0).
void lf_bias_relu(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const float *bias);

/// x = tanh(x + bias), by the C library: for the few rows of a pooler.
void lf_bias_tanh(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const float *bias);

/// out = LayerNorm(x + bias + residual)·gain + shift, with the biased variance.
/// `bias` and `residual` may be NULL; `out` may be `x` or `residual`.
/// Computed in float64, in two passes; only the result is rounded.
void lf_layer_norm(float *out, ptrdiff_t out_stride, const float *x, ptrdiff_t x_stride,
                   const float *bias, const float *residual, ptrdiff_t residual_stride,
                   const float *gain, const float *shift, double epsilon, ptrdiff_t rows,
                   ptrdiff_t columns);

/// out = a + b + c, rounded once.
void lf_add3(float *out, const float *a, const float *b, const float *c, ptrdiff_t count);

/// y += factor·x.
void lf_add_scaled(float *y, const float *x, float factor, ptrdiff_t count);

/// x[r][c] /= divisors[r], rounded once; 0 where the divisor is 0.
void lf_divide_rows(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
                    const float *divisors);

/// Unnormalised softmax over the visible part of every row, in place.
///
/// A row has `head` columns (keys outside the band) and then `band` columns.
/// Row i sees the head's columns below `limits[i]` (all when NULL) and the
/// band's columns from `first + i` on, `width` of them, cut at the band's ends.
/// `key_bias` [head + band] is added to the scores (0, or −∞ for a hidden key);
/// NULL means zeros. Visible scores become exp(score − maximum), the rest 0.
///
/// `maxima` [rows] and `sums` [rows] receive each row's maximum (−∞ when the
/// row sees nothing) and the sum of its weights (then 0).
void lf_softmax(float *scores, ptrdiff_t rows, ptrdiff_t stride, ptrdiff_t head, ptrdiff_t band,
                ptrdiff_t first, ptrdiff_t width, const int64_t *limits, const float *key_bias,
                float *maxima, float *sums);

/// Products that `lf_product` sums for one element at most.
enum { lf_product_inner = 512 };

/// out = scale·left·right (+ bias) (+ out): left [rows, inner], right [inner, columns],
/// or [columns, inner] when `transposed`; `inner` ≤ `lf_product_inner`; `bias`
/// [columns] or NULL. Summed in float64 and rounded once, the same on all processors.
void lf_product(float *out, ptrdiff_t out_stride, const float *left, ptrdiff_t left_stride,
                const float *right, ptrdiff_t right_stride, int transposed, ptrdiff_t rows,
                ptrdiff_t columns, ptrdiff_t inner, float scale, const float *bias,
                int accumulating);

/// exp of every element, as softmax uses it; exposed for its tests.
void lf_exp(float *x, ptrdiff_t count);

/// IEEE half precision to float32, exact.
void lf_from_f16(float *out, const uint16_t *in, ptrdiff_t count);

/// bfloat16 to float32, exact.
void lf_from_bf16(float *out, const uint16_t *in, ptrdiff_t count);

/// float64 to float32, to nearest even.
void lf_from_f64(float *out, const double *in, ptrdiff_t count);

/// Chooses the instruction set for this thread, for tests: 0 the baseline, 1 the
/// best one, which is also the default. Returns whether it is not the baseline.
int lf_select(int level);

/// Memory for `count` floats, aligned to 64 bytes; large blocks ask for huge
/// pages. NULL when there is none. Released by `lf_free`.
float *lf_allocate(size_t count);
void lf_free(float *memory);

/// The value before adding one; safe to call from several threads.
int64_t lf_next(int64_t *counter);

/// Sets the OpenMP threads that this thread may use, where an OpenMP runtime
/// is loaded, and returns the former number; 0 does nothing. The matrix
/// library threads through OpenMP, but blocks are handed out by the caller.
int lf_set_openmp_threads(int threads);

#endif
