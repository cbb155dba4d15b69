// What lies between two convolutions, forward and backward.
#include "CTraining.h"
#include "numbers.h"
#include "parallel.h"
#include "philox.h"
#include <stdlib.h>
#include <string.h>

// Parts begin at multiples of this many pixels, so that random numbers come in whole blocks.
#define GRAIN 64
// Numbers of a chunk of random bits.
#define CHUNK 4096

// The loop is compiled for the common numbers of channels, so that a pixel is whole vectors.
#define FOR_CHANNELS(C, CALL)  \
  switch (C) {                 \
    case 8: CALL(8); break;    \
    case 16: CALL(16); break;  \
    case 32: CALL(32); break;  \
    case 64: CALL(64); break;  \
    case 128: CALL(128); break; \
    default: CALL(C); break;   \
  }

// -- input -----------------------------------------------------------------------------------------

typedef struct {
  const float *in;
  void *out;
  long count;
  int bf16;
} input_job;

T2S_CLONES static void narrow(const float *in, uint16_t *out, long count) {
  for (long i = 0; i < count; i++) out[i] = t2s_to_bf16(in[i]);
}

static void input_part(void *context, long part, long parts) {
  const input_job *j = context;
  long begin, end;
  t2s_range(j->count, part, parts, GRAIN, &begin, &end);
  if (j->bf16)
    narrow(j->in + begin, (uint16_t *)j->out + begin, end - begin);
  else
    memcpy((float *)j->out + begin, j->in + begin, (size_t)(end - begin) * 4);
}

void t2s_train_input(const float *in, void *out, long count, int bf16, int threads) {
  input_job j = {in, out, count, bf16};
  t2s_parallel(threads, input_part, &j);
}

// -- forward ---------------------------------------------------------------------------------------

// One pixel: `terms`, `relu`, `drop` and `noisy` are known when this is compiled.
INLINE void tail_pixel(const t2s_tail *t, long p, int bf16, long c, int terms, int drop, int noisy,
                       const uint16_t *fate, const uint16_t *noise) {
  const void *x0 = at(t->in[0], p, bf16);
  const void *x1 = terms > 1 ? at(t->in[1], p, bf16) : 0;
  const void *x2 = terms > 2 ? at(t->in[2], p, bf16) : 0;
  void *y = at(t->out[0], p, bf16);
  float floor = t->relu ? 0 : -__builtin_inff();
  for (long i = 0; i < c; i++) {
    float v = load(x0, i, bf16) * t->scale[0][i] + t->shift[0][i];
    if (terms > 1) v += load(x1, i, bf16) * t->scale[1][i] + t->shift[1][i];
    if (terms > 2) v += load(x2, i, bf16) * t->scale[2][i] + t->shift[2][i];
    v = v < floor ? floor : v;  // NaN stays
    if (drop) v = fate[i] < t->threshold ? 0 : v * t->keep_factor;
    if (noisy) v += t->sigma * t->normal[noise[i]];
    store(y, i, v, bf16);
  }
  for (int k = 1; k < t->outputs; k++)
    memcpy(at(t->out[k], p, bf16), y, (size_t)(c * (bf16 ? 2 : 4)));
}

INLINE void tail_range(const t2s_tail *t, long begin, long end, int bf16, long c, int terms) {
  uint16_t fate[CHUNK], noise[CHUNK];
  if (t->threshold == 0 && t->sigma == 0) {
    for (long p = begin; p < end; p++) tail_pixel(t, p, bf16, c, terms, 0, 0, fate, noise);
    return;
  }
  // As many pixels as have their bits in a chunk, in eights.
  long step = CHUNK / c / 8 * 8;
  if (step == 0) step = 8;  // wider values come through `wide_tail`
  for (long first = begin; first < end; first += step) {
    long n = end - first < step ? end - first : step;
    if (t->threshold)
      t2s_philox_bits(t->key, t->dropout_layer, (uint64_t)(first * c), n * c, fate);
    if (t->sigma != 0) t2s_philox_bits(t->key, t->noise_layer, (uint64_t)(first * c), n * c, noise);
    if (t->sigma == 0) {
      for (long p = first; p < first + n; p++)
        tail_pixel(t, p, bf16, c, terms, 1, 0, fate + (p - first) * c, noise);
    } else {
      for (long p = first; p < first + n; p++)
        tail_pixel(t, p, bf16, c, terms, t->threshold != 0, 1, fate + (p - first) * c,
                   noise + (p - first) * c);
    }
  }
}

