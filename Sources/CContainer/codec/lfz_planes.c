#include "lfz_planes.h"

// Clang's vector extensions: they become SSE2, AVX or NEON instructions.
typedef uint8_t V __attribute__((vector_size(16)));
typedef uint8_t Unaligned __attribute__((vector_size(16), aligned(1)));

static inline V load(const uint8_t *from) { return *(const Unaligned *)from; }
static inline void store(uint8_t *to, V value) { *(Unaligned *)to = value; }

// Bytes of two vectors in turn: the first halves, and the second halves.
static inline V zip_low(V a, V b) {
  return __builtin_shufflevector(a, b, 0, 16, 1, 17, 2, 18, 3, 19, 4, 20, 5, 21, 6, 22, 7, 23);
}
static inline V zip_high(V a, V b) {
  return __builtin_shufflevector(a, b, 8, 24, 9, 25, 10, 26, 11, 27, 12, 28, 13, 29, 14, 30, 15,
                                 31);
}
// The same with pairs of bytes.
static inline V zip_pairs_low(V a, V b) {
  return __builtin_shufflevector(a, b, 0, 1, 16, 17, 2, 3, 18, 19, 4, 5, 20, 21, 6, 7, 22, 23);
}
static inline V zip_pairs_high(V a, V b) {
  return __builtin_shufflevector(a, b, 8, 9, 24, 25, 10, 11, 26, 27, 12, 13, 28, 29, 14, 15, 30,
                                 31);
}
// Every second byte of two vectors.
static inline V even(V a, V b) {
  return __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30);
}
static inline V odd(V a, V b) {
  return __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31);
}

// One bit moved between the upper byte (sign, seven exponent bits) and the
// lower one (last exponent bit, seven mantissa bits).
static inline V exponent_of(V high, V low) { return (high << 1) | (low >> 7); }
static inline V mantissa_of(V high, V low) { return (high & 0x80) | (low & 0x7f); }
static inline V high_of(V exponent, V mantissa) { return (mantissa & 0x80) | (exponent >> 1); }
static inline V low_of(V exponent, V mantissa) { return (exponent << 7) | (mantissa & 0x7f); }

// MARK: Split

static void split_tail(const uint8_t *elements, size_t from, size_t count, size_t width,
                       uint8_t *const *planes, int is_float) {
  for (size_t i = from; i < count; i++) {
    for (size_t plane = 0; plane < width; plane++) planes[plane][i] = elements[i * width + plane];
    if (is_float) {
      uint8_t high = planes[width - 1][i], low = planes[width - 2][i];
      planes[width - 1][i] = (uint8_t)(high << 1 | low >> 7);
      planes[width - 2][i] = (uint8_t)((high & 0x80) | (low & 0x7f));
    }
  }
}

static inline void split2(const uint8_t *elements, size_t count, uint8_t *const *planes,
                          int is_float) {
  uint8_t *p0 = planes[0], *p1 = planes[1];
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    V a = load(elements + 2 * i), b = load(elements + 2 * i + 16);
    V low = even(a, b), high = odd(a, b);
    store(p0 + i, is_float ? mantissa_of(high, low) : low);
    store(p1 + i, is_float ? exponent_of(high, low) : high);
  }
  split_tail(elements, i, count, 2, planes, is_float);
}

static inline void split4(const uint8_t *elements, size_t count, uint8_t *const *planes,
                          int is_float) {
  uint8_t *p0 = planes[0], *p1 = planes[1], *p2 = planes[2], *p3 = planes[3];
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    const uint8_t *e = elements + 4 * i;
    V a = load(e), b = load(e + 16), c = load(e + 32), d = load(e + 48);
    V ab_even = even(a, b), ab_odd = odd(a, b), cd_even = even(c, d), cd_odd = odd(c, d);
    V byte2 = odd(ab_even, cd_even), byte3 = odd(ab_odd, cd_odd);
    store(p0 + i, even(ab_even, cd_even));
    store(p1 + i, even(ab_odd, cd_odd));
    store(p2 + i, is_float ? mantissa_of(byte3, byte2) : byte2);
    store(p3 + i, is_float ? exponent_of(byte3, byte2) : byte3);
  }
  split_tail(elements, i, count, 4, planes, is_float);
}

