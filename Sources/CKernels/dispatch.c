// Chooses the instruction set when the program runs.

#define _POSIX_C_SOURCE 200809L  // clock_gettime

#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "exact.h"
#include "table.h"

static const struct lf_table *registered;  // by tests

void lf_register_table(const struct lf_table *table) { registered = table; }

// From the best to the one that is everywhere; NULL ends them.
static const struct lf_table *known(int index) {
  const struct lf_table *const tables[] = {
#if defined(__x86_64__)
      &lf_avx512_table, &lf_avx2_table,
#elif defined(__aarch64__)
      &lf_neon_table,
#endif
      &lf_baseline_table, registered, NULL};
  return tables[index];
}

static int is_supported(const struct lf_table *table) {
#if defined(__x86_64__)
  __builtin_cpu_init();
  const int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") &&
                   __builtin_cpu_supports("bmi") && __builtin_cpu_supports("bmi2");
  if (table == &lf_avx2_table) return avx2;
  if (table == &lf_avx512_table)
    return avx2 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
           __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
#endif
  (void)table;
  return 1;
}

// The table of that name, or NULL when there is none here.
static const struct lf_table *find(const char *name) {
  for (int i = 0; known(i); i++)
    if (strcmp(known(i)->name, name) == 0) return is_supported(known(i)) ? known(i) : NULL;
  return NULL;
}

int lf_cpu_request_valid(const char *name) {
  if (!name || !*name || find(name)) return 1;
  static const char *const names[] = {"avx512", "avx2", "neon", "baseline"};
  for (size_t i = 0; i < sizeof names / sizeof *names; i++)
    if (strcmp(names[i], name) == 0) return -1;
  return 0;
}

// Found once; threads that look at the same time find the same.
static const struct lf_table *usual(void) {
  static const struct lf_table *found;
  const struct lf_table *table = __atomic_load_n(&found, __ATOMIC_ACQUIRE);
  if (table) return table;
  const char *request = getenv("LFCONV_CPU");
  table = request && *request ? find(request) : NULL;
  for (int i = 0; !table; i++)
    if (is_supported(known(i))) table = known(i);
  __atomic_store_n(&found, table, __ATOMIC_RELEASE);
  return table;
}

static _Thread_local const struct lf_table *chosen;

static inline const struct lf_table *table(void) {
  if (!chosen) chosen = usual();
  return chosen;
}

const char *lf_cpu_name(void) { return table()->name; }

int lf_select(const char *name) {
  const struct lf_table *found = name ? find(name) : usual();
  if (found) chosen = found;
  return found != NULL;
}

