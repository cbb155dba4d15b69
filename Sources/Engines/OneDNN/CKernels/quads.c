#include "CKernels.h"
#include "numbers.h"
#include <math.h>
#include <string.h>

#if defined(__x86_64__)
#include "largest.h"
#define VNNI __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,avx512vnni")))
#endif

static int portable = 0;

void t2s_quads_portable(int yes) { portable = yes; }

int t2s_has_quads_kernels(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512vnni") && __builtin_cpu_supports("avx512bw") &&
         __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
#else
  return 0;
#endif
}

static int is_fast(void) { return !portable && t2s_has_quads_kernels(); }

static inline uint8_t drawn(float value) {
  long rounded = lrintf(value);
  return (uint8_t)(rounded < 0 ? 0 : rounded > 255 ? 255 : rounded);
}

// -- borders -------------------------------------------------------------------------------------

// The rows above and below a plane.
static void fill_outer_rows(uint8_t *plane, long h, long stride, uint8_t zero, int edges) {
  if (edges & T2S_FIRST_ROW) memset(plane, zero, (size_t)stride * 4);
  if (edges & T2S_LAST_ROW) memset(plane + 4 * (h + 1) * stride, zero, (size_t)stride * 4);
}

// The columns before and after a row.
static inline void fill_margins(uint8_t *row, long w, long stride, uint8_t zero) {
  memset(row, zero, T2S_MARGIN * 4);
  memset(row + 4 * (T2S_MARGIN + w), zero, (size_t)(stride - T2S_MARGIN - w) * 4);
}

// -- first ---------------------------------------------------------------------------------------

T2S_CLONES
static void to_bytes(const float *values, uint8_t *bytes, long count, float scale, float zero) {
  for (long i = 0; i < count; i++) {
    float value = fmaf(values[i], scale, zero);
    value = value < 0 ? 0 : value > 255 ? 255 : value;
    bytes[i] = (uint8_t)__builtin_rintf(value);
  }
}

void t2s_quads_normalise(const void *voxels, int type, long h, long w, long layers, long apart, float low,
                         float factor, int clips, float scale, uint8_t zero, uint8_t *out, long plane, int edges) {
  long stride = t2s_pairs_stride(w);
  long size = type == T2S_UINT8 ? 1 : type == T2S_UINT16 ? 2 : 4, planes = (layers + 3) / 4;
  for (long p = 0; p < planes; p++) {
    fill_outer_rows(out + 4 * p * plane, h, stride, zero, edges);
    for (long y = 0; y < h; y++) {
      uint8_t *row = out + 4 * (p * plane + (y + 1) * stride);
      memset(row, zero, (size_t)stride * 4);
      for (long c = 4 * p; c < layers && c < 4 * p + 4; c++) {
        float values[256];
        for (long x = 0; x < w; x += 256) {
          long n = w - x < 256 ? w - x : 256;
          t2s_normalise((const char *)voxels + (c * apart + y * w + x) * size, (t2s_voxel)type, n, 1, low, factor,
                        clips, values, 0);
          uint8_t bytes[256], *to = row + 4 * (T2S_MARGIN + x) + c % 4;
          to_bytes(values, bytes, n, scale, zero);
          for (long i = 0; i < n; i++) to[4 * i] = bytes[i];
        }
      }
    }
  }
}

// -- convolution ---------------------------------------------------------------------------------

