#include <png.h>
#include <stdlib.h>
#include <string.h>

/// Encodes `height` rows of `width` pixels of libpng's `format` as a PNG in memory that the caller frees
/// with `free`; returns NULL where libpng fails, which it says in `message` (64 bytes). `table` has the
/// `colours` of a palette, and is NULL for a format without.
static inline unsigned char *cpng_encode(
    const unsigned char *pixels, unsigned format, const unsigned char *table, unsigned colours,
    unsigned width, unsigned height, size_t *byte_count, char *message) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = format;
  image.colormap_entries = colours;
  // Layers of a scan become 8 % smaller in less than half the time than with libpng's own choice, which
  // is to try all filters.
  image.flags = PNG_IMAGE_FLAG_FAST;
  png_alloc_size_t needed = PNG_IMAGE_PNG_SIZE_MAX(image);
  unsigned char *memory = (unsigned char *)malloc(needed);
  if (memory == NULL) {
    strcpy(message, "out of memory");
    return NULL;
  }
  if (!png_image_write_to_memory(&image, memory, &needed, 0, pixels, 0, table)) {
    strncpy(message, image.message, 63);
    message[63] = 0;
    free(memory);
    return NULL;
  }
  *byte_count = needed;
  return memory;
}

/// Encodes rows of red, green, blue bytes.
static inline unsigned char *cpng_encode_rgb(
    const unsigned char *rgb, unsigned width, unsigned height, size_t *byte_count,
    char *message) {
  return cpng_encode(rgb, PNG_FORMAT_RGB, NULL, 0, width, height, byte_count, message);
}

/// Encodes rows of places in a table of `colours` red, green, blue entries.
static inline unsigned char *cpng_encode_palette(
    const unsigned char *places, const unsigned char *table, unsigned colours, unsigned width,
    unsigned height, size_t *byte_count, char *message) {
  return cpng_encode(
      places, PNG_FORMAT_RGB_COLORMAP, table, colours, width, height, byte_count, message);
}

/// Decodes a PNG into `height` rows of `width` pixels of libpng's `format`, which the caller frees with
/// `free`; NULL where it is none.
static inline unsigned char *cpng_decode(
    const unsigned char *png, size_t byte_count, unsigned format, unsigned *width,
    unsigned *height) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&image, png, byte_count)) return NULL;
  image.format = format;
  unsigned char *memory = (unsigned char *)malloc(PNG_IMAGE_SIZE(image));
  if (memory == NULL || !png_image_finish_read(&image, NULL, memory, 0, NULL)) {
    png_image_free(&image);
    free(memory);
    return NULL;
  }
  *width = image.width;
  *height = image.height;
  return memory;
}

/// Decodes a PNG into red, green, blue bytes.
static inline unsigned char *cpng_decode_rgb(
    const unsigned char *png, size_t byte_count, unsigned *width, unsigned *height) {
  return cpng_decode(png, byte_count, PNG_FORMAT_RGB, width, height);
}

/// Decodes a PNG into red, green, blue and opacity.
static inline unsigned char *cpng_decode_rgba(
    const unsigned char *png, size_t byte_count, unsigned *width, unsigned *height) {
  return cpng_decode(png, byte_count, PNG_FORMAT_RGBA, width, height);
}

/// A PNG file in memory, read from the front.
struct cpng_source {
  const unsigned char *bytes;
  size_t left;
};

/// Where libpng's words go and where it jumps to: all within one call of `cpng_read_sample`.
struct cpng_failure {
  char message[64];
};

static inline void cpng_fail(png_structp png, png_const_charp message) {
  struct cpng_failure *failure = (struct cpng_failure *)png_get_error_ptr(png);
  strncpy(failure->message, message, sizeof failure->message - 1);
  failure->message[sizeof failure->message - 1] = 0;
  png_longjmp(png, 1);
}

static inline void cpng_ignore(png_structp png, png_const_charp message) {
  (void)png;
  (void)message;
}

static inline void cpng_take(png_structp png, png_bytep destination, size_t count) {
  struct cpng_source *source = (struct cpng_source *)png_get_io_ptr(png);
  if (count > source->left) png_error(png, "the file ends too early");
  memcpy(destination, source->bytes, count);
  source->bytes += count;
  source->left -= count;
}

