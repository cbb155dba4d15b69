// Operations that move pixels: pooling, repetition, layers as channels, crops.
#include "CTraining.h"
#include "numbers.h"
#include "parallel.h"
#include <stdlib.h>
#include <string.h>

typedef struct {
  t2s_view in, gradient, out;
  long samples, d, h, w, z, y, x, od, oh, ow, c, count;
  int bf16;
} shape_job;

// -- pooling ---------------------------------------------------------------------------------------

// The pixel of the input where the window of output pixel `p` begins.
INLINE long window_begin(const shape_job *j, long p) {
  long x = p % j->ow, y = p / j->ow % j->oh, z = p / (j->ow * j->oh) % j->od,
       n = p / (j->ow * j->oh * j->od);
  return ((n * j->d + z * j->z) * j->h + y * j->y) * j->w + x * j->x;
}

INLINE long window_pixel(const shape_job *j, long first, long k) {
  long kz = k / (j->y * j->x), ky = k / j->x % j->y, kx = k % j->x;
  return first + (kz * j->h + ky) * j->w + kx;
}

INLINE void pool_range(const shape_job *j, long begin, long end, int bf16) {
  long taps = j->z * j->y * j->x, c = j->c;
  for (long p = begin; p < end; p++) {
    long first = window_begin(j, p);
    void *out = at(j->out, p, bf16);
    memcpy(out, at(j->in, first, bf16), (size_t)c * (bf16 ? 2 : 4));
    for (long k = 1; k < taps; k++) {
      const void *a = at(j->in, window_pixel(j, first, k), bf16);
      for (long i = 0; i < c; i++) {
        float v = load(a, i, bf16), best = load(out, i, bf16);
        store(out, i, v > best ? v : best, bf16);
      }
    }
  }
}

T2S_CLONES static void pool_any(const shape_job *j, long begin, long end) {
  if (j->bf16)
    pool_range(j, begin, end, 1);
  else
    pool_range(j, begin, end, 0);
}

static void pool_part(void *context, long part, long parts) {
  const shape_job *j = context;
  long begin, end;
  t2s_range(j->samples * j->od * j->oh * j->ow, part, parts, 1, &begin, &end);
  pool_any(j, begin, end);
}

void t2s_train_pool(t2s_view in, t2s_view out, long samples, long d, long h, long w, long wz,
                    long wy, long wx, long c, int bf16, int threads) {
  shape_job j = {.in = in, .out = out, .samples = samples, .d = d, .h = h, .w = w, .z = wz, .y = wy,
                 .x = wx, .od = d / wz, .oh = h / wy, .ow = w / wx, .c = c, .bf16 = bf16};
  t2s_parallel(threads, pool_part, &j);
}

// The gradient goes to the first of the largest.
INLINE void pool_back_range(const shape_job *j, long begin, long end, int bf16) {
  long taps = j->z * j->y * j->x, c = j->c;
  float best[c];
  int32_t place[c];
  for (long p = begin; p < end; p++) {
    long first = window_begin(j, p);
    const void *a = at(j->in, first, bf16), *g = at(j->gradient, p, bf16);
    for (long i = 0; i < c; i++) {
      best[i] = load(a, i, bf16);
      place[i] = 0;
    }
    for (long k = 1; k < taps; k++) {
      a = at(j->in, window_pixel(j, first, k), bf16);
      for (long i = 0; i < c; i++) {
        float v = load(a, i, bf16);
        place[i] = v > best[i] ? (int32_t)k : place[i];
        best[i] = v > best[i] ? v : best[i];
      }
    }
    for (long k = 0; k < taps; k++) {
      void *out = at(j->out, window_pixel(j, first, k), bf16);
      for (long i = 0; i < c; i++)
        store(out, i, place[i] == k ? load(g, i, bf16) : 0, bf16);
    }
  }
}

T2S_CLONES static void pool_back_any(const shape_job *j, long begin, long end) {
  if (j->bf16)
    pool_back_range(j, begin, end, 1);
  else
    pool_back_range(j, begin, end, 0);
}

