#ifndef CFILM_H
#define CFILM_H

#include <stddef.h>
#include <stdint.h>

/// Films through FFmpeg's libraries. They are loaded when the first film is begun and not when the program
/// starts: they bring more than a hundred others, which would make each start of the tool a tenth of
/// a second slower.

/// Characters of a message, with the 0 at its end.
enum { CFILM_MESSAGE = 256 };

/// What a film is written as.
enum cfilm_kind {
  /// H.264 in MP4, or MPEG-4 part 2 where no encoder of H.264 is there.
  CFILM_MP4 = 0,
  /// GIF, each picture with a palette.
  CFILM_GIF = 1,
};

/// A film that is being written.
typedef struct cfilm cfilm;

/// Loads the libraries; returns 0, or 1 with what is missing in `message`.
int cfilm_load(char *message);

/// Begins a film at `path`, which is written over, of pictures of `width` x `height` pixels (even for MP4);
/// returns NULL with the reason in `message`.
cfilm *cfilm_begin(
    const char *path, enum cfilm_kind kind, int width, int height, int pictures_per_second,
    char *message);

/// The name of the encoder, as "libx264".
const char *cfilm_encoder(const cfilm *film);

/// Adds a picture of red, green and blue bytes to an MP4; returns 0, or 1 with the reason in `message`.
int cfilm_add_rgb(cfilm *film, const uint8_t *rgb, char *message);

/// Adds a picture to a GIF: a byte for each pixel, its place in `palette`, 256 colours of red, green, blue.
int cfilm_add_palette(cfilm *film, const uint8_t *places, const uint8_t *palette, char *message);

/// Writes what is left and closes the file; returns 0, or 1 with the reason in `message`.
int cfilm_finish(cfilm *film, char *message);

/// Releases the film; a file that was not finished stays as it is.
void cfilm_free(cfilm *film);

#endif
