#include "CKernels.h"
#include "bfloat16.h"
#include <math.h>

// One loop for float and one for bfloat16, from one text: L reads element i, S writes it.
#define FOR_BOTH_TYPES(LOOP)                                                    \
  if (bf16) {                                                                   \
    const uint16_t *a = in;                                                     \
    uint16_t *b = out;                                                          \
    LOOP(t2s_from_bf16, t2s_to_bf16)                                            \
  } else {                                                                      \
    const float *a = in;                                                        \
    float *b = out;                                                             \
    LOOP(, )                                                                    \
  }

static inline float drawn(float value, int clips) {
  if (!clips) return value;
  return value < 0 ? 0 : value > 1 ? 1 : value;
}

#define NORMALISE(TYPE)                                                                        \
  {                                                                                            \
    const TYPE *a = voxels;                                                                    \
    if (bf16) {                                                                                \
      uint16_t *b = out;                                                                       \
      for (long i = 0; i < count; i++)                                                         \
        b[i * step] = t2s_to_bf16(drawn((a[i] - low) * factor, clips));                        \
    } else {                                                                                   \
      float *b = out;                                                                          \
      for (long i = 0; i < count; i++) b[i * step] = drawn((a[i] - low) * factor, clips);      \
    }                                                                                          \
  }

T2S_CLONES
static void normalise(const void *voxels, t2s_voxel type, long count, long step, float low,
                      float factor, int clips, void *out, int bf16) {
  switch (type) {
    case T2S_UINT8: NORMALISE(uint8_t) break;
    case T2S_UINT16: NORMALISE(uint16_t) break;
    case T2S_FLOAT32: NORMALISE(float) break;
  }
}

void t2s_normalise(const void *voxels, t2s_voxel type, long count, long layers, float low,
                   float factor, int clips, void *out, int bf16) {
  long voxel = type == T2S_UINT8 ? 1 : type == T2S_UINT16 ? 2 : 4, size = bf16 ? 2 : 4;
  if (layers == 1) {  // a step that the compiler knows lets it use vectors
    normalise(voxels, type, count, 1, low, factor, clips, out, bf16);
    return;
  }
  for (long k = 0; k < layers; k++)
    normalise((const char *)voxels + k * count * voxel, type, count, layers, low, factor, clips,
              (char *)out + k * size, bf16);
}

// The largest of each of `columns` windows beside each other: of wz x wy rows, `layer` and `row` numbers
// apart, and wx pixels of each. `channels` is known to the compiler where it is one of the common.
#define POOL(C, TYPE, MORE)                                                                    \
  for (long k = 0; k < wz * wy; k++)                                                           \
    for (long x = 0; x < columns; x++)                                                         \
      for (long kx = 0; kx < wx; kx++) {                                                       \
        TYPE *best = to + x * C;                                                               \
        const TYPE *pixel = from + k / wy * layer + k % wy * row + (x * wx + kx) * C;          \
        if (k == 0 && kx == 0)                                                                 \
          memcpy(best, pixel, sizeof(TYPE) * (size_t)C);                                       \
        else                                                                                   \
          for (long i = 0; i < C; i++) best[i] = MORE(pixel[i], best[i]) ? pixel[i] : best[i]; \
      }
#define POOL_ROW(NAME, TYPE, MORE)                                                        \
  T2S_CLONES static void NAME(const TYPE *from, TYPE *to, long columns, long channels,    \
                              long layer, long row, long wz, long wy, long wx) {          \
    switch (channels) {                                                                   \
      case 8: POOL(8, TYPE, MORE) break;                                                  \
      case 16: POOL(16, TYPE, MORE) break;                                                \
      case 32: POOL(32, TYPE, MORE) break;                                                \
      case 64: POOL(64, TYPE, MORE) break;                                                \
      default: POOL(channels, TYPE, MORE) break;                                          \
    }                                                                                     \
  }
