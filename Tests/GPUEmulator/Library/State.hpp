// The emulator's whole state, behind one lock: cards, memory, streams, events and what was broken.
//
// Nothing runs by itself: work is data on a stream until a call, under the schedule, does some of it. Who
// may touch what is found out when work is *begun*, from clocks, so that it does not depend on the schedule.
#pragma once

#include <array>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "../../../Sources/Engines/CUDNN/CCUDA/t2s_cuda.h"
#include "../../../Sources/Engines/CUDNN/CCUDNN/t2s_cudnn.h"
#include "../Control/t2s_emulator.h"

#define EXPORTED extern "C" __attribute__((visibility("default")))

namespace emulator {

using Address = uint64_t;

// How far each stream has come, as far as somebody knows: streams count the work begun on them.
struct Clock {
  std::vector<uint32_t> counts;

  uint32_t of(size_t stream) const { return stream < counts.size() ? counts[stream] : 0; }
  void set(size_t stream, uint32_t count) {
    if (counts.size() <= stream) counts.resize(stream + 1);
    counts[stream] = count;
  }
  void join(const Clock &other) {
    if (counts.size() < other.counts.size()) counts.resize(other.counts.size());
    for (size_t i = 0; i < other.counts.size(); i++)
      if (counts[i] < other.counts[i]) counts[i] = other.counts[i];
  }
};

enum class Mode {
  read,     // Must have been written, and not with poison.
  inspect,  // Must have been written; copies and checks of poison.
  write,
  update,   // Read and written.
  scratch,  // Written with what nobody may read.
  poison,   // Written with what only `inspect` may read.
};

// Bytes that some work reads or writes: `count` runs of `bytes`, each `stride` after the one before.
struct Span {
  Address begin = 0;
  uint64_t bytes = 0;
  Mode mode = Mode::read;
  uint64_t stride = 0;
  uint64_t count = 1;
  uint64_t alignment = 1;

  Address end() const { return begin + (count - 1) * stride + bytes; }
  bool writes() const { return mode != Mode::read && mode != Mode::inspect; }
};

// Who touched some bytes.
struct Access {
  size_t stream;
  uint32_t count;
  Address begin, end;
  bool writes;
  std::string label;
};

// Memory of a card, or pinned memory of the host.
struct Block {
  Address begin = 0;
  uint64_t bytes = 0;
  int card = -1;  // -1: the host's.
  bool isFreed = false;
  std::vector<Access> accesses;
  // The host's: where the emulator itself reaches it, and how many copies hold each page.
  uint8_t *inside = nullptr;
  uint64_t pages = 0;
  std::vector<uint16_t> readers, writers;
};

struct Stream;

// One piece of work on a stream.
struct Work {
  std::string label;
  Stream *stream = nullptr;
  uint32_t count = 0;
  bool isDone = false;
  bool computes = false;
  std::function<void()> run;
  // For a wait: what is waited for; nothing where the event was never recorded.
  std::shared_ptr<Work> waitsFor;
  Clock clock;
  double milliseconds = 0;
  // Of virtual time: which of the card's engines it takes (-1: none) for how long, and when it is done.
  int engine = -1;
  double seconds = 0, end = 0;
};

struct Stream {
  size_t number = 0;
  int card = 0;
  bool isDestroyed = false;
  uint32_t begun = 0;
  Clock clock;
  double freeAt = 0;
  std::deque<std::shared_ptr<Work>> queue;
};

struct Event {
  int card = 0;
  unsigned flags = 0;
  bool isDestroyed = false;
  std::shared_ptr<Work> recorded;
};

struct Context {
  int card = 0;
  int retained = 0;
};

struct Module {
  int card = 0;
  bool isUnloaded = false;
  std::map<std::string, std::vector<int>> entries;
};

// A kernel of the tool, compiled for the processor.
struct Kernel {
  std::string name;
  std::vector<int> arguments;   // Bytes.
  std::vector<int> alignments;  // Of what pointers point to; 0 for other arguments.
  // Runs all threads, blocks in an order that follows from `seed`.
  std::function<void(const uint64_t *, unsigned blocks, unsigned threads, uint64_t seed)> run;
  // What it reads and writes.
  std::function<std::vector<Span>(const uint64_t *)> spans;
};

struct Function {
  Module *module = nullptr;
  const Kernel *kernel = nullptr;
};

struct Card {
  const char *name;
  int major, minor, multiprocessors;
  uint64_t memory;
};

struct State {
  t2s_emulator_options options{};
  bool isAllowed = false;  // By a test, or by the environment.
  bool isStarted = false;
  std::mt19937_64 random;
  std::vector<std::string> violations;
  // Counting calls, and the fault that waits.
  uint64_t calls = 0;
  uint64_t failAt = 0;
  int fault = 0, faultCode = 0;
  std::string failCall;
  int lateError = 0, stickyError = 0;
  bool isSteady = false;
  uint64_t works = 0, pageable = 0;
  std::array<uint64_t, 4> copies{};  // From each card, in the loop.

