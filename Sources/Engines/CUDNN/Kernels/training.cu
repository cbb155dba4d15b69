// What lies between the convolutions of a training, forward and back, as plain loops over elements: no
// header, no shared memory, no atomic, so that NVRTC alone compiles it and each thread can be read by
// itself. Sums are cut into parts, which are folded by further calls: the same bits each time.
//
// Values are of single precision, in planes: number (sample n, channel c, voxel v) of a value lies at
//
//   n * stride + c * voxels + v
//
// `stride` is what the whole buffer has for a sample, so that some channels of a concatenation are a value
// like any other. Counts fit in 31 bits (the plan sees to it), addresses take 64.
//
// ReferenceTraining is what all of this must agree with. Tools/gpu-kernels compiles it to PTX for
// compute_61; Tests/GPUEmulator compiles the same text for the processor.

typedef unsigned char u8;
typedef unsigned int u32;
typedef unsigned long long u64;

// Every kernel: thread after thread until all n are done.
#define FOR_EACH(i, n) \
  for (u32 i = blockIdx.x * blockDim.x + threadIdx.x; i < (n); i += gridDim.x * blockDim.x)

// Which sample, channel and voxel the element at `i` is.
#define SPLIT(i, n, c, v)            \
  u32 v = (i) % voxels;              \
  u32 n = (i) / voxels;              \
  u32 c = n % channels;              \
  n /= channels

__device__ __forceinline__ u64 place(u32 n, u32 c, u32 v, u32 stride, u32 voxels) {
  return (u64)n * stride + (u64)c * voxels + v;
}

// -- random numbers --------------------------------------------------------------------------------

// 16 bits for number `number` of a layer: Philox 4x32-10 (Salmon et al., 2011), eight to a block.
__device__ __forceinline__ u32 random_bits(u64 number, u32 layer, u32 key0, u32 key1) {
  u64 block = number / 8;
  u32 x0 = (u32)block, x1 = (u32)(block >> 32), x2 = layer, x3 = 0;
  for (int round = 0; round < 10; round++) {
    u64 p0 = (u64)0xD2511F53u * x0, p1 = (u64)0xCD9E8D57u * x2;
    x0 = (u32)(p1 >> 32) ^ x1 ^ key0;
    x1 = (u32)p1;
    x2 = (u32)(p0 >> 32) ^ x3 ^ key1;
    x3 = (u32)p0;
    key0 += 0x9E3779B9u;
    key1 += 0xBB67AE85u;
  }
  u32 which = (u32)(number % 8), at = which % 4;
  u32 word = at == 0 ? x0 : at == 1 ? x1 : at == 2 ? x2 : x3;
  return which < 4 ? word & 0xffffu : word >> 16;
}

// -- between two convolutions ----------------------------------------------------------------------

// Numbers in the order (sample, voxel, channel), as batches come, to planes.
extern "C" __global__ void train_input(
    const float *from, float *to, u32 samples, u32 channels, u32 voxels) {
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    to[i] = from[((u64)n * voxels + v) * channels + c];
  }
}

// x * scale + shift; what is not given counts as 1 and 0.
__device__ __forceinline__ float term(
    const float *x, u64 at, const float *scale, const float *shift, u32 c) {
  float value = x[at];
  if (scale) value *= scale[c];
  if (shift) value += shift[c];
  return value;
}

// The sum of up to three terms; then ReLU, dropout and noise where asked; to up to three places. Where a
// batch is shared by several cards, `firstSample` is the place of this one's first.
extern "C" __global__ void train_tail(
    const float *x0, u32 s0, const float *scale0, const float *shift0, const float *x1, u32 s1,
    const float *scale1, const float *shift1, const float *x2, u32 s2, const float *scale2,
    const float *shift2, float *out0, u32 o0, float *out1, u32 o1, float *out2, u32 o2, u32 samples,
    u32 channels, u32 voxels, u32 relu, u32 threshold, float keep, u32 dropoutLayer, float sigma,
    u32 noiseLayer, const float *normal, u32 key0, u32 key1, u32 firstSample) {
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    float value = term(x0, place(n, c, v, s0, voxels), scale0, shift0, c);
    if (x1) value += term(x1, place(n, c, v, s1, voxels), scale1, shift1, c);
    if (x2) value += term(x2, place(n, c, v, s2, voxels), scale2, shift2, c);
    if (relu && value < 0.0f) value = 0.0f;  // What is no number stays none.
    u64 number = ((u64)(firstSample + n) * voxels + v) * channels + c;
    if (threshold)
      value = random_bits(number, dropoutLayer, key0, key1) < threshold ? 0.0f : value * keep;
    if (sigma != 0.0f) value += sigma * normal[random_bits(number, noiseLayer, key0, key1)];
    out0[place(n, c, v, o0, voxels)] = value;
    if (out1) out1[place(n, c, v, o1, voxels)] = value;
    if (out2) out2[place(n, c, v, o2, voxels)] = value;
  }
}

