// Products of many rows: linear layers, and activations on both sides.

// Rows of x and columns of one pass: they stay in the second-level cache
// (at most 72 · 1024 floats) while all panels pass.
#define LF_PASS_ROWS 72
#define LF_PASS_INNER 1024
// Up to so many rows, more than the usual panels are taken at a time.
#define LF_FEW_ROWS (LF_TILE_PANELS == 2 ? 4 : LF_TILE_ROWS == 6 ? 3 : 0)

struct product {
  float *out;
  ptrdiff_t out_stride;
  const float *x;
  ptrdiff_t x_stride, rows;
  const float *b;          // the first panel
  ptrdiff_t panel;         // floats from panel to panel
  ptrdiff_t columns, count;
  const float *bias;       // of the first column, or NULL
  enum lf_activation activation;
  int accumulating, is_last;
};

// out = activation(totals + bias), some rows of a panel, `kept` columns of it;
// bias [16]. Inlined for a constant activation.
LF_INLINE void finish_panel(float *out, ptrdiff_t out_stride, const float *totals,
                            ptrdiff_t stride, ptrdiff_t rows, ptrdiff_t kept, const float *bias,
                            enum lf_activation kind) {
  vf added[LF_LINE];
  for (int v = 0; v < LF_LINE; v++) added[v] = bias ? load(bias + v * LF_WIDTH) : (vf){0};
  for (ptrdiff_t r = 0; r < rows; r++, out += out_stride, totals += stride) {
    vf values[LF_LINE];
    LF_UNROLL for (int v = 0; v < LF_LINE; v++) {
      vf value = load(totals + v * LF_WIDTH);
      values[v] = activated(bias ? value + added[v] : value, kind);
    }
    if (kept == 16) {
      LF_UNROLL for (int v = 0; v < LF_LINE; v++) store(out + v * LF_WIDTH, values[v]);
    } else {
      memcpy(out, values, (size_t)kept * sizeof *out);
    }
  }
}

// rows × some panels; totals [rows][16·panels].
static void finish(const struct product *p, const float *totals, ptrdiff_t stride, ptrdiff_t row,
                   ptrdiff_t rows, ptrdiff_t column, ptrdiff_t panels) {
  const enum lf_activation kind = p->is_last ? p->activation : lf_activation_none;
  for (ptrdiff_t c = 0; c < panels * 16; c += 16) {
    const ptrdiff_t left = p->columns - column - c, kept = left < 16 ? left : 16;
    float part[16] = {0};
    const float *bias = p->is_last ? p->bias : NULL;
    if (bias) bias = memcpy(part, bias + column + c, (size_t)kept * sizeof *bias);
    float *out = p->out + row * p->out_stride + column + c;
    LF_FOR_ACTIVATION(kind, constant, {
      finish_panel(out, p->out_stride, totals + c, stride, rows, kept, bias, constant);
    })
  }
}

// What `out` holds becomes the start of the sums.
static void start_totals(const struct product *p, float *totals, ptrdiff_t stride, ptrdiff_t row,
                         ptrdiff_t rows, ptrdiff_t column, ptrdiff_t panels) {
  const ptrdiff_t left = p->columns - column, kept = left < panels * 16 ? left : panels * 16;
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *line = totals + r * stride;
    memcpy(line, p->out + (row + r) * p->out_stride + column, (size_t)kept * sizeof *line);
    memset(line + kept, 0, (size_t)(panels * 16 - kept) * sizeof *line);
  }
}

