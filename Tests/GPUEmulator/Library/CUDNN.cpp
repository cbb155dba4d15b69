// libcudnn's functions that the tool uses, under their real names, and strict.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <functional>
#include <thread>

#include "Descriptors.hpp"

#define PROTOTYPE(name, symbol, result, arguments) EXPORTED result symbol arguments;
T2S_CUDNN_FUNCTIONS(PROTOTYPE)

namespace emulator {

struct Handle {
  int card = 0;
  Stream *stream = nullptr;
  bool isDestroyed = false;
  std::thread::id thread;
};

static std::vector<std::unique_ptr<Handle>> handles;
static std::vector<std::unique_ptr<Descriptor>> descriptors;
static std::set<Descriptor *> known;
static thread_local std::string lastReason;

void resetCUDNN() {
  handles.clear();
  descriptors.clear();
  known.clear();
}

void listCUDNNLeaks(std::string &words, int &count) {
  int openHandles = 0, openDescriptors = 0;
  for (auto &handle : handles) openHandles += !handle->isDestroyed;
  for (auto &descriptor : descriptors) openDescriptors += !descriptor->isDestroyed;
  words += ", " + std::to_string(openHandles) + " handles, " + std::to_string(openDescriptors) + " descriptors";
  count = openHandles + openDescriptors;
}

// A fault of the driver, in cuDNN's words.
static int translated(int status) { return status == 2 ? statusInternal : status ? statusExecution : 0; }

static int refused(int status, const std::string &words) {
  lastReason = words;
  violate("cuDNN: " + words);
  return status;
}

static Descriptor *descriptorOf(cudnnBackendDescriptor_t given, const char *call) {
  auto *descriptor = (Descriptor *)given;
  if (known.count(descriptor) && !descriptor->isDestroyed) return descriptor;
  refused(statusBadParam, std::string(call) + " with a descriptor that is not there");
  return nullptr;
}

static Handle *handleOf(cudnnHandle_t given, const char *call) {
  for (auto &handle : handles) {
    if (handle.get() != (Handle *)given || handle->isDestroyed) continue;
    if (handle->thread == std::this_thread::get_id()) return handle.get();
    violate(std::string("two threads: ") + call + " with the handle of another thread");
    return handle.get();
  }
  violate(std::string("cuDNN: ") + call + " with a handle that is not there");
  return nullptr;
}

static size_t sizeOf(int type) {
  switch (type) {
    case T2S_CUDNN_TYPE_HANDLE:
    case T2S_CUDNN_TYPE_INT64:
    case T2S_CUDNN_TYPE_VOID_PTR:
    case T2S_CUDNN_TYPE_BACKEND_DESCRIPTOR: return 8;
    case T2S_CUDNN_TYPE_BOOLEAN:
    case T2S_CUDNN_TYPE_CHAR: return 1;
  }
  return 4;
}

static const Rule *ruleOf(int kind, int name) {
  for (const Rule &rule : rules)
    if (rule.kind == kind && rule.name == name) return &rule;
  return nullptr;
}

}  // namespace emulator

using namespace emulator;

#define ENTER(needs)          \
  Call call(__func__, needs); \
  if (call.status) return translated(call.status)

EXPORTED size_t cudnnGetVersion(void) {
  return state.options.cudnnVersion ? (size_t)state.options.cudnnVersion : 91002;
}
EXPORTED size_t cudnnGetCudartVersion(void) { return 12090; }

