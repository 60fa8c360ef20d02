// Packed matrices and products, against code that follows the order of sums in
// CKernels.h word by word.

#include "harness.h"

// One element of a product, as `lf_depth` describes it.
static float chain(const float *x, const float *w, ptrdiff_t step, ptrdiff_t k, int depth,
                   float start) {
  float total = start;
  for (ptrdiff_t i = 0; i < k; i += depth) {
    float piece = 0;
    for (ptrdiff_t j = i; j < k && j < i + depth; j++) piece = fmaf(x[j], w[j * step], piece);
    total = total + piece;
  }
  return total;
}

struct linear {
  const float *x, *packed, *bias, *start;
  ptrdiff_t rows, n, k, x_stride, out_stride;
  ptrdiff_t row_step, output_step, k_step;  // how the call is cut
  enum lf_activation activation;
  int accumulating;
};

static ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

static void run_linear(void *context, float *out) {
  const struct linear *l = context;
  const int depth = lf_depth(l->n, l->k);
  for (ptrdiff_t r = 0; l->accumulating && r < l->rows; r++)
    memcpy(out + r * l->out_stride, l->start + r * l->n, (size_t)l->n * sizeof *out);
  for (ptrdiff_t row = 0; row < l->rows; row += l->row_step)
    for (ptrdiff_t o = 0; o < l->n; o += l->output_step)
      for (ptrdiff_t i = 0; i < l->k; i += l->k_step) {
        const int is_last = i + l->k_step >= l->k;
        lf_linear(out + row * l->out_stride + o, l->out_stride, l->x + row * l->x_stride + i,
                  l->x_stride, least(l->row_step, l->rows - row), l->packed, l->n, l->k, o,
                  least(l->output_step, l->n - o), i, least(l->k_step, l->k - i), depth,
                  is_last ? l->bias : NULL, is_last ? l->activation : lf_activation_none,
                  l->accumulating || i > 0);
      }
}

static void test_linear(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t k, enum lf_activation activation,
                        int has_bias, int accumulating) {
  const ptrdiff_t x_stride = k + 3, out_stride = n + 5;
  float *x = floats(rows * x_stride), *w = floats(n * k), *bias = floats(n);
  float *start = floats(rows * n), *out = filled(rows * out_stride, 0);
  float *cut = filled(rows * out_stride, 0), *packed = filled((ptrdiff_t)lf_packed_count(n, k), 9);
  if (rows * k > 40) {  // denormals and numbers that cancel
    x[7] = 1e-40f;
    w[11 % (n * k)] = 1e-30f;
  }
  lf_select(sets[0]);
  lf_pack(packed, n, k, 0, n, 0, k, w, lf_type_f32, k);
  struct linear l = {x, packed, has_bias ? bias : NULL, start, rows, n, k, x_stride, out_stride,
                     rows, n, k, activation, accumulating};
  char name[120];
  snprintf(name, sizeof name, "linear %td x %td -> %td, activation %d, bias %d, accumulating %d",
           rows, k, n, activation, has_bias, accumulating);
  agree(name, run_linear, &l, out, rows * out_stride);
  const int depth = lf_depth(n, k);
  int is_right = 1, is_close = 1;
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t o = 0; o < n; o++) {
      double exact = has_bias ? (double)bias[o] : 0, size = fabs(exact);
      if (accumulating) exact += (double)start[r * n + o];
      const float *row = x + r * x_stride, *weights = w + o * k;
      for (ptrdiff_t i = 0; i < k; i++) {
        exact += (double)row[i] * (double)weights[i];
        size += fabs((double)row[i] * (double)weights[i]);
      }
      float expected;
      if (depth == 0) {
        double sum = 0;
        for (ptrdiff_t i = 0; i < k; i++) sum += (double)row[i] * (double)weights[i];
        if (has_bias) sum += (double)bias[o];
        if (accumulating) sum += (double)start[r * n + o];
        expected = (float)sum;
      } else {
        expected = chain(row, weights, 1, k, depth, accumulating ? start[r * n + o] : 0);
        if (has_bias) expected = expected + bias[o];
      }
      if (fabs((double)expected - exact) > 1e-6 * (1 + size)) is_close = 0;
      lf_activate(&expected, 1, 1, 1, NULL, activation);
      if (!same(expected, out[r * out_stride + o])) is_right = 0;
    }
  expect(is_right, "%s: not in the order described", name);
  expect(is_close, "%s: far from float64", name);
  // Every way to cut it.
  static const ptrdiff_t row_steps[] = {1, 2, 5, 7, 12, 13}, output_steps[] = {16, 32, 48, 80};
  for (int c = 0; c < (is_quick ? 2 : 6); c++) {
    l.row_step = row_steps[(c + rows) % 6];
    l.output_step = output_steps[(c + n) % 4];
    l.k_step = depth ? (c % 3 + 1) * depth : k;
    lf_select(sets[c % 2 && sets[1] ? 1 : 0]);
    for (ptrdiff_t i = 0; i < rows * out_stride; i++) cut[i] = -12345.678f;
    run_linear(&l, cut);
    expect_same(out, cut, rows * out_stride, "%s, cut by %td rows, %td outputs, %td", name,
                l.row_step, l.output_step, l.k_step);
  }
  free(x);
  free(w);
  free(bias);
  free(start);
  free(out);
  free(cut);
  free(packed);
}