  Clock host;
  double time = 0;
  double virtualTime = 0;
  // Of each card: what the network that is copied reads, where copies stand for networks.
  std::array<Address, 4> networkInput{};
  bool copiesForNetworks = false;
  std::array<std::array<double, 3>, 4> engineFree{}, engineBusy{};
  std::array<Context, 4> contexts;
  std::map<Address, std::unique_ptr<Block>> memory;  // By first byte; freed ones stay.
  std::vector<uint64_t> taken, peak, next;           // For each card.
  std::vector<std::unique_ptr<Stream>> streams;
  std::set<Stream *> streamSet;
  std::vector<std::unique_ptr<Event>> events;
  std::set<Event *> eventSet;
  std::vector<std::unique_ptr<Module>> modules;
  std::vector<std::unique_ptr<Function>> functions;
  std::set<Function *> functionSet;
  // Pages that copies hold: given back when the host knows that the copy is done.
  struct Held {
    Block *block;
    uint64_t first, last;
    bool writes;
    size_t stream;
    uint32_t count;
  };
  std::vector<Held> held;
};

extern State state;

// MARK: - Rules

void violate(const std::string &words);

// MARK: - A call of the driver or of cuDNN

enum Needs { nothing = 0, started = 1, context = 2, cannotFail = 4 };

// Holds the lock while a call is made; `status` is what the call must return at once, or 0.
struct Call {
  int status = 0;
  Call(const char *symbol, int needs);
  ~Call();
  Call(const Call &) = delete;
};

// The card of the calling thread's context.
int currentCard();

// MARK: - Memory

bool isCardAddress(Address address);
uint8_t *inside(Address address);  // Where the emulator keeps what a card has at `address`.
int allocate(int card, uint64_t bytes, Address *address);
int allocatePinned(uint64_t bytes, void **address);
int release(Address address, bool isHost);
Block *blockOf(Address address);
void checkRedZones();
void resetMemory();
void takeFaults();
// Copies hold pages of pinned memory, and give them back.
void hold(Block &block, Address begin, uint64_t bytes, bool writes, const Work &work);
void giveBackHeld(bool all);
bool isInUse(const Block &block);

// Whether `spans` may be touched by `work`, which has its clock; notes that they are.
bool touch(const std::vector<Span> &spans, Work &work, int card);

// MARK: - Streams

Stream *streamOf(CUstream stream, const char *call);
Event *eventOf(CUevent event, const char *call);
std::shared_ptr<Work> begin(Stream &stream, const std::string &label);
void enqueue(std::shared_ptr<Work> work);
void runUntil(std::shared_ptr<Work> work);
void runAll(Stream &stream);
void turn();  // What the schedule does after a call.
int waited();  // An error that surfaces when somebody waits.

// MARK: - Virtual time

bool isVirtual();
double virtualNow();
// Lets the calling thread sleep; others may call meanwhile.
void passUntil(double time);
void passLaunch();
// How long work takes, and of which engine.
void lastsCopy(Work &work, uint64_t bytes, bool isToCard);
void lastsComputing(Work &work, const std::vector<Span> &spans, double operations, bool isHalf);
// When it will be done.
void settle(Work &work);

// MARK: - Kernels and convolutions

void addTrainingKernels(std::vector<Kernel> &list);
const std::vector<Kernel> &kernels();
const Kernel *kernelOf(const std::string &name);
std::map<std::string, std::vector<int>> parsedEntries(const char *text);
float numberOfHalf(uint16_t bits);
uint16_t halfOfNumber(float value);

// MARK: - cuDNN

void resetCUDNN();
void listCUDNNLeaks(std::string &words, int &count);
// Like `Call`, for cuDNN: its own numbers.
int cudnnStatus(int status);
extern const Card cards[];

// MARK: - Programs

struct Program {
  const char *name;
  const char *rule;  // How the violation's words begin.
  void (*run)(bool isMended);
};
const std::vector<Program> &programs();

}  // namespace emulator
