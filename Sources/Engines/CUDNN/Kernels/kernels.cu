// What cuDNN does not do for us, as plain loops over elements: no header, no shared memory, no atomic,
// so that NVRTC alone compiles it and that each thread can be read by itself.
//
// A value lies in memory in one of two orders, both without gaps:
//
//   planes          element (voxel, channel) at channel * voxels + voxel
//   channels last   element (voxel, channel) at voxel * channels + channel
//
// `channels` counts those that pad, too: zeros, which must stay zeros, since weights of zero do not
// undo a number that is none. Counts fit in 31 bits (the plan sees to it), addresses take 64.
//
// Tools/gpu-kernels compiles this to PTX for compute_61. Tests/GPUEmulator compiles the same text for the
// processor, where T2S_HOST says how half precision is converted there.

typedef unsigned short half_bits;
typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef unsigned long long u64;

// Sixteen bytes at once.
struct __align__(16) pack { u32 words[4]; };

#ifndef T2S_HOST
__device__ __forceinline__ float number_of(half_bits bits) {
  float value;
  asm("cvt.f32.f16 %0, %1;" : "=f"(value) : "h"(bits));
  return value;
}
__device__ __forceinline__ half_bits half_of(float value) {
  half_bits bits;
  asm("cvt.rn.f16.f32 %0, %1;" : "=h"(bits) : "f"(value));
  return bits;
}
// The numbers of two halves side by side.
__device__ __forceinline__ float lower(u32 pair) {
  float value;
  asm("{.reg .b16 l, h; mov.b32 {l, h}, %1; cvt.f32.f16 %0, l;}" : "=f"(value) : "r"(pair));
  return value;
}
__device__ __forceinline__ float upper(u32 pair) {
  float value;
  asm("{.reg .b16 l, h; mov.b32 {l, h}, %1; cvt.f32.f16 %0, h;}" : "=f"(value) : "r"(pair));
  return value;
}
#endif

__device__ __forceinline__ float load(const float *p, u64 i) { return p[i]; }
__device__ __forceinline__ float load(const half_bits *p, u64 i) { return number_of(p[i]); }
__device__ __forceinline__ void store(float *p, u64 i, float value) { p[i] = value; }
__device__ __forceinline__ void store(half_bits *p, u64 i, float value) { p[i] = half_of(value); }

__device__ __forceinline__ bool is_finite(float value) {
  return (__float_as_uint(value) & 0x7f800000u) != 0x7f800000u;
}

// Which voxel and channel the element at `i` is.
__device__ __forceinline__ void split(u32 i, u32 voxels, u32 channels, u32 planes, u32 &v, u32 &c) {
  if (planes) {
    c = i / voxels;
    v = i - c * voxels;
  } else {
    v = i / channels;
    c = i - v * channels;
  }
}

// Where the element (v, c) lies.
__device__ __forceinline__ u64 place(u32 v, u32 c, u32 voxels, u32 channels, u32 planes) {
  return planes ? (u64)c * voxels + v : (u64)v * channels + c;
}

// Every kernel: thread after thread until all n are done.
#define FOR_EACH(i, n) \
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < (n); i += gridDim.x * blockDim.x)

// Grey values to the network's input: layer c of what a voxel looks at becomes channel c.
template <typename Grey, typename Number>
__device__ void normalise(
    const Grey *from, Number *to, u32 voxels, u32 channels, u32 planes, u32 layers, u32 distance,
    float low, float high, u32 clips) {
  FOR_EACH(i, voxels * channels) {
    u32 v, c;
    split(i, voxels, channels, planes, v, c);
    float value = 0;
    if (c < layers) {
      value = ((float)from[v + (u64)c * distance] - low) / (high - low);
      if (clips) value = fminf(fmaxf(value, 0.0f), 1.0f);
    }
    store(to, i, value);
  }
}

