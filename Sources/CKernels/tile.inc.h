// The product of a few rows and one or a few panels, with all sums of a piece in
// registers.

#define LF_TILE_UNROLLED 4

// Moves a pointer on in a way that the compiler does not see through: it would
// make one pointer of each row, more than there are registers.
#define LF_NEXT(pointer, distance)  \
  do {                              \
    (pointer) += (distance);        \
    __asm__("" : "+r"(pointer));    \
  } while (0)

// One line of every panel times one column of the rows. Three rows share a
// pointer: the processor's addresses hold one stride or two of them.
LF_INLINE void tile_line(const int R, const int P, vf sums[LF_TILE_ROWS][4 * LF_LINE],
                         const float *const *rows, ptrdiff_t x_stride, const float *const *lines,
                         ptrdiff_t i) {
  vf line[4 * LF_LINE];
  LF_UNROLL for (int v = 0; v < P * LF_LINE; v++)
    line[v] = load(lines[v / LF_LINE] + i * 16 + (v % LF_LINE) * LF_WIDTH);
  LF_UNROLL for (int r = 0; r < R; r++) {
    vf factor = set1(rows[r / 3][r % 3 * x_stride + i]);
    LF_UNROLL for (int v = 0; v < P * LF_LINE; v++)
      sums[r][v] = LF_FMA(factor, line[v], sums[r][v]);
  }
}

// What a tile works on: totals [R][16·P] += x [R][count] · panels, in pieces of
// `depth` products, the first of `lead`. With `fresh` the totals start from +0.
struct tile {
  ptrdiff_t totals_stride, x_stride;
  ptrdiff_t panel;  // floats from one panel to the next
  ptrdiff_t count, lead, depth;
  int fresh;
  // Memory that is needed soon, asked for a little at a time: a burst of
  // requests would fill the buffers that this tile's own rows come through.
  // Bytes from one request to the next; 0 for none.
  ptrdiff_t ahead_step;
};

// `groups` times P panels, one group after the other.
LF_INLINE void tile(const int R, const int P, const struct tile *t, float *totals, const float *x,
                    const float *b, const char *ahead, ptrdiff_t groups) {
  const ptrdiff_t x_stride = t->x_stride, totals_stride = t->totals_stride;
  const ptrdiff_t ahead_step = t->ahead_step, count = t->count;
  for (; groups > 0; groups--, totals += 16 * P, b += P * t->panel) {
    const float *rows[4], *lines[4];
    int fresh = t->fresh;
    LF_UNROLL for (int r = 0; r < (R + 2) / 3; r++) rows[r] = x + 3 * r * x_stride;
    LF_UNROLL for (int p = 0; p < P; p++) lines[p] = b + p * t->panel;
    for (ptrdiff_t start = 0, end = t->lead; start < count; start = end, end += t->depth) {
      if (end > count) end = count;
      vf sums[LF_TILE_ROWS][4 * LF_LINE];
      LF_UNROLL for (int r = 0; r < R; r++)
        LF_UNROLL for (int v = 0; v < P * LF_LINE; v++) sums[r][v] = (vf){0};
      ptrdiff_t left = end - start;
      for (; left >= LF_TILE_UNROLLED; left -= LF_TILE_UNROLLED) {
        LF_UNROLL for (int i = 0; i < LF_TILE_UNROLLED; i++) {
          __builtin_prefetch(ahead, 0, 3);
          ahead += ahead_step;
          tile_line(R, P, sums, rows, x_stride, lines, i);
        }
        LF_UNROLL for (int r = 0; r < (R + 2) / 3; r++) LF_NEXT(rows[r], LF_TILE_UNROLLED);
        LF_UNROLL for (int p = 0; p < P; p++) LF_NEXT(lines[p], LF_TILE_UNROLLED * 16);
      }
      for (; left > 0; left--) {
        tile_line(R, P, sums, rows, x_stride, lines, 0);
        LF_UNROLL for (int r = 0; r < (R + 2) / 3; r++) LF_NEXT(rows[r], 1);
        LF_UNROLL for (int p = 0; p < P; p++) LF_NEXT(lines[p], 16);
      }
      LF_UNROLL for (int r = 0; r < R; r++)
        LF_UNROLL for (int v = 0; v < P * LF_LINE; v++) {
          float *total = totals + r * totals_stride + v * LF_WIDTH;
          store(total, (fresh ? (vf){0} : load(total)) + sums[r][v]);
        }
      fresh = 0;
    }
  }
}

