#include "CDistances.h"

// The loop is compiled several times over, and the CPU at hand chooses.
#if defined(__x86_64__) && defined(__linux__)
#define T2S_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define T2S_CLONES
#endif

T2S_CLONES
void t2s_least_of_sum(uint16_t *restrict target, const uint16_t *restrict source, uint16_t step,
                      long count) {
  for (long i = 0; i < count; i++) {
    uint16_t sum = (uint16_t)(source[i] + step);
    target[i] = sum < target[i] ? sum : target[i];
  }
}
