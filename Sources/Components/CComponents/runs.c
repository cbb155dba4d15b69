#include "CComponents.h"

#include <stdlib.h>
#include <string.h>

// The loops are compiled several times over, and the CPU at hand chooses.
#if defined(__x86_64__) && defined(__linux__)
#define T2S_CLONES __attribute__((target_clones("default", "avx2", "arch=x86-64-v4")))
#else
#define T2S_CLONES
#endif

t2s_part *t2s_part_new(long height, long width, int connectivity, int has_greys) {
  t2s_part *part = calloc(1, sizeof *part);
  if (!part) return NULL;
  part->height = height;
  part->width = width;
  part->connectivity = connectivity;
  part->row_capacity = height + 1;
  part->rows = malloc((size_t)part->row_capacity * sizeof *part->rows);
  part->run_capacity = 1024;
  part->runs = malloc((size_t)part->run_capacity * sizeof *part->runs);
  if (has_greys) part->greys = malloc((size_t)part->run_capacity * sizeof *part->greys);
  part->label_capacity = 1024;
  part->parents = malloc((size_t)part->label_capacity * sizeof *part->parents);
  // Eight bytes more, since the mask is looked at in words.
  part->mask = calloc((size_t)width + 16, 1);
  if (!part->rows || !part->runs || (has_greys && !part->greys) || !part->parents ||
      !part->mask) {
    t2s_part_free(part);
    return NULL;
  }
  part->rows[0] = 0;
  return part;
}

void t2s_part_free(t2s_part *part) {
  if (!part) return;
  free(part->rows);
  free(part->runs);
  free(part->greys);
  free(part->parents);
  free(part->mask);
  free(part);
}

int t2s_part_reserve(t2s_part *part, long layers, long run_count) {
  long rows = layers * part->height + 1;
  if (rows > part->row_capacity) {
    long *grown = realloc(part->rows, (size_t)rows * sizeof *grown);
    if (!grown) return -1;
    part->rows = grown;
    part->row_capacity = rows;
  }
  if (run_count > part->run_capacity) {
    t2s_run *grown = realloc(part->runs, (size_t)run_count * sizeof *grown);
    if (!grown) return -1;
    part->runs = grown;
    part->run_capacity = run_count;
  }
  part->layers = layers;
  part->run_count = run_count;
  return 0;
}

void t2s_part_clear(t2s_part *part) {
  part->layers = 0;
  part->run_count = 0;
  part->label_count = 0;
  part->rows[0] = 0;
}

long t2s_part_bytes(const t2s_part *part) {
  return part->run_capacity * (long)(sizeof(t2s_run) + (part->greys ? sizeof(int64_t) : 0)) +
         part->row_capacity * (long)sizeof(long) + part->label_capacity * (long)sizeof(uint32_t) +
         part->width;
}

T2S_CLONES
static void make_mask(const uint8_t *row, long n, const uint8_t table[256], int single,
                      uint8_t *mask) {
  if (single >= 0) {
    uint8_t value = (uint8_t)single;
    for (long x = 0; x < n; x++) mask[x] = row[x] == value;
  } else {
    for (long x = 0; x < n; x++) mask[x] = table[row[x]];
  }
}

/// Writes where the mask of `n` columns changes, a begin and an end in turn; returns how many runs.
static long find_runs(const uint8_t *mask, long n, t2s_run *runs) {
  long count = 0;
  uint64_t before = 0;
  for (long x = 0; x < n; x += 8) {
    uint64_t word;
    memcpy(&word, mask + x, 8);
    // A byte is 1 where a voxel differs from the one before it.
    uint64_t change = word ^ (word << 8 | before);
    before = word >> 56;
    while (change) {
      long at = x + (__builtin_ctzll(change) >> 3);
      change &= change - 1;
      if ((word >> ((at - x) * 8)) & 1) {
        runs[count].begin = (uint32_t)at;
      } else {
        runs[count++].end = (uint32_t)at;
      }
    }
  }
  // Columns beyond the row are 0, so that only a run at the end of a last whole word is open.
  if (before) runs[count++].end = (uint32_t)n;
  return count;
}

