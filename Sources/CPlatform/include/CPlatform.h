#pragma once

#include <stddef.h>

/// System calls that the C library's Swift modules do not offer, and memory in
/// huge pages.

/// Exchanges two paths of one file system in a single step.
/// Returns 0, or an errno value (ENOSYS or EINVAL where it is not offered).
int lf_exchange_paths(const char *first, const char *second);

/// open(2) for reading, without following a FIFO or terminal into a wait.
/// Returns a descriptor, or the negative errno value.
int lf_open_for_reading(const char *path);

/// Memory that `lf_memory_allocate` gave.
typedef struct {
  void *start;
  /// What the C library's allocator gave, when it did.
  void *block;
  /// Bytes that were mapped; 0 for memory of the C library's allocator.
  size_t mapped;
} lf_memory;

/// Allocates at least one byte at a multiple of `alignment`: a power of two, at
/// least that of a pointer. Above a page's size huge pages are asked for.
///
/// Memory that need not be zero comes from the C library's allocator, which
/// keeps what was freed: pages that have been touched once cost nothing again.
/// Zeroed memory is cleared by the system when it is first touched, where there
/// is much of it.
/// Returns 1, or 0 when there is none.
int lf_memory_allocate(lf_memory *memory, size_t bytes, size_t alignment, int zeroed);
/// Gives it back.
void lf_memory_free(lf_memory memory);
