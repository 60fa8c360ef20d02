#ifndef LFCONV_TABLE_H
#define LFCONV_TABLE_H

#include "CKernels.h"

// The functions of `CKernels.h`, once for each instruction set. Arguments that
// need no work are resolved in dispatch.c.
struct lf_table {
  const char *name;
  double (*tile_flops)(ptrdiff_t repeats, float *memory);
  void (*pack)(float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t,
               const void *, enum lf_type, ptrdiff_t);
  void (*unpack)(float *, ptrdiff_t, const float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t,
                 ptrdiff_t, ptrdiff_t);
  void (*linear)(float *, ptrdiff_t, const float *, ptrdiff_t, ptrdiff_t, const float *, ptrdiff_t,
                 ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t, int, const float *,
                 enum lf_activation, int);
  void (*multiply)(float *, ptrdiff_t, const float *, ptrdiff_t, ptrdiff_t, const float *,
                   ptrdiff_t, ptrdiff_t, ptrdiff_t, int, int);
  void (*linear_untransposed)(float *, ptrdiff_t, const float *, ptrdiff_t, ptrdiff_t,
                              const float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t, ptrdiff_t,
                              ptrdiff_t);
  int (*pack_values)(float *, const float *, ptrdiff_t, ptrdiff_t, ptrdiff_t);
  void (*attend)(const struct lf_attention *, float *, ptrdiff_t, const float *, ptrdiff_t,
                 ptrdiff_t, ptrdiff_t, float *);
  void (*softmax)(float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, float, const int64_t *, const float *,
                  float *, float *);
  void (*activate)(float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const float *, enum lf_activation);
  void (*layer_norm)(float *, ptrdiff_t, const float *, ptrdiff_t, const float *, const float *,
                     ptrdiff_t, const float *, const float *, double, ptrdiff_t, ptrdiff_t);
  void (*add3)(float *, const float *, const float *, const float *, ptrdiff_t);
  void (*add_scaled)(float *, const float *, float, ptrdiff_t);
  void (*divide_rows)(float *, ptrdiff_t, ptrdiff_t, ptrdiff_t, const float *);
  void (*multiply_add)(float *, const float *, const float *, const float *, ptrdiff_t);
  void (*exp)(float *, ptrdiff_t);
  void (*from_f16)(float *, const uint16_t *, ptrdiff_t);
  void (*from_bf16)(float *, const uint16_t *, ptrdiff_t);
  void (*from_f64)(float *, const double *, ptrdiff_t);
};

extern const struct lf_table lf_baseline_table;
#if defined(__x86_64__)
extern const struct lf_table lf_avx2_table;
extern const struct lf_table lf_avx512_table;
#elif defined(__aarch64__)
extern const struct lf_table lf_neon_table;
#endif

// Adds a table that `lf_select` then finds by its name; for tests, before any
// other call.
void lf_register_table(const struct lf_table *table);

// Rows of a block of queries, and the scratch memory that follows from it.
enum {
  lf_block_queries = 24,
  lf_most_keys = 1056,  // a row that sees so many keys has an exact maximum
  lf_chunk_keys = 512,  // otherwise
  lf_small_head = 16,   // heads that are summed in float64
  // Columns of a row's scores: both groups of keys, the other rows' keys, and
  // what rounding to 16 adds; an odd number of cache lines.
  lf_score_stride = (lf_block_queries + lf_most_keys + 3 * 16 + 15) / 16 * 16,
};

#endif
