#include "sweeping.h"

static inline uint32_t least(uint32_t a, uint32_t b) { return a < b ? a : b; }

/// Steps onto each voxel of a row from those at its side in two other rows.
T2S_CLONES
static void step_sideways(uint32_t *restrict costs, const uint32_t *one, const uint32_t *other,
                          const uint32_t *restrict floors, long n) {
  for (long x = 0; x < n; x++)
    costs[x] = least(costs[x], t2s_onto(least(one[x], other[x]), floors[x]));
}

// Each step waits for the one before it, so that what counts is how long an instruction takes; those of
// vectors take one cycle for an addition that stays within 16 bits, for a minimum and for a maximum. One
// lane of four is used.
typedef uint32_t t2s_lanes __attribute__((vector_size(16)));
typedef uint16_t t2s_halves __attribute__((vector_size(16)));

static inline t2s_lanes stepped_on(t2s_lanes way, uint32_t *cost, uint32_t floor) {
  t2s_lanes here = {*cost}, least_step = {floor};
  way = (t2s_lanes)__builtin_elementwise_add_sat((t2s_halves)way, (t2s_halves)(t2s_lanes){1});
  way = __builtin_elementwise_min(here, __builtin_elementwise_max(way, least_step));
  *cost = way[0];
  return way;
}

/// Steps along a row and back.
T2S_CLONES
static void step_along(uint32_t *restrict costs, const uint32_t *restrict floors, long n) {
  t2s_lanes way = {costs[0]};
  for (long x = 1; x < n; x++) way = stepped_on(way, costs + x, floors[x]);
  for (long x = n - 2; x >= 0; x--) way = stepped_on(way, costs + x, floors[x]);
}

void t2s_sweep(const t2s_block *block) {
  const long row = block->x, layer = block->x * block->y;
  // In layers by themselves the row before is the only neighbour.
  const long aside = block->crosses_layers ? layer : row;
  const long first = block->crosses_layers ? 1 : 0, end = block->z - first;
  for (long z = first; z < end; z++) {
    for (long y = 1; y < block->y - 1; y++) {
      uint32_t *costs = block->costs + z * layer + y * row;
      const uint32_t *floors = block->floors + z * layer + y * row;
      step_sideways(costs, costs - row, costs - aside, floors, row);
      step_along(costs, floors, row);
    }
  }
  for (long z = end - 1; z >= first; z--) {
    for (long y = block->y - 2; y > 0; y--) {
      uint32_t *costs = block->costs + z * layer + y * row;
      const uint32_t *floors = block->floors + z * layer + y * row;
      step_sideways(costs, costs + row, costs + aside, floors, row);
      step_along(costs, floors, row);
    }
  }
}

#define T2S_GAINS(voxel) (t2s_onto(cost, floors[voxel]) < costs[voxel])

/// Marks the voxels of `n` in a row from which a step makes a neighbour's cost less; returns how many.
T2S_CLONES
static uint32_t mark_sources(const uint32_t *restrict costs, const uint32_t *restrict floors, long n,
                             long row, long aside, uint8_t *restrict marks) {
  uint32_t count = 0;
  for (long x = 0; x < n; x++) {
    uint32_t cost = costs[x];
    uint32_t gains = T2S_GAINS(x - 1) | T2S_GAINS(x + 1) | T2S_GAINS(x - row) | T2S_GAINS(x + row) |
                     T2S_GAINS(x - aside) | T2S_GAINS(x + aside);
    marks[x] = (uint8_t)gains;
    count += gains;
  }
  return count;
}

#undef T2S_GAINS

enum { CHUNK = 4096 };

long t2s_list_sources(const t2s_block *block) {
  const long row = block->x, layer = block->x * block->y;
  const long aside = block->crosses_layers ? layer : row;
  const long first = block->crosses_layers ? 1 : 0, end = block->z - first;
  uint8_t marks[CHUNK];
  long count = 0;
  for (long z = first; z < end; z++) {
    for (long y = 1; y < block->y - 1; y++) {
      for (long x = 1; x < row - 1; x += CHUNK) {
        const long v = z * layer + y * row + x;
        const long n = row - 1 - x < CHUNK ? row - 1 - x : CHUNK;
        if (!mark_sources(block->costs + v, block->floors + v, n, row, aside, marks)) continue;
        for (long i = 0; i < n; i++) {
          if (!marks[i]) continue;
          if (count < block->source_room)
            block->sources[count] = (t2s_arrival){block->costs[v + i], (uint32_t)(v + i)};
          count++;
        }
      }
    }
  }
  return count;
}
