#include "CFlooding.h"

#include <stdlib.h>
#include <string.h>

/// The cost of a way of `cost` after one more step of size `level`.
static inline uint32_t after_step(uint32_t cost, uint32_t level) {
  uint32_t before = cost >> 16;
  if (level > before) return level << 16 | 1;
  return (cost & 0xffff) == 0xffff ? cost : cost + 1;
}

static int by_cost(const void *a, const void *b) {
  const t2s_arrival *p = a, *q = b;
  if (p->cost != q->cost) return p->cost < q->cost ? -1 : 1;
  return p->voxel < q->voxel ? -1 : p->voxel > q->voxel;
}

void t2s_flood(const t2s_block *block, uint8_t seed, const uint16_t levels[65536],
               t2s_arrival *arrivals, long arrival_count) {
  const long n = block->z * block->y * block->x;
  const long row = block->x, layer = block->x * block->y;
  const long steps[6] = {-1, 1, -row, row, -layer, layer};
  const int ways = block->crosses_layers ? 6 : 4;
  const uint16_t *greys = block->greys;
  const uint8_t *seeds = block->seeds;
  uint32_t *costs = block->costs;
  int32_t *next = block->next, *heads = block->heads;
  uint32_t *front = block->front, *after = block->after;
  // Which lists are not empty; only those are looked at, and only their heads are valid.
  uint64_t waiting[1024];
  memset(waiting, 0, sizeof waiting);
#define WAIT(voxel, level)                                                  \
  do {                                                                      \
    uint64_t bit = 1ull << ((level)&63);                                    \
    next[voxel] = waiting[(level) >> 6] & bit ? heads[level] : -1;          \
    heads[level] = (int32_t)(voxel);                                        \
    waiting[(level) >> 6] |= bit;                                           \
  } while (0)

  // A voxel waits in the list of its own level at most once: where a way first rises to it.
  for (long v = 0; v < n; v++) {
    if (seeds[v] != T2S_NO_SEED) {
      costs[v] = 0;
      continue;
    }
    costs[v] = T2S_UNREACHED;
    for (int way = 0; way < ways; way++) {
      // A voxel that is no seed lies within the margin, so that its neighbours are there.
      if (seeds[v + steps[way]] != seed) continue;
      uint32_t level = levels[greys[v]];
      costs[v] = level << 16 | 1;
      WAIT(v, level);
      break;
    }
  }
  long kept = 0;
  for (long i = 0; i < arrival_count; i++) {
    uint32_t v = arrivals[i].voxel;
    uint32_t level = levels[greys[v]];
    uint32_t cost = after_step(arrivals[i].cost, level);
    if (cost >= costs[v]) continue;
    costs[v] = cost;
    if (cost == (level << 16 | 1)) {
      WAIT(v, level);
    } else {
      arrivals[kept++] = (t2s_arrival){cost, v};
    }
  }
  qsort(arrivals, kept, sizeof *arrivals, by_cost);

  long arrival = 0;
  for (uint32_t level = 0; level < 65536; level++) {
    // The next level at which something waits.
    uint32_t word = level >> 6;
    uint64_t later = waiting[word] & ~0ull << (level & 63);
    while (later == 0 && ++word < 1024) later = waiting[word];
    uint32_t own = word < 1024 ? word << 6 | (uint32_t)__builtin_ctzll(later) : 65536;
    uint32_t come = arrival < kept ? arrivals[arrival].cost >> 16 : 65536;
    level = own < come ? own : come;
    if (level == 65536) break;
    long count = 0;
    if (own == level) {
      for (int32_t v = heads[level]; v >= 0; v = next[v]) front[count++] = (uint32_t)v;
    }
    uint32_t taken = 1;
    for (;;) {
      if (count == 0) {
        if (arrival == kept || arrivals[arrival].cost >> 16 != level) break;
        taken = arrivals[arrival].cost & 0xffff;
      }
      const uint32_t cost = level << 16 | taken;
      for (; arrival < kept && arrivals[arrival].cost <= cost; arrival++) {
        // One that was reached at less cost meanwhile has gone on already.
        uint32_t v = arrivals[arrival].voxel;
        if (costs[v] == cost && arrivals[arrival].cost == cost) front[count++] = v;
      }
      const uint32_t onward = after_step(cost, 0);
      long coming = 0;
      for (long i = 0; i < count; i++) {
        long v = front[i];
        for (int way = 0; way < ways; way++) {
          long u = v + steps[way];
          if (costs[u] <= onward) continue;
          uint32_t rise = levels[greys[u]];
          if (rise <= level) {
            costs[u] = onward;
            after[coming++] = (uint32_t)u;
          } else if (costs[u] > (rise << 16 | 1)) {
            costs[u] = rise << 16 | 1;
            WAIT(u, rise);
          }
        }
      }
      uint32_t *done = front;
      front = after;
      after = done;
      count = coming;
      taken = onward & 0xffff;
    }
  }
#undef WAIT
}

void t2s_take_better(const uint32_t *costs, const uint8_t *seeds, long n, uint8_t place,
                     uint32_t *best, uint8_t *labels) {
  for (long v = 0; v < n; v++) {
    if (seeds[v] == place) {
      labels[v] = place;
    } else if (seeds[v] == T2S_NO_SEED && costs[v] < best[v]) {
      best[v] = costs[v];
      labels[v] = place;
    }
  }
}
