// Element by element, and rows by themselves.

static void activate(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
                     const float *bias, enum lf_activation kind) {
  LF_FOR_ACTIVATION(kind, constant, {
    for (ptrdiff_t r = 0; r < rows; r++) {
      float *row = x + r * stride;
      ptrdiff_t c = 0;
      for (; c + LF_WIDTH <= columns; c += LF_WIDTH) {
        vf value = load(row + c);
        if (bias) value = value + load(bias + c);
        store(row + c, activated(value, constant));
      }
      if (c == columns) continue;
      vf value = load_part(row + c, columns - c);
      if (bias) value = value + load_part(bias + c, columns - c);
      store_part(row + c, activated(value, constant), columns - c);
    }
  })
}

// One row; inlined with NULL for what is not there. The sums are made anew in
// every pass, which is cheaper than a row of float64, and rounds nothing.
LF_INLINE void norm_row(float *out, const float *x, const float *bias, const float *residual,
                        const float *gain, const float *shift, double epsilon,
                        ptrdiff_t columns) {
#define SUM(c) \
  ((double)x[c] + (bias ? (double)bias[c] : 0.0) + (residual ? (double)residual[c] : 0.0))
  const ptrdiff_t whole = columns - columns % LANES;
  double lanes[LANES] = {0};
  for (ptrdiff_t c = 0; c < whole; c += LANES)
    for (int l = 0; l < LANES; l++) lanes[l] += SUM(c + l);
  for (ptrdiff_t c = whole; c < columns; c++) lanes[c - whole] += SUM(c);
  const double mean = tree(lanes) / (double)columns;

  double squares[LANES] = {0};
  for (ptrdiff_t c = 0; c < whole; c += LANES)
    for (int l = 0; l < LANES; l++) {
      double d = SUM(c + l) - mean;
      squares[l] += d * d;
    }
  for (ptrdiff_t c = whole; c < columns; c++) {
    double d = SUM(c) - mean;
    squares[c - whole] += d * d;
  }
  const double scale = 1.0 / sqrt(tree(squares) / (double)columns + epsilon);
  for (ptrdiff_t c = 0; c < columns; c++)
    out[c] = (float)((SUM(c) - mean) * scale * (double)gain[c] + (double)shift[c]);
#undef SUM
}

static void layer_norm(float *out, ptrdiff_t out_stride, const float *x, ptrdiff_t x_stride,
                       const float *bias, const float *residual, ptrdiff_t residual_stride,
                       const float *gain, const float *shift, double epsilon, ptrdiff_t rows,
                       ptrdiff_t columns) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *o = out + r * out_stride;
    const float *in = x + r * x_stride;
    const float *add = residual ? residual + r * residual_stride : NULL;
    if (bias && add)
      norm_row(o, in, bias, add, gain, shift, epsilon, columns);
    else if (bias)
      norm_row(o, in, bias, NULL, gain, shift, epsilon, columns);
    else if (add)
      norm_row(o, in, NULL, add, gain, shift, epsilon, columns);
    else
      norm_row(o, in, NULL, NULL, gain, shift, epsilon, columns);
  }
}

static void add3(float *restrict out, const float *restrict a, const float *restrict b,
                 const float *restrict c, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++)
    out[i] = (float)((double)a[i] + (double)b[i] + (double)c[i]);
}

static void multiply_add(float *out, const float *a, const float *b, const float *c,
                         ptrdiff_t count) {
  ptrdiff_t i = 0;
  for (; i + LF_WIDTH <= count; i += LF_WIDTH)
    store(out + i, LF_FMA(load(a + i), load(b + i), load(c + i)));
  const ptrdiff_t left = count - i;
  if (left > 0)
    store_part(out + i,
               LF_FMA(load_part(a + i, left), load_part(b + i, left), load_part(c + i, left)),
               left);
}

static void add_scaled(float *y, const float *x, float factor, ptrdiff_t count) {
  const vf scale = set1(factor);
  ptrdiff_t i = 0;
  for (; i + LF_WIDTH <= count; i += LF_WIDTH)
    store(y + i, LF_FMA(scale, load(x + i), load(y + i)));
  const ptrdiff_t left = count - i;
  if (left > 0)
    store_part(y + i, LF_FMA(scale, load_part(x + i, left), load_part(y + i, left)), left);
}

static void divide_rows(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride,
                        const float *divisors) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *row = x + r * stride;
    const double factor = divisors[r] != 0.0f ? 1.0 / (double)divisors[r] : 0.0;
    for (ptrdiff_t c = 0; c < columns; c++) row[c] = (float)((double)row[c] * factor);
  }
}
