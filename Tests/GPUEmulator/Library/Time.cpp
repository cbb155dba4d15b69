// Virtual time: when each piece of work begins and ends on a card of the profile's speed.
//
// A stream does one thing after the other, and a card has one engine for copies to it, one for copies from
// it and one for all else. So the end of work is known when it is begun: nothing that comes later is put
// before it, and what it waits for was begun before it.
#include <algorithm>

#include "State.hpp"

namespace emulator {

// Operations a second in single and in half precision, bytes a second of the card's memory, and of the
// bus in each direction. Makers' figures; halves are summed in single precision.
struct Rates {
  double single, half, memory, bus;
};

static const Rates rates[T2S_CARDS] = {
    {5.3e12, 0.083e12, 243e9, 12e9},  // Quadro P4000
    {3.0e12, 0.047e12, 140e9, 12e9},  // Quadro P2000
    {8.1e12, 65e12, 320e9, 12e9},     // T4
    {82.6e12, 165e12, 1008e9, 25e9},  // RTX 4090
    {19.5e12, 312e12, 1555e9, 25e9},  // A100
    {66.9e12, 989e12, 3350e9, 50e9},  // H100
};

// What a card does not go below, however little there is to do.
static const double leastKernel = 2e-6, leastCopy = 8e-6;
// What the host takes to begin one thing.
static const double launch = 4e-6;

bool isVirtual() { return state.options.schedule == T2S_SCHEDULE_VIRTUAL; }

double virtualNow() {
  return state.options.now ? state.options.now(state.options.clock) : state.virtualTime;
}

void passLaunch() {
  // The machine's own clock goes on by itself.
  if (isVirtual() && !state.copiesForNetworks) passUntil(virtualNow() + launch);
}

void lastsCopy(Work &work, uint64_t bytes, bool isToCard) {
  work.engine = isToCard ? 0 : 2;
  work.seconds = leastCopy + (double)bytes / rates[state.options.card].bus;
}

void lastsComputing(Work &work, const std::vector<Span> &spans, double operations, bool isHalf) {
  const Rates &rate = rates[state.options.card];
  double efficiency = state.options.efficiency > 0 ? state.options.efficiency : 0.4;
  uint64_t bytes = 0;
  for (const Span &span : spans)
    if (span.mode != Mode::scratch) bytes += span.count * span.bytes;
  work.engine = 1;
  work.seconds = std::max(
      {operations / (efficiency * (isHalf ? rate.half : rate.single)), (double)bytes / rate.memory,
       leastKernel});
}

void settle(Work &work) {
  double begin = std::max(virtualNow(), work.stream->freeAt);
  if (work.waitsFor) begin = std::max(begin, work.waitsFor->end);
  double *engine = nullptr;
  if (work.engine >= 0) engine = &state.engineFree[work.stream->card][work.engine];
  if (engine) begin = std::max(begin, *engine);
  work.end = begin + work.seconds;
  work.stream->freeAt = work.end;
  if (engine) {
    *engine = work.end;
    state.engineBusy[work.stream->card][work.engine] += work.seconds;
  }
}

}  // namespace emulator
