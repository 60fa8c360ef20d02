#define _GNU_SOURCE
#include "temporaries.h"

#include "CPlatform.h"

#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

// What is removed when a signal ends the process is a list of plain paths that
// a signal handler walks: it needs no thread, no lock and no memory.
//
// Whoever changes the list, or a path that it names, holds signals meanwhile. A
// handler that finds a holder leaves the rest to it; a holder that comes after
// the handler never gets to change anything. Both orders are decided by two
// counters that are read and written in one total order: the handler writes
// `caught` and then reads `holders`, a holder the other way around.

static atomic_int holders;
static atomic_int caught;
static atomic_flag ending = ATOMIC_FLAG_INIT;
static _Thread_local int depth;

static pthread_mutex_t list_lock = PTHREAD_MUTEX_INITIALIZER;
static char **list;
static size_t list_count, list_capacity;

// The object of JSON for a signal: what stands before and behind its number.
static char *report_start, *report_end;
// The same for a process that has no memory left.
static char *report_memory;
static atomic_int has_report;

static void write_all(int descriptor, const char *text, size_t count) {
  while (count > 0) {
    ssize_t written = write(descriptor, text, count);
    if (written <= 0) return;
    text += written;
    count -= (size_t)written;
  }
}

static void remove_listed(void) {
  // Backwards: what is in a folder was listed after it.
  for (size_t index = list_count; index-- > 0;)
    if (unlink(list[index]) != 0) (void)rmdir(list[index]);
}

// Whether an object is to be printed, and can be: a reader that does not read must
// not keep the process alive.
static int takes_report(void) {
  struct pollfd stream = {.fd = STDOUT_FILENO, .events = POLLOUT};
  return atomic_exchange(&has_report, 0) && poll(&stream, 1, 0) == 1 &&
         (stream.revents & POLLOUT);
}

static void report_signal(int number) {
  if (!takes_report()) return;
  char text[12];
  size_t place = sizeof text;
  do {
    text[--place] = (char)('0' + number % 10);
    number /= 10;
  } while (number > 0);
  write_all(STDOUT_FILENO, report_start, strlen(report_start));
  write_all(STDOUT_FILENO, text + place, sizeof text - place);
  write_all(STDOUT_FILENO, report_end, strlen(report_end));
}

// Ends the process as if the signal had not been caught.
static void end_by_signal(void) {
  if (atomic_flag_test_and_set(&ending)) return;
  remove_listed();
  int number = atomic_load(&caught);
  // A pipe that nobody reads has ended it; there is nobody to tell.
  if (number != SIGPIPE) report_signal(number);
  signal(number, SIG_DFL);
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, number);
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
  // To this thread: one for the process may go to another thread, and where it dumps
  // core (SIGQUIT, SIGXCPU) that one ends the process only after this one went on.
  raise(number);
  _exit(128 + number);
}

void lf_end_by(int number) {
  int none = 0;
  atomic_compare_exchange_strong(&caught, &none, number);
  lf_signals_hold();
  lf_signals_release();
}

static void on_signal(int number) {
  int saved = errno;
  int none = 0;
  atomic_compare_exchange_strong(&caught, &none, number);
  if (atomic_load(&holders) == 0) end_by_signal();
  errno = saved;
}

void lf_signals_hold(void) {
  if (depth++ > 0) return;
  atomic_fetch_add(&holders, 1);
  if (atomic_load(&caught) == 0) return;
  lf_signals_release();
  // Another thread is ending the process.
  for (;;) pause();
}

void lf_signals_release(void) {
  if (--depth > 0) return;
  if (atomic_fetch_sub(&holders, 1) == 1 && atomic_load(&caught) != 0) end_by_signal();
}

static void handle(int number, void (*handler)(int)) {
  struct sigaction action;
  // What was ignored at the start, as nohup does it, stays ignored.
  if (sigaction(number, NULL, &action) != 0 || action.sa_handler == SIG_IGN) return;
  memset(&action, 0, sizeof action);
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  sigfillset(&action.sa_mask);
  sigaction(number, &action, NULL);
}

