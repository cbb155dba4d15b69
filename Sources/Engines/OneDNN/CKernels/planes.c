#include "CKernels.h"
#include <string.h>

#define LOOP(name) portable_##name
#define TARGET
#define LANES 4
#define OUTPUTS 2
#define VECTORS 4
#define PREFETCHES 0
#include "planes_loops.h"

#if defined(__x86_64__)

#define LOOP(name) avx2_##name
#define TARGET __attribute__((target("avx2,fma")))
// Eight sums, four vectors of pixels and a weight: with twelve sums there is no register left, and they
// go through memory.
#define LANES 8
#define OUTPUTS 2
#define VECTORS 4
#define PREFETCHES 1
#include "planes_loops.h"

#define LOOP(name) avx512_##name
#define TARGET __attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,fma")))
#define LANES 16
#define OUTPUTS 8
#define VECTORS 3
#define PREFETCHES 0
#include "planes_loops.h"

#endif

t2s_planes_kind t2s_planes_best(void) {
#if defined(__x86_64__)
  t2s_planes_kind best = T2S_PLANES_PORTABLE;
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) best = T2S_PLANES_AVX2;
  if (__builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
      __builtin_cpu_supports("avx512dq"))
    best = T2S_PLANES_AVX512;
  return best;
#else
  return T2S_PLANES_PORTABLE;
#endif
}

#if defined(__x86_64__)
#define BY_KIND(NAME, ...)                                                \
  switch (kind) {                                                         \
    case T2S_PLANES_AVX512: avx512_##NAME(__VA_ARGS__); break;            \
    case T2S_PLANES_AVX2: avx2_##NAME(__VA_ARGS__); break;                \
    case T2S_PLANES_PORTABLE: portable_##NAME(__VA_ARGS__); break;        \
  }
#else
#define BY_KIND(NAME, ...) portable_##NAME(__VA_ARGS__);
#endif

// The rows above and below a plane.
static void clear_outer_rows(float *plane, long h, long stride, int edges) {
  if (edges & T2S_FIRST_ROW) memset(plane, 0, (size_t)stride * 4);
  if (edges & T2S_LAST_ROW) memset(plane + (h + 1) * stride, 0, (size_t)stride * 4);
}

// The columns before and after a row.
static inline void clear_margins(float *row, long w, long stride) {
  memset(row, 0, T2S_MARGIN * 4);
  memset(row + T2S_MARGIN + w, 0, (size_t)(stride - T2S_MARGIN - w) * 4);
}

void t2s_planes_normalise(const void *voxels, int type, long h, long w, long channels, long apart, float low,
                          float factor, int clips, float *out, long plane, int edges) {
  long stride = t2s_pairs_stride(w);
  long size = type == T2S_UINT8 ? 1 : type == T2S_UINT16 ? 2 : 4;
  for (long c = 0; c < channels; c++) {
    clear_outer_rows(out + c * plane, h, stride, edges);
    for (long y = 0; y < h; y++) {
      float *row = out + c * plane + (y + 1) * stride;
      clear_margins(row, w, stride);
      t2s_normalise((const char *)voxels + (c * apart + y * w) * size, (t2s_voxel)type, w, 1, low, factor, clips,
                    row + T2S_MARGIN, 0);
    }
  }
}

void t2s_planes_convolution(t2s_planes_kind kind, const float *const *in, long planes, float *out, long plane,
                            const float *weights, const float *bias, long h, long w, int relu, int edges) {
  long stride = t2s_pairs_stride(w);
  BY_KIND(convolution, in, planes, out, plane, weights, bias, h, w, relu)
  // Vectors reach past a row's end.
  for (long o = 0; o < 8; o++) {
    clear_outer_rows(out + o * plane, h, stride, edges);
    for (long y = 0; y < h; y++) clear_margins(out + o * plane + (y + 1) * stride, w, stride);
  }
}

void t2s_planes_max_pool(t2s_planes_kind kind, const float *const *in, long layers, long channels, float *out, long h, long w) {
  long stride = t2s_pairs_stride(w), oh = h / 2, ow = w / 2;
  for (long y = 0; y < oh; y++)
    for (long c = 0; c < channels; c++) {
      const float *rows[4];
      for (long k = 0; k < 2 * layers; k++)
        rows[k] = in[k / 2 * channels + c] + (2 * y + k % 2 + 1) * stride + T2S_MARGIN;
      BY_KIND(pool_row, rows, 2 * layers, out + y * ow * channels + c, channels, ow)
    }
}

void t2s_planes_depth_to_space(const float *in, long lanes, float *out, long plane, long h, long w, long channels,
                               int edges) {
  long oh = 2 * h, ow = 2 * w, stride = t2s_pairs_stride(ow);
  for (long c = 0; c < channels; c++) clear_outer_rows(out + c * plane, oh, stride, edges);
  for (long y = 0; y < h; y++) {
    const float *from = in + y * w * 2 * lanes;
    // Few pixels at a time, so that those of the next channel are still in the nearest cache.
    for (long x = 0; x < w; x += 64) {
      long end = x + 64 < w ? x + 64 : w;
      for (long lane = 0; lane < 2 * channels; lane++) {
        float *row = out + lane / 2 * plane + (2 * y + lane % 2 + 1) * stride + T2S_MARGIN;
        for (long i = x; i < end; i++) memcpy(row + 2 * i, from + 2 * (i * lanes + lane), 8);
      }
    }
    for (long c = 0; c < channels; c++)
      for (long r = 0; r < 2; r++) clear_margins(out + c * plane + (2 * y + r + 1) * stride, ow, stride);
  }
}

void t2s_planes_labels(t2s_planes_kind kind, const float *const *in, long channels, const float *weights, const float *bias,
                       long classes, uint8_t *labels, long h, long w) {
  long stride = t2s_pairs_stride(w);
  for (long y = 0; y < h; y++)
    BY_KIND(label_row, in, channels, (y + 1) * stride + T2S_MARGIN, weights, bias, classes, labels + y * w, w)
}

void t2s_planes_scores(t2s_planes_kind kind, const float *const *in, long channels, const float *weights, const float *bias,
                       long classes, float *scores, long h, long w) {
  long stride = t2s_pairs_stride(w);
  for (long y = 0; y < h; y++)
    BY_KIND(score_row, in, channels, (y + 1) * stride + T2S_MARGIN, weights, bias, classes,
            scores + y * w * classes, w)
}

void t2s_planes_to_channels_last(const float *const *in, long channels, float *out, long h, long w) {
  long stride = t2s_pairs_stride(w);
  for (long y = 0; y < h; y++)
    for (long x = 0; x < w; x += 64) {
      long end = x + 64 < w ? x + 64 : w;
      for (long c = 0; c < channels; c++) {
        const float *row = in[c] + (y + 1) * stride + T2S_MARGIN;
        for (long i = x; i < end; i++) out[(y * w + i) * channels + c] = row[i];
      }
    }
}