// Bits for values of more than CHUNK / 8 channels, a few numbers at a time.
static void wide_tail(const t2s_tail *t, long begin, long end) {
  for (long p = begin; p < end; p++) {
    for (long i = 0; i < t->c; i++) {
      float v = 0;
      for (int k = 0; k < t->terms; k++)
        v += load(at(t->in[k], p, t->bf16), i, t->bf16) * t->scale[k][i] + t->shift[k][i];
      if (t->relu && v < 0) v = 0;
      uint64_t number = (uint64_t)(p * t->c + i);
      uint16_t bits[8 * T2S_BLOCKS];
      if (t->threshold) {
        t2s_philox_bits(t->key, t->dropout_layer, number / 8 * 8, 8, bits);
        v = bits[number % 8] < t->threshold ? 0 : v * t->keep_factor;
      }
      if (t->sigma != 0) {
        t2s_philox_bits(t->key, t->noise_layer, number / 8 * 8, 8, bits);
        v += t->sigma * t->normal[bits[number % 8]];
      }
      for (int k = 0; k < t->outputs; k++) store(at(t->out[k], p, t->bf16), i, v, t->bf16);
    }
  }
}

#define TAIL_TERMS(C)                                                   \
  if (t->terms == 1)                                                    \
    tail_range(t, begin, end, TAIL_TYPE, C, 1);                         \
  else if (t->terms == 2)                                               \
    tail_range(t, begin, end, TAIL_TYPE, C, 2);                         \
  else                                                                  \
    tail_range(t, begin, end, TAIL_TYPE, C, 3)

#define TAIL_TYPE 1
T2S_CLONES static void tail_bf16(const t2s_tail *t, long begin, long end) {
  FOR_CHANNELS(t->c, TAIL_TERMS)
}
#undef TAIL_TYPE
#define TAIL_TYPE 0
T2S_CLONES static void tail_f32(const t2s_tail *t, long begin, long end) {
  FOR_CHANNELS(t->c, TAIL_TERMS)
}
#undef TAIL_TYPE

static void tail_part(void *context, long part, long parts) {
  const t2s_tail *t = context;
  long begin, end;
  t2s_range(t->pixels, part, parts, GRAIN, &begin, &end);
  if ((t->threshold || t->sigma != 0) && t->c > CHUNK / 8 - 16)
    wide_tail(t, begin, end);
  else if (t->bf16)
    tail_bf16(t, begin, end);
  else
    tail_f32(t, begin, end);
}

void t2s_tail_forward(const t2s_tail *tail, int threads) {
  t2s_parallel(threads, tail_part, (void *)tail);
}

// -- moments ---------------------------------------------------------------------------------------

// Sums in float over this many pixels at most, then in double precision.
#define BLOCK 256
#define MOST_CHANNELS 4096

typedef struct {
  t2s_view in;
  long pixels, c;
  int bf16;
  // For each part c sums and c sums of squares, of distances from `origin`.
  double *sums;
  const float *origin;
} moments_job;

INLINE void moments_range(const moments_job *j, long begin, long end, double *sum, double *square,
                          int bf16, long c) {
  float s[MOST_CHANNELS], q[MOST_CHANNELS];
  for (long first = begin; first < end; first += BLOCK) {
    long last = first + BLOCK < end ? first + BLOCK : end;
    for (long i = 0; i < c; i++) s[i] = q[i] = 0;
    for (long p = first; p < last; p++) {
      const void *x = at(j->in, p, bf16);
      for (long i = 0; i < c; i++) {
        float d = load(x, i, bf16) - j->origin[i];
        s[i] += d;
        q[i] += d * d;
      }
    }
    for (long i = 0; i < c; i++) {
      sum[i] += s[i];
      square[i] += q[i];
    }
  }
}

#define MOMENTS_BF16(C) moments_range(j, begin, end, sum, square, 1, C)
#define MOMENTS_F32(C) moments_range(j, begin, end, sum, square, 0, C)

