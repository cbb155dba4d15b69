// Wrong in what they tell cuDNN.
#include "Programs.hpp"

namespace emulator {

enum class Slip {
  none,
  unfinished,         // The tensor is not finalised.
  wrongType,          // Dimensions as 32-bit numbers.
  wrongCount,         // Two data types.
  changedLater,       // An attribute set after finalising.
  missing,            // A tensor without strides.
  foreign,            // An attribute of another kind of descriptor.
  finishedTwice,      // Finalised twice.
  askedTooEarly,      // Asked before it is finalised.
  askedWrongType,     // The workspace asked for as a float.
  noAlignment,        // Strides of another number than dimensions.
  wrongExtent,        // The result's extent is not the convolution's.
  sameNumber,         // Two tensors with one number.
  lacksTensor,        // The pack lacks the weights.
  twiceInPack,        // The pack has a tensor twice.
  misalignedPointer,  // An address that is no multiple of 16.
  fewerAddresses,     // More numbers than addresses.
  noWorkspace,        // None where one is needed.
  smallWorkspace,     // Smaller than the plan's.
  planUnfinished,     // A plan that was not finalised.
  destroyedPart,      // A descriptor destroyed before its plan runs.
  destroyedPlan,      // The plan itself.
  otherThread,        // The handle of another thread.
  noStream,           // No stream was set.
  otherCard,          // The stream of another card.
  leakedDescriptor,   // Never destroyed.
  leakedHandle,
  weightsUnwritten,   // Weights that nobody uploaded.
  outputTooSmall,     // Memory smaller than the result.
  workspaceRead,      // What cuDNN left in its workspace.
  freedInUse,         // The result freed while it is computed.
  workspaceShared,    // The workspace written by another stream meanwhile.
};

// A convolution of 8 channels of 8 x 8, 3 x 3, in single precision, from nothing to its result.
struct Convolution : Ground {
  Slip slip;
  cudnnHandle_t handle = nullptr;
  CUstream run;
  std::vector<cudnnBackendDescriptor_t> made;
  static const int64_t channels = 8, extent = 8, values = channels * extent * extent;

  explicit Convolution(Slip slip) : slip(slip) {
    run = stream();
    cudnnCreate(&handle);
    if (slip != Slip::noStream) cudnnSetStream(handle, run);
  }
  ~Convolution() {
    enter();
    cuStreamSynchronize(run);
    for (size_t i = 0; i < made.size(); i++)
      if (!(slip == Slip::leakedDescriptor && i == 0)) cudnnBackendDestroyDescriptor(made[i]);
    if (slip != Slip::leakedHandle) cudnnDestroy(handle);
  }

  cudnnBackendDescriptor_t make(int kind) {
    cudnnBackendDescriptor_t descriptor = nullptr;
    cudnnBackendCreateDescriptor(kind, &descriptor);
    made.push_back(descriptor);
    return descriptor;
  }
  void destroy(cudnnBackendDescriptor_t descriptor) {
    cudnnBackendDestroyDescriptor(descriptor);
    for (auto place = made.begin(); place != made.end(); place++)
      if (*place == descriptor) {
        made.erase(place);
        return;
      }
  }
  int numbers(cudnnBackendDescriptor_t d, int name, std::vector<int64_t> list) {
    return cudnnBackendSetAttribute(d, name, T2S_CUDNN_TYPE_INT64, (int64_t)list.size(), list.data());
  }
  int choice(cudnnBackendDescriptor_t d, int name, int type, int32_t value) {
    return cudnnBackendSetAttribute(d, name, type, 1, &value);
  }
  int others(cudnnBackendDescriptor_t d, int name, std::vector<cudnnBackendDescriptor_t> list) {
    return cudnnBackendSetAttribute(
        d, name, T2S_CUDNN_TYPE_BACKEND_DESCRIPTOR, (int64_t)list.size(), list.data());
  }

