#include <string.h>

#include "lfz_literals.h"

enum { SYMBOLS = 129, MAX_BITS = 11 };

// MARK: Code lengths

static void count_symbols(const uint8_t *bytes, size_t count, uint32_t *histogram) {
  // Equal neighbours would wait for each other's increment in a single table,
  // and so they would in tables that lie 4096 bytes apart.
  uint32_t tables[8][256 + 24];
  memset(tables, 0, sizeof tables);
  size_t i = 0;
  for (; i + 8 <= count; i += 8) {
    uint64_t word;
    memcpy(&word, bytes + i, 8);
    for (int k = 0; k < 8; k++) tables[k][word >> (8 * k) & 255]++;
  }
  for (; i < count; i++) tables[0][bytes[i]]++;
  for (int symbol = 0; symbol < 256; symbol++) {
    uint32_t sum = 0;
    for (int k = 0; k < 8; k++) sum += tables[k][symbol];
    histogram[symbol] = sum;
  }
}

// Huffman's algorithm on symbols sorted by count, with two queues: leaves, and
// inner nodes, which come out in the order of their counts by themselves.
static void code_lengths(const uint32_t *counts, const uint8_t *sorted, int used,
                         uint8_t *lengths) {
  uint32_t weights[2 * SYMBOLS];
  int parents[2 * SYMBOLS];
  for (int i = 0; i < used; i++) weights[i] = counts[sorted[i]];
  int leaf = 0, inner = used, end = used;
  while (end < 2 * used - 1) {
    int pair[2];
    for (int k = 0; k < 2; k++) {
      int take_leaf = leaf < used && (inner >= end || weights[leaf] <= weights[inner]);
      pair[k] = take_leaf ? leaf++ : inner++;
    }
    weights[end] = weights[pair[0]] + weights[pair[1]];
    parents[pair[0]] = parents[pair[1]] = end;
    end++;
  }
  uint8_t depths[2 * SYMBOLS];
  depths[end - 1] = 0;
  for (int node = end - 2; node >= 0; node--)
    depths[node] = (uint8_t)(depths[parents[node]] + 1);
  for (int i = 0; i < used; i++) lengths[i] = depths[i];
}

// Shortens codes of more than MAX_BITS bits, and lengthens others in return, so
// that the code stays complete: the shares 2^-length add up to one.
static void limit_lengths(uint8_t *lengths, int used) {
  const int whole = 1 << MAX_BITS;
  int sum = 0;
  for (int i = 0; i < used; i++) {
    if (lengths[i] > MAX_BITS) lengths[i] = MAX_BITS;
    sum += whole >> lengths[i];
  }
  // The rarest symbols come first.
  while (sum > whole) {
    int longest = -1;
    for (int i = 0; i < used; i++) {
      if (lengths[i] == MAX_BITS) continue;
      if (longest < 0 || lengths[i] > lengths[longest]) longest = i;
    }
    sum -= whole >> (lengths[longest] + 1);
    lengths[longest]++;
  }
  for (int i = used - 1; i >= 0 && sum < whole; i--) {
    while (lengths[i] > 1 && whole >> lengths[i] <= whole - sum) {
      sum += whole >> lengths[i];
      lengths[i]--;
    }
  }
}

// MARK: Frame

typedef struct {
  uint16_t code;
  uint8_t length;
} Code;

#define INLINE static inline __attribute__((always_inline))

// Symbols backwards, each code above the one before it, and a final bit.
INLINE size_t write_stream_with(const uint8_t *bytes, size_t count, const Code *codes, uint8_t *out) {
  uint8_t *at = out;
  uint64_t bits = 0;
  unsigned pending = 0;  // below 8 after each flush; five codes fit then
  size_t i = count;
  while (i % 5 != 0) {
    Code code = codes[bytes[--i]];
    bits |= (uint64_t)code.code << pending;
    pending += code.length;
  }
  for (;;) {
    memcpy(at, &bits, 8);
    at += pending >> 3;
    bits >>= pending & ~7u;
    pending &= 7;
    if (i == 0) break;
    for (int k = 0; k < 5; k++) {
      Code code = codes[bytes[--i]];
      bits |= (uint64_t)code.code << pending;
      pending += code.length;
    }
  }
  *at = (uint8_t)(bits | 1u << pending);
  return (size_t)(at - out) + 1;
}

static size_t write_stream(const uint8_t *bytes, size_t count, const Code *codes, uint8_t *out) {
  return write_stream_with(bytes, count, codes, out);
}

