// bfloat16 is the upper half of a float; conversion rounds to nearest, ties to even.
#pragma once
#include <stdint.h>
#include <string.h>

static inline float t2s_from_bf16(uint16_t value) {
  uint32_t bits = (uint32_t)value << 16;
  float result;
  memcpy(&result, &bits, 4);
  return result;
}

static inline uint16_t t2s_to_bf16(float value) {
  uint32_t bits;
  memcpy(&bits, &value, 4);
  if ((bits & 0x7fffffff) > 0x7f800000) return (uint16_t)((bits >> 16) | 0x40);  // stays NaN
  return (uint16_t)((bits + 0x7fff + ((bits >> 16) & 1)) >> 16);
}

// The bits of a bfloat16 as an integer that orders as the number does.
static inline int16_t t2s_ordered(uint16_t value) {
  int16_t bits = (int16_t)value;
  return (int16_t)(bits ^ ((bits >> 15) & 0x7fff));
}

// The loop is compiled for each of these and chosen when the program starts.
#define T2S_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
