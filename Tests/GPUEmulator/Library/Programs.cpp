#include "State.hpp"
namespace emulator {
const std::vector<Program> &programs() {
  static const std::vector<Program> all;
  return all;
}
}
