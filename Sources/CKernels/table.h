#ifndef LFCONV_TABLE_H
#define LFCONV_TABLE_H

#include <stddef.h>
#include <stdint.h>

// The functions of `CKernels.h`, once for each instruction set.
struct lf_table {
  void (*add_bias)(float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const float *);
  void (*bias_gelu)(float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const float *);
  void (*bias_gelu_tanh)(float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const float *);
  void (*bias_relu)(float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const float *);
  void (*bias_tanh)(float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const float *);
  void (*layer_norm)(float *, ptrdiff_t, const float *, ptrdiff_t, const float *, const float *,
                     ptrdiff_t, const float *, const float *, double, ptrdiff_t, ptrdiff_t);
  void (*add3)(float *, const float *, const float *, const float *, ptrdiff_t);
  void (*add_scaled)(float *, const float *, float, ptrdiff_t);
  void (*divide_rows)(float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const float *);
  void (*softmax)(float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t,
                  const int64_t *, const float *, float *, float *);
  void (*product)(float *, ptrdiff_t, const float *, ptrdiff_t, const float *, ptrdiff_t, int,
                  ptrdiff_t, ptrdiff_t, ptrdiff_t, float, const float *, int);
  void (*exp)(float *, ptrdiff_t);
  void (*from_f16)(float *, const uint16_t *, ptrdiff_t);
  void (*from_bf16)(float *, const uint16_t *, ptrdiff_t);
  void (*from_f64)(float *, const double *, ptrdiff_t);
};

extern const struct lf_table lf_baseline_table;
#if defined(__x86_64__)
extern const struct lf_table lf_avx2_table;
#endif

#endif