// The sum of up to four gradients, zero where a ReLU's value is zero or a dropout without one dropped,
// times `keep`.
extern "C" __global__ void train_gradient(
    const float *g0, u32 s0, const float *g1, u32 s1, const float *g2, u32 s2, const float *g3, u32 s3,
    const float *value, u32 valueStride, float *out, u32 outStride, u32 samples, u32 channels,
    u32 voxels, u32 threshold, u32 layer, u32 key0, u32 key1, float keep, u32 firstSample) {
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    float sum = g0[place(n, c, v, s0, voxels)];
    if (g1) sum += g1[place(n, c, v, s1, voxels)];
    if (g2) sum += g2[place(n, c, v, s2, voxels)];
    if (g3) sum += g3[place(n, c, v, s3, voxels)];
    if (value && !(value[place(n, c, v, valueStride, voxels)] > 0.0f)) sum = 0.0f;
    if (threshold) {
      u64 number = ((u64)(firstSample + n) * voxels + v) * channels + c;
      if (random_bits(number, layer, key0, key1) < threshold) sum = 0.0f;
    }
    out[place(n, c, v, outStride, voxels)] = sum * keep;
  }
}

// -- sums over channels ----------------------------------------------------------------------------

// For each channel and part the sums of x and of x squared, as distances from the channel's first number:
// squares of numbers far from zero would lose their variance. Row c of `sums`, then row channels + c.
extern "C" __global__ void train_moments(
    const float *x, u32 stride, double *sums, u32 samples, u32 channels, u32 voxels, u32 parts) {
  FOR_EACH(i, channels * parts) {
    u32 c = i / parts, part = i - c * parts;
    float origin = x[(u64)c * voxels];
    double sum = 0, square = 0;
    for (u32 n = 0; n < samples; n++)
      for (u32 v = part; v < voxels; v += parts) {
        float d = x[place(n, c, v, stride, voxels)] - origin;
        sum += d;
        square += (double)d * d;
      }
    sums[(u64)c * parts + part] = sum;
    sums[(u64)(channels + c) * parts + part] = square;
  }
}

// The same of a gradient, and of it times (x - mean) * inverse where there is an x.
extern "C" __global__ void train_products(
    const float *gradient, u32 gradientStride, const float *x, u32 stride, const float *mean,
    const float *inverse, double *sums, u32 samples, u32 channels, u32 voxels, u32 parts) {
  FOR_EACH(i, channels * parts) {
    u32 c = i / parts, part = i - c * parts;
    double sum = 0, product = 0;
    for (u32 n = 0; n < samples; n++)
      for (u32 v = part; v < voxels; v += parts) {
        float g = gradient[place(n, c, v, gradientStride, voxels)];
        sum += g;
        if (x) product += (double)g * ((x[place(n, c, v, stride, voxels)] - mean[c]) * inverse[c]);
      }
    sums[(u64)c * parts + part] = sum;
    sums[(u64)(channels + c) * parts + part] = product;
  }
}

// Rows of `parts` sums to rows of `width`.
extern "C" __global__ void train_fold(const double *from, double *to, u32 rows, u32 parts, u32 width) {
  FOR_EACH(i, rows * width) {
    u32 row = i / width, k = i - row * width;
    double sum = 0;
    for (u32 part = k; part < parts; part += width) sum += from[(u64)row * parts + part];
    to[i] = sum;
  }
}

// The same with the largest; what is no number is passed over.
extern "C" __global__ void train_largest(const float *from, float *to, u32 rows, u32 parts, u32 width) {
  FOR_EACH(i, rows * width) {
    u32 row = i / width, k = i - row * width;
    float largest = 0;
    for (u32 part = k; part < parts; part += width) {
      float value = from[(u64)row * parts + part];
      largest = value > largest ? value : largest;
    }
    to[i] = largest;
  }
}

// -- batch normalisation ---------------------------------------------------------------------------