EXPORTED const char *cudnnGetErrorString(cudnnStatus_t status) {
  switch (status) {
    case 0: return "CUDNN_STATUS_SUCCESS";
    case 1001: return "CUDNN_STATUS_NOT_INITIALIZED";
    case statusBadParam: return "CUDNN_STATUS_BAD_PARAM";
    case statusMisaligned: return "CUDNN_STATUS_BAD_PARAM_MISALIGNED_POINTER";
    case statusNotFinal: return "CUDNN_STATUS_BAD_PARAM_NOT_FINALIZED";
    case statusShape: return "CUDNN_STATUS_BAD_PARAM_SHAPE_MISMATCH";
    case statusDuplicate: return "CUDNN_STATUS_BAD_PARAM_DUPLICATED_ENTRIES";
    case statusType: return "CUDNN_STATUS_BAD_PARAM_ATTRIBUTE_TYPE";
    case statusNotSupported: return "CUDNN_STATUS_NOT_SUPPORTED";
    case statusInternal: return "CUDNN_STATUS_INTERNAL_ERROR";
    case statusExecution: return "CUDNN_STATUS_EXECUTION_FAILED";
  }
  return "CUDNN_STATUS_?";
}

EXPORTED void cudnnGetLastErrorString(char *message, size_t capacity) {
  snprintf(message, capacity, "%s", lastReason.c_str());
}

EXPORTED cudnnStatus_t cudnnCreate(cudnnHandle_t *result) {
  ENTER(context);
  auto handle = std::make_unique<Handle>();
  handle->card = currentCard();
  handle->thread = std::this_thread::get_id();
  *result = (cudnnHandle_t)handle.get();
  handles.push_back(std::move(handle));
  return 0;
}

EXPORTED cudnnStatus_t cudnnDestroy(cudnnHandle_t given) {
  Call call(__func__, cannotFail);
  for (auto &handle : handles)
    if (handle.get() == (Handle *)given && !handle->isDestroyed) {
      handle->isDestroyed = true;
      return translated(state.stickyError);
    }
  return refused(statusBadParam, "a handle is destroyed that is not there");
}

EXPORTED cudnnStatus_t cudnnSetStream(cudnnHandle_t given, cudaStream_t where) {
  ENTER(context);
  Handle *handle = handleOf(given, __func__);
  Stream *stream = streamOf((CUstream)where, __func__);
  if (!handle || !stream) return statusBadParam;
  if (stream->card != handle->card) {
    violate("wrong context: cuDNN's handle is given a stream of another card");
    return statusBadParam;
  }
  handle->stream = stream;
  return 0;
}

EXPORTED cudnnStatus_t cudnnBackendCreateDescriptor(
    cudnnBackendDescriptorType_t kind, cudnnBackendDescriptor_t *result) {
  ENTER(nothing);
  bool isKnown = false;
  for (const Rule &rule : rules) isKnown = isKnown || rule.kind == kind;
  if (!isKnown) return refused(statusNotSupported, "a descriptor that the emulator does not know");
  auto descriptor = std::make_unique<Descriptor>();
  descriptor->kind = kind;
  *result = descriptor.get();
  known.insert(descriptor.get());
  descriptors.push_back(std::move(descriptor));
  return 0;
}

EXPORTED cudnnStatus_t cudnnBackendDestroyDescriptor(cudnnBackendDescriptor_t given) {
  Call call(__func__, cannotFail);
  Descriptor *descriptor = descriptorOf(given, __func__);
  if (!descriptor) return statusBadParam;
  descriptor->isDestroyed = true;
  return 0;
}