#define IS_MORE(a, b) ((a) > (b))
#define IS_MORE_BF16(a, b) (t2s_ordered(a) > t2s_ordered(b))
POOL_ROW(pool_row_f32, float, IS_MORE)
POOL_ROW(pool_row_bf16, uint16_t, IS_MORE_BF16)

// The larger of two, as integers that order as the numbers do; and of two pixels beside each other.
static inline int16_t larger(int16_t a, int16_t b) { return a > b ? a : b; }
#define LARGER_PIXELS(C)                                                                  \
  for (long x = 0; x < n; x++)                                                            \
    for (long i = 0; i < C; i++)                                                          \
      best[x * C + i] = (uint16_t)t2s_ordered(                                            \
          (uint16_t)larger(rows[2 * x * C + i], rows[(2 * x + 1) * C + i]));

enum { POOLED = 4096 };

// Windows of 2 x 2, or 2 x 2 x 2: first the rows, then the columns, each in vectors of as many numbers as there are; the
// compiler makes none of the loop above for bfloat16.
T2S_CLONES
static void pool_row_twos_bf16(const uint16_t *from, uint16_t *to, long columns, long channels, long row, long layer,
                               long layers) {
  int16_t rows[POOLED];
  long most = POOLED / 2 / channels, n;
  for (long first = 0; first < columns; first += n) {
    n = columns - first < most ? columns - first : most;
    const uint16_t *above = from + 2 * first * channels, *below = above + row;
    uint16_t *best = to + first * channels;
    for (long i = 0; i < 2 * n * channels; i++) rows[i] = larger(t2s_ordered(above[i]), t2s_ordered(below[i]));
    for (long k = 1; k < layers; k++) {
      const uint16_t *next = above + k * layer, *last = below + k * layer;
      for (long i = 0; i < 2 * n * channels; i++)
        rows[i] = larger(rows[i], larger(t2s_ordered(next[i]), t2s_ordered(last[i])));
    }
    switch (channels) {
      case 8: LARGER_PIXELS(8) break;
      case 16: LARGER_PIXELS(16) break;
      case 32: LARGER_PIXELS(32) break;
      case 64: LARGER_PIXELS(64) break;
      default: LARGER_PIXELS(channels) break;
    }
  }
}

void t2s_max_pool(const void *in, void *out, int bf16, long d, long h, long w, long c, long wz,
                  long wy, long wx) {
  long od = d / wz, oh = h / wy, ow = w / wx, row = w * c;
  for (long z = 0; z < od; z++)
    for (long y = 0; y < oh; y++) {
      long from = (z * wz * h + y * wy) * row, to = (z * oh + y) * ow * c;
      if (bf16 && wy == 2 && wx == 2 && c <= POOLED / 2)
        pool_row_twos_bf16((const uint16_t *)in + from, (uint16_t *)out + to, ow, c, row, h * row, wz);
      else if (bf16)
        pool_row_bf16((const uint16_t *)in + from, (uint16_t *)out + to, ow, c, h * row, row, wz, wy, wx);
      else
        pool_row_f32((const float *)in + from, (float *)out + to, ow, c, h * row, row, wz, wy, wx);
    }
}

// Copies of a size known to the compiler are single moves; the common sizes get one.
#define COPY_PIXELS(BYTES, LOOP)            \
  switch (BYTES) {                          \
    case 8: LOOP(8) break;                  \
    case 16: LOOP(16) break;                \
    case 32: LOOP(32) break;                \
    case 64: LOOP(64) break;                \
    case 128: LOOP(128) break;              \
    default: LOOP((size_t)BYTES) break;     \
  }

T2S_CLONES
void t2s_place(const void *in, void *out, long pixels, long bytes, long stride, long offset) {
  const char *a = in;
  char *b = (char *)out + offset;
#define PLACE(N) \
  for (long i = 0; i < pixels; i++) memcpy(b + i * stride, a + i * bytes, N);
  COPY_PIXELS(bytes, PLACE)
}