static void test_special_values(void) {
  enum { rows = 13, n = 150, k = 130 };
  float *x = floats(rows * k), *w = floats(n * k), *out = filled(rows * n, 0);
  float *packed = filled((ptrdiff_t)lf_packed_count(n, k), 0);
  x[3 * k + 5] = NAN;
  x[4 * k + 5] = INFINITY;
  x[5 * k + 5] = -INFINITY;
  x[5 * k + 6] = INFINITY;
  for (int i = 0; i < k; i++) {
    x[6 * k + i] = 3e38f;          // overflow
    x[7 * k + i] *= 1e-38f;        // denormal products and sums
    x[8 * k + i] = -0.0f;
  }
  w[9 * k + 5] = NAN;
  lf_pack(packed, n, k, 0, n, 0, k, w, lf_type_f32, k);
  struct linear l = {x, packed, NULL, NULL, rows, n, k, k, n, rows, n, k, lf_activation_none, 0};
  agree("special values", run_linear, &l, out, rows * n);
  int is_right = 1;
  for (int r = 0; r < rows; r++)
    for (int o = 0; o < n; o++)
      if (!same(out[r * n + o], chain(x + r * k, w + o * k, 1, k, lf_depth(n, k), 0))) is_right = 0;
  expect(is_right, "special values: not in the order described");
  expect(isnan(out[3 * n + 1]) && isnan(out[2 * n + 9]) && !isfinite(out[6 * n + 1]) &&
             float_bits(out[8 * n + 1]) == 0,
         "special values");
  free(x);
  free(w);
  free(out);
  free(packed);
}

