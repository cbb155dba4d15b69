#include "CCounting.h"

#include <string.h>

// The loop is compiled several times over, and the CPU at hand chooses.
#if defined(__x86_64__) && defined(__linux__)
#define T2S_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define T2S_CLONES
#endif

T2S_CLONES
void t2s_count_value(const uint8_t *labels, long rows, long width, long stride, uint8_t value,
                     uint8_t *per_column, int64_t *per_row) {
  for (long row = 0; row < rows; row++) {
    const uint8_t *at = labels + row * stride;
    int64_t sum = 0;
    for (long start = 0; start < width; start += 4096) {
      long end = start + 4096 < width ? start + 4096 : width;
      uint32_t part = 0;
      for (long x = start; x < end; x++) {
        uint8_t is = at[x] == value;
        per_column[x] = (uint8_t)(per_column[x] + is);
        part += is;
      }
      sum += part;
    }
    per_row[row] += sum;
  }
}

static inline uint8_t bin(float value, float low, float scale) {
  float place = (value - low) * scale;
  place = place > 0 ? place : 0;
  return (uint8_t)(int32_t)(place < 255 ? place : 255);
}

T2S_CLONES
static void bins_u16(const char *greys, long n, float low, float scale, uint8_t *bins) {
  for (long i = 0; i < n; i++) {
    uint16_t grey;
    memcpy(&grey, greys + 2 * i, 2);
    bins[i] = bin(grey, low, scale);
  }
}

// Whether all are numbers; what is none has any bin.
T2S_CLONES
static int bins_f32(const char *greys, long n, float low, float scale, uint8_t *bins) {
  int others = 0;
  for (long i = 0; i < n; i++) {
    float grey;
    memcpy(&grey, greys + 4 * i, 4);
    others |= grey != grey;
    bins[i] = bin(grey, low, scale);
  }
  return !others;
}

// Neighbours are often equal, and a count that was just changed is waited for: so there are four, in turn.
// Many classes do not fit into the first cache, and are counted one after the other.
enum { TABLES = 4, TABLE_ROWS = 8, TABLE_SIZE = TABLE_ROWS * 256, PIECE = 1024 };

struct counts {
  const uint8_t *row_of;
  int64_t *histogram;
  long rows;
  int has_tables;
  uint16_t first[256];
  uint32_t tables[TABLE_SIZE][TABLES];
};

static void begin_tables(struct counts *counts) {
  memset(counts->tables, 0, (size_t)(counts->rows << 8) * sizeof counts->tables[0]);
}

static void add_tables(struct counts *counts) {
  for (long bin = 0; bin < counts->rows << 8; bin++)
    for (int t = 0; t < TABLES; t++) counts->histogram[bin] += counts->tables[bin][t];
}

static void count(struct counts *counts, const uint8_t *labels, const uint8_t *bins, long n) {
  if (!counts->has_tables) {
    for (long i = 0; i < n; i++)
      counts->histogram[(long)counts->row_of[labels[i]] << 8 | bins[i]]++;
    return;
  }
  long i = 0;
  for (; i + 8 <= n; i += 8) {
    uint64_t l, b;
    memcpy(&l, labels + i, 8);
    memcpy(&b, bins + i, 8);
    for (int k = 0; k < 8; k++)
      counts->tables[counts->first[l >> 8 * k & 255] | (b >> 8 * k & 255)][k % TABLES]++;
  }
  for (; i < n; i++) counts->tables[counts->first[labels[i]] | bins[i]][0]++;
}

// A piece of a row, of at most PIECE voxels.
static void count_piece(struct counts *counts, enum t2s_grey_type type, const uint8_t *labels,
                        const char *greys, long n, float low, float scale) {
  uint8_t bins[PIECE];
  if (type == t2s_grey_u8) return count(counts, labels, (const uint8_t *)greys, n);
  if (type == t2s_grey_u16) {
    bins_u16(greys, n, low, scale, bins);
    return count(counts, labels, bins, n);
  }
  if (bins_f32(greys, n, low, scale, bins)) return count(counts, labels, bins, n);
  for (long i = 0; i < n; i++) {
    float grey;
    memcpy(&grey, greys + 4 * i, 4);
    if (grey == grey) count(counts, labels + i, bins + i, 1);
  }
}

void t2s_count_greys(enum t2s_grey_type type, const uint8_t *labels, long label_stride,
                     const void *greys, long grey_stride, long rows, long width, float low,
                     float scale, const uint8_t row_of[256], long histogram_rows,
                     int64_t *histogram) {
  static const long sizes[] = {1, 2, 4};
  struct counts counts;
  counts.row_of = row_of;
  counts.histogram = histogram;
  counts.rows = histogram_rows;
  // Few voxels are not worth the tables.
  counts.has_tables =
      histogram_rows <= TABLE_ROWS && rows * width >= TABLES * (histogram_rows << 8);
  for (int value = 0; value < 256; value++) counts.first[value] = (uint16_t)(row_of[value] << 8);
  // A count of 32 bits holds what 2^30 voxels add to it, and so much again.
  long left = 0;
  for (long row = 0; row < rows; row++) {
    const uint8_t *label = labels + row * label_stride;
    const char *grey = (const char *)greys + row * grey_stride;
    for (long x = 0; x < width; x += PIECE) {
      long n = width - x < PIECE ? width - x : PIECE;
      if (counts.has_tables && left < n) {
        if (left > 0) add_tables(&counts);
        begin_tables(&counts);
        left = 1l << 30;
      }
      left -= n;
      count_piece(&counts, type, label + x, grey + x * sizes[type], n, low, scale);
    }
  }
  if (counts.has_tables && left > 0) add_tables(&counts);
}
