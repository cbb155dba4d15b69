#include "CHashing.h"

#include <string.h>

// The loops are compiled several times over, and the CPU at hand chooses.
#if defined(__x86_64__) && defined(__linux__)
#define T2S_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define T2S_CLONES
#endif

// A voxel of up to 16 bits and one more fit into 32, so that a product is one instruction of a vector.
#define T2S_HASH_ROW(name, type, wide)                                              \
  T2S_CLONES                                                                        \
  static uint64_t name(const char *voxels, const uint32_t *numbers, long n) {       \
    uint64_t sum = 0;                                                               \
    for (long i = 0; i < n; i++) {                                                  \
      type bits;                                                                    \
      memcpy(&bits, voxels + i * (long)sizeof bits, sizeof bits);                   \
      sum += (uint64_t)((wide)bits + 1) * numbers[i];                               \
    }                                                                               \
    return sum;                                                                     \
  }

T2S_HASH_ROW(hash_u8, uint8_t, uint32_t)
T2S_HASH_ROW(hash_u16, uint16_t, uint32_t)
T2S_HASH_ROW(hash_u32, uint32_t, uint64_t)
T2S_HASH_ROW(hash_u64, uint64_t, uint64_t)

uint64_t t2s_hash_row(const void *voxels, long width, const uint32_t *numbers, long n) {
  switch (width) {
    case 1: return hash_u8(voxels, numbers, n);
    case 2: return hash_u16(voxels, numbers, n);
    case 4: return hash_u32(voxels, numbers, n);
    default: return hash_u64(voxels, numbers, n);
  }
}
