// Attention against float64, and the same bits however it is cut and padded.

#include "harness.h"

struct problem {
  ptrdiff_t n, size, left, right, globals, step;
  int has_hidden, has_limits;
  float scale, spread;
  float *q, *k, *v, *hidden, *gk, *gv, *ghidden;
  int64_t *limits;
  // How it is cut: queries of a call, and keys packed beyond the end.
  ptrdiff_t queries, padding;
  int windowed;  // only the keys are packed that a call sees
};

static ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }

static void run_attention(void *context, float *out) {
  const struct problem *p = context;
  const ptrdiff_t stride = p->size * p->step;
  float *scratch = filled((ptrdiff_t)lf_attention_scratch(p->size), NAN);
  struct lf_attention a = {.head_size = p->size, .scale = p->scale, .left = p->left,
                           .right = p->right};
  float *gk = filled((ptrdiff_t)lf_packed_count(p->globals, p->size), NAN);
  float *gv = filled((ptrdiff_t)lf_packed_values_count(p->globals, p->size), NAN);
  lf_pack_keys(gk, p->gk, p->size, p->globals, p->size);
  int finite = lf_pack_values(gv, p->gv, p->size, p->globals, p->size);
  a.global = (struct lf_keys){gk, gv, 0, p->globals, p->globals, p->ghidden, finite};
  for (ptrdiff_t first = 0; first < p->n; first += p->queries) {
    const ptrdiff_t count = least(p->queries, p->n - first);
    ptrdiff_t from = 0, to = p->n + p->padding;
    if (p->windowed) {
      if (p->left < first) from = (first - p->left) / 64 * 64;
      if (p->right < p->n - first - count) to = first + count + p->right;
    }
    float *keys = filled((ptrdiff_t)lf_packed_count(to - from, p->size), NAN);
    float *values = filled((ptrdiff_t)lf_packed_values_count(to - from, p->size), NAN);
    lf_pack_keys(keys, p->k + from * stride, stride, to - from, p->size);
    finite = lf_pack_values(values, p->v + from * stride, stride, to - from, p->size);
    a.band = (struct lf_keys){keys, values, from, to - from, p->n,
                              p->has_hidden ? p->hidden + from : NULL, finite};
    a.limits = p->has_limits ? p->limits + first : NULL;
    lf_attend(&a, out + first * p->size, p->size, p->q + first * stride, stride, first, count,
              scratch);
    free(keys);
    free(values);
  }
  free(gk);
  free(gv);
  free(scratch);
}

// In float64; the weights of one row, [n + globals].
static void exact_row(const struct problem *p, ptrdiff_t row, double *weights) {
  const ptrdiff_t stride = p->size * p->step;
  const float *q = p->q + row * stride;
  double peak = -INFINITY, sum = 0;
  for (ptrdiff_t j = 0; j < p->n + p->globals; j++) {
    int is_seen = j < p->n ? j >= row - p->left && j - row <= p->right &&
                                 !(p->has_hidden && p->hidden[j] < 0)
                           : !(p->has_limits && j - p->n >= p->limits[row]) &&
                                 !(p->ghidden && p->ghidden[j - p->n] < 0);
    const float *k = j < p->n ? p->k + j * stride : p->gk + (j - p->n) * p->size;
    double score = 0;
    for (ptrdiff_t i = 0; i < p->size; i++) score += (double)q[i] * (double)k[i];
    weights[j] = is_seen ? score * (double)p->scale : -INFINITY;
    if (weights[j] > peak) peak = weights[j];
  }
  for (ptrdiff_t j = 0; j < p->n + p->globals; j++) {
    weights[j] = peak == -INFINITY ? 0 : exp(weights[j] - peak);
    sum += weights[j];
  }
  for (ptrdiff_t j = 0; sum > 0 && j < p->n + p->globals; j++) weights[j] /= sum;
}