uint32_t t2s_find(uint32_t *parents, uint32_t node) {
  while (parents[node] != node) {
    parents[node] = parents[parents[node]];
    node = parents[node];
  }
  return node;
}

static inline uint32_t join(uint32_t *parents, uint32_t a, uint32_t b) {
  a = t2s_find(parents, a);
  b = t2s_find(parents, b);
  if (a == b) return a;
  if (a < b) {
    parents[b] = a;
    return a;
  }
  parents[a] = b;
  return b;
}

enum { NO_LABEL = 0xffffffffu };

/// Joins the runs of two rows that meet; with `reach` 1 also those whose corners meet. Runs of `row`
/// without a label take that of what they meet first.
static void join_rows(const t2s_run *other, const t2s_run *other_end, t2s_run *row,
                      t2s_run *row_end, uint32_t reach, uint32_t *parents) {
  while (other < other_end && row < row_end) {
    if (other->end + reach <= row->begin) {
      other++;
    } else if (row->end + reach <= other->begin) {
      row++;
    } else {
      if (row->label == NO_LABEL) {
        row->label = other->label;
      } else if (row->label != other->label) {
        row->label = join(parents, row->label, other->label);
      }
      if (other->end < row->end) other++; else row++;
    }
  }
}

/// Whether rows `dz` layers and `dy` rows apart can meet, and how far beside each other: -1, 0 or 1.
static int reach_of(int connectivity, int dz, int dy) {
  int steps = abs(dz) + abs(dy);
  switch (connectivity) {
    case 4: return dz == 0 ? 0 : -1;
    case 8: return dz == 0 ? 1 : -1;
    case 6: return steps == 1 ? 0 : -1;
    case 18: return steps == 1 ? 1 : 0;
    default: return 1;
  }
}

static int grow(void **memory, long *capacity, long needed, size_t size) {
  if (needed <= *capacity) return 0;
  long next = *capacity;
  while (next < needed) next = next + next / 2 + 1024;
  void *bigger = realloc(*memory, (size_t)next * size);
  if (!bigger) return -1;
  *memory = bigger;
  *capacity = next;
  return 0;
}

static int64_t sum_greys(const void *greys, int type, long from, long to) {
  if (type == 1) {
    const uint8_t *values = greys;
    int64_t sum = 0;
    for (long i = from; i < to; i++) sum += values[i];
    return sum << 16;
  }
  if (type == 2) {
    const char *values = greys;
    int64_t sum = 0;
    for (long i = from; i < to; i++) {
      uint16_t value;
      memcpy(&value, values + 2 * i, 2);
      sum += value;
    }
    return sum << 16;
  }
  const char *values = greys;
  double sum = 0;
  for (long i = from; i < to; i++) {
    float value;
    memcpy(&value, values + 4 * i, 4);
    if (value == value) sum += value;
  }
  sum *= 65536;
  return sum > 9e18 ? INT64_MAX / 2 : sum < -9e18 ? INT64_MIN / 2 : (int64_t)sum;
}