  cudnnBackendDescriptor_t tensor(int64_t number, std::vector<int64_t> dimensions) {
    auto d = make(T2S_CUDNN_BACKEND_TENSOR_DESCRIPTOR);
    std::vector<int64_t> strides(dimensions.size(), 1);
    for (size_t i = dimensions.size() - 1; i > 0; i--) strides[i - 1] = strides[i] * dimensions[i];
    bool isFirst = number == 1;
    if (isFirst && slip == Slip::wrongCount) {
      int32_t two[2] = {0, 0};
      cudnnBackendSetAttribute(d, T2S_CUDNN_ATTR_TENSOR_DATA_TYPE, T2S_CUDNN_TYPE_DATA_TYPE, 2, two);
    } else {
      choice(d, T2S_CUDNN_ATTR_TENSOR_DATA_TYPE, T2S_CUDNN_TYPE_DATA_TYPE, T2S_CUDNN_DATA_FLOAT);
    }
    if (isFirst && slip == Slip::wrongType) {
      std::vector<int32_t> small(dimensions.begin(), dimensions.end());
      cudnnBackendSetAttribute(
          d, T2S_CUDNN_ATTR_TENSOR_DIMENSIONS, T2S_CUDNN_TYPE_INT32, (int64_t)small.size(), small.data());
    } else {
      numbers(d, T2S_CUDNN_ATTR_TENSOR_DIMENSIONS, dimensions);
    }
    if (isFirst && slip == Slip::noAlignment) strides.push_back(1);
    if (!(isFirst && slip == Slip::missing)) numbers(d, T2S_CUDNN_ATTR_TENSOR_STRIDES, strides);
    numbers(d, T2S_CUDNN_ATTR_TENSOR_UNIQUE_ID, {number});
    numbers(d, T2S_CUDNN_ATTR_TENSOR_BYTE_ALIGNMENT, {16});
    if (isFirst && slip == Slip::foreign) numbers(d, T2S_CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, {2});
    if (!(isFirst && slip == Slip::unfinished)) cudnnBackendFinalize(d);
    if (isFirst && slip == Slip::finishedTwice) cudnnBackendFinalize(d);
    if (isFirst && slip == Slip::changedLater) numbers(d, T2S_CUDNN_ATTR_TENSOR_UNIQUE_ID, {9});
    return d;
  }