// A block of rows that fits the cache, all columns: for a few panels, a part of
// k at a time stays in the first-level cache while all rows pass.
static void product_rows(const struct product *p, ptrdiff_t row, ptrdiff_t rows, ptrdiff_t depth) {
  float totals[LF_PASS_ROWS * 64] __attribute__((aligned(64)));
  const struct tiling tiling_of_rows = tiling(rows);
  const ptrdiff_t tiles_of_rows = tiling_of_rows.count;
  const ptrdiff_t panels = (p->columns + 15) / 16;
  const ptrdiff_t most = rows <= LF_FEW_ROWS ? (rows <= LF_FEW_ROWS / 3 || LF_TILE_PANELS == 2 ? 4 : 2)
                                             : LF_TILE_PANELS;
  struct tile t = {.totals_stride = most * 16, .x_stride = p->x_stride, .panel = p->panel,
                   .lead = depth, .depth = depth};
  const float *x = p->x + row * p->x_stride;
  for (ptrdiff_t first = 0; first < panels; first += most) {
    const ptrdiff_t taken = panels - first < most ? panels - first : most;
    t.fresh = !p->accumulating;
    if (!t.fresh) start_totals(p, totals, t.totals_stride, row, rows, first * 16, taken);
    for (ptrdiff_t i = 0; i < p->count; i += LF_INNER) {
      t.count = p->count - i < LF_INNER ? p->count - i : LF_INNER;
      const float *b = p->b + first * p->panel + i * 16;
      const int is_end = i + t.count >= p->count;
      // The lines of the next pass over the rows.
      struct ahead ahead = {b + t.count * 16, taken, p->panel, p->count - i - t.count};
      if (is_end) {
        ahead.b = b - i * 16 + most * p->panel;
        ahead.panels = panels - first - most < most ? panels - first - most : most;
        ahead.count = p->count;
      }
      if (ahead.count > LF_INNER) ahead.count = LF_INNER;
      // With few rows several panels are read at a time, which the processor
      // foresees by itself.
      if (rows <= LF_FEW_ROWS) ahead.count = 0;
      for (ptrdiff_t s = 0; s < tiles_of_rows; s++) {
        const ptrdiff_t r = tile_start(tiling_of_rows, s);
        const ptrdiff_t size = tile_start(tiling_of_rows, s + 1) - r;
        // Lines of the output, to write.
        for (ptrdiff_t q = 0; is_end && q < size; q++)
          __builtin_prefetch(p->out + (row + r + q) * p->out_stride + first * 16, 1, 3);
        const char *wanted = ahead_of(&ahead, &t, s, tiles_of_rows, t.count);
        float *own = totals + r * t.totals_stride;
        tile_panels(&t, own, x + r * p->x_stride + i, size, b, taken, wanted);
        // Tile by tile: the stores of all rows at once would wait for memory.
        if (is_end) finish(p, own, t.totals_stride, row + r, size, first * 16, taken);
      }
      t.fresh = 0;
    }
    if (p->count > 0) continue;
    if (t.fresh) memset(totals, 0, sizeof totals);
    finish(p, totals, t.totals_stride, row, rows, first * 16, taken);
  }
}

// Float64 sums; `count` is all there is of k.
static void product_small(const struct product *p) {
  enum { block = 16 };
  for (ptrdiff_t column = 0; column < p->columns; column += 16) {
    const ptrdiff_t left = p->columns - column, kept = left < 16 ? left : 16;
    const float *b = p->b + column / 16 * p->panel;
    for (ptrdiff_t row = 0; row < p->rows; row += block) {
      const ptrdiff_t rows = p->rows - row < block ? p->rows - row : block;
      double totals[block][16] = {{0}};
      float rounded[block][16];
      tile64(totals[0], 16, p->x + row * p->x_stride, p->x_stride, rows, b, p->count);
      for (ptrdiff_t r = 0; r < rows; r++) {
        const float *out = p->out + (row + r) * p->out_stride + column;
        for (ptrdiff_t c = 0; c < kept; c++) {
          double total = totals[r][c];
          if (p->bias) total = total + (double)p->bias[column + c];
          if (p->accumulating) total = total + (double)out[c];
          rounded[r][c] = (float)total;
        }
        for (ptrdiff_t c = kept; c < 16; c++) rounded[r][c] = 0;
      }
      struct product rest = *p;
      rest.bias = NULL;
      finish(&rest, rounded[0], 16, row, rows, column, 1);
    }
  }
}

// k is cut into nearly equal passes, so that a block of rows fits the cache; the
// totals wait in `out` between them.
static void product_all(const struct product *whole, ptrdiff_t depth) {
  if (depth == 0) {
    product_small(whole);
    return;
  }
  const ptrdiff_t passes = (whole->count + LF_PASS_INNER - 1) / LF_PASS_INNER;
  ptrdiff_t inner = passes > 1 ? (whole->count + passes - 1) / passes : whole->count;
  inner = (inner + depth - 1) / depth * depth;
  const ptrdiff_t blocks = (whole->rows + LF_PASS_ROWS - 1) / LF_PASS_ROWS;
  for (ptrdiff_t block = 0; block < blocks; block++) {
    const ptrdiff_t row = block * LF_PASS_ROWS, left = whole->rows - row;
    ptrdiff_t start = 0;
    do {
      struct product p = *whole;
      p.count = whole->count - start < inner ? whole->count - start : inner;
      p.x = whole->x + start;
      p.b = whole->b + start * 16;
      p.is_last = start + p.count >= whole->count;
      p.accumulating = whole->accumulating || start > 0;
      product_rows(&p, row, left < LF_PASS_ROWS ? left : LF_PASS_ROWS, depth);
      start += p.count;
    } while (start < whole->count);
  }
}

