// Work on streams: when it is done, and what is known to come before what.
#include "State.hpp"

namespace emulator {

Stream *streamOf(CUstream stream, const char *call) {
  auto *known = (Stream *)stream;
  if (!stream) {
    violate(std::string("default stream: ") + call + " on the stream that waits for all others");
    return nullptr;
  }
  if (!state.streamSet.count(known) || known->isDestroyed) {
    violate(std::string("no stream: ") + call + " on a stream that is not there");
    return nullptr;
  }
  return known;
}

Event *eventOf(CUevent event, const char *call) {
  auto *known = (Event *)event;
  if (!state.eventSet.count(known) || known->isDestroyed) {
    violate(std::string("no event: ") + call + " with an event that is not there");
    return nullptr;
  }
  return known;
}

std::shared_ptr<Work> begin(Stream &stream, const std::string &label) {
  auto work = std::make_shared<Work>();
  work->label = label;
  work->stream = &stream;
  work->count = ++stream.begun;
  // It comes after what is on its stream, and after all that the host knows to be done.
  stream.clock.join(state.host);
  stream.clock.set(stream.number, work->count);
  work->clock = stream.clock;
  return work;
}

void enqueue(std::shared_ptr<Work> work) {
  if (isVirtual()) settle(*work);
  work->stream->queue.push_back(std::move(work));
}

static bool isReady(const Stream &stream) {
  if (stream.queue.empty()) return false;
  const Work &front = *stream.queue.front();
  return !front.waitsFor || front.waitsFor->isDone;
}

static void step(Stream &stream) {
  auto work = stream.queue.front();
  stream.queue.pop_front();
  if (work->run && !state.stickyError) {
    work->run();
    // Copies were measured when they were begun.
    if (work->computes && !state.options.skipsArithmetic && !state.copiesForNetworks)
      checkRedZones();
    state.works++;
  }
  // Milliseconds for elapsed times: something that grows.
  state.time += 0.01;
  work->milliseconds = isVirtual() ? 1e3 * work->end : state.time;
  work->isDone = true;
  work->run = nullptr;
}

void runUntil(std::shared_ptr<Work> work) {
  while (!work->isDone) {
    Stream &stream = *work->stream;
    auto front = stream.queue.front();
    if (front->waitsFor) runUntil(front->waitsFor);
    step(stream);
  }
}

void runAll(Stream &stream) {
  if (!stream.queue.empty()) runUntil(stream.queue.back());
}

void turn() {
  const auto &options = state.options;
  if (options.schedule == T2S_SCHEDULE_LAZY) return;
  if (options.schedule == T2S_SCHEDULE_RANDOM) {
    if (state.streams.empty()) return;
    for (uint64_t steps = state.random() % 4; steps > 0; steps--) {
      Stream &stream = *state.streams[state.random() % state.streams.size()];
      if (isReady(stream)) step(stream);
    }
    return;
  }
  // By virtual time what is done is what would be done by now.
  double now = isVirtual() ? virtualNow() : 0;
  for (bool isMoving = true; isMoving;) {
    isMoving = false;
    for (auto &stream : state.streams) {
      bool isStarved = options.schedule == T2S_SCHEDULE_STARVED &&
                       (int)(stream->number) % 4 == options.starved % 4;
      while (!isStarved && isReady(*stream) && (!isVirtual() || stream->queue.front()->end <= now)) {
        step(*stream);
        isMoving = true;
      }
    }
  }
}

int waited() {
  giveBackHeld(false);
  if (state.lateError) {
    state.stickyError = state.lateError;
    state.lateError = 0;
    giveBackHeld(true);
  }
  return state.stickyError;
}

}  // namespace emulator