typedef void tile_function(const struct tile *, float *, const float *, const float *,
                           const char *, ptrdiff_t);

#define TILE(R, P)                                                                           \
  static __attribute__((noinline)) void tile_##R##_##P(                                      \
      const struct tile *t, float *totals, const float *x, const float *b, const char *ahead, \
      ptrdiff_t groups) {                                                                    \
    tile(R, P, t, totals, x, b, ahead, groups);                                              \
  }

TILE(1, 1)
TILE(2, 1)
TILE(3, 1)
TILE(4, 1)
#if LF_TILE_ROWS >= 6
TILE(5, 1)
TILE(6, 1)
TILE(1, 2)
TILE(2, 2)
TILE(3, 2)
TILE(1, 4)
#endif
#if LF_TILE_ROWS >= 12
TILE(7, 1)
TILE(8, 1)
TILE(9, 1)
TILE(10, 1)
TILE(11, 1)
TILE(12, 1)
TILE(4, 2)
TILE(5, 2)
TILE(6, 2)
TILE(7, 2)
TILE(8, 2)
TILE(9, 2)
TILE(10, 2)
TILE(11, 2)
TILE(12, 2)
TILE(2, 4)
TILE(3, 4)
TILE(4, 4)
#endif

// By panels (1, 2, 4) and rows.
static tile_function *const tiles[3][LF_TILE_ROWS] = {
#if LF_TILE_ROWS >= 12
    {tile_1_1, tile_2_1, tile_3_1, tile_4_1, tile_5_1, tile_6_1, tile_7_1, tile_8_1, tile_9_1,
     tile_10_1, tile_11_1, tile_12_1},
    {tile_1_2, tile_2_2, tile_3_2, tile_4_2, tile_5_2, tile_6_2, tile_7_2, tile_8_2, tile_9_2,
     tile_10_2, tile_11_2, tile_12_2},
    {tile_1_4, tile_2_4, tile_3_4, tile_4_4},
#elif LF_TILE_ROWS >= 6
    {tile_1_1, tile_2_1, tile_3_1, tile_4_1, tile_5_1, tile_6_1},
    {tile_1_2, tile_2_2, tile_3_2},
    {tile_1_4},
#else
    {tile_1_1, tile_2_1, tile_3_1, tile_4_1},
#endif
};

// The tile of so many rows and at most so many panels; `*panels` becomes the
// number that it takes.
static inline tile_function *find_tile(ptrdiff_t rows, ptrdiff_t *panels) {
  int choice = *panels >= 4 ? 2 : *panels >= 2 ? 1 : 0;
  while (!tiles[choice][rows - 1]) choice--;
  *panels = (ptrdiff_t)1 << choice;
  return tiles[choice][rows - 1];
}

// Rows cut into tiles of nearly equal size: few rows in a tile waste lines.
struct tiling {
  ptrdiff_t count, rows, larger;  // the first `larger` tiles have a row more
};

static inline struct tiling tiling(ptrdiff_t rows) {
  struct tiling result = {.count = (rows + LF_TILE_ROWS - 1) / LF_TILE_ROWS};
  result.rows = result.count ? rows / result.count : 0;
  result.larger = result.count ? rows % result.count : 0;
  return result;
}

static inline ptrdiff_t tile_start(struct tiling t, ptrdiff_t index) {
  return index * t.rows + (index < t.larger ? index : t.larger);
}