T2S_CLONES
void t2s_depth_to_space(const void *in, void *out, long d, long h, long w, long fz, long fy,
                        long fx, long first, long phases, long bytes, long stride, long offset) {
  const char *a = in;
  char *b = (char *)out + offset;
  for (long z = 0; z < d; z++)
    for (long y = 0; y < h; y++)
      for (long k = 0; k < phases; k++) {
        long rz = (first + k) / (fy * fx), ry = (first + k) / fx % fy, rx = (first + k) % fx;
        char *row = b + (((z * fz + rz) * h + y) * fy + ry) * w * fx * stride;
        const char *phase = a + ((z * h + y) * w * phases + k) * bytes;
#define SPREAD(N)                \
  for (long x = 0; x < w; x++) \
    memcpy(row + (x * fx + rx) * stride, phase + x * phases * bytes, N);
        COPY_PIXELS(bytes, SPREAD)
      }
}

// Two pixels beside each other, of two phases.
#define JOIN(SKIP, PHASE)                                  \
  for (long x = 0; x < columns / 2; x++)                   \
    for (long k = 0; k < 2; k++) {                         \
      char *pixel = to + (2 * x + k) * (SKIP + PHASE);     \
      memcpy(pixel + skip_at, from + (2 * x + k) * SKIP, SKIP);        \
      memcpy(pixel + phase_at, two[k] + x * phase_stride, PHASE);      \
    }
// Bytes of the skip's and of the phase's pixels; copies of a size that is known are a move or two.
#define JOIN_AS(SKIP, PHASE)                              \
  if (skip_bytes == SKIP && phase_bytes == PHASE) {       \
    JOIN(SKIP, PHASE)                                     \
    continue;                                             \
  }

T2S_CLONES
void t2s_join_2x2(const void *const phases[4], long phase_stride, long phase_bytes, long phase_at,
                  const void *skip, long skip_bytes, long skip_at, void *out, long rows, long columns) {
  for (long y = 0; y < rows; y++) {
    const char *from = (const char *)skip + y * columns * skip_bytes, *two[2];
    for (long k = 0; k < 2; k++)
      two[k] = (const char *)phases[y % 2 * 2 + k] + y / 2 * (columns / 2) * phase_stride;
    char *to = (char *)out + y * columns * (skip_bytes + phase_bytes);
    JOIN_AS(32, 32)
    JOIN_AS(64, 64)
    JOIN_AS(128, 128)
    JOIN_AS(64, 128)
    JOIN_AS(128, 256)
    JOIN((size_t)skip_bytes, (size_t)phase_bytes)
  }
}

T2S_CLONES
void t2s_upsample(const void *in, void *out, long d, long h, long w, long fz, long fy, long fx,
                  long bytes) {
  const char *a = in;
  char *b = out;
  for (long z = 0; z < d * fz; z++)
    for (long y = 0; y < h * fy; y++) {
      const char *row = a + (z / fz * h + y / fy) * w * bytes;
      for (long x = 0; x < w * fx; x++, b += bytes)
        memcpy(b, row + x / fx * bytes, (size_t)bytes);
    }
}

T2S_CLONES
void t2s_add(const void *const *ins, int inputs, void *out, long count, int bf16, int relu) {
  for (int k = 1; k < inputs; k++) {
    const void *in = ins[k];
    const void *sofar = k == 1 ? ins[0] : out;
    int last = relu && k == inputs - 1;
#define ADD(L, S)                                         \
  const __typeof__(*b) *s = sofar;                        \
  for (long i = 0; i < count; i++) {                      \
    float sum = L(s[i]) + L(a[i]);                        \
    b[i] = S(last && sum < 0 ? 0 : sum);                  \
  }
    FOR_BOTH_TYPES(ADD)
  }
}

T2S_CLONES
void t2s_affine(const void *in, void *out, long pixels, long c, const float *scale,
                const float *shift, int bf16, int relu) {
#define AFFINE(L, S)                                             \
  for (long p = 0; p < pixels; p++)                              \
    for (long i = 0; i < c; i++) {                               \
      float value = L(a[p * c + i]) * scale[i] + shift[i];       \
      b[p * c + i] = S(relu && value < 0 ? 0 : value);           \
    }
  FOR_BOTH_TYPES(AFFINE)
}

