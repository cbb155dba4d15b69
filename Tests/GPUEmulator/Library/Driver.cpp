// libcuda's functions that the tool uses, under their real names. Their types are the tool's own table's,
// which Tools/check compares with NVIDIA's headers; another type here does not compile.
#include <algorithm>
#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>

#include <time.h>
#include <unistd.h>

#include "State.hpp"

#define PROTOTYPE(name, symbol, arguments) EXPORTED CUresult symbol arguments;
T2S_CUDA_FUNCTIONS(PROTOTYPE)

namespace emulator {

State state;
static std::recursive_mutex lock;
static thread_local Context *current = nullptr;

const Card cards[] = {
    {"T2S CPU emulator (Quadro P4000)", 6, 1, 14, 8ull << 30},
    {"T2S CPU emulator (Quadro P2000)", 6, 1, 8, 5ull << 30},
    {"T2S CPU emulator (T4)", 7, 5, 40, 16ull << 30},
    {"T2S CPU emulator (RTX 4090)", 8, 9, 128, 24ull << 30},
    {"T2S CPU emulator (A100)", 8, 0, 108, 40ull << 30},
    {"T2S CPU emulator (H100)", 9, 0, 132, 80ull << 30},
};

void violate(const std::string &words) {
  if (state.violations.size() < 200) state.violations.push_back(words);
}

int currentCard() { return current ? current->card : 0; }

Call::Call(const char *symbol, int needs) {
  lock.lock();
  takeFaults();
  if (needs & cannotFail) return;
  if (state.stickyError) {
    status = state.stickyError;
    return;
  }
  if ((needs & context) && !current) {
    violate(std::string("no context: ") + symbol + " on a thread that has none");
    status = 201;
    return;
  }
  if ((needs & context) && !current->retained) {
    violate(std::string("no context: ") + symbol + " after the context was released");
    status = 709;
    return;
  }
  if ((needs & (started | context)) && !state.isStarted) {
    violate(std::string("not started: ") + symbol + " before cuInit");
    status = 3;
    return;
  }
  if (!state.failCall.empty() && state.failCall != symbol) return;
  state.calls++;
  if (!state.failAt || state.calls != state.failAt) return;
  if (state.fault == T2S_FAULT_LATE) {
    state.lateError = state.faultCode;
    return;
  }
  if (state.fault == T2S_FAULT_STICKY) {
    state.stickyError = state.faultCode;
    giveBackHeld(true);
  }
  status = state.faultCode;
}

Call::~Call() {
  turn();
  takeFaults();
  lock.unlock();
}

void passUntil(double time) {
  if (!isVirtual()) return;
  if (!state.options.sleepUntil) {
    state.virtualTime = std::max(state.virtualTime, time);
    return;
  }
  auto sleep = state.options.sleepUntil;
  void *clock = state.options.clock;
  lock.unlock();
  sleep(clock, time);
  lock.lock();
}

// The machine's clock, for whom a card's speed is real.
static double machineNow(void *) {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (double)time.tv_sec + 1e-9 * (double)time.tv_nsec;
}

static void machineSleepUntil(void *, double until) {
  timespec time{(time_t)until, (long)(1e9 * (until - (double)(time_t)until))};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, nullptr);
}

static void reset(const t2s_emulator_options &options) {
  resetCUDNN();
  resetMemory();
  state = State();
  state.options = options;
  resetMemory();
  state.isAllowed = true;
  state.random.seed(options.seed);
  state.failAt = options.failAt;
  state.fault = options.fault;
  state.faultCode = options.faultCode;
  state.failCall = options.failCall ? options.failCall : "";
  for (int card = 0; card < 4; card++) state.contexts[card].card = card;
  current = nullptr;
}

}  // namespace emulator

using namespace emulator;

#define ENTER(needs)         \
  Call call(__func__, needs); \
  if (call.status) return call.status

static const int invalidValue = 1, invalidHandle = 400, notReady = 600;

// MARK: - Starting

