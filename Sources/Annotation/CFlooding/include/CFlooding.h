#ifndef T2S_CFLOODING_H
#define T2S_CFLOODING_H

#include <stdint.h>

/// A way that reaches no voxel.
#define T2S_UNREACHED UINT32_MAX
/// A voxel that nobody may enter: outside the specimen, or around the block.
#define T2S_BLOCKED 254
/// A voxel that is no seed.
#define T2S_NO_SEED 255
/// In place of a class: all of them.
#define T2S_ANY_SEED 253

/// A way that has come to a voxel of the block.
typedef struct {
  uint32_t cost;
  uint32_t voxel;
} t2s_arrival;

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
  /// Room for the least cost of any way that steps onto a voxel; T2S_UNREACHED where none may.
  uint32_t *floors;
  /// Room for one number for each voxel, three times, and for 65536.
  int32_t *next;
  uint32_t *front, *after;
  int32_t *heads;
  /// Room for voxels from which ways lead on.
  t2s_arrival *sources;
  /// How many there is room for; one for every eighth voxel does not slow anything down.
  long source_room;
} t2s_block;

/// Computes for each voxel that is no seed the least cost of all ways from seeds of `seed`, or from
/// `arrivals`, in any order. `levels` has the step's size for each grey value. Arrivals' costs are
/// those of the voxel before the step into the block; they are taken on entry.
///
/// Most ways are found by sweeps through memory in its order, as in the hybrid reconstruction of
/// Vincent (IEEE Trans. Image Processing 2, 1993); what sweeps leave is found level by level. What is
/// least does not depend on the order.
///
/// With T2S_ANY_SEED for `seed`, all seeds are its own. Seeds of `seed` have the cost 0, other seeds and blocked voxels T2S_UNREACHED.
void t2s_flood(const t2s_block *block, uint8_t seed, const uint16_t levels[65536],
               const t2s_arrival *arrivals, long arrival_count);

/// Computes to which class each voxel that is no seed belongs where water has risen from all seeds: to
/// that of its neighbour of least cost, the first class where several neighbours are equal.
///
/// `block->costs` and `floors` are as `t2s_flood` leaves them with T2S_ANY_SEED, but that the margin has
/// the costs of voxels beyond it. `labels` has the class of each seed and what is known of the margin,
/// and T2S_NO_SEED elsewhere: also the result where nothing is known yet. What becomes known of the
/// margin later makes labels less, never greater.
void t2s_divide(const t2s_block *block, uint8_t *labels);

/// Takes `place` for the label of each voxel whose cost is less than the best so far.
void t2s_take_better(const uint32_t *costs, const uint8_t *seeds, long n, uint8_t place,
                     uint32_t *best, uint8_t *labels);

#endif