// The largest of each window; (z, y, x) is the output's extent, (inY, inX) the input's.
template <typename Number>
__device__ void pool(
    const Number *from, Number *to, u32 z, u32 y, u32 x, u32 inZ, u32 inY, u32 inX, u32 channels,
    u32 wz, u32 wy, u32 wx, u32 planes) {
  u32 voxels = z * y * x, inVoxels = inZ * inY * inX;
  FOR_EACH(i, voxels * channels) {
    u32 v, c;
    split(i, voxels, channels, planes, v, c);
    u32 row = v / x, column = v - row * x;
    u32 layer = row / y;
    row -= layer * y;
    float largest = -__int_as_float(0x7f800000);
    for (u32 dz = 0; dz < wz; dz++)
      for (u32 dy = 0; dy < wy; dy++)
        for (u32 dx = 0; dx < wx; dx++) {
          u32 source = ((layer * wz + dz) * inY + row * wy + dy) * inX + column * wx + dx;
          float value = load(from, place(source, c, inVoxels, channels, planes));
          largest = value > largest ? value : largest;
        }
    store(to, i, largest);
  }
}

// The same for two channels of halves side by side, channels last: `channels` counts pairs.
extern "C" __global__ void pool_pairs(
    const u32 *from, u32 *to, u32 z, u32 y, u32 x, u32 inZ, u32 inY, u32 inX, u32 channels, u32 wz,
    u32 wy, u32 wx) {
  u32 voxels = z * y * x;
  FOR_EACH(i, voxels * channels) {
    u32 v = i / channels, c = i - v * channels;
    u32 row = v / x, column = v - row * x;
    u32 layer = row / y;
    row -= layer * y;
    float first = -__int_as_float(0x7f800000), second = first;
    for (u32 dz = 0; dz < wz; dz++)
      for (u32 dy = 0; dy < wy; dy++)
        for (u32 dx = 0; dx < wx; dx++) {
          u32 source = ((layer * wz + dz) * inY + row * wy + dy) * inX + column * wx + dx;
          u32 pair = from[(u64)source * channels + c];
          float a = lower(pair), b = upper(pair);
          first = a > first ? a : first;
          second = b > second ? b : second;
        }
    to[i] = (u32)half_of(first) | ((u32)half_of(second) << 16);
  }
}

// Moves numbers: a part of a concatenation, nearest up-sampling, depth to space. (z, y, x) is the
// output's extent and (fz, fy, fx) how many times the input's that is; the output's channels from
// `offset` on are written, `count` of them, and then `tail` zeros. Where `apart` is not 0 the input has
// `count` channels for each voxel that it becomes, so far apart.
template <typename Unit>
__device__ void spread(
    const Unit *from, Unit *to, u32 z, u32 y, u32 x, u32 fz, u32 fy, u32 fx, u32 count, u32 tail,
    u32 offset, u32 inChannels, u32 outChannels, u32 apart, u32 planes) {
  u32 voxels = z * y * x, inY = y / fy, inX = x / fx, inVoxels = z / fz * inY * inX;
  u32 written = count + tail;
  FOR_EACH(i, voxels * written) {
    u32 v, c;
    split(i, voxels, written, planes, v, c);
    u32 row = v / x, column = v - row * x;
    u32 layer = row / y;
    row -= layer * y;
    Unit value = Unit();
    if (c < count) {
      u32 source = (layer / fz * inY + row / fy) * inX + column / fx;
      u32 phase = ((layer % fz) * fy + row % fy) * fx + column % fx;
      value = from[(u64)phase * apart + place(source, c, inVoxels, inChannels, planes)];
    }
    to[place(v, offset + c, voxels, outChannels, planes)] = value;
  }
}

// a, plus b where there is one, plus an offset for each channel where there are any; then max(_, 0).
template <typename Number, typename Offset>
__device__ void combine(
    const Number *a, const Number *b, const Offset *bias, Number *to, u32 voxels, u32 channels,
    u32 relu, u32 planes) {
  FOR_EACH(i, voxels * channels) {
    float value = load(a, i);
    if (b) value += load(b, i);
    if (bias) {
      u32 v, c;
      split(i, voxels, channels, planes, v, c);
      value += load(bias, c);
    }
    store(to, i, relu ? fmaxf(value, 0.0f) : value);
  }
}

// A factor and an offset for each channel.
template <typename Number>
__device__ void affine(
    const Number *from, const float *scale, const float *shift, Number *to, u32 voxels, u32 channels,
    u32 relu, u32 planes) {
  FOR_EACH(i, voxels * channels) {
    u32 v, c;
    split(i, voxels, channels, planes, v, c);
    float value = load(from, i) * scale[c] + shift[c];
    store(to, i, relu ? fmaxf(value, 0.0f) : value);
  }
}

