// The loops of planes.c for one kind of processor. To be included with
//   LOOP(name)  what a function is called here, TARGET its attribute,
//   LANES       pixels in a vector,
//   OUTPUTS     channels whose sums stay in registers,
//   VECTORS     vectors of pixels of each of them, at most 4,
//   PREFETCHES  whether the rows below are asked for ahead.
typedef float LOOP(vector) __attribute__((ext_vector_type(LANES)));
typedef float LOOP(anywhere) __attribute__((ext_vector_type(LANES), aligned(4)));
typedef int32_t LOOP(integers) __attribute__((ext_vector_type(LANES)));
typedef uint8_t LOOP(bytes) __attribute__((ext_vector_type(LANES)));
#define V LOOP(vector)
#define AT(address) (*(LOOP(anywhere) *)(address))
#define SEEN(address) (*(const LOOP(anywhere) *)(address))

// `OUTPUTS` outputs x `vectors` x LANES columns, over all inputs and taps.
TARGET __attribute__((always_inline)) static inline void LOOP(convolve_block)(
    const float *const *in, long planes, float *out, const float *weights, const float *bias, long corner,
    long stride, long plane, int relu, const int vectors) {
  V sum[OUTPUTS][VECTORS];
#pragma clang loop unroll(full)
  for (int o = 0; o < OUTPUTS; o++)
#pragma clang loop unroll(full)
    for (int k = 0; k < vectors; k++) sum[o][k] = (V)(bias[o]);
  for (long p = 0; p < planes; p++) {
#if PREFETCHES
    // So many planes are more rows at a time than the processor follows by itself.
#pragma clang loop unroll(full)
    for (int k = 0; k < vectors * LANES; k += 16) __builtin_prefetch(in[p] + corner + 2 * stride + k);
#endif
    for (long ky = 0; ky < 3; ky++) {
      const float *row = in[p] + corner + (ky - 1) * stride - 1, *q = weights + (3 * p + ky) * 24;
#pragma clang loop unroll(full)
      for (int kx = 0; kx < 3; kx++, q += 8) {
        V v[VECTORS];
#pragma clang loop unroll(full)
        for (int k = 0; k < vectors; k++) v[k] = SEEN(row + kx + LANES * k);
#pragma clang loop unroll(full)
        for (int o = 0; o < OUTPUTS; o++) {
          V one = (V)(q[o]);
#pragma clang loop unroll(full)
          for (int k = 0; k < vectors; k++) sum[o][k] = __builtin_elementwise_fma(v[k], one, sum[o][k]);
        }
      }
    }
  }
  const V zero = (V)(0.0f);
#pragma clang loop unroll(full)
  for (int o = 0; o < OUTPUTS; o++)
#pragma clang loop unroll(full)
    for (int k = 0; k < vectors; k++)
      AT(out + o * plane + corner + LANES * k) = relu ? (sum[o][k] > zero ? sum[o][k] : zero) : sum[o][k];
}

TARGET static void LOOP(convolution)(const float *const *in, long planes, float *out, long plane,
                                     const float *weights, const float *bias, long h, long w, int relu) {
  long stride = t2s_pairs_stride(w);
  for (long y = 0; y < h; y++)
    for (long x = 0; x < w; x += VECTORS * LANES)
      for (long o = 0; o < 8; o += OUTPUTS) {
        long corner = (y + 1) * stride + x + T2S_MARGIN, left = w - x;
        float *to = out + o * plane;
#if VECTORS > 3
        if (left > 3 * LANES)
          LOOP(convolve_block)(in, planes, to, weights + o, bias + o, corner, stride, plane, relu, 4);
        else
#endif
        if (left > 2 * LANES)
          LOOP(convolve_block)(in, planes, to, weights + o, bias + o, corner, stride, plane, relu, 3);
        else if (left > LANES)
          LOOP(convolve_block)(in, planes, to, weights + o, bias + o, corner, stride, plane, relu, 2);
        else
          LOOP(convolve_block)(in, planes, to, weights + o, bias + o, corner, stride, plane, relu, 1);
      }
}

// One row of windows: of `rows` rows of one channel, to each `channels`th number of `to`.
TARGET static void LOOP(pool_row)(const float *const *rows, long count, float *to, long channels, long columns) {
  for (long x = 0; x < columns; x += 64) {
    float most[128];
    long n = columns - x < 64 ? columns - x : 64;
    // What lies behind the row's last window is read as well: it is in the margin.
    for (long i = 0; i < 2 * n; i += LANES) {
      V best = SEEN(rows[0] + 2 * x + i);
      for (long k = 1; k < count; k++) {
        V other = SEEN(rows[k] + 2 * x + i);
        best = other > best ? other : best;
      }
      AT(most + i) = best;
    }
    for (long i = 0; i < n; i++) {
      float left = most[2 * i], right = most[2 * i + 1];
      to[(x + i) * channels] = right > left ? right : left;
    }
  }
}

// The scores of LANES columns, of class `k`.
TARGET __attribute__((always_inline)) static inline V LOOP(score_of)(
    const float *const *in, long channels, long at, const float *weights, const float *bias, long classes, long k) {
  V sum = (V)(bias[k]);
  for (long c = 0; c < channels; c++)
    sum = __builtin_elementwise_fma(SEEN(in[c] + at), (V)(weights[c * classes + k]), sum);
  return sum;
}

TARGET static void LOOP(label_row)(const float *const *in, long channels, long at, const float *weights,
                                   const float *bias, long classes, uint8_t *labels, long w) {
  for (long x = 0; x < w; x += LANES) {
    V best = LOOP(score_of)(in, channels, at + x, weights, bias, classes, 0);
    LOOP(integers) label = 0;
    for (long k = 1; k < classes; k++) {
      V score = LOOP(score_of)(in, channels, at + x, weights, bias, classes, k);
      label = score > best ? (LOOP(integers))((int32_t)k) : label;
      best = score > best ? score : best;
    }
    LOOP(bytes) narrow = __builtin_convertvector(label, LOOP(bytes));
    memcpy(labels + x, &narrow, (size_t)(w - x < LANES ? w - x : LANES));
  }
}

TARGET static void LOOP(score_row)(const float *const *in, long channels, long at, const float *weights,
                                   const float *bias, long classes, float *scores, long w) {
  for (long x = 0; x < w; x += LANES) {
    for (long k = 0; k < classes; k++) {
      V score = LOOP(score_of)(in, channels, at + x, weights, bias, classes, k);
      for (long i = 0; i < LANES && x + i < w; i++) scores[(x + i) * classes + k] = score[i];
    }
  }
}

#undef V
#undef AT
#undef SEEN
#undef LOOP
#undef TARGET
#undef LANES
#undef OUTPUTS
#undef VECTORS
#undef PREFETCHES
