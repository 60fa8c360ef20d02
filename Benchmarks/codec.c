// Measures the parts of the container's codec against the libraries they could
// be left to: byte planes coded and decoded by lfz_literals_* and by libzstd,
// checksums by the system's libxxhash and by its header compiled for AVX2.
//
//   Benchmarks/codec.sh FOLDER [ROUNDS]
//
// The file's data is taken as float32 in chunks as the container has them. All
// contenders take turns in every round, on one thread; printed are medians in
// GB of tensors per second. Checksums are of a chunk that is in the cache, as one
// is that was just read or coded. The last lines do what loading does to a chunk:
// copied from the system's memory, checksum, exponents decoded, planes merged.

#define _GNU_SOURCE
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <xxhash.h>
#include <zstd.h>

#include "lfz_hash.h"
#include "lfz_literals.h"
#include "lfz_planes.h"

static uint64_t system_hash64(const void *bytes, size_t count) { return XXH3_64bits(bytes, count); }

enum { ELEMENTS = 131072, MOST_ROUNDS = 101, CONTENDERS = 12 };

typedef struct {
  const uint8_t *raw;      // 4 · ELEMENTS bytes
  uint8_t *planes[4];      // ELEMENTS bytes each; the last one holds exponents
  uint8_t *frames[2];      // exponents by lfz_literals_encode and by libzstd
  size_t lengths[2];
} Chunk;

static Chunk *chunks;
static size_t chunk_count;
static uint8_t *arena, *scratch, stored[4 * ELEMENTS + 64];
static ZSTD_CCtx *encoder;
static ZSTD_DCtx *decoder;
static volatile uint64_t sink;

static void fail(const char *what) {
  fprintf(stderr, "codec: %s\n", what);
  exit(1);
}

static void encode(int library) {
  for (size_t i = 0; i < chunk_count; i++) {
    const uint8_t *plane = chunks[i].planes[3];
    size_t room = 2 * ELEMENTS;
    size_t length = library ? ZSTD_compress2(encoder, scratch, room, plane, ELEMENTS)
                            : lfz_literals_encode(plane, ELEMENTS, scratch, room);
    if (length == 0 || ZSTD_isError(length)) fail("a plane was not coded");
    sink += length;
  }
}

static void decode_frame(const uint8_t *frame, size_t length, int library, uint8_t *to) {
  if (library) {
    if (ZSTD_decompressDCtx(decoder, to, ELEMENTS, frame, length) != ELEMENTS)
      fail("a frame was not decoded");
  } else if (!lfz_literals_decode(frame, length, to, ELEMENTS)) {
    fail("a frame was not decoded");
  }
}

static void decode(int library) {
  for (size_t i = 0; i < chunk_count; i++)
    decode_frame(chunks[i].frames[0], chunks[i].lengths[0], library, scratch);
}

static void hash(int own) {
  for (size_t i = 0; i < chunk_count; i++) {
    const uint8_t *raw = chunks[0].raw;
    sink += own ? lfz_hash64(raw, 4 * ELEMENTS) : system_hash64(raw, 4 * ELEMENTS);
  }
}

static void load(int library, int own_hash) {
  for (size_t i = 0; i < chunk_count; i++) {
    const Chunk *chunk = &chunks[i];
    // Stored are three planes and a frame, one after the other.
    size_t length = 3 * ELEMENTS + chunk->lengths[0];
    memcpy(stored, chunk->planes[0], 3 * ELEMENTS);
    memcpy(stored + 3 * ELEMENTS, chunk->frames[0], chunk->lengths[0]);
    sink += own_hash ? lfz_hash64(stored, length) : system_hash64(stored, length);
    decode_frame(stored + 3 * ELEMENTS, chunk->lengths[0], library, scratch);
    const uint8_t *planes[4] = {stored, stored + ELEMENTS, stored + 2 * ELEMENTS, scratch};
    lfz_merge_float(planes, ELEMENTS, 4, arena + 4 * ELEMENTS * i);
  }
}

static void encode_library(void) { encode(1); }
static void encode_own(void) { encode(0); }
static void decode_library(void) { decode(1); }
static void decode_own(void) { decode(0); }
static void hash_library(void) { hash(0); }
static void hash_own(void) { hash(1); }
static void load_library(void) { load(1, 0); }
static void load_literals(void) { load(0, 0); }
static void load_hash(void) { load(1, 1); }
static void load_both(void) { load(0, 1); }

static const struct {
  const char *name;
  void (*run)(void);
} contenders[] = {
    {"exponents coded by libzstd", encode_library},
    {"exponents coded by lfz_literals", encode_own},
    {"exponents decoded by libzstd", decode_library},
    {"exponents decoded by lfz_literals", decode_own},
    {"XXH3 by the system's libxxhash", hash_library},
    {"XXH3 compiled for AVX2", hash_own},
    {"load: libzstd, libxxhash", load_library},
    {"load: lfz_literals, libxxhash", load_literals},
    {"load: libzstd, XXH3 for AVX2", load_hash},
    {"load: lfz_literals, XXH3 for AVX2", load_both},
};
enum { COUNT = sizeof contenders / sizeof contenders[0] };

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static int ascending(const void *left, const void *right) {
  double a = *(const double *)left, b = *(const double *)right;
  return a < b ? -1 : a > b;
}

