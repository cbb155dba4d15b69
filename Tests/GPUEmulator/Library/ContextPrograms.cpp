// Wrong in card, thread, or kernel.
#include "Programs.hpp"

namespace emulator {

static const size_t bytes = 4096;
static const unsigned words = 1024;

static void noContext(bool isMended) {
  Ground g;
  CUstream stream = g.stream();
  CUdeviceptr block = g.memory(bytes);
  std::thread([&] {
    if (isMended) g.enter();
    g.fill(stream, block, words);
  }).join();
  cuStreamSynchronize(stream);
}

static void afterRelease(bool isMended) {
  CUcontext context = nullptr;
  cuInit(0);
  cuDevicePrimaryCtxRetain(&context, 0);
  cuCtxSetCurrent(context);
  if (!isMended) cuDevicePrimaryCtxRelease_v2(0);
  CUdeviceptr block = 0;
  if (cuMemAlloc_v2(&block, bytes) == 0) cuMemFree_v2(block);
  if (isMended) cuDevicePrimaryCtxRelease_v2(0);
}

static void releasedTwice(bool isMended) {
  CUcontext context = nullptr;
  cuInit(0);
  cuDevicePrimaryCtxRetain(&context, 0);
  cuDevicePrimaryCtxRelease_v2(0);
  if (!isMended) cuDevicePrimaryCtxRelease_v2(0);
}

static void neverReleased(bool isMended) {
  CUcontext context = nullptr;
  cuInit(0);
  cuDevicePrimaryCtxRetain(&context, 0);
  if (isMended) cuDevicePrimaryCtxRelease_v2(0);
}

static void notStarted(bool isMended) {
  if (isMended) cuInit(0);
  int count = 0;
  cuDeviceGetCount(&count);
}

static void noSuchCard(bool isMended) {
  cuInit(0);
  CUcontext context = nullptr;
  int card = isMended ? 1 : 7;
  if (cuDevicePrimaryCtxRetain(&context, card) == 0) cuDevicePrimaryCtxRelease_v2(card);
}

static void streamOfOtherCard(bool isMended) {
  Ground first, second(1);
  second.enter();
  CUdeviceptr block = second.memory(bytes);
  CUstream stream = second.stream();
  if (!isMended) first.enter();
  (isMended ? second : first).fill(stream, block, words);
}

static void memoryOfOtherCard(bool isMended) {
  Ground first, second(1);
  second.enter();
  CUdeviceptr theirs = second.memory(bytes);
  first.enter();
  CUdeviceptr ours = first.memory(bytes);
  first.fill(first.stream(), isMended ? ours : theirs, words);
}

static void copyInOtherContext(bool isMended) {
  Ground first, second(1);
  second.enter();
  CUdeviceptr block = second.memory(bytes);
  CUstream stream = second.stream();
  uint32_t *source = second.host(bytes);
  if (!isMended) first.enter();
  cuMemcpyHtoDAsync_v2(block, source, bytes, stream);
}

static void eventOfOtherCard(bool isMended) {
  Ground first, second(1);
  second.enter();
  CUevent theirs = second.event();
  first.enter();
  CUevent ours = first.event();
  cuEventRecord(isMended ? ours : theirs, first.stream());
}

static void tooManyThreads(bool isMended) {
  Ground g;
  g.launch("fill", g.stream(), {g.memory(bytes), words, 7}, isMended ? 1024 : 1025);
}

static void noSuchKernel(bool isMended) {
  Ground g;
  CUfunction function = nullptr;
  cuModuleGetFunction(&function, g.module, isMended ? "fill" : "filled");
}

static void otherArguments(bool isMended) {
  Ground g;
  CUmodule module = nullptr;
  const char *text = isMended
                         ? ".visible .entry fill( .param .u64 a, .param .u32 b, .param .u32 c ) { ret; }"
                         : ".visible .entry fill( .param .u64 a, .param .u64 b, .param .u32 c ) { ret; }";
  if (cuModuleLoadDataEx(&module, text, 0, nullptr, nullptr) == 0) cuModuleUnload(module);
}

static void noKernelsAtAll(bool isMended) {
  Ground g;
  CUmodule module = nullptr;
  if (cuModuleLoadDataEx(&module, isMended ? Ground::text() : "", 0, nullptr, nullptr) == 0)
    cuModuleUnload(module);
}

static void unloadedKernel(bool isMended) {
  Ground g;
  CUmodule module = nullptr;
  cuModuleLoadDataEx(&module, Ground::text(), 0, nullptr, nullptr);
  CUfunction function = nullptr;
  cuModuleGetFunction(&function, module, "fill");
  CUdeviceptr block = g.memory(bytes);
  CUstream stream = g.stream();
  if (!isMended) cuModuleUnload(module);
  g.launch(function, stream, {block, words, 7});
  if (isMended) {
    cuStreamSynchronize(stream);
    cuModuleUnload(module);
  }
}

static void kernelOfOtherCard(bool isMended) {
  Ground first, second(1);
  first.enter();
  CUfunction function = nullptr;
  cuModuleGetFunction(&function, isMended ? first.module : second.module, "fill");
  first.launch(function, first.stream(), {first.memory(bytes), words, 7});
}

const std::vector<Program> contextPrograms = {
    {"a thread without a context", "no context", noContext},
    {"a context after its release", "no context", afterRelease},
    {"a context released twice", "no context", releasedTwice},
    {"a context never released", "leak", neverReleased},
    {"a driver that was not started", "not started", notStarted},
    {"a card that is not there", "no card", noSuchCard},
    {"a kernel on another card's stream", "wrong context", streamOfOtherCard},
    {"a kernel on another card's memory", "other card", memoryOfOtherCard},
    {"a copy in another card's context", "wrong context", copyInOtherContext},
    {"an event on another card's stream", "wrong context", eventOfOtherCard},
    {"a kernel of another card", "wrong context", kernelOfOtherCard},
    {"too many threads", "launch", tooManyThreads},
    {"a kernel that is not there", "kernels", noSuchKernel},
    {"a text with other arguments", "kernels", otherArguments},
    {"a text without kernels", "kernels", noKernelsAtAll},
    {"a kernel that was unloaded", "kernels", unloadedKernel},
};

}  // namespace emulator
