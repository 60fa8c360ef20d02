#pragma once

#include <stddef.h>
#include <stdint.h>

/// A fast way to and from zstd frames that hold Huffman-coded literals alone.
///
/// Exponents of weights have no matches, so that a frame of them is one block:
/// a Huffman code and four streams of bits (RFC 8878, 3.1.1.3.1 and 4.2). These
/// functions make and read such frames faster than the library, which is built
/// for all others: 1.6 times when coding, with 2 % smaller frames, and 1.6 times
/// when decoding, by which a whole load is 16 to 21 % faster (one thread,
/// MiniLM's weights, `Benchmarks/codec.sh`). What they do not do is left to the
/// library. `LiteralsFuzzer` compares them with it.

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__,
               "words are read and written as they lie in memory");

/// Most bytes that are coded: one block of a frame.
#define LFZ_LITERALS_MAX ((size_t)131072)

/// Codes bytes as a frame.
///
/// Returns the frame's length, or 0 when there are other symbols than 0 to 128,
/// fewer than 1024 bytes, only one symbol, or too little room: 3/2 of `count`
/// and 256 bytes are enough.
size_t lfz_literals_encode(const uint8_t *bytes, size_t count, uint8_t *frame, size_t capacity);

/// Decodes a frame to exactly `count` bytes.
///
/// Returns 1, or 0 when the frame is of another kind or damaged; then `bytes`
/// may have been written to, and the library has to say what is wrong. Neither
/// reads nor writes out of bounds, whatever the frame contains.
int lfz_literals_decode(const uint8_t *frame, size_t length, uint8_t *bytes, size_t count);
