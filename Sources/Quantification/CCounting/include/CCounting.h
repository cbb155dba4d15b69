#pragma once
#include <stdint.h>

/// Counts `value` in `rows` (at most 255) rows of `width` labels, `stride` bytes apart: adds to
/// `per_row` how many each row has, and to `per_column`, which may not overflow, how many each
/// column has.
void t2s_count_value(const uint8_t *labels, long rows, long width, long stride, uint8_t value,
                     uint8_t *per_column, int64_t *per_row);

/// Adds `n` voxels to `histogram`, 256 bins for each row: the row is what `row_of` says of the
/// label, the bin is the grey value.
void t2s_count_greys_u8(const uint8_t *labels, const uint8_t *greys, long n,
                        const uint8_t row_of[256], int64_t *histogram);

/// The same for other types: the bin is (grey - low) * scale without its fraction, drawn to 0 to
/// 255; what is no number counts nowhere. Greys need not be aligned.
void t2s_count_greys_u16(const uint8_t *labels, const void *greys, long n,
                         const uint8_t row_of[256], float low, float scale, int64_t *histogram);
void t2s_count_greys_f32(const uint8_t *labels, const void *greys, long n,
                         const uint8_t row_of[256], float low, float scale, int64_t *histogram);
