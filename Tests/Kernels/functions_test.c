// Fused multiply-add and its emulation, and all that goes element by element.

#include "harness.h"

static float hard_float(void) {
  // Few bits set, ends of the range, neighbours of powers of two.
  uint32_t bits = random_bits();
  switch (random_bits() % 8) {
  case 0: return bits_float(bits & 0x80000003u);                           // smallest denormals
  case 1: return bits_float((bits & 0x80000000u) | 0x7F800000u | (bits % 16 == 0 ? 1u : 0u));
  case 2: return bits_float((bits & 0x807FFFFFu) | 0x7F000000u);           // largest
  case 3: return bits_float((bits & 0x80000000u) | 0x3F800000u | (bits & 3u));
  case 4: return bits_float((bits & 0xFF800000u) | (bits & 1u));
  case 5: return bits_float(bits & 0x807FFFFFu);                           // denormals
  case 6: return (float)(int)(bits % 64) - 32.0f;
  default: return bits_float(bits);
  }
}

static void check_fma(const float *a, const float *b, const float *c, ptrdiff_t count,
                      const char *kind) {
  float *expected = filled(count, 0), *out = filled(count, 0);
  for (ptrdiff_t i = 0; i < count; i++) expected[i] = fmaf(a[i], b[i], c[i]);
  for (int s = 0; sets[s]; s++) {
    lf_select(sets[s]);
    lf_multiply_add(out, a, b, c, count);
    expect_same(out, expected, count, "fma, %s, %s", kind, sets[s]);
  }
  free(expected);
  free(out);
}

void test_fma(void) {
  enum { count = 1 << 20 };
  float *a = filled(count, 0), *b = filled(count, 0), *c = filled(count, 0);
  const int rounds = is_quick ? 1 : 8;
  for (int round = 0; round < rounds; round++) {
    for (int i = 0; i < count; i++) {
      a[i] = bits_float(random_bits());
      b[i] = bits_float(random_bits());
      c[i] = bits_float(random_bits());
    }
    check_fma(a, b, c, count, "any bits");
    for (int i = 0; i < count; i++) {
      a[i] = hard_float();
      b[i] = hard_float();
      c[i] = hard_float();
    }
    check_fma(a, b, c, count, "hard values");
    // Products whose sum with c cancels, or lies next to a midpoint of floats.
    for (int i = 0; i < count; i++) {
      uint32_t exponent = 100 + random_bits() % 50;
      a[i] = bits_float((random_bits() & 0x807FFFFFu) | exponent << 23);
      exponent = 100 + random_bits() % 50;
      b[i] = bits_float((random_bits() & 0x807FFFFFu) | exponent << 23);
      double product = (double)a[i] * (double)b[i];
      float near = (float)product;
      c[i] = -bits_float(float_bits(near) + random_bits() % 5 - 2);
      if (i % 2) c[i] = ldexpf(c[i], (int)(random_bits() % 64) - 32);
    }
    check_fma(a, b, c, count, "cancellation");
    // a·b is a midpoint, or far below one that c is; results are denormal.
    for (int i = 0; i < count; i++) {
      uint32_t bits = random_bits();
      a[i] = bits_float(bits & 0x80FFFFFFu);
      b[i] = i % 3 ? bits_float(0x3F000000u + (random_bits() % 4 << 23)) : uniform();
      c[i] = bits_float(random_bits() & 0x80FFFFFFu);
      if (i % 5 == 0) {
        a[i] = bits_float(0x1A000000u + (bits & 0x8FFFFFFFu) % 0x0A000000u);
        b[i] = bits_float(0x1A000000u + random_bits() % 0x0A000000u);
      }
    }
    check_fma(a, b, c, count, "denormals");
    // One bit more than a float has, and something tiny.
    for (int i = 0; i < count; i++) {
      a[i] = 1.0f + (float)(random_bits() % 4096) * 0x1p-23f;
      b[i] = 1.0f + (float)(random_bits() % 4096) * 0x1p-23f;
      b[i] = ldexpf(b[i], (int)(random_bits() % 80) - 60);
      c[i] = (float)(random_bits() >> 8);
      if (random_bits() % 2) c[i] = -c[i];
    }
    check_fma(a, b, c, count, "midpoints");
  }
  free(a);
  free(b);
  free(c);
}

