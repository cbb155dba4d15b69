#pragma once
#include <stdint.h>

/// Counts pairs of voxels that differ: `pairs[256 * a[i] + b[i]]` for i of `n` neighbours.
void t2s_count_differing(const uint8_t *a, const uint8_t *b, long n, int64_t *pairs);

/// Counts cells of 2 x 2 x 2 voxels that are not all alike: for each of the values in a cell
/// `cells[256 * value + mask]`, where bit 4z + 2y + x of the mask is set where a voxel has it.
/// `rows` are those of (z, y) = (0, 0), (0, 1), (1, 0), (1, 1), `n` voxels long.
void t2s_count_cells(const uint8_t *const rows[4], long n, int64_t *cells);

/// How many of `n` pairs are both 1 in `a` and `b`.
int64_t t2s_count_both(const uint8_t *a, const uint8_t *b, long n);

/// Looks up `n` voxels.
void t2s_look_up(const uint8_t *voxels, long n, const uint8_t table[256], uint8_t *out);

/// Runs of voxels of class 1 in a line of `n` voxels, `stride` apart, between voxels of class 0; 2 is
/// what is not known. `lengths[k]` counts those of k voxels, `cut[k]` those that meet an end of the
/// line or what is not known.
void t2s_count_chords(const uint8_t *kinds, long n, long stride, int64_t *lengths, int64_t *cut);

/// Convolves lines of `n` values, `inner` apart, with a kernel of 2 `radius` + 1 weights; beyond its
/// ends a line has its last value. `outer` blocks of `inner` lines each; `out` is not `in`.
void t2s_convolve(const float *in, float *out, long outer, long n, long inner,
                  const float *kernel, long radius);

/// out = a * b for `n` values.
void t2s_multiply(const float *a, const float *b, float *out, long n);
