// The container's codec in C: what is split and coded comes back, and the bytes are
// the same on every architecture, or files of one could not be compared with files
// of another.

#include "harness.h"
#include "lfz_literals.h"
#include "lfz_planes.h"

static void add(const uint8_t *bytes, size_t count) {
  for (size_t i = 0; i < count; i++) digest = (digest ^ bytes[i]) * 0x100000001b3u;
}

// Bytes like the exponents of weights: most of them near 120, few far below.
static void exponents(uint8_t *bytes, size_t count, int spread) {
  for (size_t i = 0; i < count; i++) {
    int value = 124;
    for (int step = 0; step < spread && random_bits() % 3 != 0; step++) value--;
    bytes[i] = (uint8_t)value;
  }
}

static void literals(size_t count, int spread) {
  size_t room = count * 3 / 2 + 256;
  uint8_t *bytes = malloc(count), *frame = malloc(room), *back = malloc(count);
  exponents(bytes, count, spread);
  size_t length = lfz_literals_encode(bytes, count, frame, room);
  expect(length > 0 && length < room, "%zu literals are not coded", count);
  add(frame, length);
  int isRead = lfz_literals_decode(frame, length, back, count);
  expect(isRead && memcmp(bytes, back, count) == 0, "%zu literals come back", count);
  // Damage is noticed, or gives other bytes; it is never read past.
  for (int turn = 0; turn < 50; turn++) {
    size_t place = random_bits() % length;
    frame[place] ^= (uint8_t)(1u << random_bits() % 8);
    isRead = lfz_literals_decode(frame, length, back, count);
    expect(isRead == 0 || isRead == 1, "damage at %zu", place);
  }
  free(bytes);
  free(frame);
  free(back);
}

typedef void split(const uint8_t *, size_t, size_t, uint8_t *const *);
typedef void merge(const uint8_t *const *, size_t, size_t, uint8_t *);

static void planes(size_t count, size_t width, split *apart, merge *together) {
  uint8_t *elements = malloc(count * width + 1), *back = malloc(count * width + 1);
  uint8_t *plane[8];
  for (size_t i = 0; i < count * width; i++) elements[i] = (uint8_t)random_bits();
  for (size_t i = 0; i < width; i++) plane[i] = malloc(count + 1);
  apart(elements, count, width, plane);
  for (size_t i = 0; i < width; i++) add(plane[i], count);
  together((const uint8_t *const *)plane, count, width, back);
  expect(memcmp(elements, back, count * width) == 0, "%zu elements of %zu bytes", count, width);
  for (size_t i = 0; i < width; i++) free(plane[i]);
  free(elements);
  free(back);
}

void test_container(void) {
  static const size_t counts[] = {1024, 1025, 4099, 65536, LFZ_LITERALS_MAX};
  for (int i = 0; i < 5; i++) {
    literals(counts[i], 3);
    literals(counts[i], 40);
  }
  uint8_t same[2048] = {7}, frame[4096];
  memset(same, 7, sizeof same);
  expect(lfz_literals_encode(same, sizeof same, frame, sizeof frame) == 0, "one symbol");
  expect(lfz_literals_encode(same, 1000, frame, sizeof frame) == 0, "too few");
  for (size_t count = 0; count < 300; count += 37) {
    for (size_t width = 2; width <= 8; width *= 2) planes(count, width, lfz_split, lfz_merge);
    planes(count, 2, lfz_split_float, lfz_merge_float);
    planes(count, 4, lfz_split_float, lfz_merge_float);
  }
}