static void check_values(const struct problem *p, const float *out, const char *name) {
  const ptrdiff_t width = p->n + p->globals, stride = p->size * p->step;
  double *weights = malloc((size_t)(width + 1) * sizeof *weights);
  double worst = 0;
  const ptrdiff_t rows = is_quick ? 7 : 23;
  for (ptrdiff_t t = 0; t < rows; t++) {
    const ptrdiff_t r = p->n <= rows ? t % p->n : t == 0 ? p->n - 1 : (ptrdiff_t)(random_bits() % (uint32_t)p->n);
    exact_row(p, r, weights);
    for (ptrdiff_t c = 0; c < p->size; c++) {
      double exact = 0;
      for (ptrdiff_t j = 0; j < width; j++)
        exact += weights[j] * (double)(j < p->n ? p->v[j * stride + c] : p->gv[(j - p->n) * p->size + c]);
      worst = fmax(worst, fabs(exact - (double)out[r * p->size + c]));
    }
  }
  free(weights);
  const double allowed = 4e-7 * (1 + (double)p->spread);
  expect(worst < allowed, "%s: context off by %g", name, worst);
}

static void test_problem(ptrdiff_t n, ptrdiff_t size, ptrdiff_t left, ptrdiff_t right,
                         ptrdiff_t globals, int has_hidden, int has_limits, float spread,
                         ptrdiff_t step) {
  const ptrdiff_t padding = 70;
  struct problem p = {.n = n, .size = size, .left = left, .right = right, .globals = globals,
                      .step = step, .has_hidden = has_hidden, .has_limits = has_limits,
                      .scale = 1.0f / sqrtf((float)size), .spread = spread, .queries = n};
  const ptrdiff_t floats_each = (n + padding) * size * step;
  p.q = floats(floats_each);
  p.k = floats(floats_each);
  p.v = floats(floats_each);
  for (ptrdiff_t i = 0; i < floats_each; i++) p.q[i] *= spread;
  p.gk = floats(globals * size);
  p.gv = floats(globals * size);
  p.hidden = filled(n + padding, 0);
  for (ptrdiff_t i = 0; i < n; i++)
    if (random_bits() % 5 == 0 || (has_hidden == 2 && i > n / 4)) p.hidden[i] = -INFINITY;
  float *ghidden = filled(globals, 0);
  if (globals > 2) ghidden[1] = -INFINITY;
  p.ghidden = has_hidden && globals > 2 ? ghidden : NULL;
  p.limits = malloc((size_t)n * sizeof *p.limits);
  for (ptrdiff_t i = 0; i < n; i++) p.limits[i] = globals * i / n;
  float *out = filled(n * size, 0), *cut = filled(n * size, 0);
  char name[160];
  snprintf(name, sizeof name,
           "attention n %td, size %td, -%td +%td, %td global, hidden %d, limits %d, step %td", n,
           size, left, right, globals, has_hidden, has_limits, step);
  agree(name, run_attention, &p, out, n * size);
  check_values(&p, out, name);
  static const ptrdiff_t cuts[] = {1, 7, 24, 13, 48, 100};
  for (int c = 0; c < (is_quick ? 2 : 4); c++) {
    p.queries = cuts[(c + (int)n) % 6];
    p.windowed = c % 2;
    lf_select(sets[c % 2 && sets[1] ? 1 : 0]);
    run_attention(&p, cut);
    expect_same(out, cut, n * size, "%s, by %td queries, windowed %d", name, p.queries, p.windowed);
  }
  // Padding on the right: first any numbers, then NaN, which must not get in.
  p.queries = n;
  p.windowed = 0;
  for (int kind = 0; kind < 2; kind++) {
    p.padding = kind ? padding : 33;
    for (ptrdiff_t i = n * size * step; kind && i < floats_each; i++) p.k[i] = p.v[i] = NAN;
    for (int s = 0; sets[s] && s < 2; s++) {
      lf_select(sets[s]);
      run_attention(&p, cut);
      expect_same(out, cut, n * size, "%s, padded, kind %d, %s", name, kind, sets[s]);
    }
  }
  free(p.q);
  free(p.k);
  free(p.v);
  free(p.gk);
  free(p.gv);
  free(p.hidden);
  free(ghidden);
  free(p.limits);
  free(out);
  free(cut);
}

