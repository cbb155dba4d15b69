#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <tiffio.h>

/// The first thing that libtiff complained of on one open file.
typedef struct {
  char text[512];
} ctiff_message;

/// A file of one strip, in memory, of which libtiff reads the directory alone: the strip's bytes
/// are handed over by `TIFFReadFromUserBuffer`.
typedef struct {
  ctiff_message message;
  size_t count;
  size_t place;
  unsigned char bytes[4096];
} ctiff_memory;

static tmsize_t ctiff_memory_read(thandle_t handle, void *buffer, tmsize_t wanted) {
  ctiff_memory *memory = (ctiff_memory *)handle;
  if (wanted < 0 || memory->place >= memory->count) return 0;
  size_t left = memory->count - memory->place;
  size_t count = (size_t)wanted < left ? (size_t)wanted : left;
  memcpy(buffer, memory->bytes + memory->place, count);
  memory->place += count;
  return (tmsize_t)count;
}

static tmsize_t ctiff_memory_write(thandle_t handle, void *buffer, tmsize_t count) {
  (void)handle;
  (void)buffer;
  (void)count;
  return -1;
}

static toff_t ctiff_memory_seek(thandle_t handle, toff_t offset, int whence) {
  ctiff_memory *memory = (ctiff_memory *)handle;
  if (whence == SEEK_CUR) offset += memory->place;
  if (whence == SEEK_END) offset += memory->count;
  memory->place = (size_t)offset;
  return offset;
}

static int ctiff_memory_close(thandle_t handle) {
  (void)handle;
  return 0;
}

static toff_t ctiff_memory_size(thandle_t handle) { return ((ctiff_memory *)handle)->count; }

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

/// Opens the file of `count` bytes in `memory`, whose complaints go to its message and nowhere else,
/// and which never asks for more than `limit` bytes at once.
static inline TIFF *ctiff_open(
    ctiff_memory *memory, const unsigned char *bytes, size_t count, tmsize_t limit) {
  memory->message.text[0] = 0;
  memory->place = 0;
  memory->count = count < sizeof memory->bytes ? count : sizeof memory->bytes;
  memcpy(memory->bytes, bytes, memory->count);
  // Read, without a memory map, without cutting its strip up.
  const char *mode = "rmc";
#if TIFFLIB_VERSION >= 20221213
  TIFFOpenOptions *options = TIFFOpenOptionsAlloc();
  if (options == NULL) return NULL;
  TIFFOpenOptionsSetErrorHandlerExtR(options, ctiff_note_error, &memory->message);
  TIFFOpenOptionsSetWarningHandlerExtR(options, ctiff_ignore_warning, &memory->message);
  TIFFOpenOptionsSetMaxSingleMemAlloc(options, limit);
  TIFF *file = TIFFClientOpenExt(
      "strip", mode, (thandle_t)memory, ctiff_memory_read, ctiff_memory_write, ctiff_memory_seek,
      ctiff_memory_close, ctiff_memory_size, NULL, NULL, options);
  TIFFOpenOptionsFree(options);
  return file;
#else
  // Before 4.5 complaints are the whole process's: they are silenced, and their words are lost.
  (void)limit;
  TIFFSetErrorHandler(NULL);
  TIFFSetWarningHandler(NULL);
  return TIFFClientOpen(
      "strip", mode, (thandle_t)memory, ctiff_memory_read, ctiff_memory_write, ctiff_memory_seek,
      ctiff_memory_close, ctiff_memory_size, NULL, NULL);
#endif
}