EXPORTED CUresult cuInit(unsigned int) {
  // Never by chance: a test or the environment asks for it.
  if (const char *wanted = getenv("T2S_GPU_EMULATOR"); wanted && !state.isAllowed) {
    t2s_emulator_options options{};
    options.cards = 1;
    options.card = std::min(std::max(atoi(wanted), 0), T2S_CARDS - 1);
    options.schedule = T2S_SCHEDULE_RANDOM;
    // A card in real time, whose networks are copies of what they read: what the host reaches around it.
    bool copies = getenv("T2S_GPU_EMULATOR_COPIES") != nullptr;
    if (copies) {
      options.schedule = T2S_SCHEDULE_VIRTUAL;
      options.now = machineNow;
      options.sleepUntil = machineSleepUntil;
    }
    reset(options);
    state.copiesForNetworks = copies;
    // Nobody asks for the violations of a whole process: it says them at its end.
    atexit([] {
      takeFaults();
      for (auto &words : state.violations) fprintf(stderr, "T2S CPU emulator: %s\n", words.c_str());
      if (!state.violations.empty()) _exit(99);
    });
  }
  ENTER(nothing);
  if (!state.isAllowed || state.options.cards < 1) return T2S_CUDA_ERROR_NO_DEVICE;
  state.isStarted = true;
  return 0;
}

EXPORTED CUresult cuDriverGetVersion(int *version) {
  ENTER(nothing);
  *version = 12090;
  return 0;
}

static const struct {
  int number;
  const char *name, *text;
} errors[] = {
    {0, "CUDA_SUCCESS", "no error"},
    {1, "CUDA_ERROR_INVALID_VALUE", "invalid argument"},
    {2, "CUDA_ERROR_OUT_OF_MEMORY", "out of memory"},
    {3, "CUDA_ERROR_NOT_INITIALIZED", "initialization error"},
    {100, "CUDA_ERROR_NO_DEVICE", "no CUDA-capable device is detected"},
    {201, "CUDA_ERROR_INVALID_CONTEXT", "invalid device context"},
    {214, "CUDA_ERROR_ECC_UNCORRECTABLE", "uncorrectable ECC error encountered"},
    {218, "CUDA_ERROR_INVALID_PTX", "a PTX JIT compilation failed"},
    {400, "CUDA_ERROR_INVALID_HANDLE", "invalid resource handle"},
    {500, "CUDA_ERROR_NOT_FOUND", "named symbol not found"},
    {600, "CUDA_ERROR_NOT_READY", "device not ready"},
    {700, "CUDA_ERROR_ILLEGAL_ADDRESS", "an illegal memory access was encountered"},
    {709, "CUDA_ERROR_CONTEXT_IS_DESTROYED", "context is destroyed"},
    {719, "CUDA_ERROR_LAUNCH_FAILED", "unspecified launch failure"},
    {999, "CUDA_ERROR_UNKNOWN", "unknown error"},
};

EXPORTED CUresult cuGetErrorName(CUresult error, const char **text) {
  *text = nullptr;
  for (auto &known : errors)
    if (known.number == error) *text = known.name;
  return *text ? 0 : invalidValue;
}

EXPORTED CUresult cuGetErrorString(CUresult error, const char **text) {
  *text = nullptr;
  for (auto &known : errors)
    if (known.number == error) *text = known.text;
  return *text ? 0 : invalidValue;
}

// MARK: - Cards

static bool isCard(CUdevice device) {
  if (device >= 0 && device < state.options.cards) return true;
  violate("no card: a card that is not there");
  return false;
}

EXPORTED CUresult cuDeviceGetCount(int *count) {
  ENTER(started);
  *count = state.options.cards;
  return 0;
}

EXPORTED CUresult cuDeviceGet(CUdevice *device, int ordinal) {
  ENTER(started);
  *device = ordinal;
  return isCard(ordinal) ? 0 : 101;
}

EXPORTED CUresult cuDeviceGetName(char *name, int length, CUdevice device) {
  ENTER(started);
  if (!isCard(device)) return 101;
  snprintf(name, length, "%s", cards[state.options.card].name);
  return 0;
}

