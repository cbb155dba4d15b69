// A convolution as a card computes it: rounded numbers in, sums in single precision in some order, rounded
// once on the way out.
#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>

#include "Descriptors.hpp"

namespace emulator {

// Halves to numbers by table: every value is converted many times.
static const float *halves() {
  static const std::vector<float> table = [] {
    std::vector<float> values(1 << 16);
    for (unsigned bits = 0; bits < values.size(); bits++) values[bits] = numberOfHalf((uint16_t)bits);
    return values;
  }();
  return table.data();
}

// Ten bits after the point, to the nearest.
static float tf32(float value) {
  uint32_t word;
  memcpy(&word, &value, 4);
  if ((word & 0x7f800000) != 0x7f800000) word = (word + 0xfff + (word >> 13 & 1)) & ~0x1fffu;
  memcpy(&value, &word, 4);
  return value;
}

// Extents and strides along (z, y, x), with one layer where there are two axes.
struct Extents {
  int64_t channels, z, y, x;
  int64_t channelStride, zStride, yStride, xStride;

  explicit Extents(const TensorFacts &t, int channelAxis = 1) {
    size_t axes = t.dimensions.size() - 2;
    channels = t.dimensions[channelAxis];
    channelStride = t.strides[channelAxis];
    z = axes == 3 ? t.dimensions[2] : 1;
    zStride = axes == 3 ? t.strides[2] : 0;
    y = t.dimensions[axes];
    yStride = t.strides[axes];
    x = t.dimensions[axes + 1];
    xStride = t.strides[axes + 1];
  }
};

static float number(const uint8_t *base, int64_t place, bool isHalf) {
  if (isHalf) {
    uint16_t bits;
    memcpy(&bits, base + 2 * place, 2);
    return halves()[bits];
  }
  float value;
  memcpy(&value, base + 4 * place, 4);
  return value;
}

// The values in planes.
static std::vector<float> planes(const TensorFacts &t, Address address, int64_t batch, bool rounds) {
  Extents e(t);
  const uint8_t *base = inside(address);
  bool isHalf = t.type == T2S_CUDNN_DATA_HALF;
  std::vector<float> values(e.channels * e.z * e.y * e.x);
  float *to = values.data();
  for (int64_t c = 0; c < e.channels; c++)
    for (int64_t z = 0; z < e.z; z++)
      for (int64_t y = 0; y < e.y; y++) {
        int64_t row = batch * t.strides[0] + c * e.channelStride + z * e.zStride + y * e.yStride;
        for (int64_t x = 0; x < e.x; x++, to++) {
          *to = number(base, row + x * e.xStride, isHalf);
          if (rounds) *to = tf32(*to);
        }
      }
  return values;
}

static int64_t axis(const std::vector<int64_t> &list, int which) {
  // which: 0 z, 1 y, 2 x.
  size_t place = list.size() == 3 ? which : which - 1;
  return which == 0 && list.size() == 2 ? -1 : list[place];
}

static void forward(
    const GraphFacts &g, const EngineChoice &engine, const std::map<int64_t, Address> &pointers,
    uint64_t seed) {
  Extents in(g.input), out(g.output), kernel(g.weights);
  bool rounds = engine.roundsToTF32, isHalf = g.output.type == T2S_CUDNN_DATA_HALF;
  int64_t sz = std::max<int64_t>(axis(g.stride, 0), 1), sy = axis(g.stride, 1), sx = axis(g.stride, 2);
  int64_t bz = std::max<int64_t>(axis(g.before, 0), 0), by = axis(g.before, 1), bx = axis(g.before, 2);
  int64_t taps = kernel.z * kernel.y * kernel.x, outputs = g.weights.dimensions[0];
  // The order of the products in each sum.
  std::vector<int64_t> order(in.channels * taps);
  std::iota(order.begin(), order.end(), 0);
  std::mt19937_64 random(seed);
  std::shuffle(order.begin(), order.end(), random);

  for (int64_t batch = 0; batch < g.input.dimensions[0]; batch++) {
    std::vector<float> x = planes(g.input, pointers.at(g.input.number), batch, rounds);
    std::vector<float> added;
    if (g.adds) added = planes(g.added, pointers.at(g.added.number), batch, false);
    const uint8_t *weightBase = inside(pointers.at(g.weights.number));
    std::vector<float> sums(out.z * out.y * out.x);
    uint8_t *result = inside(pointers.at(g.output.number));
    for (int64_t o = 0; o < outputs; o++) {
      std::fill(sums.begin(), sums.end(), 0.0f);
      std::vector<float> w = [&] {
        std::vector<float> values(in.channels * taps);
        for (int64_t i = 0; i < in.channels; i++)
          for (int64_t t = 0; t < taps; t++) {
            int64_t tz = t / (kernel.y * kernel.x), ty = t / kernel.x % kernel.y, tx = t % kernel.x;
            float value = number(
                weightBase,
                o * g.weights.strides[0] + i * kernel.channelStride + tz * kernel.zStride +
                    ty * kernel.yStride + tx * kernel.xStride,
                g.weights.type == T2S_CUDNN_DATA_HALF);
            values[i * taps + t] = rounds ? tf32(value) : value;
          }
        return values;
      }();
      for (int64_t product : order) {
        int64_t i = product / taps, t = product % taps;
        int64_t tz = t / (kernel.y * kernel.x), ty = t / kernel.x % kernel.y, tx = t % kernel.x;
        float weight = w[product];
        // Where the input's column is inside.
        int64_t firstX = std::max<int64_t>(0, (bx - tx + sx - 1) / sx);
        int64_t lastX = std::min(out.x - 1, (in.x - 1 + bx - tx) / sx);
        if (in.x - 1 + bx - tx < 0) continue;
        for (int64_t z = 0; z < out.z; z++) {
          int64_t fromZ = z * sz - bz + tz;
          if (fromZ < 0 || fromZ >= in.z) continue;
          for (int64_t y = 0; y < out.y; y++) {
            int64_t fromY = y * sy - by + ty;
            if (fromY < 0 || fromY >= in.y) continue;
            const float *from = x.data() + ((i * in.z + fromZ) * in.y + fromY) * in.x + tx - bx;
            float *to = sums.data() + (z * out.y + y) * out.x;
            if (sx == 1)
              for (int64_t column = firstX; column <= lastX; column++) to[column] += weight * from[column];
            else
              for (int64_t column = firstX; column <= lastX; column++) to[column] += weight * from[column * sx];
          }
        }
      }
      float offset = 0;
      if (g.hasBias)
        offset = number(
            inside(pointers.at(g.bias.number)), o * g.bias.strides[1], g.bias.type == T2S_CUDNN_DATA_HALF);
      const float *other = g.adds ? added.data() + o * out.z * out.y * out.x : nullptr;
      const float *sum = sums.data();
      for (int64_t z = 0; z < out.z; z++)
        for (int64_t y = 0; y < out.y; y++) {
          int64_t row = batch * g.output.strides[0] + o * out.channelStride + z * out.zStride + y * out.yStride;
          for (int64_t column = 0; column < out.x; column++) {
            float value = *sum++;
            if (other) value += *other++;
            value += offset;
            if (g.relu) value = std::max(value, 0.0f);
            int64_t place = row + column * out.xStride;
            if (isHalf) {
              uint16_t bits = halfOfNumber(value);
              memcpy(result + 2 * place, &bits, 2);
            } else {
              memcpy(result + 4 * place, &value, 4);
            }
          }
        }
    }
  }
}

// What both ways back know of the convolution, and where a tap meets fine voxels.
struct Back {
  Extents fine, coarse, kernel;
  int64_t sz, sy, sx, bz, by, bx, samples, outputs, taps;
  bool rounds;

