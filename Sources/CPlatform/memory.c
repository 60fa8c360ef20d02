#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

// A multiple of every system's page size.
#define PAGE ((size_t)64 << 10)
// More than this is compared with what the system says it has, too.
#define TOLD_BYTES ((unsigned long long)64 << 20)

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
  if (bytes > SIZE_MAX - 2 * alignment) return 0;
  size_t wanted = (bytes + alignment - 1) & ~(alignment - 1);
  char *start = mmap(NULL, wanted + alignment, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  if (start == MAP_FAILED) return 0;
  size_t before = (alignment - ((uintptr_t)start & (alignment - 1))) & (alignment - 1);
  if (before > 0) munmap(start, before);
  munmap(start + before + wanted, alignment - before);
  memory->start = start + before;
  memory->mapped = wanted;
  return 1;
}

int lf_memory_allocate(lf_memory *memory, size_t bytes, size_t alignment, int zeroed) {
  memory->mapped = 0;
  if (bytes > SIZE_MAX / 2 - alignment) return 0;
  if (zeroed && alignment > PAGE) {
    if (!map(memory, bytes, alignment)) return 0;
  } else if (zeroed) {
    // Not at the beginning of a page: buffers that a loop reads and writes side
    // by side would all fall on the same lines of the cache, which made a
    // conversion's writing a seventh slower.
    memory->block = calloc(bytes + alignment, 1);
    if (!memory->block) return 0;
    uintptr_t start = ((uintptr_t)memory->block + alignment - 1) & ~(uintptr_t)(alignment - 1);
    memory->start = (void *)start;
  } else {
    if (posix_memalign(&memory->block, alignment, bytes) != 0) return 0;
    memory->start = memory->block;
  }
  advise(memory->start, memory->mapped ? memory->mapped : bytes, alignment);
  return 1;
}

void lf_memory_free(lf_memory memory) {
  if (memory.mapped > 0)
    munmap(memory.start, memory.mapped);
  else
    free(memory.block);
}

#if defined(__linux__)
// A value of /proc/meminfo in bytes; 0 when it is not there.
static unsigned long long told(const char *text, const char *name) {
  const char *line = strstr(text, name);
  return line ? strtoull(line + strlen(name), NULL, 10) * 1024 : 0;
}
#endif

int lf_memory_available(unsigned long long bytes) {
  if (bytes > SIZE_MAX / 2) return 0;
  if (bytes == 0) return 1;
  int saved = errno;
  void *start = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANON, -1, 0);
  errno = saved;
  if (start == MAP_FAILED) return 0;
  munmap(start, bytes);
  if (bytes < TOLD_BYTES) return 1;
#if defined(__linux__)
  // The system promises more than it has; a process that takes it is killed.
  char text[4096];
  int descriptor = open("/proc/meminfo", O_RDONLY | O_CLOEXEC);
  if (descriptor < 0) return 1;
  ssize_t count = read(descriptor, text, sizeof text - 1);
  close(descriptor);
  if (count <= 0) return 1;
  text[count] = 0;
  unsigned long long available = told(text, "MemAvailable:");
  if (available > 0) return bytes <= available + told(text, "SwapFree:");
#endif
  return 1;
}