// What a normalisation does to its channels, from the sums of `train_moments` or, without them, from the
// running statistics. `numbers`: rows of scale * inverse, shift - scale * inverse * mean, mean, inverse.
// `moments`: mean and variance. `bias` is what x still lacks: part of the mean that is kept. Where
// `pendingMean` is given, the running statistics there move.
extern "C" __global__ void train_norm(
    const double *sums, const float *x, const float *scale, const float *shift, const float *runningMean,
    const float *runningVariance, const float *bias, float *numbers, float *moments, float *pendingMean,
    float *pendingVariance, u32 channels, u32 voxels, u32 count, float momentum, float epsilon) {
  FOR_EACH(c, channels) {
    float mean, variance, offset = bias ? bias[c] : 0.0f;
    if (sums) {
      double m = sums[c] / count, square = sums[channels + c] / count - m * m;
      mean = (float)(m + x[(u64)c * voxels]) + offset;
      variance = square > 0 || square != square ? (float)square : 0.0f;
    } else {
      mean = runningMean[c];
      variance = runningVariance[c];
    }
    moments[c] = mean;
    moments[channels + c] = variance;
    if (pendingMean) {
      pendingMean[c] = momentum * pendingMean[c] + (1.0f - momentum) * mean;
      pendingVariance[c] = momentum * pendingVariance[c] + (1.0f - momentum) * variance;
    }
    mean -= offset;
    float inverse = 1.0f / sqrtf(variance + epsilon);
    numbers[c] = scale[c] * inverse;
    numbers[channels + c] = shift[c] - scale[c] * inverse * mean;
    numbers[2 * channels + c] = mean;
    numbers[3 * channels + c] = inverse;
  }
}

// Adds sums over channels (row 0: of the gradient, row 1: times the normalised value) to the gradients of
// lists that learn; and, with `numbers`, the three factors of the way back, in its rows 4 to 6.
extern "C" __global__ void train_norm_gradient(
    const double *sums, const float *scale, float *numbers, float *toScale, float *toShift, float *toBias,
    u32 channels, u32 count) {
  FOR_EACH(c, channels) {
    double byShift = sums[c], byScale = sums[channels + c];
    if (toScale) toScale[c] += (float)byScale;
    if (toShift) toShift[c] += (float)byShift;
    if (toBias) toBias[c] += (float)byShift;
    if (!numbers) continue;
    double mean = numbers[2 * channels + c], inverse = numbers[3 * channels + c];
    double a = scale[c] * inverse, b = -a * inverse * byScale / count;
    numbers[4 * channels + c] = (float)a;
    numbers[5 * channels + c] = (float)b;
    numbers[6 * channels + c] = (float)(-a * byShift / count - b * mean);
  }
}

// factors[0][c] * gradient + factors[1][c] * x + factors[2][c]: what a batch normalisation gives back.
extern "C" __global__ void train_norm_backward(
    const float *gradient, u32 gradientStride, const float *x, u32 stride, const float *factors, float *to,
    u32 toStride, u32 samples, u32 channels, u32 voxels) {
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    to[place(n, c, v, toStride, voxels)] =
        factors[c] * gradient[place(n, c, v, gradientStride, voxels)] +
        factors[channels + c] * x[place(n, c, v, stride, voxels)] + factors[2 * channels + c];
  }
}

// -- group normalisation ---------------------------------------------------------------------------

// A sample has `runs` runs of voxels that are normalised by themselves, each with all channels of a group:
// row (n * runs + run) * groups + group. Values have no gaps. Two sums for each row and part: of x and its
// square, as distances from the first number; or, with a gradient, of it times scale, and of that times the
// normalised value.
extern "C" __global__ void train_group_sums(
    const float *x, const float *gradient, const float *scale, const float *statistics, double *sums,
    u32 samples, u32 channels, u32 voxels, u32 groups, u32 runs, u32 parts) {
  u32 rows = samples * runs * groups, width = channels / groups, length = voxels / runs;
  FOR_EACH(i, rows * parts) {
    u32 row = i / parts, part = i - row * parts;
    u32 group = row % groups, run = row / groups % runs, n = row / groups / runs;
    u64 first = ((u64)n * channels + group * width) * voxels + run * length;
    float origin = x[first];
    double sum = 0, square = 0;
    for (u32 k = part; k < width * length; k += parts) {
      u32 c = k / length, v = k - c * length;
      u64 at = first + (u64)c * voxels + v;
      if (gradient) {
        float g = gradient[at] * scale[group * width + c];
        sum += g;
        square += (double)g * ((x[at] - statistics[row]) * statistics[rows + row]);
      } else {
        float d = x[at] - origin;
        sum += d;
        square += (double)d * d;
      }
    }
    sums[(u64)row * parts + part] = sum;
    sums[(u64)(rows + row) * parts + part] = square;
  }
}

// Mean and 1 / deviation of each row.
extern "C" __global__ void train_group_statistics(
    const double *sums, const float *x, float *statistics, u32 samples, u32 channels, u32 voxels, u32 groups,
    u32 runs, float epsilon) {
  u32 rows = samples * runs * groups, width = channels / groups, length = voxels / runs;
  FOR_EACH(row, rows) {
    u32 group = row % groups, run = row / groups % runs, n = row / groups / runs;
    double count = (double)width * length, m = sums[row] / count;
    double square = sums[rows + row] / count - m * m;
    statistics[row] = (float)(m + x[((u64)n * channels + group * width) * voxels + run * length]);
    statistics[rows + row] = (float)(1.0 / sqrt((square < 0 ? 0 : square) + epsilon));
  }
}

