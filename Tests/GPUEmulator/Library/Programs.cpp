#include "Programs.hpp"

namespace emulator {

const std::vector<Program> &programs() {
  static const std::vector<Program> all = [] {
    std::vector<Program> list;
    for (auto *part : {&streamPrograms, &memoryPrograms, &contextPrograms, &cudnnPrograms})
      list.insert(list.end(), part->begin(), part->end());
    return list;
  }();
  return all;
}

}  // namespace emulator
