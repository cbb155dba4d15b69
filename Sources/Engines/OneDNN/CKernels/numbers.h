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