static void convolve_portable(const t2s_quads_layer *l, const uint8_t *const *in, uint8_t *out) {
  long stride = t2s_pairs_stride(l->out_w), plane = 4 * l->plane;
  long in_stride = t2s_pairs_stride(l->in_w);
  for (long o = 0; o < 4 * l->out_planes; o++) {
    const int8_t *weights = l->weights + o / 8 * l->group_bytes + o % 8 * 4;
    for (long y = 0; y < l->out_h; y++) {
      uint8_t *to = out + o / 4 * plane + 4 * ((y + 1) * stride + T2S_MARGIN) + o % 4;
      for (long x = 0; x < l->out_w; x++) {
        int32_t sum = l->start[o];
        const int8_t *q = weights;
        for (long p = 0; p < l->planes; p++)
          for (long ky = 0; ky < l->kernel_y; ky++)
            for (long kx = 0; kx < l->kernel_x; kx++, q += 32) {
              const uint8_t *v = in[p] + 4 * ((y * l->stride_y + ky - l->before_y + 1) * in_stride +
                                              x * l->stride_x + kx - l->before_x + T2S_MARGIN);
              for (int i = 0; i < 4; i++) sum += v[i] * q[i];
            }
        to[4 * x] = drawn(fmaf((float)sum, l->scale[o], l->shift[o]));
      }
    }
  }
}

#if defined(__x86_64__)

// Every second of 32 pixels, beginning with the first or the second.
VNNI static inline __m512i every_second(__m512i left, __m512i right, int first) {
  const __m512i even = _mm512_set_epi32(30, 28, 26, 24, 22, 20, 18, 16, 14, 12, 10, 8, 6, 4, 2, 0);
  return _mm512_permutex2var_epi32(left, first ? _mm512_add_epi32(even, _mm512_set1_epi32(1)) : even, right);
}

// 16 pixels from `row` on, or every second of 32.
VNNI static inline __m512i pixels(const uint8_t *row, long step) {
  __m512i first = _mm512_loadu_si512(row);
  return step == 1 ? first : every_second(first, _mm512_loadu_si512(row + 64), 0);
}

// Four sums of 16 pixels to 16 quads.
VNNI static inline __m512i quads(const __m512i sum[4], const float *scale, const float *shift) {
  const __m512i order = _mm512_broadcast_i32x4(_mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15));
  __m512i q[4];
#pragma clang loop unroll(full)
  for (int o = 0; o < 4; o++)
    q[o] = _mm512_cvtps_epi32(
        _mm512_fmadd_ps(_mm512_cvtepi32_ps(sum[o]), _mm512_set1_ps(scale[o]), _mm512_set1_ps(shift[o])));
  // Packing draws to 0...255; each lane of 128 bits has 4 pixels of output 0, of output 1 ...
  __m512i bytes = _mm512_packus_epi16(_mm512_packs_epi32(q[0], q[1]), _mm512_packs_epi32(q[2], q[3]));
  return _mm512_shuffle_epi8(bytes, order);
}

// 8 outputs x `vectors` x 16 columns stay in registers over all inputs and taps.
VNNI __attribute__((always_inline)) static inline void convolve_block(const t2s_quads_layer *l,
                                                                      const uint8_t *const *in, uint8_t *out,
                                                                      long y, long x, long group,
                                                                      const int vectors, const int step) {
  long stride = t2s_pairs_stride(l->out_w), plane = 4 * l->plane;
  long in_stride = t2s_pairs_stride(l->in_w), kernel_x = l->kernel_x;
  long corner = 4 * ((y * l->stride_y - l->before_y + 1) * in_stride + x * step - l->before_x + T2S_MARGIN);
  const int8_t *q = l->weights + group * l->group_bytes;
  __m512i sum[8][3];
#pragma clang loop unroll(full)
  for (int o = 0; o < 8; o++)
#pragma clang loop unroll(full)
    for (int k = 0; k < vectors; k++) sum[o][k] = _mm512_set1_epi32(l->start[8 * group + o]);
  for (long p = 0; p < l->planes; p++)
    for (long ky = 0; ky < l->kernel_y; ky++) {
      const uint8_t *row = in[p] + corner + 4 * ky * in_stride;
      for (long kx = 0; kx < kernel_x; kx++, q += 32) {
        __m512i v[3];
#pragma clang loop unroll(full)
        for (int k = 0; k < vectors; k++) v[k] = pixels(row + 4 * (kx + 16 * k * step), step);
#pragma clang loop unroll(full)
        for (int o = 0; o < 8; o++) {
          int32_t four;
          memcpy(&four, q + 4 * o, 4);
          __m512i w = _mm512_set1_epi32(four);
#pragma clang loop unroll(full)
          for (int k = 0; k < vectors; k++) sum[o][k] = _mm512_dpbusd_epi32(sum[o][k], v[k], w);
        }
      }
    }
#pragma clang loop unroll(full)
  for (int half = 0; half < 2; half++) {
    long to = 2 * group + half, first = 8 * group + 4 * half;
    if (to >= l->out_planes) break;
    uint8_t *at = out + to * plane + 4 * ((y + 1) * stride + x + T2S_MARGIN);
#pragma clang loop unroll(full)
    for (int k = 0; k < vectors; k++) {
      __m512i four[4] = {sum[4 * half][k], sum[4 * half + 1][k], sum[4 * half + 2][k], sum[4 * half + 3][k]};
      _mm512_storeu_si512(at + 64 * k, quads(four, l->scale + first, l->shift + first));
    }
  }
}

