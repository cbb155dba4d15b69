// Loops of networks in bytes: values in planes of channel quads.
//
// The layout: [depth][ceil(C/4)][H+2][stride][4] unsigned bytes with a border around each plane, as in
// pairs (T2S_MARGIN, t2s_pairs_stride and t2s_pairs_plane; an element is 4 bytes in both). A byte b of
// channel c stands for (b - zero) * scale[c]; borders hold `zero`, so that padding is exact. A vector
// of 16 pixels holds four channels of each, which is what the byte dot product of AVX-512 (VNNI)
// multiplies and sums.
//
// Each loop is there twice, for VNNI and for any processor; both give the same bytes: sums are of
// integers, and what is computed in float is computed in the same order with the same roundings.
//
// Planes of `plane` elements, and `edges`: see CKernels.h, on steps that make some rows alone.
#pragma once
#include <stdint.h>

// Whether this processor multiplies bytes fast: AVX-512 with VNNI.
int t2s_has_quads_kernels(void);

// Computes as a processor without VNNI does, for tests.
void t2s_quads_portable(int yes);

// Normalised voxels (t2s_normalise) times `scale` plus `zero`, rounded: a value of `layers` channels of
// which the first has its voxels at `voxels`, and each further one `apart` voxels behind the last.
void t2s_quads_normalise(const void *voxels, int type, long h, long w, long layers, long apart, float low,
                         float factor, int clips, float scale, uint8_t zero, uint8_t *out, long plane, int edges);

// A convolution of one layer of output.
typedef struct {
  // Quads of channels in, of all layers that the kernel covers; quads out.
  long planes, out_planes;
  // The kernel's rows and columns, its steps, and the border before that it covers (0 or 1).
  long kernel_y, kernel_x, stride_y, stride_x, before_y, before_x;
  long in_h, in_w, out_h, out_w;
  // [group of 8 outputs][plane][kernel_y][kernel_x][8][4]; bytes from one group to the next.
  const int8_t *weights;
  long group_bytes;
  // Of each output: what its sum begins with, and how the sum becomes a byte: sum * scale + shift,
  // rounded and drawn to 0...255.
  const int32_t *start;
  const float *scale, *shift;
  // Elements of one plane of the output; what its border holds; where that is written.
  long plane;
  uint8_t zero;
  int edges;
} t2s_quads_layer;

// `in` has the address of each plane.
void t2s_quads_convolution(const t2s_quads_layer *layer, const uint8_t *const *in, uint8_t *out);

// 2x2 max-pool of one plane of h x w, over the same plane of `layers` layers, at most 2.
void t2s_quads_max_pool(const uint8_t *const *in, long layers, uint8_t *out, long h, long w, uint8_t zero, int edges);

// Planes of h x w to one of h*fy x w*fx: row phase i, column phase k of it are in[i * fx + k].
void t2s_quads_spread(const uint8_t *const *in, uint8_t *out, long h, long w, long fy, long fx, uint8_t zero, int edges);

// One plane: the sum of in[i] * scale[i][lane], plus shift[lane], rounded and drawn to 0...255.
void t2s_quads_add(const uint8_t *const *in, long inputs, const float (*scale)[4], const float *shift,
                   uint8_t *out, long h, long w, uint8_t zero, int edges);

// Class scores of `planes` planes at in[]: sum of byte * weights[channel][class] + bias[class], channel
// after channel; to the first largest, or the scores themselves, channels last. At most 8 classes.
void t2s_quads_labels(const uint8_t *const *in, long planes, const float *weights, const float *bias,
                      long classes, uint8_t *labels, long h, long w);
void t2s_quads_scores(const uint8_t *const *in, long planes, const float *weights, const float *bias,
                      long classes, float *scores, long h, long w);

// One layer of float, channels last, to planes and back; scale, zero and shift of each channel:
// byte = value * scale + zero, rounded and drawn; value = byte * scale + shift.
void t2s_quads_from_float(const float *in, uint8_t *out, long plane, long h, long w, long c, const float *scale,
                          uint8_t zero, int edges);
void t2s_quads_to_float(const uint8_t *const *in, float *out, long h, long w, long c, const float *scale,
                        const float *shift);