T2S_CLONES static void moments_any(const moments_job *j, long begin, long end, double *sum,
                                   double *square) {
  if (j->bf16) {
    FOR_CHANNELS(j->c, MOMENTS_BF16)
  } else {
    FOR_CHANNELS(j->c, MOMENTS_F32)
  }
}

static void moments_part(void *context, long part, long parts) {
  const moments_job *j = context;
  long begin, end;
  t2s_range(j->pixels, part, parts, GRAIN, &begin, &end);
  double *sum = j->sums + part * 2 * j->c;
  memset(sum, 0, (size_t)(2 * j->c) * sizeof(double));
  for (long c = 0; c < j->c; c += MOST_CHANNELS) {
    moments_job some = *j;
    some.in.address = (char *)j->in.address + c * (j->bf16 ? 2 : 4);
    some.c = j->c - c < MOST_CHANNELS ? j->c - c : MOST_CHANNELS;
    some.origin = j->origin + c;
    moments_any(&some, begin, end, sum + c, sum + j->c + c);
  }
}

void t2s_moments(t2s_view in, long pixels, long c, int bf16, float *mean, float *variance,
                 int threads) {
  double *sums = malloc((size_t)(threads < 1 ? 1 : threads) * 2 * (size_t)c * sizeof(double));
  float *origin = malloc((size_t)c * sizeof(float));
  // Distances from any value of the channel: squares of numbers far from zero would lose their variance.
  for (long i = 0; i < c; i++) origin[i] = load(in.address, i, bf16);
  moments_job j = {in, pixels, c, bf16, sums, origin};
  t2s_parallel(threads, moments_part, &j);
  for (long i = 0; i < c; i++) {
    double sum = 0, square = 0;
    for (long part = 0; part < (threads < 1 ? 1 : threads); part++) {
      sum += sums[part * 2 * c + i];
      square += sums[part * 2 * c + c + i];
    }
    double m = sum / (double)pixels, v = square / (double)pixels - m * m;
    mean[i] = (float)(m + origin[i]);
    variance[i] = v > 0 || v != v ? (float)v : 0;
  }
  free(sums);
  free(origin);
}

// -- backward --------------------------------------------------------------------------------------

typedef struct {
  const t2s_gradient *g;
  int terms;
  const t2s_view *x;
  const float *const *mean;
  const float *const *inverse;
  // For each part the sums of the gradient, then those of each term.
  double *sums;
  int counts;
} gradient_job;

INLINE void gradient_range(const gradient_job *j, long begin, long end, double *sums, int bf16, long c,
                           int pieces, int terms, int masked, int random) {
  const t2s_gradient *g = j->g;
  float s[3][MOST_CHANNELS / 4];
  uint16_t fate[CHUNK];
  float row[MOST_CHANNELS / 4];
  for (long first = begin; first < end; first += GRAIN) {
    long last = first + GRAIN < end ? first + GRAIN : end;
    for (int k = 0; k <= terms; k++)
      for (long i = 0; i < c; i++) s[k][i] = 0;
    for (long p = first; p < last; p++) {
      const void *a = at(g->in[0], p, bf16);
      const void *b = pieces > 1 ? at(g->in[1], p, bf16) : 0;
      const void *d = pieces > 2 ? at(g->in[2], p, bf16) : 0;
      const void *e = pieces > 3 ? at(g->in[3], p, bf16) : 0;
      const void *y = masked ? at(g->value, p, bf16) : 0;
      void *out = g->out.address ? at(g->out, p, bf16) : 0;
      if (random && ((p - first) % 8 == 0))
        t2s_philox_bits(g->key, g->dropout_layer, (uint64_t)(p * c), 8 * c, fate);
      for (long i = 0; i < c; i++) {
        float v = load(a, i, bf16);
        if (pieces > 1) v += load(b, i, bf16);
        if (pieces > 2) v += load(d, i, bf16);
        if (pieces > 3) v += load(e, i, bf16);
        if (masked) v = load(y, i, bf16) > 0 ? v : 0;
        if (random) v = fate[(p - first) % 8 * c + i] < g->threshold ? 0 : v;
        v *= g->keep_factor;
        row[i] = v;
        s[0][i] += v;
      }
      if (out)
        for (long i = 0; i < c; i++) store(out, i, row[i], bf16);
      for (int k = 0; k < terms; k++) {
        const void *x = at(j->x[k], p, bf16);
        const float *mean = j->mean[k], *inverse = j->inverse[k];
        for (long i = 0; i < c; i++)
          s[k + 1][i] += row[i] * ((load(x, i, bf16) - mean[i]) * inverse[i]);
      }
    }
    if (j->counts)
      for (int k = 0; k <= terms; k++)
        for (long i = 0; i < c; i++) sums[k * c + i] += s[k][i];
  }
}

