#include <string.h>

#include "lfz_literals.h"

enum { WINDOW = 11, CELLS = 1 << WINDOW };

// What the next eleven bits of a stream stand for: the number of bits that are
// used in byte 0, where a shift can take it as it is; up to five symbols in the
// bytes above it; their number in byte 7.
typedef uint64_t Entry;

typedef struct {
  uint8_t symbol;
  uint8_t length;
} Cell;

typedef struct {
  const uint8_t *start;
  size_t length;
  // Bits that are left; the next one is below this position.
  size_t position;
} Stream;

static uint64_t load64(const uint8_t *from) {
  uint64_t value;
  memcpy(&value, from, 8);
  return value;
}

static void store64(uint8_t *to, uint64_t value) { memcpy(to, &value, 8); }

// MARK: Tables

// Reads a code that is described directly; returns the description's length,
// or 0 for any other kind.
static size_t read_cells(const uint8_t *from, size_t length, Cell *cells) {
  if (length < 1 || from[0] < 128) return 0;
  size_t number = (size_t)from[0] - 127;
  size_t bytes = 1 + (number + 1) / 2;
  if (length < bytes) return 0;
  uint8_t weights[130] = {0};
  unsigned sum = 0;
  for (size_t i = 0; i < number; i++) {
    uint8_t pair = from[1 + i / 2];
    weights[i] = i % 2 == 0 ? pair >> 4 : pair & 15;
    if (weights[i] > WINDOW) return 0;
    sum += (1u << weights[i]) >> 1;
  }
  if (sum == 0 || sum >= CELLS) return 0;
  unsigned longest = 32 - (unsigned)__builtin_clz(sum);
  unsigned rest = (1u << longest) - sum;
  if ((rest & (rest - 1)) != 0) return 0;
  weights[number] = (uint8_t)(32 - (unsigned)__builtin_clz(rest));
  // Cells of the longest codes come first. One bit is too short for the packed
  // entries; so skewed a distribution is left to the library.
  unsigned cell = 0, shift = WINDOW - longest;
  for (unsigned weight = 1; weight < longest; weight++) {
    for (size_t symbol = 0; symbol <= number; symbol++) {
      if (weights[symbol] != weight) continue;
      unsigned count = 1u << (weight - 1 + shift);
      if (cell + count > CELLS) return 0;
      Cell value = {(uint8_t)symbol, (uint8_t)(longest + 1 - weight)};
      for (unsigned i = 0; i < count; i++) cells[cell + i] = value;
      cell += count;
    }
    // Weights that are all larger than they need to be: the library refuses them.
    if (cell == 0) return 0;
  }
  return cell == CELLS ? bytes : 0;
}

// Packs symbols: an entry for a window of bits is the first symbol before the
// entry of the bits after it, whose window is smaller by the symbol's length.
static void pack_entries(const Cell *cells, Entry *entries) {
  // Entries of a window of n bits begin at 2^n; codes have 2 bits and more.
  Entry small[1 << (WINDOW - 1)];
  for (unsigned bits = 0; bits <= WINDOW; bits++) {
    if (bits == WINDOW - 1) continue;  // never asked for
    unsigned count = 1u << bits;
    Entry *target = bits == WINDOW ? entries : small + count;
    for (unsigned window = 0; window < count; window++) {
      Cell cell = cells[window << (WINDOW - bits)];
      if (cell.length > bits) {
        target[window] = 0;
        continue;
      }
      unsigned rest = bits - cell.length;
      Entry rests = small[(1u << rest) + (window & ((1u << rest) - 1))];
      Entry symbols = rests << 8 & 0x00ffffffffff0000;
      Entry counts = (rests & 0xff000000000000ff) + ((uint64_t)1 << 56 | cell.length);
      target[window] = counts | symbols | (uint64_t)cell.symbol << 8;
    }
  }
}

// MARK: Streams

static int open_stream(Stream *stream, const uint8_t *start, size_t length) {
  if (length == 0 || start[length - 1] == 0) return 0;
  unsigned top = 31 - (unsigned)__builtin_clz(start[length - 1]);
  *stream = (Stream){start, length, 8 * (length - 1) + top};
  return 1;
}