// Each channel by itself; weights in the order (position of the kernel, output).
template <typename Number>
__device__ void depthwise(
    const Number *from, const float *weights, const float *bias, Number *to, u32 z, u32 y, u32 x,
    u32 inZ, u32 inY, u32 inX, u32 inChannels, u32 outChannels, u32 outputs, u32 multiplier, u32 kz,
    u32 ky, u32 kx, u32 sz, u32 sy, u32 sx, u32 bz, u32 by, u32 bx, u32 relu, u32 planes) {
  u32 voxels = z * y * x, inVoxels = inZ * inY * inX;
  FOR_EACH(i, voxels * outChannels) {
    u32 v, c;
    split(i, voxels, outChannels, planes, v, c);
    float sum = 0;
    if (c < outputs) {
      u32 row = v / x, column = v - row * x;
      u32 layer = row / y;
      row -= layer * y;
      sum = bias[c];
      for (u32 dz = 0; dz < kz; dz++) {
        u32 fromZ = layer * sz + dz - bz;  // Below zero it is far beyond the extent.
        if (fromZ >= inZ) continue;
        for (u32 dy = 0; dy < ky; dy++) {
          u32 fromY = row * sy + dy - by;
          if (fromY >= inY) continue;
          for (u32 dx = 0; dx < kx; dx++) {
            u32 fromX = column * sx + dx - bx;
            if (fromX >= inX) continue;
            u32 source = (fromZ * inY + fromY) * inX + fromX;
            sum += load(from, place(source, c / multiplier, inVoxels, inChannels, planes)) *
                   weights[((dz * ky + dy) * kx + dx) * outputs + c];
          }
        }
      }
    }
    store(to, i, relu ? fmaxf(sum, 0.0f) : sum);
  }
}

// exp(x) / sum of exp over the first `count` channels; the others become zero.
template <typename Number>
__device__ void softmax(
    const Number *from, Number *to, u32 voxels, u32 channels, u32 count, u32 planes) {
  FOR_EACH(v, voxels) {
    float largest = -__int_as_float(0x7f800000), sum = 0;
    for (u32 c = 0; c < count; c++)
      largest = fmaxf(largest, load(from, place(v, c, voxels, channels, planes)));
    for (u32 c = 0; c < count; c++)
      sum += expf(load(from, place(v, c, voxels, channels, planes)) - largest);
    for (u32 c = 0; c < channels; c++) {
      u64 at = place(v, c, voxels, channels, planes);
      store(to, at, c < count ? expf(load(from, at) - largest) / sum : 0.0f);
    }
  }
}

// The first of the highest scores. `flag` becomes 1 where a score is no finite number, which half
// precision cannot hold beyond 65504: whoever reads the labels must know.
template <typename Number>
__device__ void labels(
    const Number *from, u8 *to, u32 *flag, u32 voxels, u32 channels, u32 count, u32 planes) {
  FOR_EACH(v, voxels) {
    float best = load(from, place(v, 0, voxels, channels, planes));
    u32 label = 0;
    bool good = is_finite(best);
    for (u32 c = 1; c < count; c++) {
      float score = load(from, place(v, c, voxels, channels, planes));
      good = good && is_finite(score);
      if (score > best) {
        best = score;
        label = c;
      }
    }
    to[v] = (u8)label;
    if (!good) *flag = 1;
  }
}

// Scores in single precision, channels last, whatever the order of what they come from.
template <typename Number>
__device__ void scores(
    const Number *from, float *to, u32 *flag, u32 voxels, u32 channels, u32 count, u32 planes) {
  FOR_EACH(v, voxels) {
    for (u32 c = 0; c < count; c++) {
      float score = load(from, place(v, c, voxels, channels, planes));
      to[(u64)v * count + c] = score;
      if (!is_finite(score)) *flag = 1;
    }
  }
}