int main(int argc, char **argv) {
  if (argc < 2) fail("give a .safetensors file of float32 weights");
  int rounds = argc > 2 ? atoi(argv[2]) : 15;
  if (rounds < 1 || rounds > MOST_ROUNDS) fail("1 to 101 rounds");
  FILE *file = fopen(argv[1], "rb");
  uint64_t header = 0;
  if (file == NULL || fread(&header, 8, 1, file) != 1) fail("the file cannot be read");
  fseek(file, 0, SEEK_END);
  size_t bytes = (size_t)ftell(file) - 8 - header;
  fseek(file, (long)(8 + header), SEEK_SET);
  uint8_t *data = aligned_alloc(64, (bytes + 63) & ~(size_t)63);
  if (data == NULL || fread(data, 1, bytes, file) != bytes) fail("the file cannot be read");
  fclose(file);

  encoder = ZSTD_createCCtx();
  decoder = ZSTD_createDCtx();
  const int parameters[][2] = {
      {ZSTD_c_compressionLevel, 1}, {ZSTD_c_strategy, ZSTD_fast}, {ZSTD_c_targetLength, 0},
      {ZSTD_c_minMatch, 7},         {ZSTD_c_hashLog, 6},          {ZSTD_c_chainLog, 6},
      {ZSTD_c_windowLog, 17}};
  for (size_t i = 0; i < sizeof parameters / sizeof parameters[0]; i++)
    ZSTD_CCtx_setParameter(encoder, (ZSTD_cParameter)parameters[i][0], parameters[i][1]);

  scratch = malloc(2 * ELEMENTS);
  chunks = calloc(bytes / (4 * ELEMENTS) + 1, sizeof *chunks);
  size_t total[2] = {0, 0};
  for (size_t start = 0; start + 4 * ELEMENTS <= bytes; start += 4 * ELEMENTS) {
    Chunk *chunk = &chunks[chunk_count];
    chunk->raw = data + start;
    uint8_t *planes = malloc(4 * ELEMENTS);
    for (int i = 0; i < 4; i++) chunk->planes[i] = planes + i * ELEMENTS;
    lfz_split_float(chunk->raw, ELEMENTS, 4, chunk->planes);
    for (int i = 0; i < 2; i++) {
      const uint8_t *plane = chunk->planes[3];
      chunk->lengths[i] = i ? ZSTD_compress2(encoder, scratch, 2 * ELEMENTS, plane, ELEMENTS)
                            : lfz_literals_encode(plane, ELEMENTS, scratch, 2 * ELEMENTS);
      chunk->frames[i] = malloc(chunk->lengths[i] + 1);
      memcpy(chunk->frames[i], scratch, chunk->lengths[i]);
      total[i] += chunk->lengths[i];
    }
    // What the container stores in another way (integers, constants) is no
    // matter of these coders.
    if (chunk->lengths[0] > 0) chunk_count++;
  }
  arena = aligned_alloc(64, 4 * ELEMENTS * (chunk_count + 1));
  memset(arena, 1, 4 * ELEMENTS * chunk_count);
  for (size_t i = 0; i < chunk_count; i++) {
    decode_frame(chunks[i].frames[0], chunks[i].lengths[0], 0, scratch);
    if (memcmp(scratch, chunks[i].planes[3], ELEMENTS) != 0) fail("other bytes came back");
    if (lfz_hash64(chunks[i].raw, 4 * ELEMENTS) != system_hash64(chunks[i].raw, 4 * ELEMENTS))
      fail("hashes differ");
  }

  static double seconds[CONTENDERS][MOST_ROUNDS];
  for (int round = -1; round < rounds; round++) {
    for (int i = 0; i < COUNT; i++) {
      double start = now();
      contenders[i].run();
      if (round >= 0) seconds[i][round] = now() - start;
    }
  }
  double size = 4e-9 * ELEMENTS * (double)chunk_count;
  printf("%zu chunks, %.0f MB of float32; exponents: %.3f bits by libzstd, %.3f by lfz_literals\n",
         chunk_count, 1000 * size, 8.0 * (double)total[1] / ((double)chunk_count * ELEMENTS),
         8.0 * (double)total[0] / ((double)chunk_count * ELEMENTS));
  for (int i = 0; i < COUNT; i++) {
    qsort(seconds[i], (size_t)rounds, sizeof(double), ascending);
    printf("%-36s %6.2f GB/s\n", contenders[i].name, size / seconds[i][rounds / 2]);
  }
  return 0;
}
