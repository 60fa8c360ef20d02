// How much of the processor's peak the kernels reach. Prints GFLOP/s and the
// percentage of a peak that is measured between the runs; the best of several.
// So that other programs disturb it less, a task's time is the least of all that
// are like it, and a line's time is the sum, divided by the threads; `wall` as
// third argument takes whole runs.
//
// Usage: bench [seconds per line [lines: some of lfapo [wall]]]

#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "CKernels.h"
#include "harness.h"

static double limit = 0.3;

static int is_wall;

static double now(void) {
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static float *random_floats(size_t count) {
  float *p = new_floats(count);
  uint32_t state = 12345;
  for (size_t i = 0; i < count; i++) {
    state = state * 1664525u + 1013904223u;
    p[i] = (float)(int32_t)state * 0x1p-31f;
  }
  return p;
}

// A task list that some threads share.
struct job {
  void (*body)(void *, ptrdiff_t task, int worker);
  void *argument;
  int64_t tasks, next;
  int64_t kinds;  // tasks with the same remainder are alike
  double *least;  // seconds of each kind
};

struct worker {
  struct job *job;
  int number;
};

static void *work(void *argument) {
  struct worker *w = argument;
  for (int64_t task; (task = __atomic_fetch_add(&w->job->next, 1, __ATOMIC_RELAXED)) < w->job->tasks;) {
    double start = now();
    w->job->body(w->job->argument, task, w->number);
    double seconds = now() - start;
    double *least = &w->job->least[task % w->job->kinds];
    if (seconds < *least) *least = seconds;
  }
  return NULL;
}

static double run(struct job *job, int threads) {
  job->next = 0;
  double start = now();
  pthread_t second;
  struct worker first = {job, 0}, other = {job, 1};
  if (threads > 1) pthread_create(&second, NULL, work, &other);
  work(&first);
  if (threads > 1) pthread_join(second, NULL);
  return now() - start;
}

static double best(struct job *job, int threads) {
  double least = 1e9, start = now(), sum = 0;
  double memory[4096];
  job->least = memory;
  for (int64_t i = 0; i < job->kinds; i++) memory[i] = 1e9;
  for (int runs = 0; runs < 3 || now() - start < limit; runs++) {
    double t = run(job, threads);
    if (t < least) least = t;
  }
  for (int64_t i = 0; i < job->tasks; i++) sum += memory[i % job->kinds];
  return is_wall ? least : sum / threads;
}

static double peak;

static void report(const char *name, double operations, double seconds, int threads) {
  double again = lf_peak_gflops(0.03);
  if (again > peak) peak = again;
  double rate = operations / seconds * 1e-9;
  printf("%-58s %8.3f ms %7.1f GFLOP/s %5.1f %%\n", name, seconds * 1e3, rate,
         100 * rate / (peak * threads));
  fflush(stdout);
}

struct linear {
  ptrdiff_t rows, n, k, block_rows, block_outputs;
  float *x, *packed, *bias, *out;
  enum lf_activation activation;
};

static void linear_task(void *argument, ptrdiff_t task, int worker) {
  (void)worker;
  struct linear *l = argument;
  ptrdiff_t columns = (l->n + l->block_outputs - 1) / l->block_outputs;
  ptrdiff_t row = task / columns * l->block_rows, column = task % columns * l->block_outputs;
  ptrdiff_t rows = l->rows - row < l->block_rows ? l->rows - row : l->block_rows;
  ptrdiff_t outputs = l->n - column < l->block_outputs ? l->n - column : l->block_outputs;
  lf_linear(l->out + row * l->n + column, l->n, l->x + row * l->k, l->k, rows, l->packed, l->n,
            l->k, column, outputs, 0, l->k, lf_depth(l->n, l->k), l->bias, l->activation, 0);
}

struct copies {
  struct linear *layers;
  ptrdiff_t tasks;  // of one
};

static void copy_task(void *argument, ptrdiff_t task, int worker) {
  struct copies *c = argument;
  linear_task(&c->layers[task / c->tasks], task % c->tasks, worker);
}

static void linear(ptrdiff_t rows, ptrdiff_t n, ptrdiff_t k, ptrdiff_t block_rows,
                   ptrdiff_t block_outputs, enum lf_activation activation, int threads) {
  // Several matrices, so that few rows find their weights in memory, not in cache.
  const ptrdiff_t copies = rows <= 32 ? 12 : 1;
  struct linear l[12];
  size_t count = lf_packed_count(n, k);
  float *all = random_floats(count * (size_t)copies), *x = random_floats((size_t)(rows * k));
  float *bias = random_floats((size_t)n), *out = new_floats((size_t)(rows * n));
  for (ptrdiff_t c = 0; c < copies; c++)
    l[c] = (struct linear){rows, n, k, block_rows, block_outputs, x,
                           all + count * (size_t)c, bias, out, activation};
  struct copies all_copies = {l, (rows + block_rows - 1) / block_rows *
                                     ((n + block_outputs - 1) / block_outputs)};
  struct job job = {copy_task, &all_copies, copies * all_copies.tasks, 0, 1, NULL};
  double total = best(&job, threads);
  double seconds = total / (double)copies;
  char name[100];
  snprintf(name, sizeof name, "linear %td x %td -> %td, blocks %td x %td, act %d, %d thr.", rows,
           k, n, block_rows, block_outputs, activation, threads);
  report(name, 2.0 * (double)rows * (double)n * (double)k, seconds, threads);
  if (rows <= 16)
    printf("%70.2f GB/s of weights\n", (double)count * 4e-9 / seconds);
  free(all);
  free(x);
  free(bias);
  free(out);
}

struct attention {
  ptrdiff_t tokens, heads, size, side, chunk;
  float *qkv, *context, *keys[2], *values[2], *scratch[2];
};

// One head and one chunk of queries: packs what they see, then attends.
static void attention_task(void *argument, ptrdiff_t task, int worker) {
  struct attention *a = argument;
  ptrdiff_t chunks = (a->tokens + a->chunk - 1) / a->chunk;
  ptrdiff_t head = task / chunks, first = task % chunks * a->chunk;
  ptrdiff_t count = a->tokens - first < a->chunk ? a->tokens - first : a->chunk;
  ptrdiff_t from = first - a->side > 0 ? (first - a->side) / 64 * 64 : 0;
  ptrdiff_t to = first + count + a->side < a->tokens ? first + count + a->side : a->tokens;
  ptrdiff_t stride = 3 * a->heads * a->size;
  float *q = a->qkv + head * a->size, *k = q + a->heads * a->size, *v = k + a->heads * a->size;
  lf_pack_keys(a->keys[worker], k + from * stride, stride, to - from, a->size);
  int finite =
      lf_pack_values(a->values[worker], v + from * stride, stride, to - from, a->size);
  struct lf_attention attention = {
      .head_size = a->size,
      .scale = 0.125f,
      .band = {a->keys[worker], a->values[worker], from, to - from, a->tokens, NULL, finite},
      .left = a->side,
      .right = a->side,
  };
  lf_attend(&attention, a->context + first * a->heads * a->size + head * a->size,
            a->heads * a->size, q + first * stride, stride, first, count, a->scratch[worker]);
}

static void attention(ptrdiff_t tokens, ptrdiff_t side, ptrdiff_t chunk, int threads) {
  struct attention a = {.tokens = tokens, .heads = 12, .size = 64, .side = side, .chunk = chunk};
  a.qkv = random_floats((size_t)(tokens * 3 * 12 * 64));
  a.context = new_floats((size_t)(tokens * 12 * 64));
  for (int i = 0; i < 2; i++) {
    a.keys[i] = new_floats((size_t)tokens * 64 + 1024);
    a.values[i] = new_floats((size_t)tokens * 64);
    a.scratch[i] = new_floats(lf_attention_scratch(64));
  }
  struct job job = {attention_task, &a, 12 * ((tokens + chunk - 1) / chunk), 0,
                    (tokens + chunk - 1) / chunk, NULL};
  double seconds = best(&job, threads), pairs = 0;
  for (ptrdiff_t i = 0; i < tokens; i++) {
    ptrdiff_t low = i - side > 0 ? i - side : 0;
    ptrdiff_t high = i + side < tokens - 1 ? i + side : tokens - 1;
    pairs += (double)(high - low + 1);
  }
  char name[100];
  snprintf(name, sizeof name, "attention %td tokens, +-%td, chunks of %td, %d thr.", tokens, side,
           chunk, threads);
  report(name, pairs * 12 * 4 * 64, seconds, threads);
  free(a.qkv);
  free(a.context);
  for (int i = 0; i < 2; i++) {
    free(a.keys[i]);
    free(a.values[i]);
    free(a.scratch[i]);
  }
}

static void packing(void) {
  ptrdiff_t n = 3072, k = 768;
  float *source = random_floats((size_t)(n * k)), *packed = new_floats(lf_packed_count(n, k));
  const char *names[] = {"f32", "f16", "bf16"};
  for (int type = 0; type < 3; type++) {
    double least = 1e9;
    for (int i = 0; i < 10; i++) {
      double start = now();
      lf_pack(packed, n, k, 0, n, 0, k, source, (enum lf_type)type, k);
      double t = now() - start;
      if (t < least) least = t;
    }
    printf("packing %s: %.1f GB/s of source\n", names[type],
           (double)(n * k) * (type ? 2 : 4) * 1e-9 / least);
  }
  free(source);
  free(packed);
}

static void others(void) {
  ptrdiff_t rows = 96, columns = 768;
  float *x = random_floats((size_t)(rows * columns)), *y = random_floats((size_t)(rows * columns));
  const char *names[] = {"none", "gelu", "gelu_tanh", "relu", "tanh", "silu", "quick_gelu", "mish",
                         "gelu_10"};
  for (int a = 0; a < 9; a++) {
    double least = 1e9;
    for (int i = 0; i < 20; i++) {
      memcpy(y, x, (size_t)(rows * columns) * 4);
      double start = now();
      lf_activate(y, rows, columns, columns, x, (enum lf_activation)a);
      double t = now() - start;
      if (t < least) least = t;
    }
    printf("%s: %.2f ns an element\n", names[a], least * 1e9 / (double)(rows * columns));
  }
  double least = 1e9;
  for (int i = 0; i < 20; i++) {
    double start = now();
    lf_layer_norm(y, columns, x, columns, x, y, columns, x, x, 1e-5, rows, columns);
    double t = now() - start;
    if (t < least) least = t;
  }
  printf("layer_norm: %.2f ns an element\n", least * 1e9 / (double)(rows * columns));
  free(x);
  free(y);
}

int main(int argc, char **argv) {
  if (argc > 1) limit = atof(argv[1]);
  is_wall = argc > 3;
  const char *only = argc > 2 ? argv[2] : "lfapo";
  peak = lf_peak_gflops(0.2);
  printf("%s, peak of one thread %.1f GFLOP/s\n", lf_cpu_name(), peak);
  if (strchr(only, 'l')) {
    const ptrdiff_t blocks[] = {24, 48, 96, 192, 512};
    for (int i = 0; i < 5; i++) linear(4608, 768, 768, blocks[i], 768, 0, 1);
    linear(4608, 3072, 768, 96, 3072, lf_activation_none, 1);
    linear(4608, 3072, 768, 96, 3072, lf_activation_gelu, 1);
    linear(4608, 768, 3072, 96, 768, 0, 1);
    linear(4608, 768, 768, 96, 768, 0, 2);
    linear(4608, 3072, 768, 96, 3072, lf_activation_gelu, 2);
    linear(4608, 768, 3072, 96, 768, 0, 2);
  }
  if (strchr(only, 'f')) {
    const ptrdiff_t few[] = {1, 2, 4, 6, 8, 16, 32, 128};
    for (int i = 0; i < 8; i++) linear(few[i], 768, 768, few[i], 96, 0, 1);
    for (int i = 0; i < 8; i++) linear(few[i], 768, 768, few[i], 96, 0, 2);
    linear(16, 3072, 768, 16, 192, 0, 2);
    linear(16, 768, 3072, 16, 96, 0, 2);
    linear(128, 3072, 768, 128, 384, 0, 2);
    linear(128, 768, 3072, 128, 96, 0, 2);
  }
  if (strchr(only, 'a')) {
    attention(4096, 256, 384, 1);
    attention(4096, 256, 768, 1);
    attention(4096, 256, 2048, 1);
    attention(4096, 256, 4096, 1);
    attention(4096, 256, 4096, 2);
    attention(512, 512, 96, 1);
    attention(512, 512, 512, 1);
    attention(128, 128, 128, 1);
    attention(4096, 4096, 4096, 1);
  }
  if (strchr(only, 'p')) packing();
  if (strchr(only, 'o')) others();
  printf("peak at the end %.1f GFLOP/s\n", peak);
  return 0;
}
