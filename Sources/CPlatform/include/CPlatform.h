#pragma once

/// System calls that the C library's Swift modules do not offer.

/// Exchanges two paths of one file system in a single step.
/// Returns 0, or an errno value (ENOSYS or EINVAL where it is not offered).
int lf_exchange_paths(const char *first, const char *second);

/// open(2) for reading, without following a FIFO or terminal into a wait.
/// Returns a descriptor, or the negative errno value.
int lf_open_for_reading(const char *path);