EXPORTED CUresult cuDeviceGetUuid(CUuuid *uuid, CUdevice device) {
  ENTER(started);
  memcpy(uuid->bytes, "T2S emulator 000", 16);
  uuid->bytes[15] = (char)('0' + device);
  return 0;
}

EXPORTED CUresult cuDeviceGetAttribute(int *value, CUdevice_attribute attribute, CUdevice device) {
  ENTER(started);
  if (!isCard(device)) return 101;
  const Card &card = cards[state.options.card];
  switch (attribute) {
    case T2S_CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MAJOR: *value = card.major; return 0;
    case T2S_CU_DEVICE_ATTRIBUTE_COMPUTE_CAPABILITY_MINOR: *value = card.minor; return 0;
    case T2S_CU_DEVICE_ATTRIBUTE_MULTIPROCESSOR_COUNT: *value = card.multiprocessors; return 0;
    case T2S_CU_DEVICE_ATTRIBUTE_KERNEL_EXEC_TIMEOUT: *value = 0; return 0;
  }
  violate("attribute: one that the emulator does not know");
  return invalidValue;
}

EXPORTED CUresult cuDeviceTotalMem_v2(size_t *bytes, CUdevice device) {
  ENTER(started);
  if (!isCard(device)) return 101;
  *bytes = state.options.capacity ? state.options.capacity : cards[state.options.card].memory;
  return 0;
}

EXPORTED CUresult cuDevicePrimaryCtxRetain(CUcontext *result, CUdevice device) {
  ENTER(started);
  if (!isCard(device)) return 101;
  state.contexts[device].retained++;
  *result = (CUcontext)&state.contexts[device];
  return 0;
}

EXPORTED CUresult cuDevicePrimaryCtxRelease_v2(CUdevice device) {
  Call call(__func__, cannotFail);
  if (!isCard(device)) return 101;
  if (!state.contexts[device].retained) {
    violate("no context: one is released that nobody holds");
    return 201;
  }
  state.contexts[device].retained--;
  return state.stickyError;
}

EXPORTED CUresult cuCtxSetCurrent(CUcontext given) {
  ENTER(started);
  current = (Context *)given;
  return 0;
}

EXPORTED CUresult cuCtxSynchronize(void) {
  ENTER(context);
  for (auto &stream : state.streams) {
    if (stream->card != currentCard()) continue;
    passUntil(stream->freeAt);
    runAll(*stream);
    state.host.join(stream->clock);
  }
  return waited();
}

// MARK: - Memory

static bool isSteadyNow(const char *what) {
  if (state.isSteady) violate(std::string("in the loop: ") + what + ", for which the card stops");
  return state.isSteady;
}

EXPORTED CUresult cuMemGetInfo_v2(size_t *free, size_t *total) {
  ENTER(context);
  *total = state.options.capacity ? state.options.capacity : cards[state.options.card].memory;
  *free = *total - state.taken[currentCard()];
  return 0;
}

EXPORTED CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t bytes) {
  ENTER(context);
  isSteadyNow("memory is allocated");
  if (!bytes) return invalidValue;
  Address place = 0;
  int status = allocate(currentCard(), bytes, &place);
  *address = place;
  return status;
}

EXPORTED CUresult cuMemFree_v2(CUdeviceptr address) {
  Call call(__func__, cannotFail);
  isSteadyNow("memory is freed");
  int status = release(address, false);
  return state.stickyError ? state.stickyError : status;
}

EXPORTED CUresult cuMemHostAlloc(void **address, size_t bytes, unsigned int) {
  ENTER(context);
  isSteadyNow("memory is pinned");
  if (!bytes) return invalidValue;
  return allocatePinned(bytes, address);
}

EXPORTED CUresult cuMemFreeHost(void *address) {
  Call call(__func__, cannotFail);
  isSteadyNow("pinned memory is freed");
  int status = release((Address)address, true);
  return state.stickyError ? state.stickyError : status;
}

// MARK: - Copies

