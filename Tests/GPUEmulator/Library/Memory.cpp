// Memory of cards and pinned memory of the host.
//
// A card's addresses lie in a range that nobody may touch: what the host reaches through them ends in our
// handler, which notes it. What they hold lies elsewhere, between red zones, with a shadow that knows which
// bytes were written. Pinned memory is mapped twice, and the host's mapping is closed while a copy reads
// (to writing) or writes it (to all).
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstring>

#include "State.hpp"

namespace emulator {

static const uint64_t zone = 512, alignment = 256, perCard = 128ull << 30, mostCards = 4;
static const uint64_t page = 4096, poisonedWhole = 64ull << 20;
static const uint8_t zoneByte = 0xc5, nan[4] = {0x01, 0x7d, 0xa5, 0x7f};

static uint8_t *area, *store, *shadow;
// What the handler saw; it may call next to nothing.
static std::atomic<int> faults{0};
static std::atomic<uint64_t> faultPlaces[64];
// The host's mappings of pinned memory: where a fault is ours.
static std::atomic<uint64_t> pinnedRanges[4096][2];
static struct sigaction former;

static void onFault(int signal, siginfo_t *info, void *context) {
  uint64_t place = (uint64_t)info->si_addr;
  bool isOurs = area && place >= (uint64_t)area && place < (uint64_t)area + mostCards * perCard;
  for (auto &range : pinnedRanges) {
    uint64_t begin = range[0].load();
    if (begin && place >= begin && place < range[1].load()) isOurs = true;
  }
  if (!isOurs) {
    // Whoever was here before says how the process ends.
    sigaction(SIGSEGV, &former, nullptr);
    return;
  }
  int number = faults.fetch_add(1);
  if (number < 64) faultPlaces[number].store(place);
  mprotect((void *)(place / page * page), page, PROT_READ | PROT_WRITE);
}

void takeFaults() {
  int count = std::min(faults.exchange(0), 64);
  for (int i = 0; i < count; i++) {
    uint64_t place = faultPlaces[i].load();
    if (isCardAddress(place)) {
      violate("host dereference: the host touched a card's memory");
      mprotect((void *)(place / page * page), page, PROT_NONE);
    } else {
      violate("host race: the host touched pinned memory that a copy was still using");
    }
  }
}

static uint8_t *reserve(uint64_t bytes, int protection) {
  void *place =
      mmap(nullptr, bytes, protection, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (place == MAP_FAILED) abort();
  return (uint8_t *)place;
}

void resetMemory() {
  if (!area) {
    area = reserve(mostCards * perCard, PROT_NONE);
    store = reserve(mostCards * perCard, PROT_READ | PROT_WRITE);
    shadow = reserve(mostCards * perCard, PROT_READ | PROT_WRITE);
    struct sigaction action{};
    action.sa_sigaction = onFault;
    action.sa_flags = SA_SIGINFO | SA_NODEFER | SA_ONSTACK;
    sigaction(SIGSEGV, &action, &former);
  }
  giveBackHeld(true);
  for (auto &[begin, block] : state.memory) {
    if (block->card >= 0) {
      if (block->isFreed) continue;
      madvise(store + (begin - (Address)area) / page * page, block->bytes + 2 * page, MADV_DONTNEED);
      madvise(shadow + (begin - (Address)area) / page * page, block->bytes + 2 * page, MADV_DONTNEED);
    } else if (!block->isFreed) {
      munmap((void *)begin, block->pages * page);
      munmap(block->inside, block->pages * page);
    }
  }
  for (auto &range : pinnedRanges) range[0].store(0);
  state.memory.clear();
  state.taken.assign(mostCards, 0);
  state.peak.assign(mostCards, 0);
  state.next.assign(mostCards, 0);
  faults.store(0);
}

bool isCardAddress(Address address) {
  return area && address >= (Address)area && address < (Address)area + mostCards * perCard;
}

uint8_t *inside(Address address) { return store + (address - (Address)area); }
static uint8_t *known(Address address) { return shadow + (address - (Address)area); }

// Makes bytes what they were when they were reserved, without touching the pages of a large range.
static void clear(uint8_t *place, uint64_t bytes) {
  if (bytes <= poisonedWhole) {
    memset(place, 0, bytes);
    return;
  }
  uint8_t *first = (uint8_t *)(((uint64_t)place + page - 1) / page * page);
  uint8_t *last = (uint8_t *)(((uint64_t)place + bytes) / page * page);
  memset(place, 0, first - place);
  madvise(first, last - first, MADV_DONTNEED);
  memset(last, 0, place + bytes - last);
}

int allocate(int card, uint64_t bytes, Address *address) {
  uint64_t whole = (bytes + alignment - 1) / alignment * alignment;
  uint64_t capacity = state.options.capacity ? state.options.capacity : cards[state.options.card].memory;
  if (state.taken[card] + whole > capacity) return T2S_CUDA_ERROR_OUT_OF_MEMORY;
  if (state.next[card] + whole + 2 * zone > perCard) {
    violate("emulator: its addresses are used up");
    return T2S_CUDA_ERROR_OUT_OF_MEMORY;
  }
  auto block = std::make_unique<Block>();
  block->begin = (Address)area + card * perCard + state.next[card] + zone;
  block->bytes = bytes;
  block->card = card;
  // Addresses are not used twice, so that those of freed memory are known.
  state.next[card] += whole + 2 * zone;
  state.taken[card] += whole;
  state.peak[card] = std::max(state.peak[card], state.taken[card]);
  uint8_t *place = inside(block->begin);
  clear(known(block->begin), bytes);
  memset(place - zone, zoneByte, zone);
  memset(place + bytes, zoneByte, zone);
  // Signalling NaNs, in either precision.
  if (bytes <= poisonedWhole)
    for (uint64_t i = 0; i < bytes; i++) place[i] = nan[i % 4];
  *address = block->begin;
  state.memory[block->begin] = std::move(block);
  return 0;
}

int allocatePinned(uint64_t bytes, void **address) {
  uint64_t pages = (bytes + page - 1) / page;
  int file = memfd_create("t2s-pinned", 0);
  if (file < 0 || ftruncate(file, pages * page)) return T2S_CUDA_ERROR_OUT_OF_MEMORY;
  void *outside = mmap(nullptr, pages * page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  void *within = mmap(nullptr, pages * page, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
  close(file);
  if (outside == MAP_FAILED || within == MAP_FAILED) return T2S_CUDA_ERROR_OUT_OF_MEMORY;
  auto block = std::make_unique<Block>();
  block->begin = (Address)outside;
  block->bytes = bytes;
  block->inside = (uint8_t *)within;
  block->pages = pages;
  block->readers.assign(pages, 0);
  block->writers.assign(pages, 0);
  for (auto &range : pinnedRanges) {
    if (range[0].load()) continue;
    range[1].store((uint64_t)outside + pages * page);
    range[0].store((uint64_t)outside);
    break;
  }
  *address = outside;
  state.memory[block->begin] = std::move(block);
  return 0;
}

Block *blockOf(Address address) {
  auto next = state.memory.upper_bound(address);
  if (next == state.memory.begin()) return nullptr;
  Block *block = std::prev(next)->second.get();
  // What is a little behind its end is still meant for it.
  uint64_t reach = block->card >= 0 ? block->bytes + zone : block->pages * page;
  return address < block->begin + reach ? block : nullptr;
}

bool isInUse(const Block &block) {
  for (const Access &access : block.accesses)
    if (access.count > state.host.of(access.stream)) return true;
  return false;
}

int release(Address address, bool isHost) {
  Block *block = blockOf(address);
  if (!block || block->begin != address || (block->card < 0) != isHost) {
    violate("free: an address that no allocation gave");
    return 1;
  }
  if (block->isFreed) {
    violate("double free: memory was freed before");
    return 1;
  }
  if (isInUse(*block) && !state.stickyError) {
    violate("free in use: memory is freed while work that uses it may still run (" +
            block->accesses.back().label + ")");
    for (auto &stream : state.streams) runAll(*stream);
  }
  block->isFreed = true;
  block->accesses.clear();
  if (isHost) {
    for (auto held = state.held.begin(); held != state.held.end();)
      held = held->block == block ? state.held.erase(held) : held + 1;
    for (auto &range : pinnedRanges)
      if (range[0].load() == block->begin) range[0].store(0);
    munmap((void *)block->begin, block->pages * page);
    munmap(block->inside, block->pages * page);
    // The system may give the same place again.
    state.memory.erase(address);
  } else {
    state.taken[block->card] -= (block->bytes + alignment - 1) / alignment * alignment;
    uint64_t first = (address - (Address)area + page - 1) / page * page;
    uint64_t last = (address - (Address)area + block->bytes) / page * page;
    if (last > first) {
      madvise(store + first, last - first, MADV_DONTNEED);
      madvise(shadow + first, last - first, MADV_DONTNEED);
    }
  }
  return 0;
}

void checkRedZones() {
  static const std::vector<uint8_t> whole(zone, zoneByte);
  for (auto &[begin, block] : state.memory) {
    if (block->card < 0 || block->isFreed) continue;
    uint8_t *place = inside(begin);
    if (!memcmp(place - zone, whole.data(), zone) && !memcmp(place + block->bytes, whole.data(), zone))
      continue;
    violate("red zone: something was written beside an allocation");
    memset(place - zone, zoneByte, zone);
    memset(place + block->bytes, zoneByte, zone);
  }
}

// MARK: - Pinned pages

static int protection(const Block &block, uint64_t p) {
  return block.writers[p] ? PROT_NONE : block.readers[p] ? PROT_READ : PROT_READ | PROT_WRITE;
}

static void protect(Block &block, uint64_t first, uint64_t last) {
  for (uint64_t p = first; p <= last;) {
    // Neighbours that are protected alike at once.
    uint64_t end = p + 1;
    while (end <= last && protection(block, end) == protection(block, p)) end++;
    mprotect((uint8_t *)block.begin + p * page, (end - p) * page, protection(block, p));
    p = end;
  }
}

void hold(Block &block, Address begin, uint64_t bytes, bool writes, const Work &work) {
  uint64_t first = (begin - block.begin) / page, last = (begin + bytes - 1 - block.begin) / page;
  for (uint64_t p = first; p <= last; p++) (writes ? block.writers : block.readers)[p]++;
  protect(block, first, last);
  state.held.push_back({&block, first, last, writes, work.stream->number, work.count});
}

void giveBackHeld(bool all) {
  for (auto held = state.held.begin(); held != state.held.end();) {
    if (!all && held->count > state.host.of(held->stream)) {
      held++;
      continue;
    }
    auto &counts = held->writes ? held->block->writers : held->block->readers;
    for (uint64_t p = held->first; p <= held->last; p++) counts[p]--;
    protect(*held->block, held->first, held->last);
    held = state.held.erase(held);
  }
}

// MARK: - Who may touch what

static bool overlaps(const Access &a, Address begin, Address end) {
  return a.begin < end && begin < a.end;
}

// The values of a byte's shadow.
enum : uint8_t { unwritten = 0, written = 1, poisoned = 2 };

static bool isKnown(const Span &span) {
  for (uint64_t run = 0; run < span.count; run++) {
    const uint8_t *bytes = known(span.begin + run * span.stride);
    uint8_t least = 1, most = 0;
    for (uint64_t i = 0; i < span.bytes; i++) {
      least = std::min(least, bytes[i]);
      most = std::max(most, bytes[i]);
    }
    if (!least || (most == poisoned && span.mode != Mode::inspect)) return false;
  }
  return true;
}

static void note(const Span &span) {
  uint8_t value = span.mode == Mode::scratch ? unwritten : span.mode == Mode::poison ? poisoned : written;
  for (uint64_t run = 0; run < span.count; run++)
    memset(known(span.begin + run * span.stride), value, span.bytes);
}

// Where only time matters, nobody looks at what bytes hold.
static bool skipsBytes() { return state.options.skipsArithmetic || state.copiesForNetworks; }

bool touch(const std::vector<Span> &spans, Work &work, int card) {
  std::vector<Block *> blocks;
  // First whether all is there, then what is in it, and at last that it is touched.
  for (const Span &span : spans) {
    Block *block = blockOf(span.begin);
    blocks.push_back(block);
    if (!block) {
      violate("wild address: " + work.label + " touches what no allocation gave");
      return false;
    }
    if (block->isFreed) {
      violate("use after free: " + work.label);
      return false;
    }
    if (block->card >= 0 && block->card != card) {
      violate("other card: " + work.label + " touches memory of another card");
      return false;
    }
    if (span.end() > block->begin + block->bytes) {
      violate("past the end: " + work.label + " touches " +
              std::to_string(span.end() - block->begin) + " bytes of " + std::to_string(block->bytes));
      return false;
    }
    if (span.begin % span.alignment) {
      violate("misaligned: " + work.label);
      return false;
    }
  }
  bool isGood = true;
  for (size_t i = 0; i < spans.size(); i++) {
    const Span &span = spans[i];
    Block &block = *blocks[i];
    for (const Access &access : block.accesses) {
      if (!(access.writes || span.writes()) || !overlaps(access, span.begin, span.end())) continue;
      if (access.count <= work.clock.of(access.stream)) continue;
      violate("race: " + work.label + (span.writes() ? " writes" : " reads") + " what " + access.label +
              (access.writes ? " writes" : " reads") + ", and nothing says which is first");
      isGood = false;
      break;
    }
    if (!skipsBytes() && block.card >= 0 && (span.mode == Mode::read || span.mode == Mode::inspect || span.mode == Mode::update) &&
        !isKnown(span)) {
      violate("unwritten: " + work.label + " reads what nobody wrote");
      isGood = false;
    }
  }
  for (size_t i = 0; i < spans.size(); i++) {
    const Span &span = spans[i];
    Block &block = *blocks[i];
    Access access{work.stream->number, work.count, span.begin, span.end(), span.writes(), work.label};
    // What is covered by this, and comes before it, need not be kept.
    auto &list = block.accesses;
    list.erase(
        std::remove_if(
            list.begin(), list.end(),
            [&](const Access &old) {
              return old.count <= work.clock.of(old.stream) && old.begin >= access.begin &&
                     old.end <= access.end &&
                     (access.writes || (!old.writes && old.stream == access.stream));
            }),
        list.end());
    list.push_back(access);
    if (!skipsBytes() && block.card >= 0 && span.writes()) note(span);
  }
  return isGood;
}

}  // namespace emulator
