// Weights: in the order that the library wants, and changed by the optimisers.
#include "CTraining.h"
#include "numbers.h"
#include "parallel.h"
#include <math.h>
#include <stdlib.h>

typedef struct {
  const float *in;
  const int32_t *map;
  void *out;
  float *sum;
  long count;
  int bf16;
} map_job;

static void pack_part(void *context, long part, long parts) {
  const map_job *j = context;
  long begin, end;
  t2s_range(j->count, part, parts, 64, &begin, &end);
  if (j->bf16) {
    uint16_t *out = j->out;
    for (long i = begin; i < end; i++)
      out[i] = j->map[i] < 0 ? 0 : t2s_to_bf16(j->in[j->map[i]]);
  } else {
    float *out = j->out;
    for (long i = begin; i < end; i++) out[i] = j->map[i] < 0 ? 0 : j->in[j->map[i]];
  }
}

void t2s_pack(const float *list, const int32_t *map, void *out, long count, int bf16, int threads) {
  map_job j = {.in = list, .map = map, .out = out, .count = count, .bf16 = bf16};
  t2s_parallel(count < 4096 ? 1 : threads, pack_part, &j);
}

static void unpack_part(void *context, long part, long parts) {
  const map_job *j = context;
  long begin, end;
  t2s_range(j->count, part, parts, 64, &begin, &end);
  for (long i = begin; i < end; i++) j->sum[i] += j->in[j->map[i]];
}

void t2s_unpack_add(const float *packed, const int32_t *map, float *sum, long count, int threads) {
  map_job j = {.in = packed, .map = map, .sum = sum, .count = count};
  t2s_parallel(count < 4096 ? 1 : threads, unpack_part, &j);
}

void t2s_add_floats(const float *other, float *sum, long count) {
  for (long i = 0; i < count; i++) sum[i] += other[i];
}

// Sums of 8 lanes, so that the loop is vectors and the order of the sum is always the same.
double t2s_squares(const float *values, long count, int threads) {
  (void)threads;
  double lanes[8] = {0};
  long whole = count / 8 * 8;
  for (long i = 0; i < whole; i += 8)
    for (int k = 0; k < 8; k++) lanes[k] += (double)values[i + k] * values[i + k];
  for (long i = whole; i < count; i++) lanes[0] += (double)values[i] * values[i];
  double sum = 0;
  for (int k = 0; k < 8; k++) sum += lanes[k];
  return sum;
}

typedef struct {
  const t2s_step *step;
  const float *gradient;
  float *weights, *first, *second;
  long count;
  // For each part: largest change, largest weight, whether all is finite.
  float *results;
} step_job;

INLINE void step_range(const step_job *j, long begin, long end, int kind, float *results) {
  t2s_step s = *j->step;
  float change = 0, largest = 0, wrong = 0;
  for (long i = begin; i < end; i++) {
    float g = s.clip == 1 ? j->gradient[i] : j->gradient[i] * s.clip;
    float old = j->weights[i], w = old - s.decay * old, m;
    if (kind == T2S_SGD) {
      m = s.beta1 * j->first[i] + g;
      w -= s.rate * m;
    } else if (kind == T2S_ADAM) {
      m = s.beta1 * j->first[i] + (1 - s.beta1) * g;
      float v = s.beta2 * j->second[i] + (1 - s.beta2) * g * g;
      j->second[i] = v;
      w -= s.rate * (m / s.correction1) / (__builtin_sqrtf(v) / s.root2 + s.epsilon);
    } else {
      m = s.beta1 * j->first[i] + (1 - s.beta1) * g;
      float surprise = g - m;
      float v = s.beta2 * j->second[i] + (1 - s.beta2) * surprise * surprise + s.epsilon;
      j->second[i] = v;
      float direction = m / s.correction1;
      w -= s.uses_second ? s.rate * direction / (__builtin_sqrtf(v) / s.root2 + s.epsilon)
                         : s.rate * direction;
    }
    j->first[i] = m;
    j->weights[i] = w;
    float moved = __builtin_fabsf(w - old), size = __builtin_fabsf(w);
    change = moved > change ? moved : change;
    largest = size > largest ? size : largest;
    wrong = size < __builtin_inff() ? wrong : 1;
  }
  results[0] = change;
  results[1] = largest;
  results[2] = wrong;
}

T2S_CLONES static void step_any(const step_job *j, long begin, long end, float *results) {
  switch (j->step->kind) {
    case T2S_ADAM: step_range(j, begin, end, T2S_ADAM, results); break;
    case T2S_ADABELIEF: step_range(j, begin, end, T2S_ADABELIEF, results); break;
    default: step_range(j, begin, end, T2S_SGD, results); break;
  }
}

static void step_part(void *context, long part, long parts) {
  const step_job *j = context;
  long begin, end;
  t2s_range(j->count, part, parts, 64, &begin, &end);
  step_any(j, begin, end, j->results + 3 * part);
}

int t2s_apply_step(const t2s_step *step, const float *gradient, float *weights, float *first,
                   float *second, long count, float *largest_change, float *largest_weight,
                   int threads) {
  int parts = count < 4096 || threads < 1 ? 1 : threads;
  float *results = malloc((size_t)parts * 3 * sizeof(float));
  step_job j = {step, gradient, weights, first, second, count, results};
  t2s_parallel(parts, step_part, &j);
  int finite = 1;
  for (int part = 0; part < parts; part++) {
    if (results[3 * part] > *largest_change) *largest_change = results[3 * part];
    if (results[3 * part + 1] > *largest_weight) *largest_weight = results[3 * part + 1];
    if (results[3 * part + 2] != 0) finite = 0;
  }
  free(results);
  return finite;
}

T2S_CLONES void t2s_average(float *average, const float *weights, long count, float kept) {
  for (long i = 0; i < count; i++) average[i] = kept * average[i] + (1 - kept) * weights[i];
}
