// Loops of narrow layers in single precision: values in planes of one channel.
//
// The layout: [depth][C][H+2][stride] floats with zeros around each plane, as in pairs (T2S_MARGIN,
// t2s_pairs_stride and t2s_pairs_plane; an element is 4 bytes in both). With channels last a layer of 8
// channels leaves half of a vector of AVX-512 empty; in planes a vector holds pixels.
//
// Each loop is there for AVX-512, for AVX2 and for any processor, from one text (planes_loops.h). All give
// the same bits: every sum takes its terms in the same order, each with one rounding.
#pragma once
#include <stdint.h>

// Whose loops compute; the processor must have what they need.
typedef enum { T2S_PLANES_PORTABLE = 0, T2S_PLANES_AVX2 = 1, T2S_PLANES_AVX512 = 2 } t2s_planes_kind;

// The fastest loops of this processor.
t2s_planes_kind t2s_planes_best(void);

// Planes of `plane` elements, and `edges`: see CKernels.h, on steps that make some rows alone.

// As t2s_normalise: `channels` planes, whose voxels lie `apart` voxels from one to the next.
void t2s_planes_normalise(const void *voxels, int type, long h, long w, long channels, long apart, float low,
                          float factor, int clips, float *out, long plane, int edges);

// 3x3 convolution with zeros around: `planes` planes in, each by its own address, so that a concatenation
// costs nothing; 8 planes out; ReLU where asked. weights: [planes][3][3][8].
void t2s_planes_convolution(t2s_planes_kind kind, const float *const *in, long planes, float *out, long plane,
                            const float *weights, const float *bias, long h, long w, int relu, int edges);

// 2x2 max-pool of `channels` planes over `layers` layers: in[layer * channels + channel]; to channels last.
void t2s_planes_max_pool(t2s_planes_kind kind, const float *const *in, long layers, long channels, float *out, long h, long w);

// Pixels of `lanes` pairs of column phases, channels last, to planes of 2h x 2w: pair 2c + r of a pixel, counted
// from `in`, is row phase r of channel c.
void t2s_planes_depth_to_space(const float *in, long lanes, float *out, long plane, long h, long w, long channels,
                               int edges);

// 1x1 convolution of `channels` planes to at most 8 classes; labels of the first largest, or the scores,
// channels last. weights: [channel][class].
void t2s_planes_labels(t2s_planes_kind kind, const float *const *in, long channels, const float *weights, const float *bias,
                       long classes, uint8_t *labels, long h, long w);
void t2s_planes_scores(t2s_planes_kind kind, const float *const *in, long channels, const float *weights, const float *bias,
                       long classes, float *scores, long h, long w);

// Planes to channels last.
void t2s_planes_to_channels_last(const float *const *in, long channels, float *out, long h, long w);
