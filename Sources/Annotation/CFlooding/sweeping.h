#pragma once
#include "CFlooding.h"

// The loops are compiled several times over, and the CPU at hand chooses.
#if defined(__x86_64__) && defined(__linux__)
#define T2S_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define T2S_CLONES
#endif

/// The cost of a way of `cost` after one more step that is not higher than those before.
static inline uint32_t t2s_stepped(uint32_t cost) { return cost + ((cost & 0xffff) != 0xffff); }

/// The cost of a way of `cost` after a step onto a voxel of `floor`: a step above its level begins to
/// count anew, and has then the least cost of any step onto this voxel.
static inline uint32_t t2s_onto(uint32_t cost, uint32_t floor) {
  uint32_t stepped = t2s_stepped(cost);
  return stepped > floor ? stepped : floor;
}

/// Takes ways on through the whole block, once forwards and once backwards.
void t2s_sweep(const t2s_block *block);

/// Lists the voxels from which a step makes a neighbour's cost less, in the order of memory; returns how
/// many there are, of which `source_room` at most are listed.
long t2s_list_sources(const t2s_block *block);
