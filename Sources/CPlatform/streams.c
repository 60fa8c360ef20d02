#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <time.h>
#include <unistd.h>

static int was_closed[3];

void lf_streams_protect(void) {
  for (int stream = 0; stream < 3; stream++) {
    if (fcntl(stream, F_GETFD) != -1 || errno != EBADF) continue;
    was_closed[stream] = 1;
    // The lowest free number is this one. It fails as the closed one did.
    int opened = open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
    if (opened >= 0 && opened != stream) close(opened);
  }
}

int lf_stream_obstacle(int descriptor) {
  if (descriptor >= 0 && descriptor < 3 && was_closed[descriptor]) return EBADF;
  struct stat status;
  if (fstat(descriptor, &status) != 0) return errno;
  int flags = fcntl(descriptor, F_GETFL);
  if (flags >= 0 && (flags & O_ACCMODE) == O_RDONLY) return EBADF;
  if (S_ISFIFO(status.st_mode) || S_ISSOCK(status.st_mode)) {
    struct pollfd stream = {.fd = descriptor, .events = POLLOUT};
    if (poll(&stream, 1, 0) == 1 && (stream.revents & (POLLERR | POLLNVAL))) return EPIPE;
  }
  // A device that is full says so when nothing is written to it.
  if (S_ISCHR(status.st_mode) && lf_stream_write(descriptor, "", 0) == -ENOSPC) return ENOSPC;
  if (S_ISREG(status.st_mode)) {
    struct statvfs disk;
    if (fstatvfs(descriptor, &disk) == 0 && disk.f_blocks > 0 &&
        (geteuid() == 0 ? disk.f_bfree : disk.f_bavail) == 0)
      return ENOSPC;
  }
  return 0;
}

long lf_stream_write(int descriptor, const void *bytes, size_t count) {
  // The signal goes to the thread that writes.
  sigset_t pipe_set, before, pending;
  sigemptyset(&pipe_set);
  sigaddset(&pipe_set, SIGPIPE);
  sigemptyset(&pending);
  sigpending(&pending);
  int was_pending = sigismember(&pending, SIGPIPE) == 1;
  pthread_sigmask(SIG_BLOCK, &pipe_set, &before);
  long written = write(descriptor, bytes, count);
  long result = written < 0 ? -errno : written;
  if (result == -EPIPE && !was_pending) {
    sigemptyset(&pending);
    sigpending(&pending);
    int number;
    if (sigismember(&pending, SIGPIPE) == 1) sigwait(&pipe_set, &number);
  }
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  return result;
}
