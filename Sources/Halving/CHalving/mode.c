#include "rows.h"

#define ORDER(T, i, j)                                                                             \
  {                                                                                                \
    T low = v[i] < v[j] ? v[i] : v[j], high = v[i] < v[j] ? v[j] : v[i];                           \
    v[i] = low, v[j] = high;                                                                       \
  }

// In sorted values a value that occurs n times equals the one n - 1 places on. Longer runs are
// asked for last, and of several the first last, so that the smallest value stays.
#define RUN(i, n) mode = v[i] == v[(i) + (n) - 1] ? v[i] : mode;

// Eight values are sorted by 19 comparisons that no branch depends on, so that the loop runs in
// vectors.
#define MODE_ROW(NAME, T)                                                                          \
  T2S_INLINE T NAME##_of(T v[8]) {                                                                 \
    ORDER(T, 0, 2) ORDER(T, 1, 3) ORDER(T, 4, 6) ORDER(T, 5, 7)                                    \
    ORDER(T, 0, 4) ORDER(T, 1, 5) ORDER(T, 2, 6) ORDER(T, 3, 7)                                    \
    ORDER(T, 0, 1) ORDER(T, 2, 3) ORDER(T, 4, 5) ORDER(T, 6, 7)                                    \
    ORDER(T, 2, 4) ORDER(T, 3, 5)                                                                  \
    ORDER(T, 1, 4) ORDER(T, 3, 6)                                                                  \
    ORDER(T, 1, 2) ORDER(T, 3, 4) ORDER(T, 5, 6)                                                   \
    T mode = v[0];                                                                                 \
    RUN(6, 2) RUN(5, 2) RUN(4, 2) RUN(3, 2) RUN(2, 2) RUN(1, 2) RUN(0, 2)                          \
    RUN(5, 3) RUN(4, 3) RUN(3, 3) RUN(2, 3) RUN(1, 3) RUN(0, 3)                                    \
    RUN(4, 4) RUN(3, 4) RUN(2, 4) RUN(1, 4) RUN(0, 4)                                              \
    RUN(3, 5) RUN(2, 5) RUN(1, 5) RUN(0, 5)                                                        \
    return mode;                                                                                   \
  }                                                                                                \
  T2S_INLINE void NAME(const T *a, const T *b, const T *c, const T *d, long n, T *out) {           \
    for (long i = 0; i < n / 2; i++) {                                                             \
      T v[8] = {a[2 * i], b[2 * i], c[2 * i], d[2 * i],                                            \
                a[2 * i + 1], b[2 * i + 1], c[2 * i + 1], d[2 * i + 1]};                           \
      out[i] = NAME##_of(v);                                                                       \
    }                                                                                              \
    if (n & 1) {                                                                                   \
      T v[8] = {a[n - 1], b[n - 1], c[n - 1], d[n - 1], a[n - 1], b[n - 1], c[n - 1], d[n - 1]};   \
      out[n / 2] = NAME##_of(v);                                                                   \
    }                                                                                              \
  }                                                                                                \
  T2S_CLONES void t2s_##NAME(const void *source, t2s_halve_strides from, long z, long y, long x,   \
                             void *destination, t2s_halve_strides to) {                            \
    T2S_EACH_ROW(T, NAME)                                                                          \
  }

// Five of eight are the most, so longer runs change nothing.
MODE_ROW(mode_u8, uint8_t)
MODE_ROW(mode_i8, int8_t)
MODE_ROW(mode_u16, uint16_t)
MODE_ROW(mode_i16, int16_t)
MODE_ROW(mode_u32, uint32_t)
MODE_ROW(mode_i32, int32_t)
MODE_ROW(mode_u64, uint64_t)
MODE_ROW(mode_i64, int64_t)

void t2s_halve_mode(t2s_halve_type type, const void *source, t2s_halve_strides from, long z, long y,
                    long x, void *destination, t2s_halve_strides to) {
  switch (type) {
    case T2S_HALVE_UINT8: t2s_mode_u8(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_INT8: t2s_mode_i8(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_UINT16: t2s_mode_u16(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_INT16: t2s_mode_i16(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_UINT32: t2s_mode_u32(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_INT32: t2s_mode_i32(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_UINT64: t2s_mode_u64(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_INT64: t2s_mode_i64(source, from, z, y, x, destination, to); break;
    case T2S_HALVE_FLOAT32: case T2S_HALVE_FLOAT64: break;
  }
}
