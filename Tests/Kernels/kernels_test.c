// Tests of CKernels: the same bits on all instruction sets and for all ways to
// cut the work, and closeness to float64.
//
// Usage: kernels_test [quick [instruction set...]], for slow emulators with the
// few sets that matter there. Prints a digest of all results, to be compared
// between architectures, and 'N passed, N failed'.

#include <stdarg.h>

#include "harness.h"
#include "table.h"

extern const struct lf_table lf_wide_table;

int passed, failed, is_quick;
uint64_t digest = 0xcbf29ce484222325u;
const char *sets[8];

static uint64_t state = 0x9E3779B97F4A7C15u;

uint32_t random_bits(void) {
  state = state * 6364136223846793005u + 1442695040888963407u;
  uint64_t x = state ^ (state >> 33);
  return (uint32_t)((x * 0xff51afd7ed558ccdu) >> 32);
}

float uniform(void) { return (float)(int32_t)random_bits() * 0x1p-31f; }

float *filled(ptrdiff_t count, float value) {
  float *p = new_floats((size_t)(count > 0 ? count : 1));
  for (ptrdiff_t i = 0; i < count; i++) p[i] = value;
  return p;
}

float *floats(ptrdiff_t count) {
  float *p = filled(count, 0);
  for (ptrdiff_t i = 0; i < count; i++) p[i] = uniform();
  return p;
}

static void count_check(int condition, const char *format, va_list arguments) {
  if (condition) {
    passed++;
    return;
  }
  if (++failed > 40) return;
  printf("FAILED: ");
  vprintf(format, arguments);
  printf("\n");
}

void expect(int condition, const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  count_check(condition, format, arguments);
  va_end(arguments);
}

static ptrdiff_t first_difference(const float *a, const float *b, ptrdiff_t count) {
  for (ptrdiff_t i = 0; i < count; i++)
    if (!same(a[i], b[i])) return i;
  return -1;
}

void expect_same(const float *a, const float *b, ptrdiff_t count, const char *format, ...) {
  ptrdiff_t i = first_difference(a, b, count);
  va_list arguments;
  va_start(arguments, format);
  count_check(i < 0, format, arguments);
  va_end(arguments);
  if (i >= 0 && failed <= 40)
    printf("  at %td: %a and %a\n", i, (double)a[i], (double)b[i]);
}

void agree(const char *name, body *run, void *context, float *out, ptrdiff_t count) {
  const float mark = -12345.678f;
  float *other = filled(count, mark);
  for (ptrdiff_t i = 0; i < count; i++) out[i] = mark;
  lf_select(sets[0]);
  run(context, out);
  for (int s = 1; sets[s]; s++) {
    for (ptrdiff_t i = 0; i < count; i++) other[i] = mark;
    lf_select(sets[s]);
    run(context, other);
    expect_same(out, other, count, "%s: %s and %s", name, sets[0], sets[s]);
  }
  free(other);
  for (ptrdiff_t i = 0; i < count; i++) {
    uint32_t bits = out[i] != out[i] ? 0x7FC00000u : float_bits(out[i]);
    digest = (digest ^ bits) * 0x100000001b3u;
  }
}

int main(int argc, char **argv) {
  is_quick = argc > 1 && strcmp(argv[1], "quick") == 0;
  expect(lf_cpu_request_valid(NULL) == 1 && lf_cpu_request_valid("baseline") == 1 &&
             lf_cpu_request_valid("avx3") == 0,
         "validity of requests");
#if defined(__x86_64__)
  expect(lf_cpu_request_valid("neon") == -1, "NEON on x86");
#elif defined(__aarch64__)
  expect(lf_cpu_request_valid("avx2") == -1, "AVX2 on ARM");
#endif
  printf("default instruction set: %s\n", lf_cpu_name());
  lf_register_table(&lf_wide_table);
  // The fastest first: it is run once more for every cut.
  const char *const all[] = {"avx2", "neon", "avx512", "baseline", "wide"};
  int count = 0;
  printf("compared:");
  for (int i = 0; i < 5; i++) {
    int is_wanted = argc < 3;
    for (int a = 2; a < argc; a++) is_wanted |= strcmp(argv[a], all[i]) == 0;
    if (is_wanted && lf_select(all[i])) {
      sets[count++] = all[i];
      printf(" %s", all[i]);
    }
  }
  printf("\n");
  if (count == 0) return 1;
  fflush(stdout);
  test_fma();
  test_functions();
  test_products();
  test_attention();
  test_container();
  printf("digest %016llx\n", (unsigned long long)digest);
  printf("%d passed, %d failed\n", passed, failed);
  return failed != 0;
}