#define INLINE static inline __attribute__((always_inline))

// One step of a stream: a window's symbols out, its bits gone.
INLINE void step(uint64_t *bits, uint8_t **out, const Entry *entries) {
  Entry entry = entries[*bits >> (64 - WINDOW)];
  *bits <<= entry & 63;
  store64(*out, entry >> 8);
  *out += entry >> 56;
}

// The next bits of a stream at the top of a word. Its lowest bit marks the end:
// below it are as many zeros as bits were used. The bit that it replaces is
// never needed, as 62 bits are used at most.
INLINE uint64_t refill(uint64_t bits, const uint8_t *volatile *in) {
  unsigned used = (unsigned)__builtin_ctzll(bits);
  const uint8_t *next = *in - (used >> 3);
  *in = next;
  return (load64(next) | 1) << (used & 7);
}

// All four streams at once, as long as none can get out of bounds.
INLINE void run_streams_with(Stream *streams, const Entry *entries, uint8_t **at,
                             uint8_t *const *ends) {
  // A round of five steps takes 55 bits, so that a stream goes back by 7 bytes
  // at most, and writes 25 bytes, the last five of them as eight.
  enum { BACK = 7, FORTH = 25, REACH = 28 };
  // In memory on purpose: registers are for what every step needs.
  const uint8_t *volatile in[4];
  uint64_t words[4];
  for (int i = 0; i < 4; i++) {
    if (streams[i].length < 16 || ends[i] - at[i] < REACH) return;
    in[i] = streams[i].start + streams[i].length - 8;
    size_t used = 8 * streams[i].length - streams[i].position;
    words[i] = (load64(in[i]) | 1) << used;
  }
  uint64_t bits0 = words[0], bits1 = words[1], bits2 = words[2], bits3 = words[3];
  uint8_t *out0 = at[0], *out1 = at[1], *out2 = at[2], *out3 = at[3];
  for (;;) {
    // Rounds that are possible whatever the streams contain.
    at[0] = out0, at[1] = out1, at[2] = out2, at[3] = out3;
    size_t rounds = LFZ_LITERALS_MAX;
    for (int i = 0; i < 4; i++) {
      size_t forth = ends[i] - at[i] < REACH ? 0 : (size_t)(ends[i] - at[i] - REACH) / FORTH + 1;
      size_t back = (size_t)(in[i] - streams[i].start) / BACK;
      if (forth < rounds) rounds = forth;
      if (back < rounds) rounds = back;
    }
    if (rounds == 0) break;
    for (; rounds > 0; rounds--) {
      for (int k = 0; k < 5; k++) {
        step(&bits0, &out0, entries);
        step(&bits1, &out1, entries);
        step(&bits2, &out2, entries);
        step(&bits3, &out3, entries);
      }
      bits0 = refill(bits0, &in[0]);
      bits1 = refill(bits1, &in[1]);
      bits2 = refill(bits2, &in[2]);
      bits3 = refill(bits3, &in[3]);
    }
  }
  words[0] = bits0, words[1] = bits1, words[2] = bits2, words[3] = bits3;
  for (int i = 0; i < 4; i++) {
    size_t used = (size_t)__builtin_ctzll(words[i]);
    streams[i].position = 8 * (size_t)(in[i] - streams[i].start) + 64 - used;
  }
}

// The rest of one stream; every bit has to be used.
INLINE int finish_stream_with(Stream stream, const Entry *entries, const Cell *cells, uint8_t *at,
                              const uint8_t *end) {
  // The other streams were not ready when the first one was: a hundred symbols
  // are left. Eight bytes may be read and written for most of them.
  while (end - at >= 8 && stream.position >= 64) {
    size_t place = stream.position - 57;
    uint64_t bits = load64(stream.start + (place >> 3)) >> (place & 7) << 7;
    Entry entry = entries[bits >> (64 - WINDOW)];
    store64(at, entry >> 8);
    at += entry >> 56;
    stream.position -= entry & 63;
  }
  while (at < end) {
    unsigned window = 0;
    for (unsigned i = 1; i <= WINDOW; i++) {
      size_t place = stream.position - i;
      unsigned bit = stream.position >= i ? stream.start[place >> 3] >> (place & 7) & 1 : 0;
      window = window << 1 | bit;
    }
    Cell cell = cells[window];
    if (cell.length > stream.position) return 0;
    stream.position -= cell.length;
    *at++ = cell.symbol;
  }
  return stream.position == 0;
}

