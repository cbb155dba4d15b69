#pragma once

/// What a voxel is.
typedef enum {
  T2S_HALVE_UINT8,
  T2S_HALVE_INT8,
  T2S_HALVE_UINT16,
  T2S_HALVE_INT16,
  T2S_HALVE_UINT32,
  T2S_HALVE_INT32,
  T2S_HALVE_UINT64,
  T2S_HALVE_INT64,
  T2S_HALVE_FLOAT32,
  T2S_HALVE_FLOAT64,
} t2s_halve_type;

/// Rows and planes of a box, in voxels from the beginning of one to that of the next.
typedef struct {
  long row;
  long plane;
} t2s_halve_strides;

/// Writes the mean of each 2x2x2 voxels of a box of `z` x `y` x `x` voxels; an odd last layer, row
/// or column counts twice. Whole numbers are rounded to the nearest, halves to even; floating-point
/// numbers are summed in double precision over planes, then rows, then columns.
void t2s_halve_mean(t2s_halve_type type, const void *source, t2s_halve_strides from, long z, long y,
                    long x, void *destination, t2s_halve_strides to);

/// Writes the most frequent value of each 2x2x2 voxels, the smallest of several; whole numbers only.
void t2s_halve_mode(t2s_halve_type type, const void *source, t2s_halve_strides from, long z, long y,
                    long x, void *destination, t2s_halve_strides to);
