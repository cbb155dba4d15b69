// How a test steers the emulator, and asks it what it saw: a table that is filled by dlopen, since the
// emulator is a library of its own, as the driver is.
#ifndef T2S_EMULATOR_H
#define T2S_EMULATOR_H

#include <dlfcn.h>
#include <stddef.h>
#include <stdint.h>

enum {
  // When work is done that was put on streams. What a right program computes does not depend on it.
  T2S_SCHEDULE_EAGER = 0,    // As soon as it can be.
  T2S_SCHEDULE_LAZY = 1,     // When somebody waits for it, and no sooner.
  T2S_SCHEDULE_RANDOM = 2,   // A few steps of some streams after each call, by the seed.
  T2S_SCHEDULE_STARVED = 3,  // One stream gets its turn when somebody waits for it; the others are eager.
  T2S_SCHEDULE_VIRTUAL = 4,  // When a card of the profile's speed would have done it, by a clock.
  T2S_SCHEDULES = 5,

  T2S_CARD_P4000 = 0,
  T2S_CARD_P2000 = 1,
  T2S_CARD_T4 = 2,
  T2S_CARD_4090 = 3,
  T2S_CARD_A100 = 4,
  T2S_CARD_H100 = 5,
  T2S_CARDS = 6,

  // What an injected fault does: the call fails, and nothing else; it fails, and so does all that
  // follows; it succeeds, and what follows fails from the next wait on.
  T2S_FAULT_ONCE = 0,
  T2S_FAULT_STICKY = 1,
  T2S_FAULT_LATE = 2,
};

struct t2s_emulator_options {
  int card;
  int cards;
  int schedule;
  uint64_t seed;         // Of the random schedule, and of blocks' order.
  uint64_t sums;         // Of the order in which convolutions sum.
  int starved;           // Which stream, in the order of their making.
  size_t capacity;       // Bytes of each card; 0 for the profile's.
  int cudnnVersion;      // 0 for 9.10.2.
  uint64_t failAt;       // Which call fails, counted from 1; 0 for none.
  int fault;
  int faultCode;         // The driver's number.
  const char *failCall;  // Count only this symbol's calls; NULL for all.
  int wrongForward;      // One more than the number of an engine whose convolutions are wrong; 0 for none.
  int wrongEngine;       // An engine whose weights' gradients are wrong where the padding is uneven; 0 for none.
  // Of virtual time: the part of the card's peak that convolutions reach, 0 for 0.4; whether large
  // kernels and all convolutions take time and compute nothing, and memory knows no poison.
  double efficiency;
  int skipsArithmetic;
  // The clock, in seconds, and what lets the calling thread sleep by it; NULL for one that stands still
  // but when somebody waits.
  double (*now)(void *clock);
  void (*sleepUntil)(void *clock, double time);
  void *clock;
};

#define T2S_EMULATOR_FUNCTIONS(F) \
  /* Forgets everything and begins anew; what is left over is no longer valid. */ \
  F(reset, t2s_emulator_reset, void, (const struct t2s_emulator_options *options)) \
  /* How often a rule was broken, and the words for each: "race: ...". */ \
  F(violations, t2s_emulator_violations, int, (void)) \
  F(violation, t2s_emulator_violation, const char *, (int place)) \
  /* What was made and not given back, and words for it. */ \
  F(leaks, t2s_emulator_leaks, int, (void)) \
  F(leak, t2s_emulator_leak, const char *, (void)) \
  /* Calls that may fail, since the beginning or since the last arming. */ \
  F(calls, t2s_emulator_calls, uint64_t, (void)) \
  /* Arms the n-th call from now. */ \
  F(arm, t2s_emulator_arm, void, (uint64_t failAt, int fault, int code, const char *call)) \
  /* From now on nothing is allocated, freed or loaded, and copies are pinned: the loop has begun. */ \
  F(steady, t2s_emulator_steady, void, (int isSteady)) \
  /* Most bytes of a card that were taken at once. */ \
  F(peak, t2s_emulator_peak, size_t, (int card)) \
  /* Work that was done, and copies of memory that is not pinned. */ \
  F(works, t2s_emulator_works, uint64_t, (void)) \
  F(pageable, t2s_emulator_pageable, uint64_t, (void)) \
  /* Seconds of virtual time in which a card copied in (0), computed (1), copied out (2). */ \
  F(busy, t2s_emulator_busy, double, (int card, int engine)) \
  /* Copies from a card while the loop was on. */ \
  F(copies, t2s_emulator_copies, uint64_t, (int card)) \
  /* Small wrong programs: how many there are, name and rule of each; running one, or one mended. */ \
  F(programs, t2s_emulator_programs, int, (void)) \
  F(programName, t2s_emulator_program_name, const char *, (int place)) \
  F(programRule, t2s_emulator_program_rule, const char *, (int place)) \
  F(runProgram, t2s_emulator_run_program, void, (int place, int isMended)) \
  /* The kernels that it can run, and the bytes of a kernel's arguments; -1 behind the last. */ \
  F(kernels, t2s_emulator_kernels, int, (void)) \
  F(kernelName, t2s_emulator_kernel_name, const char *, (int place)) \
  F(kernelArgument, t2s_emulator_kernel_argument, int, (int place, int argument))

struct t2s_emulator {
#define T2S_EMULATOR_ENTRY(name, symbol, result, arguments) result(*name) arguments;
  T2S_EMULATOR_FUNCTIONS(T2S_EMULATOR_ENTRY)
#undef T2S_EMULATOR_ENTRY
};

// Fills the table from an open library; returns the first symbol that it lacks, or NULL.
static inline const char *t2s_emulator_fill(struct t2s_emulator *table, void *library) {
#define T2S_EMULATOR_LOAD(name, symbol, result, arguments) \
  *(void **)&table->name = dlsym(library, #symbol); \
  if (!table->name) return #symbol;
  T2S_EMULATOR_FUNCTIONS(T2S_EMULATOR_LOAD)
#undef T2S_EMULATOR_LOAD
  return NULL;
}

#endif
