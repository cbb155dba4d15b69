// What lets the text of a card's kernels be compiled for the processor, and their threads be run one by one.
// Each file of kernels includes this once.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numeric>
#include <random>
#include <type_traits>
#include <utility>

#include "State.hpp"

namespace emulator {

namespace source {
namespace {

#define T2S_HOST 1
#define __device__
#define __global__ __attribute__((visibility("hidden")))
#define __forceinline__ inline __attribute__((always_inline))
#define __align__(n) __attribute__((aligned(n)))

struct Place {
  unsigned x = 0, y = 0, z = 0;
};
Place blockIdx, threadIdx, blockDim, gridDim;

static inline unsigned __float_as_uint(float value) {
  unsigned word;
  memcpy(&word, &value, 4);
  return word;
}
static inline float __int_as_float(int word) {
  float value;
  memcpy(&value, &word, 4);
  return value;
}
static inline float number_of(unsigned short bits) { return numberOfHalf(bits); }
static inline unsigned short half_of(float value) { return halfOfNumber(value); }
static inline float lower(unsigned pair) { return numberOfHalf((uint16_t)pair); }
static inline float upper(unsigned pair) { return numberOfHalf((uint16_t)(pair >> 16)); }

}  // namespace
}  // namespace source

// MARK: - Calling

template <typename Value>
static Value argument(uint64_t word) {
  if constexpr (std::is_pointer_v<Value>) {
    return word ? (Value)inside(word) : nullptr;
  } else if constexpr (std::is_same_v<Value, float>) {
    float value;
    memcpy(&value, &word, 4);
    return value;
  } else {
    return (Value)word;
  }
}

template <typename... Values, size_t... places>
static void runAllThreads(
    void (*function)(Values...), const uint64_t *words, unsigned blocks, unsigned threads, uint64_t seed,
    std::index_sequence<places...>) {
  auto values = std::make_tuple(argument<Values>(words[places])...);
  std::vector<unsigned> order(blocks);
  std::iota(order.begin(), order.end(), 0u);
  std::mt19937_64 random(seed);
  std::shuffle(order.begin(), order.end(), random);
  source::gridDim.x = blocks;
  source::blockDim.x = threads;
  for (unsigned block : order) {
    source::blockIdx.x = block;
    for (unsigned thread = 0; thread < threads; thread++) {
      source::threadIdx.x = thread;
      function(std::get<places>(values)...);
    }
  }
}

template <typename Value>
static int alignmentOf() {
  if constexpr (std::is_pointer_v<Value>) return (int)alignof(std::remove_pointer_t<Value>);
  return 0;
}

using Spans = std::vector<Span>;

template <typename... Values>
static Kernel kernel(const char *name, void (*function)(Values...), Spans (*spans)(const uint64_t *)) {
  Kernel result;
  result.name = name;
  result.arguments = {(int)sizeof(Values)...};
  result.alignments = {alignmentOf<Values>()...};
  result.run = [function](const uint64_t *words, unsigned blocks, unsigned threads, uint64_t seed) {
    runAllThreads(function, words, blocks, threads, seed, std::index_sequence_for<Values...>());
  };
  result.spans = [spans](const uint64_t *words) {
    Spans all = spans(words), present;
    // Nothing lies at address 0: what is not given is not touched.
    for (const Span &span : all)
      if (span.begin && span.bytes && span.count) present.push_back(span);
    return present;
  };
  return result;
}

}  // namespace emulator
