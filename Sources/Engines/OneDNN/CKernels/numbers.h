// Numbers of either kind, known when a loop is compiled.
#pragma once
#include "CTraining.h"
#include "bfloat16.h"

#define INLINE static inline __attribute__((always_inline))

INLINE float load(const void *a, long i, int bf16) {
  return bf16 ? t2s_from_bf16(((const uint16_t *)a)[i]) : ((const float *)a)[i];
}

INLINE void store(void *a, long i, float value, int bf16) {
  if (bf16) {
    ((uint16_t *)a)[i] = t2s_to_bf16(value);
  } else {
    ((float *)a)[i] = value;
  }
}

INLINE void *at(t2s_view view, long pixel, int bf16) {
  return (char *)view.address + pixel * view.stride * (bf16 ? 2 : 4);
}

// Eight numbers in one register, or two; handed on by address, since how registers are passed depends
// on the processor.
typedef float t2s_eight __attribute__((vector_size(32)));
typedef uint32_t t2s_eight_bits __attribute__((vector_size(32)));
typedef uint16_t t2s_eight_halves __attribute__((vector_size(16)));

INLINE void load_eight(t2s_eight *to, const void *a, long i, int bf16) {
  if (bf16) {
    t2s_eight_halves halves;
    memcpy(&halves, (const uint16_t *)a + i, 16);
    *to = (t2s_eight)(__builtin_convertvector(halves, t2s_eight_bits) << 16);
  } else {
    memcpy(to, (const float *)a + i, 32);
  }
}

INLINE void store_eight(void *a, long i, const t2s_eight *from, int bf16) {
  if (bf16) {
    t2s_eight_bits bits = (t2s_eight_bits)*from, high = bits >> 16;
    t2s_eight_bits isNaN = (t2s_eight_bits)(*from != *from);
    t2s_eight_bits rounded = (bits + 0x7fff + (high & 1)) >> 16;
    rounded = (isNaN & (high | 0x40)) | (~isNaN & rounded);
    t2s_eight_halves halves = __builtin_convertvector(rounded, t2s_eight_halves);
    memcpy((uint16_t *)a + i, &halves, 16);
  } else {
    memcpy((float *)a + i, from, 32);
  }
}
