#define _GNU_SOURCE
#include "CPlatform.h"
#include "temporaries.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

// Names are bytes here: one that is no UTF-8 has no other spelling.

// nftw has no argument for the caller's own data.
static _Thread_local int first_failure;
static _Thread_local int (*visitor)(void *, unsigned long long, unsigned long long, const char *);
static _Thread_local void *visitor_context;

static int remove_entry(const char *path, const struct stat *status, int type, struct FTW *place) {
  (void)status;
  (void)type;
  (void)place;
  if (remove(path) != 0 && errno != ENOENT && first_failure == 0) first_failure = errno;
  return 0;
}

int lf_remove_tree(const char *path) {
  struct stat status;
  // What this process made needs no search, for which no file may be left to open.
  lf_temporary_remove(path);
  if (lstat(path, &status) != 0) return errno == ENOENT ? 0 : errno;
  first_failure = 0;
  // Folders after what is in them; links are not followed.
  if (nftw(path, remove_entry, 4, FTW_DEPTH | FTW_PHYS) != 0 && first_failure == 0)
    first_failure = errno;
  if (lstat(path, &status) != 0 && errno == ENOENT) return 0;
  return first_failure ? first_failure : ENOTEMPTY;
}

static int visit_entry(const char *path, const struct stat *status, int type, struct FTW *place) {
  (void)place;
  struct stat target;
  if (type == FTW_SL) {
    if (stat(path, &target) != 0) return 0;
    status = &target;
  }
  return visitor(visitor_context, status->st_dev, status->st_ino, path);
}

int lf_visit_tree(
    const char *path, void *context,
    int (*visit)(void *, unsigned long long, unsigned long long, const char *)) {
  visitor = visit;
  visitor_context = context;
  return nftw(path, visit_entry, 4, FTW_PHYS) < 0 ? errno : 0;
}

static int is_leftover(const char *name) {
  size_t start = strlen(LF_TEMPORARY_PREFIX), end = strlen(LF_TEMPORARY_SUFFIX);
  size_t length = strlen(name);
  if (length != start + LF_TEMPORARY_DIGITS + end) return 0;
  if (strncmp(name, LF_TEMPORARY_PREFIX, start) != 0) return 0;
  if (strcmp(name + length - end, LF_TEMPORARY_SUFFIX) != 0) return 0;
  for (size_t index = start; index < length - end; index++) {
    char digit = name[index];
    if (!(digit >= '0' && digit <= '9') && !(digit >= 'a' && digit <= 'z')) return 0;
  }
  return 1;
}

static void remove_leftover(const char *path, const struct timespec *before) {
  struct stat status, opened;
  if (lstat(path, &status) != 0 || status.st_uid != geteuid()) return;
  if (!S_ISREG(status.st_mode) && !S_ISDIR(status.st_mode)) return;
#if defined(__APPLE__)
  struct timespec changed = status.st_mtimespec;
#else
  struct timespec changed = status.st_mtim;
#endif
  if (changed.tv_sec > before->tv_sec ||
      (changed.tv_sec == before->tv_sec && changed.tv_nsec >= before->tv_nsec))
    return;
  int descriptor = open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
  if (descriptor < 0) return;
  // Whoever writes it holds its lock, and looks after taking it whether the file
  // is still there.
  if (fstat(descriptor, &opened) == 0 && opened.st_ino == status.st_ino &&
      opened.st_dev == status.st_dev && flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    (void)lf_remove_tree(path);
  close(descriptor);
}

void lf_remove_leftovers(const char *folder, long long seconds, long nanoseconds) {
  struct timespec before = {.tv_sec = (time_t)seconds, .tv_nsec = nanoseconds};
  DIR *stream = opendir(folder);
  if (!stream) return;
  struct dirent *entry;
  while ((entry = readdir(stream))) {
    if (!is_leftover(entry->d_name)) continue;
    size_t size = strlen(folder) + strlen(entry->d_name) + 2;
    char *path = malloc(size);
    if (!path) break;
    snprintf(path, size, "%s/%s", folder, entry->d_name);
    remove_leftover(path, &before);
    free(path);
  }
  closedir(stream);
}

int lf_lock_new(int descriptor) {
  struct stat status;
  // A file system without locks: nothing of it is ever taken for a leftover.
  (void)flock(descriptor, LOCK_EX);
  return fstat(descriptor, &status) == 0 && status.st_nlink > 0;
}

unsigned lf_umask(void) {
#if defined(__linux__)
  // Asking umask(2) sets it, for all threads.
  char text[4096];
  int descriptor = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
  if (descriptor >= 0) {
    ssize_t count = read(descriptor, text, sizeof text - 1);
    close(descriptor);
    text[count > 0 ? count : 0] = 0;
    const char *line = strstr(text, "\nUmask:");
    if (line) return (unsigned)strtoul(line + 7, NULL, 8) & 0777;
  }
#endif
  static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
  pthread_mutex_lock(&lock);
  mode_t mask = umask(077);
  umask(mask);
  pthread_mutex_unlock(&lock);
  return mask;
}