// Eight channels at a time, whose sums stay in registers.
INLINE void gradient_eight(const gradient_job *j, long begin, long end, double *sums, int bf16,
                           int pieces, int terms, int masked) {
  const t2s_gradient *g = j->g;
  long c = g->c;
  float keep = g->keep_factor;
  for (long first = begin; first < end; first += GRAIN) {
    long last = first + GRAIN < end ? first + GRAIN : end;
    for (long from = 0; from < c; from += 8) {
      t2s_eight sum = {0}, products[2] = {{0}, {0}}, means[2], zero = {0};
      for (int k = 0; k < terms; k++) load_eight(&means[k], j->mean[k], from, 0);
      for (long p = first; p < last; p++) {
        t2s_eight v, w;
        load_eight(&v, at(g->in[0], p, bf16), from, bf16);
        for (int k = 1; k < pieces; k++) {
          load_eight(&w, at(g->in[k], p, bf16), from, bf16);
          v += w;
        }
        v *= keep;
        if (masked) {
          load_eight(&w, at(g->value, p, bf16), from, bf16);
          v = (t2s_eight)((t2s_eight_bits)v & (t2s_eight_bits)(w > zero));
        }
        sum += v;
        if (g->out.address) store_eight(at(g->out, p, bf16), from, &v, bf16);
        for (int k = 0; k < terms; k++) {
          load_eight(&w, at(j->x[k], p, bf16), from, bf16);
          products[k] += v * (w - means[k]);
        }
      }
      if (!j->counts) continue;
      for (int i = 0; i < 8; i++) sums[from + i] += sum[i];
      for (int k = 0; k < terms; k++)
        for (int i = 0; i < 8; i++)
          sums[(k + 1) * c + from + i] += products[k][i] * j->inverse[k][from + i];
    }
  }
}

#define GRADIENT_PIECES(BF16, TERMS, MASKED)                                                  \
  switch (j->g->pieces) {                                                                     \
    case 1: gradient_eight(j, begin, end, sums, BF16, 1, TERMS, MASKED); break;               \
    case 2: gradient_eight(j, begin, end, sums, BF16, 2, TERMS, MASKED); break;               \
    default: gradient_eight(j, begin, end, sums, BF16, j->g->pieces, TERMS, MASKED); break;   \
  }

#define GRADIENT_TERMS(BF16, MASKED)                                                          \
  switch (j->terms) {                                                                         \
    case 0: GRADIENT_PIECES(BF16, 0, MASKED) break;                                           \
    case 1: GRADIENT_PIECES(BF16, 1, MASKED) break;                                           \
    default: GRADIENT_PIECES(BF16, 2, MASKED) break;                                          \
  }

// The cases that networks have often are compiled by themselves; the rest asks as it goes.
#define GRADIENT(NAME, BF16)                                                                  \
  T2S_CLONES static void NAME(const gradient_job *j, long begin, long end, double *sums) {    \
    int masked = j->g->value.address != 0, random = j->g->threshold != 0;                     \
    if (random || j->terms > 2 || j->g->c % 8)                                                \
      gradient_range(j, begin, end, sums, BF16, j->g->c, j->g->pieces, j->terms, masked,      \
                     random);                                                                 \
    else if (masked)                                                                          \
      GRADIENT_TERMS(BF16, 1)                                                                 \
    else                                                                                      \
      GRADIENT_TERMS(BF16, 0)                                                                 \
  }

GRADIENT(gradient_bf16, 1)
GRADIENT(gradient_f32, 0)

