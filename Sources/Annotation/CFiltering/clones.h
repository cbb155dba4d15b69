#pragma once

// The loops are compiled several times over, and the CPU at hand chooses.
#if defined(__x86_64__) && defined(__linux__)
#define T2S_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define T2S_CLONES
#endif

#define T2S_ALWAYS static inline __attribute__((always_inline))
