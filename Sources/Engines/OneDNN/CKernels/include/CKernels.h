// The loops of the oneDNN engine that oneDNN has not, or not fast enough.
//
// Two layouts of a value with C channels on H rows by W columns:
//
// * channels last: [D][H][W][C], float or bfloat16, as oneDNN calls nhwc and ndhwc;
// * pairs: bfloat16 planes of channel pairs with zeros around, [C/2][H+2][stride][2], the first
//   column at T2S_MARGIN. A vector of 16 pixels holds two channels of each, which is what the
//   bfloat16 dot product of AVX-512 multiplies; so a layer of 8 channels fills its vectors.
#pragma once
#include <stddef.h>
#include <stdint.h>

#include "CPlanes.h"
#include "CQuads.h"
#include "CTraining.h"

// Columns of zeros before the first column of a row in the pairs layout.
#define T2S_MARGIN 16

// Columns from one row to the next in the pairs layout, for rows of `width` columns.
static inline long t2s_pairs_stride(long width) { return (width + 47) / 48 * 48 + 2 * T2S_MARGIN; }

// Columns (of two bfloat16) in one plane of the pairs layout.
static inline long t2s_pairs_plane(long height, long width) {
  return (height + 2) * t2s_pairs_stride(width);
}

// A step may make some rows of a value alone, in planes that hold more rows than it makes (`plane` elements from
// one to the next): it gets the address of the row above the first that it takes or makes. Zeros outside the value
// are written where the first or the last of its rows is made (`edges`).
enum { T2S_FIRST_ROW = 1, T2S_LAST_ROW = 2 };

typedef enum { T2S_UINT8 = 0, T2S_UINT16 = 1, T2S_FLOAT32 = 2 } t2s_voxel;

// Whether this processor has what the pairs kernels need: AVX-512 with bfloat16.
int t2s_has_pairs_kernels(void);

// -- channels last -------------------------------------------------------------------------------

// (voxel - low) * factor, drawn to 0...1 where `clips`, of `layers` layers of `count` voxels each,
// one after the other, which become the channels of `count` pixels.
void t2s_normalise(const void *voxels, t2s_voxel type, long count, long layers, float low,
                   float factor, int clips, void *out, int bf16);

// The largest of each window; d, h, w are the input's extents.
void t2s_max_pool(const void *in, void *out, int bf16, long d, long h, long w, long c, long wz,
                  long wy, long wx);

// Copies `bytes` of each pixel to `offset` of the output's pixels, which have `stride` bytes.
void t2s_place(const void *in, void *out, long pixels, long bytes, long stride, long offset);

// Pixels of fz x fy x fx phases become as many pixels. `in` has `phases` of them from the `first` on, of `bytes`
// each, for every pixel; output as in `t2s_place`.
void t2s_depth_to_space(const void *in, void *out, long d, long h, long w, long fz, long fy,
                        long fx, long first, long phases, long bytes, long stride, long offset);

// A concatenation of `skip` and a value that lies as four phases of 2x2, in one pass: pixels of `rows` rows of
// `columns` columns, with the skip's bytes at `skip_at` and the phase's at `phase_at`. The pixels of a phase lie
// `phase_stride` bytes apart.
void t2s_join_2x2(const void *const phases[4], long phase_stride, long phase_bytes, long phase_at,
                  const void *skip, long skip_bytes, long skip_at, void *out, long rows, long columns);

// Each pixel of `bytes` repeated fz x fy x fx times.
void t2s_upsample(const void *in, void *out, long d, long h, long w, long fz, long fy, long fx,
                  long bytes);

// out = the sum of the inputs, then ReLU where asked.
void t2s_add(const void *const *in, int inputs, void *out, long count, int bf16, int relu);

// out = in * scale[c] + shift[c], then ReLU where asked.
void t2s_affine(const void *in, void *out, long pixels, long c, const float *scale,
                const float *shift, int bf16, int relu);

// out = max(in, 0).
void t2s_relu(const void *in, void *out, long count, int bf16);

/// Each of `parts` runs of `pixels`: each group of channels minus its mean, by its deviation, times
/// `scale` plus `shift`, then ReLU where `relu`.
void t2s_group_norm(const void *in, void *out, long parts, long pixels, long c, long groups,
                    const float *scale, const float *shift, float epsilon, int bf16, int relu);


// exp(x) / sum of exp over the c channels of each pixel; the result has the input's type.
void t2s_softmax(const void *in, void *out, long pixels, long c, int bf16);

// The first of the largest channels of each pixel.
void t2s_argmax(const void *in, int bf16, uint8_t *labels, long pixels, long c);

// bfloat16 to float.
void t2s_widen(const void *in, float *out, long count);

// -- pairs ---------------------------------------------------------------------------------------

// As t2s_normalise: `channels` layers, whose voxels lie `apart` voxels from one to the next, as pairs; the second
// channel of the last is zero where their number is odd.
void t2s_pairs_normalise(const void *voxels, t2s_voxel type, long h, long w, long channels, long apart, float low,
                         float factor, int clips, uint16_t *out, long plane, int edges);

// 3x3 convolution with zeros around, `planes` channel pairs in (each plane by its own address, so
// that a concatenation costs nothing), `outputs` channels out, 8 or more of them by eights, ReLU where asked.
// weights: [planes][3][3][8] pairs of bfloat16, the even channel in the low half, for each 8 outputs: `group` pairs
// from one such set to the next.
void t2s_pairs_convolution(const uint16_t *const *in, long planes, uint16_t *out, long plane, long outputs,
                           const uint32_t *weights, long group, const float *bias, long h, long w, int relu,
                           int edges);

// 2x2 max-pool over `layers` layers, at most 2, from pairs (c channels) to channels last.
void t2s_pairs_max_pool(const uint16_t *const *in, long layers, long plane, uint16_t *out, long h, long w, long c);

// Phases of one layer, channels last [h][w][c/2][2][2][2] (pair, row phase, column phase, channel of the pair), to pairs
// of 2h x 2w with c channels; from one pixel to the next lie `apart` times four numbers.
void t2s_pairs_depth_to_space(const uint16_t *in, long apart, uint16_t *out, long plane, long h, long w, long c,
                              int edges);

// 1x1 convolution in float from pairs (c channels) to classes; labels of the first largest.
// weights: [c][classes].
void t2s_pairs_labels(const uint16_t *in, long plane, uint8_t *labels, long h, long w, long c, long classes,
                      const float *weights, const float *bias);

// The same, but the scores themselves, channels last.
void t2s_pairs_scores(const uint16_t *in, long plane, float *scores, long h, long w, long c, long classes,
                      const float *weights, const float *bias);

// From pairs to channels last, bfloat16.
void t2s_pairs_to_channels_last(const uint16_t *in, long plane, uint16_t *out, long h, long w, long c);