static void test_packing(ptrdiff_t n, ptrdiff_t k) {
  const ptrdiff_t stride = k + 2, size = (ptrdiff_t)lf_packed_count(n, k);
  double *f64 = malloc((size_t)(n * stride) * sizeof *f64);
  uint16_t *f16 = malloc((size_t)(n * stride) * sizeof *f16);
  float *f32 = filled(n * stride, 0), *expected = filled(size, 0), *packed = filled(size, 0);
  float *unpacked = filled(n * k, 0);
  for (ptrdiff_t i = 0; i < n * stride; i++) {
    f16[i] = (uint16_t)random_bits();
    f64[i] = (double)uniform() * 1.0000001;
  }
  // Drawn once, so that the digest does not depend on what runs here.
  const ptrdiff_t rows = 1 + (ptrdiff_t)(random_bits() % 21);
  const ptrdiff_t columns = 1 + (ptrdiff_t)(random_bits() % 90);
  for (int s = 0; sets[s]; s++) {
    lf_select(sets[s]);
    for (int type = 0; type < 4; type++) {
      const void *source = type == 0 ? (void *)f32 : type == 3 ? (void *)f64 : (void *)f16;
      const size_t bytes = type == 0 ? 4 : type == 3 ? 8 : 2;
      if (type == 1) lf_from_f16(f32, f16, n * stride);
      if (type == 2) lf_from_bf16(f32, f16, n * stride);
      if (type == 3) lf_from_f64(f32, f64, n * stride);
      for (ptrdiff_t i = 0; i < size; i++) expected[i] = 0;
      for (ptrdiff_t r = 0; r < n; r++)
        for (ptrdiff_t i = 0; i < k; i++)
          expected[r / 16 * 16 * k + i * 16 + r % 16] = f32[r * stride + i];
      lf_pack(packed, n, k, 0, n, 0, k, source, (enum lf_type)type, stride);
      expect_same(packed, expected, size, "pack %td x %td, type %d, %s", n, k, type, sets[s]);
      // In blocks of any size.
      for (ptrdiff_t i = 0; i < size; i++) packed[i] = 77;
      for (ptrdiff_t r = 0; r < n; r += rows)
        for (ptrdiff_t i = 0; i < k; i += columns)
          lf_pack(packed, n, k, r, least(rows, n - r), i, least(columns, k - i),
                  (const char *)source + (size_t)(r * stride + i) * bytes, (enum lf_type)type,
                  stride);
      expect_same(packed, expected, size, "pack %td x %td by %td x %td, type %d, %s", n, k, rows,
                  columns, type, sets[s]);
      for (ptrdiff_t r = 0; r < n; r += rows)
        for (ptrdiff_t i = 0; i < k; i += columns)
          lf_unpack(unpacked + r * k + i, k, packed, n, k, r, least(rows, n - r), i,
                    least(columns, k - i));
      for (ptrdiff_t r = 0; r < n; r++) memcpy(expected + r * k, f32 + r * stride, (size_t)k * 4);
      expect_same(unpacked, expected, n * k, "unpack %td x %td, %s", n, k, sets[s]);
    }
  }
  free(f64);
  free(f16);
  free(f32);
  free(expected);
  free(packed);
  free(unpacked);
}

struct multiply {
  const float *x, *y, *start;
  ptrdiff_t rows, k, columns;
  int depth, accumulating;
};

static void run_multiply(void *context, float *out) {
  const struct multiply *m = context;
  if (m->accumulating) memcpy(out, m->start, (size_t)(m->rows * m->columns) * sizeof *out);
  lf_multiply(out, m->columns, m->x, m->k + 1, m->rows, m->y, m->columns + 2, m->k, m->columns,
              m->depth, m->accumulating);
}

static void test_multiply(ptrdiff_t rows, ptrdiff_t k, ptrdiff_t columns, int depth,
                          int accumulating) {
  float *x = floats(rows * (k + 1)), *y = floats(k * (columns + 2)), *start = floats(rows * columns);
  float *out = filled(rows * columns, 0);
  struct multiply m = {x, y, start, rows, k, columns, depth, accumulating};
  char name[100];
  snprintf(name, sizeof name, "multiply %td x %td x %td, depth %d, accumulating %d", rows, k,
           columns, depth, accumulating);
  agree(name, run_multiply, &m, out, rows * columns);
  int is_right = 1;
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t c = 0; c < columns; c++) {
      const float *row = x + r * (k + 1);
      float first = accumulating ? start[r * columns + c] : 0, expected;
      if (depth) {
        expected = chain(row, y + c, columns + 2, k, depth, first);
      } else {
        double sum = 0;
        for (ptrdiff_t i = 0; i < k; i++) sum += (double)row[i] * (double)y[i * (columns + 2) + c];
        expected = (float)(accumulating ? sum + (double)first : sum);
      }
      if (!same(expected, out[r * columns + c])) is_right = 0;
    }
  expect(is_right, "%s: not in the order described", name);
  free(x);
  free(y);
  free(start);
  free(out);
}