// Groups within a block, so that what they all take stays in the nearest cache.
VNNI __attribute__((always_inline)) static inline void convolve_rows(const t2s_quads_layer *l,
                                                                     const uint8_t *const *in, uint8_t *out,
                                                                     const int step) {
  long groups = (l->out_planes + 1) / 2;
  for (long y = 0; y < l->out_h; y++)
    for (long x = 0; x < l->out_w; x += 48) {
      long left = l->out_w - x;
      for (long g = 0; g < groups; g++)
        if (left > 32)
          convolve_block(l, in, out, y, x, g, 3, step);
        else if (left > 16)
          convolve_block(l, in, out, y, x, g, 2, step);
        else
          convolve_block(l, in, out, y, x, g, 1, step);
    }
}

VNNI static void convolve_vnni(const t2s_quads_layer *l, const uint8_t *const *in, uint8_t *out) {
  if (l->stride_x == 1)
    convolve_rows(l, in, out, 1);
  else
    convolve_rows(l, in, out, 2);
}

#endif

void t2s_quads_convolution(const t2s_quads_layer *l, const uint8_t *const *in, uint8_t *out) {
  long stride = t2s_pairs_stride(l->out_w), plane = 4 * l->plane;
#if defined(__x86_64__)
  if (is_fast())
    convolve_vnni(l, in, out);
  else
#endif
    convolve_portable(l, in, out);
  for (long p = 0; p < l->out_planes; p++) {
    fill_outer_rows(out + p * plane, l->out_h, stride, l->zero, l->edges);
    for (long y = 0; y < l->out_h; y++)
      fill_margins(out + p * plane + 4 * (y + 1) * stride, l->out_w, stride, l->zero);
  }
}

// -- pooling and phases --------------------------------------------------------------------------

#if defined(__x86_64__)

// The columns of whole vectors, up to the margin; returns how many it did.
VNNI static long pool_row_vnni(const uint8_t *const rows[4], long count, uint8_t *to, long columns) {
  long x = 0;
  for (; x < columns; x += 16) {
    __m512i left = _mm512_loadu_si512(rows[0] + 8 * x), right = _mm512_loadu_si512(rows[0] + 8 * x + 64);
    for (long k = 1; k < count; k++) {
      left = _mm512_max_epu8(left, _mm512_loadu_si512(rows[k] + 8 * x));
      right = _mm512_max_epu8(right, _mm512_loadu_si512(rows[k] + 8 * x + 64));
    }
    _mm512_storeu_si512(to + 4 * x, _mm512_max_epu8(every_second(left, right, 0), every_second(left, right, 1)));
  }
  return x;
}

