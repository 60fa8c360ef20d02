#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

enum renaming { EXCHANGE, TO_FREE };

static int rename_as(enum renaming kind, const char *from, const char *to) {
#if defined(__linux__) && defined(SYS_renameat2)
  // RENAME_EXCHANGE and RENAME_NOREPLACE of linux/fs.h
  const unsigned flag = kind == EXCHANGE ? 2 : 1;
  return syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, flag) == 0 ? 0 : errno;
#elif defined(__APPLE__)
  return renamex_np(from, to, kind == EXCHANGE ? RENAME_SWAP : RENAME_EXCL) == 0 ? 0 : errno;
#else
  (void)kind;
  (void)from;
  (void)to;
  return ENOSYS;
#endif
}

int lf_exchange_paths(const char *first, const char *second) {
  return rename_as(EXCHANGE, first, second);
}

int lf_rename_to_free(const char *from, const char *to) { return rename_as(TO_FREE, from, to); }

int lf_open_for_reading(const char *path) {
  int descriptor;
  do {
    descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor < 0 ? -errno : descriptor;
}
