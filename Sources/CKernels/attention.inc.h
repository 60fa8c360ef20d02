// Attention of one head: blocks of queries, whose scores are in the cache.
//
// What a row becomes does not depend on its block or tile: keys that others see
// have weight 0, which adds nothing to a sum that started from +0.

enum {
  context_depth = 32,  // keys of a piece of the context's sums
  value_keys = 64,     // keys whose values stay in the first-level cache
  value_panels = 4,    // and columns of them, in panels
  score_panels = 4,    // panels of keys that do
  score_stride = lf_score_stride,
};

// Some keys in the memory of scores: columns [column, …) hold the keys from
// `begin` on, a multiple of 16 (but `first`, which a row may see, may be later).
struct segment {
  const struct lf_keys *keys;
  int is_band;
  ptrdiff_t first, end;
  ptrdiff_t begin, column;
  const float *hidden;  // of key 0
};

struct span {
  ptrdiff_t begin, end;
};

struct work {
  const struct lf_attention *a;
  const float *queries;  // of the block
  ptrdiff_t stride;
  ptrdiff_t query, place, rows;  // number of the first one, and its index in the call
  struct tiling tiling;
  float *scores;    // [rows][score_stride]
  float *context;   // [rows][width]
  double *context64;  // the same for small heads
  ptrdiff_t width;
  float peaks[lf_block_queries];
  double sums[lf_block_queries];
  int is_finite;
};

static inline ptrdiff_t least(ptrdiff_t a, ptrdiff_t b) { return a < b ? a : b; }
static inline ptrdiff_t most(ptrdiff_t a, ptrdiff_t b) { return a > b ? a : b; }

// Keys of a segment that a row of the block sees.
static inline struct span seen(const struct work *w, const struct segment *s, ptrdiff_t row) {
  struct span span = {s->first, s->end};
  if (s->is_band) {
    const ptrdiff_t query = w->query + row;
    // The sides may be as large as a number can be.
    if (w->a->left < query - span.begin) span.begin = query - w->a->left;
    if (w->a->right < span.end - 1 - query) span.end = query + w->a->right + 1;
  } else if (w->a->limits) {
    span.end = least(span.end, (ptrdiff_t)w->a->limits[w->place + row]);
  }
  if (span.end <= span.begin) span.begin = span.end = s->first;
  return span;
}

// Keys that some row of [row, row + rows) sees.
static inline struct span seen_by_any(const struct work *w, const struct segment *s,
                                      ptrdiff_t row, ptrdiff_t rows) {
  struct span all = {0, 0};
  for (ptrdiff_t r = row; r < row + rows; r++) {
    const struct span span = seen(w, s, r);
    if (span.begin == span.end) continue;
    all.begin = all.begin == all.end ? span.begin : least(all.begin, span.begin);
    all.end = most(all.end, span.end);
  }
  return all;
}

// Scores of a tile of rows with the panels [panel, panel + panels).
static void score_tile(const struct work *w, const struct segment *s, ptrdiff_t row,
                       ptrdiff_t rows, ptrdiff_t panel, ptrdiff_t panels) {
  const ptrdiff_t size = w->a->head_size;
  float *scores = w->scores + row * score_stride + s->column + panel * 16 - s->begin;
  const float *q = w->queries + row * w->stride;
  const float *k = s->keys->keys + (panel * 16 - s->keys->first) * size;
  if (size > lf_small_head) {
    const ptrdiff_t depth = size <= 256 ? 32 : 64;
    const struct tile t = {.totals_stride = score_stride, .x_stride = w->stride,
                           .panel = size * 16, .count = size, .lead = depth, .depth = depth,
                           .fresh = 1};
    tile_panels(&t, scores, q, rows, k, panels, (const char *)k);
    return;
  }
  for (ptrdiff_t p = 0; p < panels; p++) {
    double totals[LF_TILE_ROWS][16] = {{0}};
    tile64(totals[0], 16, q, w->stride, rows, k + p * size * 16, size);
    for (ptrdiff_t r = 0; r < rows; r++)
      for (int c = 0; c < 16; c++) scores[r * score_stride + p * 16 + c] = (float)totals[r][c];
  }
}

// Scores of the block for a segment, panel by panel, for tiles that see it.
static void score(const struct work *w, const struct segment *s) {
  struct span tiles[lf_block_queries];
  for (ptrdiff_t t = 0; t < w->tiling.count; t++) {
    const ptrdiff_t row = tile_start(w->tiling, t), rows = tile_start(w->tiling, t + 1) - row;
    const struct span span = seen_by_any(w, s, row, rows);
    tiles[t] = (struct span){span.begin / 16, (span.end + 15) / 16};  // in panels
    if (span.begin == span.end) tiles[t].begin = tiles[t].end = 0;
  }
  const ptrdiff_t end = (s->end + 15) / 16;
  for (ptrdiff_t panel = s->first / 16; panel < end; panel += score_panels)
    for (ptrdiff_t t = 0; t < w->tiling.count; t++) {
      const ptrdiff_t row = tile_start(w->tiling, t), rows = tile_start(w->tiling, t + 1) - row;
      const ptrdiff_t from = most(panel, tiles[t].begin);
      const ptrdiff_t to = least(least(panel + score_panels, end), tiles[t].end);
      if (from < to) score_tile(w, s, row, rows, from, to - from);
    }
}