// The last convolution, which mixes channels only, in single precision; weights (class, channel).
template <typename Number>
__device__ __forceinline__ float score(
    const Number *from, const float *weights, float bias, u32 v, u32 k, u32 voxels, u32 channels,
    u32 inputs, u32 planes) {
  float sum = bias;
  for (u32 c = 0; c < inputs; c++)
    sum += load(from, place(v, c, voxels, channels, planes)) * weights[k * inputs + c];
  return sum;
}
template <typename Number>
__device__ void head_labels(
    const Number *from, const float *weights, const float *bias, u8 *to, u32 *flag, u32 voxels,
    u32 channels, u32 inputs, u32 count, u32 planes) {
  FOR_EACH(v, voxels) {
    float best = score(from, weights, bias[0], v, 0, voxels, channels, inputs, planes);
    u32 label = 0;
    bool good = is_finite(best);
    for (u32 k = 1; k < count; k++) {
      float next = score(from, weights, bias[k], v, k, voxels, channels, inputs, planes);
      good = good && is_finite(next);
      if (next > best) {
        best = next;
        label = k;
      }
    }
    to[v] = (u8)label;
    if (!good) *flag = 1;
  }
}
template <typename Number>
__device__ void head_scores(
    const Number *from, const float *weights, const float *bias, float *to, u32 *flag, u32 voxels,
    u32 channels, u32 inputs, u32 count, u32 planes) {
  FOR_EACH(v, voxels) {
    for (u32 k = 0; k < count; k++) {
      float value = score(from, weights, bias[k], v, k, voxels, channels, inputs, planes);
      to[(u64)v * count + k] = value;
      if (!is_finite(value)) *flag = 1;
    }
  }
}

// Numbers for tests, which half precision holds exactly: 64ths from -1 to 1, zeros where padded.
__device__ __forceinline__ float pattern_number(u32 v, u32 c, u32 seed) {
  u32 h = v * 2654435761u ^ c * 2246822519u ^ seed * 3266489917u;
  h ^= h >> 15;
  h *= 2246822519u;
  h ^= h >> 13;
  h *= 3266489917u;
  h ^= h >> 16;
  return (float)(int)(h % 129u) / 64.0f - 1.0f;
}
template <typename Number>
__device__ void pattern(Number *to, u32 voxels, u32 channels, u32 count, u32 seed, u32 planes) {
  FOR_EACH(i, voxels * channels) {
    u32 v, c;
    split(i, voxels, channels, planes, v, c);
    store(to, i, c < count ? pattern_number(v, c, seed) : 0.0f);
  }
}

// `flag` becomes 1 where a number is not finite: what nobody wrote after it had been poisoned.
template <typename Number>
__device__ void finite(const Number *from, u32 *flag, u32 count) {
  FOR_EACH(i, count) if (!is_finite(load(from, i))) *flag = 1;
}

// Every word of a buffer.
extern "C" __global__ void fill(u32 *to, u32 count, u32 word) { FOR_EACH(i, count) to[i] = word; }

// Sums of the words times odd numbers that follow from their places, one for each thread: added up on
// the host, in any order, they tell one buffer from another.
extern "C" __global__ void checksum(const u32 *from, u64 *sums, u32 count) {
  u32 thread = blockIdx.x * blockDim.x + threadIdx.x;
  u64 sum = 0;
  FOR_EACH(i, count) sum += (u64)from[i] * ((u64)i * 0x9e3779b97f4a7c15ull | 1);
  sums[thread] = sum;
}

#define NUMBERS(f) f(f32, float) f(f16, half_bits)

#define NORMALISE(grey, Grey) \
  extern "C" __global__ void normalise_##grey##_f32( \
      const Grey *from, float *to, u32 voxels, u32 channels, u32 planes, u32 layers, u32 distance, \
      float low, float high, u32 clips) { \
    normalise(from, to, voxels, channels, planes, layers, distance, low, high, clips); \
  } \
  extern "C" __global__ void normalise_##grey##_f16( \
      const Grey *from, half_bits *to, u32 voxels, u32 channels, u32 planes, u32 layers, \
      u32 distance, float low, float high, u32 clips) { \
    normalise(from, to, voxels, channels, planes, layers, distance, low, high, clips); \
  }
NORMALISE(u8, u8)
NORMALISE(u16, u16)
NORMALISE(f32, float)