__device__ __forceinline__ u32 group_row(
    u32 n, u32 c, u32 v, u32 channels, u32 voxels, u32 groups, u32 runs) {
  return (n * runs + v / (voxels / runs)) * groups + c / (channels / groups);
}

extern "C" __global__ void train_group(
    const float *x, float *to, const float *statistics, const float *scale, const float *shift, u32 samples,
    u32 channels, u32 voxels, u32 groups, u32 runs) {
  u32 rows = samples * runs * groups;
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    u32 row = group_row(n, c, v, channels, voxels, groups, runs);
    to[i] = (x[i] - statistics[row]) * statistics[rows + row] * scale[c] + shift[c];
  }
}

// `sums`: those with a gradient, folded.
extern "C" __global__ void train_group_backward(
    const float *x, const float *gradient, float *to, const float *statistics, const float *scale,
    const double *sums, u32 samples, u32 channels, u32 voxels, u32 groups, u32 runs) {
  u32 rows = samples * runs * groups;
  double count = (double)(channels / groups) * (voxels / runs);
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    u32 row = group_row(n, c, v, channels, voxels, groups, runs);
    float inverse = statistics[rows + row], normal = (x[i] - statistics[row]) * inverse;
    float first = (float)(sums[row] / count), second = (float)(sums[rows + row] / count);
    to[i] = inverse * (gradient[i] * scale[c] - first - normal * second);
  }
}

// For each channel and part the sums of the gradient and of it times the normalised value.
extern "C" __global__ void train_group_products(
    const float *x, const float *gradient, const float *statistics, double *sums, u32 samples, u32 channels,
    u32 voxels, u32 groups, u32 runs, u32 parts) {
  u32 rows = samples * runs * groups;
  FOR_EACH(i, channels * parts) {
    u32 c = i / parts, part = i - c * parts;
    double sum = 0, product = 0;
    for (u32 n = 0; n < samples; n++)
      for (u32 v = part; v < voxels; v += parts) {
        u64 at = ((u64)n * channels + c) * voxels + v;
        u32 row = group_row(n, c, v, channels, voxels, groups, runs);
        float g = gradient[at];
        sum += g;
        product += (double)g * ((x[at] - statistics[row]) * statistics[rows + row]);
      }
    sums[(u64)c * parts + part] = sum;
    sums[(u64)(channels + c) * parts + part] = product;
  }
}

// -- what moves voxels -----------------------------------------------------------------------------

// (z, y, x) is the extent of the finer value, (wz, wy, wx) the window or factor.
#define AXES(v, layer, row, column, y, x) \
  u32 column = (v) % (x), row = (v) / (x); \
  u32 layer = row / (y);                   \
  row -= layer * (y)

extern "C" __global__ void train_pool(
    const float *from, u32 fromStride, float *to, u32 toStride, u32 samples, u32 channels, u32 z, u32 y,
    u32 x, u32 wz, u32 wy, u32 wx) {
  u32 outY = y / wy, outX = x / wx, voxels = z / wz * outY * outX, inVoxels = z * y * x;
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    AXES(v, layer, row, column, outY, outX);
    float largest = 0;
    for (u32 k = 0; k < wz * wy * wx; k++) {
      u32 source = ((layer * wz + k / (wy * wx)) * y + row * wy + k / wx % wy) * x + column * wx + k % wx;
      float value = from[place(n, c, source, fromStride, inVoxels)];
      if (k == 0 || value > largest) largest = value;
    }
    to[place(n, c, v, toStride, voxels)] = largest;
  }
}

// The gradient goes to the first of the largest.
extern "C" __global__ void train_pool_backward(
    const float *from, u32 fromStride, const float *gradient, u32 gradientStride, float *to, u32 toStride,
    u32 samples, u32 channels, u32 z, u32 y, u32 x, u32 wz, u32 wy, u32 wx) {
  u32 outY = y / wy, outX = x / wx, outVoxels = z / wz * outY * outX, voxels = z * y * x;
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    AXES(v, layer, row, column, y, x);
    u32 toZ = layer / wz, toY = row / wy, toX = column / wx;
    float result = 0;
    // Voxels of incomplete windows were looked at by none.
    if (toZ < z / wz && toY < outY && toX < outX) {
      u32 best = 0;
      float largest = 0;
      for (u32 k = 0; k < wz * wy * wx; k++) {
        u32 source = ((toZ * wz + k / (wy * wx)) * y + toY * wy + k / wx % wy) * x + toX * wx + k % wx;
        float value = from[place(n, c, source, fromStride, voxels)];
        if (k == 0 || value > largest) {
          largest = value;
          best = source;
        }
      }
      if (best == v)
        result = gradient[place(n, c, (toZ * outY + toY) * outX + toX, gradientStride, outVoxels)];
    }
    to[place(n, c, v, toStride, voxels)] = result;
  }
}