EXPORTED cudnnStatus_t cudnnBackendSetAttribute(
    cudnnBackendDescriptor_t given, cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
    int64_t count, const void *elements) {
  ENTER(nothing);
  Descriptor *descriptor = descriptorOf(given, __func__);
  if (!descriptor) return statusBadParam;
  if (descriptor->isFinal) return refused(1001, "an attribute is set after the descriptor was finalised");
  const Rule *rule = ruleOf(descriptor->kind, name);
  if (!rule || !rule->isSettable)
    return refused(statusBadParam, "attribute " + std::to_string(name) + " is none that this descriptor takes");
  if (rule->type != type)
    return refused(statusType, "attribute " + std::to_string(name) + " has another type");
  if (count < rule->least || count > rule->most || !elements)
    return refused(statusBadParam, "attribute " + std::to_string(name) + " has another number of elements");
  Attribute attribute{type, count, std::vector<uint8_t>(sizeOf(type) * count)};
  memcpy(attribute.bytes.data(), elements, attribute.bytes.size());
  if (type == T2S_CUDNN_TYPE_BACKEND_DESCRIPTOR) {
    for (int64_t i = 0; i < count; i++) {
      Descriptor *other = descriptorOf(((cudnnBackendDescriptor_t *)elements)[i], __func__);
      if (!other) return statusBadParam;
      if (!other->isFinal) return refused(statusNotFinal, "a descriptor is used that was not finalised");
      descriptor->uses.push_back(other);
    }
  }
  descriptor->attributes[name] = attribute;
  return 0;
}

EXPORTED cudnnStatus_t cudnnBackendFinalize(cudnnBackendDescriptor_t given) {
  ENTER(nothing);
  Descriptor *descriptor = descriptorOf(given, __func__);
  if (!descriptor) return statusBadParam;
  if (descriptor->isFinal) return refused(statusBadParam, "a descriptor is finalised twice");
  for (const Rule &rule : rules)
    if (rule.kind == descriptor->kind && rule.isRequired && !descriptor->attributes.count(rule.name))
      return refused(statusBadParam, "attribute " + std::to_string(rule.name) + " is missing");
  std::string why;
  int status = understand(*descriptor, why);
  if (status == statusNotSupported) {
    // No mistake: the library does not compute this, and says so.
    lastReason = why;
    return status;
  }
  if (status) return refused(status, why);
  descriptor->isFinal = true;
  return 0;
}

// Fills descriptors that the caller has made with configurations, or with their engine.
static int fill(
    Descriptor &from, int kind, const std::vector<EngineChoice> &choices, int64_t capacity,
    int64_t *count, void *elements) {
  auto *others = (cudnnBackendDescriptor_t *)elements;
  *count = (int64_t)choices.size();
  if (!others) return 0;
  *count = std::min(*count, capacity);
  for (int64_t i = 0; i < *count; i++) {
    Descriptor *other = descriptorOf(others[i], "cudnnBackendGetAttribute");
    if (!other || other->kind != kind)
      return refused(statusBadParam, "results need descriptors of their own kind");
    other->engine = choices[i];
    other->graph = from.graph;
    other->architecture = from.architecture;
    other->isFinal = true;
    other->uses.push_back(&from);
  }
  return 0;
}