void lfz_split(const uint8_t *elements, size_t count, size_t width, uint8_t *const *planes) {
  if (width == 2)
    split2(elements, count, planes, 0);
  else if (width == 4)
    split4(elements, count, planes, 0);
  else
    split_tail(elements, 0, count, width, planes, 0);
}

void lfz_split_float(const uint8_t *elements, size_t count, size_t width, uint8_t *const *planes) {
  if (width == 2)
    split2(elements, count, planes, 1);
  else
    split4(elements, count, planes, 1);
}

// MARK: Merge

static void merge_tail(const uint8_t *const *planes, size_t from, size_t count, size_t width,
                       uint8_t *elements, int is_float) {
  for (size_t i = from; i < count; i++) {
    uint8_t *element = elements + i * width;
    for (size_t plane = 0; plane < width; plane++) element[plane] = planes[plane][i];
    if (is_float) {
      uint8_t exponent = planes[width - 1][i], mantissa = planes[width - 2][i];
      element[width - 1] = (uint8_t)((mantissa & 0x80) | exponent >> 1);
      element[width - 2] = (uint8_t)(exponent << 7 | (mantissa & 0x7f));
    }
  }
}

static inline void merge2(const uint8_t *const *planes, size_t count, uint8_t *elements,
                          int is_float) {
  const uint8_t *p0 = planes[0], *p1 = planes[1];
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    V first = load(p0 + i), second = load(p1 + i);
    V low = is_float ? low_of(second, first) : first;
    V high = is_float ? high_of(second, first) : second;
    store(elements + 2 * i, zip_low(low, high));
    store(elements + 2 * i + 16, zip_high(low, high));
  }
  merge_tail(planes, i, count, 2, elements, is_float);
}

static inline void merge4(const uint8_t *const *planes, size_t count, uint8_t *elements,
                          int is_float) {
  const uint8_t *p0 = planes[0], *p1 = planes[1], *p2 = planes[2], *p3 = planes[3];
  size_t i = 0;
  for (; i + 16 <= count; i += 16) {
    V byte0 = load(p0 + i), byte1 = load(p1 + i), third = load(p2 + i), fourth = load(p3 + i);
    V byte2 = is_float ? low_of(fourth, third) : third;
    V byte3 = is_float ? high_of(fourth, third) : fourth;
    V lower0 = zip_low(byte0, byte1), lower1 = zip_high(byte0, byte1);
    V upper0 = zip_low(byte2, byte3), upper1 = zip_high(byte2, byte3);
    uint8_t *e = elements + 4 * i;
    store(e, zip_pairs_low(lower0, upper0));
    store(e + 16, zip_pairs_high(lower0, upper0));
    store(e + 32, zip_pairs_low(lower1, upper1));
    store(e + 48, zip_pairs_high(lower1, upper1));
  }
  merge_tail(planes, i, count, 4, elements, is_float);
}

static inline void merge(const uint8_t *const *planes, size_t count, size_t width,
                         uint8_t *elements, int is_float) {
  if (width == 2)
    merge2(planes, count, elements, is_float);
  else if (width == 4)
    merge4(planes, count, elements, is_float);
  else
    merge_tail(planes, 0, count, width, elements, is_float);
}

void lfz_merge(const uint8_t *const *planes, size_t count, size_t width, uint8_t *elements) {
  merge(planes, count, width, elements, 0);
}

void lfz_merge_float(const uint8_t *const *planes, size_t count, size_t width, uint8_t *elements) {
  merge(planes, count, width, elements, 1);
}
