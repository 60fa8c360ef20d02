#include "lfz_index.h"

#include <stdlib.h>

typedef struct {
  size_t remaining;
  int exhausted;
} Budget;

static void *allocate(void *data, size_t size) {
  Budget *budget = data;
  // Nothing is given back to the budget when it is freed: it bounds work too.
  if (size > budget->remaining) {
    budget->exhausted = 1;
    return NULL;
  }
  budget->remaining -= size;
  void *result = malloc(size);
  if (result == NULL) budget->exhausted = 1;
  return result;
}

static void release(void *data, void *pointer) {
  (void)data;
  free(pointer);
}

Lfz__Index *lfz_index_unpack(const uint8_t *bytes, size_t length, size_t budget, int *exhausted) {
  Budget left = {budget, 0};
  ProtobufCAllocator allocator = {allocate, release, &left};
  Lfz__Index *result = lfz__index__unpack(&allocator, length, bytes);
  *exhausted = left.exhausted;
  return result;
}

void lfz_index_free(Lfz__Index *index) {
  ProtobufCAllocator allocator = {allocate, release, NULL};
  if (index != NULL) lfz__index__free_unpacked(index, &allocator);
}
