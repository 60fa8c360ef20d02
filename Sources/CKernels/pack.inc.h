// Packed matrices: panels of 16 rows, each panel [k][16].

// The exponent is rebased by a product: 2¹¹² takes half precision's exponents,
// denormals included, to float32's. Infinity and NaN are mended by hand.
static void from_f16(float *restrict out, const uint16_t *restrict in, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) {
    uint32_t h = in[i], magnitude = (h & 0x7FFFu) << 13, scaled;
    float value;
    memcpy(&value, &magnitude, sizeof value);
    value *= 0x1p112f;
    memcpy(&scaled, &value, sizeof scaled);
    uint32_t special = (h & 0x7C00u) == 0x7C00u ? 0x7F800000u : 0u;
    scaled |= special | (h & 0x8000u) << 16;
    memcpy(out + i, &scaled, sizeof scaled);
  }
}

static void from_bf16(float *restrict out, const uint16_t *restrict in, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) {
    uint32_t bits = (uint32_t)in[i] << 16;
    memcpy(out + i, &bits, sizeof bits);
  }
}

static void from_f64(float *restrict out, const double *restrict in, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++) out[i] = (float)in[i];
}

// Four floats, for transposing 4 × 4 on every processor.
typedef float quad __attribute__((vector_size(16)));
typedef float quad_loose __attribute__((vector_size(16), aligned(4), may_alias));

// Four rows of four columns to four lines: out[i·out_stride + r] = in[r][i].
LF_INLINE void transpose4(float *out, ptrdiff_t out_stride, const float *in, ptrdiff_t in_stride) {
  quad r0 = *(const quad_loose *)in, r1 = *(const quad_loose *)(in + in_stride);
  quad r2 = *(const quad_loose *)(in + 2 * in_stride);
  quad r3 = *(const quad_loose *)(in + 3 * in_stride);
  quad a = __builtin_shufflevector(r0, r1, 0, 4, 1, 5);
  quad b = __builtin_shufflevector(r2, r3, 0, 4, 1, 5);
  quad c = __builtin_shufflevector(r0, r1, 2, 6, 3, 7);
  quad d = __builtin_shufflevector(r2, r3, 2, 6, 3, 7);
  *(quad_loose *)out = __builtin_shufflevector(a, b, 0, 1, 4, 5);
  *(quad_loose *)(out + out_stride) = __builtin_shufflevector(a, b, 2, 3, 6, 7);
  *(quad_loose *)(out + 2 * out_stride) = __builtin_shufflevector(c, d, 0, 1, 4, 5);
  *(quad_loose *)(out + 3 * out_stride) = __builtin_shufflevector(c, d, 2, 3, 6, 7);
}

// Some rows of one panel; lines from `out` on, source row 0 at place `place`.
// `ahead` bytes further on is what comes next, in rows `row_bytes` apart.
static void pack_panel(float *out, ptrdiff_t place, ptrdiff_t rows, const float *source,
                       ptrdiff_t stride, ptrdiff_t count, const char *ahead,
                       ptrdiff_t row_bytes, ptrdiff_t ahead_bytes) {
  ptrdiff_t r = 0;
  for (; r + 4 <= rows; r += 4) {
    const float *in = source + r * stride;
    for (int l = 0; l < 4; l++)
      for (ptrdiff_t i = 0; i < ahead_bytes; i += 64)
        __builtin_prefetch(ahead + (r + l) * row_bytes + i, 0, 3);
    float *target = out + place + r;
    ptrdiff_t i = 0;
    for (; i + 4 <= count; i += 4) transpose4(target + i * 16, 16, in + i, stride);
    for (; i < count; i++)
      for (int l = 0; l < 4; l++) target[i * 16 + l] = in[l * stride + i];
  }
  for (; r < rows; r++)
    for (ptrdiff_t i = 0; i < count; i++) out[i * 16 + place + r] = source[r * stride + i];
}