// Each voxel repeated; (z, y, x) is the coarser extent.
extern "C" __global__ void train_spread(
    const float *from, u32 fromStride, float *to, u32 toStride, u32 samples, u32 channels, u32 z, u32 y,
    u32 x, u32 fz, u32 fy, u32 fx) {
  u32 outY = y * fy, outX = x * fx, voxels = z * fz * outY * outX, inVoxels = z * y * x;
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    AXES(v, layer, row, column, outY, outX);
    u32 source = (layer / fz * y + row / fy) * x + column / fx;
    to[place(n, c, v, toStride, voxels)] = from[place(n, c, source, fromStride, inVoxels)];
  }
}

extern "C" __global__ void train_spread_backward(
    const float *gradient, u32 gradientStride, float *to, u32 toStride, u32 samples, u32 channels, u32 z,
    u32 y, u32 x, u32 fz, u32 fy, u32 fx) {
  u32 voxels = z * y * x, outVoxels = voxels * fz * fy * fx;
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    AXES(v, layer, row, column, y, x);
    float sum = 0;
    for (u32 k = 0; k < fz * fy * fx; k++) {
      u32 source =
          ((layer * fz + k / (fy * fx)) * y * fy + row * fy + k / fx % fy) * x * fx + column * fx + k % fx;
      sum += gradient[place(n, c, source, gradientStride, outVoxels)];
    }
    to[place(n, c, v, toStride, voxels)] = sum;
  }
}

// Layers as channels: channel k * channels + c of layer z is channel c of layer z + k. Without gaps.
extern "C" __global__ void train_layers(
    const float *from, float *to, u32 samples, u32 channels, u32 layers, u32 plane, u32 count) {
  u32 outLayers = layers - count + 1, outChannels = count * channels, outVoxels = outLayers * plane;
  FOR_EACH(i, samples * outChannels * outVoxels) {
    u32 v = i % outVoxels, r = i / outVoxels;
    u32 k = r % outChannels / channels, c = r % channels, n = r / outChannels;
    to[i] = from[((u64)n * channels + c) * layers * plane + v + k * plane];
  }
}

extern "C" __global__ void train_layers_backward(
    const float *gradient, float *to, u32 samples, u32 channels, u32 layers, u32 plane, u32 count) {
  u32 outLayers = layers - count + 1, voxels = layers * plane;
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    u32 layer = v / plane;
    float sum = 0;
    for (u32 k = 0; k < count; k++)
      if (layer >= k && layer - k < outLayers)
        sum += gradient[(((u64)n * count + k) * channels + c) * outLayers * plane + v - k * plane];
    to[i] = sum;
  }
}

// A box of (oz, oy, ox) voxels from (bz, by, bx) on; and back, with zeros around.
extern "C" __global__ void train_crop(
    const float *from, u32 fromStride, float *to, u32 toStride, u32 samples, u32 channels, u32 z, u32 y,
    u32 x, u32 bz, u32 by, u32 bx, u32 oz, u32 oy, u32 ox) {
  u32 voxels = oz * oy * ox, inVoxels = z * y * x;
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    AXES(v, layer, row, column, oy, ox);
    u32 source = ((layer + bz) * y + row + by) * x + column + bx;
    to[place(n, c, v, toStride, voxels)] = from[place(n, c, source, fromStride, inVoxels)];
  }
}

extern "C" __global__ void train_crop_backward(
    const float *gradient, u32 gradientStride, float *to, u32 toStride, u32 samples, u32 channels, u32 z,
    u32 y, u32 x, u32 bz, u32 by, u32 bx, u32 oz, u32 oy, u32 ox) {
  u32 voxels = z * y * x, outVoxels = oz * oy * ox;
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    AXES(v, layer, row, column, y, x);
    // Below zero it is far beyond the extent.
    u32 toZ = layer - bz, toY = row - by, toX = column - bx;
    float result = 0;
    if (toZ < oz && toY < oy && toX < ox)
      result = gradient[place(n, c, (toZ * oy + toY) * ox + toX, gradientStride, outVoxels)];
    to[place(n, c, v, toStride, voxels)] = result;
  }
}

// -- softmax inside --------------------------------------------------------------------------------

