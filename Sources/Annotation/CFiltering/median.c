#include "CFiltering.h"
#include "clones.h"

enum { BOXES = 64 };

/// Medians of at most BOXES boxes; `edge` is 2 half + 1.
T2S_ALWAYS void medians_of(const int32_t *restrict keys, long layer, long row, long layers, long edge,
                           int32_t least, int bits, long n, int32_t *restrict medians) {
  const int32_t below = (int32_t)(layers * edge * edge / 2);
  for (long x = 0; x < n; x++) medians[x] = least;
  for (int bit = bits - 1; bit >= 0; bit--) {
    int32_t tried[BOXES], counts[BOXES];
    for (long x = 0; x < n; x++) {
      tried[x] = (int32_t)((uint32_t)medians[x] + (1u << bit));
      counts[x] = 0;
    }
    for (long z = 0; z < layers; z++) {
      for (long y = 0; y < edge; y++) {
        const int32_t *from = keys + z * layer + y * row;
        for (long x = 0; x < n; x++) {
          int32_t count = counts[x];
          for (long k = 0; k < edge; k++) count += from[x + k] < tried[x];
          counts[x] = count;
        }
      }
    }
    for (long x = 0; x < n; x++) medians[x] = counts[x] <= below ? tried[x] : medians[x];
  }
}

// Of known edges the inner loop is unrolled.
T2S_CLONES
static void some_medians(const int32_t *keys, long layer, long row, long layers, long edge, int32_t least,
                         int bits, long n, int32_t *medians) {
  switch (edge) {
    case 3: return medians_of(keys, layer, row, layers, 3, least, bits, n, medians);
    case 5: return medians_of(keys, layer, row, layers, 5, least, bits, n, medians);
    default: return medians_of(keys, layer, row, layers, edge, least, bits, n, medians);
  }
}

void t2s_medians(const int32_t *keys, long layer, long row, long half_z, long half, int32_t least,
                 int bits, long n, int32_t *medians) {
  for (long x = 0; x < n; x += BOXES) {
    const long some = n - x < BOXES ? n - x : BOXES;
    some_medians(keys + x, layer, row, 2 * half_z + 1, 2 * half + 1, least, bits, some, medians + x);
  }
}