T2S_CLONES
void t2s_relu(const void *in, void *out, long count, int bf16) {
#define RELU(L, S)                           \
  for (long i = 0; i < count; i++) {         \
    float value = L(a[i]);                   \
    b[i] = S(value < 0 ? 0 : value);         \
  }
  FOR_BOTH_TYPES(RELU)
}

void t2s_softmax(const void *in, void *out, long pixels, long c, int bf16) {
#define SOFTMAX(L, S)                                                     \
  for (long p = 0; p < pixels; p++) {                                     \
    float largest = L(a[p * c]), sum = 0;                                 \
    for (long i = 1; i < c; i++)                                          \
      if (L(a[p * c + i]) > largest) largest = L(a[p * c + i]);           \
    for (long i = 0; i < c; i++) sum += expf(L(a[p * c + i]) - largest);  \
    for (long i = 0; i < c; i++)                                          \
      b[p * c + i] = S(expf(L(a[p * c + i]) - largest) / sum);            \
  }
  FOR_BOTH_TYPES(SOFTMAX)
}

T2S_CLONES
static void argmax3_f32(const float *a, uint8_t *labels, long pixels) {
  for (long p = 0; p < pixels; p++) {
    float first = a[3 * p], second = a[3 * p + 1], third = a[3 * p + 2];
    float best = second > first ? second : first;
    uint8_t label = second > first;
    labels[p] = third > best ? 2 : label;
  }
}

T2S_CLONES
void t2s_argmax(const void *in, int bf16, uint8_t *labels, long pixels, long c) {
  if (!bf16 && c == 3) {
    argmax3_f32(in, labels, pixels);
    return;
  }
  for (long p = 0; p < pixels; p++) {
    long best = 0;
    for (long i = 1; i < c; i++) {
      float x = bf16 ? t2s_from_bf16(((const uint16_t *)in)[p * c + i]) : ((const float *)in)[p * c + i];
      float y = bf16 ? t2s_from_bf16(((const uint16_t *)in)[p * c + best])
                     : ((const float *)in)[p * c + best];
      if (x > y) best = i;
    }
    labels[p] = (uint8_t)best;
  }
}

T2S_CLONES
void t2s_widen(const void *in, float *out, long count) {
  const uint16_t *a = in;
  for (long i = 0; i < count; i++) out[i] = t2s_from_bf16(a[i]);
}

// Statistics in double precision: a layer has millions of numbers, and the variance is a difference.
T2S_CLONES
void t2s_group_norm(const void *in, void *out, long parts, long pixels, long c, long groups,
                    const float *scale, const float *shift, float epsilon, int bf16, int relu) {
  long width = c / groups;
#define GROUP_NORM(L, S)                                                      \
  for (long part = 0; part < parts; part++) {                                 \
    for (long g = 0; g < groups; g++) {                                       \
      double sum = 0, squares = 0, count = (double)pixels * width;            \
      for (long p = part * pixels; p < (part + 1) * pixels; p++)              \
        for (long i = g * width; i < (g + 1) * width; i++)                    \
          sum += L(a[p * c + i]);                                             \
      double mean = sum / count;                                              \
      for (long p = part * pixels; p < (part + 1) * pixels; p++)              \
        for (long i = g * width; i < (g + 1) * width; i++) {                  \
          double d = L(a[p * c + i]) - mean;                                  \
          squares += d * d;                                                   \
        }                                                                     \
      float factor = (float)(1 / sqrt(squares / count + epsilon));            \
      for (long p = part * pixels; p < (part + 1) * pixels; p++)              \
        for (long i = g * width; i < (g + 1) * width; i++) {                  \
          float v = (float)(L(a[p * c + i]) - mean) * factor * scale[i] + shift[i]; \
          b[p * c + i] = S(relu && v < 0 ? 0.0f : v);                         \
        }                                                                     \
    }                                                                         \
  }
  FOR_BOTH_TYPES(GROUP_NORM)
}