  Back(const GraphFacts &g, const EngineChoice &engine)
      : fine(g.input), coarse(g.output), kernel(g.weights), rounds(engine.roundsToTF32) {
    sz = std::max<int64_t>(axis(g.stride, 0), 1), sy = axis(g.stride, 1), sx = axis(g.stride, 2);
    bz = std::max<int64_t>(axis(g.before, 0), 0), by = axis(g.before, 1), bx = axis(g.before, 2);
    samples = g.input.dimensions[0], outputs = g.weights.dimensions[0];
    taps = kernel.z * kernel.y * kernel.x;
  }

  // Calls `body` with the coarse row, the fine row and the tap's column for each pair of rows inside.
  template <class Body>
  void rows(int64_t tap, Body body) const {
    int64_t tz = tap / (kernel.y * kernel.x), ty = tap / kernel.x % kernel.y, tx = tap % kernel.x;
    for (int64_t z = 0; z < coarse.z; z++) {
      int64_t fz = z * sz - bz + tz;
      if (fz < 0 || fz >= fine.z) continue;
      for (int64_t y = 0; y < coarse.y; y++) {
        int64_t fy = y * sy - by + ty;
        if (fy < 0 || fy >= fine.y) continue;
        body((z * coarse.y + y) * coarse.x, (fz * fine.y + fy) * fine.x, tx - bx);
      }
    }
  }
  // The coarse columns that a tap joins with a fine one inside: from the first to before the last.
  int64_t first(int64_t shift) const { return shift >= 0 ? 0 : (-shift + sx - 1) / sx; }
  int64_t last(int64_t shift) const {
    return fine.x - 1 - shift < 0 ? 0 : std::min(coarse.x, (fine.x - 1 - shift) / sx + 1);
  }
};

static void store(const TensorFacts &t, uint8_t *base, int64_t place, float value) {
  if (t.type == T2S_CUDNN_DATA_HALF) {
    uint16_t bits = halfOfNumber(value);
    memcpy(base + 2 * place, &bits, 2);
  } else {
    memcpy(base + 4 * place, &value, 4);
  }
}

static std::vector<int64_t> shuffled(int64_t count, uint64_t seed) {
  std::vector<int64_t> order(count);
  std::iota(order.begin(), order.end(), 0);
  std::mt19937_64 random(seed);
  std::shuffle(order.begin(), order.end(), random);
  return order;
}

// The input's gradient: each of its numbers sums over outputs and taps, in the seed's order.
static void backwardData(
    const GraphFacts &g, const EngineChoice &engine, const std::map<int64_t, Address> &pointers, uint64_t seed) {
  Back c(g, engine);
  const uint8_t *weightBase = inside(pointers.at(g.weights.number));
  uint8_t *result = inside(pointers.at(g.input.number));
  std::vector<int64_t> order = shuffled(c.outputs * c.taps, seed);
  std::vector<float> sums(c.fine.z * c.fine.y * c.fine.x);
  int64_t plane = c.coarse.z * c.coarse.y * c.coarse.x;
  for (int64_t sample = 0; sample < c.samples; sample++) {
    std::vector<float> dy = planes(g.output, pointers.at(g.output.number), sample, c.rounds);
    for (int64_t i = 0; i < c.fine.channels; i++) {
      std::fill(sums.begin(), sums.end(), 0.0f);
      for (int64_t product : order) {
        int64_t o = product / c.taps, t = product % c.taps;
        int64_t tz = t / (c.kernel.y * c.kernel.x), ty = t / c.kernel.x % c.kernel.y, tx = t % c.kernel.x;
        float weight = number(
            weightBase,
            o * g.weights.strides[0] + i * c.kernel.channelStride + tz * c.kernel.zStride + ty * c.kernel.yStride +
                tx * c.kernel.xStride,
            g.weights.type == T2S_CUDNN_DATA_HALF);
        if (c.rounds) weight = tf32(weight);
        c.rows(t, [&](int64_t from, int64_t to, int64_t shift) {
          const float *row = dy.data() + o * plane + from;
          for (int64_t x = c.first(shift); x < c.last(shift); x++) sums[to + x * c.sx + shift] += weight * row[x];
        });
      }
      const float *sum = sums.data();
      for (int64_t z = 0; z < c.fine.z; z++)
        for (int64_t y = 0; y < c.fine.y; y++)
          for (int64_t x = 0; x < c.fine.x; x++)
            store(
                g.input, result,
                sample * g.input.strides[0] + i * c.fine.channelStride + z * c.fine.zStride + y * c.fine.yStride +
                    x * c.fine.xStride,
                *sum++);
    }
  }
}

// The weights' gradient: each of its numbers sums over the voxels of all samples, row by row in the
// seed's order and each row by itself, as engines that split sums do.
static void backwardWeights(
    const GraphFacts &g, const EngineChoice &engine, const std::map<int64_t, Address> &pointers, uint64_t seed) {
  Back c(g, engine);
  uint8_t *result = inside(pointers.at(g.weights.number));
  std::vector<std::vector<float>> x, dy;
  for (int64_t sample = 0; sample < c.samples; sample++) {
    x.push_back(planes(g.input, pointers.at(g.input.number), sample, c.rounds));
    dy.push_back(planes(g.output, pointers.at(g.output.number), sample, c.rounds));
  }
  struct Rows {
    int64_t sample, coarse, fine, shift;
  };
  int64_t plane = c.coarse.z * c.coarse.y * c.coarse.x, finePlane = c.fine.z * c.fine.y * c.fine.x;
  for (int64_t t = 0; t < c.taps; t++) {
    std::vector<Rows> rows;
    for (int64_t sample = 0; sample < c.samples; sample++)
      c.rows(t, [&](int64_t from, int64_t to, int64_t shift) { rows.push_back({sample, from, to, shift}); });
    std::vector<int64_t> order = shuffled((int64_t)rows.size(), seed);
    int64_t tz = t / (c.kernel.y * c.kernel.x), ty = t / c.kernel.x % c.kernel.y, tx = t % c.kernel.x;
    for (int64_t o = 0; o < c.outputs; o++)
      for (int64_t i = 0; i < c.fine.channels; i++) {
        float total = 0;
        for (int64_t place : order) {
          const Rows &row = rows[place];
          const float *back = dy[row.sample].data() + o * plane + row.coarse;
          const float *from = x[row.sample].data() + i * finePlane + row.fine + row.shift;
          float sum = 0;
          for (int64_t column = c.first(row.shift); column < c.last(row.shift); column++)
            sum += back[column] * from[column * c.sx];
          total += sum;
        }
        store(
            g.weights, result,
            o * g.weights.strides[0] + i * c.kernel.channelStride + tz * c.kernel.zStride + ty * c.kernel.yStride +
                tx * c.kernel.xStride,
            total);
      }
  }
}

void convolve(
    const GraphFacts &graph, const EngineChoice &engine, const std::map<int64_t, Address> &pointers, uint64_t seed) {
  switch (graph.pass) {
    case Pass::forward: return forward(graph, engine, pointers, seed);
    case Pass::data: return backwardData(graph, engine, pointers, seed);
    case Pass::weights: return backwardWeights(graph, engine, pointers, seed);
  }
}

}  // namespace emulator
