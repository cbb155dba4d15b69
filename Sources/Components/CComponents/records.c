#include "CComponents.h"

#include <string.h>

const int t2s_directions[T2S_DIRECTIONS][3] = {
    {1, 0, 0}, {0, 1, 0},  {0, 0, 1}, {1, 1, 0},  {1, -1, 0}, {1, 0, 1},  {1, 0, -1},
    {0, 1, 1}, {0, 1, -1}, {1, 1, 1}, {1, 1, -1}, {1, -1, 1}, {1, -1, -1}};

typedef unsigned __int128 wide;

static void add_wide(uint64_t to[2], wide more) {
  wide sum = ((wide)to[1] << 64 | to[0]) + more;
  to[0] = (uint64_t)sum;
  to[1] = (uint64_t)(sum >> 64);
}

/// The sum of squares of 0 to n - 1.
static wide squares_below(wide n) { return n == 0 ? 0 : (n - 1) * n * (2 * n - 1) / 6; }

static void begin_record(t2s_record *record) {
  memset(record, 0, sizeof *record);
  record->first = UINT64_MAX;
  for (int i = 0; i < 3; i++) record->least[i] = UINT32_MAX;
  for (int i = 0; i < T2S_DIRECTIONS; i++) {
    record->low[i] = INT32_MAX;
    record->high[i] = INT32_MIN;
  }
}

static inline void add_run(t2s_record *r, uint64_t z, uint64_t y, uint64_t begin, uint64_t end,
                           uint64_t first) {
  uint64_t n = end - begin;
  uint64_t sum_x = n * (begin + end - 1) / 2;
  if (first < r->first) r->first = first;
  r->voxels += n;
  r->sum[0] += n * z;
  r->sum[1] += n * y;
  r->sum[2] += sum_x;
  add_wide(r->square[0], (wide)(n * z) * z);
  add_wide(r->square[1], (wide)(n * y) * y);
  add_wide(r->square[2], squares_below(end) - squares_below(begin));
  add_wide(r->square[3], (wide)(n * z) * y);
  add_wide(r->square[4], (wide)sum_x * z);
  add_wide(r->square[5], (wide)sum_x * y);
  uint32_t low[3] = {(uint32_t)z, (uint32_t)y, (uint32_t)begin};
  uint32_t high[3] = {(uint32_t)z, (uint32_t)y, (uint32_t)(end - 1)};
  for (int i = 0; i < 3; i++) {
    if (low[i] < r->least[i]) r->least[i] = low[i];
    if (high[i] > r->most[i]) r->most[i] = high[i];
  }
  for (int i = 0; i < T2S_DIRECTIONS; i++) {
    const int *d = t2s_directions[i];
    int base = d[0] * (int)z + d[1] * (int)y;
    int a = base + d[2] * (int)begin, b = base + d[2] * (int)(end - 1);
    int least = a < b ? a : b, most = a < b ? b : a;
    if (least < r->low[i]) r->low[i] = least;
    if (most > r->high[i]) r->high[i] = most;
  }
}

void t2s_part_measure(const t2s_part *part, long z, t2s_record *records, long count, int shapes) {
  for (long i = 0; i < count; i++) begin_record(records + i);
  for (long row = 0; row < part->layers * part->height; row++) {
    uint64_t layer = (uint64_t)(z + row / part->height), y = (uint64_t)(row % part->height);
    uint64_t start = (layer * (uint64_t)part->height + y) * (uint64_t)part->width;
    for (long i = part->rows[row]; i < part->rows[row + 1]; i++) {
      t2s_run run = part->runs[i];
      t2s_record *record = records + run.label;
      add_run(record, layer, y, run.begin, run.end, start + run.begin);
      if (part->greys) record->grey += part->greys[i];
    }
  }
  if (!shapes || part->connectivity == 4 || part->connectivity == 8) return;
  for (long layer = 0; layer + 1 < part->layers; layer++) {
    const long *rows = part->rows + layer * part->height;
    t2s_add_surface(part->runs, rows, part->runs, rows + part->height, part->height, records,
                    records);
  }
}

void t2s_record_add(t2s_record *to, const t2s_record *from) {
  if (from->first < to->first) to->first = from->first;
  to->voxels += from->voxels;
  for (int i = 0; i < 3; i++) {
    to->sum[i] += from->sum[i];
    if (from->least[i] < to->least[i]) to->least[i] = from->least[i];
    if (from->most[i] > to->most[i]) to->most[i] = from->most[i];
  }
  for (int i = 0; i < 6; i++)
    add_wide(to->square[i], (wide)from->square[i][1] << 64 | from->square[i][0]);
  to->surface += from->surface;
  to->grey += from->grey;
  for (int i = 0; i < T2S_DIRECTIONS; i++) {
    if (from->low[i] < to->low[i]) to->low[i] = from->low[i];
    if (from->high[i] > to->high[i]) to->high[i] = from->high[i];
  }
}

// Surface: Lindblad, Surface area estimation of digitized 3D objects using weighted local
// configurations, Image and Vision Computing 23 (2005).

