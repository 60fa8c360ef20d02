#ifndef LFCONV_HARNESS_H
#define LFCONV_HARNESS_H

// What all kernel tests share: random numbers, comparison between instruction
// sets, and counting.

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "CKernels.h"

extern int passed, failed;
extern uint64_t digest;       // of all results, NaN counted as one value
extern const char *sets[8];   // instruction sets that run here, NULL at the end
extern int is_quick;          // fewer and smaller cases, for emulators

static inline uint32_t float_bits(float x) {
  uint32_t bits;
  memcpy(&bits, &x, sizeof bits);
  return bits;
}

static inline float bits_float(uint32_t bits) {
  float x;
  memcpy(&x, &bits, sizeof x);
  return x;
}

static inline int same(float a, float b) {
  return (a != a && b != b) || float_bits(a) == float_bits(b);
}

// Memory for so many floats, aligned to 64 bytes; released by `free`.
static inline float *new_floats(size_t count) {
  return aligned_alloc(64, (count * sizeof(float) + 64) / 64 * 64);
}

uint32_t random_bits(void);
float uniform(void);                      // in (−1, 1)
float *floats(ptrdiff_t count);           // uniform
float *filled(ptrdiff_t count, float value);

void expect(int condition, const char *format, ...) __attribute__((format(printf, 2, 3)));

// Runs a case on every instruction set; `body` writes [count] floats to `out`,
// which hold a mark before. All must agree to the bit, and what the first one
// wrote is left in `out` and counted in the digest.
typedef void body(void *context, float *out);
void agree(const char *name, body *run, void *context, float *out, ptrdiff_t count);

// Whether two arrays have the same bits; counts and reports.
void expect_same(const float *a, const float *b, ptrdiff_t count, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

void test_fma(void);
void test_functions(void);
void test_products(void);
void test_attention(void);
void test_container(void);

#endif
