#ifndef T2S_CFLOODING_H
#define T2S_CFLOODING_H

#include <stdint.h>

/// A way that reaches no voxel.
#define T2S_UNREACHED UINT32_MAX
/// A voxel that nobody may enter: outside the specimen, or around the block.
#define T2S_BLOCKED 254
/// A voxel that is no seed.
#define T2S_NO_SEED 255

/// A block of voxels, with a margin of one blocked voxel on either side along x and y, and along z
/// where ways may lead from layer to layer.
///
/// A way's cost is its level, the worst of its steps, times 65536, plus the steps that it has taken
/// at that level (at least 1, at most 65535; seeds have 0).
typedef struct {
  /// Extents with the margin.
  long z, y, x;
  /// Whether ways lead along z.
  int crosses_layers;
  /// Grey values.
  const uint16_t *greys;
  /// The class whose seed a voxel is, T2S_NO_SEED or T2S_BLOCKED.
  const uint8_t *seeds;
  /// Room for the cost of each voxel: the result.
  uint32_t *costs;
  /// Room for one number for each voxel, three times, and for 65536.
  int32_t *next;
  uint32_t *front, *after;
  int32_t *heads;
} t2s_block;

/// A way that comes in from outside the block, at a voxel of the block.
typedef struct {
  uint32_t cost;
  uint32_t voxel;
} t2s_arrival;

/// Computes for each voxel that is no seed the least cost of all ways from seeds of `seed`, or from
/// `arrivals`, which must be sorted by cost. `levels` has the step's size for each grey value.
/// Arrivals' costs are those of the voxel before the step into the block; they are taken on entry.
///
/// Seeds and blocked voxels keep the cost 0, which no way improves.
void t2s_flood(const t2s_block *block, uint8_t seed, const uint16_t levels[65536],
               t2s_arrival *arrivals, long arrival_count);

/// Takes `place` for the label of each voxel whose cost is less than the best so far.
void t2s_take_better(const uint32_t *costs, const uint8_t *seeds, long n, uint8_t place,
                     uint32_t *best, uint8_t *labels);

#endif
