// Memory and threads.

#define _GNU_SOURCE
#include <stdlib.h>

#include "CKernels.h"

#if defined(__linux__)
#include <sys/mman.h>
#endif

float *lf_allocate(size_t count) {
  const size_t huge = (size_t)2 << 20;
  if (count > SIZE_MAX / sizeof(float) - huge) return NULL;
  size_t bytes = count ? count * sizeof(float) : sizeof(float);
  size_t alignment = bytes >= 2 * huge ? huge : 64;
  void *memory = NULL;
  if (posix_memalign(&memory, alignment, bytes) != 0) return NULL;
#if defined(__linux__)
  // Advice only: page faults on small pages cost more than reading the data.
  if (alignment == huge) (void)madvise(memory, bytes & ~(huge - 1), MADV_HUGEPAGE);
#endif
  return memory;
}

void lf_free(float *memory) { free(memory); }

int64_t lf_next(int64_t *counter) { return __atomic_fetch_add(counter, 1, __ATOMIC_RELAXED); }