static void linear(float *out, ptrdiff_t out_stride, const float *x, ptrdiff_t x_stride,
                   ptrdiff_t rows, const float *packed, ptrdiff_t n, ptrdiff_t k,
                   ptrdiff_t first_output, ptrdiff_t outputs, ptrdiff_t first_k, ptrdiff_t count_k,
                   int depth, const float *bias, enum lf_activation activation, int accumulating) {
  (void)n;
  const struct product p = {
      .out = out, .out_stride = out_stride, .x = x, .x_stride = x_stride, .rows = rows,
      .b = packed + first_output * k + first_k * 16, .panel = k * 16,
      .columns = outputs, .count = count_k, .bias = bias ? bias + first_output : NULL,
      .activation = activation, .accumulating = accumulating, .is_last = 1,
  };
  product_all(&p, depth);
}

static void multiply(float *out, ptrdiff_t out_stride, const float *x, ptrdiff_t x_stride,
                     ptrdiff_t rows, const float *y, ptrdiff_t y_stride, ptrdiff_t k,
                     ptrdiff_t columns, int depth, int accumulating) {
  // Some lines of a few panels, packed on the way.
  enum { most = 512, wide = 2 };
  float lines[wide][most][16] __attribute__((aligned(64)));
  for (ptrdiff_t column = 0; column < columns; column += wide * 16) {
    struct product p = {
        .out = out + column, .out_stride = out_stride, .x_stride = x_stride, .rows = rows,
        .b = lines[0][0], .panel = most * 16, .activation = lf_activation_none,
        .columns = columns - column < wide * 16 ? columns - column : wide * 16, .is_last = 1,
        .accumulating = accumulating,
    };
    ptrdiff_t start = 0;
    do {
      p.count = k - start < most ? k - start : most;
      for (ptrdiff_t c = 0; c < p.columns; c += 16) {
        const ptrdiff_t kept = p.columns - c < 16 ? p.columns - c : 16;
        const float *in = y + start * y_stride + column + c;
        for (ptrdiff_t i = 0; i < p.count; i++, in += y_stride) {
          float *line = lines[c / 16][i];
          if (kept == 16) {
            memcpy(line, in, 16 * sizeof *line);
          } else {
            memcpy(line, in, (size_t)kept * sizeof *line);
            memset(line + kept, 0, (size_t)(16 - kept) * sizeof *line);
          }
        }
      }
      p.x = x + start;
      product_all(&p, depth);
      p.accumulating = 1;
      start += p.count;
    } while (start < k);
  }
}

static void linear_untransposed(float *out, ptrdiff_t out_stride, const float *x,
                                ptrdiff_t x_stride, ptrdiff_t rows, const float *packed,
                                ptrdiff_t n, ptrdiff_t k, ptrdiff_t first_output,
                                ptrdiff_t outputs, ptrdiff_t first_k, ptrdiff_t count_k) {
  (void)n;
  enum { most = 4096 };
  double factors[most + 32];
  for (ptrdiff_t done = 0; done == 0 || done < outputs; done += most) {
    const ptrdiff_t taken = outputs - done < most ? outputs - done : most;
    const ptrdiff_t place = (first_output + done) % 16;
    const ptrdiff_t panels = taken > 0 ? (place + taken + 15) / 16 : 0;
    const float *b = packed + (first_output + done - place) * k + first_k * 16;
    for (ptrdiff_t r = 0; r < rows; r++) {
      memset(factors, 0, (size_t)(panels * 16) * sizeof *factors);
      for (ptrdiff_t o = 0; o < taken; o++)
        factors[place + o] = (double)x[r * x_stride + done + o];
      float *target = out + r * out_stride;
      for (ptrdiff_t j = 0; j < count_k; j++) {
        vd sums[LF_LINE64];
        for (int v = 0; v < LF_LINE64; v++) sums[v] = (vd){0};
        for (ptrdiff_t q = 0; q < panels; q++)
          for (int v = 0; v < LF_LINE64; v++) {
            vd factor;
            memcpy(&factor, factors + q * 16 + v * LF_WIDTH64, sizeof factor);
            sums[v] += factor * load64(b + q * k * 16 + j * 16 + v * LF_WIDTH64);
          }
        double lanes[16];
        memcpy(lanes, sums, sizeof lanes);
        const double total = tree(lanes);
        target[j] = done > 0 ? (float)((double)target[j] + total) : (float)total;
      }
    }
  }
}
