#ifndef T2S_CFILTERING_H
#define T2S_CFILTERING_H

#include <stdint.h>

/// Means of voxels around which it looks alike (Buades, Coll and Morel, CVPR 2005).
typedef struct {
  /// The box, with `patch + search` more voxels than are asked for on either side along y and x, and
  /// `patch_z + search_z` along z.
  const float *values;
  /// From a voxel to the next along z and y.
  long layer, row;
  /// Half edges of the boxes that are compared, and how far away others may lie.
  long patch, search, patch_z, search_z;
  /// What a mean squared difference is divided by.
  float strength_squared;
} t2s_nonlocal;

/// Numbers that `t2s_nonlocal_rows` needs room for.
long t2s_nonlocal_room(const t2s_nonlocal *filter, long rows, long width);

/// Means of `rows` rows of `width` voxels, the first of which is (z, y, 0), into `means`; `room` is of
/// `t2s_nonlocal_room`.
///
/// All sums are made voxel by voxel in one order, so that a mean depends neither on what rows it is
/// computed with nor on the processor.
void t2s_nonlocal_rows(const t2s_nonlocal *filter, long z, long y, long rows, long width, float *means,
                       float *room);

/// Medians of boxes of `2 half_z + 1` layers of `2 half + 1` x `2 half + 1` numbers, for `n` boxes in a
/// row, the first number of the first of which is at `keys`; layers and rows lie `layer` and `row` apart.
///
/// All numbers are at least `least` and less than `least + 2^bits`. A median is the greatest number that
/// no more than half of the box lies below: found bit by bit, for many boxes at once.
void t2s_medians(const int32_t *keys, long layer, long row, long half_z, long half, int32_t least,
                 int bits, long n, int32_t *medians);

#endif
