#pragma once
#include "CHalving.h"
#include <stdint.h>
#include <string.h>

// The loops are compiled several times over, and the CPU at hand chooses.
#if defined(__x86_64__) && defined(__linux__)
#define T2S_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define T2S_CLONES
#endif

#define T2S_INLINE static inline __attribute__((always_inline))

// Calls ROW for each row of the result with the four rows of its sources; an odd last row or plane
// is its own neighbour, which leaves mean and mode those of what is there.
#define T2S_EACH_ROW(T, ROW)                                                                       \
  const T *s = source;                                                                             \
  T *d = destination;                                                                              \
  for (long k = 0; k < z; k += 2)                                                                  \
    for (long j = 0; j < y; j += 2) {                                                              \
      const T *a = s + k * from.plane + j * from.row;                                              \
      const T *b = k + 1 < z ? a + from.plane : a;                                                 \
      long down = j + 1 < y ? from.row : 0;                                                        \
      ROW(a, b, a + down, b + down, x, d + k / 2 * to.plane + j / 2 * to.row);                     \
    }
