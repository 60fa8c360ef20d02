#define _DEFAULT_SOURCE
#include "lfz_pages.h"

#include <stdint.h>
#include <sys/mman.h>

#define HUGE ((size_t)2 << 20)

static size_t rounded(size_t size) { return (size + HUGE - 1) & ~(HUGE - 1); }

void *lfz_pages_allocate(size_t size) {
  if (size == 0 || size > SIZE_MAX - 2 * HUGE) return NULL;
  size_t wanted = rounded(size);
  // One huge page more, so that an aligned start can be cut out.
  char *start = mmap(NULL, wanted + HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (start == MAP_FAILED) return NULL;
  size_t before = (HUGE - ((uintptr_t)start & (HUGE - 1))) & (HUGE - 1);
  if (before > 0) munmap(start, before);
  if (HUGE - before > 0) munmap(start + before + wanted, HUGE - before);
#if defined(MADV_HUGEPAGE)
  // Advice: where it is not taken, memory comes in ordinary pages.
  (void)madvise(start + before, wanted, MADV_HUGEPAGE);
#endif
  return start + before;
}

void lfz_pages_free(void *start, size_t size) {
  if (start != NULL) munmap(start, rounded(size));
}