#define SPREAD(name, Unit) \
  extern "C" __global__ void spread_##name( \
      const Unit *from, Unit *to, u32 z, u32 y, u32 x, u32 fz, u32 fy, u32 fx, u32 count, u32 tail, \
      u32 offset, u32 inChannels, u32 outChannels, u32 apart, u32 planes) { \
    spread( \
        from, to, z, y, x, fz, fy, fx, count, tail, offset, inChannels, outChannels, apart, planes); \
  }
SPREAD(2, u16)
SPREAD(4, u32)
SPREAD(16, pack)

#define KERNELS(name, Number) \
  extern "C" __global__ void pool_##name( \
      const Number *from, Number *to, u32 z, u32 y, u32 x, u32 inZ, u32 inY, u32 inX, u32 channels, \
      u32 wz, u32 wy, u32 wx, u32 planes) { \
    pool(from, to, z, y, x, inZ, inY, inX, channels, wz, wy, wx, planes); \
  } \
  extern "C" __global__ void combine_##name( \
      const Number *a, const Number *b, const float *bias, Number *to, u32 voxels, u32 channels, \
      u32 relu, u32 planes) { \
    combine(a, b, bias, to, voxels, channels, relu, planes); \
  } \
  extern "C" __global__ void affine_##name( \
      const Number *from, const float *scale, const float *shift, Number *to, u32 voxels, \
      u32 channels, u32 relu, u32 planes) { \
    affine(from, scale, shift, to, voxels, channels, relu, planes); \
  } \
  extern "C" __global__ void depthwise_##name( \
      const Number *from, const float *weights, const float *bias, Number *to, u32 z, u32 y, u32 x, \
      u32 inZ, u32 inY, u32 inX, u32 inChannels, u32 outChannels, u32 outputs, u32 multiplier, \
      u32 kz, u32 ky, u32 kx, u32 sz, u32 sy, u32 sx, u32 bz, u32 by, u32 bx, u32 relu, \
      u32 planes) { \
    depthwise( \
        from, weights, bias, to, z, y, x, inZ, inY, inX, inChannels, outChannels, outputs, \
        multiplier, kz, ky, kx, sz, sy, sx, bz, by, bx, relu, planes); \
  } \
  extern "C" __global__ void softmax_##name( \
      const Number *from, Number *to, u32 voxels, u32 channels, u32 count, u32 planes) { \
    softmax(from, to, voxels, channels, count, planes); \
  } \
  extern "C" __global__ void labels_##name( \
      const Number *from, u8 *to, u32 *flag, u32 voxels, u32 channels, u32 count, u32 planes) { \
    labels(from, to, flag, voxels, channels, count, planes); \
  } \
  extern "C" __global__ void scores_##name( \
      const Number *from, float *to, u32 *flag, u32 voxels, u32 channels, u32 count, u32 planes) { \
    scores(from, to, flag, voxels, channels, count, planes); \
  } \
  extern "C" __global__ void head_labels_##name( \
      const Number *from, const float *weights, const float *bias, u8 *to, u32 *flag, u32 voxels, \
      u32 channels, u32 inputs, u32 count, u32 planes) { \
    head_labels(from, weights, bias, to, flag, voxels, channels, inputs, count, planes); \
  } \
  extern "C" __global__ void head_scores_##name( \
      const Number *from, const float *weights, const float *bias, float *to, u32 *flag, \
      u32 voxels, u32 channels, u32 inputs, u32 count, u32 planes) { \
    head_scores(from, weights, bias, to, flag, voxels, channels, inputs, count, planes); \
  } \
  extern "C" __global__ void pattern_##name( \
      Number *to, u32 voxels, u32 channels, u32 count, u32 seed, u32 planes) { \
    pattern(to, voxels, channels, count, seed, planes); \
  } \
  extern "C" __global__ void finite_##name(const Number *from, u32 *flag, u32 count) { \
    finite(from, flag, count); \
  }
NUMBERS(KERNELS)

// As cuDNN takes its offsets: in the network's own numbers.
extern "C" __global__ void combine_halves(
    const half_bits *a, const half_bits *b, const half_bits *bias, half_bits *to, u32 voxels,
    u32 channels, u32 relu, u32 planes) {
  combine(a, b, bias, to, voxels, channels, relu, planes);
}