// rows × panels, rows ≤ LF_TILE_ROWS, in tiles of as many panels as there are.
static inline void tile_panels(const struct tile *t, float *totals, const float *x,
                               ptrdiff_t rows, const float *b, ptrdiff_t panels,
                               const char *ahead) {
  while (panels > 0) {
    ptrdiff_t taken = panels;
    tile_function *function = find_tile(rows, &taken);
    const ptrdiff_t groups = panels / taken;
    function(t, totals, x, b, ahead, groups);
    taken *= groups;
    totals += taken * 16;
    b += taken * t->panel;
    panels -= taken;
  }
}

// Panels that are needed soon, for the tiles before to ask for.
struct ahead {
  const float *b;
  ptrdiff_t panels, panel, count;  // `count` lines of each
};

// The part of them that tile `index` of `tiles` asks for; sets the tile's step.
static inline const char *ahead_of(const struct ahead *a, struct tile *t, ptrdiff_t index,
                                   ptrdiff_t tiles, ptrdiff_t requests) {
  const ptrdiff_t bytes = a->count * 64;
  t->ahead_step = 0;
  if (bytes <= 0 || a->panels <= 0 || requests <= 0) return (const char *)a->b;
  // The tiles go through the panels one after the other.
  const ptrdiff_t which = index * a->panels / tiles;
  const ptrdiff_t first = (which * tiles + a->panels - 1) / a->panels;
  const ptrdiff_t share = ((which + 1) * tiles + a->panels - 1) / a->panels - first;
  t->ahead_step = (bytes / share + requests - 1) / requests;
  return (const char *)(a->b + which * a->panel) + bytes * (index - first) / share;
}

// Multiply-adds twice of a tile on data in the cache, with uncut sums.
// memory: 32768 floats.
static double tile_flops(ptrdiff_t repeats, float *memory) {
  enum { inner = 256, panels = LF_TILE_PANELS };
  float totals[LF_TILE_ROWS * 16 * panels];
  float *x = memory, *b = memory + LF_TILE_ROWS * inner;
  const struct tile t = {.totals_stride = 16 * panels, .x_stride = inner, .panel = inner * 16,
                         .count = inner, .lead = inner, .depth = inner, .fresh = 1};
  for (ptrdiff_t i = 0; i < repeats; i++)
    tile_panels(&t, totals, x, LF_TILE_ROWS, b, panels, (const char *)b);
  return 2.0 * LF_TILE_ROWS * 16 * panels * inner * (double)repeats;
}

// Float64 sums of a small product, two rows at a time: rows [2][16].
//
// A product of two floats is exact in float64, so that fused and separate
// multiply-add give the same sums.
LF_INLINE void tile64(double *totals, ptrdiff_t totals_stride, const float *x, ptrdiff_t x_stride,
                      ptrdiff_t rows, const float *b, ptrdiff_t count) {
  typedef double loose __attribute__((vector_size(4 * LF_WIDTH), aligned(8), may_alias));
  for (ptrdiff_t first = 0; first < rows; first += 2) {
    // Past the last row the last one is computed again.
    const ptrdiff_t second = first + 1 < rows ? 1 : 0;
    const float *x0 = x + first * x_stride, *x1 = x0 + second * x_stride;
    double *t0 = totals + first * totals_stride, *t1 = t0 + second * totals_stride;
    vd sums[2][LF_LINE64];
    LF_UNROLL for (int v = 0; v < LF_LINE64; v++) {
      sums[0][v] = *(const loose *)(t0 + v * LF_WIDTH64);
      sums[1][v] = *(const loose *)(t1 + v * LF_WIDTH64);
    }
    for (ptrdiff_t i = 0; i < count; i++) {
      vd f0 = set1d((double)x0[i]), f1 = set1d((double)x1[i]);
      LF_UNROLL for (int v = 0; v < LF_LINE64; v++) {
        vd line = load64(b + i * 16 + v * LF_WIDTH64);
        sums[0][v] += f0 * line;
        sums[1][v] += f1 * line;
      }
    }
    LF_UNROLL for (int v = 0; v < LF_LINE64; v++) {
      *(loose *)(t0 + v * LF_WIDTH64) = sums[0][v];
      *(loose *)(t1 + v * LF_WIDTH64) = sums[1][v];
    }
  }
}
