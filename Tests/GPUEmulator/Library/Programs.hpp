// Small programs against the emulator, each wrong in one way, and right when mended.
#pragma once

#include <cstring>
#include <string>
#include <thread>

#include "State.hpp"

#define PROTOTYPE(name, symbol, arguments) EXPORTED CUresult symbol arguments;
T2S_CUDA_FUNCTIONS(PROTOTYPE)
#undef PROTOTYPE
#define PROTOTYPE(name, symbol, result, arguments) EXPORTED result symbol arguments;
T2S_CUDNN_FUNCTIONS(PROTOTYPE)
#undef PROTOTYPE
EXPORTED void t2s_emulator_steady(int isSteady);

namespace emulator {

// A card made ready, with all that a program takes from it, which is given back at the end.
struct Ground {
  CUcontext context = nullptr;
  CUmodule module = nullptr;
  int card;
  std::vector<CUstream> streams;
  std::vector<CUevent> events;
  std::vector<CUdeviceptr> blocks;
  std::vector<void *> pinned;

  explicit Ground(int card = 0) : card(card) {
    cuInit(0);
    cuDevicePrimaryCtxRetain(&context, card);
    enter();
    cuModuleLoadDataEx(&module, text(), 0, nullptr, nullptr);
  }
  ~Ground() {
    enter();
    t2s_emulator_steady(0);
    cuCtxSynchronize();
    for (CUevent event : events) cuEventDestroy_v2(event);
    for (CUstream stream : streams) cuStreamDestroy_v2(stream);
    for (CUdeviceptr block : blocks) cuMemFree_v2(block);
    for (void *block : pinned) cuMemFreeHost(block);
    cuModuleUnload(module);
    cuDevicePrimaryCtxRelease_v2(card);
  }

  void enter() { cuCtxSetCurrent(context); }

  static const char *text() {
    return ".version 7.8\n"
           ".visible .entry fill( .param .u64 a, .param .u32 b, .param .u32 c ) { ret; }\n"
           ".visible .entry checksum( .param .u64 a, .param .u64 b, .param .u32 c ) { ret; }\n"
           ".visible .entry softmax_f32( .param .u64 a, .param .u64 b, .param .u32 c, .param .u32 d, "
           ".param .u32 e, .param .u32 f ) { ret; }\n";
  }

  CUstream stream(unsigned flags = T2S_CU_STREAM_NON_BLOCKING) {
    CUstream stream = nullptr;
    cuStreamCreate(&stream, flags);
    streams.push_back(stream);
    return stream;
  }
  CUevent event(unsigned flags = T2S_CU_EVENT_BLOCKING_SYNC | T2S_CU_EVENT_DISABLE_TIMING) {
    CUevent event = nullptr;
    cuEventCreate(&event, flags);
    events.push_back(event);
    return event;
  }
  CUdeviceptr memory(size_t bytes) {
    CUdeviceptr address = 0;
    cuMemAlloc_v2(&address, bytes);
    blocks.push_back(address);
    return address;
  }
  uint32_t *host(size_t bytes) {
    void *address = nullptr;
    cuMemHostAlloc(&address, bytes, T2S_CU_MEMHOSTALLOC_PORTABLE);
    pinned.push_back(address);
    return (uint32_t *)address;
  }
  // Forgotten by the end: somebody else has given it back.
  void forget(CUdeviceptr block) {
    for (auto place = blocks.begin(); place != blocks.end(); place++)
      if (*place == block) {
        blocks.erase(place);
        return;
      }
  }

  CUresult launch(
      const char *name, CUstream stream, std::vector<uint64_t> words, unsigned threads = 256) {
    CUfunction function = nullptr;
    CUresult status = cuModuleGetFunction(&function, module, name);
    if (status) return status;
    return launch(function, stream, words, threads);
  }
  CUresult launch(
      CUfunction function, CUstream stream, std::vector<uint64_t> words, unsigned threads = 256) {
    std::vector<void *> places;
    for (uint64_t &word : words) places.push_back(&word);
    return cuLaunchKernel(function, 4, 1, 1, threads, 1, 1, 0, stream, places.data(), nullptr);
  }
  // Writes `count` words.
  CUresult fill(CUstream stream, CUdeviceptr to, unsigned count, unsigned word = 7) {
    return launch("fill", stream, {to, count, word});
  }
  // Reads `count` numbers and writes as many.
  CUresult compute(CUstream stream, CUdeviceptr from, CUdeviceptr to, unsigned count) {
    return launch("softmax_f32", stream, {from, to, count, 1, 1, 1});
  }
};

// What somebody keeps of a value that must be looked at.
inline volatile uint32_t looked;
inline void look(const uint32_t *place) { looked = *place; }

extern const std::vector<Program> streamPrograms, memoryPrograms, contextPrograms, cudnnPrograms;

}  // namespace emulator