// Scores become weights, in all segments together.
static void weigh(struct work *w, const struct segment *segments, int count) {
  for (ptrdiff_t r = 0; r < w->rows; r++) {
    struct span spans[2];
    float peak = -INFINITY;
    for (int i = 0; i < count; i++) {
      const struct segment *s = segments + i;
      float *row = w->scores + r * score_stride + s->column - s->begin;
      spans[i] = seen(w, s, r);
      if (spans[i].begin == spans[i].end) continue;
      mask_row(row, spans[i].begin, spans[i].end, s->hidden);
      peak = largest(row, spans[i].begin, spans[i].end, peak);
    }
    peak = scaled_peak(peak, w->a->scale);
    const float former = w->peaks[r];
    peak = former > peak ? former : peak;
    const float base = peak == -INFINITY ? 0.0f : peak;
    if (former != peak && former != -INFINITY) {
      // What has been summed was relative to a smaller maximum.
      float factor = former - base;
      exponential(&factor, 1);
      w->sums[r] *= (double)factor;
      for (ptrdiff_t c = 0; w->context64 && c < w->width; c++)
        w->context64[r * w->width + c] *= (double)factor;
      for (ptrdiff_t c = 0; w->context && c < w->width; c++)
        w->context[r * w->width + c] *= factor;
    }
    w->peaks[r] = peak;
    float lanes[16] = {0};
    for (int i = 0; i < count; i++) {
      const struct segment *s = segments + i;
      if (spans[i].begin == spans[i].end) continue;
      exponentials(w->scores + r * score_stride + s->column - s->begin, spans[i].begin,
                   spans[i].end, w->a->scale, base, lanes);
    }
    w->sums[r] += lane_sum(lanes);
  }
}

// Writes weight 0 where others of the tile see a key and a row does not.
static void clear_unseen(const struct work *w, const struct segment *s, ptrdiff_t row,
                         ptrdiff_t rows, struct span all) {
  for (ptrdiff_t r = row; r < row + rows; r++) {
    float *scores = w->scores + r * score_stride + s->column - s->begin;
    struct span own = seen(w, s, r);
    if (own.begin == own.end) {
      // Nothing of this row's is in place: it sees none of these keys.
      own.begin = own.end = all.begin;
    } else {
      // Its groups of 16 hold zeros already.
      own.begin = most(own.begin / 16 * 16, all.begin);
      own.end = most(least((own.end + 15) / 16 * 16, all.end), own.begin);
    }
    for (ptrdiff_t j = all.begin; j < own.begin; j++) scores[j] = 0.0f;
    for (ptrdiff_t j = own.end; j < all.end; j++) scores[j] = 0.0f;
  }
}

// Context of a tile += weights · values of the keys [span).
static void context_tile(const struct work *w, const struct segment *s, ptrdiff_t row,
                         ptrdiff_t rows, ptrdiff_t panel, ptrdiff_t panels, struct span span) {
  const float *weights = w->scores + row * score_stride + s->column + span.begin - s->begin;
  const ptrdiff_t stride = s->keys->count * 16;
  const float *values = s->keys->values + panel * stride + (span.begin - s->keys->first) * 16;
  const ptrdiff_t count = span.end - span.begin;
  if (w->context64) {
    tile64(w->context64 + row * w->width + panel * 16, w->width, weights, score_stride, rows,
           values, count);
    return;
  }
  const struct tile t = {.totals_stride = w->width, .x_stride = score_stride, .panel = stride,
                         .count = count, .lead = context_depth - span.begin % context_depth,
                         .depth = context_depth};
  tile_panels(&t, w->context + row * w->width + panel * 16, weights, rows, values, panels,
              (const char *)values);
}

static void add_context(const struct work *w, const struct segment *s) {
  // A weight of 0 is nothing only to finite values: otherwise each row goes by
  // itself, over its own keys.
  const struct tiling tiling =
      s->keys->is_finite ? w->tiling : (struct tiling){.count = w->rows, .rows = 1};
  struct span tiles[lf_block_queries];
  for (ptrdiff_t t = 0; t < tiling.count; t++) {
    const ptrdiff_t row = tile_start(tiling, t), rows = tile_start(tiling, t + 1) - row;
    tiles[t] = seen_by_any(w, s, row, rows);
    clear_unseen(w, s, row, rows, tiles[t]);
  }
  const ptrdiff_t panels = w->width / 16;
  for (ptrdiff_t start = s->first / value_keys * value_keys; start < s->end; start += value_keys)
    for (ptrdiff_t panel = 0; panel < panels; panel += value_panels)
      for (ptrdiff_t t = 0; t < tiling.count; t++) {
        const ptrdiff_t row = tile_start(tiling, t), rows = tile_start(tiling, t + 1) - row;
        const struct span span = {most(start, tiles[t].begin),
                                  least(start + value_keys, tiles[t].end)};
        if (span.begin < span.end)
          context_tile(w, s, row, rows, panel, least(value_panels, panels - panel), span);
      }
}

