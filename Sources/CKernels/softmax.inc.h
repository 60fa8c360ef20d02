// Softmax of rows of scores in memory whose lanes are counted from a multiple
// of 16. What a row does not see is −∞ in its first and last group of 16
// columns, and where a key is hidden.

// Writes −∞ over what is not seen in the groups of [begin, end).
static void mask_row(float *row, ptrdiff_t begin, ptrdiff_t end, const float *hidden) {
  const ptrdiff_t first = begin / 16 * 16, last = (end + 15) / 16 * 16;
  for (ptrdiff_t c = first; c < begin; c++) row[c] = -INFINITY;
  for (ptrdiff_t c = end; c < last; c++) row[c] = -INFINITY;
  if (!hidden) return;
  const vf never = set1(-INFINITY), zero = {0};
  ptrdiff_t c = begin;
  for (; c + LF_WIDTH <= end; c += LF_WIDTH)
    store(row + c, choose(load(hidden + c) < zero, never, load(row + c)));
  for (; c < end; c++)
    if (hidden[c] < 0.0f) row[c] = -INFINITY;
}

// The largest score of the groups of [begin, end), and `peak`; a NaN never is.
static float largest(const float *row, ptrdiff_t begin, ptrdiff_t end, float peak) {
  vf most[4];
  for (int v = 0; v < 4; v++) most[v] = set1(peak);
  ptrdiff_t c = begin / 16 * 16;
  for (; c + 4 * LF_WIDTH <= end; c += 4 * LF_WIDTH)
    LF_UNROLL for (int v = 0; v < 4; v++) {
      vf value = load(row + c + v * LF_WIDTH);
      most[v] = choose(value > most[v], value, most[v]);
    }
  for (; c < end; c += LF_WIDTH) {
    vf value = load(row + c);
    most[0] = choose(value > most[0], value, most[0]);
  }
  for (int v = 1; v < 4; v++) most[0] = choose(most[v] > most[0], most[v], most[0]);
  for (int l = 0; l < LF_WIDTH; l++) peak = most[0][l] > peak ? most[0][l] : peak;
  return peak;
}

// row = exp(scale·row − peak) in the groups of [begin, end); `lanes` [16] gets
// the sums. The product and the difference are rounded together, unless
// `is_careful`: what a huge maximum lost in rounding could be large.
LF_INLINE void exponentials_inline(float *row, ptrdiff_t begin, ptrdiff_t end, float scale,
                                   float peak, float *lanes, const int is_careful) {
  const vf factor = set1(scale), base = set1(-peak), never = set1(-INFINITY);
  vf sums[LF_LINE];
  for (int v = 0; v < LF_LINE; v++) sums[v] = load(lanes + v * LF_WIDTH);
  for (ptrdiff_t c = begin / 16 * 16; c < end; c += 16)
    LF_UNROLL for (int v = 0; v < LF_LINE; v++) {
      float *at = row + c + v * LF_WIDTH;
      vf score = load(at);
      vf weight = exp_below(is_careful ? score * factor + base : LF_FMA(score, factor, base));
      // Where the scale is 0, −∞ times it is not −∞.
      if (is_careful) weight = choose(score == never, (vf){0}, weight);
      store(at, weight);
      sums[v] += weight;
    }
  for (int v = 0; v < LF_LINE; v++) store(lanes + v * LF_WIDTH, sums[v]);
}

static void exponentials(float *row, ptrdiff_t begin, ptrdiff_t end, float scale, float peak,
                         float *lanes) {
  if (peak > 1e6f || peak < -1e6f || scale == 0.0f)
    exponentials_inline(row, begin, end, scale, peak, lanes, 1);
  else
    exponentials_inline(row, begin, end, scale, peak, lanes, 0);
}

static double lane_sum(const float *lanes) {
  double wide[16];
  for (int l = 0; l < 16; l++) wide[l] = (double)lanes[l];
  return tree(wide);
}

// The maximum of scale·x, where `most` is that of x. −∞ stays, and 0 is what is
// subtracted then: exp(−∞) = 0 everywhere.
static inline float scaled_peak(float most, float scale) {
  return most == -INFINITY ? most : most * scale;
}

static void softmax(float *x, ptrdiff_t rows, ptrdiff_t columns, ptrdiff_t stride, float scale,
                    const int64_t *limits, const float *hidden, float *maxima, float *sums) {
  for (ptrdiff_t r = 0; r < rows; r++) {
    float *row = x + r * stride;
    ptrdiff_t limit = limits ? (ptrdiff_t)limits[r] : columns;
    limit = limit < 0 ? 0 : limit > columns ? columns : limit;
    // The groups of 16 but the last are in place; the last may pass the row.
    const ptrdiff_t whole = limit / 16 * 16;
    float last[16];
    for (int l = 0; l < 16; l++) last[l] = -INFINITY;
    memcpy(last, row + whole, (size_t)(limit - whole) * sizeof *row);
    mask_row(row, 0, whole, hidden);
    for (ptrdiff_t c = whole; hidden && c < limit; c++)
      if (hidden[c] < 0.0f) last[c - whole] = -INFINITY;
    const float peak =
        scaled_peak(largest(last, 0, 16, largest(row, 0, whole, -INFINITY)), scale);
    const float base = peak == -INFINITY ? 0.0f : peak;
    float lanes[16] = {0};
    exponentials(row, 0, whole, scale, base, lanes);
    exponentials(last, 0, 16, scale, base, lanes);
    memcpy(row + whole, last, (size_t)(limit - whole) * sizeof *row);
    memset(row + limit, 0, (size_t)(columns - limit) * sizeof *row);
    maxima[r] = peak;
    sums[r] = (float)lane_sum(lanes);
  }
}
