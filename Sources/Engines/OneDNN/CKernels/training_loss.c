// Softmax and losses: sums first, then the gradient that follows from them.
#include "CTraining.h"
#include "numbers.h"
#include "parallel.h"
#include <float.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct {
  const void *scores;
  float *p;
  const uint8_t *labels;
  long pixels, c;
  const float *gammas;
  int focals, bf16;
  // For each part.
  t2s_class_sums *sums;
  int64_t *confusion, *ignored;
  const float *a, *b, *weights;
  void *out;
} loss_job;

static inline float focal_power(float wrong, float gamma) {
  return gamma == 0 ? 1 : gamma == 1 ? wrong : gamma == 2 ? wrong * wrong : powf(wrong, gamma);
}

static void sums_part(void *context, long part, long parts) {
  const loss_job *j = context;
  long begin, end, c = j->c;
  t2s_range(j->pixels, part, parts, 64, &begin, &end);
  t2s_class_sums *sums = j->sums + part * c;
  int64_t *confusion = j->confusion + part * c * c, ignored = 0;
  memset(sums, 0, (size_t)c * sizeof(t2s_class_sums));
  memset(confusion, 0, (size_t)(c * c) * sizeof(int64_t));
  for (long v = begin; v < end; v++) {
    float *p = j->p + v * c;
    float largest = load(j->scores, v * c, j->bf16), sum = 0;
    long best = 0;
    for (long i = 0; i < c; i++) {
      p[i] = load(j->scores, v * c + i, j->bf16);
      if (p[i] > largest) {
        largest = p[i];
        best = i;
      }
    }
    for (long i = 0; i < c; i++) {
      p[i] = expf(p[i] - largest);
      sum += p[i];
    }
    float scale = 1 / sum;
    for (long i = 0; i < c; i++) p[i] *= scale;
    if (!j->labels) continue;
    uint8_t label = j->labels[v];
    if (label == 255) {
      ignored++;
      continue;
    }
    for (long i = 0; i < c; i++) sums[i].squares += (double)p[i] * p[i];
    sums[label].intersection += p[label];
    sums[label].count += 1;
    confusion[label * c + best] += 1;
    for (int t = 0; t < j->focals; t++) {
      float right = p[label] > FLT_MIN ? p[label] : FLT_MIN;
      float wrong = 1 - right > FLT_MIN ? 1 - right : FLT_MIN;
      // NaN: both comparisons are false, and so it must be put back.
      if (p[label] != p[label]) right = wrong = p[label];
      sums[label].focal[t] -= (double)(focal_power(wrong, j->gammas[t]) * logf(right));
    }
  }
  j->ignored[part] = ignored;
}

void t2s_loss_sums(const void *scores, int bf16, float *p, const uint8_t *labels, long pixels, long c,
                   const float *gammas, int focals, t2s_class_sums *sums, int64_t *confusion,
                   int64_t *ignored, int threads) {
  long parts = threads < 1 ? 1 : threads;
  t2s_class_sums *all = malloc((size_t)(parts * c) * sizeof(t2s_class_sums));
  int64_t *counts = malloc((size_t)(parts * c * c + parts) * sizeof(int64_t));
  loss_job j = {.scores = scores, .p = p, .labels = labels, .pixels = pixels, .c = c,
                .gammas = gammas, .focals = focals, .bf16 = bf16, .sums = all, .confusion = counts,
                .ignored = counts + parts * c * c};
  t2s_parallel(threads, sums_part, &j);
  memset(sums, 0, (size_t)c * sizeof(t2s_class_sums));
  memset(confusion, 0, (size_t)(c * c) * sizeof(int64_t));
  *ignored = 0;
  for (long part = 0; part < parts; part++) {
    for (long i = 0; i < c; i++) {
      const t2s_class_sums *s = all + part * c + i;
      sums[i].intersection += s->intersection;
      sums[i].squares += s->squares;
      sums[i].count += s->count;
      for (int t = 0; t < 4; t++) sums[i].focal[t] += s->focal[t];
    }
    for (long i = 0; i < c * c; i++) confusion[i] += counts[part * c * c + i];
    *ignored += j.ignored[part];
  }
  free(all);
  free(counts);
}

static void loss_part(void *context, long part, long parts) {
  const loss_job *j = context;
  long begin, end, c = j->c;
  t2s_range(j->pixels, part, parts, 64, &begin, &end);
  for (long v = begin; v < end; v++) {
    uint8_t label = j->labels[v];
    const float *p = j->p + v * c;
    if (label == 255) {
      for (long i = 0; i < c; i++) store(j->out, v * c + i, 0, j->bf16);
      continue;
    }
    // By the probabilities, each times its probability; then through the softmax.
    float mean = 0, focal = 0;
    for (long i = 0; i < c; i++) mean += p[i] * ((i == label ? j->a[i] : 0) + j->b[i] * p[i]);
    for (int t = 0; t < j->focals; t++) {
      float right = p[label] > FLT_MIN ? p[label] : FLT_MIN;
      float wrong = 1 - right > FLT_MIN ? 1 - right : FLT_MIN;
      float share = j->weights[t * c + label], gamma = j->gammas[t];
      float power = focal_power(wrong, gamma);
      focal += gamma == 0 ? -share
                          : share * (gamma * right * power / wrong * logf(right) - power);
    }
    for (long i = 0; i < c; i++) {
      float y = i == label ? 1 : 0;
      float g = p[i] * ((i == label ? j->a[i] : 0) + j->b[i] * p[i] - mean) + focal * (y - p[i]);
      store(j->out, v * c + i, g, j->bf16);
    }
  }
}

void t2s_loss_gradient(const float *p, const uint8_t *labels, long pixels, long c, const float *a,
                       const float *b, const float *gammas, const float *weights, int focals,
                       void *out, int bf16, int threads) {
  loss_job j = {.p = (float *)p, .labels = labels, .pixels = pixels, .c = c, .a = a, .b = b,
                .gammas = gammas, .weights = weights, .focals = focals, .out = out, .bf16 = bf16};
  t2s_parallel(threads, loss_part, &j);
}