/// The voxels of a cell that meet `start` by faces within `mask`.
static int piece_of(int mask, int start) {
  int piece = start;
  while (1) {
    int next = piece;
    for (int bit = 0; bit < 8; bit++)
      if (piece >> bit & 1) next |= 1 << (bit ^ 1) | 1 << (bit ^ 2) | 1 << (bit ^ 4);
    next &= mask;
    if (next == piece) return piece;
    piece = next;
  }
}

/// The weight of voxels of a cell that hang together by faces.
static int piece_weight(int piece) {
  int count = __builtin_popcount((unsigned)piece);
  if (count > 4) {
    // What is seen from the other side is the same surface.
    int rest = 0xff & ~piece, sum = 0;
    while (rest) {
      int other = piece_of(rest, rest & -rest);
      sum += piece_weight(other);
      rest &= ~other;
    }
    return sum;
  }
  if (count < 4) return (int[]){0, 636, 669, 554}[count];
  int most = 0;
  for (int bit = 0; bit < 8; bit++) {
    if (!(piece >> bit & 1)) continue;
    int near = (piece >> (bit ^ 1) & 1) + (piece >> (bit ^ 2) & 1) + (piece >> (bit ^ 4) & 1);
    if (near > most) most = near;
  }
  if (most == 3) return 421;
  int ends = 0;
  for (int bit = 0; bit < 8; bit++) {
    if (!(piece >> bit & 1)) continue;
    ends += (piece >> (bit ^ 1) & 1) + (piece >> (bit ^ 2) & 1) + (piece >> (bit ^ 4) & 1) == 1;
  }
  // A square; or a chain of four, which no plane makes: the area of the triangles of marching cubes.
  return ends == 0 ? 927 : 1573;
}

int t2s_surface_weight(int mask) {
  int sum = 0;
  for (int rest = mask; rest;) {
    int piece = piece_of(mask, rest & -rest);
    sum += piece_weight(piece);
    rest &= ~piece;
  }
  return sum;
}

/// For each mask its pieces: a voxel of each, and their weights.
typedef struct {
  uint8_t count, voxel[4];
  uint16_t weight[4];
} cell;

static cell cells[256];

__attribute__((constructor)) static void fill_cells(void) {
  for (int mask = 0; mask < 256; mask++) {
    int rest = mask;
    while (rest) {
      int first = rest & -rest, piece = piece_of(mask, first);
      int weight = piece_weight(piece);
      if (weight > 0) {
        int place = cells[mask].count++;
        cells[mask].voxel[place] = (uint8_t)__builtin_ctz((unsigned)first);
        cells[mask].weight[place] = (uint16_t)weight;
      }
      rest &= ~piece;
    }
  }
}

void t2s_add_surface(const t2s_run *below, const long *below_rows, const t2s_run *above,
                     const long *above_rows, long height, t2s_record *records_below,
                     t2s_record *records_above) {
  const uint32_t never = UINT32_MAX;
  for (long y = -1; y < height; y++) {
    // Rows (z, y): bit 2z + y of a column's nibble. A cell is two columns; column 2 * i of the cell's
    // mask is its left one.
    const t2s_run *at[4], *end[4];
    for (int row = 0; row < 4; row++) {
      const t2s_run *runs = row < 2 ? below : above;
      const long *rows = row < 2 ? below_rows : above_rows;
      long line = y + (row & 1);
      int there = rows && line >= 0 && line < height;
      at[row] = there ? runs + rows[line] : NULL;
      end[row] = there ? runs + rows[line + 1] : NULL;
    }
    // The runs that hold the last column, and those that hold the one before it.
    uint32_t labels[2][4] = {{0}};
    int before = 0;
    uint32_t x = never;
    for (int row = 0; row < 4; row++)
      if (at[row] < end[row] && at[row]->begin < x) x = at[row]->begin;
    while (x != never) {
      // What column x holds, and the next column at which that changes.
      int now = 0;
      uint32_t next = never;
      for (int row = 0; row < 4; row++) {
        while (at[row] < end[row] && at[row]->end <= x) at[row]++;
        if (at[row] >= end[row]) continue;
        if (at[row]->begin <= x) {
          now |= 1 << row;
          labels[1][row] = at[row]->label;
          if (at[row]->end < next) next = at[row]->end;
        } else if (at[row]->begin < next) {
          next = at[row]->begin;
        }
      }
      // The cell of columns x - 1 and x, then those whose columns are both as x is.
      for (int step = 0; step < 2; step++) {
        int left = step == 0 ? before : now;
        uint64_t times = step == 0 ? 1 : next == never ? 0 : next - x - 1;
        if (times == 0) continue;
        int mask = 0;
        for (int row = 0; row < 4; row++)
          mask |= (left >> row & 1) << (2 * row) | (now >> row & 1) << (2 * row + 1);
        const cell *c = cells + mask;
        for (int i = 0; i < c->count; i++) {
          int row = c->voxel[i] >> 1, side = step == 0 ? c->voxel[i] & 1 : 1;
          t2s_record *records = row < 2 ? records_below : records_above;
          records[labels[side][row]].surface += times * c->weight[i];
        }
      }
      before = now;
      memcpy(labels[0], labels[1], sizeof labels[0]);
      x = next;
    }
  }
}
