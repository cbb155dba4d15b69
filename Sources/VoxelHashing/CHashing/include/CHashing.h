#pragma once
#include <stdint.h>

/// The sum of (bits + 1) * number over `n` voxels of `width` bytes (1, 2, 4 or 8), modulo 2^64; `bits` are
/// those of the voxel as a number without a sign. Voxels need not be aligned.
uint64_t t2s_hash_row(const void *voxels, long width, const uint32_t *numbers, long n);