extern "C" __global__ void train_softmax(
    const float *from, float *to, u32 samples, u32 channels, u32 voxels) {
  FOR_EACH(i, samples * voxels) {
    u32 n = i / voxels, v = i - n * voxels;
    u64 first = place(n, 0, v, channels * voxels, voxels);
    float largest = from[first], sum = 0;
    for (u32 c = 1; c < channels; c++) largest = fmaxf(largest, from[first + (u64)c * voxels]);
    for (u32 c = 0; c < channels; c++) sum += expf(from[first + (u64)c * voxels] - largest);
    for (u32 c = 0; c < channels; c++)
      to[first + (u64)c * voxels] = expf(from[first + (u64)c * voxels] - largest) / sum;
  }
}

extern "C" __global__ void train_softmax_backward(
    const float *value, const float *gradient, float *to, u32 samples, u32 channels, u32 voxels) {
  FOR_EACH(i, samples * voxels) {
    u32 n = i / voxels, v = i - n * voxels;
    u64 first = place(n, 0, v, channels * voxels, voxels);
    float mean = 0;
    for (u32 c = 0; c < channels; c++)
      mean += value[first + (u64)c * voxels] * gradient[first + (u64)c * voxels];
    for (u32 c = 0; c < channels; c++)
      to[first + (u64)c * voxels] =
          value[first + (u64)c * voxels] * (gradient[first + (u64)c * voxels] - mean);
  }
}

// -- depthwise convolution -------------------------------------------------------------------------

// Fine channel c gives the coarse channels from c * multiplier on; weights in the order (position of the
// kernel, coarse channel). Values have no gaps.
extern "C" __global__ void train_depthwise(
    const float *fine, const float *weights, const float *bias, float *coarse, u32 samples, u32 inputs,
    u32 multiplier, u32 z, u32 y, u32 x, u32 fineZ, u32 fineY, u32 fineX, u32 kz, u32 ky, u32 kx, u32 sz,
    u32 sy, u32 sx, u32 bz, u32 by, u32 bx) {
  u32 channels = inputs * multiplier, voxels = z * y * x, fineVoxels = fineZ * fineY * fineX;
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    AXES(v, layer, row, column, y, x);
    float sum = bias[c];
    for (u32 k = 0; k < kz * ky * kx; k++) {
      // Below zero it is far beyond the extent.
      u32 fromZ = layer * sz + k / (ky * kx) - bz, fromY = row * sy + k / kx % ky - by;
      u32 fromX = column * sx + k % kx - bx;
      if (fromZ < fineZ && fromY < fineY && fromX < fineX)
        sum += fine[((u64)n * inputs + c / multiplier) * fineVoxels + (fromZ * fineY + fromY) * fineX + fromX] *
               weights[k * channels + c];
    }
    coarse[i] = sum;
  }
}

extern "C" __global__ void train_depthwise_data(
    const float *gradient, const float *weights, float *to, u32 samples, u32 inputs, u32 multiplier, u32 z,
    u32 y, u32 x, u32 fineZ, u32 fineY, u32 fineX, u32 kz, u32 ky, u32 kx, u32 sz, u32 sy, u32 sx, u32 bz,
    u32 by, u32 bx) {
  u32 channels = inputs, voxels = fineZ * fineY * fineX, outputs = inputs * multiplier;
  FOR_EACH(i, samples * channels * voxels) {
    SPLIT(i, n, c, v);
    AXES(v, layer, row, column, fineY, fineX);
    float sum = 0;
    for (u32 k = 0; k < kz * ky * kx; k++) {
      u32 atZ = layer + bz - k / (ky * kx), atY = row + by - k / kx % ky, atX = column + bx - k % kx;
      if (atZ % sz || atY % sy || atX % sx || atZ / sz >= z || atY / sy >= y || atX / sx >= x) continue;
      u32 at = (atZ / sz * y + atY / sy) * x + atX / sx;
      for (u32 m = 0; m < multiplier; m++) {
        u32 o = c * multiplier + m;
        sum += gradient[((u64)n * outputs + o) * z * y * x + at] * weights[k * outputs + o];
      }
    }
    to[i] = sum;
  }
}

