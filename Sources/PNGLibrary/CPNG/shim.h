#include <png.h>
#include <stdlib.h>
#include <string.h>

/// Encodes `height` rows of `width` red, green, blue bytes as a PNG in memory that the caller
/// frees with `free`; returns NULL where libpng fails, which it says in `message` (64 bytes).
static inline unsigned char *cpng_encode_rgb(
    const unsigned char *rgb, unsigned width, unsigned height, size_t *byte_count,
    char *message) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  image.width = width;
  image.height = height;
  image.format = PNG_FORMAT_RGB;
  png_alloc_size_t needed = PNG_IMAGE_PNG_SIZE_MAX(image);
  unsigned char *memory = (unsigned char *)malloc(needed);
  if (memory == NULL) {
    strcpy(message, "out of memory");
    return NULL;
  }
  if (!png_image_write_to_memory(&image, memory, &needed, 0, rgb, 0, NULL)) {
    strncpy(message, image.message, 63);
    message[63] = 0;
    free(memory);
    return NULL;
  }
  *byte_count = needed;
  return memory;
}

/// Decodes a PNG into `height` x `width` x 3 bytes that the caller frees with `free`.
static inline unsigned char *cpng_decode_rgb(
    const unsigned char *png, size_t byte_count, unsigned *width, unsigned *height) {
  png_image image;
  memset(&image, 0, sizeof image);
  image.version = PNG_IMAGE_VERSION;
  if (!png_image_begin_read_from_memory(&image, png, byte_count)) return NULL;
  image.format = PNG_FORMAT_RGB;
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
