#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tiffio.h>

/// The first thing that libtiff complained of on one open file.
typedef struct {
  char text[512];
} ctiff_message;

#if TIFFLIB_VERSION >= 20221213

static int ctiff_note_error(
    TIFF *file, void *message, const char *module, const char *format, va_list arguments) {
  (void)file;
  (void)module;
  ctiff_message *note = (ctiff_message *)message;
  if (note->text[0] == 0) vsnprintf(note->text, sizeof note->text, format, arguments);
  return 1;
}

static int ctiff_ignore_warning(
    TIFF *file, void *message, const char *module, const char *format, va_list arguments) {
  (void)file;
  (void)message;
  (void)module;
  (void)format;
  (void)arguments;
  return 1;
}

#endif

/// Opens a file to read whose complaints go to `message` and nowhere else, and which never asks
/// for more than `limit` bytes at once.
static inline TIFF *ctiff_open(
    const char *path, const char *mode, ctiff_message *message, tmsize_t limit) {
  message->text[0] = 0;
#if TIFFLIB_VERSION >= 20221213
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (options == NULL) return NULL;
  TIFFOpenOptionsSetErrorHandlerExtR(options, ctiff_note_error, message);
  TIFFOpenOptionsSetWarningHandlerExtR(options, ctiff_ignore_warning, message);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, limit);
  TIFF *file = TIFFOpenExt(path, mode, options);
  TIFFOpenOptionsFree(options);
  return file;
#else
  // Before 4.5 complaints are the whole process's: they are silenced, and their words are lost.
  (void)limit;
  TIFFSetErrorHandler(NULL);
  TIFFSetWarningHandler(NULL);
  return TIFFOpen(path, mode);
#endif
}