static void pack(float *packed, ptrdiff_t n, ptrdiff_t k, ptrdiff_t first_row, ptrdiff_t rows,
                 ptrdiff_t first_k, ptrdiff_t count_k, const void *source, enum lf_type type,
                 ptrdiff_t source_stride) {
  enum { part = 64 };  // columns at a time: 16 rows of them stay in the cache
  float converted[16 * part];
  const ptrdiff_t end = first_row + rows;
  for (ptrdiff_t row = first_row; row < end;) {
    const ptrdiff_t place = row % 16;
    const ptrdiff_t taken = end - row < 16 - place ? end - row : 16 - place;
    float *lines = packed + (row - place) * k + first_k * 16;
    for (ptrdiff_t i = 0; i < count_k; i += part) {
      const ptrdiff_t width = count_k - i < part ? count_k - i : part;
      const ptrdiff_t offset = (row - first_row) * source_stride + i;
      // The next columns of these rows, or the first ones of the next rows.
      const size_t size = type == lf_type_f64 ? 8 : type == lf_type_f32 ? 4 : 2;
      const int is_end = i + width >= count_k;
      const ptrdiff_t next = is_end ? offset - i + taken * source_stride : offset + width;
      const ptrdiff_t columns = is_end ? count_k : count_k - i - width;
      const char *ahead = (const char *)source + (size_t)next * size;
      const ptrdiff_t row_bytes = source_stride * (ptrdiff_t)size;
      const ptrdiff_t ahead_bytes = (columns < part ? columns : part) * (ptrdiff_t)size;
      if (type == lf_type_f32) {
        pack_panel(lines + i * 16, place, taken, (const float *)source + offset, source_stride,
                   width, ahead, row_bytes, ahead_bytes);
        continue;
      }
      for (ptrdiff_t r = 0; r < taken; r++) {
        const ptrdiff_t at = offset + r * source_stride;
        float *target = converted + r * part;
        if (type == lf_type_f64)
          from_f64(target, (const double *)source + at, width);
        else if (type == lf_type_f16)
          from_f16(target, (const uint16_t *)source + at, width);
        else
          from_bf16(target, (const uint16_t *)source + at, width);
      }
      pack_panel(lines + i * 16, place, taken, converted, part, width, ahead, row_bytes,
                 ahead_bytes);
    }
    row += taken;
  }
  // Past the last row of the matrix.
  if (rows > 0 && end == n && n % 16 != 0) {
    const ptrdiff_t place = n % 16;
    float *lines = packed + (n - place) * k + first_k * 16;
    for (ptrdiff_t i = 0; i < count_k; i++)
      memset(lines + i * 16 + place, 0, (size_t)(16 - place) * sizeof *lines);
  }
}

static void unpack(float *out, ptrdiff_t out_stride, const float *packed, ptrdiff_t n, ptrdiff_t k,
                   ptrdiff_t first_row, ptrdiff_t rows, ptrdiff_t first_k, ptrdiff_t count_k) {
  (void)n;
  for (ptrdiff_t r = 0; r < rows;) {
    const ptrdiff_t row = first_row + r, place = row % 16;
    const float *lines = packed + (row - place) * k + first_k * 16 + place;
    float *target = out + r * out_stride;
    ptrdiff_t i = 0;
    if (place % 4 == 0 && rows - r >= 4) {
      for (; i + 4 <= count_k; i += 4) transpose4(target + i, out_stride, lines + i * 16, 16);
      for (; i < count_k; i++)
        for (int l = 0; l < 4; l++) target[l * out_stride + i] = lines[i * 16 + l];
      r += 4;
    } else {
      for (; i < count_k; i++) target[i] = lines[i * 16];
      r++;
    }
  }
}

static int pack_values(float *packed, const float *source, ptrdiff_t source_stride,
                       ptrdiff_t count, ptrdiff_t head_size) {
  vi is_bad = {0};
  const vi exponent = set1i(0x7F800000);
  for (ptrdiff_t column = 0; column < head_size; column += 16) {
    const ptrdiff_t width = head_size - column < 16 ? head_size - column : 16;
    float *lines = packed + column * count;
    for (ptrdiff_t i = 0; i < count; i++) {
      if (column == 0)  // rows far apart, which no prefetcher of the processor follows
        for (ptrdiff_t c = 0; c < head_size; c += 16)
          __builtin_prefetch(source + (i + 16) * source_stride + c, 0, 3);
      float *line = lines + i * 16;
      const float *in = source + i * source_stride + column;
      if (width < 16) {
        memcpy(line, in, (size_t)width * sizeof *line);
        memset(line + width, 0, (size_t)(16 - width) * sizeof *line);
        in = line;
      }
      for (int v = 0; v < LF_LINE; v++) {
        vf value = load(in + v * LF_WIDTH);
        is_bad |= ((vi)value & exponent) == exponent;
        store(line + v * LF_WIDTH, value);
      }
    }
  }
  int bad = 0;
  for (int l = 0; l < LF_WIDTH; l++) bad |= is_bad[l];
  return !bad;
}