// Pairs of columns of whole vectors that end within the row; returns how many it did.
VNNI static long interleave_row_vnni(const uint8_t *a, const uint8_t *b, uint8_t *to, long columns) {
  const __m512i low = _mm512_set_epi32(23, 7, 22, 6, 21, 5, 20, 4, 19, 3, 18, 2, 17, 1, 16, 0);
  const __m512i high = _mm512_add_epi32(low, _mm512_set1_epi32(8));
  long x = 0;
  for (; x + 16 <= columns; x += 16) {
    __m512i left = _mm512_loadu_si512(a + 4 * x), right = _mm512_loadu_si512(b + 4 * x);
    _mm512_storeu_si512(to + 8 * x, _mm512_permutex2var_epi32(left, low, right));
    _mm512_storeu_si512(to + 8 * x + 64, _mm512_permutex2var_epi32(left, high, right));
  }
  return x;
}

#endif

void t2s_quads_max_pool(const uint8_t *const *in, long layers, uint8_t *out, long h, long w, uint8_t zero, int edges) {
  long in_stride = t2s_pairs_stride(w), oh = h / 2, ow = w / 2, stride = t2s_pairs_stride(ow);
  fill_outer_rows(out, oh, stride, zero, edges);
  for (long y = 0; y < oh; y++) {
    const uint8_t *rows[4];
    for (long k = 0; k < 2 * layers; k++)
      rows[k] = in[k / 2] + 4 * ((2 * y + k % 2 + 1) * in_stride + T2S_MARGIN);
    uint8_t *row = out + 4 * (y + 1) * stride, *to = row + 4 * T2S_MARGIN;
    long x = 0;
#if defined(__x86_64__)
    if (is_fast()) x = pool_row_vnni(rows, 2 * layers, to, ow);
#endif
    for (; x < ow; x++)
      for (int i = 0; i < 4; i++) {
        uint8_t most = 0;
        for (long k = 0; k < 2 * layers; k++)
          for (int side = 0; side < 8; side += 4) {
            uint8_t value = rows[k][8 * x + side + i];
            most = value > most ? value : most;
          }
        to[4 * x + i] = most;
      }
    fill_margins(row, ow, stride, zero);
  }
}

void t2s_quads_spread(const uint8_t *const *in, uint8_t *out, long h, long w, long fy, long fx, uint8_t zero, int edges) {
  long in_stride = t2s_pairs_stride(w), oh = h * fy, ow = w * fx, stride = t2s_pairs_stride(ow);
  fill_outer_rows(out, oh, stride, zero, edges);
  for (long y = 0; y < oh; y++) {
    uint8_t *row = out + 4 * (y + 1) * stride, *to = row + 4 * T2S_MARGIN;
    const uint8_t *const *phases = in + y % fy * fx;
    long from = 4 * ((y / fy + 1) * in_stride + T2S_MARGIN), x = 0;
    if (fx == 1) {
      memcpy(to, phases[0] + from, (size_t)w * 4);
      x = w;
    }
#if defined(__x86_64__)
    if (fx == 2 && is_fast()) x = interleave_row_vnni(phases[0] + from, phases[1] + from, to, w);
#endif
    for (; x < w; x++)
      for (long k = 0; k < fx; k++) memcpy(to + 4 * (x * fx + k), phases[k] + from + 4 * x, 4);
    fill_margins(row, ow, stride, zero);
  }
}

// -- sums ----------------------------------------------------------------------------------------

// The roundings of a fused product are the same with and without an instruction for it.
T2S_CLONES
static void add_row(const uint8_t *const *in, long inputs, const float (*scale)[16], const float *shift,
                    uint8_t *to, long bytes) {
  for (long x = 0; x < bytes; x += 16) {
    float sum[16];
    for (int i = 0; i < 16; i++) sum[i] = shift[i];
    for (long k = 0; k < inputs; k++)
      for (int i = 0; i < 16; i++) sum[i] = fmaf((float)in[k][x + i], scale[k][i], sum[i]);
    for (int i = 0; i < 16; i++) {
      float value = sum[i] < 0 ? 0 : sum[i] > 255 ? 255 : sum[i];
      to[x + i] = (uint8_t)__builtin_rintf(value);
    }
  }
}