EXPORTED cudnnStatus_t cudnnBackendGetAttribute(
    cudnnBackendDescriptor_t given, cudnnBackendAttributeName_t name, cudnnBackendAttributeType_t type,
    int64_t capacity, int64_t *count, void *elements) {
  ENTER(nothing);
  Descriptor *descriptor = descriptorOf(given, __func__);
  if (!descriptor) return statusBadParam;
  if (!descriptor->isFinal) return refused(statusNotFinal, "a descriptor is asked that was not finalised");
  const Rule *rule = ruleOf(descriptor->kind, name);
  if (!rule) return refused(statusBadParam, "attribute " + std::to_string(name) + " is none of this descriptor");
  if (rule->type != type) return refused(statusType, "attribute " + std::to_string(name) + " has another type");
  int64_t found = 0;
  if (!count) count = &found;
  auto give = [&](const void *bytes, size_t size, int64_t number) {
    *count = number;
    if (elements) memcpy(elements, bytes, size * std::min(number, capacity));
    return 0;
  };
  switch (name) {
    case T2S_CUDNN_ATTR_ENGINEHEUR_RESULTS:
      return fill(
          *descriptor, T2S_CUDNN_BACKEND_ENGINECFG_DESCRIPTOR, descriptor->choices, capacity, count, elements);
    case T2S_CUDNN_ATTR_ENGINECFG_ENGINE:
      return fill(
          *descriptor, T2S_CUDNN_BACKEND_ENGINE_DESCRIPTOR, {descriptor->engine}, capacity, count, elements);
    case T2S_CUDNN_ATTR_ENGINECFG_KNOB_CHOICES: {
      // As 9.10.2: how many there are is told only to who has room for them.
      auto *others = (cudnnBackendDescriptor_t *)elements;
      *count = 0;
      if (!others) return 0;
      for (auto &knob : descriptor->engine.knobs) {
        if (*count == capacity) break;
        Descriptor *other = descriptorOf(others[*count], __func__);
        if (!other || other->kind != T2S_CUDNN_BACKEND_KNOB_CHOICE_DESCRIPTOR)
          return refused(statusBadParam, "knobs need descriptors of their own kind");
        int32_t kind = knob.first;
        int64_t value = knob.second;
        auto bytes = [](const void *from, size_t size) {
          return std::vector<uint8_t>((const uint8_t *)from, (const uint8_t *)from + size);
        };
        other->attributes[T2S_CUDNN_ATTR_KNOB_CHOICE_KNOB_TYPE] = {T2S_CUDNN_TYPE_KNOB_TYPE, 1, bytes(&kind, 4)};
        other->attributes[T2S_CUDNN_ATTR_KNOB_CHOICE_KNOB_VALUE] = {T2S_CUDNN_TYPE_INT64, 1, bytes(&value, 8)};
        other->isFinal = true;
        ++*count;
      }
      return 0;
    }
    case T2S_CUDNN_ATTR_ENGINE_GLOBAL_INDEX: {
      int64_t index = descriptor->engine.index;
      return give(&index, 8, 1);
    }
    case T2S_CUDNN_ATTR_ENGINE_NUMERICAL_NOTE:
      return give(descriptor->engine.notes.data(), 4, (int64_t)descriptor->engine.notes.size());
    case T2S_CUDNN_ATTR_ENGINE_BEHAVIOR_NOTE:
      return give(descriptor->engine.behaviour.data(), 4, (int64_t)descriptor->engine.behaviour.size());
    case T2S_CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE: {
      int64_t bytes = (int64_t)descriptor->engine.workspace;
      return give(&bytes, 8, 1);
    }
    case T2S_CUDNN_ATTR_DEVICEPROP_JSON_REPRESENTATION: {
      std::string text = "{\"deviceVer\":" + std::to_string(10 * descriptor->architecture) +
                         ",\"deviceName\":\"" + cards[state.options.card].name + "\"}";
      return give(text.c_str(), 1, (int64_t)text.size() + 1);
    }
  }
  auto attribute = descriptor->attributes.find(name);
  if (attribute == descriptor->attributes.end()) return give(nullptr, 0, 0);
  return give(attribute->second.bytes.data(), sizeOf(type), attribute->second.count);
}

// Whether all that a descriptor uses is there still.
static bool isWhole(const Descriptor &descriptor) {
  for (Descriptor *other : descriptor.uses)
    if (other->isDestroyed || !isWhole(*other)) return false;
  return true;
}