// Infinite values and scores, NaN: the same places on all instruction sets.
static void test_special_values(ptrdiff_t n, ptrdiff_t size, ptrdiff_t side) {
  struct problem p = {.n = n, .size = size, .left = side, .right = side, .step = 1, .scale = 1,
                      .queries = n};
  p.q = floats(n * size);
  p.k = floats(n * size);
  p.v = floats(n * size);
  p.gk = p.gv = p.q;
  float *out = filled(n * size, 0);
  p.v[(n / 2) * size] = NAN;
  p.v[(n / 3) * size + 1] = INFINITY;
  agree("attention with NaN values", run_attention, &p, out, n * size);
  expect(isnan(out[n / 2 * size]), "NaN value");
  if (side < n / 4) expect(!isnan(out[0]) && !isnan(out[(n - 1) * size]), "NaN only in the window");
  p.q[5 * size] = NAN;
  p.k[(n / 4) * size] = 3e38f;
  p.q[(n / 4) * size] = 3e38f;
  p.k[(n / 4 + 3) * size] = -INFINITY;
  p.q[(n / 4 + 1) * size] = 1e30f;  // huge scores
  agree("attention with NaN and huge scores", run_attention, &p, out, n * size);
  expect(isnan(out[5 * size]), "NaN query");
  p.scale = 0;
  p.q[5 * size] = 0;
  agree("attention with scale 0", run_attention, &p, out, n * size);
  free(p.q);
  free(p.k);
  free(p.v);
  free(out);
}

void test_attention(void) {
  static const ptrdiff_t lengths[] = {1, 5, 12, 16, 17, 31, 33, 64, 65, 127, 200};
  static const ptrdiff_t head_sizes[] = {1, 8, 16, 17, 33, 64, 100};
  int count = 0;
  for (int l = 0; l < 11; l++)
    for (int h = 0; h < 7; h++) {
      count++;
      if (is_quick && count % 4 != 0) continue;
      const ptrdiff_t n = lengths[l], sides[] = {0, 1, 7, 16, 20, 64, PTRDIFF_MAX / 2};
      const ptrdiff_t side = sides[count % 7];
      test_problem(n, head_sizes[h], side, count % 3 == 0 ? 0 : side, count % 4 == 0 ? 0 : count % 23,
                   count % 5 == 0 ? 1 : 0, count % 3 == 0, count % 6 == 0 ? 30.0f : 2.0f,
                   1 + count % 2);
    }
  test_problem(150, 64, 20, 20, 3, 2, 0, 2, 1);     // rows that see nothing
  test_problem(64, 16, 3, 0, 0, 2, 0, 2, 1);
  test_problem(700, 32, 256, 256, 5, 1, 1, 4, 1);
  if (!is_quick) {
    // Longer rows than have an exact maximum.
    test_problem(1300, 24, 4000, 4000, 2, 1, 0, 8, 1);
    test_problem(1300, 8, 4000, 4000, 0, 0, 0, 8, 1);
    test_problem(1300, 20, 800, 700, 3, 0, 1, 8, 1);
    test_problem(1200, 24, 1300, 0, 0, 0, 0, 30, 1);
    test_problem(60, 24, 10, 10, 1100, 1, 1, 8, 1);
    test_problem(1056, 17, 5000, 5000, 0, 0, 0, 8, 1);
  } else {
    test_problem(1080, 17, 5000, 5000, 1, 0, 1, 8, 1);
  }
  test_special_values(100, 20, 9);
  test_special_values(100, 8, 9);
  test_special_values(40, 64, 100);
}
