#include "CKernels.h"
#include "bfloat16.h"
#include <string.h>

#if defined(__x86_64__)
#include "largest.h"
#define PAIRS __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512bf16")))

int t2s_has_pairs_kernels(void) {
  return __builtin_cpu_supports("avx512bf16") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

// Zeros around a plane: the rows above and below.
static void clear_outer_rows(uint16_t *plane, long h, long stride, int edges) {
  if (edges & T2S_FIRST_ROW) memset(plane, 0, (size_t)stride * 4);
  if (edges & T2S_LAST_ROW) memset(plane + 2 * (h + 1) * stride, 0, (size_t)stride * 4);
}

// Zeros before and after the columns of a row.
static inline void clear_margins(uint16_t *row, long w, long stride) {
  memset(row, 0, T2S_MARGIN * 4);
  memset(row + 2 * (T2S_MARGIN + w), 0, (size_t)(stride - T2S_MARGIN - w) * 4);
}

// A row of one layer, as the first or the second of each pair; of a layer alone, the pairs are written whole.
static void normalise_row(const char *voxels, t2s_voxel type, long size, long w, float low, float factor, int clips,
                          uint16_t *to, int alone) {
  uint16_t values[256];
  for (long x = 0; x < w; x += 256) {
    long n = w - x < 256 ? w - x : 256;
    t2s_normalise(voxels + x * size, type, n, 1, low, factor, clips, values, 1);
    uint32_t *pairs = (uint32_t *)(to + 2 * x);
    if (alone)
      for (long i = 0; i < n; i++) pairs[i] = values[i];
    else
      for (long i = 0; i < n; i++) to[2 * (x + i)] = values[i];
  }
}

void t2s_pairs_normalise(const void *voxels, t2s_voxel type, long h, long w, long channels, long apart, float low,
                         float factor, int clips, uint16_t *out, long plane, int edges) {
  long stride = t2s_pairs_stride(w), size = type == T2S_UINT8 ? 1 : type == T2S_UINT16 ? 2 : 4;
  for (long c = 0; c < channels; c += 2) {
    uint16_t *to = out + c * plane;
    clear_outer_rows(to, h, stride, edges);
    for (long y = 0; y < h; y++) {
      const char *from = (const char *)voxels + (c * apart + y * w) * size;
      uint16_t *row = to + 2 * (y + 1) * stride, *first = row + 2 * T2S_MARGIN;
      clear_margins(row, w, stride);
      int alone = c + 1 == channels;
      normalise_row(from, type, size, w, low, factor, clips, first, alone);
      if (!alone) normalise_row(from + apart * size, type, size, w, low, factor, clips, first + 1, 0);
    }
  }
}

// 8 outputs x 48 columns stay in registers over all inputs and taps.
PAIRS __attribute__((always_inline)) static inline void convolve48(const uint16_t *const *in, long planes,
                                                                   uint16_t *out, long plane,
                                                                   const uint32_t *weights, const float *bias,
                                                                   long corner, long stride, __m512 floor,
                                                                   __m512i interleave, int prefetches) {
  __m512 sum[8][3];
#pragma clang loop unroll(full)
  for (int o = 0; o < 8; o++) {
    __m512 start = _mm512_set1_ps(bias[o]);
    sum[o][0] = sum[o][1] = sum[o][2] = start;
  }
  for (long c = 0; c < planes; c++) {
    const uint32_t *pair = weights + c * 9 * 8;
    if (prefetches) {
      // So many planes are more rows at a time than the processor follows by itself.
      const uint16_t *below = in[c] + 2 * (corner + 3 * stride);
#pragma clang loop unroll(full)
      for (int k = 0; k < 3; k++) _mm_prefetch((const char *)(below + 32 * k), _MM_HINT_T1);
    }
    for (long ky = 0; ky < 3; ky++) {
      const uint16_t *row = in[c] + 2 * (corner + ky * stride - 1);
#pragma clang loop unroll(full)
      for (int kx = 0; kx < 3; kx++, pair += 8) {
        __m512bh v0 = (__m512bh)_mm512_loadu_si512(row + 2 * kx);
        __m512bh v1 = (__m512bh)_mm512_loadu_si512(row + 2 * kx + 32);
        __m512bh v2 = (__m512bh)_mm512_loadu_si512(row + 2 * kx + 64);
#pragma clang loop unroll(full)
        for (int o = 0; o < 8; o++) {
          __m512bh q = (__m512bh)_mm512_set1_epi32((int)pair[o]);
          sum[o][0] = _mm512_dpbf16_ps(sum[o][0], v0, q);
          sum[o][1] = _mm512_dpbf16_ps(sum[o][1], v1, q);
          sum[o][2] = _mm512_dpbf16_ps(sum[o][2], v2, q);
        }
      }
    }
  }
#pragma clang loop unroll(full)
  for (int o = 0; o < 8; o += 2) {
    uint16_t *to = out + 2 * (o / 2 * plane + corner + stride);
#pragma clang loop unroll(full)
    for (int k = 0; k < 3; k++) {
      __m512i both = (__m512i)_mm512_cvtne2ps_pbh(_mm512_max_ps(sum[o + 1][k], floor),
                                                  _mm512_max_ps(sum[o][k], floor));
      _mm512_storeu_si512(to + 32 * k, _mm512_permutexvar_epi16(interleave, both));
    }
  }
}

PAIRS void t2s_pairs_convolution(const uint16_t *const *in, long planes, uint16_t *out, long plane, long outputs,
                                 const uint32_t *weights, long group, const float *bias, long h, long w,
                                 int relu, int edges) {
  long stride = t2s_pairs_stride(w);
  uint16_t order[32];
  for (int i = 0; i < 16; i++) {
    order[2 * i] = (uint16_t)i;
    order[2 * i + 1] = (uint16_t)(16 + i);
  }
  const __m512i interleave = _mm512_loadu_si512(order);
  const __m512 floor = relu ? _mm512_setzero_ps() : _mm512_set1_ps(-__builtin_inff());
  for (long p = 0; p < outputs / 2; p++) clear_outer_rows(out + 2 * p * plane, h, stride, edges);
  for (long y = 0; y < h; y++) {
    for (long x = 0; x < w; x += 48)
      for (long g = 0; g < outputs / 8; g++)
        convolve48(in, planes, out + 8 * g * plane, plane, weights + g * group, bias + 8 * g,
                   y * stride + x + T2S_MARGIN, stride, floor, interleave, g == 0);
    for (long p = 0; p < outputs / 2; p++) clear_margins(out + 2 * (p * plane + (y + 1) * stride), w, stride);
  }
}

// Orders bfloat16 as integers, for a maximum without conversion.
PAIRS static inline __m512i ordered(__m512i v) {
  return _mm512_xor_si512(v, _mm512_and_si512(_mm512_srai_epi16(v, 15), _mm512_set1_epi16(0x7fff)));
}

PAIRS void t2s_pairs_max_pool(const uint16_t *const *in, long layers, long plane, uint16_t *out, long h, long w,
                              long c) {
  long stride = t2s_pairs_stride(w), ow = w / 2, pairs = c / 2;
  const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  const __m512i odd = _mm512_set_epi32(31, 29, 27, 25, 23, 21, 19, 17, 15, 13, 11, 9, 7, 5, 3, 1);
  for (long y = 0; y < h / 2; y++) {
    uint32_t *to = (uint32_t *)(out + y * ow * c);
    for (long x = 0; x < ow; x += 16) {
      long n = ow - x < 16 ? ow - x : 16;
      uint32_t best[8][16];
      for (long p = 0; p < pairs; p++) {
        __m512i left = _mm512_set1_epi16(-0x8000), right = left;
        for (long k = 0; k < 2 * layers; k++) {
          const uint16_t *a =
              in[k / 2] + 2 * (p * plane + (2 * y + k % 2 + 1) * stride + 2 * x + T2S_MARGIN);
          // The second half may reach past the row; it stays in the margin, or in the next row.
          left = _mm512_max_epi16(left, ordered(_mm512_loadu_si512(a)));
          if (n > 8) right = _mm512_max_epi16(right, ordered(_mm512_loadu_si512(a + 32)));
        }
        __m512i most = _mm512_max_epi16(_mm512_permutex2var_epi32(left, even, right),
                                        _mm512_permutex2var_epi32(left, odd, right));
        _mm512_storeu_si512(best[p], ordered(most));
      }
      if (pairs == 4)
        for (long i = 0; i < n; i++)
          for (long p = 0; p < 4; p++) to[(x + i) * 4 + p] = best[p][i];
      else
        for (long i = 0; i < n; i++)
          for (long p = 0; p < pairs; p++) to[(x + i) * pairs + p] = best[p][i];
    }
  }
}

// 8 x 8 elements of 64 bits: a column phase pair of a channel pair each.
PAIRS static inline void transpose8(__m512i v[8]) {
  __m512i a[8], b[8];
  for (int i = 0; i < 8; i += 2) {
    a[i] = _mm512_unpacklo_epi64(v[i], v[i + 1]);
    a[i + 1] = _mm512_unpackhi_epi64(v[i], v[i + 1]);
  }
  for (int i = 0; i < 8; i += 4)
    for (int k = 0; k < 2; k++) {
      b[i + k] = _mm512_shuffle_i64x2(a[i + k], a[i + k + 2], 0x88);
      b[i + k + 2] = _mm512_shuffle_i64x2(a[i + k], a[i + k + 2], 0xdd);
    }
  for (int k = 0; k < 4; k++) {
    v[k] = _mm512_shuffle_i64x2(b[k], b[k + 4], 0x88);
    v[k + 4] = _mm512_shuffle_i64x2(b[k], b[k + 4], 0xdd);
  }
}

PAIRS void t2s_pairs_depth_to_space(const uint16_t *in, long apart, uint16_t *out, long plane, long h, long w, long c,
                                    int edges) {
  long oh = 2 * h, ow = 2 * w, pairs = c / 2, lanes = 2 * pairs, stride = t2s_pairs_stride(ow);
  for (long p = 0; p < pairs; p++) clear_outer_rows(out + 2 * p * plane, oh, stride, edges);
  for (long y = 0; y < h; y++) {
    const uint64_t *from = (const uint64_t *)(in + 4 * y * w * apart);
    long x = 0;
    if (lanes % 8 == 0)
      for (; x + 8 <= w; x += 8)
        for (long first = 0; first < lanes; first += 8) {
          __m512i v[8];
          for (int i = 0; i < 8; i++) v[i] = _mm512_loadu_si512(from + (x + i) * apart + first);
          transpose8(v);
          for (int k = 0; k < 8; k++)
            _mm512_storeu_si512(out + 2 * ((first + k) / 2 * plane + (2 * y + k % 2 + 1) * stride + 2 * x + T2S_MARGIN),
                                v[k]);
        }
    for (long lane = 0; lane < lanes; lane++) {
      uint16_t *row = out + 2 * (lane / 2 * plane + (2 * y + lane % 2 + 1) * stride);
      for (long i = x; i < w; i++) memcpy(row + 2 * (2 * i + T2S_MARGIN), from + i * apart + lane, 8);
      clear_margins(row, ow, stride);
    }
  }
}

// The scores of 16 columns; every class sums its channels in the same order.
PAIRS static inline void scores16(const uint16_t *at, long plane, long c, long classes,
                                  const float *weights, const float *bias, __m512 score[8]) {
  for (long k = 0; k < classes; k++) score[k] = _mm512_set1_ps(bias[k]);
  for (long p = 0; p < c / 2; p++) {
    __m512i both = _mm512_loadu_si512(at + 2 * p * plane);
    __m512 even = _mm512_castsi512_ps(_mm512_slli_epi32(both, 16));
    __m512 odd = _mm512_castsi512_ps(_mm512_and_si512(both, _mm512_set1_epi32((int)0xffff0000)));
    for (long k = 0; k < classes; k++) {
      score[k] = _mm512_fmadd_ps(even, _mm512_set1_ps(weights[2 * p * classes + k]), score[k]);
      score[k] = _mm512_fmadd_ps(odd, _mm512_set1_ps(weights[(2 * p + 1) * classes + k]), score[k]);
    }
  }
}

PAIRS void t2s_pairs_labels(const uint16_t *in, long plane, uint8_t *labels, long h, long w, long c,
                            long classes, const float *weights, const float *bias) {
  long stride = t2s_pairs_stride(w);
  for (long y = 0; y < h; y++)
    for (long x = 0; x < w; x += 16) {
      __m512 score[8];
      scores16(in + 2 * ((y + 1) * stride + x + T2S_MARGIN), plane, c, classes, weights, bias, score);
      t2s_store_largest(score, classes, labels + y * w + x, w - x);
    }
}

PAIRS void t2s_pairs_scores(const uint16_t *in, long plane, float *scores, long h, long w, long c, long classes,
                            const float *weights, const float *bias) {
  long stride = t2s_pairs_stride(w);
  for (long y = 0; y < h; y++)
    for (long x = 0; x < w; x += 16) {
      __m512 score[8];
      float values[8][16];
      scores16(in + 2 * ((y + 1) * stride + x + T2S_MARGIN), plane, c, classes, weights, bias, score);
      for (long k = 0; k < classes; k++) _mm512_storeu_ps(values[k], score[k]);
      for (long i = 0; i < 16 && x + i < w; i++)
        for (long k = 0; k < classes; k++) scores[(y * w + x + i) * classes + k] = values[k][i];
    }
}

void t2s_pairs_to_channels_last(const uint16_t *in, long plane, uint16_t *out, long h, long w, long c) {
  long stride = t2s_pairs_stride(w), pairs = c / 2;
  for (long y = 0; y < h; y++)
    for (long x = 0; x < w; x++)
      for (long p = 0; p < pairs; p++)
        memcpy(out + ((y * w + x) * c + 2 * p),
               in + 2 * (p * plane + (y + 1) * stride + x + T2S_MARGIN), 4);
}

#else

int t2s_has_pairs_kernels(void) { return 0; }

// Other processors never choose the pairs layout; a call is our own mistake.
#define UNREACHABLE { __builtin_trap(); }
void t2s_pairs_normalise(const void *v, t2s_voxel t, long h, long w, long n, long a, float l, float f, int c,
                         uint16_t *o, long p, int e) UNREACHABLE
void t2s_pairs_convolution(const uint16_t *const *i, long n, uint16_t *o, long p, long c, const uint32_t *w, long g,
                           const float *b, long h, long x, int r, int e) UNREACHABLE
void t2s_pairs_max_pool(const uint16_t *const *i, long l, long p, uint16_t *o, long h, long w, long c) UNREACHABLE
void t2s_pairs_depth_to_space(const uint16_t *i, long a, uint16_t *o, long p, long h, long w, long c,
                              int e) UNREACHABLE
void t2s_pairs_labels(const uint16_t *i, long p, uint8_t *l, long h, long w, long c, long k, const float *x,
                      const float *b) UNREACHABLE
void t2s_pairs_scores(const uint16_t *i, long p, float *s, long h, long w, long c, long k, const float *x,
                      const float *b) UNREACHABLE
void t2s_pairs_to_channels_last(const uint16_t *i, long p, uint16_t *o, long h, long w, long c) UNREACHABLE

#endif