struct activation {
  const float *x, *bias;
  ptrdiff_t rows, columns, stride;
  enum lf_activation kind;
};

static void run_activation(void *context, float *out) {
  struct activation *a = context;
  memcpy(out, a->x, (size_t)(a->rows * a->stride) * sizeof *out);
  lf_activate(out, a->rows, a->columns, a->stride, a->bias, a->kind);
}

static double reference(double x, enum lf_activation kind) {
  switch (kind) {
  case lf_activation_none: return x;
  case lf_activation_gelu: return x * erfc(-x * 0.70710678118654752440) / 2;
  case lf_activation_gelu_tanh:
    return x / (1 + exp(-2 * 0.79788456080286535588 * (x + 0.044715 * x * x * x)));
  case lf_activation_relu: return x > 0 ? x : 0;
  case lf_activation_tanh: return tanh(x);
  case lf_activation_silu: return x / (1 + exp(-x));
  case lf_activation_quick_gelu: return x / (1 + exp(-1.702 * x));
  case lf_activation_mish: return x * tanh(log1p(exp(x)));
  case lf_activation_gelu_10: return fmin(reference(x, lf_activation_gelu), 10);
  }
  return x;
}

// Units in the last place of the exact value.
static double ulps(float found, double exact) {
  float nearest = (float)exact;
  int exponent;
  frexpf(nearest, &exponent);
  double unit = ldexp(1.0, (exponent < -125 ? -125 : exponent) - 24);
  return fabs((double)found - exact) / unit;
}

static void test_activations(void) {
  static const char *const names[] = {"none", "gelu", "gelu_tanh", "relu",
                                      "tanh", "silu", "quick_gelu", "mish", "gelu_10"};
  static const double allowed[] = {0, 7, 250, 0, 0.6, 3, 3, 0.6, 7};
  const ptrdiff_t count = is_quick ? 40000 : 400000;
  float *x = filled(count, 0), *out = filled(count, 0);
  for (ptrdiff_t i = 0; i < count; i++) {
    x[i] = uniform() * (i % 3 == 0 ? 1.0f : i % 3 == 1 ? 12.0f : 90.0f);
    // One number a statement: the order of arguments is the compiler's.
    if (i % 17 == 0) x[i] = uniform();
    if (i % 17 == 0) x[i] = ldexpf(x[i], -(int)(random_bits() % 140));
    if (i % 1001 == 0) x[i] = hard_float();
  }
  for (int kind = 0; kind < 9; kind++) {
    struct activation a = {x, NULL, 1, count, count, (enum lf_activation)kind};
    agree(names[kind], run_activation, &a, out, count);
    double worst = 0;
    float where = 0;
    int keeps_nan = 1;
    for (ptrdiff_t i = 0; i < count; i++) {
      if (x[i] != x[i] && out[i] == out[i]) keeps_nan = 0;
      double exact = reference((double)x[i], (enum lf_activation)kind);
      // Where the exponential leaves the range, results are 0; see CKernels.h.
      if (!(fabs(exact) > 1e-35) || isinf(exact) || fabsf(x[i]) > 1e30f) continue;
      if ((kind == lf_activation_gelu || kind == lf_activation_gelu_10) && x[i] < -13) continue;
      double error = ulps(out[i], exact);
      if (error > worst) {
        worst = error;
        where = x[i];
      }
    }
    printf("%s: %.2f ulp, at %g\n", names[kind], worst, (double)where);
    expect(worst <= allowed[kind], "%s: %.2f ulp at %a", names[kind], worst, (double)where);
    expect(keeps_nan, "%s of NaN", names[kind]);
    // With a bias, and rows that end anywhere.
    for (ptrdiff_t columns = 1; columns < 40; columns += 3) {
      struct activation b = {x, x + 7, 3, columns, 41, (enum lf_activation)kind};
      agree(names[kind], run_activation, &b, out, 3 * 41);
      for (int r = 0; r < 3; r++)
        expect_same(out + r * 41 + columns, x + r * 41 + columns, 41 - columns,
                    "%s writes past a row", names[kind]);
    }
  }
  free(x);
  free(out);
}

