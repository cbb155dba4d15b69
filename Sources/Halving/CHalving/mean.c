#include "rows.h"

#pragma STDC FP_CONTRACT OFF

// A sum of eight, as their mean: to the nearest, halves to even.
#define EIGHTH(s) (((s) + 3 + (((s) >> 3) & 1)) >> 3)

// Two neighbours are loaded as one number W of twice the width and added from its halves, so that
// the loop has nothing to shuffle. FLIP turns numbers with a sign into numbers without one and
// back; what it adds is even, so halves still go to even.
#define MEAN_ROW(NAME, T, W, BITS, FLIP)                                                           \
  T2S_INLINE void NAME(const T *a, const T *b, const T *c, const T *d, long n, T *out) {           \
    const W mask = (W)((W)1 << BITS) - 1, flip = (W)(FLIP) | (W)((W)(FLIP) << BITS);               \
    for (long i = 0; i < n / 2; i++) {                                                             \
      W p, q, r, s;                                                                                \
      memcpy(&p, a + 2 * i, sizeof p);                                                             \
      memcpy(&q, b + 2 * i, sizeof q);                                                             \
      memcpy(&r, c + 2 * i, sizeof r);                                                             \
      memcpy(&s, d + 2 * i, sizeof s);                                                             \
      p ^= flip, q ^= flip, r ^= flip, s ^= flip;                                                  \
      W sum = (W)((p & mask) + (q & mask) + (r & mask) + (s & mask) + (p >> BITS) + (q >> BITS) +  \
                  (r >> BITS) + (s >> BITS));                                                      \
      out[i] = (T)(EIGHTH(sum) ^ (FLIP));                                                          \
    }                                                                                              \
    if (n & 1) {                                                                                   \
      W sum = (W)(2 * ((W)(a[n - 1] ^ (FLIP)) + (W)(b[n - 1] ^ (FLIP)) + (W)(c[n - 1] ^ (FLIP)) +  \
                       (W)(d[n - 1] ^ (FLIP))));                                                   \
      out[n / 2] = (T)(EIGHTH(sum) ^ (FLIP));                                                      \
    }                                                                                              \
  }

MEAN_ROW(row_u8, uint8_t, uint16_t, 8, 0)
MEAN_ROW(row_i8, uint8_t, uint16_t, 8, 0x80)
MEAN_ROW(row_u16, uint16_t, uint32_t, 16, 0)
MEAN_ROW(row_i16, uint16_t, uint32_t, 16, 0x8000)
MEAN_ROW(row_u32, uint32_t, uint64_t, 32, 0)
MEAN_ROW(row_i32, uint32_t, uint64_t, 32, 0x80000000u)

// A sum of eight needs 67 bits: eighths and their remainders are summed apart.
T2S_INLINE uint64_t eighth_u64(const uint64_t v[8]) {
  uint64_t high = 0, low = 0;
  for (int i = 0; i < 8; i++) high += v[i] >> 3, low += v[i] & 7;
  uint64_t mean = high + (low >> 3), rest = low & 7;
  return mean + (rest > 4 || (rest == 4 && (mean & 1)));
}

T2S_INLINE void row_64(const uint64_t *a, const uint64_t *b, const uint64_t *c, const uint64_t *d,
                       long n, uint64_t *out, uint64_t flip) {
  for (long i = 0; i < n; i += 2) {
    long j = i + 1 < n ? i + 1 : i;
    uint64_t v[8] = {a[i] ^ flip, b[i] ^ flip, c[i] ^ flip, d[i] ^ flip,
                     a[j] ^ flip, b[j] ^ flip, c[j] ^ flip, d[j] ^ flip};
    out[i / 2] = eighth_u64(v) ^ flip;
  }
}

#define ROW_U64(a, b, c, d, n, out) row_64(a, b, c, d, n, out, 0)
#define ROW_I64(a, b, c, d, n, out) row_64(a, b, c, d, n, out, UINT64_C(1) << 63)

// One NaN for all: which of several an addition hands on differs between instructions.
#define MEAN_FLOAT_ROW(NAME, T, NOT_A_NUMBER)                                                      \
  T2S_INLINE void NAME(const T *a, const T *b, const T *c, const T *d, long n, T *out) {           \
    for (long i = 0; i < n / 2; i++) {                                                             \
      double left = ((double)a[2 * i] + b[2 * i]) + ((double)c[2 * i] + d[2 * i]);                 \
      double right = ((double)a[2 * i + 1] + b[2 * i + 1]) + ((double)c[2 * i + 1] + d[2 * i + 1]); \
      double mean = (left + right) * 0.125;                                                        \
      out[i] = mean == mean ? (T)mean : NOT_A_NUMBER;                                              \
    }                                                                                              \
    if (n & 1) {                                                                                   \
      double last = ((double)a[n - 1] + b[n - 1]) + ((double)c[n - 1] + d[n - 1]);                 \
      double mean = (last + last) * 0.125;                                                         \
      out[n / 2] = mean == mean ? (T)mean : NOT_A_NUMBER;                                          \
    }                                                                                              \
  }

MEAN_FLOAT_ROW(row_f32, float, __builtin_nanf(""))
MEAN_FLOAT_ROW(row_f64, double, __builtin_nan(""))

#define MEAN_BOX(NAME, T, ROW)                                                                     \
  T2S_CLONES void NAME(const void *source, t2s_halve_strides from, long z, long y, long x,         \
                       void *destination, t2s_halve_strides to) {                                  \
    T2S_EACH_ROW(T, ROW)                                                                           \
  }

MEAN_BOX(t2s_mean_u8, uint8_t, row_u8)
MEAN_BOX(t2s_mean_i8, uint8_t, row_i8)
MEAN_BOX(t2s_mean_u16, uint16_t, row_u16)
MEAN_BOX(t2s_mean_i16, uint16_t, row_i16)
MEAN_BOX(t2s_mean_u32, uint32_t, row_u32)
MEAN_BOX(t2s_mean_i32, uint32_t, row_i32)
MEAN_BOX(t2s_mean_u64, uint64_t, ROW_U64)
MEAN_BOX(t2s_mean_i64, uint64_t, ROW_I64)
MEAN_BOX(t2s_mean_f32, float, row_f32)
MEAN_BOX(t2s_mean_f64, double, row_f64)

void t2s_halve_mean(t2s_halve_type type, const void *source, t2s_halve_strides from, long z, long y,
                    long x, void *destination, t2s_halve_strides to) {
  switch (type) {
    case T2S_HALVE_UINT8: t2s_mean_u8(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_INT8: t2s_mean_i8(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_UINT16: t2s_mean_u16(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_INT16: t2s_mean_i16(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_UINT32: t2s_mean_u32(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_INT32: t2s_mean_i32(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_UINT64: t2s_mean_u64(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_INT64: t2s_mean_i64(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_FLOAT32: t2s_mean_f32(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_FLOAT64: t2s_mean_f64(source, from, z, y, x, destination, to); break;
  }
}