static void pool_back_part(void *context, long part, long parts) {
  const shape_job *j = context;
  long begin, end;
  t2s_range(j->samples * j->od * j->oh * j->ow, part, parts, 1, &begin, &end);
  pool_back_any(j, begin, end);
}

static void clear(t2s_view view, long pixels, long c, int bf16) {
  size_t size = bf16 ? 2 : 4;
  if (view.stride == c) {
    memset(view.address, 0, (size_t)(pixels * c) * size);
  } else {
    for (long p = 0; p < pixels; p++) memset(at(view, p, bf16), 0, (size_t)c * size);
  }
}

void t2s_train_pool_backward(t2s_view in, t2s_view gradient, t2s_view out, long samples, long d,
                             long h, long w, long wz, long wy, long wx, long c, int bf16,
                             int threads) {
  shape_job j = {.in = in, .gradient = gradient, .out = out, .samples = samples, .d = d, .h = h,
                 .w = w, .z = wz, .y = wy, .x = wx, .od = d / wz, .oh = h / wy, .ow = w / wx, .c = c,
                 .bf16 = bf16};
  // Pixels of incomplete windows were looked at by none.
  if (d % wz || h % wy || w % wx) clear(out, samples * d * h * w, c, bf16);
  t2s_parallel(threads, pool_back_part, &j);
}

// -- repetition ------------------------------------------------------------------------------------

static void spread_part(void *context, long part, long parts) {
  const shape_job *j = context;
  long begin, end;
  // Rows of the output.
  t2s_range(j->samples * j->od * j->oh, part, parts, 1, &begin, &end);
  size_t bytes = (size_t)j->c * (j->bf16 ? 2 : 4);
  for (long r = begin; r < end; r++) {
    long y = r % j->oh, z = r / j->oh % j->od, n = r / (j->oh * j->od);
    long from = ((n * j->d + z / j->z) * j->h + y / j->y) * j->w;
    for (long x = 0; x < j->ow; x++)
      memcpy(at(j->out, r * j->ow + x, j->bf16), at(j->in, from + x / j->x, j->bf16), bytes);
  }
}

void t2s_train_spread(t2s_view in, t2s_view out, long samples, long d, long h, long w, long fz,
                      long fy, long fx, long c, int bf16, int threads) {
  shape_job j = {.in = in, .out = out, .samples = samples, .d = d, .h = h, .w = w, .z = fz, .y = fy,
                 .x = fx, .od = d * fz, .oh = h * fy, .ow = w * fx, .c = c, .bf16 = bf16};
  t2s_parallel(threads, spread_part, &j);
}

// Sums in float of what each pixel became.
INLINE void spread_back_range(const shape_job *j, long begin, long end, int bf16) {
  long c = j->c, taps = j->z * j->y * j->x;
  float sum[c];
  for (long p = begin; p < end; p++) {
    long x = p % j->w, y = p / j->w % j->h, z = p / (j->w * j->h) % j->d, n = p / (j->w * j->h * j->d);
    long first = ((n * j->od + z * j->z) * j->oh + y * j->y) * j->ow + x * j->x;
    for (long i = 0; i < c; i++) sum[i] = 0;
    for (long k = 0; k < taps; k++) {
      long kz = k / (j->y * j->x), ky = k / j->x % j->y, kx = k % j->x;
      const void *g = at(j->gradient, first + (kz * j->oh + ky) * j->ow + kx, bf16);
      for (long i = 0; i < c; i++) sum[i] += load(g, i, bf16);
    }
    void *out = at(j->out, p, bf16);
    for (long i = 0; i < c; i++) store(out, i, sum[i], bf16);
  }
}

T2S_CLONES static void spread_back_any(const shape_job *j, long begin, long end) {
  if (j->bf16)
    spread_back_range(j, begin, end, 1);
  else
    spread_back_range(j, begin, end, 0);
}

static void spread_back_part(void *context, long part, long parts) {
  const shape_job *j = context;
  long begin, end;
  t2s_range(j->samples * j->d * j->h * j->w, part, parts, 1, &begin, &end);
  spread_back_any(j, begin, end);
}