struct norm {
  const float *x, *bias, *residual, *gain, *shift;
  ptrdiff_t rows, columns;
};

static void run_norm(void *context, float *out) {
  struct norm *n = context;
  lf_layer_norm(out, n->columns, n->x, n->columns, n->bias, n->residual, n->columns, n->gain,
                n->shift, 1e-5, n->rows, n->columns);
}

static void run_exp(void *context, float *out) {
  memcpy(out, context, 100003 * sizeof *out);
  lf_exp(out, 100003);
}

static void run_rest(void *context, float *out) {
  const float *x = context;
  for (int n = 0; n < 40; n++) {
    lf_add3(out + n * 40, x + n, x + 100, x + 200, n);
    memcpy(out + 1600 + n * 40, x + 300, 40 * sizeof *out);
    lf_add_scaled(out + 1600 + n * 40, x + n, x[n], n);
    memcpy(out + 3200 + n * 40, x + 400, 40 * sizeof *out);
    float divisors[2] = {x[n], 0};
    lf_divide_rows(out + 3200 + n * 40, 2, n / 2, 20, divisors);
  }
}

struct softmax {
  const float *x, *hidden;
  const int64_t *limits;
  ptrdiff_t columns;
  float scale;
};

static void run_softmax(void *context, float *out) {
  struct softmax *s = context;
  memcpy(out, s->x, (size_t)(3 * s->columns) * sizeof *out);
  lf_softmax(out, 3, s->columns, s->columns, s->scale, s->limits, s->hidden,
             out + 3 * s->columns, out + 3 * s->columns + 3);
}

static void test_softmax(void) {
  static const ptrdiff_t sizes[] = {1, 2, 15, 16, 17, 31, 33, 64, 100, 127};
  float *out = filled(1000, 0);
  for (int i = 0; i < 10; i++)
    for (int kind = 0; kind < 4; kind++) {
      const ptrdiff_t n = sizes[i];
      float *x = floats(3 * n), *hidden = filled(n, 0);
      int64_t limits[3] = {n, n / 2, 0};
      for (ptrdiff_t j = 0; j < n; j++) hidden[j] = random_bits() % 3 == 0 ? -INFINITY : 0;
      struct softmax s = {x, kind & 1 ? hidden : NULL, kind & 2 ? limits : NULL, n, 3.5f};
      agree("softmax", run_softmax, &s, out, 3 * n + 6);
      for (int r = 0; r < 3; r++) {
        double peak = -INFINITY, sum = 0, error = 0;
        ptrdiff_t limit = kind & 2 ? (ptrdiff_t)limits[r] : n;
        for (ptrdiff_t j = 0; j < limit; j++)
          if (!((kind & 1) && hidden[j] < 0)) peak = fmax(peak, 3.5 * (double)x[r * n + j]);
        for (ptrdiff_t j = 0; j < n; j++) {
          int seen = j < limit && !((kind & 1) && hidden[j] < 0);
          double e = seen ? exp(3.5 * (double)x[r * n + j] - peak) : 0;
          sum += e;
          error = fmax(error, fabs(e - (double)out[r * n + j]));
        }
        expect(error < 1e-6 && fabs(sum - (double)out[3 * n + 3 + r]) < 1e-5 * (1 + sum),
               "softmax of %td columns, kind %d", n, kind);
      }
      free(x);
      free(hidden);
    }
  free(out);
}