/// What a caller knows of a PNG from its header, and wants of it.
struct cpng_request {
  unsigned width, height;
  /// Bits of a sample, and the number of its colour type.
  int bit_depth, colour_type;
  /// Which sample of each pixel is wanted.
  int sample;
  /// The rows that are wanted.
  unsigned first_row, row_count;
};

/// Puts one sample of each of `width` pixels of a decoded row into `destination`: a byte each, or two
/// in this machine's order. Samples of less than a byte have been unpacked to one each, unscaled.
static inline void cpng_pick(
    const unsigned char *row, unsigned char *destination, unsigned width, int samples, int sample,
    int bytes) {
  if (samples == 1) {
    memcpy(destination, row, (size_t)width * bytes);
  } else if (bytes == 1) {
    for (unsigned x = 0; x < width; x++) destination[x] = row[(size_t)x * samples + sample];
  } else {
    for (unsigned x = 0; x < width; x++)
      memcpy(destination + 2 * (size_t)x, row + 2 * ((size_t)x * samples + sample), 2);
  }
}

/// Decodes rows of a PNG into `destination`, which has room for them; returns 0, or 1 with libpng's
/// words in `message` (64 bytes). An error jumps no further than this function. All that is not
/// needed to decode pixels (texts, profiles, times) is passed over unread.
static inline int cpng_read_sample(
    const unsigned char *bytes, size_t byte_count, const struct cpng_request *request,
    unsigned char *destination, char *message) {
  struct cpng_source source = {bytes, byte_count};
  struct cpng_failure failure = {"out of memory"};
  png_infop info = NULL;
  unsigned char *volatile rows = NULL;
  png_structp png =
      png_create_read_struct(PNG_LIBPNG_VER_STRING, &failure, cpng_fail, cpng_ignore);
  int status = 1;
  if (png != NULL) info = png_create_info_struct(png);
  if (info != NULL && setjmp(png_jmpbuf(png)) == 0) {
    png_set_read_fn(png, &source, cpng_take);
    png_set_user_limits(png, request->width, request->height);
    png_set_chunk_cache_max(png, 64);
    png_set_chunk_malloc_max(png, 1 << 20);
    png_set_keep_unknown_chunks(png, PNG_HANDLE_CHUNK_NEVER, NULL, -1);
    png_read_info(png, info);
    if (png_get_image_width(png, info) != request->width ||
        png_get_image_height(png, info) != request->height ||
        png_get_bit_depth(png, info) != request->bit_depth ||
        png_get_color_type(png, info) != request->colour_type)
      png_error(png, "its header has changed");
    if (request->bit_depth < 8) png_set_packing(png);
    // The file has the most significant byte first.
    const unsigned short probe = 1;
    if (request->bit_depth == 16 && *(const unsigned char *)&probe == 1) png_set_swap(png);
    const int passes = png_set_interlace_handling(png);
    png_read_update_info(png, info);
    const size_t row_bytes = png_get_rowbytes(png, info);
    const int samples = png_get_channels(png, info);
    const int width_bytes = request->bit_depth == 16 ? 2 : 1;
    if (request->sample >= samples || row_bytes != (size_t)request->width * samples * width_bytes)
      png_error(png, "its rows are not what the header says");
    // Interlaced rows come a few pixels at a time, so all of them are held.
    rows = (unsigned char *)malloc(passes > 1 ? row_bytes * request->height : row_bytes);
    if (rows == NULL) png_error(png, "out of memory");
    const unsigned end = request->first_row + request->row_count;
    const size_t picked = (size_t)request->width * width_bytes;
    if (passes > 1) {
      memset(rows, 0, row_bytes * request->height);
      for (int pass = 0; pass < passes; pass++)
        for (unsigned y = 0; y < request->height; y++)
          png_read_row(png, rows + row_bytes * y, NULL);
    }
    for (unsigned y = passes > 1 ? request->first_row : 0; y < end; y++) {
      unsigned char *row = passes > 1 ? rows + row_bytes * y : rows;
      if (passes == 1) png_read_row(png, row, NULL);
      if (y >= request->first_row)
        cpng_pick(row, destination + picked * (y - request->first_row), request->width, samples,
                  request->sample, width_bytes);
    }
    // With the last row the checksums behind it are looked at as well.
    if (end == request->height) png_read_end(png, NULL);
    status = 0;
  }
  if (status != 0) memcpy(message, failure.message, sizeof failure.message);
  free(rows);
  png_destroy_read_struct(&png, &info, NULL);
  return status;
}
