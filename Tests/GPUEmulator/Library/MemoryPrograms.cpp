// Wrong in what they touch.
#include "Programs.hpp"

namespace emulator {

static const size_t bytes = 4096;
static const unsigned words = 1024;

struct Place : Ground {
  CUstream run = stream();
  CUdeviceptr block = memory(bytes), other = memory(bytes);
  uint32_t *source = host(bytes), *goal = host(bytes);

  ~Place() { cuStreamSynchronize(run); }
};

static void pageableCopy(bool isMended) {
  Place p;
  std::vector<uint32_t> plain(words);
  t2s_emulator_steady(1);
  cuMemcpyHtoDAsync_v2(p.block, isMended ? p.source : plain.data(), bytes, p.run);
}

static void pageableResult(bool isMended) {
  Place p;
  std::vector<uint32_t> plain(words);
  p.fill(p.run, p.block, words);
  t2s_emulator_steady(1);
  cuMemcpyDtoHAsync_v2(isMended ? p.goal : plain.data(), p.block, bytes, p.run);
}

static void allocatedInTheLoop(bool isMended) {
  Place p;
  CUdeviceptr early = isMended ? p.memory(bytes) : 0;
  t2s_emulator_steady(1);
  CUdeviceptr place = isMended ? early : p.memory(bytes);
  p.fill(p.run, place, words);
}

static void madeInTheLoop(bool isMended) {
  Place p;
  CUevent early = isMended ? p.event() : nullptr;
  t2s_emulator_steady(1);
  cuEventRecord(isMended ? early : p.event(), p.run);
}

static void freedInUse(bool isMended) {
  Place p;
  CUdeviceptr block = p.memory(bytes);
  p.fill(p.run, block, words);
  if (isMended) cuStreamSynchronize(p.run);
  cuMemFree_v2(block);
  p.forget(block);
}

static void pinnedFreedInUse(bool isMended) {
  Place p;
  void *block = p.host(bytes);
  cuMemcpyHtoDAsync_v2(p.block, block, bytes, p.run);
  if (isMended) cuStreamSynchronize(p.run);
  cuMemFreeHost(block);
  p.pinned.pop_back();
}

static void usedAfterFree(bool isMended) {
  Place p;
  CUdeviceptr block = p.memory(bytes);
  if (!isMended) {
    cuMemFree_v2(block);
    p.forget(block);
  }
  p.fill(p.run, block, words);
}

static void freedTwice(bool isMended) {
  Place p;
  CUdeviceptr block = p.memory(bytes);
  p.forget(block);
  cuMemFree_v2(block);
  if (!isMended) cuMemFree_v2(block);
}

static void freedInside(bool isMended) {
  Place p;
  CUdeviceptr block = p.memory(bytes);
  cuMemFree_v2(block + (isMended ? 0 : 256));
  if (isMended) p.forget(block);
}

static void hostDereference(bool isMended) {
  Place p;
  p.fill(p.run, p.block, words);
  cuStreamSynchronize(p.run);
  if (isMended) {
    cuMemcpyDtoHAsync_v2(p.goal, p.block, bytes, p.run);
    cuStreamSynchronize(p.run);
    look(p.goal);
  } else {
    look((const uint32_t *)p.block);
  }
}

static void hostWrite(bool isMended) {
  Place p;
  *(isMended ? p.source : (uint32_t *)p.block) = 3;
}

static void cardAddressAsHosts(bool isMended) {
  Place p;
  p.fill(p.run, p.block, words);
  cuMemcpyHtoDAsync_v2(p.other, isMended ? p.source : (const void *)p.block, bytes, p.run);
}

static void copyPastTheEnd(bool isMended) {
  Place p;
  uint32_t *source = p.host(2 * bytes);
  cuMemcpyHtoDAsync_v2(p.block, source, isMended ? bytes : bytes + 4, p.run);
}

static void kernelPastTheEnd(bool isMended) {
  Place p;
  p.fill(p.run, p.block, isMended ? words : words + 1);
}

static void readPastTheEnd(bool isMended) {
  Place p;
  p.fill(p.run, p.block, words);
  p.compute(p.run, p.block, p.memory(2 * bytes), isMended ? words : 2 * words);
}

static void hostPastTheEnd(bool isMended) {
  Place p;
  p.fill(p.run, p.block, words);
  uint32_t *goal = p.host(256);
  cuMemcpyDtoHAsync_v2(goal, p.block, isMended ? 256 : 512, p.run);
}

static void beforeTheBeginning(bool isMended) {
  Place p;
  p.fill(p.run, p.block - (isMended ? 0 : 4), words);
}

static void wildAddress(bool isMended) {
  Place p;
  p.fill(p.run, isMended ? p.block : 0x1000, words);
}

static void hostAddressAsCards(bool isMended) {
  Place p;
  std::vector<uint32_t> plain(words);
  p.fill(p.run, isMended ? p.block : (CUdeviceptr)(uintptr_t)plain.data(), words);
}

static void neverWritten(bool isMended) {
  Place p;
  if (isMended) p.fill(p.run, p.block, words);
  p.compute(p.run, p.block, p.other, words);
}

static void partlyWritten(bool isMended) {
  Place p;
  p.fill(p.run, p.block, isMended ? words : words - 1);
  cuMemcpyDtoHAsync_v2(p.goal, p.block, bytes, p.run);
}

static void poisonRead(bool isMended) {
  Place p;
  p.fill(p.run, p.block, words, isMended ? 0 : 0xffffffff);
  p.compute(p.run, p.block, p.other, words);
}

static void misaligned(bool isMended) {
  Place p;
  p.fill(p.run, p.block + (isMended ? 4 : 2), words - 1);
}

static void leakedMemory(bool isMended) {
  Place p;
  CUdeviceptr block = p.memory(bytes);
  if (!isMended) p.forget(block);
}

static void leakedPinned(bool isMended) {
  Place p;
  p.host(bytes);
  if (!isMended) p.pinned.pop_back();
}

static void leakedStream(bool isMended) {
  Place p;
  p.stream();
  if (!isMended) p.streams.pop_back();
}

static void leakedEvent(bool isMended) {
  Place p;
  p.event();
  if (!isMended) p.events.pop_back();
}

const std::vector<Program> memoryPrograms = {
    {"a copy of memory that is not pinned", "in the loop", pageableCopy},
    {"a copy to memory that is not pinned", "in the loop", pageableResult},
    {"memory allocated in the loop", "in the loop", allocatedInTheLoop},
    {"an event made in the loop", "in the loop", madeInTheLoop},
    {"memory freed in use", "free in use", freedInUse},
    {"pinned memory freed in use", "free in use", pinnedFreedInUse},
    {"memory used after it was freed", "use after free", usedAfterFree},
    {"memory freed twice", "double free", freedTwice},
    {"an address within an allocation freed", "free", freedInside},
    {"the host reads the card's memory", "host dereference", hostDereference},
    {"the host writes the card's memory", "host dereference", hostWrite},
    {"a card's address for the host's", "host dereference", cardAddressAsHosts},
    {"a copy past the end", "past the end", copyPastTheEnd},
    {"a kernel writes past the end", "past the end", kernelPastTheEnd},
    {"a kernel reads past the end", "past the end", readPastTheEnd},
    {"a copy past the end of pinned memory", "past the end", hostPastTheEnd},
    {"a kernel before the beginning", "wild address", beforeTheBeginning},
    {"an address of nothing", "wild address", wildAddress},
    {"the host's address for a card's", "wild address", hostAddressAsCards},
    {"a number that nobody wrote", "unwritten", neverWritten},
    {"a copy of what is partly written", "unwritten", partlyWritten},
    {"a computation with poison", "unwritten", poisonRead},
    {"an address that is not aligned", "misaligned", misaligned},
    {"memory is never freed", "leak", leakedMemory},
    {"pinned memory is never freed", "leak", leakedPinned},
    {"a stream is never destroyed", "leak", leakedStream},
    {"an event is never destroyed", "leak", leakedEvent},
};

}  // namespace emulator
