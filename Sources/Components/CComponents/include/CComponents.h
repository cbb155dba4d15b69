#pragma once
#include <stdint.h>

/// A run of voxels in a row: columns `begin` to `end` - 1 belong to the component `label`.
typedef struct {
  uint32_t begin;
  uint32_t end;
  uint32_t label;
} t2s_run;

/// Directions along which the extent of a component is kept: the axes, the diagonals of faces and
/// those of the cube.
enum { T2S_DIRECTIONS = 13 };

/// What is added up over the voxels of a component. All are whole numbers, so that the sum depends
/// on no order.
typedef struct {
  /// The voxel that comes first in the order z, y, x: (z * height + y) * width + x.
  uint64_t first;
  /// The number of voxels.
  uint64_t voxels;
  /// Sums of z, y, x.
  uint64_t sum[3];
  /// Sums of zz, yy, xx, zy, zx, yx, 128 bits each, low word first.
  uint64_t square[6][2];
  /// The least and the greatest z, y, x.
  uint32_t least[3], most[3];
  /// The surface in thousandths of a voxel's face.
  uint64_t surface;
  /// The sum of grey values in 65536ths.
  int64_t grey;
  /// The least and the greatest projection on each of the directions.
  int32_t low[T2S_DIRECTIONS], high[T2S_DIRECTIONS];
} t2s_record;

/// The directions (z, y, x).
extern const int t2s_directions[T2S_DIRECTIONS][3];

/// A part of a volume as runs: whole layers one after the other, of which the last may be unfinished.
typedef struct {
  /// Rows of a layer, columns of a row.
  long height, width;
  /// 4 or 8: within layers; 6, 18 or 26: in space.
  int connectivity;
  /// Layers that are there.
  long layers;
  t2s_run *runs;
  long run_count, run_capacity;
  /// Sums of grey of each run, in 65536ths; NULL where none are asked for.
  int64_t *greys;
  /// The first run of each row, and the end of the last.
  long *rows;
  long row_capacity;
  /// Union-find over labels while layers come in; of each label its number afterwards.
  uint32_t *parents;
  long label_count, label_capacity;
  /// Columns for one row.
  uint8_t *mask;
} t2s_part;

/// An empty part; NULL where there is no memory.
t2s_part *t2s_part_new(long height, long width, int connectivity, int has_greys);
/// Gives its memory back.
void t2s_part_free(t2s_part *part);
/// Makes room for `layers` layers and `run_count` runs, which the caller fills in; 0, or -1 where there is
/// no memory.
int t2s_part_reserve(t2s_part *part, long layers, long run_count);
/// Forgets all layers, keeps the memory.
void t2s_part_clear(t2s_part *part);
/// Bytes that it holds.
long t2s_part_bytes(const t2s_part *part);

/// Adds a layer whose voxels are in where `table` is not 0. `greys` is NULL, or `grey_type` (1:
/// uint8, 2: uint16, 4: float32) values. Returns 0, or -1 where there is no memory.
int t2s_part_add_layer(t2s_part *part, const uint8_t *voxels, const uint8_t table[256],
                       const void *greys, int grey_type);

/// Makes labels the numbers 0, 1, ... of the components of the part in the order of their first
/// voxels; returns how many there are.
long t2s_part_number(t2s_part *part);

/// Adds the voxels of a numbered part, whose first layer is `z`, to `records`, one for each label,
/// which are begun here; surfaces only where `shapes` is not 0.
void t2s_part_measure(const t2s_part *part, long z, t2s_record *records, long count, int shapes);

/// Adds the surface in the cells between two layers to the records of their labels. `rows` are
/// `height` + 1 places in `runs`; a layer with NULL for its rows is empty.
void t2s_add_surface(const t2s_run *below, const long *below_rows, const t2s_run *above,
                     const long *above_rows, long height, t2s_record *records_below,
                     t2s_record *records_above);

/// The weight of a cell of 2 x 2 x 2 voxels in thousandths of a face; bit 4z + 2y + x of `mask` is a
/// voxel.
int t2s_surface_weight(int mask);

/// Adds `from`, another part of the same component, to `to`.
void t2s_record_add(t2s_record *to, const t2s_record *from);

/// Joins components that meet where layer `above` follows layer `below`: labels of `below` are nodes
/// as they are, those of `above` come `offset` later. `parents` is a union-find over all whose roots
/// are their least.
void t2s_join_layers(const t2s_run *below, const long *below_rows, const t2s_run *above,
                     const long *above_rows, long height, int connectivity, uint32_t offset,
                     uint32_t *parents);

/// The root of `node`.
uint32_t t2s_find(uint32_t *parents, uint32_t node);

/// Writes the labels of `count` runs, through `numbers`, into a row of voxels from column `first` on,
/// `width` long; what lies outside it is left out.
void t2s_paint_row(const t2s_run *runs, long count, const uint32_t *numbers, uint32_t *row,
                   long first, long width);

/// The components of all layers that came so far, part after part.
///
/// Only components that reach the last layer have records in memory: of all others four bytes stay,
/// their parents.
typedef struct {
  long height;
  /// `measures`: 0 nothing, 1 sums over voxels, 2 surfaces too.
  int connectivity, measures;
  /// For each number that was given, one that it was joined to, or itself; numbers come in the order
  /// of first voxels.
  uint32_t *parents;
  long number_count, number_capacity;
  /// The numbers of the components that reach the last layer, rising, and their records.
  uint32_t *active;
  t2s_record *active_records;
  long active_count;
  /// The last layer; labels are places in `active`.
  t2s_run *last_runs;
  long *last_rows;
  int has_last;
  /// Numbers of the components that the last step has finished, rising, and their records.
  uint32_t *finished;
  t2s_record *finished_records;
  long finished_count;
  /// For each label of the part that was taken last, its number.
  uint32_t *numbers;
  /// Layers and voxels that came.
  long layers;
} t2s_joined;

/// Nothing has come yet; NULL where there is no memory.
t2s_joined *t2s_joined_new(long height, int connectivity, int measures);
/// Gives its memory back.
void t2s_joined_free(t2s_joined *joined);
/// Takes a numbered part, and its records where they are measured; 0, or -1 where there is no memory.
int t2s_joined_take(t2s_joined *joined, const t2s_part *part, t2s_record *records, long count);
/// Nothing more comes: finishes what is left.
int t2s_joined_end(t2s_joined *joined);
/// Makes of parents the final numbers 1, 2, ...; returns how many there are.
long t2s_joined_number(t2s_joined *joined);
