#include "CFlooding.h"
#include "sweeping.h"

// For each voxel a byte says which neighbours have the least cost, a bit for each step: -x, x, -y, y, -z, z.
// In layers by themselves the last two are the same as the two before.
enum { IS_STACKED = 64 };

static inline uint8_t least(uint8_t a, uint8_t b) { return a < b ? a : b; }

/// The bits of `n` voxels in a row.
T2S_CLONES
static void mark_lowest(const uint32_t *restrict costs, const uint32_t *restrict floors, long n, long row,
                        long aside, uint8_t *restrict lowest) {
  for (long x = 0; x < n; x++) {
    const uint32_t a = costs[x - 1], b = costs[x + 1], c = costs[x - row], d = costs[x + row];
    const uint32_t e = costs[x - aside], f = costs[x + aside];
    uint32_t m = a < b ? a : b;
    m = c < m ? c : m;
    m = d < m ? d : m;
    m = e < m ? e : m;
    m = f < m ? f : m;
    const uint32_t bits = (a == m) | (b == m) << 1 | (c == m) << 2 | (d == m) << 3 | (e == m) << 4 |
                          (f == m) << 5;
    lowest[x] = floors[x] == T2S_UNREACHED ? 0 : (uint8_t)bits;
  }
}

/// The label of a voxel beside, where a bit says that it is one of the lowest.
static inline uint8_t from(uint8_t label, uint8_t lowest, int way) {
  return lowest >> way & 1 ? label : T2S_NO_SEED;
}

/// Takes labels from the two rows at one side.
T2S_CLONES
static void take_sideways(uint8_t *restrict labels, const uint8_t *one, const uint8_t *other,
                          const uint8_t *restrict lowest, int way, long n) {
  for (long x = 0; x < n; x++) {
    uint8_t best = least(from(one[x], lowest[x], way), from(other[x], lowest[x], way + 2));
    labels[x] = least(labels[x], best);
  }
}

/// Takes labels along a row and back.
static void take_along(uint8_t *restrict labels, const uint8_t *restrict lowest, long n) {
  uint8_t last = labels[0];
  for (long x = 1; x < n; x++) labels[x] = last = least(labels[x], from(last, lowest[x], 0));
  for (long x = n - 2; x >= 0; x--) labels[x] = last = least(labels[x], from(last, lowest[x], 1));
}

/// What a voxel's label becomes by its neighbours'.
static uint8_t taken(const uint8_t *labels, const uint8_t *lowest, long v, const long steps[6]) {
  uint8_t label = labels[v];
  for (int way = 0; way < 6; way++) label = least(label, from(labels[v + steps[way]], lowest[v], way));
  return label;
}

/// Takes labels on from voxel to voxel until nothing changes.
static void settle(const t2s_block *block, uint8_t *labels, uint8_t *lowest, const long steps[6]) {
  const long row = block->x, layer = block->x * block->y;
  const long first = block->crosses_layers ? 1 : 0, end = block->z - first;
  const int ways = block->crosses_layers ? 6 : 4;
  // A voxel lies on the stack at most once.
  uint32_t *stack = block->front;
  for (long z = first; z < end; z++) {
    for (long y = 1; y < block->y - 1; y++) {
      for (long x = 1; x < row - 1; x++) {
        long count = 0;
        stack[count++] = (uint32_t)(z * layer + y * row + x);
        while (count > 0) {
          const long v = stack[--count];
          lowest[v] &= (uint8_t)~IS_STACKED;
          const uint8_t label = taken(labels, lowest, v, steps);
          if (label == labels[v]) continue;
          labels[v] = label;
          for (int way = 0; way < ways; way++) {
            const long u = v + steps[way];
            // A step's opposite is the bit beside its own.
            if (labels[u] <= label || !(lowest[u] >> (way ^ 1) & 1) || lowest[u] & IS_STACKED) continue;
            lowest[u] |= IS_STACKED;
            stack[count++] = (uint32_t)u;
          }
        }
      }
    }
  }
}

void t2s_divide(const t2s_block *block, uint8_t *labels) {
  const long row = block->x, layer = block->x * block->y;
  const long aside = block->crosses_layers ? layer : row;
  const long first = block->crosses_layers ? 1 : 0, end = block->z - first;
  const long steps[6] = {-1, 1, -row, row, -aside, aside};
  // What a flood has lists in is free now.
  uint8_t *lowest = (uint8_t *)block->next;
  for (long v = 0; v < block->z * layer; v++) lowest[v] = 0;
  for (long z = first; z < end; z++) {
    for (long y = 1; y < block->y - 1; y++) {
      const long v = z * layer + y * row + 1;
      mark_lowest(block->costs + v, block->floors + v, row - 2, row, aside, lowest + v);
    }
  }
  for (int pair = 0; pair < 2; pair++) {
    for (long z = first; z < end; z++) {
      for (long y = 1; y < block->y - 1; y++) {
        uint8_t *here = labels + z * layer + y * row;
        const uint8_t *low = lowest + z * layer + y * row;
        take_sideways(here, here - row, here - aside, low, 2, row);
        take_along(here, low, row);
      }
    }
    for (long z = end - 1; z >= first; z--) {
      for (long y = block->y - 2; y > 0; y--) {
        uint8_t *here = labels + z * layer + y * row;
        const uint8_t *low = lowest + z * layer + y * row;
        take_sideways(here, here + row, here + aside, low, 3, row);
        take_along(here, low, row);
      }
    }
  }
  settle(block, labels, lowest, steps);
}