static double seconds_now(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double lf_peak_gflops(double seconds) {
  _Alignas(64) float memory[32768];
  for (int i = 0; i < 32768; i++) memory[i] = 1.0f / (float)(1 + i % 64);
  // Runs of a few milliseconds, so that some are not interrupted.
  ptrdiff_t repeats = 1;
  double best = 0;
  const double start = seconds_now();
  for (double now = start; now - start < seconds;) {
    const double operations = table()->tile_flops(repeats, memory);
    const double end = seconds_now(), taken = end - now;
    now = end;
    if (taken < 0.002)
      repeats *= 2;
    else if (operations / taken > best)
      best = operations / taken;
  }
  return best * 1e-9;
}

static size_t panels(ptrdiff_t n) { return n > 0 ? ((size_t)n + 15) / 16 : 0; }

size_t lf_packed_count(ptrdiff_t n, ptrdiff_t k) { return panels(n) * 16 * (size_t)(k > 0 ? k : 0); }

size_t lf_packed_values_count(ptrdiff_t count, ptrdiff_t head_size) {
  return lf_packed_count(head_size, count);
}

size_t lf_attention_scratch(ptrdiff_t head_size) {
  return lf_block_queries * (lf_score_stride + panels(head_size) * 16 * 2);
}

int lf_depth(ptrdiff_t n, ptrdiff_t k) {
  if (k <= 512 && (k == 0 || n <= 16384 / k)) return 0;
  return k <= 256 ? 32 : 64;
}

double lf_exp_double(double x) { return lf_exp_exact(x); }

double lf_tanh_double(double x) { return lf_tanh_exact(x); }

void lf_pack(float *packed, ptrdiff_t n, ptrdiff_t k, ptrdiff_t first_row, ptrdiff_t rows,
             ptrdiff_t first_k, ptrdiff_t count_k, const void *source, enum lf_type type,
             ptrdiff_t source_stride) {
  table()->pack(packed, n, k, first_row, rows, first_k, count_k, source, type, source_stride);
}

void lf_unpack(float *out, ptrdiff_t out_stride, const float *packed, ptrdiff_t n, ptrdiff_t k,
               ptrdiff_t first_row, ptrdiff_t rows, ptrdiff_t first_k, ptrdiff_t count_k) {
  table()->unpack(out, out_stride, packed, n, k, first_row, rows, first_k, count_k);
}

void lf_linear(float *out, ptrdiff_t out_stride, const float *x, ptrdiff_t x_stride,
               ptrdiff_t rows, const float *packed, ptrdiff_t n, ptrdiff_t k,
               ptrdiff_t first_output, ptrdiff_t outputs, ptrdiff_t first_k, ptrdiff_t count_k,
               int depth, const float *bias, enum lf_activation activation, int accumulating) {
  table()->linear(out, out_stride, x, x_stride, rows, packed, n, k, first_output, outputs, first_k,
                  count_k, depth, bias, activation, accumulating);
}

void lf_multiply(float *out, ptrdiff_t out_stride, const float *x, ptrdiff_t x_stride,
                 ptrdiff_t rows, const float *y, ptrdiff_t y_stride, ptrdiff_t k,
                 ptrdiff_t columns, int depth, int accumulating) {
  table()->multiply(out, out_stride, x, x_stride, rows, y, y_stride, k, columns, depth,
                    accumulating);
}

void lf_linear_untransposed(float *out, ptrdiff_t out_stride, const float *x, ptrdiff_t x_stride,
                            ptrdiff_t rows, const float *packed, ptrdiff_t n, ptrdiff_t k,
                            ptrdiff_t first_output, ptrdiff_t outputs, ptrdiff_t first_k,
                            ptrdiff_t count_k) {
  table()->linear_untransposed(out, out_stride, x, x_stride, rows, packed, n, k, first_output,
                               outputs, first_k, count_k);
}

void lf_pack_keys(float *packed, const float *source, ptrdiff_t source_stride, ptrdiff_t count,
                  ptrdiff_t head_size) {
  table()->pack(packed, count, head_size, 0, count, 0, head_size, source, lf_type_f32,
                source_stride);
}

int lf_pack_values(float *packed, const float *source, ptrdiff_t source_stride, ptrdiff_t count,
                   ptrdiff_t head_size) {
  return table()->pack_values(packed, source, source_stride, count, head_size);
}

void lf_attend(const struct lf_attention *attention, float *context, ptrdiff_t context_stride,
               const float *queries, ptrdiff_t queries_stride, ptrdiff_t first_query,
               ptrdiff_t count, float *scratch) {
  table()->attend(attention, context, context_stride, queries, queries_stride, first_query, count,
                  scratch);
}

void lf_softmax(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, float scale,
                const int64_t *limits, const float *hidden, float *maxima, float *sums) {
  table()->softmax(x, rows, columns, stride, scale, limits, hidden, maxima, sums);
}

void lf_activate(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, const float *bias,
                 enum lf_activation activation) {
  table()->activate(x, rows, columns, stride, bias, activation);
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

void lf_multiply_add(float *out, const float *a, const float *b, const float *c,
                     ptrdiff_t count) {
  table()->multiply_add(out, a, b, c, count);
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