// What every copy asks for first.
static Stream *copyStream(CUstream stream, const void *host, const char *call) {
  Stream *known = streamOf(stream, call);
  if (!known) return nullptr;
  if (known->card != currentCard()) {
    violate(std::string("wrong context: ") + call + " on a stream of another card");
    return nullptr;
  }
  if (isCardAddress((Address)host)) {
    violate(std::string("host dereference: ") + call + " takes a card's address for the host's");
    return nullptr;
  }
  return known;
}

static Block *pinnedBlock(const void *host) {
  Block *block = blockOf((Address)host);
  return block && block->card < 0 ? block : nullptr;
}

EXPORTED CUresult cuMemcpyHtoDAsync_v2(
    CUdeviceptr to, const void *from, size_t bytes, CUstream given) {
  ENTER(context);
  Stream *stream = copyStream(given, from, __func__);
  if (!stream) return invalidHandle;
  if (!bytes) return 0;
  auto work = begin(*stream, "a copy to the card");
  Block *block = pinnedBlock(from);
  std::vector<Span> spans{{to, bytes, Mode::write}};
  if (block) spans.push_back({(Address)from, bytes, Mode::read});
  if (!touch(spans, *work, stream->card)) {
    if (!blockOf(to) || blockOf(to)->isFreed) state.lateError = 700;
    return 0;
  }
  if (block) {
    const uint8_t *source = block->inside + ((Address)from - block->begin);
    hold(*block, (Address)from, bytes, false, *work);
    lastsCopy(*work, bytes, true);
    work->run = [to, source, bytes] { memcpy(inside(to), source, bytes); };
  } else {
    state.pageable++;
    isSteadyNow("memory that is not pinned is copied");
    auto kept = std::make_shared<std::vector<uint8_t>>((const uint8_t *)from, (const uint8_t *)from + bytes);
    lastsCopy(*work, bytes, true);
    work->run = [to, kept] { memcpy(inside(to), kept->data(), kept->size()); };
  }
  enqueue(work);
  passLaunch();
  return 0;
}

EXPORTED CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, CUstream given) {
  ENTER(context);
  Stream *stream = copyStream(given, to, __func__);
  if (!stream) return invalidHandle;
  if (!bytes) return 0;
  auto work = begin(*stream, "a copy from the card");
  state.copies[stream->card] += state.isSteady;
  Block *block = pinnedBlock(to);
  std::vector<Span> spans{{from, bytes, Mode::inspect}};
  if (block) spans.push_back({(Address)to, bytes, Mode::write});
  if (!touch(spans, *work, stream->card)) {
    if (!blockOf(from) || blockOf(from)->isFreed) state.lateError = 700;
    return 0;
  }
  if (block) {
    uint8_t *goal = block->inside + ((Address)to - block->begin);
    if (!state.copiesForNetworks) memset(goal, 0xdb, bytes);
    hold(*block, (Address)to, bytes, true, *work);
    lastsCopy(*work, bytes, false);
    work->run = [goal, from, bytes] { memcpy(goal, inside(from), bytes); };
    enqueue(work);
    passLaunch();
    return 0;
  }
  // To memory that is not pinned it returns when it is done.
  state.pageable++;
  isSteadyNow("memory that is not pinned is copied");
  lastsCopy(*work, bytes, false);
  work->run = [to, from, bytes] { memcpy(to, inside(from), bytes); };
  enqueue(work);
  passUntil(work->end);
  runUntil(work);
  state.host.join(work->clock);
  return waited();
}

// MARK: - Streams and events

EXPORTED CUresult cuStreamCreate(CUstream *result, unsigned int flags) {
  ENTER(context);
  isSteadyNow("a stream is made");
  if (flags != T2S_CU_STREAM_NON_BLOCKING)
    violate("default stream: a stream that waits for the default one");
  auto stream = std::make_unique<Stream>();
  stream->number = state.streams.size();
  stream->card = currentCard();
  *result = (CUstream)stream.get();
  state.streamSet.insert(stream.get());
  state.streams.push_back(std::move(stream));
  return 0;
}

