#pragma once

#include <stddef.h>
#include <stdint.h>

/// Splitting elements into byte planes and merging them again.
///
/// A plane holds one byte of every element; plane 0 holds the least significant
/// one. Planes may lie anywhere, `count` bytes each. Elements are little-endian.
///
/// In the `float` forms the two upper bytes of an element, that is the upper
/// half of a float32 and the whole of a bfloat16, are regrouped: the last plane
/// is the exponent, the one before it the sign above seven mantissa bits.

/// Elements of `width` (2, 4 or 8) bytes into `width` planes.
void lfz_split(const uint8_t *elements, size_t count, size_t width, uint8_t *const *planes);
/// float32 (width 4) or bfloat16 (width 2) into planes.
void lfz_split_float(const uint8_t *elements, size_t count, size_t width, uint8_t *const *planes);

/// The reverse of `lfz_split`.
void lfz_merge(const uint8_t *const *planes, size_t count, size_t width, uint8_t *elements);
/// The reverse of `lfz_split_float`.
void lfz_merge_float(const uint8_t *const *planes, size_t count, size_t width, uint8_t *elements);
