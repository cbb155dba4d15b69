#include "CMorphometry.h"

#include <stdlib.h>
#include <string.h>

#if defined(__x86_64__) && defined(__linux__)
#define T2S_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define T2S_CLONES
#endif

T2S_CLONES
static void add_scaled(const float *in, float weight, float *out, long n) {
  for (long i = 0; i < n; i++) out[i] += weight * in[i];
}

T2S_CLONES
void t2s_multiply(const float *a, const float *b, float *out, long n) {
  for (long i = 0; i < n; i++) out[i] = a[i] * b[i];
}

void t2s_convolve(const float *in, float *out, long outer, long n, long inner,
                  const float *kernel, long radius) {
  memset(out, 0, (size_t)(outer * n * inner) * sizeof *out);
  if (inner > 1) {
    // A part of a line of lines at a time, so that what is read again is still in the cache.
    for (long group = 0; group < outer; group++)
      for (long first = 0; first < inner; first += 2048) {
        long count = inner - first < 2048 ? inner - first : 2048;
        for (long i = 0; i < n; i++)
          for (long k = -radius; k <= radius; k++) {
            long at = i + k < 0 ? 0 : i + k >= n ? n - 1 : i + k;
            add_scaled(in + (group * n + at) * inner + first, kernel[k + radius],
                       out + (group * n + i) * inner + first, count);
          }
      }
    return;
  }
  float *line = malloc((size_t)(n + 2 * radius) * sizeof *line);
  if (!line) abort();
  for (long group = 0; group < outer; group++) {
    const float *from = in + group * n;
    for (long i = -radius; i < n + radius; i++)
      line[i + radius] = from[i < 0 ? 0 : i >= n ? n - 1 : i];
    for (long k = 0; k <= 2 * radius; k++) add_scaled(line + k, kernel[k], out + group * n, n);
  }
  free(line);
}