// Row k * outputs + o of `sums`: the gradient of that weight.
extern "C" __global__ void train_depthwise_weights(
    const float *fine, const float *gradient, double *sums, u32 samples, u32 inputs, u32 multiplier, u32 z,
    u32 y, u32 x, u32 fineZ, u32 fineY, u32 fineX, u32 kz, u32 ky, u32 kx, u32 sz, u32 sy, u32 sx, u32 bz,
    u32 by, u32 bx, u32 parts) {
  u32 outputs = inputs * multiplier, voxels = z * y * x, fineVoxels = fineZ * fineY * fineX;
  FOR_EACH(i, kz * ky * kx * outputs * parts) {
    u32 row = i / parts, part = i - row * parts, k = row / outputs, o = row - k * outputs;
    double sum = 0;
    for (u32 n = 0; n < samples; n++)
      for (u32 v = part; v < voxels; v += parts) {
        AXES(v, layer, line, column, y, x);
        u32 fromZ = layer * sz + k / (ky * kx) - bz, fromY = line * sy + k / kx % ky - by;
        u32 fromX = column * sx + k % kx - bx;
        if (fromZ < fineZ && fromY < fineY && fromX < fineX)
          sum += (double)gradient[((u64)n * outputs + o) * voxels + v] *
                 fine[((u64)n * inputs + o / multiplier) * fineVoxels + (fromZ * fineY + fromY) * fineX +
                      fromX];
      }
    sums[i] = sum;
  }
}

// -- loss ------------------------------------------------------------------------------------------

// The softmax of scores in planes, with the classes of a voxel together; and the first of the highest.
extern "C" __global__ void train_probabilities(
    const float *scores, float *p, u8 *best, u32 samples, u32 classes, u32 voxels) {
  FOR_EACH(i, samples * voxels) {
    u32 n = i / voxels, v = i - n * voxels, highest = 0;
    u64 first = place(n, 0, v, classes * voxels, voxels);
    float largest = scores[first], sum = 0;
    for (u32 k = 1; k < classes; k++) {
      float score = scores[first + (u64)k * voxels];
      if (score > largest) {
        largest = score;
        highest = k;
      }
    }
    for (u32 k = 0; k < classes; k++) {
      float value = expf(scores[first + (u64)k * voxels] - largest);
      p[(u64)i * classes + k] = value;
      sum += value;
    }
    for (u32 k = 0; k < classes; k++) p[(u64)i * classes + k] *= 1.0f / sum;
    best[i] = (u8)highest;
  }
}

__device__ __forceinline__ float focal_power(float wrong, float gamma) {
  return gamma == 0.0f ? 1.0f : gamma == 1.0f ? wrong : gamma == 2.0f ? wrong * wrong : powf(wrong, gamma);
}

#define LEAST 1.17549435e-38f

// For each class and part: rows of the sums of y p, of p squared, of y, and of -(1 - p)^gamma log p of the
// voxels of the class, for each of up to four gammas: row (quantity * classes + class).
extern "C" __global__ void train_loss_sums(
    const float *p, const u8 *labels, double *sums, u32 count, u32 classes, u32 focals, float gamma0,
    float gamma1, float gamma2, float gamma3, u32 parts) {
  FOR_EACH(i, classes * parts) {
    u32 k = i / parts, part = i - k * parts;
    double intersection = 0, squares = 0, voxels = 0, focal0 = 0, focal1 = 0, focal2 = 0, focal3 = 0;
    for (u32 v = part; v < count; v += parts) {
      u32 label = labels[v];
      if (label == 255) continue;
      float value = p[(u64)v * classes + k];
      squares += (double)value * value;
      if (label != k) continue;
      intersection += value;
      voxels += 1;
      if (!focals) continue;
      float right = value > LEAST ? value : LEAST;
      float wrong = 1.0f - right > LEAST ? 1.0f - right : LEAST;
      // What is no number is put back: both comparisons are false.
      if (value != value) right = wrong = value;
      float logarithm = logf(right);
      focal0 -= focal_power(wrong, gamma0) * logarithm;
      if (focals > 1) focal1 -= focal_power(wrong, gamma1) * logarithm;
      if (focals > 2) focal2 -= focal_power(wrong, gamma2) * logarithm;
      if (focals > 3) focal3 -= focal_power(wrong, gamma3) * logarithm;
    }
    u64 row = (u64)classes * parts;
    sums[i] = intersection;
    sums[row + i] = squares;
    sums[2 * row + i] = voxels;
    sums[3 * row + i] = focal0;
    sums[4 * row + i] = focal1;
    sums[5 * row + i] = focal2;
    sums[6 * row + i] = focal3;
  }
}

__device__ __forceinline__ float focal_slope(float value, float share, float gamma) {
  float right = value > LEAST ? value : LEAST;
  float wrong = 1.0f - right > LEAST ? 1.0f - right : LEAST;
  if (gamma == 0.0f) return -share;
  float power = focal_power(wrong, gamma);
  return share * (gamma * right * power / wrong * logf(right) - power);
}

