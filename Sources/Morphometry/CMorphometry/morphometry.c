#include "CMorphometry.h"

#include <string.h>

// The loops are compiled several times over, and the CPU at hand chooses.
#if defined(__x86_64__) && defined(__linux__)
#define T2S_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define T2S_CLONES
#endif

enum { PIECE = 1024 };

T2S_CLONES
static void differ(const uint8_t *a, const uint8_t *b, long n, uint8_t *out) {
  for (long i = 0; i < n; i++) out[i] = a[i] ^ b[i];
}

void t2s_count_differing(const uint8_t *a, const uint8_t *b, long n, int64_t *pairs) {
  uint8_t difference[PIECE + 8];
  for (long start = 0; start < n; start += PIECE) {
    long count = n - start < PIECE ? n - start : PIECE;
    differ(a + start, b + start, count, difference);
    memset(difference + count, 0, 8);
    for (long i = 0; i < count; i += 8) {
      uint64_t word;
      memcpy(&word, difference + i, 8);
      for (; word; word &= ~(0xffull << (__builtin_ctzll(word) & ~7))) {
        long at = start + i + (__builtin_ctzll(word) >> 3);
        pairs[(long)a[at] << 8 | b[at]]++;
      }
    }
  }
}

T2S_CLONES
static void differ_cells(const uint8_t *const rows[4], long start, long n, uint8_t *out) {
  const uint8_t *a = rows[0] + start, *b = rows[1] + start, *c = rows[2] + start,
                *d = rows[3] + start;
  for (long i = 0; i < n; i++)
    out[i] = (uint8_t)((a[i] ^ a[i + 1]) | (a[i] ^ b[i]) | (a[i] ^ b[i + 1]) | (a[i] ^ c[i]) |
                       (a[i] ^ c[i + 1]) | (a[i] ^ d[i]) | (a[i] ^ d[i + 1]));
}

void t2s_count_cells(const uint8_t *const rows[4], long n, int64_t *cells) {
  uint8_t difference[PIECE + 8];
  for (long start = 0; start + 1 < n; start += PIECE) {
    long count = n - 1 - start < PIECE ? n - 1 - start : PIECE;
    differ_cells(rows, start, count, difference);
    for (long i = 0; i < count; i++) {
      if (!difference[i]) continue;
      uint8_t values[8];
      for (int row = 0; row < 4; row++) {
        values[2 * row] = rows[row][start + i];
        values[2 * row + 1] = rows[row][start + i + 1];
      }
      int seen = 0;
      for (int first = 0; first < 8; first++) {
        if (seen >> first & 1) continue;
        int mask = 0;
        for (int bit = first; bit < 8; bit++) mask |= (values[bit] == values[first]) << bit;
        seen |= mask;
        cells[(long)values[first] << 8 | mask]++;
      }
    }
  }
}

T2S_CLONES
int64_t t2s_count_both(const uint8_t *a, const uint8_t *b, long n) {
  int64_t sum = 0;
  for (long start = 0; start < n; start += 65536) {
    long end = start + 65536 < n ? start + 65536 : n;
    uint32_t part = 0;
    for (long i = start; i < end; i++) part += a[i] & b[i];
    sum += part;
  }
  return sum;
}

void t2s_look_up(const uint8_t *voxels, long n, const uint8_t table[256], uint8_t *out) {
  for (long i = 0; i < n; i++) out[i] = table[voxels[i]];
}

void t2s_count_chords(const uint8_t *kinds, long n, long stride, int64_t *lengths, int64_t *cut) {
  long length = 0;
  int begins_cut = 1;
  for (long i = 0; i < n; i++) {
    int kind = kinds[i * stride];
    if (kind == 1) {
      length++;
      continue;
    }
    if (length > 0) (begins_cut || kind == 2 ? cut : lengths)[length]++;
    length = 0;
    begins_cut = kind == 2;
  }
  if (length > 0) cut[length]++;
}