INLINE int decode_streams_with(Stream *streams, const Entry *entries, const Cell *cells,
                               uint8_t **at, uint8_t *const *ends) {
  run_streams_with(streams, entries, at, ends);
  for (int i = 0; i < 4; i++)
    if (!finish_stream_with(streams[i], entries, cells, at[i], ends[i])) return 0;
  return 1;
}

static int decode_streams(Stream *streams, const Entry *entries, const Cell *cells, uint8_t **at,
                          uint8_t *const *ends) {
  return decode_streams_with(streams, entries, cells, at, ends);
}

#if defined(__x86_64__)
// Shifts by any register: a third faster.
__attribute__((target("bmi,bmi2"))) static int decode_streams_bmi2(
    Stream *streams, const Entry *entries, const Cell *cells, uint8_t **at,
    uint8_t *const *ends) {
  return decode_streams_with(streams, entries, cells, at, ends);
}
#endif

// MARK: Frame

int lfz_literals_decode(const uint8_t *frame, size_t length, uint8_t *bytes, size_t count) {
  if (length < 32 || length > 2 * LFZ_LITERALS_MAX || count < 1024 || count > LFZ_LITERALS_MAX)
    return 0;
  // One segment whose content size has 2 or 4 bytes, no dictionary or checksum.
  if ((uint32_t)load64(frame) != 0xFD2FB528) return 0;
  const uint8_t *at = frame + 5, *end = frame + length;
  size_t content;
  if (frame[4] == 0x60) {
    content = ((size_t)at[0] | (size_t)at[1] << 8) + 256;
    at += 2;
  } else if (frame[4] == 0xA0) {
    content = (uint32_t)load64(at);
    at += 4;
  } else {
    return 0;
  }
  if (content != count) return 0;
  // A single compressed block, to the frame's end.
  size_t block = (size_t)at[0] | (size_t)at[1] << 8 | (size_t)at[2] << 16;
  at += 3;
  if ((block & 7) != 5 || block >> 3 != (size_t)(end - at)) return 0;
  // Literals with a code of their own, in four streams, that are everything.
  uint64_t header = load64(at) & 0xffffffffff;
  if ((header & 3) != 2 || (header & 12) < 8) return 0;
  unsigned size_bits = (header & 12) == 8 ? 14 : 18;
  size_t mask = ((size_t)1 << size_bits) - 1;
  at += size_bits == 14 ? 4 : 5;
  size_t coded = (size_t)(header >> (4 + size_bits)) & mask;
  if (((size_t)(header >> 4) & mask) != count) return 0;
  if (coded + 1 != (size_t)(end - at) || end[-1] != 0) return 0;
  end--;

  Cell cells[CELLS];
  size_t described = read_cells(at, (size_t)(end - at), cells);
  if (described == 0 || (size_t)(end - at) < described + 6) return 0;
  at += described;
  const uint8_t *jumps = at;
  at += 6;
  Stream streams[4];
  uint8_t *out[4], *ends[4];
  size_t part = (count + 3) / 4;
  for (int i = 0; i < 4; i++) {
    size_t size = (size_t)(end - at);
    if (i < 3) {
      size_t jump = (size_t)jumps[2 * i] | (size_t)jumps[2 * i + 1] << 8;
      if (jump > size) return 0;
      size = jump;
    }
    if (!open_stream(&streams[i], at, size)) return 0;
    at += size;
    out[i] = bytes + (size_t)i * part;
    ends[i] = i < 3 ? out[i] + part : bytes + count;
  }
  Entry entries[CELLS];
  pack_entries(cells, entries);
#if defined(__x86_64__)
  if (__builtin_cpu_supports("bmi2"))
    return decode_streams_bmi2(streams, entries, cells, out, ends);
#endif
  return decode_streams(streams, entries, cells, out, ends);
}