#if defined(__x86_64__)
// Shifts by any register.
__attribute__((target("bmi,bmi2"))) static size_t write_stream_bmi2(
    const uint8_t *bytes, size_t count, const Code *codes, uint8_t *out) {
  return write_stream_with(bytes, count, codes, out);
}
#endif

static uint8_t *put(uint8_t *at, uint64_t value, int bytes) {
  for (int i = 0; i < bytes; i++) *at++ = (uint8_t)(value >> (8 * i));
  return at;
}

size_t lfz_literals_encode(const uint8_t *bytes, size_t count, uint8_t *frame, size_t capacity) {
  if (count < 1024 || count > LFZ_LITERALS_MAX || capacity < count * 3 / 2 + 256) return 0;
  uint32_t counts[256];
  count_symbols(bytes, count, counts);
  // Sorted by count, equal ones by number: insertion is quick for so few.
  uint8_t sorted[SYMBOLS];
  int used = 0, last = 0;
  for (int symbol = 0; symbol < 256; symbol++) {
    if (counts[symbol] == 0) continue;
    if (symbol >= SYMBOLS) return 0;
    int place = used++;
    for (; place > 0 && counts[sorted[place - 1]] > counts[symbol]; place--)
      sorted[place] = sorted[place - 1];
    sorted[place] = (uint8_t)symbol;
    last = symbol;
  }
  if (used < 2) return 0;
  uint8_t lengths[SYMBOLS];
  code_lengths(counts, sorted, used, lengths);
  limit_lengths(lengths, used);

  // The description gives weights: 0 for no code, else longest + 1 - length.
  // Codes count up from the longest ones, in the order of the symbols.
  uint8_t weights[SYMBOLS] = {0};
  int longest = 0;
  for (int i = 0; i < used; i++)
    if (lengths[i] > longest) longest = lengths[i];
  for (int i = 0; i < used; i++) weights[sorted[i]] = (uint8_t)(longest + 1 - lengths[i]);
  Code codes[256] = {{0, 0}};
  unsigned cell = 0;
  for (int weight = 1; weight <= longest; weight++) {
    for (int symbol = 0; symbol <= last; symbol++) {
      if (weights[symbol] != weight) continue;
      codes[symbol].code = (uint16_t)(cell >> (weight - 1));
      codes[symbol].length = (uint8_t)(longest + 1 - weight);
      cell += 1u << (weight - 1);
    }
  }

  // Frame header: one segment, content size in 2 or 4 bytes.
  uint8_t *at = put(frame, 0xFD2FB528, 4);
  if (count < 65536 + 256) {
    at = put(at, 0x60, 1);
    at = put(at, count - 256, 2);
  } else {
    at = put(at, 0xA0, 1);
    at = put(at, count, 4);
  }
  uint8_t *block = at;
  uint8_t *literals = block + 3;
  int size_bits = count < 16384 ? 14 : 18;
  int header_bytes = count < 16384 ? 4 : 5;
  // Weights of all symbols but the last, which follows from the others.
  at = literals + header_bytes;
  uint8_t *description = at;
  at = put(at, (uint64_t)(127 + last), 1);
  for (int symbol = 0; symbol < last; symbol += 2) {
    uint8_t second = symbol + 1 < last ? weights[symbol + 1] : 0;
    at = put(at, (uint64_t)(weights[symbol] << 4 | second), 1);
  }
  uint8_t *jumps = at;
  at += 6;
  size_t part = (count + 3) / 4;
  size_t (*write)(const uint8_t *, size_t, const Code *, uint8_t *) = write_stream;
#if defined(__x86_64__)
  if (__builtin_cpu_supports("bmi2")) write = write_stream_bmi2;
#endif
  for (int stream = 0; stream < 4; stream++) {
    const uint8_t *from = bytes + (size_t)stream * part;
    size_t length = write(from, stream < 3 ? part : count - 3 * part, codes, at);
    if (stream < 3) put(jumps + 2 * stream, length, 2);
    at += length;
  }
  size_t coded = (size_t)(at - description);
  put(literals, 2u | (header_bytes == 4 ? 2u : 3u) << 2 | (uint64_t)count << 4 |
                    (uint64_t)coded << (4 + size_bits), header_bytes);
  at = put(at, 0, 1);  // no sequences
  size_t block_bytes = (size_t)(at - literals);
  if (block_bytes >= count) return 0;
  put(block, 1u | 2u << 1 | block_bytes << 3, 3);  // the last block, compressed
  return (size_t)(at - frame);
}
