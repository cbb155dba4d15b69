// The kernels of training: the same text as the card gets, compiled for the processor, and what each reads and
// writes.
#include "HostKernels.hpp"

namespace emulator {

namespace source {
namespace {

#include "../../../Sources/Engines/CUDNN/Kernels/training.cu"

}  // namespace
}  // namespace source

// MARK: - What kernels touch: arguments in the order of their text

// Some channels of a batch: runs, one for each sample.
static Span view(uint64_t address, uint64_t stride, uint64_t samples, uint64_t numbers, Mode mode = Mode::read) {
  return {address, numbers * 4, mode, stride * 4, samples};
}
static Span list(uint64_t address, uint64_t numbers, Mode mode = Mode::read) {
  return {address, numbers * 4, mode};
}
static Span doubles(uint64_t address, uint64_t numbers, Mode mode = Mode::read) {
  return {address, numbers * 8, mode};
}

static Spans inputSpans(const uint64_t *a) {
  uint64_t count = a[2] * a[3] * a[4];
  return {list(a[0], count), list(a[1], count, Mode::write)};
}

static Spans tailSpans(const uint64_t *a) {
  uint64_t samples = a[18], channels = a[19], numbers = channels * a[20];
  Spans spans;
  for (int k = 0; k < 3; k++) {
    spans.push_back(view(a[4 * k], a[4 * k + 1], samples, numbers));
    spans.push_back(list(a[4 * k + 2], channels));
    spans.push_back(list(a[4 * k + 3], channels));
    spans.push_back(view(a[12 + 2 * k], a[13 + 2 * k], samples, numbers, Mode::write));
  }
  spans.push_back(list(a[27], 65536));
  return spans;
}

static Spans gradientSpans(const uint64_t *a) {
  uint64_t samples = a[12], numbers = a[13] * a[14];
  Spans spans;
  for (int k = 0; k < 5; k++) spans.push_back(view(a[2 * k], a[2 * k + 1], samples, numbers));
  spans.push_back(view(a[10], a[11], samples, numbers, Mode::write));
  return spans;
}

static Spans momentsSpans(const uint64_t *a) {
  return {view(a[0], a[1], a[3], a[4] * a[5]), doubles(a[2], 2 * a[4] * a[6], Mode::write)};
}

static Spans productsSpans(const uint64_t *a) {
  uint64_t samples = a[7], channels = a[8], numbers = channels * a[9];
  Spans spans = {view(a[0], a[1], samples, numbers), doubles(a[6], 2 * channels * a[10], Mode::write)};
  if (a[2]) {
    spans.push_back(view(a[2], a[3], samples, numbers));
    spans.push_back(list(a[4], channels));
    spans.push_back(list(a[5], channels));
  }
  return spans;
}

static Spans foldSpans(const uint64_t *a) {
  return {doubles(a[0], a[2] * a[3]), doubles(a[1], a[2] * a[4], Mode::write)};
}

static Spans largestSpans(const uint64_t *a) {
  // Changes of weights may be no numbers: that is what they are looked at for.
  return {list(a[0], a[2] * a[3], Mode::inspect), list(a[1], a[2] * a[4], Mode::write)};
}

static Spans normSpans(const uint64_t *a) {
  uint64_t channels = a[11], voxels = a[12];
  Spans spans = {list(a[2], channels), list(a[3], channels), list(a[6], channels)};
  if (a[0]) {
    spans.push_back(doubles(a[0], 2 * channels));
    // The first voxel of each channel.
    spans.push_back({a[1], 4, Mode::read, voxels * 4, channels});
  } else {
    spans.push_back(list(a[4], channels));
    spans.push_back(list(a[5], channels));
  }
  spans.push_back(list(a[7], 4 * channels, Mode::write));
  spans.push_back(list(a[8], 2 * channels, Mode::write));
  spans.push_back(list(a[9], channels, Mode::update));
  spans.push_back(list(a[10], channels, Mode::update));
  return spans;
}

static Spans normGradientSpans(const uint64_t *a) {
  uint64_t channels = a[6];
  Spans spans = {doubles(a[0], 2 * channels), list(a[1], channels), list(a[3], channels, Mode::update),
                 list(a[4], channels, Mode::update), list(a[5], channels, Mode::update)};
  if (a[2]) {
    spans.push_back(list(a[2] + 2 * channels * 4, 2 * channels));
    spans.push_back(list(a[2] + 4 * channels * 4, 3 * channels, Mode::write));
  }
  return spans;
}

static Spans normBackwardSpans(const uint64_t *a) {
  uint64_t samples = a[7], channels = a[8], numbers = channels * a[9];
  return {view(a[0], a[1], samples, numbers), view(a[2], a[3], samples, numbers), list(a[4], 3 * channels),
          view(a[5], a[6], samples, numbers, Mode::write)};
}

static Spans groupSumsSpans(const uint64_t *a) {
  uint64_t samples = a[5], channels = a[6], rows = samples * a[9] * a[8], count = samples * channels * a[7];
  return {list(a[0], count), list(a[1], count), list(a[2], channels), list(a[3], 2 * rows),
          doubles(a[4], 2 * rows * a[10], Mode::write)};
}

static Spans groupStatisticsSpans(const uint64_t *a) {
  uint64_t rows = a[3] * a[7] * a[6];
  return {doubles(a[0], 2 * rows), list(a[1], a[3] * a[4] * a[5]), list(a[2], 2 * rows, Mode::write)};
}

static Spans groupSpans(const uint64_t *a) {
  uint64_t count = a[5] * a[6] * a[7], rows = a[5] * a[9] * a[8];
  return {list(a[0], count), list(a[1], count, Mode::write), list(a[2], 2 * rows), list(a[3], a[6]),
          list(a[4], a[6])};
}

static Spans groupBackwardSpans(const uint64_t *a) {
  uint64_t count = a[6] * a[7] * a[8], rows = a[6] * a[10] * a[9];
  return {list(a[0], count),    list(a[1], count), list(a[2], count, Mode::write),
          list(a[3], 2 * rows), list(a[4], a[7]),  doubles(a[5], 2 * rows)};
}

static Spans groupProductsSpans(const uint64_t *a) {
  uint64_t count = a[4] * a[5] * a[6], rows = a[4] * a[8] * a[7];
  return {list(a[0], count), list(a[1], count), list(a[2], 2 * rows),
          doubles(a[3], 2 * a[5] * a[9], Mode::write)};
}

static uint64_t volume(const uint64_t *a) { return a[0] * a[1] * a[2]; }

static Spans poolSpans(const uint64_t *a) {
  uint64_t out = (a[6] / a[9]) * (a[7] / a[10]) * (a[8] / a[11]);
  return {view(a[0], a[1], a[4], a[5] * volume(a + 6)), view(a[2], a[3], a[4], a[5] * out, Mode::write)};
}

static Spans poolBackwardSpans(const uint64_t *a) {
  uint64_t out = (a[8] / a[11]) * (a[9] / a[12]) * (a[10] / a[13]), numbers = a[7] * volume(a + 8);
  return {view(a[0], a[1], a[6], numbers), view(a[2], a[3], a[6], a[7] * out),
          view(a[4], a[5], a[6], numbers, Mode::write)};
}

static Spans spreadSpans(const uint64_t *a) {
  uint64_t numbers = a[5] * volume(a + 6);
  return {view(a[0], a[1], a[4], numbers), view(a[2], a[3], a[4], numbers * volume(a + 9), Mode::write)};
}

static Spans spreadBackwardSpans(const uint64_t *a) {
  uint64_t numbers = a[5] * volume(a + 6);
  return {view(a[0], a[1], a[4], numbers * volume(a + 9)), view(a[2], a[3], a[4], numbers, Mode::write)};
}

static Spans layersSpans(const uint64_t *a) {
  uint64_t single = a[2] * a[3] * a[4] * a[5], joined = a[2] * a[3] * a[6] * (a[4] - a[6] + 1) * a[5];
  return {list(a[0], single), list(a[1], joined, Mode::write)};
}

static Spans layersBackwardSpans(const uint64_t *a) {
  uint64_t single = a[2] * a[3] * a[4] * a[5], joined = a[2] * a[3] * a[6] * (a[4] - a[6] + 1) * a[5];
  return {list(a[0], joined), list(a[1], single, Mode::write)};
}

static Spans cropSpans(const uint64_t *a) {
  return {view(a[0], a[1], a[4], a[5] * volume(a + 6)),
          view(a[2], a[3], a[4], a[5] * volume(a + 12), Mode::write)};
}

static Spans cropBackwardSpans(const uint64_t *a) {
  return {view(a[0], a[1], a[4], a[5] * volume(a + 12)),
          view(a[2], a[3], a[4], a[5] * volume(a + 6), Mode::write)};
}

static Spans softmaxSpans(const uint64_t *a) {
  uint64_t count = a[2] * a[3] * a[4];
  return {list(a[0], count), list(a[1], count, Mode::write)};
}

static Spans softmaxBackwardSpans(const uint64_t *a) {
  uint64_t count = a[3] * a[4] * a[5];
  return {list(a[0], count), list(a[1], count), list(a[2], count, Mode::write)};
}

// From the arguments on that say samples, inputs and multiplier.
struct Depthwise {
  uint64_t fine, coarse, weights, outputs;
  explicit Depthwise(const uint64_t *a)
      : fine(a[0] * a[1] * volume(a + 6)), coarse(a[0] * a[1] * a[2] * volume(a + 3)),
        weights(volume(a + 9) * a[1] * a[2]), outputs(a[1] * a[2]) {}
};

static Spans depthwiseSpans(const uint64_t *a) {
  Depthwise d(a + 4);
  return {list(a[0], d.fine), list(a[1], d.weights), list(a[2], d.outputs), list(a[3], d.coarse, Mode::write)};
}

static Spans depthwiseDataSpans(const uint64_t *a) {
  Depthwise d(a + 3);
  return {list(a[0], d.coarse), list(a[1], d.weights), list(a[2], d.fine, Mode::write)};
}

static Spans depthwiseWeightsSpans(const uint64_t *a) {
  Depthwise d(a + 3);
  return {list(a[0], d.fine), list(a[1], d.coarse), doubles(a[2], d.weights * a[21], Mode::write)};
}

static Spans probabilitiesSpans(const uint64_t *a) {
  uint64_t voxels = a[3] * a[5], count = voxels * a[4];
  return {list(a[0], count), list(a[1], count, Mode::write), {a[2], voxels, Mode::write}};
}

static Spans lossSumsSpans(const uint64_t *a) {
  return {list(a[0], a[3] * a[4]), {a[1], a[3]}, doubles(a[2], 7 * a[4] * a[10], Mode::write)};
}

static Spans lossGradientSpans(const uint64_t *a) {
  uint64_t voxels = a[4] * a[6], count = voxels * a[5];
  return {list(a[0], count), {a[1], voxels}, list(a[2], (2 + a[7]) * a[5]), list(a[3], count, Mode::write)};
}

static Spans addSpans(const uint64_t *a) { return {list(a[0], a[2]), list(a[1], a[2], Mode::update)}; }
static Spans addSumsSpans(const uint64_t *a) { return {doubles(a[0], a[2]), list(a[1], a[2], Mode::update)}; }

static Spans squaresSpans(const uint64_t *a) {
  return {list(a[0], a[3]), {a[1], a[3]}, doubles(a[2], a[4], Mode::write)};
}

static Spans stepSpans(const uint64_t *a) {
  uint64_t count = a[10], parts = a[11];
  Spans spans = {list(a[0], count), list(a[1], count), {a[2], count}};
  for (int k = 3; k < 6; k++) spans.push_back(list(a[k], count));
  for (int k = 6; k < 9; k++) spans.push_back(list(a[k], count, Mode::write));
  spans.push_back(list(a[9], 3 * parts, Mode::write));
  return spans;
}

static Spans averageSpans(const uint64_t *a) { return {list(a[0], a[2], Mode::update), list(a[1], a[2])}; }

void addTrainingKernels(std::vector<Kernel> &list) {
  using namespace source;
#define ADD(name, spans) list.push_back(kernel("train_" #name, train_##name, spans))
  ADD(input, inputSpans);
  ADD(tail, tailSpans);
  ADD(gradient, gradientSpans);
  ADD(moments, momentsSpans);
  ADD(products, productsSpans);
  ADD(fold, foldSpans);
  ADD(largest, largestSpans);
  ADD(norm, normSpans);
  ADD(norm_gradient, normGradientSpans);
  ADD(norm_backward, normBackwardSpans);
  ADD(group_sums, groupSumsSpans);
  ADD(group_statistics, groupStatisticsSpans);
  ADD(group, groupSpans);
  ADD(group_backward, groupBackwardSpans);
  ADD(group_products, groupProductsSpans);
  ADD(pool, poolSpans);
  ADD(pool_backward, poolBackwardSpans);
  ADD(spread, spreadSpans);
  ADD(spread_backward, spreadBackwardSpans);
  ADD(layers, layersSpans);
  ADD(layers_backward, layersBackwardSpans);
  ADD(crop, cropSpans);
  ADD(crop_backward, cropBackwardSpans);
  ADD(softmax, softmaxSpans);
  ADD(softmax_backward, softmaxBackwardSpans);
  ADD(depthwise, depthwiseSpans);
  ADD(depthwise_data, depthwiseDataSpans);
  ADD(depthwise_weights, depthwiseWeightsSpans);
  ADD(probabilities, probabilitiesSpans);
  ADD(loss_sums, lossSumsSpans);
  ADD(loss_gradient, lossGradientSpans);
  ADD(add, addSpans);
  ADD(add_sums, addSumsSpans);
  ADD(squares, squaresSpans);
  ADD(step, stepSpans);
  ADD(average, averageSpans);
}

}  // namespace emulator
