// The loops of training that oneDNN has not, or not fast enough.
//
// Values are channels last: pixels of `stride` numbers, of which a view takes `c` from its address on.
// `bf16`: the numbers are bfloat16, else float. Each loop is cut into `threads` parts, which depend on
// that number alone: equal numbers of threads give equal results, bit for bit.
#pragma once
#include <stddef.h>
#include <stdint.h>

// Some channels of a value.
typedef struct {
  void *address;
  long stride;
} t2s_view;

// Makes the calling thread's teams, oneDNN's too, have `threads` threads.
void t2s_set_threads(int threads);

// Keeps a team of more threads than there are cores waiting for ever, once in a process: libgomp lets
// threads spin at barriers only while there are no more of them than cores, and spinning takes the core
// from whoever prepares the next batch.
void t2s_let_barriers_sleep(void);

// -- values ----------------------------------------------------------------------------------------

// Floats to the numbers that values are in.
void t2s_train_input(const float *in, void *out, long count, int bf16, int threads);

// What is done number by number between two convolutions: the sum of up to three terms, each times
// `scale` plus `shift` channel by channel; then ReLU, dropout and noise where asked.
typedef struct {
  int terms;
  t2s_view in[3];
  const float *scale[3];
  const float *shift[3];
  int relu;
  // A number of 16 bits below it is dropped; 0: none.
  uint32_t threshold;
  float keep_factor;
  int dropout_layer;
  // 0: none.
  float sigma;
  int noise_layer;
  const float *normal;
  uint64_t key;
  int outputs;
  t2s_view out[3];
  long pixels;
  long c;
  int bf16;
} t2s_tail;

void t2s_tail_forward(const t2s_tail *tail, int threads);

// Mean and variance (divided by the number) of each channel.
void t2s_moments(t2s_view in, long pixels, long c, int bf16, float *mean, float *variance,
                 int threads);

// The sum of up to four gradients, zero where the tail's ReLU or dropout made a zero, times
// `keep_factor`. `out.address` may be null: nothing is written. `sums` [c], may be null: the sum of
// each channel.
typedef struct {
  int pieces;
  t2s_view in[4];
  // What the tail wrote, where it has a ReLU; else null.
  t2s_view value;
  // For dropout without a ReLU.
  uint32_t threshold;
  int dropout_layer;
  uint64_t key;
  float keep_factor;
  t2s_view out;
  long pixels;
  long c;
  int bf16;
} t2s_gradient;

// With `terms` normalisations of the values `x`: the sums over pixels of the gradient (shift) and of
// the gradient times (x - mean) * inverse (scale), for each.
void t2s_gradient_pass(const t2s_gradient *gradient, int terms, const t2s_view *x,
                       const float *const *mean, const float *const *inverse, double *to_shift,
                       double *const *to_scale, int threads);

// out = a[c] * gradient + b[c] * x + d[c]: what a batch normalisation gives back.
void t2s_norm_backward(t2s_view gradient, t2s_view x, t2s_view out, const float *a, const float *b,
                       const float *d, long pixels, long c, int bf16, int threads);

// Windows do not overlap; d, h, w are the input's extents, of one sample of `samples`.
void t2s_train_pool(t2s_view in, t2s_view out, long samples, long d, long h, long w, long wz,
                    long wy, long wx, long c, int bf16, int threads);
void t2s_train_pool_backward(t2s_view in, t2s_view gradient, t2s_view out, long samples, long d,
                             long h, long w, long wz, long wy, long wx, long c, int bf16,
                             int threads);

// Each pixel repeated; d, h, w are the input's extents.
void t2s_train_spread(t2s_view in, t2s_view out, long samples, long d, long h, long w, long fz,
                      long fy, long fx, long c, int bf16, int threads);
void t2s_train_spread_backward(t2s_view gradient, t2s_view out, long samples, long d, long h, long w,
                               long fz, long fy, long fx, long c, int bf16, int threads);

// Layers as channels: `planes` of `plane` pixels with c channels become planes - count + 1.
void t2s_train_layers(const void *in, void *out, long samples, long planes, long plane, long c,
                      long count, int bf16, int threads);