void t2s_train_spread_backward(t2s_view gradient, t2s_view out, long samples, long d, long h, long w,
                               long fz, long fy, long fx, long c, int bf16, int threads) {
  shape_job j = {.gradient = gradient, .out = out, .samples = samples, .d = d, .h = h, .w = w,
                 .z = fz, .y = fy, .x = fx, .od = d * fz, .oh = h * fy, .ow = w * fx, .c = c,
                 .bf16 = bf16};
  t2s_parallel(threads, spread_back_part, &j);
}

// -- layers as channels ----------------------------------------------------------------------------

static void layers_part(void *context, long part, long parts) {
  const shape_job *j = context;
  long begin, end, size = j->bf16 ? 2 : 4, plane = j->w, layers = j->od;
  // Layers of the output; w: pixels of a plane, d: layers in, od: layers out.
  t2s_range(j->samples * layers, part, parts, 1, &begin, &end);
  for (long r = begin; r < end; r++) {
    long n = r / layers, z = r % layers;
    for (long p = 0; p < plane; p++)
      for (long k = 0; k < j->count; k++)
        memcpy((char *)j->out.address + (((r * plane + p) * j->count + k) * j->c) * size,
               (const char *)j->in.address + (((n * j->d + z + k) * plane + p) * j->c) * size,
               (size_t)(j->c * size));
  }
}

void t2s_train_layers(const void *in, void *out, long samples, long planes, long plane, long c,
                      long count, int bf16, int threads) {
  shape_job j = {.in = {(void *)in, 0}, .out = {out, 0}, .samples = samples, .d = planes, .w = plane,
                 .od = planes - count + 1, .c = c, .count = count, .bf16 = bf16};
  t2s_parallel(threads, layers_part, &j);
}

static void layers_back_part(void *context, long part, long parts) {
  const shape_job *j = context;
  long begin, end, plane = j->w, layers = j->od, c = j->c;
  // Layers of the input, each a sum over the outputs that it is a channel of.
  t2s_range(j->samples * j->d, part, parts, 1, &begin, &end);
  for (long r = begin; r < end; r++) {
    long n = r / j->d, z = r % j->d;
    for (long p = 0; p < plane; p++)
      for (long i = 0; i < c; i++) {
        float sum = 0;
        for (long k = 0; k < j->count; k++) {
          long layer = z - k;
          if (layer < 0 || layer >= layers) continue;
          sum += load(j->gradient.address, (((n * layers + layer) * plane + p) * j->count + k) * c + i,
                      j->bf16);
        }
        store(j->out.address, (r * plane + p) * c + i, sum, j->bf16);
      }
  }
}

void t2s_train_layers_backward(const void *gradient, void *out, long samples, long planes, long plane,
                               long c, long count, int bf16, int threads) {
  shape_job j = {.gradient = {(void *)gradient, 0}, .out = {out, 0}, .samples = samples, .d = planes,
                 .w = plane, .od = planes - count + 1, .c = c, .count = count, .bf16 = bf16};
  t2s_parallel(threads, layers_back_part, &j);
}

// -- crops -----------------------------------------------------------------------------------------

static void crop_part(void *context, long part, long parts) {
  const shape_job *j = context;
  long begin, end;
  size_t bytes = (size_t)j->c * (j->bf16 ? 2 : 4);
  t2s_range(j->samples * j->od * j->oh, part, parts, 1, &begin, &end);
  for (long r = begin; r < end; r++) {
    long y = r % j->oh, z = r / j->oh % j->od, n = r / (j->oh * j->od);
    long from = ((n * j->d + z + j->z) * j->h + y + j->y) * j->w + j->x;
    for (long x = 0; x < j->ow; x++)
      memcpy(at(j->out, r * j->ow + x, j->bf16), at(j->in, from + x, j->bf16), bytes);
  }
}

void t2s_train_crop(t2s_view in, t2s_view out, long samples, long d, long h, long w, long z, long y,
                    long x, long od, long oh, long ow, long c, int bf16, int threads) {
  shape_job j = {.in = in, .out = out, .samples = samples, .d = d, .h = h, .w = w, .z = z, .y = y,
                 .x = x, .od = od, .oh = oh, .ow = ow, .c = c, .bf16 = bf16};
  t2s_parallel(threads, crop_part, &j);
}