int t2s_part_add_layer(t2s_part *part, const uint8_t *voxels, const uint8_t table[256],
                       const void *greys, int grey_type) {
  long height = part->height, width = part->width;
  int single = -1, chosen = 0;
  uint8_t flags[256];
  for (int value = 0; value < 256; value++) {
    flags[value] = table[value] != 0;
    if (flags[value]) {
      single = value;
      chosen++;
    }
  }
  if (chosen != 1) single = -1;
  if (grow((void **)&part->rows, &part->row_capacity, (part->layers + 1) * height + 1,
           sizeof *part->rows))
    return -1;
  for (long y = 0; y < height; y++) {
    // Every second voxel may begin a run.
    long most = part->run_count + width / 2 + 2;
    if (most > part->run_capacity) {
      long capacity = part->run_capacity;
      if (grow((void **)&part->runs, &part->run_capacity, most, sizeof *part->runs)) return -1;
      if (part->greys &&
          grow((void **)&part->greys, &capacity, part->run_capacity, sizeof *part->greys))
        return -1;
    }
    long row = part->layers * height + y;
    t2s_run *first = part->runs + part->run_count;
    make_mask(voxels + y * width, width, flags, single, part->mask);
    long count = find_runs(part->mask, width, first);
    if (part->greys) {
      const char *line =
          (const char *)greys + (size_t)y * (size_t)width * (size_t)grey_type;
      for (long i = 0; i < count; i++)
        part->greys[part->run_count + i] =
            sum_greys(line, grey_type, first[i].begin, first[i].end);
    }
    for (long i = 0; i < count; i++) first[i].label = NO_LABEL;
    part->run_count += count;
    part->rows[row + 1] = part->run_count;
    // The rows that come before this one and can meet it.
    for (int dz = -1; dz <= 0; dz++) {
      for (int dy = -1; dy <= (dz == 0 ? -1 : 1); dy++) {
        int reach = reach_of(part->connectivity, dz, dy);
        if (reach < 0 || part->layers + dz < 0 || y + dy < 0 || y + dy >= height) continue;
        long other = row + dz * height + dy;
        join_rows(part->runs + part->rows[other], part->runs + part->rows[other + 1], first,
                  first + count, (uint32_t)reach, part->parents);
      }
    }
    if (grow((void **)&part->parents, &part->label_capacity, part->label_count + count,
             sizeof *part->parents))
      return -1;
    for (long i = 0; i < count; i++) {
      if (first[i].label != NO_LABEL) continue;
      uint32_t label = (uint32_t)part->label_count++;
      part->parents[label] = label;
      first[i].label = label;
    }
  }
  part->layers++;
  return 0;
}

long t2s_part_number(t2s_part *part) {
  // A root is the least of its set, and labels were given out in the order of first voxels.
  uint32_t next = 0;
  for (long i = 0; i < part->label_count; i++) {
    uint32_t parent = part->parents[i];
    part->parents[i] = parent == (uint32_t)i ? next++ : part->parents[parent];
  }
  for (long i = 0; i < part->run_count; i++)
    part->runs[i].label = part->parents[part->runs[i].label];
  part->label_count = next;
  return next;
}

void t2s_join_layers(const t2s_run *below, const long *below_rows, const t2s_run *above,
                     const long *above_rows, long height, int connectivity, uint32_t offset,
                     uint32_t *parents) {
  for (long y = 0; y < height; y++) {
    for (int dy = -1; dy <= 1; dy++) {
      int reach = reach_of(connectivity, -1, dy);
      if (reach < 0 || y + dy < 0 || y + dy >= height) continue;
      uint32_t apart = (uint32_t)reach;
      const t2s_run *other = below + below_rows[y + dy];
      const t2s_run *other_end = below + below_rows[y + dy + 1];
      const t2s_run *row = above + above_rows[y], *row_end = above + above_rows[y + 1];
      while (other < other_end && row < row_end) {
        if (other->end + apart <= row->begin) {
          other++;
        } else if (row->end + apart <= other->begin) {
          row++;
        } else {
          join(parents, other->label, row->label + offset);
          if (other->end < row->end) other++; else row++;
        }
      }
    }
  }
}

void t2s_paint_row(const t2s_run *runs, long count, const uint32_t *numbers, uint32_t *row,
                   long first, long width) {
  memset(row, 0, (size_t)width * sizeof *row);
  for (long i = 0; i < count; i++) {
    long begin = (long)runs[i].begin - first, end = (long)runs[i].end - first;
    if (end <= 0) continue;
    if (begin >= width) break;
    if (begin < 0) begin = 0;
    if (end > width) end = width;
    uint32_t number = numbers[runs[i].label];
    for (long x = begin; x < end; x++) row[x] = number;
  }
}