void t2s_train_layers_backward(const void *gradient, void *out, long samples, long planes, long plane,
                               long c, long count, int bf16, int threads);

// A box of `od` x `oh` x `ow` pixels from (z, y, x) on, out of d x h x w; and back, with zeros around.
void t2s_train_crop(t2s_view in, t2s_view out, long samples, long d, long h, long w, long z, long y,
                    long x, long od, long oh, long ow, long c, int bf16, int threads);
void t2s_train_crop_backward(t2s_view gradient, t2s_view out, long samples, long d, long h, long w,
                             long z, long y, long x, long od, long oh, long ow, long c, int bf16,
                             int threads);

// Group normalisation of `parts` runs of `pixels`.
void t2s_train_group_norm(const void *in, void *out, long parts, long pixels, long c, long groups,
                          const float *scale, const float *shift, float epsilon, int bf16,
                          int threads);
// `to_scale` and `to_shift` have c numbers for each thread, which are added up into the first c.
void t2s_train_group_norm_backward(const void *in, const void *gradient, void *out, long parts,
                                   long pixels, long c, long groups, const float *scale,
                                   double *to_scale, double *to_shift, float epsilon, int bf16,
                                   int threads);

// Softmax inside a network, and back from its output.
void t2s_train_softmax(const void *in, void *out, long pixels, long c, int bf16, int threads);
void t2s_train_softmax_backward(const void *value, const void *gradient, void *out, long pixels,
                                long c, int bf16, int threads);

// -- loss ------------------------------------------------------------------------------------------

// What a loss is made of, for each class: the sums over annotated voxels that it follows from.
typedef struct {
  // Of y p and of p², and how many voxels are of the class.
  double intersection, squares, count;
  // Of -(1 - p)^gamma log p of the voxels of the class, for each focal term.
  double focal[4];
} t2s_class_sums;

// Softmax of `scores` to `p` (float), the class sums, and the confusion matrix (c * c counts); 255 is
// not annotated. `gammas`: of up to four focal terms.
void t2s_loss_sums(const void *scores, int bf16, float *p, const uint8_t *labels, long pixels, long c,
                   const float *gammas, int focals, t2s_class_sums *sums, int64_t *confusion,
                   int64_t *ignored, int threads);

// The gradient by the scores: of sum over classes of (a[k] y + b[k] p) p, and of the focal terms, whose
// voxels of class k count weight[term * c + k].
void t2s_loss_gradient(const float *p, const uint8_t *labels, long pixels, long c, const float *a,
                       const float *b, const float *gammas, const float *weights, int focals,
                       void *out, int bf16, int threads);

// -- weights ---------------------------------------------------------------------------------------

// out[i] = list[map[i]], 0 where map[i] < 0.
void t2s_pack(const float *list, const int32_t *map, void *out, long count, int bf16, int threads);

// sum[i] += packed[map[i]].
void t2s_unpack_add(const float *packed, const int32_t *map, float *sum, long count, int threads);

// sum[i] += other[i].
void t2s_add_floats(const float *other, float *sum, long count);

// The sum of squares in double precision; NaN or infinite where a number is.
double t2s_squares(const float *values, long count, int threads);

typedef enum { T2S_ADAM = 0, T2S_ADABELIEF = 1, T2S_SGD = 2 } t2s_optimiser;

// One step of an optimiser; `second` may be null for SGD.
typedef struct {
  t2s_optimiser kind;
  float rate, beta1, beta2, epsilon, decay, clip;
  float correction1, root2;
  int uses_second;
} t2s_step;

// Writes the new weights and moments over the old; gives back the largest change and weight, and 0 where
// all new weights are finite.
int t2s_apply_step(const t2s_step *step, const float *gradient, float *weights, float *first,
                   float *second, long count, float *largest_change, float *largest_weight,
                   int threads);

// average = kept * average + (1 - kept) * weights.
void t2s_average(float *average, const float *weights, long count, float kept);