static void crop_back_part(void *context, long part, long parts) {
  const shape_job *j = context;
  long begin, end;
  size_t bytes = (size_t)j->c * (j->bf16 ? 2 : 4);
  t2s_range(j->samples * j->od * j->oh, part, parts, 1, &begin, &end);
  for (long r = begin; r < end; r++) {
    long y = r % j->oh, z = r / j->oh % j->od, n = r / (j->oh * j->od);
    long to = ((n * j->d + z + j->z) * j->h + y + j->y) * j->w + j->x;
    for (long x = 0; x < j->ow; x++)
      memcpy(at(j->out, to + x, j->bf16), at(j->gradient, r * j->ow + x, j->bf16), bytes);
  }
}

void t2s_train_crop_backward(t2s_view gradient, t2s_view out, long samples, long d, long h, long w,
                             long z, long y, long x, long od, long oh, long ow, long c, int bf16,
                             int threads) {
  shape_job j = {.gradient = gradient, .out = out, .samples = samples, .d = d, .h = h, .w = w, .z = z,
                 .y = y, .x = x, .od = od, .oh = oh, .ow = ow, .c = c, .bf16 = bf16};
  clear(out, samples * d * h * w, c, bf16);
  t2s_parallel(threads, crop_back_part, &j);
}

// -- group normalisation ---------------------------------------------------------------------------

typedef struct {
  const void *in, *gradient;
  void *out;
  long parts, pixels, c, groups;
  const float *scale, *shift;
  double *to_scale, *to_shift;
  float epsilon;
  int bf16;
} group_job;

// Mean and 1 / deviation of one group of one part.
INLINE void group_moments(const group_job *j, long part, long g, int bf16, float *mean,
                          float *inverse) {
  long width = j->c / j->groups;
  double sum = 0, square = 0, count = (double)j->pixels * (double)width;
  for (long p = part * j->pixels; p < (part + 1) * j->pixels; p++)
    for (long i = g * width; i < (g + 1) * width; i++) sum += load(j->in, p * j->c + i, bf16);
  double m = sum / count;
  for (long p = part * j->pixels; p < (part + 1) * j->pixels; p++)
    for (long i = g * width; i < (g + 1) * width; i++) {
      double d = load(j->in, p * j->c + i, bf16) - m;
      square += d * d;
    }
  *mean = (float)m;
  *inverse = (float)(1 / __builtin_sqrt(square / count + j->epsilon));
}

static void group_part(void *context, long part, long parts) {
  const group_job *j = context;
  long begin, end, width = j->c / j->groups;
  t2s_range(j->parts * j->groups, part, parts, 1, &begin, &end);
  for (long k = begin; k < end; k++) {
    long run = k / j->groups, g = k % j->groups;
    float mean, inverse;
    group_moments(j, run, g, j->bf16, &mean, &inverse);
    for (long p = run * j->pixels; p < (run + 1) * j->pixels; p++)
      for (long i = g * width; i < (g + 1) * width; i++)
        store(j->out, p * j->c + i,
              (load(j->in, p * j->c + i, j->bf16) - mean) * inverse * j->scale[i] + j->shift[i],
              j->bf16);
  }
}

void t2s_train_group_norm(const void *in, void *out, long parts, long pixels, long c, long groups,
                          const float *scale, const float *shift, float epsilon, int bf16,
                          int threads) {
  group_job j = {.in = in, .out = out, .parts = parts, .pixels = pixels, .c = c, .groups = groups,
                 .scale = scale, .shift = shift, .epsilon = epsilon, .bf16 = bf16};
  t2s_parallel(threads, group_part, &j);
}