#if defined(__x86_64__)

// As add_row, with the same roundings.
VNNI static void add_row_vnni(const uint8_t *const *in, long inputs, const float (*scale)[16], const float *shift,
                              uint8_t *to, long bytes) {
  const __m512 begin = _mm512_loadu_ps(shift), top = _mm512_set1_ps(255);
  for (long x = 0; x < bytes; x += 16) {
    __m512 sum = begin;
    for (long k = 0; k < inputs; k++) {
      __m512i values = _mm512_cvtepu8_epi32(_mm_loadu_si128((const __m128i *)(in[k] + x)));
      sum = _mm512_fmadd_ps(_mm512_cvtepi32_ps(values), _mm512_loadu_ps(scale[k]), sum);
    }
    sum = _mm512_min_ps(_mm512_max_ps(sum, _mm512_setzero_ps()), top);
    _mm_storeu_si128((__m128i *)(to + x), _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(sum)));
  }
}

#endif

void t2s_quads_add(const uint8_t *const *in, long inputs, const float (*scale)[4], const float *shift,
                   uint8_t *out, long h, long w, uint8_t zero, int edges) {
  long stride = t2s_pairs_stride(w);
  float scales[8][16], shifts[16];
  for (int i = 0; i < 16; i++) {
    shifts[i] = shift[i % 4];
    for (long k = 0; k < inputs; k++) scales[k][i] = scale[k][i % 4];
  }
  fill_outer_rows(out, h, stride, zero, edges);
  for (long y = 0; y < h; y++) {
    const uint8_t *rows[8];
    uint8_t *row = out + 4 * (y + 1) * stride;
    for (long k = 0; k < inputs; k++) rows[k] = in[k] + 4 * ((y + 1) * stride + T2S_MARGIN);
    long bytes = (4 * w + 15) / 16 * 16;
#if defined(__x86_64__)
    if (is_fast())
      add_row_vnni(rows, inputs, scales, shifts, row + 4 * T2S_MARGIN, bytes);
    else
#endif
      add_row(rows, inputs, scales, shifts, row + 4 * T2S_MARGIN, bytes);
    fill_margins(row, w, stride, zero);
  }
}

// -- last ----------------------------------------------------------------------------------------

// The scores of one pixel; every class sums its channels in the same order.
static inline void scores_of_pixel(const uint8_t *const *in, long planes, long at, const float *weights,
                                   const float *bias, long classes, float score[8]) {
  for (long k = 0; k < classes; k++) score[k] = bias[k];
  for (long p = 0; p < planes; p++)
    for (int i = 0; i < 4; i++)
      for (long k = 0; k < classes; k++)
        score[k] = fmaf((float)in[p][at + i], weights[(4 * p + i) * classes + k], score[k]);
}

#if defined(__x86_64__)

VNNI static inline void scores16(const uint8_t *const *in, long planes, long at, const float *weights,
                                 const float *bias, long classes, __m512 score[8]) {
  for (long k = 0; k < classes; k++) score[k] = _mm512_set1_ps(bias[k]);
  for (long p = 0; p < planes; p++) {
    __m512i four = _mm512_loadu_si512(in[p] + at);
    for (int i = 0; i < 4; i++) {
      __m512 value = _mm512_cvtepi32_ps(_mm512_and_si512(_mm512_srli_epi32(four, 8 * i), _mm512_set1_epi32(255)));
      for (long k = 0; k < classes; k++)
        score[k] = _mm512_fmadd_ps(value, _mm512_set1_ps(weights[(4 * p + i) * classes + k]), score[k]);
    }
  }
}

