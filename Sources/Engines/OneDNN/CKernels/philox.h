// Philox 4x32-10 (Salmon et al., 2011), sixteen blocks at a time so that the compiler uses vectors.
#pragma once
#include <stdint.h>

#define T2S_BLOCKS 16

// 16 bits for each number from `first` (a multiple of 8) on, in whole runs of 128: room for that.
static inline __attribute__((always_inline)) void t2s_philox_bits(uint64_t key, int layer,
                                                                   uint64_t first, long count,
                                                                   uint16_t *out) {
  for (long done = 0; done < count; done += 8 * T2S_BLOCKS) {
    uint32_t x0[T2S_BLOCKS], x1[T2S_BLOCKS], x2[T2S_BLOCKS], x3[T2S_BLOCKS];
    uint64_t block = (first + (uint64_t)done) / 8;
    for (int i = 0; i < T2S_BLOCKS; i++) {
      x0[i] = (uint32_t)(block + (uint64_t)i);
      x1[i] = (uint32_t)((block + (uint64_t)i) >> 32);
      x2[i] = (uint32_t)layer;
      x3[i] = 0;
    }
    uint32_t k0 = (uint32_t)key, k1 = (uint32_t)(key >> 32);
    for (int round = 0; round < 10; round++) {
      for (int i = 0; i < T2S_BLOCKS; i++) {
        uint64_t p0 = (uint64_t)0xD2511F53 * x0[i], p1 = (uint64_t)0xCD9E8D57 * x2[i];
        x0[i] = (uint32_t)(p1 >> 32) ^ x1[i] ^ k0;
        x1[i] = (uint32_t)p1;
        x2[i] = (uint32_t)(p0 >> 32) ^ x3[i] ^ k1;
        x3[i] = (uint32_t)p0;
      }
      k0 += 0x9E3779B9;
      k1 += 0xBB67AE85;
    }
    for (int i = 0; i < T2S_BLOCKS; i++) {
      uint16_t *to = out + done + 8 * i;
      to[0] = (uint16_t)x0[i];
      to[1] = (uint16_t)x1[i];
      to[2] = (uint16_t)x2[i];
      to[3] = (uint16_t)x3[i];
      to[4] = (uint16_t)(x0[i] >> 16);
      to[5] = (uint16_t)(x1[i] >> 16);
      to[6] = (uint16_t)(x2[i] >> 16);
      to[7] = (uint16_t)(x3[i] >> 16);
    }
  }
}