void lf_signals_install(void) {
  static const int ending_signals[] = {
      SIGHUP,  SIGINT,  SIGQUIT,   SIGPIPE, SIGALRM, SIGTERM,
      SIGUSR1, SIGUSR2, SIGVTALRM, SIGPROF, SIGXCPU,
#if defined(SIGPOLL)
      SIGPOLL,
#endif
#if defined(SIGPWR)
      SIGPWR,
#endif
#if defined(SIGSTKFLT)
      SIGSTKFLT,
#endif
  };
  sigset_t set;
  sigemptyset(&set);
  for (size_t index = 0; index < sizeof ending_signals / sizeof *ending_signals; index++) {
    handle(ending_signals[index], on_signal);
    sigaddset(&set, ending_signals[index]);
  }
#if defined(SIGRTMIN)
  for (int number = SIGRTMIN; number <= SIGRTMAX; number++) handle(number, on_signal);
#endif
  // A limit on the size of files becomes an error of write.
  handle(SIGXFSZ, SIG_IGN);
  // Whoever started this process may have had them blocked.
  pthread_sigmask(SIG_UNBLOCK, &set, NULL);
}

// What crashed, and who was asked before.
static struct sigaction crash_actions[NSIG];

static void on_crash(int number) {
  // The last thing that failed was to get memory, and nobody had expected it.
  int has_no_memory = errno == ENOMEM;
  if (atomic_load(&holders) == 0 && !atomic_flag_test_and_set(&ending)) remove_listed();
  if (has_no_memory) {
    static const char text[] = "lfconv: error: out of memory [memory.exhausted]\n";
    write_all(STDERR_FILENO, text, sizeof text - 1);
    if (takes_report()) write_all(STDOUT_FILENO, report_memory, strlen(report_memory));
    _exit(4);
  }
  sigaction(number, &crash_actions[number], NULL);
  // What a fault did is done again; an abort is not.
  if (number == SIGABRT) raise(number);
}

void lf_crashes_install(void) {
#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
  return;
#endif
#endif
  static const int crashes[] = {SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
  for (size_t index = 0; index < sizeof crashes / sizeof *crashes; index++) {
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_crash;
    sigfillset(&action.sa_mask);
    sigaction(crashes[index], &action, &crash_actions[crashes[index]]);
  }
}

int lf_signals_report(const char *before, const char *after, const char *memory) {
  char *start = strdup(before), *end = strdup(after), *none = strdup(memory);
  if (!start || !end || !none) {
    free(start);
    free(end);
    free(none);
    return ENOMEM;
  }
  lf_signals_hold();
  report_start = start;
  report_end = end;
  report_memory = none;
  atomic_store(&has_report, 1);
  lf_signals_release();
  return 0;
}

void lf_signals_reported(void) { atomic_store(&has_report, 0); }

int lf_temporary_add(const char *path) {
  char *copy = strdup(path);
  if (!copy) return ENOMEM;
  int result = 0;
  lf_signals_hold();
  pthread_mutex_lock(&list_lock);
  if (list_count == list_capacity) {
    size_t capacity = list_capacity ? 2 * list_capacity : 16;
    char **larger = realloc(list, capacity * sizeof *list);
    if (larger) {
      list = larger;
      list_capacity = capacity;
    }
  }
  if (list_count < list_capacity)
    list[list_count++] = copy;
  else {
    free(copy);
    result = ENOMEM;
  }
  pthread_mutex_unlock(&list_lock);
  lf_signals_release();
  return result;
}

// Whether a path is a folder's, or lies in it.
static int lies_in(const char *path, const char *folder, size_t length) {
  return strncmp(path, folder, length) == 0 && (path[length] == 0 || path[length] == '/');
}

int lf_temporary_contains(const char *path) {
  int found = 0;
  lf_signals_hold();
  pthread_mutex_lock(&list_lock);
  for (size_t index = 0; index < list_count && !found; index++)
    found = lies_in(path, list[index], strlen(list[index]));
  pthread_mutex_unlock(&list_lock);
  lf_signals_release();
  return found;
}

// Takes paths off the list, the last one first.
static void take_off(const char *path, int removes) {
  size_t length = strlen(path), kept = 0;
  lf_signals_hold();
  pthread_mutex_lock(&list_lock);
  for (size_t index = list_count; removes && index-- > 0;)
    if (lies_in(list[index], path, length) && unlink(list[index]) != 0) (void)rmdir(list[index]);
  for (size_t index = 0; index < list_count; index++) {
    if (lies_in(list[index], path, length))
      free(list[index]);
    else
      list[kept++] = list[index];
  }
  list_count = kept;
  pthread_mutex_unlock(&list_lock);
  lf_signals_release();
}

void lf_temporary_forget(const char *path) { take_off(path, 0); }

void lf_temporary_remove(const char *path) { take_off(path, 1); }