struct untransposed {
  const float *x, *packed;
  ptrdiff_t rows, n, k, first, outputs, first_k, count_k;
};

static void run_untransposed(void *context, float *out) {
  const struct untransposed *u = context;
  lf_linear_untransposed(out, u->count_k, u->x, u->outputs, u->rows, u->packed, u->n, u->k,
                         u->first, u->outputs, u->first_k, u->count_k);
}

static void test_untransposed(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t k, ptrdiff_t first,
                              ptrdiff_t outputs, ptrdiff_t first_k, ptrdiff_t count_k) {
  float *x = floats(rows * outputs), *w = floats(n * k), *out = filled(rows * count_k, 0);
  float *packed = filled((ptrdiff_t)lf_packed_count(n, k), 0);
  lf_pack(packed, n, k, 0, n, 0, k, w, lf_type_f32, k);
  struct untransposed u = {x, packed, rows, n, k, first, outputs, first_k, count_k};
  agree("untransposed", run_untransposed, &u, out, rows * count_k);
  int is_right = 1;
  for (ptrdiff_t r = 0; r < rows; r++)
    for (ptrdiff_t j = 0; j < count_k; j++) {
      double lanes[16] = {0};
      for (ptrdiff_t o = 0; o < outputs; o++)
        lanes[(first + o) % 16] +=
            (double)x[r * outputs + o] * (double)w[(first + o) * k + first_k + j];
      for (int half = 8; half > 0; half /= 2)
        for (int l = 0; l < half; l++) lanes[l] += lanes[l + half];
      if (!same((float)lanes[0], out[r * count_k + j])) is_right = 0;
    }
  expect(is_right, "untransposed %td x %td, rows %td + %td", n, k, first, outputs);
  free(x);
  free(w);
  free(out);
  free(packed);
}

void test_products(void) {
  static const ptrdiff_t sizes[] = {1, 5, 16, 17, 31, 33, 64, 65, 127, 200};
  for (int i = 0; i < 10; i++) test_packing(sizes[i], sizes[(i * 7 + 3) % 10]);
  static const ptrdiff_t rows[] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 11, 12, 13, 14, 16, 17, 25, 96, 97, 131};
  static const ptrdiff_t outputs[] = {1, 5, 16, 17, 31, 33, 48, 64, 65, 127, 130};
  static const ptrdiff_t inner[] = {1, 7, 31, 32, 33, 64, 65, 127, 128, 192, 256, 257, 320, 513, 600};
  int count = 0;
  for (int r = 0; r < 19; r++)
    for (int o = 0; o < 11; o++)
      for (int i = 0; i < 15; i++) {
        // A part of all combinations; the large ones seldom.
        if ((r * 5 + o * 3 + i * 7) % (is_quick ? 41 : 11) != 0) continue;
        test_linear(rows[r], outputs[o], inner[i], (enum lf_activation)(count % 8), count % 3 != 0,
                    count % 4 == 1);
        count++;
      }
  test_linear(3, 48, 1100, lf_activation_none, 1, 0);
  test_linear(12, 37, 2100, lf_activation_gelu, 1, 1);
  test_linear(1, 600, 300, lf_activation_none, 1, 0);
  test_linear(4, 400, 64, lf_activation_silu, 1, 0);
  test_special_values();
  for (int i = 0; i < 10; i++)
    for (int depth = 0; depth <= 64; depth += 32)
      test_multiply(sizes[i] % 30 + 1, sizes[(i + 3) % 10] * (depth ? 3 : 1), sizes[(i * 3 + 1) % 10],
                    depth, i % 2);
  test_multiply(2, 1100, 33, 64, 0);
  test_untransposed(3, 128, 70, 64, 64, 0, 70);
  test_untransposed(1, 100, 33, 20, 30, 1, 31);
  test_untransposed(2, 33, 65, 32, 1, 5, 60);
  test_untransposed(2, 48, 17, 16, 16, 0, 17);
}
