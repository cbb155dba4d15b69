// Wrong in what comes before what.
#include "Programs.hpp"

namespace emulator {

static const size_t bytes = 4096;
static const unsigned words = 1024;

// Copy in, compute, copy out, on three streams, as the tool does; one of its steps may be left out.
struct Turn : Ground {
  CUstream in = stream(), run = stream(), out = stream();
  CUdeviceptr input = memory(bytes), output = memory(bytes);
  uint32_t *source = host(bytes), *goal = host(bytes);
  CUevent copied = event(), computed = event(), returned = event();

  void copyIn() {
    cuMemcpyHtoDAsync_v2(input, source, bytes, in);
    cuEventRecord(copied, in);
  }
  void calculate() {
    compute(run, input, output, words);
    cuEventRecord(computed, run);
  }
  void copyOut() {
    cuMemcpyDtoHAsync_v2(goal, output, bytes, out);
    cuEventRecord(returned, out);
  }
  void whole() {
    copyIn();
    cuStreamWaitEvent(run, copied, 0);
    calculate();
    cuStreamWaitEvent(out, computed, 0);
    copyOut();
  }
};

static void inputNotWaitedFor(bool isMended) {
  Turn t;
  t.copyIn();
  if (isMended) cuStreamWaitEvent(t.run, t.copied, 0);
  t.calculate();
}

static void resultNotWaitedFor(bool isMended) {
  Turn t;
  t.copyIn();
  cuStreamWaitEvent(t.run, t.copied, 0);
  t.calculate();
  if (isMended) cuStreamWaitEvent(t.out, t.computed, 0);
  t.copyOut();
}

static void wrongStream(bool isMended) {
  Turn t;
  t.copyIn();
  cuStreamWaitEvent(t.run, t.copied, 0);
  t.compute(isMended ? t.run : t.out, t.input, t.output, words);
}

static void wrongWaiter(bool isMended) {
  Turn t;
  t.copyIn();
  cuStreamWaitEvent(isMended ? t.run : t.out, t.copied, 0);
  t.calculate();
}

static void inputReused(bool isMended) {
  Turn t;
  t.whole();
  if (isMended) cuStreamWaitEvent(t.in, t.computed, 0);
  t.copyIn();
}

static void outputReused(bool isMended) {
  Turn t;
  t.whole();
  if (isMended) cuStreamWaitEvent(t.run, t.returned, 0);
  t.calculate();
}

static void staleEvent(bool isMended) {
  Turn t;
  t.whole();
  cuEventSynchronize(t.returned);
  // The second turn: the wait is for what was recorded before it, which is the first.
  if (!isMended) cuStreamWaitEvent(t.run, t.copied, 0);
  t.copyIn();
  if (isMended) cuStreamWaitEvent(t.run, t.copied, 0);
  t.calculate();
}

static void recordedTooEarly(bool isMended) {
  Turn t;
  if (!isMended) cuEventRecord(t.copied, t.in);
  cuMemcpyHtoDAsync_v2(t.input, t.source, bytes, t.in);
  if (isMended) cuEventRecord(t.copied, t.in);
  cuStreamWaitEvent(t.run, t.copied, 0);
  t.calculate();
}

static void recordedElsewhere(bool isMended) {
  Turn t;
  t.copyIn();
  if (!isMended) cuEventRecord(t.copied, t.out);
  cuStreamWaitEvent(t.run, t.copied, 0);
  t.calculate();
}

static void neverRecorded(bool isMended) {
  Turn t;
  if (isMended) cuEventRecord(t.returned, t.out);
  cuStreamWaitEvent(t.in, t.returned, 0);
}

static void hostWaitsForNothing(bool isMended) {
  Turn t;
  t.fill(t.run, t.output, words);
  if (isMended) cuEventRecord(t.computed, t.run);
  cuEventSynchronize(t.computed);
}

static void workspaceOfTwo(bool isMended) {
  Turn t;
  t.fill(t.run, t.output, words);
  cuEventRecord(t.computed, t.run);
  if (isMended) cuStreamWaitEvent(t.in, t.computed, 0);
  t.fill(t.in, t.output, words);
}

static void overlapByAWord(bool isMended) {
  Turn t;
  t.fill(t.run, t.output, words / 2 + (isMended ? 0 : 1));
  t.fill(t.in, t.output + bytes / 2, words / 2);
}

static void readWhileWritten(bool isMended) {
  Turn t;
  t.fill(t.in, t.input, words);
  cuStreamSynchronize(t.in);
  t.compute(t.run, t.input, t.output, words);
  if (isMended) cuStreamSynchronize(t.run);
  t.fill(t.in, t.input, words);
}

static void sourceRefilled(bool isMended) {
  Turn t;
  t.copyIn();
  if (isMended) cuEventSynchronize(t.copied);
  t.source[5] = 1;
}

static void sourceRefilledAfterOther(bool isMended) {
  Turn t;
  t.copyIn();
  t.fill(t.run, t.output, words);
  cuStreamSynchronize(isMended ? t.in : t.run);
  t.source[5] = 1;
}

static void resultReadEarly(bool isMended) {
  Turn t;
  t.whole();
  if (isMended) cuEventSynchronize(t.returned);
  look(t.goal);
}

static void resultReadAfterWrongEvent(bool isMended) {
  Turn t;
  t.whole();
  cuEventSynchronize(isMended ? t.returned : t.computed);
  look(t.goal + words - 1);
}

static void resultOverwrittenByHost(bool isMended) {
  Turn t;
  t.whole();
  if (isMended) cuStreamSynchronize(t.out);
  t.goal[0] = 0;
}

static void oneEventForTwo(bool isMended) {
  Turn t;
  CUevent second = isMended ? t.event() : t.returned;
  t.whole();
  // The other slot's work moves the event.
  t.fill(t.in, t.memory(bytes), words);
  cuEventRecord(second, t.in);
  cuEventSynchronize(t.returned);
  look(t.goal);
}

static void destroyedEvent(bool isMended) {
  Turn t;
  t.copyIn();
  CUevent event = t.event();
  cuEventRecord(event, t.in);
  if (!isMended) {
    cuEventDestroy_v2(event);
    t.events.pop_back();
  }
  cuStreamWaitEvent(t.run, event, 0);
}

static void destroyedInUse(bool isMended) {
  Turn t;
  CUstream stream = t.stream();
  t.fill(stream, t.output, words);
  if (isMended) cuStreamSynchronize(stream);
  cuStreamDestroy_v2(stream);
  t.streams.pop_back();
}

static void destroyedStream(bool isMended) {
  Turn t;
  CUstream stream = t.stream();
  if (!isMended) {
    cuStreamDestroy_v2(stream);
    t.streams.pop_back();
  }
  t.fill(stream, t.output, words);
}

static void defaultStream(bool isMended) {
  Turn t;
  t.fill(isMended ? t.run : nullptr, t.output, words);
}

static void defaultStreamCopy(bool isMended) {
  Turn t;
  cuMemcpyHtoDAsync_v2(t.input, t.source, bytes, isMended ? t.in : nullptr);
}

static void blockingStream(bool isMended) {
  Turn t;
  t.fill(t.stream(isMended ? T2S_CU_STREAM_NON_BLOCKING : 0), t.output, words);
}

static void spinning(bool isMended) {
  Turn t;
  CUevent event = t.event(T2S_CU_EVENT_DISABLE_TIMING | (isMended ? T2S_CU_EVENT_BLOCKING_SYNC : 0));
  cuEventRecord(event, t.run);
  cuEventSynchronize(event);
}

static void untimed(bool isMended) {
  Turn t;
  unsigned flags = T2S_CU_EVENT_BLOCKING_SYNC | (isMended ? 0 : T2S_CU_EVENT_DISABLE_TIMING);
  CUevent first = t.event(flags), last = t.event(flags);
  cuEventRecord(first, t.run);
  cuEventRecord(last, t.run);
  cuEventSynchronize(last);
  float time;
  cuEventElapsedTime(&time, first, last);
}

static void timedTooEarly(bool isMended) {
  Turn t;
  CUevent first = t.event(T2S_CU_EVENT_BLOCKING_SYNC), last = t.event(T2S_CU_EVENT_BLOCKING_SYNC);
  cuEventRecord(first, t.run);
  cuEventRecord(last, t.run);
  if (isMended) cuStreamSynchronize(t.run);
  float time;
  cuEventElapsedTime(&time, first, last);
}

const std::vector<Program> streamPrograms = {
    {"the input is not waited for", "race", inputNotWaitedFor},
    {"the result is not waited for", "race", resultNotWaitedFor},
    {"a kernel on the wrong stream", "race", wrongStream},
    {"the wrong stream waits", "race", wrongWaiter},
    {"a slot's input is reused", "race", inputReused},
    {"a slot's output is reused", "race", outputReused},
    {"a stale event", "race", staleEvent},
    {"an event recorded too early", "race", recordedTooEarly},
    {"an event recorded again elsewhere", "race", recordedElsewhere},
    {"a stream waits for an event never recorded", "event never recorded", neverRecorded},
    {"the host waits for an event never recorded", "event never recorded", hostWaitsForNothing},
    {"a workspace on two streams", "race", workspaceOfTwo},
    {"two writes that share a word", "race", overlapByAWord},
    {"what is read is written elsewhere", "race", readWhileWritten},
    {"pinned input refilled too early", "host race", sourceRefilled},
    {"pinned input refilled after another stream", "host race", sourceRefilledAfterOther},
    {"pinned output read too early", "host race", resultReadEarly},
    {"pinned output read after the wrong event", "host race", resultReadAfterWrongEvent},
    {"pinned output written by the host", "host race", resultOverwrittenByHost},
    {"one event for two slots", "host race", oneEventForTwo},
    {"a wait for a destroyed event", "no event", destroyedEvent},
    {"a stream destroyed in use", "stream in use", destroyedInUse},
    {"a kernel on a destroyed stream", "no stream", destroyedStream},
    {"a kernel on the default stream", "default stream", defaultStream},
    {"a copy on the default stream", "default stream", defaultStreamCopy},
    {"a stream that waits for the default one", "default stream", blockingStream},
    {"the host spins", "spinning", spinning},
    {"the distance of events that are not timed", "timing", untimed},
    {"a distance asked too early", "timing", timedTooEarly},
};

}  // namespace emulator
