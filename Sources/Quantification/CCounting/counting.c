#include "CCounting.h"

#include <string.h>

// The loop is compiled several times over, and the CPU at hand chooses.
#if defined(__x86_64__) && defined(__linux__)
#define T2S_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define T2S_CLONES
#endif

T2S_CLONES
void t2s_count_value(const uint8_t *labels, long rows, long width, long stride, uint8_t value,
                     uint8_t *per_column, int64_t *per_row) {
  for (long row = 0; row < rows; row++) {
    const uint8_t *at = labels + row * stride;
    int64_t sum = 0;
    for (long start = 0; start < width; start += 4096) {
      long end = start + 4096 < width ? start + 4096 : width;
      uint32_t part = 0;
      for (long x = start; x < end; x++) {
        uint8_t is = at[x] == value;
        per_column[x] = (uint8_t)(per_column[x] + is);
        part += is;
      }
      sum += part;
    }
    per_row[row] += sum;
  }
}

void t2s_count_greys_u8(const uint8_t *labels, const uint8_t *greys, long n,
                        const uint8_t row_of[256], int64_t *histogram) {
  for (long i = 0; i < n; i++) histogram[(long)row_of[labels[i]] << 8 | greys[i]]++;
}

static inline long bin(float value, float low, float scale) {
  float place = (value - low) * scale;
  return place <= 0 ? 0 : place >= 255 ? 255 : (long)place;
}

void t2s_count_greys_u16(const uint8_t *labels, const void *greys, long n,
                         const uint8_t row_of[256], float low, float scale, int64_t *histogram) {
  for (long i = 0; i < n; i++) {
    uint16_t grey;
    memcpy(&grey, (const char *)greys + 2 * i, 2);
    histogram[(long)row_of[labels[i]] << 8 | bin(grey, low, scale)]++;
  }
}

void t2s_count_greys_f32(const uint8_t *labels, const void *greys, long n,
                         const uint8_t row_of[256], float low, float scale, int64_t *histogram) {
  for (long i = 0; i < n; i++) {
    float grey;
    memcpy(&grey, (const char *)greys + 4 * i, 4);
    if (grey != grey) continue;
    histogram[(long)row_of[labels[i]] << 8 | bin(grey, low, scale)]++;
  }
}
