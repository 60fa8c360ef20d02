#define _GNU_SOURCE
#include "CPlatform.h"

#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <unistd.h>

// Threads that share the work of a caller. Where none can be made the caller
// does all of it: libdispatch, which would be at hand, waits for threads for
// ever.

#define STACK_BYTES ((size_t)1 << 20)

typedef struct job {
  void (*body)(void *, int);
  void *context;
  int wanted;  // helpers that may still join
  int joined;  // helpers that have joined, now or before
  int active;  // helpers at work
  pthread_cond_t done;
  struct job *next;
} job;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t work = PTHREAD_COND_INITIALIZER;
static job *jobs;
static int helpers, busy;

static void take_out(job *finished) {
  for (job **place = &jobs; *place; place = &(*place)->next) {
    if (*place != finished) continue;
    *place = finished->next;
    return;
  }
}

static void *help(void *unused) {
  (void)unused;
  pthread_mutex_lock(&lock);
  for (;;) {
    job *current = jobs;
    if (!current) {
      pthread_cond_wait(&work, &lock);
      continue;
    }
    int worker = ++current->joined;
    current->active++;
    busy++;
    if (--current->wanted == 0) take_out(current);
    pthread_mutex_unlock(&lock);
    current->body(current->context, worker);
    pthread_mutex_lock(&lock);
    busy--;
    if (--current->active == 0) pthread_cond_signal(&current->done);
  }
  return NULL;
}

static int start(void *(*body)(void *), void *context) {
  pthread_attr_t attributes;
  if (pthread_attr_init(&attributes) != 0) return 0;
  pthread_attr_setstacksize(&attributes, STACK_BYTES);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  pthread_t thread;
  int saved = errno;
  int number = pthread_create(&thread, &attributes, body, context);
  errno = saved;  // that there was no memory for a thread is no failure
  pthread_attr_destroy(&attributes);
  return number == 0;
}

void lf_run_workers(int count, void *context, void (*body)(void *, int)) {
  if (count <= 1) {
    body(context, 0);
    return;
  }
  job own = {.body = body, .context = context, .wanted = count - 1};
  pthread_cond_init(&own.done, NULL);
  pthread_mutex_lock(&lock);
  // Behind others: who waits longest is helped first.
  job **place = &jobs;
  while (*place) place = &(*place)->next;
  *place = &own;
  int available = helpers - busy;
  for (int index = 0; index < available && index < own.wanted; index++) pthread_cond_signal(&work);
  for (int missing = own.wanted - available; missing > 0; missing--) {
    if (!start(help, NULL)) break;
    helpers++;
  }
  pthread_mutex_unlock(&lock);
  body(context, 0);
  pthread_mutex_lock(&lock);
  // Helpers that have not come by now are not needed any more.
  if (own.wanted > 0) take_out(&own);
  while (own.active > 0) pthread_cond_wait(&own.done, &lock);
  pthread_mutex_unlock(&lock);
  pthread_cond_destroy(&own.done);
}

struct lf_sync {
  pthread_mutex_t lock;
  pthread_cond_t finished;
  int descriptor;
  int number;
  int is_finished;
  int owners;
};

static void give_up(lf_sync *sync) {
  int owners = --sync->owners;
  pthread_mutex_unlock(&sync->lock);
  if (owners > 0) return;
  pthread_mutex_destroy(&sync->lock);
  pthread_cond_destroy(&sync->finished);
  free(sync);
}

static void *run_sync(void *context) {
  lf_sync *sync = context;
  int number = fsync(sync->descriptor) == 0 ? 0 : errno;
  close(sync->descriptor);
  pthread_mutex_lock(&sync->lock);
  sync->number = number;
  sync->is_finished = 1;
  pthread_cond_signal(&sync->finished);
  give_up(sync);
  return NULL;
}

lf_sync *lf_sync_begin(int descriptor) {
  lf_sync *sync = calloc(1, sizeof *sync);
  if (!sync) return NULL;
  pthread_mutex_init(&sync->lock, NULL);
  pthread_cond_init(&sync->finished, NULL);
  sync->owners = 2;
  // A descriptor of its own: the caller may close the file at any time.
  sync->descriptor = dup(descriptor);
  if (sync->descriptor >= 0 && start(run_sync, sync)) return sync;
  if (sync->descriptor >= 0) close(sync->descriptor);
  free(sync);
  return NULL;
}

int lf_sync_end(lf_sync *sync, int waits) {
  pthread_mutex_lock(&sync->lock);
  while (waits && !sync->is_finished) pthread_cond_wait(&sync->finished, &sync->lock);
  int number = sync->number;
  give_up(sync);
  return number;
}