EXPORTED CUresult cuStreamDestroy_v2(CUstream given) {
  Call call(__func__, cannotFail);
  isSteadyNow("a stream is destroyed");
  Stream *stream = streamOf(given, __func__);
  if (!stream) return invalidHandle;
  if (stream->begun > state.host.of(stream->number) && !state.stickyError)
    violate("stream in use: a stream is destroyed whose work nobody waited for");
  runAll(*stream);
  stream->isDestroyed = true;
  return state.stickyError;
}

EXPORTED CUresult cuStreamSynchronize(CUstream given) {
  ENTER(context);
  Stream *stream = streamOf(given, __func__);
  if (!stream) return invalidHandle;
  passUntil(stream->freeAt);
  runAll(*stream);
  state.host.join(stream->clock);
  return waited();
}

EXPORTED CUresult cuStreamWaitEvent(CUstream given, CUevent which, unsigned int flags) {
  ENTER(context);
  Stream *stream = streamOf(given, __func__);
  Event *event = eventOf(which, __func__);
  if (!stream || !event || flags) return invalidHandle;
  if (!event->recorded) {
    violate("event never recorded: a wait for it waits for nothing");
    return 0;
  }
  // What the event stands for is settled now: a later record does not move it.
  stream->clock.join(event->recorded->clock);
  auto work = begin(*stream, "a wait");
  work->waitsFor = event->recorded;
  enqueue(work);
  return 0;
}

EXPORTED CUresult cuEventCreate(CUevent *result, unsigned int flags) {
  ENTER(context);
  isSteadyNow("an event is made");
  auto event = std::make_unique<Event>();
  event->card = currentCard();
  event->flags = flags;
  *result = (CUevent)event.get();
  state.eventSet.insert(event.get());
  state.events.push_back(std::move(event));
  return 0;
}

EXPORTED CUresult cuEventDestroy_v2(CUevent given) {
  Call call(__func__, cannotFail);
  isSteadyNow("an event is destroyed");
  Event *event = eventOf(given, __func__);
  if (!event) return invalidHandle;
  event->isDestroyed = true;
  return state.stickyError;
}

EXPORTED CUresult cuEventRecord(CUevent which, CUstream given) {
  ENTER(context);
  Stream *stream = streamOf(given, __func__);
  Event *event = eventOf(which, __func__);
  if (!stream || !event) return invalidHandle;
  if (event->card != stream->card || stream->card != currentCard()) {
    violate("wrong context: an event is recorded on a stream of another card");
    return invalidHandle;
  }
  auto work = begin(*stream, "a record");
  event->recorded = work;
  enqueue(work);
  return 0;
}

EXPORTED CUresult cuEventSynchronize(CUevent which) {
  ENTER(context);
  Event *event = eventOf(which, __func__);
  if (!event) return invalidHandle;
  if (!(event->flags & T2S_CU_EVENT_BLOCKING_SYNC))
    violate("spinning: the host waits for an event without sleeping");
  if (!event->recorded) {
    violate("event never recorded: the host waits for nothing");
    return 0;
  }
  // Another thread may record it again meanwhile; it is the record of now that is waited for.
  auto recorded = event->recorded;
  passUntil(recorded->end);
  runUntil(recorded);
  state.host.join(recorded->clock);
  return waited();
}

EXPORTED CUresult cuEventElapsedTime(float *milliseconds, CUevent start, CUevent end) {
  ENTER(context);
  Event *first = eventOf(start, __func__), *last = eventOf(end, __func__);
  if (!first || !last) return invalidHandle;
  if ((first->flags | last->flags) & T2S_CU_EVENT_DISABLE_TIMING || !first->recorded || !last->recorded) {
    violate("timing: the distance of events that are not timed, or never recorded");
    return invalidHandle;
  }
  if (last->recorded->count > state.host.of(last->recorded->stream->number)) {
    violate("timing: the distance of events that the host has not waited for");
    return notReady;
  }
  *milliseconds = (float)(last->recorded->milliseconds - first->recorded->milliseconds);
  return 0;
}

// MARK: - Kernels