// Whether the maximum of all rows is found before any weight.
static int is_single(const struct lf_attention *a) {
  const ptrdiff_t end = a->band.end, left = least(a->left, end), right = least(a->right, end);
  return least(left + right + 1, end) + a->global.end <= lf_most_keys;
}

// The keys [first, end) of a group that some row of the block sees.
static struct segment segment(const struct work *w, int is_band, ptrdiff_t first, ptrdiff_t end,
                              ptrdiff_t column) {
  const struct lf_keys *keys = is_band ? &w->a->band : &w->a->global;
  struct segment s = {.keys = keys, .is_band = is_band, .first = most(first, keys->first),
                      .end = least(end, least(keys->first + keys->count, keys->end)),
                      .column = column};
  if (s.end < s.first) s.end = s.first;
  const struct span all = seen_by_any(w, &s, 0, w->rows);
  s.first = all.begin;
  s.end = all.end;
  s.begin = s.first / 16 * 16;
  // Most blocks see no hidden key, although there may be some.
  for (ptrdiff_t j = s.first; keys->hidden && !s.hidden && j < s.end; j++)
    if (keys->hidden[j - keys->first] < 0.0f) s.hidden = keys->hidden - keys->first;
  return s;
}

static void attend_to(struct work *w, const struct segment *segments, int count) {
  for (int i = 0; i < count; i++) score(w, segments + i);
  weigh(w, segments, count);
  for (int i = 0; i < count; i++) add_context(w, segments + i);
}

// Visits the keys of a block: all at once, or in chunks.
static void visit(struct work *w) {
  if (is_single(w->a)) {
    struct segment segments[2];
    segments[0] = segment(w, 0, 0, w->a->global.end, 0);
    const ptrdiff_t column = (segments[0].end - segments[0].begin + 15) / 16 * 16;
    segments[1] = segment(w, 1, 0, w->a->band.end, column);
    attend_to(w, segments, 2);
    return;
  }
  for (int is_band = 0; is_band < 2; is_band++) {
    const struct lf_keys *keys = is_band ? &w->a->band : &w->a->global;
    const struct segment all = segment(w, is_band, 0, keys->end, 0);
    for (ptrdiff_t start = all.first / lf_chunk_keys * lf_chunk_keys; start < all.end;
         start += lf_chunk_keys) {
      const struct segment chunk = segment(w, is_band, start, start + lf_chunk_keys, 0);
      attend_to(w, &chunk, 1);
    }
  }
}

static void start_block(struct work *w, const struct lf_attention *a, const float *queries,
                        ptrdiff_t stride, ptrdiff_t first_query, ptrdiff_t place, ptrdiff_t rows,
                        float *scratch) {
  *w = (struct work){.a = a, .queries = queries + place * stride, .stride = stride,
                     .query = first_query + place, .place = place, .rows = rows,
                     .tiling = tiling(rows), .scores = scratch,
                     .width = (a->head_size + 15) / 16 * 16};
  for (ptrdiff_t r = 0; r < rows; r++) w->peaks[r] = -INFINITY;
}

static void attend(const struct lf_attention *a, float *context, ptrdiff_t context_stride,
                   const float *queries, ptrdiff_t queries_stride, ptrdiff_t first_query,
                   ptrdiff_t count, float *scratch) {
  for (ptrdiff_t place = 0; place < count; place += lf_block_queries) {
    struct work w;
    start_block(&w, a, queries, queries_stride, first_query, place,
                least(lf_block_queries, count - place), scratch);
    float *memory = scratch + lf_block_queries * score_stride;
    if (a->head_size <= lf_small_head) {
      w.context64 = (double *)memory;
      memset(memory, 0, (size_t)(w.rows * w.width) * sizeof(double));
    } else {
      w.context = memory;
      memset(memory, 0, (size_t)(w.rows * w.width) * sizeof(float));
    }
    visit(&w);
    for (ptrdiff_t r = 0; r < w.rows; r++) {
      if (a->maxima) a->maxima[place + r] = w.peaks[r];
      if (a->sums) a->sums[place + r] = w.sums[r];
      const double factor = w.sums[r] != 0.0 ? 1.0 / w.sums[r] : 0.0;
      float *out = context + (place + r) * context_stride;
      for (ptrdiff_t c = 0; c < a->head_size; c++)
        out[c] = (float)((w.context ? (double)w.context[r * w.width + c]
                                    : w.context64[r * w.width + c]) * factor);
    }
  }
}