static void gradient_part(void *context, long part, long parts) {
  const gradient_job *j = context;
  long begin, end, c = j->g->c;
  t2s_range(j->g->pixels, part, parts, GRAIN, &begin, &end);
  double *sums = j->sums + part * (j->terms + 1) * c;
  memset(sums, 0, (size_t)((j->terms + 1) * c) * sizeof(double));
  if (j->g->bf16)
    gradient_bf16(j, begin, end, sums);
  else
    gradient_f32(j, begin, end, sums);
}

// Some of the channels at a time, where there are more than the loops keep sums of.
static void gradient_some(const t2s_gradient *whole, long from, long c, int terms, const t2s_view *x,
                          const float *const *mean, const float *const *inverse, double *to_shift,
                          double *const *to_scale, int threads) {
  long size = whole->bf16 ? 2 : 4;
  t2s_gradient g = *whole;
  t2s_view some[3];
  const float *means[3], *inverses[3];
  g.c = c;
  for (int k = 0; k < g.pieces; k++) g.in[k].address = (char *)g.in[k].address + from * size;
  if (g.value.address) g.value.address = (char *)g.value.address + from * size;
  if (g.out.address) g.out.address = (char *)g.out.address + from * size;
  for (int k = 0; k < terms; k++) {
    some[k] = x[k];
    some[k].address = (char *)x[k].address + from * size;
    means[k] = mean[k] + from;
    inverses[k] = inverse[k] + from;
  }
  double *sums =
      malloc((size_t)(threads < 1 ? 1 : threads) * (size_t)((terms + 1) * c) * sizeof(double));
  gradient_job j = {&g, terms, some, means, inverses, sums, to_shift != 0 || terms > 0};
  t2s_parallel(threads, gradient_part, &j);
  for (int k = 0; k <= terms; k++)
    for (long i = 0; i < c; i++) {
      double sum = 0;
      for (long part = 0; part < (threads < 1 ? 1 : threads); part++)
        sum += sums[(part * (terms + 1) + k) * c + i];
      if (k > 0)
        to_scale[k - 1][from + i] = sum;
      else if (to_shift)
        to_shift[from + i] = sum;
    }
  free(sums);
}

void t2s_gradient_pass(const t2s_gradient *gradient, int terms, const t2s_view *x,
                       const float *const *mean, const float *const *inverse, double *to_shift,
                       double *const *to_scale, int threads) {
  // A dropout's random numbers are those of the whole value: its channels stay together.
  long most = gradient->threshold ? gradient->c : 256;
  for (long from = 0; from < gradient->c; from += most) {
    long c = gradient->c - from < most ? gradient->c - from : most;
    gradient_some(gradient, from, c, terms, x, mean, inverse, to_shift, to_scale, threads);
  }
}

typedef struct {
  t2s_view gradient, x, out;
  const float *a, *b, *d;
  long pixels, c;
  int bf16;
} norm_job;

INLINE void norm_range(const norm_job *j, long begin, long end, int bf16, long c) {
  for (long p = begin; p < end; p++) {
    const void *g = at(j->gradient, p, bf16), *x = at(j->x, p, bf16);
    void *out = at(j->out, p, bf16);
    for (long i = 0; i < c; i++)
      store(out, i, j->a[i] * load(g, i, bf16) + j->b[i] * load(x, i, bf16) + j->d[i], bf16);
  }
}

#define NORM_BF16(C) norm_range(j, begin, end, 1, C)
#define NORM_F32(C) norm_range(j, begin, end, 0, C)

T2S_CLONES static void norm_any(const norm_job *j, long begin, long end) {
  if (j->bf16) {
    FOR_CHANNELS(j->c, NORM_BF16)
  } else {
    FOR_CHANNELS(j->c, NORM_F32)
  }
}

static void norm_part(void *context, long part, long parts) {
  const norm_job *j = context;
  long begin, end;
  t2s_range(j->pixels, part, parts, GRAIN, &begin, &end);
  norm_any(j, begin, end);
}

void t2s_norm_backward(t2s_view gradient, t2s_view x, t2s_view out, const float *a, const float *b,
                       const float *d, long pixels, long c, int bf16, int threads) {
  norm_job j = {gradient, x, out, a, b, d, pixels, c, bf16};
  t2s_parallel(threads, norm_part, &j);
}
