#include "CFlooding.h"
#include "sweeping.h"

#include <stdlib.h>
#include <string.h>

static int by_cost(const void *a, const void *b) {
  const t2s_arrival *p = a, *q = b;
  if (p->cost != q->cost) return p->cost < q->cost ? -1 : 1;
  return p->voxel < q->voxel ? -1 : p->voxel > q->voxel;
}

/// What a block has for a class: its seeds, and voxels that ways may enter.
typedef struct {
  long own, open;
} found;

/// Sets costs and floors to what they are before the first step.
static found begin(const t2s_block *block, uint8_t seed, const uint16_t levels[65536]) {
  const long n = block->z * block->y * block->x;
  found found = {0, 0};
  for (long v = 0; v < n; v++) {
    const uint8_t here = block->seeds[v];
    const uint32_t floor = (uint32_t)levels[block->greys[v]] << 16 | 1;
    const int is_own = here == seed || (seed == T2S_ANY_SEED && here < T2S_ANY_SEED);
    block->costs[v] = is_own ? 0 : T2S_UNREACHED;
    block->floors[v] = here == T2S_NO_SEED ? floor : T2S_UNREACHED;
    found.own += is_own;
    found.open += here == T2S_NO_SEED;
  }
  return found;
}

/// Takes ways on from `source_count` sources level by level, and in each by their lengths.
static void flood_from_sources(const t2s_block *block, long source_count) {
  const long row = block->x, layer = block->x * block->y;
  const long steps[6] = {-1, 1, -row, row, -layer, layer};
  const int ways = block->crosses_layers ? 6 : 4;
  const uint32_t *floors = block->floors;
  const t2s_arrival *sources = block->sources;
  uint32_t *costs = block->costs;
  int32_t *next = block->next, *heads = block->heads;
  uint32_t *front = block->front, *after = block->after;
  // Which lists are not empty; only those are looked at, and only their heads are valid. A voxel waits
  // in the list of its own level at most once: where a way first rises to it.
  uint64_t waiting[1024];
  memset(waiting, 0, sizeof waiting);

  long source = 0;
  for (uint32_t level = 0; level < 65536; level++) {
    // The next level at which something waits.
    uint32_t word = level >> 6;
    uint64_t later = waiting[word] & ~0ull << (level & 63);
    while (later == 0 && ++word < 1024) later = waiting[word];
    uint32_t own = word < 1024 ? word << 6 | (uint32_t)__builtin_ctzll(later) : 65536;
    uint32_t come = source < source_count ? sources[source].cost >> 16 : 65536;
    level = own < come ? own : come;
    if (level == 65536) break;
    long count = 0;
    if (own == level) {
      for (int32_t v = heads[level]; v >= 0; v = next[v]) front[count++] = (uint32_t)v;
    }
    uint32_t taken = 1;
    for (;;) {
      if (count == 0) {
        if (source == source_count || sources[source].cost >> 16 != level) break;
        taken = sources[source].cost & 0xffff;
      }
      const uint32_t cost = level << 16 | taken;
      for (; source < source_count && sources[source].cost <= cost; source++) {
        // One that was reached at less cost meanwhile has gone on already.
        uint32_t v = sources[source].voxel;
        if (costs[v] == cost && sources[source].cost == cost) front[count++] = v;
      }
      const uint32_t onward = t2s_stepped(cost);
      long coming = 0;
      for (long i = 0; i < count; i++) {
        long v = front[i];
        for (int way = 0; way < ways; way++) {
          long u = v + steps[way];
          if (costs[u] <= onward) continue;
          uint32_t reached = t2s_onto(cost, floors[u]);
          if (reached >= costs[u]) continue;
          costs[u] = reached;
          if (reached == onward) {
            after[coming++] = (uint32_t)u;
          } else {
            uint32_t rise = reached >> 16;
            uint64_t bit = 1ull << (rise & 63);
            next[u] = waiting[rise >> 6] & bit ? heads[rise] : -1;
            heads[rise] = (int32_t)u;
            waiting[rise >> 6] |= bit;
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
}

void t2s_flood(const t2s_block *block, uint8_t seed, const uint16_t levels[65536],
               const t2s_arrival *arrivals, long arrival_count) {
  const long n = block->z * block->y * block->x;
  const found found = begin(block, seed, levels);
  if (found.own == 0 && arrival_count == 0) return;
  for (long i = 0; i < arrival_count; i++) {
    uint32_t *cost = block->costs + arrivals[i].voxel;
    uint32_t reached = t2s_onto(arrivals[i].cost, block->floors[arrivals[i].voxel]);
    if (reached < *cost) *cost = reached;
  }
  // A sweep looks at every voxel, what it leaves costs thirty times as much for each. Where few voxels
  // are open, there is nothing to sweep.
  long count = found.open < n / 16 ? t2s_list_sources(block) : n;
  for (long pairs = 1; count > block->source_room || count > n / 64; pairs++) {
    t2s_sweep(block);
    count = t2s_list_sources(block);
    if (pairs >= 3 && count <= block->source_room) break;
  }
  qsort(block->sources, (size_t)count, sizeof *block->sources, by_cost);
  flood_from_sources(block, count);
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