EXPORTED CUresult cuModuleLoadDataEx(
    CUmodule *result, const void *image, unsigned int, CUjit_option *, void **) {
  ENTER(context);
  isSteadyNow("a module is loaded");
  auto entries = parsedEntries((const char *)image);
  if (entries.empty()) {
    violate("kernels: a text without any");
    return T2S_CUDA_ERROR_INVALID_PTX;
  }
  for (auto &[name, arguments] : entries) {
    const Kernel *kernel = kernelOf(name);
    if (kernel && kernel->arguments == arguments) continue;
    violate("kernels: the text's " + name + " is not the source's");
    return T2S_CUDA_ERROR_INVALID_PTX;
  }
  auto module = std::make_unique<Module>();
  module->card = currentCard();
  module->entries = std::move(entries);
  *result = (CUmodule)module.get();
  state.modules.push_back(std::move(module));
  return 0;
}

EXPORTED CUresult cuModuleUnload(CUmodule module) {
  Call call(__func__, cannotFail);
  isSteadyNow("a module is unloaded");
  ((Module *)module)->isUnloaded = true;
  return state.stickyError;
}

EXPORTED CUresult cuModuleGetFunction(CUfunction *result, CUmodule given, const char *name) {
  ENTER(context);
  auto *module = (Module *)given;
  if (!module->entries.count(name)) {
    violate(std::string("kernels: there is no ") + name);
    return T2S_CUDA_ERROR_NOT_FOUND;
  }
  auto function = std::make_unique<Function>();
  function->module = module;
  function->kernel = kernelOf(name);
  *result = (CUfunction)function.get();
  state.functionSet.insert(function.get());
  state.functions.push_back(std::move(function));
  return 0;
}

EXPORTED CUresult cuLaunchKernel(
    CUfunction given, unsigned int gridX, unsigned int gridY, unsigned int gridZ, unsigned int blockX,
    unsigned int blockY, unsigned int blockZ, unsigned int, CUstream where, void **arguments, void **) {
  ENTER(context);
  auto *function = (Function *)given;
  Stream *stream = streamOf(where, __func__);
  if (!stream) return invalidHandle;
  if (!state.functionSet.count(function) || function->module->isUnloaded) {
    violate("kernels: one is launched that is not loaded");
    return invalidHandle;
  }
  if (stream->card != currentCard() || function->module->card != currentCard()) {
    violate("wrong context: a kernel is launched on a stream of another card");
    return invalidHandle;
  }
  if (!gridX || gridX > 0x7fffffff || !blockX || blockX > 1024 || !gridY || gridY > 65535 || !gridZ ||
      gridZ > 65535 || blockY != 1 || blockZ != 1 || gridY != 1 || gridZ != 1) {
    violate("launch: " + function->kernel->name + " with an impossible number of threads");
    return invalidValue;
  }
  const Kernel &kernel = *function->kernel;
  std::vector<uint64_t> words(kernel.arguments.size());
  for (size_t i = 0; i < words.size(); i++) memcpy(&words[i], arguments[i], kernel.arguments[i]);
  auto work = begin(*stream, "kernel " + kernel.name);
  for (size_t i = 0; i < words.size(); i++) {
    int unit = kernel.alignments[i];
    if (unit && words[i] % unit) {
      violate("misaligned: kernel " + kernel.name);
      state.lateError = 716;
      return 0;
    }
  }
  auto spans = kernel.spans(words.data());
  if (!touch(spans, *work, stream->card)) {
    // A race is noted and runs; what is not there does not.
    bool isThere = true;
    for (const Span &span : spans) {
      Block *block = blockOf(span.begin);
      isThere = isThere && block && !block->isFreed && block->card == stream->card &&
                span.end() <= block->begin + block->bytes;
    }
    if (!isThere) {
      state.lateError = 700;
      return 0;
    }
  }
  uint64_t seed = state.random(), bytes = 0;
  for (const Span &span : spans) bytes += span.count * span.bytes;
  work->computes = true;
  bool isLarge = bytes > 1 << 16 && state.options.skipsArithmetic;
  if (state.copiesForNetworks && bytes > 4 << 20) {
    // Small ones are the self-check's, and are computed.
    Address &input = state.networkInput[stream->card];
    bool isFirst = kernel.name.rfind("normalise_u8", 0) == 0, isHead = kernel.name.rfind("head_labels", 0) == 0;
    if (isFirst) input = words[0];
    if (isHead) {
      Address from = input, to = words[3];
      uint64_t voxels = words[5];
      work->run = [from, to, voxels] { memcpy(inside(to), inside(from), voxels); };
    }
    isLarge = isFirst || isHead;
  }
  // Small ones are run in any case: flags.
  if (!isLarge)
    work->run = [&kernel, words, gridX, blockX, seed] { kernel.run(words.data(), gridX, blockX, seed); };
  lastsComputing(*work, spans, 0, false);
  enqueue(work);
  passLaunch();
  return 0;
}

