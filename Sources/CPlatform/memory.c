#define _GNU_SOURCE
#include "CPlatform.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

// A multiple of every system's page size. Zeroed blocks of that and more are
// mapped; smaller ones are cleared here.
#define PAGE ((size_t)64 << 10)

static void advise(void *start, size_t bytes, size_t alignment) {
#if defined(MADV_HUGEPAGE)
  // Advice: where it is not taken, memory comes in ordinary pages.
  if (alignment > PAGE) (void)madvise(start, bytes & ~(alignment - 1), MADV_HUGEPAGE);
#else
  (void)start;
  (void)bytes;
  (void)alignment;
#endif
}

static int map(lf_memory *memory, size_t bytes, size_t alignment) {
  // An aligned start is cut out of a larger block.
  size_t more = alignment > PAGE ? alignment : 0, unit = more ? alignment : PAGE;
  if (bytes > SIZE_MAX - 2 * unit) return 0;
  size_t wanted = (bytes + unit - 1) & ~(unit - 1);
  char *start = mmap(NULL, wanted + more, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (start == MAP_FAILED) return 0;
  size_t before = more ? (alignment - ((uintptr_t)start & (alignment - 1))) & (alignment - 1) : 0;
  if (before > 0) munmap(start, before);
  if (more > before) munmap(start + before + wanted, more - before);
  memory->start = start + before;
  memory->mapped = wanted;
  return 1;
}

int lf_memory_allocate(lf_memory *memory, size_t bytes, size_t alignment, int zeroed) {
  memory->mapped = 0;
  if (zeroed && bytes >= PAGE) {
    if (!map(memory, bytes, alignment)) return 0;
  } else {
    if (bytes > SIZE_MAX / 2 || posix_memalign(&memory->start, alignment, bytes) != 0) return 0;
    if (zeroed) memset(memory->start, 0, bytes);
  }
  advise(memory->start, memory->mapped ? memory->mapped : bytes, alignment);
  return 1;
}

void lf_memory_free(lf_memory memory) {
  if (memory.mapped > 0)
    munmap(memory.start, memory.mapped);
  else
    free(memory.start);
}