static void group_back_part(void *context, long part, long parts) {
  const group_job *j = context;
  long begin, end, width = j->c / j->groups;
  double *to_scale = j->to_scale + part * j->c, *to_shift = j->to_shift + part * j->c;
  memset(to_scale, 0, (size_t)j->c * sizeof(double));
  memset(to_shift, 0, (size_t)j->c * sizeof(double));
  t2s_range(j->parts * j->groups, part, parts, 1, &begin, &end);
  for (long k = begin; k < end; k++) {
    long run = k / j->groups, group = k % j->groups;
    float mean, inverse;
    group_moments(j, run, group, j->bf16, &mean, &inverse);
    double sum = 0, product = 0, count = (double)j->pixels * (double)width;
    for (long p = run * j->pixels; p < (run + 1) * j->pixels; p++)
      for (long i = group * width; i < (group + 1) * width; i++) {
        float normal = (load(j->in, p * j->c + i, j->bf16) - mean) * inverse;
        float g = load(j->gradient, p * j->c + i, j->bf16);
        to_scale[i] += g * normal;
        to_shift[i] += g;
        sum += g * j->scale[i];
        product += g * j->scale[i] * normal;
      }
    float first = (float)(sum / count), second = (float)(product / count);
    for (long p = run * j->pixels; p < (run + 1) * j->pixels; p++)
      for (long i = group * width; i < (group + 1) * width; i++) {
        float normal = (load(j->in, p * j->c + i, j->bf16) - mean) * inverse;
        float g = load(j->gradient, p * j->c + i, j->bf16);
        store(j->out, p * j->c + i, inverse * (g * j->scale[i] - first - normal * second), j->bf16);
      }
  }
}

void t2s_train_group_norm_backward(const void *in, const void *gradient, void *out, long parts,
                                   long pixels, long c, long groups, const float *scale,
                                   double *to_scale, double *to_shift, float epsilon, int bf16,
                                   int threads) {
  group_job j = {.in = in, .gradient = gradient, .out = out, .parts = parts, .pixels = pixels, .c = c,
                 .groups = groups, .scale = scale, .to_scale = to_scale, .to_shift = to_shift,
                 .epsilon = epsilon, .bf16 = bf16};
  t2s_parallel(threads, group_back_part, &j);
  for (long part = 1; part < threads; part++)
    for (long i = 0; i < c; i++) {
      to_scale[i] += to_scale[part * c + i];
      to_shift[i] += to_shift[part * c + i];
    }
}

// -- softmax inside --------------------------------------------------------------------------------

static void softmax_part(void *context, long part, long parts) {
  const shape_job *j = context;
  long begin, end, c = j->c;
  t2s_range(j->count, part, parts, 1, &begin, &end);
  for (long p = begin; p < end; p++) {
    float largest = load(j->in.address, p * c, j->bf16), sum = 0;
    for (long i = 1; i < c; i++) {
      float v = load(j->in.address, p * c + i, j->bf16);
      largest = v > largest ? v : largest;
    }
    for (long i = 0; i < c; i++) sum += __builtin_expf(load(j->in.address, p * c + i, j->bf16) - largest);
    for (long i = 0; i < c; i++)
      store(j->out.address, p * c + i,
            __builtin_expf(load(j->in.address, p * c + i, j->bf16) - largest) / sum, j->bf16);
  }
}

void t2s_train_softmax(const void *in, void *out, long pixels, long c, int bf16, int threads) {
  shape_job j = {.in = {(void *)in, c}, .out = {out, c}, .c = c, .count = pixels, .bf16 = bf16};
  t2s_parallel(threads, softmax_part, &j);
}

static void softmax_back_part(void *context, long part, long parts) {
  const shape_job *j = context;
  long begin, end, c = j->c;
  t2s_range(j->count, part, parts, 1, &begin, &end);
  for (long p = begin; p < end; p++) {
    float mean = 0;
    for (long i = 0; i < c; i++)
      mean += load(j->in.address, p * c + i, j->bf16) * load(j->gradient.address, p * c + i, j->bf16);
    for (long i = 0; i < c; i++)
      store(j->out.address, p * c + i,
            load(j->in.address, p * c + i, j->bf16) *
                (load(j->gradient.address, p * c + i, j->bf16) - mean),
            j->bf16);
  }
}

void t2s_train_softmax_backward(const void *value, const void *gradient, void *out, long pixels,
                                long c, int bf16, int threads) {
  shape_job j = {.in = {(void *)value, c}, .gradient = {(void *)gradient, c}, .out = {out, c}, .c = c,
                 .count = pixels, .bf16 = bf16};
  t2s_parallel(threads, softmax_back_part, &j);
}