// MARK: - What a test asks

EXPORTED void t2s_emulator_reset(const struct t2s_emulator_options *options) {
  std::lock_guard guard(lock);
  reset(*options);
}

EXPORTED int t2s_emulator_violations(void) {
  std::lock_guard guard(lock);
  takeFaults();
  return (int)state.violations.size();
}

EXPORTED const char *t2s_emulator_violation(int place) { return state.violations[place].c_str(); }

static std::string leakWords;

EXPORTED int t2s_emulator_leaks(void) {
  std::lock_guard guard(lock);
  int blocks = 0, pinned = 0, streams = 0, events = 0, modules = 0, contexts = 0, others = 0;
  for (auto &[begin, block] : state.memory)
    if (!block->isFreed) (block->card < 0 ? pinned : blocks)++;
  for (auto &stream : state.streams) streams += !stream->isDestroyed;
  for (auto &event : state.events) events += !event->isDestroyed;
  for (auto &module : state.modules) modules += !module->isUnloaded;
  for (auto &context : state.contexts) contexts += context.retained;
  leakWords = std::to_string(blocks) + " of memory, " + std::to_string(pinned) + " pinned, " +
              std::to_string(streams) + " streams, " + std::to_string(events) + " events, " +
              std::to_string(modules) + " modules, " + std::to_string(contexts) + " contexts";
  listCUDNNLeaks(leakWords, others);
  return blocks + pinned + streams + events + modules + contexts + others;
}

EXPORTED const char *t2s_emulator_leak(void) { return leakWords.c_str(); }

EXPORTED uint64_t t2s_emulator_calls(void) { return state.calls; }

EXPORTED void t2s_emulator_arm(uint64_t failAt, int fault, int code, const char *call) {
  std::lock_guard guard(lock);
  state.calls = 0;
  state.failAt = failAt;
  state.fault = fault;
  state.faultCode = code;
  state.failCall = call ? call : "";
}

EXPORTED void t2s_emulator_steady(int isSteady) {
  std::lock_guard guard(lock);
  state.isSteady = isSteady;
}

EXPORTED size_t t2s_emulator_peak(int card) { return state.peak[card]; }
EXPORTED uint64_t t2s_emulator_works(void) { return state.works; }
EXPORTED double t2s_emulator_busy(int card, int engine) { return state.engineBusy[card][engine]; }
EXPORTED uint64_t t2s_emulator_copies(int card) { return state.copies[card]; }
EXPORTED uint64_t t2s_emulator_pageable(void) { return state.pageable; }
EXPORTED int t2s_emulator_programs(void) { return (int)programs().size(); }
EXPORTED const char *t2s_emulator_program_name(int place) { return programs()[place].name; }
EXPORTED const char *t2s_emulator_program_rule(int place) { return programs()[place].rule; }
EXPORTED void t2s_emulator_run_program(int place, int isMended) { programs()[place].run(isMended); }
EXPORTED int t2s_emulator_kernels(void) { return (int)kernels().size(); }
EXPORTED const char *t2s_emulator_kernel_name(int place) { return kernels()[place].name.c_str(); }
EXPORTED int t2s_emulator_kernel_argument(int place, int argument) {
  auto &arguments = kernels()[place].arguments;
  return argument < (int)arguments.size() ? arguments[argument] : -1;
}
