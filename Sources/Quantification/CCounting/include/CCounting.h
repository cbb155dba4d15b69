#pragma once
#include <stdint.h>

/// Counts `value` in `rows` (at most 255) rows of `width` labels, `stride` bytes apart: adds to
/// `per_row` how many each row has, and to `per_column`, which may not overflow, how many each
/// column has.
void t2s_count_value(const uint8_t *labels, long rows, long width, long stride, uint8_t value,
                     uint8_t *per_column, int64_t *per_row);

/// Types of grey values.
enum t2s_grey_type { t2s_grey_u8 = 0, t2s_grey_u16 = 1, t2s_grey_f32 = 2 };

/// Adds `rows` rows of `width` voxels to `histogram`, which has `histogram_rows` rows of 256 bins: the row
/// is what `row_of` says of the label. The bin is the grey value where that is a byte, and otherwise
/// (grey - low) * scale without its fraction, drawn to 0 to 255; what is no number counts nowhere.
///
/// Rows of voxels begin `label_stride` and `grey_stride` bytes after one another; greys need not be aligned.
void t2s_count_greys(enum t2s_grey_type type, const uint8_t *labels, long label_stride,
                     const void *greys, long grey_stride, long rows, long width, float low,
                     float scale, const uint8_t row_of[256], long histogram_rows,
                     int64_t *histogram);
