// What each kind of descriptor takes, as the comments of cuDNN 9's cudnn_graph.h say it, and what a
// complete one means.
#include <cstdlib>
#include <cstring>

#include "Descriptors.hpp"

namespace emulator {

#define BACKEND(name) T2S_CUDNN_BACKEND_##name##_DESCRIPTOR
#define TYPE(name) T2S_CUDNN_TYPE_##name
static const int anyCount = 64;

// The three passes of a convolution take the same under names of their own.
#define PASS(pass, name) T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_##pass##_##name
#define CONVOLUTION_RULES(kind, pass, x, w, y)                                      \
  {BACKEND(kind), PASS(pass, CONV_DESC), TYPE(BACKEND_DESCRIPTOR), 1, 1, true, true}, \
  {BACKEND(kind), PASS(pass, x), TYPE(BACKEND_DESCRIPTOR), 1, 1, true, true},         \
  {BACKEND(kind), PASS(pass, w), TYPE(BACKEND_DESCRIPTOR), 1, 1, true, true},         \
  {BACKEND(kind), PASS(pass, y), TYPE(BACKEND_DESCRIPTOR), 1, 1, true, true},         \
  {BACKEND(kind), PASS(pass, ALPHA), TYPE(FLOAT), 1, 1, true, true},                  \
  {BACKEND(kind), PASS(pass, BETA), TYPE(FLOAT), 1, 1, true, true}

const std::vector<Rule> rules = {
    {BACKEND(TENSOR), T2S_CUDNN_ATTR_TENSOR_DATA_TYPE, TYPE(DATA_TYPE), 1, 1, true, true},
    {BACKEND(TENSOR), T2S_CUDNN_ATTR_TENSOR_DIMENSIONS, TYPE(INT64), 3, 8, true, true},
    {BACKEND(TENSOR), T2S_CUDNN_ATTR_TENSOR_STRIDES, TYPE(INT64), 3, 8, true, true},
    {BACKEND(TENSOR), T2S_CUDNN_ATTR_TENSOR_UNIQUE_ID, TYPE(INT64), 1, 1, true, true},
    {BACKEND(TENSOR), T2S_CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, TYPE(INT64), 1, 1, true, true},
    {BACKEND(TENSOR), T2S_CUDNN_ATTR_TENSOR_IS_VIRTUAL, TYPE(BOOLEAN), 1, 1, false, true},
    {BACKEND(CONVOLUTION), T2S_CUDNN_ATTR_CONVOLUTION_COMP_TYPE, TYPE(DATA_TYPE), 1, 1, true, true},
    {BACKEND(CONVOLUTION), T2S_CUDNN_ATTR_CONVOLUTION_CONV_MODE, TYPE(CONVOLUTION_MODE), 1, 1, true, true},
    {BACKEND(CONVOLUTION), T2S_CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, TYPE(INT64), 1, 1, true, true},
    {BACKEND(CONVOLUTION), T2S_CUDNN_ATTR_CONVOLUTION_DILATIONS, TYPE(INT64), 2, 3, true, true},
    {BACKEND(CONVOLUTION), T2S_CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES, TYPE(INT64), 2, 3, true, true},
    {BACKEND(CONVOLUTION), T2S_CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, TYPE(INT64), 2, 3, true, true},
    {BACKEND(CONVOLUTION), T2S_CUDNN_ATTR_CONVOLUTION_POST_PADDINGS, TYPE(INT64), 2, 3, true, true},
    CONVOLUTION_RULES(OPERATION_CONVOLUTION_FORWARD, FORWARD, X, W, Y),
    CONVOLUTION_RULES(OPERATION_CONVOLUTION_BACKWARD_DATA, BWD_DATA, DX, W, DY),
    CONVOLUTION_RULES(OPERATION_CONVOLUTION_BACKWARD_FILTER, BWD_FILTER, X, DW, DY),
    {BACKEND(POINTWISE), T2S_CUDNN_ATTR_POINTWISE_MODE, TYPE(POINTWISE_MODE), 1, 1, true, true},
    {BACKEND(POINTWISE), T2S_CUDNN_ATTR_POINTWISE_MATH_PREC, TYPE(DATA_TYPE), 1, 1, true, true},
    {BACKEND(OPERATION_POINTWISE), T2S_CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR,
     TYPE(BACKEND_DESCRIPTOR), 1, 1, true, true},
    {BACKEND(OPERATION_POINTWISE), T2S_CUDNN_ATTR_OPERATION_POINTWISE_XDESC, TYPE(BACKEND_DESCRIPTOR), 1, 1,
     true, true},
    {BACKEND(OPERATION_POINTWISE), T2S_CUDNN_ATTR_OPERATION_POINTWISE_BDESC, TYPE(BACKEND_DESCRIPTOR), 1, 1,
     false, true},
    {BACKEND(OPERATION_POINTWISE), T2S_CUDNN_ATTR_OPERATION_POINTWISE_YDESC, TYPE(BACKEND_DESCRIPTOR), 1, 1,
     true, true},
    {BACKEND(OPERATIONGRAPH), T2S_CUDNN_ATTR_OPERATIONGRAPH_OPS, TYPE(BACKEND_DESCRIPTOR), 1, anyCount, true,
     true},
    {BACKEND(OPERATIONGRAPH), T2S_CUDNN_ATTR_OPERATIONGRAPH_HANDLE, TYPE(HANDLE), 1, 1, false, true},
    {BACKEND(ENGINEHEUR), T2S_CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, TYPE(BACKEND_DESCRIPTOR), 1, 1, true,
     true},
    {BACKEND(ENGINEHEUR), T2S_CUDNN_ATTR_ENGINEHEUR_MODE, TYPE(HEUR_MODE), 1, 1, true, true},
    {BACKEND(ENGINEHEUR), T2S_CUDNN_ATTR_ENGINEHEUR_DEVICEPROP, TYPE(BACKEND_DESCRIPTOR), 1, 1, false, true},
    {BACKEND(ENGINEHEUR), T2S_CUDNN_ATTR_ENGINEHEUR_RESULTS, TYPE(BACKEND_DESCRIPTOR), 0, anyCount, false,
     false},
    {BACKEND(ENGINECFG), T2S_CUDNN_ATTR_ENGINECFG_ENGINE, TYPE(BACKEND_DESCRIPTOR), 1, 1, true, true},
    {BACKEND(ENGINECFG), T2S_CUDNN_ATTR_ENGINECFG_KNOB_CHOICES, TYPE(BACKEND_DESCRIPTOR), 0, anyCount, false,
     true},
    {BACKEND(KNOB_CHOICE), T2S_CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE, TYPE(KNOB_TYPE), 1, 1, true, true},
    {BACKEND(KNOB_CHOICE), T2S_CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE, TYPE(INT64), 1, 1, true, true},
    {BACKEND(ENGINE), T2S_CUDNN_ATTR_ENGINE_OPERATION_GRAPH, TYPE(BACKEND_DESCRIPTOR), 1, 1, true, true},
    {BACKEND(ENGINE), T2S_CUDNN_ATTR_ENGINE_GLOBAL_INDEX, TYPE(INT64), 1, 1, true, true},
    {BACKEND(ENGINE), T2S_CUDNN_ATTR_ENGINE_DEVICEPROP, TYPE(BACKEND_DESCRIPTOR), 1, 1, false, true},
    {BACKEND(ENGINE), T2S_CUDNN_ATTR_ENGINE_NUMERICAL_NOTE, TYPE(NUMERICAL_NOTE), 0, anyCount, false, false},
    {BACKEND(ENGINE), T2S_CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE, TYPE(BEHAVIOR_NOTE), 0, anyCount, false, false},
    {BACKEND(EXECUTION_PLAN), T2S_CUDNN_ATTR_EXECUTION_PLAN_HANDLE, TYPE(HANDLE), 1, 1, false, true},
    {BACKEND(EXECUTION_PLAN), T2S_CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, TYPE(BACKEND_DESCRIPTOR), 1, 1,
     true, true},
    {BACKEND(EXECUTION_PLAN), T2S_CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP, TYPE(BACKEND_DESCRIPTOR), 1, 1, false,
     true},
    {BACKEND(EXECUTION_PLAN), T2S_CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, TYPE(INT64), 1, 1, false, false},
    {BACKEND(VARIANT_PACK), T2S_CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, TYPE(INT64), 1, anyCount, true, true},
    {BACKEND(VARIANT_PACK), T2S_CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, TYPE(VOID_PTR), 1, anyCount, true,
     true},
    {BACKEND(VARIANT_PACK), T2S_CUDNN_ATTR_VARIANT_PACK_WORKSPACE, TYPE(VOID_PTR), 1, 1, false, true},
    {BACKEND(DEVICEPROP), T2S_CUDNN_ATTR_DEVICEPROP_HANDLE, TYPE(HANDLE), 1, 1, false, true},
    {BACKEND(DEVICEPROP), T2S_CUDNN_ATTR_DEVICEPROP_DEVICE_ID, TYPE(INT32), 1, 1, false, true},
    {BACKEND(DEVICEPROP), T2S_CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION, TYPE(CHAR), 1, 1 << 20, false, true},
};

std::vector<int64_t> Descriptor::numbers(int name) const {
  auto found = attributes.find(name);
  if (found == attributes.end()) return {};
  std::vector<int64_t> values(found->second.count);
  memcpy(values.data(), found->second.bytes.data(), 8 * values.size());
  return values;
}

int Descriptor::choice(int name) const {
  auto found = attributes.find(name);
  int value = -1;
  if (found != attributes.end()) memcpy(&value, found->second.bytes.data(), 4);
  return value;
}

std::vector<Descriptor *> Descriptor::others(int name) const {
  auto found = attributes.find(name);
  if (found == attributes.end()) return {};
  std::vector<Descriptor *> values(found->second.count);
  memcpy(values.data(), found->second.bytes.data(), 8 * values.size());
  return values;
}

static int tensor(Descriptor &d, std::string &why) {
  TensorFacts &t = d.tensor;
  t.dimensions = d.numbers(T2S_CUDNN_ATTR_TENSOR_DIMENSIONS);
  t.strides = d.numbers(T2S_CUDNN_ATTR_TENSOR_STRIDES);
  t.number = d.numbers(T2S_CUDNN_ATTR_TENSOR_UNIQUE_ID)[0];
  t.type = d.choice(T2S_CUDNN_ATTR_TENSOR_DATA_TYPE);
  auto isVirtual = d.attributes.find(T2S_CUDNN_ATTR_TENSOR_IS_VIRTUAL);
  t.isVirtual = isVirtual != d.attributes.end() && isVirtual->second.bytes[0];
  why = "dimensions and strides differ in number, or one is not above zero";
  if (t.dimensions.size() != t.strides.size()) return statusBadParam;
  for (size_t i = 0; i < t.dimensions.size(); i++)
    if (t.dimensions[i] < 1 || t.strides[i] < 1) return statusBadParam;
  why = "an alignment that is no power of two from the type's size on";
  int64_t alignment = d.numbers(T2S_CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT)[0];
  if (alignment < 1 || alignment & (alignment - 1)) return statusBadParam;
  return 0;
}

static int convolution(Descriptor &d, std::string &why) {
  size_t axes = (size_t)d.numbers(T2S_CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS)[0];
  why = "lists of another length than the number of axes";
  for (int name : {T2S_CUDNN_ATTR_CONVOLUTION_DILATIONS, T2S_CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES,
                   T2S_CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, T2S_CUDNN_ATTR_CONVOLUTION_POST_PADDINGS})
    if (d.numbers(name).size() != axes) return statusBadParam;
  why = "a stride or a dilation that is not above zero";
  for (int name : {T2S_CUDNN_ATTR_CONVOLUTION_DILATIONS, T2S_CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES})
    for (int64_t number : d.numbers(name))
      if (number < 1) return statusBadParam;
  why = "zeros around that are below none";
  for (int name : {T2S_CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, T2S_CUDNN_ATTR_CONVOLUTION_POST_PADDINGS})
    for (int64_t number : d.numbers(name))
      if (number < 0) return statusBadParam;
  return 0;
}

// The attributes of a pass.
struct PassNames {
  Pass pass;
  int convolution, input, weights, output, alpha, beta;
};
#define PASS_NAMES(which, pass, x, w, y)                                                     \
  PassNames {                                                                                \
    which, PASS(pass, CONV_DESC), PASS(pass, x), PASS(pass, w), PASS(pass, y), PASS(pass, ALPHA), \
        PASS(pass, BETA)                                                                     \
  }

static PassNames namesOf(int kind) {
  switch (kind) {
    case BACKEND(OPERATION_CONVOLUTION_BACKWARD_DATA): return PASS_NAMES(Pass::data, BWD_DATA, DX, W, DY);
    case BACKEND(OPERATION_CONVOLUTION_BACKWARD_FILTER): return PASS_NAMES(Pass::weights, BWD_FILTER, X, DW, DY);
  }
  return PASS_NAMES(Pass::forward, FORWARD, X, W, Y);
}

static bool isConvolution(int kind) {
  return kind == BACKEND(OPERATION_CONVOLUTION_FORWARD) || kind == BACKEND(OPERATION_CONVOLUTION_BACKWARD_DATA) ||
         kind == BACKEND(OPERATION_CONVOLUTION_BACKWARD_FILTER);
}

// The convolution's tensors must agree in every extent, whichever of them is computed.
static int pass(Descriptor &d, std::string &why) {
  auto other = [&](int name) { return d.others(name)[0]; };
  const PassNames names = namesOf(d.kind);
  why = "another kind of descriptor than the attribute takes";
  if (other(names.convolution)->kind != BACKEND(CONVOLUTION)) return statusBadParam;
  for (int name : {names.input, names.weights, names.output})
    if (other(name)->kind != BACKEND(TENSOR)) return statusBadParam;
  const Descriptor &c = *other(names.convolution);
  GraphFacts &g = d.graph;
  g.pass = names.pass;
  g.input = other(names.input)->tensor;
  g.weights = other(names.weights)->tensor;
  g.output = other(names.output)->tensor;
  g.stride = c.numbers(T2S_CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES);
  g.dilation = c.numbers(T2S_CUDNN_ATTR_CONVOLUTION_DILATIONS);
  g.before = c.numbers(T2S_CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS);
  g.after = c.numbers(T2S_CUDNN_ATTR_CONVOLUTION_POST_PADDINGS);
  auto &x = g.input.dimensions, &w = g.weights.dimensions, &y = g.output.dimensions;
  why = "the tensors have other numbers of axes than the convolution";
  if (x.size() != g.stride.size() + 2 || w.size() != x.size() || y.size() != x.size())
    return statusShape;
  why = "channels or batches do not agree";
  if (x[0] != y[0] || x[1] != w[1] || y[1] != w[0]) return statusShape;
  why = "the result's extent is not what the convolution gives";
  for (size_t i = 0; i < g.stride.size(); i++) {
    int64_t reach = (w[i + 2] - 1) * g.dilation[i] + 1;
    if (y[i + 2] != (x[i + 2] + g.before[i] + g.after[i] - reach) / g.stride[i] + 1) return statusShape;
  }
  if (c.choice(T2S_CUDNN_ATTR_CONVOLUTION_COMP_TYPE) != T2S_CUDNN_DATA_FLOAT ||
      c.choice(T2S_CUDNN_ATTR_CONVOLUTION_CONV_MODE) != T2S_CUDNN_CROSS_CORRELATION)
    g.refusal = "sums in another type, or a mirrored kernel";
  float alpha, beta;
  memcpy(&alpha, d.attributes.at(names.alpha).bytes.data(), 4);
  memcpy(&beta, d.attributes.at(names.beta).bytes.data(), 4);
  // cuDNN adds to what is there; the tool never asks for it, and its memory would be read.
  if (alpha != 1 || beta != 0) g.refusal = "a factor other than one, or something added to the result";
  return 0;
}

static int pointwise(Descriptor &d, std::string &why) {
  auto x = d.others(T2S_CUDNN_ATTR_OPERATION_POINTWISE_XDESC)[0]->tensor;
  auto y = d.others(T2S_CUDNN_ATTR_OPERATION_POINTWISE_YDESC)[0]->tensor;
  auto b = d.others(T2S_CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
  int mode = d.others(T2S_CUDNN_ATTR_OPERATION_POINTWISE_PW_DESCRIPTOR)[0]->choice(
      T2S_CUDNN_ATTR_POINTWISE_MODE);
  why = "an addition takes two values, a ReLU one";
  if ((mode == T2S_CUDNN_POINTWISE_ADD) != !b.empty()) return statusBadParam;
  why = "the values differ in extent";
  if (x.dimensions != y.dimensions) return statusShape;
  if (!b.empty())
    for (size_t i = 0; i < x.dimensions.size(); i++)
      if (b[0]->tensor.dimensions.size() != x.dimensions.size() ||
          (b[0]->tensor.dimensions[i] != x.dimensions[i] && b[0]->tensor.dimensions[i] != 1))
        return statusShape;
  return 0;
}

// One pattern: a convolution, plus a value, plus offsets, then ReLU; each step may be missing. Or a
// gradient alone.
static int operationGraph(Descriptor &d, std::string &why) {
  auto operations = d.others(T2S_CUDNN_ATTR_OPERATIONGRAPH_OPS);
  GraphFacts &g = d.graph;
  if (!isConvolution(operations[0]->kind)) {
    g.refusal = "a graph that does not begin with a convolution";
    return 0;
  }
  g = operations[0]->graph;
  if (g.pass != Pass::forward && operations.size() > 1) {
    g.refusal = "a step after a gradient";
    return 0;
  }
  int stage = 0;
  TensorFacts value = g.output;
  for (size_t i = 1; i < operations.size(); i++) {
    Descriptor &step = *operations[i];
    if (step.kind != T2S_CUDNN_BACKEND_OPERATION_POINTWISE_DESCRIPTOR) {
      g.refusal = "a second convolution in a graph";
      return 0;
    }
    auto x = step.others(T2S_CUDNN_ATTR_OPERATION_POINTWISE_XDESC)[0]->tensor;
    auto y = step.others(T2S_CUDNN_ATTR_OPERATION_POINTWISE_YDESC)[0]->tensor;
    auto b = step.others(T2S_CUDNN_ATTR_OPERATION_POINTWISE_BDESC);
    why = "a step does not take what the one before it gives";
    if (x.number != value.number) return statusBadParam;
    why = "a value between two steps is not virtual";
    if (!x.isVirtual) return statusNotSupported;
    int needed = b.empty() ? 3 : b[0]->tensor.count() == b[0]->tensor.dimensions[1] ? 2 : 1;
    if (needed == 2 && value.count() == value.dimensions[1]) needed = stage < 1 ? 1 : 2;
    if (needed <= stage) g.refusal = "steps in another order than sum, offsets, ReLU";
    stage = needed;
    if (needed == 1) {
      g.adds = true;
      g.added = b[0]->tensor;
    } else if (needed == 2) {
      g.hasBias = true;
      g.bias = b[0]->tensor;
    } else {
      g.relu = true;
    }
    value = y;
  }
  g.output = value;
  why = "two tensors have the same number";
  std::set<int64_t> numbers{g.input.number, g.weights.number, g.output.number};
  if (g.adds) numbers.insert(g.added.number);
  if (g.hasBias) numbers.insert(g.bias.number);
  if (numbers.size() != 3u + g.adds + g.hasBias) return statusDuplicate;
  why = "the result is virtual";
  if (g.output.isVirtual || g.input.isVirtual || g.weights.isVirtual) return statusBadParam;
  // What cuDNN 9.10.2 computes with engines that are made ahead.
  int type = g.input.type;
  if (type != T2S_CUDNN_DATA_FLOAT && type != T2S_CUDNN_DATA_HALF) g.refusal = "another type of numbers";
  if (g.weights.type != type || g.output.type != type) g.refusal = "values of different types";
  if (g.hasBias && g.bias.type != type) g.refusal = "biasType != biasTensor->getDataType()";
  if (g.adds && g.added.type != type) g.refusal = "a sum of different types";
  for (int64_t dilation : g.dilation)
    if (dilation != 1) g.refusal = "dilation";
  return 0;
}

// cuDNN's knob for tiles.
static const int tileKnob = 2;

static uint64_t packedBytes(const TensorFacts &t) { return (uint64_t)t.count() * t.bytes(); }

// Whether other zeros before than after, as Keras has them with strides, leave only the fallback.
static bool isUnevenOnlyByFallback(const GraphFacts &g, int architecture) {
  bool isHalf = g.input.type == T2S_CUDNN_DATA_HALF, isDeep = g.stride.size() == 3;
  if (architecture >= 80 || g.pass == Pass::weights) return false;
  if (architecture >= 75) return g.pass == Pass::data && isDeep && !isHalf;
  return g.pass == Pass::forward || isDeep || !isHalf;
}

std::vector<EngineChoice> enginesOf(const GraphFacts &g, int architecture, bool isFallback) {
  bool isHalf = g.input.type == T2S_CUDNN_DATA_HALF, hasTensorCores = architecture >= 75;
  bool isLarge = false;
  for (auto *t : {&g.input, &g.weights, &g.output}) isLarge = isLarge || t->count() >= 1ll << 31;
  // What Keras's strides need on Pascal, and what is too large, the fallback alone computes.
  bool isOnlyFallback = isLarge || (g.before != g.after && isUnevenOnlyByFallback(g, architecture));
  bool isLast = g.input.dimensions[1] == 1 || g.input.strides[1] == 1;
  uint64_t copy = isLast == isHalf ? 0 : packedBytes(g.input) + packedBytes(g.output);
  // Sums of many products are split, and the parts put together, in memory beside.
  if (g.pass == Pass::weights) copy += 8 * packedBytes(g.weights);
  EngineChoice fallback{0, {}, {}, 0, false, true};
  if (isFallback || isOnlyFallback) return {fallback};
  std::vector<EngineChoice> choices;
  using Notes = std::vector<int>;
  const int tensorCore = T2S_CUDNN_NUMERICAL_NOTE_TENSOR_CORE;
  if (hasTensorCores && isHalf) {
    choices.push_back({47, Notes{tensorCore}, {}, copy, false, true});
  } else if (architecture >= 80) {
    // Single precision is not what it says, unless somebody looks.
    choices.push_back(
        {45, Notes{tensorCore, T2S_CUDNN_NUMERICAL_NOTE_DOWN_CONVERT_INPUTS}, {}, copy, true, true});
  }
  if (g.weights.dimensions.back() == 3 && g.stride.back() == 1)
    choices.push_back(
        {4, Notes{T2S_CUDNN_NUMERICAL_NOTE_WINOGRAD}, {}, 40 * packedBytes(g.output) + (1ull << 30), false, true});
  choices.push_back({1, Notes{T2S_CUDNN_NUMERICAL_NOTE_NONDETERMINISTIC}, {}, 0, false, false});
  if (hasTensorCores)
    choices.push_back({60, Notes{}, {T2S_CUDNN_BEHAVIOR_NOTE_RUNTIME_COMPILATION}, 0, false, true});
  // One engine, set in two ways.
  choices.push_back({2, Notes{}, {}, copy + 1024, false, true, {{tileKnob, 1}}});
  choices.push_back({2, Notes{}, {}, copy + 2048, false, true, {{tileKnob, 2}}});
  choices.push_back(fallback);
  return choices;
}

static int architectureOf(Descriptor &d, int properties) {
  auto described = d.others(properties);
  const Card &card = cards[state.options.card];
  return described.empty() ? 10 * card.major + card.minor : described[0]->architecture;
}

static int heuristic(Descriptor &d, std::string &why) {
  d.graph = d.others(T2S_CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH)[0]->graph;
  d.architecture = architectureOf(d, T2S_CUDNN_ATTR_ENGINEHEUR_DEVICEPROP);
  why = d.graph.refusal;
  if (!why.empty()) return statusNotSupported;
  bool isFallback = d.choice(T2S_CUDNN_ATTR_ENGINEHEUR_MODE) == T2S_CUDNN_HEUR_MODE_FALLBACK;
  d.choices = enginesOf(d.graph, d.architecture, isFallback);
  return 0;
}

// An engine by its number, set as it is where nobody says how.
static int engine(Descriptor &d, std::string &why) {
  d.graph = d.others(T2S_CUDNN_ATTR_ENGINE_OPERATION_GRAPH)[0]->graph;
  d.architecture = architectureOf(d, T2S_CUDNN_ATTR_ENGINE_DEVICEPROP);
  why = d.graph.refusal;
  if (!why.empty()) return statusNotSupported;
  int64_t number = d.numbers(T2S_CUDNN_ATTR_ENGINE_GLOBAL_INDEX)[0];
  for (bool isFallback : {false, true})
    for (const EngineChoice &choice : enginesOf(d.graph, d.architecture, isFallback)) {
      if (choice.index != number) continue;
      d.engine = choice;
      return 0;
    }
  why = "no engine of number " + std::to_string(number) + " computes this graph";
  return statusNotSupported;
}

static int configuration(Descriptor &d, std::string &why) {
  Descriptor &given = *d.others(T2S_CUDNN_ATTR_ENGINECFG_ENGINE)[0];
  why = "an engine's configuration of something else";
  if (given.kind != BACKEND(ENGINE)) return statusBadParam;
  d.graph = given.graph;
  d.architecture = given.architecture;
  d.engine = given.engine;
  std::map<int, int64_t> knobs;
  for (Descriptor *knob : d.others(T2S_CUDNN_ATTR_ENGINECFG_KNOB_CHOICES)) {
    if (knob->kind != BACKEND(KNOB_CHOICE)) return statusBadParam;
    knobs[knob->choice(T2S_CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE)] =
        knob->numbers(T2S_CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE)[0];
  }
  if (knobs.empty()) return 0;
  for (const EngineChoice &choice : enginesOf(d.graph, d.architecture, false)) {
    if (choice.index != d.engine.index || choice.knobs != knobs) continue;
    d.engine = choice;
    return 0;
  }
  why = "the engine cannot be set like this";
  return statusNotSupported;
}

static int plan(Descriptor &d, std::string &why) {
  const Descriptor &configuration = *d.others(T2S_CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG)[0];
  d.engine = configuration.engine;
  d.graph = configuration.graph;
  d.architecture = configuration.architecture;
  why = "neither a handle nor a described card";
  bool isDescribed = !d.others(T2S_CUDNN_ATTR_EXECUTION_PLAN_DEVICEPROP).empty();
  if (!d.attributes.count(T2S_CUDNN_ATTR_EXECUTION_PLAN_HANDLE) && !isDescribed) return statusBadParam;
  why = "libnvrtc is not there";
  if (!d.engine.behaviour.empty()) return statusNotSupported;
  return 0;
}

static int pack(Descriptor &d, std::string &why) {
  auto numbers = d.numbers(T2S_CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS);
  auto addresses = d.numbers(T2S_CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS);
  why = "as many numbers as addresses are needed";
  if (numbers.size() != addresses.size()) return statusBadParam;
  for (size_t i = 0; i < numbers.size(); i++) {
    why = "a tensor is given twice";
    if (d.pointers.count(numbers[i])) return statusDuplicate;
    why = "an address that is no multiple of 16";
    if (addresses[i] % 16) return statusMisaligned;
    d.pointers[numbers[i]] = (Address)addresses[i];
  }
  auto workspace = d.numbers(T2S_CUDNN_ATTR_VARIANT_PACK_WORKSPACE);
  if (!workspace.empty()) d.workspace = (Address)workspace[0];
  if (d.workspace % 16) return statusMisaligned;
  return 0;
}

static int properties(Descriptor &d, std::string &why) {
  const Card &card = cards[state.options.card];
  d.architecture = 10 * card.major + card.minor;
  auto text = d.attributes.find(T2S_CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION);
  if (text == d.attributes.end()) return 0;
  std::string words((const char *)text->second.bytes.data(), text->second.bytes.size());
  size_t place = words.find("\"deviceVer\":");
  why = "!json_object.HasMember(key)";
  if (place == std::string::npos) return statusBadParam;
  d.architecture = atoi(words.c_str() + place + 12) / 10;
  return 0;
}

int understand(Descriptor &d, std::string &why) {
  switch (d.kind) {
    case BACKEND(TENSOR): return tensor(d, why);
    case BACKEND(CONVOLUTION): return convolution(d, why);
    case BACKEND(OPERATION_CONVOLUTION_FORWARD):
    case BACKEND(OPERATION_CONVOLUTION_BACKWARD_DATA):
    case BACKEND(OPERATION_CONVOLUTION_BACKWARD_FILTER): return pass(d, why);
    case BACKEND(OPERATION_POINTWISE): return pointwise(d, why);
    case BACKEND(OPERATIONGRAPH): return operationGraph(d, why);
    case BACKEND(ENGINEHEUR): return heuristic(d, why);
    case BACKEND(ENGINE): return engine(d, why);
    case BACKEND(ENGINECFG): return configuration(d, why);
    case BACKEND(EXECUTION_PLAN): return plan(d, why);
    case BACKEND(VARIANT_PACK): return pack(d, why);
    case BACKEND(DEVICEPROP): return properties(d, why);
  }
  return 0;
}

}  // namespace emulator
