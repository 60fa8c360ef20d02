#include "lfz_hash.h"

#include <stdlib.h>
#include <xxhash.h>

#include "lfz_hash_functions.h"
#include "lfz_hash_body.h"

struct LFZHashState {
  const LFZHashFunctions *functions;
  void *state;
};

static const LFZHashFunctions *best(void) {
#if defined(__x86_64__)
  if (lfz_hash_avx2 != NULL && __builtin_cpu_supports("avx2")) return lfz_hash_avx2;
#endif
  return &functions;
}

uint64_t lfz_hash64(const void *bytes, size_t count) { return best()->hash64(bytes, count); }

LFZHash128 lfz_hash128(const void *bytes, size_t count) { return best()->hash128(bytes, count); }

LFZHashState *lfz_hash_create(void) {
  LFZHashState *result = malloc(sizeof *result);
  if (result == NULL) return NULL;
  result->functions = best();
  result->state = result->functions->create();
  if (result->state == NULL) {
    free(result);
    return NULL;
  }
  result->functions->reset(result->state);
  return result;
}

void lfz_hash_reset(LFZHashState *state) { state->functions->reset(state->state); }

void lfz_hash_update(LFZHashState *state, const void *bytes, size_t count) {
  state->functions->update(state->state, bytes, count);
}

LFZHash128 lfz_hash_value(const LFZHashState *state) {
  return state->functions->value(state->state);
}

void lfz_hash_free(LFZHashState *state) {
  if (state == NULL) return;
  state->functions->release(state->state);
  free(state);
}