// The gradient by the scores, in planes. `factors`: rows of classes: a, b, and the weights of each focal term;
// the loss's derivative by p of class k is a[k] y + b[k] p.
extern "C" __global__ void train_loss_gradient(
    const float *p, const u8 *labels, const float *factors, float *to, u32 samples, u32 classes, u32 voxels,
    u32 focals, float gamma0, float gamma1, float gamma2, float gamma3) {
  FOR_EACH(i, samples * voxels) {
    u32 n = i / voxels, v = i - n * voxels, label = labels[i];
    const float *own = p + (u64)i * classes;
    u64 first = place(n, 0, v, classes * voxels, voxels);
    float mean = 0, focal = 0;
    if (label != 255) {
      for (u32 k = 0; k < classes; k++)
        mean += own[k] * ((k == label ? factors[k] : 0.0f) + factors[classes + k] * own[k]);
      const float *shares = factors + 2 * classes + label;
      if (focals > 0) focal += focal_slope(own[label], shares[0], gamma0);
      if (focals > 1) focal += focal_slope(own[label], shares[classes], gamma1);
      if (focals > 2) focal += focal_slope(own[label], shares[2 * classes], gamma2);
      if (focals > 3) focal += focal_slope(own[label], shares[3 * classes], gamma3);
    }
    for (u32 k = 0; k < classes; k++) {
      float result = 0, y = k == label ? 1.0f : 0.0f;
      if (label != 255)
        result = own[k] * ((k == label ? factors[k] : 0.0f) + factors[classes + k] * own[k] - mean) +
                 focal * (y - own[k]);
      to[first + (u64)k * voxels] = result;
    }
  }
}

// -- weights ---------------------------------------------------------------------------------------

// to += from.
extern "C" __global__ void train_add(const float *from, float *to, u32 count) {
  FOR_EACH(i, count) to[i] += from[i];
}

// to += the sums.
extern "C" __global__ void train_add_sums(const double *from, float *to, u32 count) {
  FOR_EACH(i, count) to[i] += (float)from[i];
}

// What `kinds` says of each number.
#define FIXED 0      // stays
#define LEARNED 1    // changed by the step
#define DECAYS 2     // and weight decay takes from it
#define STATISTIC 3  // kept by the batches

extern "C" __global__ void train_squares(
    const float *gradients, const u8 *kinds, double *sums, u32 count, u32 parts) {
  FOR_EACH(part, parts) {
    double sum = 0;
    for (u32 i = part; i < count; i += parts)
      if (kinds[i] == LEARNED || kinds[i] == DECAYS) sum += (double)gradients[i] * gradients[i];
    sums[part] = sum;
  }
}

// One step of an optimiser (0 Adam, 1 AdaBelief, 2 with momentum), beside the old numbers, so that it can be
// taken back. Rows of `results`: the largest change, the largest weight, 1 where one is not finite.
extern "C" __global__ void train_step(
    const float *gradients, const float *pending, const u8 *kinds, const float *weights, const float *first,
    const float *second, float *newWeights, float *newFirst, float *newSecond, float *results, u32 count,
    u32 parts, u32 optimiser, float rate, float beta1, float beta2, float epsilon, float decay, float clip,
    float correction1, float root2, u32 usesSecond) {
  FOR_EACH(part, parts) {
    float change = 0, largest = 0, wrong = 0;
    for (u32 i = part; i < count; i += parts) {
      u32 kind = kinds[i];
      float old = weights[i], w = old, m = first[i], s = second[i];
      if (kind == STATISTIC) {
        w = pending[i];
      } else if (kind != FIXED) {
        float g = clip == 1.0f ? gradients[i] : gradients[i] * clip;
        if (kind == DECAYS) w -= decay * old;
        if (optimiser == 2) {
          m = beta1 * m + g;
          w -= rate * m;
        } else {
          m = beta1 * m + (1.0f - beta1) * g;
          if (optimiser == 0) {
            s = beta2 * s + (1.0f - beta2) * g * g;
          } else {
            float surprise = g - m;
            s = beta2 * s + (1.0f - beta2) * surprise * surprise + epsilon;
          }
          float direction = m / correction1;
          w -= usesSecond ? rate * direction / (sqrtf(s) / root2 + epsilon) : rate * direction;
        }
        float moved = fabsf(w - old), size = fabsf(w);
        change = moved > change ? moved : change;
        largest = size > largest ? size : largest;
      }
      if (!(fabsf(w) <= 3.402823466e38f)) wrong = 1;
      newWeights[i] = w;
      newFirst[i] = m;
      newSecond[i] = s;
    }
    results[part] = change;
    results[parts + part] = largest;
    results[2 * parts + part] = wrong;
  }
}

// average = kept * average + (1 - kept) * weights.
extern "C" __global__ void train_average(float *average, const float *weights, u32 count, float kept) {
  FOR_EACH(i, count) average[i] = kept * average[i] + (1.0f - kept) * weights[i];
}