  cudnnBackendDescriptor_t graph(cudnnBackendDescriptor_t *first) {
    bool collides = slip == Slip::sameNumber, isWrong = slip == Slip::wrongExtent;
    auto x = tensor(1, {1, channels, extent, extent});
    *first = x;
    auto w = tensor(collides ? 1 : 2, {channels, channels, 3, 3});
    auto y = tensor(3, {1, channels, extent - (isWrong ? 1 : 0), extent});
    auto c = make(T2S_CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
    choice(c, T2S_CUDNN_ATTR_CONVOLUTION_COMP_TYPE, T2S_CUDNN_TYPE_DATA_TYPE, T2S_CUDNN_DATA_FLOAT);
    choice(
        c, T2S_CUDNN_ATTR_CONVOLUTION_CONV_MODE, T2S_CUDNN_TYPE_CONVOLUTION_MODE,
        T2S_CUDNN_CROSS_CORRELATION);
    numbers(c, T2S_CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, {2});
    for (int name : {T2S_CUDNN_ATTR_CONVOLUTION_DILATIONS, T2S_CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES,
                     T2S_CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, T2S_CUDNN_ATTR_CONVOLUTION_POST_PADDINGS})
      numbers(c, name, {1, 1});
    cudnnBackendFinalize(c);
    auto o = make(T2S_CUDNN_BACKEND_OPERATION_CONVOLUTION_FORWARD_DESCRIPTOR);
    others(o, T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_CONV_DESC, {c});
    others(o, T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X, {x});
    others(o, T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_W, {w});
    others(o, T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_Y, {y});
    float one = 1, zero = 0;
    cudnnBackendSetAttribute(
        o, T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_ALPHA, T2S_CUDNN_TYPE_FLOAT, 1, &one);
    cudnnBackendSetAttribute(
        o, T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_BETA, T2S_CUDNN_TYPE_FLOAT, 1, &zero);
    if (cudnnBackendFinalize(o)) return nullptr;
    auto g = make(T2S_CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
    others(g, T2S_CUDNN_ATTR_OPERATIONGRAPH_OPS, {o});
    cudnnBackendSetAttribute(g, T2S_CUDNN_ATTR_OPERATIONGRAPH_HANDLE, T2S_CUDNN_TYPE_HANDLE, 1, &handle);
    return cudnnBackendFinalize(g) ? nullptr : g;
  }

  // A plan by engine 2, which needs some workspace.
  cudnnBackendDescriptor_t plan(cudnnBackendDescriptor_t g, int64_t *workspace) {
    auto h = make(T2S_CUDNN_BACKEND_ENGINEHEUR_DESCRIPTOR);
    others(h, T2S_CUDNN_ATTR_ENGINEHEUR_OPERATION_GRAPH, {g});
    choice(h, T2S_CUDNN_ATTR_ENGINEHEUR_MODE, T2S_CUDNN_TYPE_HEUR_MODE, T2S_CUDNN_HEUR_MODE_A);
    int64_t count = 0;
    if (slip == Slip::askedTooEarly)
      cudnnBackendGetAttribute(
          h, T2S_CUDNN_ATTR_ENGINEHEUR_RESULTS, T2S_CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count, nullptr);
    cudnnBackendFinalize(h);
    cudnnBackendGetAttribute(
        h, T2S_CUDNN_ATTR_ENGINEHEUR_RESULTS, T2S_CUDNN_TYPE_BACKEND_DESCRIPTOR, 0, &count, nullptr);
    std::vector<cudnnBackendDescriptor_t> found;
    for (int64_t i = 0; i < count; i++) found.push_back(make(T2S_CUDNN_BACKEND_ENGINECFG_DESCRIPTOR));
    cudnnBackendGetAttribute(
        h, T2S_CUDNN_ATTR_ENGINEHEUR_RESULTS, T2S_CUDNN_TYPE_BACKEND_DESCRIPTOR, count, &count,
        found.data());
    for (auto configuration : found) {
      auto engine = make(T2S_CUDNN_BACKEND_ENGINE_DESCRIPTOR);
      int64_t one = 0, index = -1;
      cudnnBackendGetAttribute(
          configuration, T2S_CUDNN_ATTR_ENGINECFG_ENGINE, T2S_CUDNN_TYPE_BACKEND_DESCRIPTOR, 1, &one,
          &engine);
      cudnnBackendGetAttribute(
          engine, T2S_CUDNN_ATTR_ENGINE_GLOBAL_INDEX, T2S_CUDNN_TYPE_INT64, 1, &one, &index);
      if (index != 2) continue;
      auto p = make(T2S_CUDNN_BACKEND_EXECUTION_PLAN_DESCRIPTOR);
      cudnnBackendSetAttribute(p, T2S_CUDNN_ATTR_EXECUTION_PLAN_HANDLE, T2S_CUDNN_TYPE_HANDLE, 1, &handle);
      others(p, T2S_CUDNN_ATTR_EXECUTION_PLAN_ENGINE_CONFIG, {configuration});
      if (slip != Slip::planUnfinished) cudnnBackendFinalize(p);
      else *workspace = 1024;
      if (slip == Slip::askedWrongType) {
        float wrong = 0;
        cudnnBackendGetAttribute(
            p, T2S_CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, T2S_CUDNN_TYPE_FLOAT, 1, &one, &wrong);
      }
      if (slip != Slip::planUnfinished)
        cudnnBackendGetAttribute(
            p, T2S_CUDNN_ATTR_EXECUTION_PLAN_WORKSPACE_SIZE, T2S_CUDNN_TYPE_INT64, 1, &one, workspace);
      return p;
    }
    return nullptr;
  }

  void whole() {
    cudnnBackendDescriptor_t first = nullptr;
    auto g = graph(&first);
    if (!g) return;
    int64_t workspaceBytes = 0;
    auto p = plan(g, &workspaceBytes);
    if (!p) return;
    CUdeviceptr x = memory(4 * values), w = memory(4 * channels * channels * 9);
    CUdeviceptr y = memory(slip == Slip::outputTooSmall ? 2 * values : 4 * values);
    CUdeviceptr workspace = memory((size_t)workspaceBytes - (slip == Slip::smallWorkspace ? 256 : 0));
    fill(run, x, values, 0);
    if (slip != Slip::weightsUnwritten) fill(run, w, channels * channels * 9, 0);
    std::vector<int64_t> ids{1, 2, 3}, addresses{(int64_t)x, (int64_t)w, (int64_t)y};
    if (slip == Slip::lacksTensor) ids[1] = 7;
    if (slip == Slip::twiceInPack) ids[1] = 1;
    if (slip == Slip::misalignedPointer) addresses[0] += 4;
    if (slip == Slip::fewerAddresses) addresses.pop_back();
    auto pack = make(T2S_CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    numbers(pack, T2S_CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ids);
    cudnnBackendSetAttribute(
        pack, T2S_CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, T2S_CUDNN_TYPE_VOID_PTR, (int64_t)addresses.size(),
        addresses.data());
    if (slip != Slip::noWorkspace)
      cudnnBackendSetAttribute(
          pack, T2S_CUDNN_ATTR_VARIANT_PACK_WORKSPACE, T2S_CUDNN_TYPE_VOID_PTR, 1, &workspace);
    if (cudnnBackendFinalize(pack)) return;
    if (slip == Slip::destroyedPart) destroy(first);
    if (slip == Slip::destroyedPlan) destroy(p);
    if (slip == Slip::otherThread) {
      std::thread([&] {
        enter();
        cudnnBackendExecute(handle, p, pack);
      }).join();
    } else {
      cudnnBackendExecute(handle, p, pack);
    }
    if (slip == Slip::workspaceRead) compute(run, workspace, x, 256);
    if (slip == Slip::workspaceShared) fill(stream(), workspace, 16);
    if (slip == Slip::freedInUse) {
      cuMemFree_v2(y);
      forget(y);
    }
  }
};

enum class BackSlip {
  none,
  missing,        // The gradient that is written has no tensor.
  foreign,        // An attribute of the other way back.
  swapped,        // The gradients of input and output in each other's place.
  wrongWeights,   // The weights' gradient of another extent.
  notATensor,     // A convolution in a tensor's place.
  wrongType,      // The factor as a whole number.
  noWorkspace,    // None where one is needed.
  lacksGradient,  // The pack lacks the gradient that is written.
  unwritten,      // The gradient that comes in was never written.
  readTooEarly,   // The result is read by another stream meanwhile.
  tooSmall,       // Memory smaller than the weights' gradient.
};

// The weights' gradient, or the data's, of a convolution of 8 channels to 4, 3 x 3 without zeros around,
// of two samples.
struct Gradient : Convolution {
  BackSlip back;
  bool isOfWeights;
  static const int64_t coarseChannels = 4, samples = 2, inner = extent - 2;
  static const int64_t fineCount = samples * channels * extent * extent,
                       coarseCount = samples * coarseChannels * inner * inner,
                       weightCount = coarseChannels * channels * 9;

  Gradient(BackSlip back, bool isOfWeights) : Convolution(Slip::none), back(back), isOfWeights(isOfWeights) {}

  cudnnBackendDescriptor_t graph() {
    auto x = tensor(1, {samples, channels, extent, extent});
    auto w = tensor(2, {coarseChannels, channels, 3, back == BackSlip::wrongWeights ? 2 : 3});
    auto y = tensor(3, {samples, coarseChannels, inner, inner});
    if (back == BackSlip::swapped) std::swap(x, y);
    auto c = make(T2S_CUDNN_BACKEND_CONVOLUTION_DESCRIPTOR);
    choice(c, T2S_CUDNN_ATTR_CONVOLUTION_COMP_TYPE, T2S_CUDNN_TYPE_DATA_TYPE, T2S_CUDNN_DATA_FLOAT);
    choice(
        c, T2S_CUDNN_ATTR_CONVOLUTION_CONV_MODE, T2S_CUDNN_TYPE_CONVOLUTION_MODE,
        T2S_CUDNN_CROSS_CORRELATION);
    numbers(c, T2S_CUDNN_ATTR_CONVOLUTION_SPATIAL_DIMS, {2});
    for (int name : {T2S_CUDNN_ATTR_CONVOLUTION_DILATIONS, T2S_CUDNN_ATTR_CONVOLUTION_FILTER_STRIDES})
      numbers(c, name, {1, 1});
    for (int name : {T2S_CUDNN_ATTR_CONVOLUTION_PRE_PADDINGS, T2S_CUDNN_ATTR_CONVOLUTION_POST_PADDINGS})
      numbers(c, name, {0, 0});
    cudnnBackendFinalize(c);
    auto o = make(
        isOfWeights ? T2S_CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_FILTER_DESCRIPTOR
                    : T2S_CUDNN_BACKEND_OPERATION_CONVOLUTION_BACKWARD_DATA_DESCRIPTOR);
    // Both ways back have the same six attributes, in other orders.
    auto name = [&](int ofWeights, int ofData) { return isOfWeights ? ofWeights : ofData; };
    int nameOfX = name(
        T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_X, T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DX);
    int nameOfW = name(
        T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DW, T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_W);
    others(
        o,
        name(
            T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_CONV_DESC,
            T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_CONV_DESC),
        {c});
    if (back == BackSlip::foreign) nameOfX = T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_FORWARD_X;
    if (!(back == BackSlip::missing && !isOfWeights)) others(o, nameOfX, {x});
    if (!(back == BackSlip::missing && isOfWeights))
      others(o, nameOfW, {back == BackSlip::notATensor ? c : w});
    others(
        o,
        name(
            T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_DY,
            T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_DY),
        {y});
    float one = 1, zero = 0;
    cudnnBackendSetAttribute(
        o,
        name(
            T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_ALPHA,
            T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_ALPHA),
        back == BackSlip::wrongType ? T2S_CUDNN_TYPE_INT32 : T2S_CUDNN_TYPE_FLOAT, 1, &one);
    cudnnBackendSetAttribute(
        o,
        name(
            T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_FILTER_BETA,
            T2S_CUDNN_ATTR_OPERATION_CONVOLUTION_BWD_DATA_BETA),
        T2S_CUDNN_TYPE_FLOAT, 1, &zero);
    if (cudnnBackendFinalize(o)) return nullptr;
    auto g = make(T2S_CUDNN_BACKEND_OPERATIONGRAPH_DESCRIPTOR);
    others(g, T2S_CUDNN_ATTR_OPERATIONGRAPH_OPS, {o});
    cudnnBackendSetAttribute(g, T2S_CUDNN_ATTR_OPERATIONGRAPH_HANDLE, T2S_CUDNN_TYPE_HANDLE, 1, &handle);
    return cudnnBackendFinalize(g) ? nullptr : g;
  }

  void whole() {
    auto g = graph();
    if (!g) return;
    int64_t workspaceBytes = 0;
    auto p = plan(g, &workspaceBytes);
    if (!p) return;
    CUdeviceptr x = memory(4 * fineCount), y = memory(4 * coarseCount);
    CUdeviceptr w = memory(back == BackSlip::tooSmall ? 2 * weightCount : 4 * weightCount);
    CUdeviceptr workspace = memory((size_t)workspaceBytes);
    if (back != BackSlip::unwritten) fill(run, y, coarseCount, 0);
    if (isOfWeights) fill(run, x, fineCount, 0);
    else fill(run, w, weightCount, 0);
    std::vector<int64_t> ids{1, 2, 3}, addresses{(int64_t)x, (int64_t)w, (int64_t)y};
    if (back == BackSlip::lacksGradient) ids[isOfWeights ? 1 : 0] = 7;
    auto pack = make(T2S_CUDNN_BACKEND_VARIANT_PACK_DESCRIPTOR);
    numbers(pack, T2S_CUDNN_ATTR_VARIANT_PACK_UNIQUE_IDS, ids);
    cudnnBackendSetAttribute(
        pack, T2S_CUDNN_ATTR_VARIANT_PACK_DATA_POINTERS, T2S_CUDNN_TYPE_VOID_PTR, (int64_t)addresses.size(),
        addresses.data());
    if (back != BackSlip::noWorkspace)
      cudnnBackendSetAttribute(
          pack, T2S_CUDNN_ATTR_VARIANT_PACK_WORKSPACE, T2S_CUDNN_TYPE_VOID_PTR, 1, &workspace);
    if (cudnnBackendFinalize(pack)) return;
    cudnnBackendExecute(handle, p, pack);
    CUdeviceptr result = isOfWeights ? w : x, copy = memory(4 * 64);
    compute(back == BackSlip::readTooEarly ? stream() : run, result, copy, 64);
  }
};

template <BackSlip slip, bool isOfWeights>
static void withGradient(bool isMended) {
  Gradient g(isMended ? BackSlip::none : slip, isOfWeights);
  g.whole();
}

// A stream of another card for the handle.
static void otherCardsStream(bool isMended) {
  Convolution c(Slip::none);
  Ground second(1);
  second.enter();
  CUstream theirs = second.stream();
  c.enter();
  cudnnSetStream(c.handle, isMended ? c.run : theirs);
}

template <Slip slip>
static void with(bool isMended) {
  Convolution c(isMended ? Slip::none : slip);
  c.whole();
}

const std::vector<Program> cudnnPrograms = {
    {"a descriptor that was not finalised", "cuDNN", with<Slip::unfinished>},
    {"an attribute of the wrong type", "cuDNN", with<Slip::wrongType>},
    {"an attribute of the wrong number", "cuDNN", with<Slip::wrongCount>},
    {"an attribute changed after finalising", "cuDNN", with<Slip::changedLater>},
    {"an attribute that is missing", "cuDNN", with<Slip::missing>},
    {"an attribute of another descriptor", "cuDNN", with<Slip::foreign>},
    {"a descriptor finalised twice", "cuDNN", with<Slip::finishedTwice>},
    {"a descriptor asked too early", "cuDNN", with<Slip::askedTooEarly>},
    {"an attribute asked for as another type", "cuDNN", with<Slip::askedWrongType>},
    {"strides of another number", "cuDNN", with<Slip::noAlignment>},
    {"a result of the wrong extent", "cuDNN", with<Slip::wrongExtent>},
    {"two tensors of one number", "cuDNN", with<Slip::sameNumber>},
    {"a pack that lacks a tensor", "cuDNN", with<Slip::lacksTensor>},
    {"a pack with a tensor twice", "cuDNN", with<Slip::twiceInPack>},
    {"a tensor that is not aligned", "cuDNN", with<Slip::misalignedPointer>},
    {"fewer addresses than tensors", "cuDNN", with<Slip::fewerAddresses>},
    {"no workspace", "cuDNN", with<Slip::noWorkspace>},
    {"a workspace that is too small", "cuDNN", with<Slip::smallWorkspace>},
    {"a plan that was not finalised", "cuDNN", with<Slip::planUnfinished>},
    {"a plan's part destroyed before it runs", "cuDNN", with<Slip::destroyedPart>},
    {"a plan destroyed before it runs", "cuDNN", with<Slip::destroyedPlan>},
    {"a handle on two threads", "two threads", with<Slip::otherThread>},
    {"a convolution on the default stream", "default stream", with<Slip::noStream>},
    {"a handle on another card's stream", "wrong context", otherCardsStream},
    {"a descriptor never destroyed", "leak", with<Slip::leakedDescriptor>},
    {"a handle never destroyed", "leak", with<Slip::leakedHandle>},
    {"weights that nobody uploaded", "unwritten", with<Slip::weightsUnwritten>},
    {"memory smaller than the result", "past the end", with<Slip::outputTooSmall>},
    {"what cuDNN left in its workspace", "unwritten", with<Slip::workspaceRead>},
    {"a result freed while it is computed", "free in use", with<Slip::freedInUse>},
    {"a workspace that another stream writes", "race", with<Slip::workspaceShared>},
    {"a weights' gradient without a tensor", "cuDNN", withGradient<BackSlip::missing, true>},
    {"a data gradient without a tensor", "cuDNN", withGradient<BackSlip::missing, false>},
    {"the forward's attribute on a way back", "cuDNN", withGradient<BackSlip::foreign, true>},
    {"gradients in each other's place", "cuDNN", withGradient<BackSlip::swapped, false>},
    {"a weights' gradient of another extent", "cuDNN", withGradient<BackSlip::wrongWeights, true>},
    {"a convolution in a gradient's place", "cuDNN", withGradient<BackSlip::notATensor, true>},
    {"a gradient's factor of another type", "cuDNN", withGradient<BackSlip::wrongType, false>},
    {"a gradient without its workspace", "cuDNN", withGradient<BackSlip::noWorkspace, true>},
    {"a pack without the gradient to be written", "cuDNN", withGradient<BackSlip::lacksGradient, false>},
    {"a gradient that nobody has computed", "unwritten", withGradient<BackSlip::unwritten, true>},
    {"a gradient read on another stream", "race", withGradient<BackSlip::readTooEarly, false>},
    {"memory smaller than the weights' gradient", "past the end", withGradient<BackSlip::tooSmall, true>},
};

}  // namespace emulator
