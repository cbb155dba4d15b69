// cuDNN's backend descriptors as the emulator keeps them.
#pragma once

#include <array>

#include "State.hpp"

namespace emulator {

struct Descriptor;

// An engine that the emulator has for a convolution.
struct EngineChoice {
  int index = 0;
  std::vector<int> notes, behaviour;
  uint64_t workspace = 0;
  bool roundsToTF32 = false;
  bool isDeterministic = true;
  // How it may be set, and is: a knob's kind and value.
  std::map<int, int64_t> knobs = {};
};

// A tensor, as its descriptor says.
struct TensorFacts {
  int64_t number = 0;
  int type = T2S_CUDNN_DATA_FLOAT;
  std::vector<int64_t> dimensions, strides;
  bool isVirtual = false;

  int64_t count() const {
    int64_t product = 1;
    for (int64_t d : dimensions) product *= d;
    return product;
  }
  int bytes() const { return type == T2S_CUDNN_DATA_HALF ? 2 : 4; }
  // Whether it has no gaps, whatever the order.
  bool isPacked() const {
    int64_t reach = 1;
    for (size_t i = 0; i < dimensions.size(); i++) reach += (dimensions[i] - 1) * strides[i];
    return reach == count();
  }
};

// Which of a convolution's three tensors is computed from the other two.
enum class Pass { forward, data, weights };

// A graph of operations, understood: a convolution, and what comes after it. On the way back the input,
// the weights and the output are gradients where they are not values.
struct GraphFacts {
  Pass pass = Pass::forward;
  TensorFacts input, weights, output, added, bias;
  bool adds = false, hasBias = false, relu = false;
  std::vector<int64_t> stride, dilation, before, after;
  std::string refusal;  // Why no engine computes it; empty where one does.
};

struct Attribute {
  int type = 0;
  int64_t count = 0;
  std::vector<uint8_t> bytes;
};

struct Descriptor {
  int kind = 0;
  bool isFinal = false;
  bool isDestroyed = false;
  std::map<int, Attribute> attributes;
  std::vector<Descriptor *> uses;
  // What finalising has understood.
  TensorFacts tensor;
  GraphFacts graph;
  EngineChoice engine;
  std::vector<EngineChoice> choices;
  int architecture = 0;
  std::map<int64_t, Address> pointers;
  Address workspace = 0;

  std::vector<int64_t> numbers(int name) const;
  int choice(int name) const;
  std::vector<Descriptor *> others(int name) const;
};

// One attribute of a kind of descriptor: what may be set.
struct Rule {
  int kind, name, type;
  int64_t least, most;
  bool isRequired;
  bool isSettable;
};
extern const std::vector<Rule> rules;

// Understands a descriptor that is complete; returns cuDNN's status and says why.
int understand(Descriptor &descriptor, std::string &why);

// The engines for a graph on an architecture, the preferred first, or those of the fallback.
std::vector<EngineChoice> enginesOf(const GraphFacts &graph, int architecture, bool isFallback);

// Computes a pass of a convolution; all numbers were checked.
void convolve(
    const GraphFacts &graph, const EngineChoice &engine, const std::map<int64_t, Address> &pointers,
    uint64_t seed);

enum Status {
  statusBadParam = 2000,
  statusMisaligned = 2003,
  statusNotFinal = 2004,
  statusShape = 2008,
  statusDuplicate = 2009,
  statusType = 2010,
  statusNotSupported = 3000,
  statusInternal = 4000,
  statusExecution = 5000,
};

}  // namespace emulator