VNNI static void label_row_vnni(const uint8_t *const *in, long planes, long at, const float *weights,
                                const float *bias, long classes, uint8_t *labels, long w) {
  for (long x = 0; x < w; x += 16) {
    __m512 score[8];
    scores16(in, planes, at + 4 * x, weights, bias, classes, score);
    t2s_store_largest(score, classes, labels + x, w - x);
  }
}

VNNI static void score_row_vnni(const uint8_t *const *in, long planes, long at, const float *weights,
                                const float *bias, long classes, float *scores, long w) {
  for (long x = 0; x < w; x += 16) {
    __m512 score[8];
    float values[8][16];
    scores16(in, planes, at + 4 * x, weights, bias, classes, score);
    for (long k = 0; k < classes; k++) _mm512_storeu_ps(values[k], score[k]);
    for (long i = 0; i < 16 && x + i < w; i++)
      for (long k = 0; k < classes; k++) scores[(x + i) * classes + k] = values[k][i];
  }
}

#endif

void t2s_quads_labels(const uint8_t *const *in, long planes, const float *weights, const float *bias,
                      long classes, uint8_t *labels, long h, long w) {
  long stride = t2s_pairs_stride(w);
  for (long y = 0; y < h; y++) {
    long at = 4 * ((y + 1) * stride + T2S_MARGIN);
#if defined(__x86_64__)
    if (is_fast()) {
      label_row_vnni(in, planes, at, weights, bias, classes, labels + y * w, w);
      continue;
    }
#endif
    for (long x = 0; x < w; x++) {
      float score[8];
      scores_of_pixel(in, planes, at + 4 * x, weights, bias, classes, score);
      uint8_t best = 0;
      for (long k = 1; k < classes; k++)
        if (score[k] > score[best]) best = (uint8_t)k;
      labels[y * w + x] = best;
    }
  }
}

void t2s_quads_scores(const uint8_t *const *in, long planes, const float *weights, const float *bias,
                      long classes, float *scores, long h, long w) {
  long stride = t2s_pairs_stride(w);
  for (long y = 0; y < h; y++) {
    long at = 4 * ((y + 1) * stride + T2S_MARGIN);
#if defined(__x86_64__)
    if (is_fast()) {
      score_row_vnni(in, planes, at, weights, bias, classes, scores + y * w * classes, w);
      continue;
    }
#endif
    for (long x = 0; x < w; x++) {
      float score[8];
      scores_of_pixel(in, planes, at + 4 * x, weights, bias, classes, score);
      memcpy(scores + (y * w + x) * classes, score, (size_t)classes * sizeof(float));
    }
  }
}

// -- to and from float ---------------------------------------------------------------------------

void t2s_quads_from_float(const float *in, uint8_t *out, long plane, long h, long w, long c, const float *scale,
                          uint8_t zero, int edges) {
  long stride = t2s_pairs_stride(w);
  for (long p = 0; p < (c + 3) / 4; p++) {
    fill_outer_rows(out + 4 * p * plane, h, stride, zero, edges);
    for (long y = 0; y < h; y++) {
      uint8_t *row = out + 4 * (p * plane + (y + 1) * stride);
      memset(row, zero, (size_t)stride * 4);
      for (long x = 0; x < w; x++)
        for (long i = 4 * p; i < c && i < 4 * p + 4; i++)
          row[4 * (T2S_MARGIN + x) + i % 4] = drawn(fmaf(in[(y * w + x) * c + i], scale[i], zero));
    }
  }
}

void t2s_quads_to_float(const uint8_t *const *in, float *out, long h, long w, long c, const float *scale,
                        const float *shift) {
  long stride = t2s_pairs_stride(w);
  for (long y = 0; y < h; y++)
    for (long x = 0; x < w; x++)
      for (long i = 0; i < c; i++)
        out[(y * w + x) * c + i] =
            fmaf(in[i / 4][4 * ((y + 1) * stride + x + T2S_MARGIN) + i % 4], scale[i], shift[i]);
}