EXPORTED cudnnStatus_t cudnnBackendExecute(
    cudnnHandle_t given, cudnnBackendDescriptor_t planGiven, cudnnBackendDescriptor_t packGiven) {
  ENTER(context);
  Handle *handle = handleOf(given, __func__);
  Descriptor *plan = descriptorOf(planGiven, __func__), *pack = descriptorOf(packGiven, __func__);
  if (!handle || !plan || !pack) return statusBadParam;
  if (plan->kind != T2S_CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR ||
      pack->kind != T2S_CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR)
    return refused(statusBadParam, "something else than a plan and a pack is executed");
  if (!plan->isFinal || !pack->isFinal)
    return refused(statusNotFinal, "a plan or a pack is executed that was not finalised");
  if (!isWhole(*plan)) return refused(statusBadParam, "a descriptor of a plan was destroyed before it");
  Stream *stream = handle->stream;
  if (!stream) {
    violate("default stream: a convolution on the stream that waits for all others");
    return statusBadParam;
  }
  if (stream->isDestroyed) return refused(statusBadParam, "the handle's stream was destroyed");
  if (handle->card != currentCard()) {
    violate("wrong context: a convolution in the context of another card");
    return statusBadParam;
  }
  const GraphFacts &graph = plan->graph;
  std::vector<Span> spans;
  std::map<int64_t, Address> pointers;
  auto add = [&](const TensorFacts &tensor, Mode mode) {
    auto found = pack->pointers.find(tensor.number);
    if (found == pack->pointers.end()) return false;
    pointers[tensor.number] = found->second;
    int64_t reach = 1;
    for (size_t i = 0; i < tensor.dimensions.size(); i++)
      reach += (tensor.dimensions[i] - 1) * tensor.strides[i];
    spans.push_back({found->second, (uint64_t)reach * tensor.bytes(), mode, 0, 1, 16});
    return true;
  };
  auto mode = [&](Pass writer) { return graph.pass == writer ? Mode::write : Mode::read; };
  bool isComplete = add(graph.input, mode(Pass::data)) && add(graph.weights, mode(Pass::weights)) &&
                    (!graph.adds || add(graph.added, Mode::read)) &&
                    (!graph.hasBias || add(graph.bias, Mode::read)) && add(graph.output, mode(Pass::forward));
  if (!isComplete) return refused(statusBadParam, "the pack lacks a tensor of the plan");
  uint64_t bytes = plan->engine.workspace;
  if (bytes) {
    if (!pack->workspace) return refused(statusBadParam, "the plan needs a workspace, and the pack has none");
    Block *block = blockOf(pack->workspace);
    if (block && block->begin + block->bytes < pack->workspace + bytes)
      return refused(statusBadParam, "the workspace is smaller than the plan's");
    spans.push_back({pack->workspace, bytes, Mode::scratch});
  }
  auto work = begin(*stream, "a convolution");
  if (!touch(spans, *work, stream->card)) {
    for (const Span &span : spans) {
      Block *block = blockOf(span.begin);
      if (block && !block->isFreed && block->card == stream->card &&
          span.end() <= block->begin + block->bytes)
        continue;
      state.lateError = 700;
      return 0;
    }
  }
  // A deterministic engine sums in the same order each time; which, is the seed's.
  uint64_t seed = plan->engine.isDeterministic ? state.options.sums : state.random();
  EngineChoice engine = plan->engine;
  Address workspace = pack->workspace;
  work->computes = true;
  double operations = 2.0 * (double)graph.output.count();
  for (size_t i = 1; i < graph.weights.dimensions.size(); i++) operations *= (double)graph.weights.dimensions[i];
  lastsComputing(*work, spans, operations, graph.input.type == T2S_CUDNN_DATA_HALF);
  if (!state.options.skipsArithmetic) work->run = [graph, engine, pointers, seed, bytes, workspace] {
    if (bytes) memset(inside(workspace), 0x5a, std::min<uint64_t>(bytes, 1 << 20));
    convolve(graph, engine, pointers, seed);
    if (engine.index + 1 == state.options.wrongForward && graph.pass == Pass::forward) {
      auto *first = (uint16_t *)inside(pointers.at(graph.output.number));
      first[graph.output.type == T2S_CUDNN_DATA_HALF ? 0 : 1] ^= 0x4000;  // The exponent's first bit.
    }
    // As an engine of cuDNN 9.19.0 was seen to do on a card.
    if (engine.index == state.options.wrongEngine && engine.index && graph.pass == Pass::weights &&
        graph.before != graph.after)
      *(float *)inside(pointers.at(graph.weights.number)) += 1.0f;
  };
  enqueue(work);
  passLaunch();
  return 0;
}
