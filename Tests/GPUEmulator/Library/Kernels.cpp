// The tool's own kernels: the same text as the card gets, compiled for the processor, and what each reads
// and writes.
#include "HostKernels.hpp"

namespace emulator {

float numberOfHalf(uint16_t bits) {
  uint32_t sign = (uint32_t)(bits >> 15) << 31, exponent = bits >> 10 & 31, rest = bits & 1023;
  uint32_t word;
  if (exponent == 31) {
    word = sign | 0x7f800000u | rest << 13;
  } else if (exponent) {
    word = sign | (exponent + 112) << 23 | rest << 13;
  } else {
    float value = (float)rest / 16777216.0f;
    return sign ? -value : value;
  }
  float value;
  memcpy(&value, &word, 4);
  return value;
}

uint16_t halfOfNumber(float value) {
  uint32_t word;
  memcpy(&word, &value, 4);
  uint16_t sign = (uint16_t)(word >> 16 & 0x8000);
  word &= 0x7fffffff;
  if (word > 0x7f800000) return sign | 0x7fff;
  if (word >= 0x477ff000) return sign | 0x7c00;  // From 65520 on it is infinite.
  if (word < 0x38800000) {
    // Below the normal numbers: multiples of 2^-24, ties to even.
    float size;
    memcpy(&size, &word, 4);
    return sign | (uint16_t)std::nearbyint(size * 16777216.0f);
  }
  uint32_t rounded = word + 0xfff + (word >> 13 & 1);
  return sign | (uint16_t)((rounded - 0x38000000) >> 13);
}

namespace source {
namespace {

#include "../../../Sources/Engines/CUDNN/Kernels/kernels.cu"

}  // namespace
}  // namespace source

// MARK: - What kernels touch: arguments in the order of their text

template <int grey, int number>
static Spans normaliseSpans(const uint64_t *a) {
  uint64_t voxels = a[2], channels = a[3], layers = a[5], distance = a[6];
  return {{a[0], ((layers - 1) * distance + voxels) * grey}, {a[1], voxels * channels * number, Mode::write}};
}

template <int number>
static Spans poolSpans(const uint64_t *a) {
  uint64_t channels = a[8];
  return {{a[0], a[5] * a[6] * a[7] * channels * number},
          {a[1], a[2] * a[3] * a[4] * channels * number, Mode::write}};
}

template <int unit>
static Spans spreadSpans(const uint64_t *a) {
  uint64_t voxels = a[2] * a[3] * a[4], factor = a[5] * a[6] * a[7];
  uint64_t inVoxels = (a[2] / a[5]) * (a[3] / a[6]) * (a[4] / a[7]);
  uint64_t count = a[8], tail = a[9], offset = a[10], inChannels = a[11], outChannels = a[12];
  bool phases = a[13], planes = a[14];
  uint64_t read = phases ? count * factor : count;
  if (planes)
    return {{a[0], read * inVoxels * unit},
            {a[1] + offset * voxels * unit, (count + tail) * voxels * unit, Mode::write}};
  return {{a[0], read * unit, Mode::read, inChannels * unit, inVoxels},
          {a[1] + offset * unit, (count + tail) * unit, Mode::write, outChannels * unit, voxels}};
}

template <int number, int offset>
static Spans combineSpans(const uint64_t *a) {
  uint64_t bytes = a[4] * a[5] * number;
  return {{a[0], bytes}, {a[1], bytes}, {a[2], a[5] * offset}, {a[3], bytes, Mode::write}};
}

template <int number>
static Spans affineSpans(const uint64_t *a) {
  uint64_t bytes = a[4] * a[5] * number;
  return {{a[0], bytes}, {a[1], a[5] * 4}, {a[2], a[5] * 4}, {a[3], bytes, Mode::write}};
}

template <int number>
static Spans depthwiseSpans(const uint64_t *a) {
  uint64_t outputs = a[12], taps = a[14] * a[15] * a[16];
  return {{a[0], a[7] * a[8] * a[9] * a[10] * number},
          {a[1], taps * outputs * 4},
          {a[2], outputs * 4},
          {a[3], a[4] * a[5] * a[6] * a[11] * number, Mode::write}};
}

template <int number>
static Spans softmaxSpans(const uint64_t *a) {
  uint64_t bytes = a[2] * a[3] * number;
  return {{a[0], bytes}, {a[1], bytes, Mode::write}};
}

template <int number, int result>
static Spans resultSpans(const uint64_t *a) {
  uint64_t voxels = a[3], channels = a[4], count = a[5];
  uint64_t written = result == 1 ? voxels : voxels * count * 4;
  return {{a[0], voxels * channels * number}, {a[1], written, Mode::write}, {a[2], 4, Mode::update}};
}

template <int number, int result>
static Spans headSpans(const uint64_t *a) {
  uint64_t voxels = a[5], channels = a[6], inputs = a[7], count = a[8];
  uint64_t written = result == 1 ? voxels : voxels * count * 4;
  return {{a[0], voxels * channels * number},
          {a[1], count * inputs * 4},
          {a[2], count * 4},
          {a[3], written, Mode::write},
          {a[4], 4, Mode::update}};
}

template <int number>
static Spans patternSpans(const uint64_t *a) {
  return {{a[0], a[1] * a[2] * number, Mode::write}};
}

template <int number>
static Spans finiteSpans(const uint64_t *a) {
  return {{a[0], a[2] * number, Mode::inspect}, {a[1], 4, Mode::update}};
}

static Spans fillSpans(const uint64_t *a) {
  return {{a[0], a[1] * 4, a[2] == 0xffffffff ? Mode::poison : Mode::write}};
}

static Spans checksumSpans(const uint64_t *a) {
  return {{a[0], a[2] * 4, Mode::inspect},
          {a[1], 64 * 256 * 8, Mode::write}};
}

static Spans pairSpans(const uint64_t *a) { return poolSpans<4>(a); }

const std::vector<Kernel> &kernels() {
  using namespace source;
  static const std::vector<Kernel> all = [] {
    std::vector<Kernel> list;
#define ADD(name, spans) list.push_back(kernel(#name, name, spans))
#define ADD_BOTH(name, spans) \
  ADD(name##_f32, (spans<4>)); \
  ADD(name##_f16, (spans<2>))
#define ADD_RESULT(name, spans, result) \
  ADD(name##_f32, (spans<4, result>)); \
  ADD(name##_f16, (spans<2, result>))
    ADD(normalise_u8_f32, (normaliseSpans<1, 4>));
    ADD(normalise_u8_f16, (normaliseSpans<1, 2>));
    ADD(normalise_u16_f32, (normaliseSpans<2, 4>));
    ADD(normalise_u16_f16, (normaliseSpans<2, 2>));
    ADD(normalise_f32_f32, (normaliseSpans<4, 4>));
    ADD(normalise_f32_f16, (normaliseSpans<4, 2>));
    ADD(spread_2, spreadSpans<2>);
    ADD(spread_4, spreadSpans<4>);
    ADD(spread_16, spreadSpans<16>);
    ADD(pool_pairs, pairSpans);
    ADD(fill, fillSpans);
    ADD(checksum, checksumSpans);
    ADD(combine_halves, (combineSpans<2, 2>));
    ADD(combine_f32, (combineSpans<4, 4>));
    ADD(combine_f16, (combineSpans<2, 4>));
    ADD_BOTH(pool, poolSpans);
    ADD_BOTH(affine, affineSpans);
    ADD_BOTH(depthwise, depthwiseSpans);
    ADD_BOTH(softmax, softmaxSpans);
    ADD_BOTH(pattern, patternSpans);
    ADD_BOTH(finite, finiteSpans);
    ADD_RESULT(labels, resultSpans, 1);
    ADD_RESULT(scores, resultSpans, 4);
    ADD_RESULT(head_labels, headSpans, 1);
    ADD_RESULT(head_scores, headSpans, 4);
    addTrainingKernels(list);
    return list;
  }();
  return all;
}

const Kernel *kernelOf(const std::string &name) {
  for (const Kernel &kernel : kernels())
    if (kernel.name == name) return &kernel;
  return nullptr;
}

// Lines of ".visible .entry name( .param .u64 a, .param .f32 b ) { ... }".
std::map<std::string, std::vector<int>> parsedEntries(const char *text) {
  std::map<std::string, std::vector<int>> entries;
  static const char mark[] = ".visible .entry ";
  for (const char *place = text; place && (place = strstr(place, mark));) {
    place += sizeof(mark) - 1;
    const char *open = strchr(place, '('), *close = open ? strchr(open, ')') : nullptr;
    if (!close) break;
    std::vector<int> arguments;
    for (const char *next = open; (next = strstr(next, ".param .")) && next < close;) {
      next += 8;
      arguments.push_back(strncmp(next + 1, "64", 2) == 0 ? 8 : 4);
    }
    entries[std::string(place, open)] = arguments;
    place = close;
  }
  return entries;
}

}  // namespace emulator