static void test_conversions(void) {
  uint16_t *half = malloc(65536 * sizeof *half);
  double *wide = malloc(65536 * sizeof *wide);
  float *expected = filled(65536, 0), *out = filled(65536, 0);
  for (int i = 0; i < 65536; i++) {
    half[i] = (uint16_t)i;
    wide[i] = (double)uniform();
    wide[i] += 1e-9 * (double)uniform();
    wide[i] = ldexp(wide[i], (int)(random_bits() % 300) - 150);
  }
  for (int s = 0; sets[s]; s++) {
    lf_select(sets[s]);
    for (int i = 0; i < 65536; i++) {
      int exponent = i >> 10 & 31, fraction = i & 1023;
      float value = exponent == 0    ? ldexpf((float)fraction, -24)
                    : exponent == 31 ? (fraction ? NAN : INFINITY)
                                     : ldexpf((float)(1024 + fraction), exponent - 25);
      expected[i] = i & 0x8000 ? -value : value;
    }
    lf_from_f16(out, half, 65536);
    expect_same(out, expected, 65536, "f16, %s", sets[s]);
    for (int i = 0; i < 65536; i++) expected[i] = bits_float((uint32_t)i << 16);
    lf_from_bf16(out, half, 65536);
    expect_same(out, expected, 65536, "bf16, %s", sets[s]);
    for (int i = 0; i < 65536; i++) expected[i] = (float)wide[i];
    lf_from_f64(out, wide, 65536);
    expect_same(out, expected, 65536, "f64, %s", sets[s]);
  }
  free(half);
  free(wide);
  free(expected);
  free(out);
}

void test_functions(void) {
  test_activations();
  test_softmax();
  test_conversions();
  float *x = floats(100003), *out = filled(100003, 0);
  for (int i = 0; i < 100003; i++) x[i] = i > 2000 && i % 100 == 0 ? hard_float() : x[i] * 100;
  agree("exp", run_exp, x, out, 100003);
  double worst = 0;
  for (int i = 0; i < 100003; i++) {
    if (x[i] != x[i]) expect(out[i] != out[i], "exp of NaN");
    if (!(fabsf(x[i]) < 87)) continue;
    worst = fmax(worst, ulps(out[i], exp((double)x[i])));
  }
  printf("exp: %.2f ulp\n", worst);
  expect(worst < 1.1, "exp: %.2f ulp", worst);
  agree("element-wise", run_rest, x, out, 4800);
  double worst_exp = 0, worst_tanh = 0;
  for (int i = 0; i < 100003; i++) {
    double v = (double)x[i] * (i % 2 ? 1 : 7) + (double)uniform() * 1e-7;
    if (!(fabs(v) < 700)) continue;
    double found = lf_exp_double(v);
    double exact = exp(v);  // far from float64's range, within an ulp
    worst_exp = fmax(worst_exp, fabs(found - exact) / exact);
    double t = v * 0.01;
    if (t != 0) worst_tanh = fmax(worst_tanh, fabs(lf_tanh_double(t) / tanh(t) - 1));
    digest = (digest ^ (uint64_t)float_bits((float)found)) * 0x100000001b3u;
    uint64_t bits;
    memcpy(&bits, &found, sizeof bits);
    digest = (digest ^ bits) * 0x100000001b3u;
  }
  printf("exp_double: %.2g relative, tanh_double: %.2g\n", worst_exp, worst_tanh);
  expect(worst_exp < 3.4e-16 && worst_tanh < 1e-13, "float64 functions");
  expect(lf_exp_double(0) == 1 && lf_exp_double(-INFINITY) == 0 &&
             isinf(lf_exp_double(INFINITY)) && isinf(lf_exp_double(710)) &&
             lf_exp_double(-746) == 0 && isnan(lf_exp_double(NAN)) &&
             fabs(lf_exp_double(-740) / exp(-740.0) - 1) < 0.01 && isnan(lf_tanh_double(NAN)) &&
             lf_tanh_double(INFINITY) == 1 && lf_tanh_double(-400) == -1,
         "float64 functions at their ends");
  for (ptrdiff_t columns = 1; columns < 140; columns += 6)
    for (int kind = 0; kind < 4; kind++) {
      float *y = floats(3 * columns);
      struct norm n = {x + 11, kind & 1 ? x + 501 : NULL, kind & 2 ? y : NULL, x + 703, x + 905,
                       3, columns};
      agree("layer norm", run_norm, &n, out, 3 * columns);
      free(y);
    }
  free(x);
  free(out);
}
