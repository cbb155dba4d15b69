#include "CFiltering.h"
#include "clones.h"

#include <stdint.h>
#include <string.h>

// Sums in one step here and in two there would differ in their last bit.
#pragma STDC FP_CONTRACT OFF

/// e to the power of -x for x >= 0, to two units of the last place: 2^n e^r with |r| <= ln 2 / 2, and
/// the series of e^r (coefficients of Cephes' expf).
static inline float decay(float x) {
  x = x < 87 ? -x : -87.0f;
  const float shift = 12582912.0f;  // 1.5 * 2^23: what is added to it is rounded to a whole number
  const float shifted = x * 1.44269504f + shift;
  const float n = shifted - shift;
  const float r = x - n * 0.693359375f + n * 2.12194440e-4f;
  float p = 1.9875691500e-4f;
  p = p * r + 1.3981999507e-3f;
  p = p * r + 8.3334519073e-3f;
  p = p * r + 4.1665795894e-2f;
  p = p * r + 1.6666665459e-1f;
  p = p * r + 5.0000001201e-1f;
  p = p * (r * r) + r + 1;
  uint32_t bits;
  memcpy(&bits, &shifted, sizeof bits);
  // The whole number's low bits, as an exponent.
  bits = (bits + 127) << 23;
  float power;
  memcpy(&power, &bits, sizeof power);
  return p * power;
}

/// Sums of `edge` squared differences of voxels, `step` apart, from those that lie `away`.
T2S_ALWAYS void sum_squares_of(const float *restrict values, long away, long step, long edge,
                               float *restrict sums, long n) {
  for (long x = 0; x < n; x++) {
    float sum = 0;
    for (long k = 0; k < edge; k++) {
      const float difference = values[x + k * step] - values[x + k * step + away];
      sum += difference * difference;
    }
    sums[x] = sum;
  }
}

/// Sums of `edge` numbers, `step` apart.
T2S_ALWAYS void sum_of(const float *restrict terms, long step, long edge, float *restrict sums, long n) {
  for (long x = 0; x < n; x++) {
    float sum = 0;
    for (long k = 0; k < edge; k++) sum += terms[x + k * step];
    sums[x] = sum;
  }
}

// Of known edges the sums stay in registers; the order is the same.
T2S_CLONES
static void sum_squares(const float *values, long away, long step, long edge, float *sums, long n) {
  switch (edge) {
    case 1: return sum_squares_of(values, away, step, 1, sums, n);
    case 3: return sum_squares_of(values, away, step, 3, sums, n);
    case 5: return sum_squares_of(values, away, step, 5, sums, n);
    default: return sum_squares_of(values, away, step, edge, sums, n);
  }
}

T2S_CLONES
static void sum(const float *terms, long step, long edge, float *sums, long n) {
  switch (edge) {
    case 1: return sum_of(terms, step, 1, sums, n);
    case 3: return sum_of(terms, step, 3, sums, n);
    case 5: return sum_of(terms, step, 5, sums, n);
    default: return sum_of(terms, step, edge, sums, n);
  }
}

/// Adds the voxels `there`, weighted by `distances` times `scale`.
T2S_CLONES
static void add_weighted(const float *restrict distances, float scale, const float *restrict there,
                         float *restrict sums, float *restrict weights, long n) {
  for (long x = 0; x < n; x++) {
    const float weight = decay(distances[x] * scale);
    weights[x] += weight;
    sums[x] += weight * there[x];
  }
}

T2S_CLONES
static void divide(const float *restrict sums, const float *restrict weights, float *restrict means,
                   long n) {
  for (long x = 0; x < n; x++) means[x] = sums[x] / weights[x];
}

long t2s_nonlocal_room(const t2s_nonlocal *filter, long rows, long width) {
  const long wide = width + 2 * filter->patch;
  return (rows + 2 * filter->patch) * wide + wide + width + 2 * rows * width;
}

void t2s_nonlocal_rows(const t2s_nonlocal *filter, long z, long y, long rows, long width, float *means,
                       float *room) {
  const long patch = filter->patch, search = filter->search, wide = width + 2 * patch;
  float *squares = room, *column = squares + (rows + 2 * patch) * wide, *distances = column + wide;
  float *sums = distances + width, *weights = sums + rows * width;
  const long edge = 2 * patch + 1;
  const float scale = 1 / (filter->strength_squared * (float)((2 * filter->patch_z + 1) * edge * edge));
  memset(sums, 0, sizeof *sums * (size_t)(2 * rows * width));
  for (long dz = -filter->search_z; dz <= filter->search_z; dz++) {
    for (long dy = -search; dy <= search; dy++) {
      for (long dx = -search; dx <= search; dx++) {
        const long away = dz * filter->layer + dy * filter->row + dx;
        // Sums along z, along y, along x.
        for (long j = 0; j < rows + 2 * patch; j++) {
          const float *here = filter->values + (z + filter->search_z) * filter->layer +
                              (y + j + search) * filter->row + search;
          sum_squares(here, away, filter->layer, 2 * filter->patch_z + 1, squares + j * wide, wide);
        }
        for (long j = 0; j < rows; j++) {
          sum(squares + j * wide, wide, edge, column, wide);
          sum(column, 1, edge, distances, width);
          const float *there = filter->values +
                               (z + filter->patch_z + filter->search_z) * filter->layer +
                               (y + j + patch + search) * filter->row + patch + search + away;
          add_weighted(distances, scale, there, sums + j * width, weights + j * width, width);
        }
      }
    }
  }
  divide(sums, weights, means, rows * width);
}
