#include "cfilm.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libswscale/swscale.h>

// Every function of theirs that is used, with its library, in the order in which they are loaded.
#define CFILM_FUNCTIONS(X) \
  X(avutil, av_strerror) \
  X(avutil, av_log_set_level) \
  X(avutil, av_dict_set) \
  X(avutil, av_dict_free) \
  X(avutil, av_frame_alloc) \
  X(avutil, av_frame_free) \
  X(avutil, av_frame_get_buffer) \
  X(avutil, av_frame_make_writable) \
  X(swscale, sws_getContext) \
  X(swscale, sws_freeContext) \
  X(swscale, sws_getCoefficients) \
  X(swscale, sws_setColorspaceDetails) \
  X(swscale, sws_scale) \
  X(avcodec, avcodec_find_encoder) \
  X(avcodec, avcodec_find_encoder_by_name) \
  X(avcodec, avcodec_alloc_context3) \
  X(avcodec, avcodec_free_context) \
  X(avcodec, avcodec_open2) \
  X(avcodec, avcodec_parameters_from_context) \
  X(avcodec, avcodec_send_frame) \
  X(avcodec, avcodec_receive_packet) \
  X(avcodec, av_packet_alloc) \
  X(avcodec, av_packet_free) \
  X(avcodec, av_packet_unref) \
  X(avcodec, av_packet_rescale_ts) \
  X(avformat, avformat_alloc_output_context2) \
  X(avformat, avformat_free_context) \
  X(avformat, avformat_new_stream) \
  X(avformat, avformat_write_header) \
  X(avformat, av_interleaved_write_frame) \
  X(avformat, av_write_trailer) \
  X(avformat, avio_open) \
  X(avformat, avio_closep)

#define CFILM_POINTER(library, name) __typeof__(name) *name;
static struct {
  CFILM_FUNCTIONS(CFILM_POINTER)
} av;

// The versions whose headers this was compiled with: structures of others may differ.
#define CFILM_TEXT_OF(x) #x
#define CFILM_TEXT(x) CFILM_TEXT_OF(x)
static const struct {
  const char *library, *file;
} libraries[] = {
    {"avutil", "libavutil.so." CFILM_TEXT(LIBAVUTIL_VERSION_MAJOR)},
    {"swscale", "libswscale.so." CFILM_TEXT(LIBSWSCALE_VERSION_MAJOR)},
    {"avcodec", "libavcodec.so." CFILM_TEXT(LIBAVCODEC_VERSION_MAJOR)},
    {"avformat", "libavformat.so." CFILM_TEXT(LIBAVFORMAT_VERSION_MAJOR)},
};

static char load_failure[CFILM_MESSAGE];

static void *handle_of(const char *library) {
  static void *handles[sizeof libraries / sizeof *libraries];
  for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
    if (strcmp(libraries[i].library, library) != 0) continue;
    if (handles[i] == NULL) handles[i] = dlopen(libraries[i].file, RTLD_NOW | RTLD_LOCAL);
    if (handles[i] == NULL)
      snprintf(load_failure, CFILM_MESSAGE, "%s is not there", libraries[i].file);
    return handles[i];
  }
  return NULL;
}

static void load(void) {
#define CFILM_FIND(library, name) \
  { \
    void *handle = handle_of(#library); \
    if (handle == NULL) return; \
    av.name = (__typeof__(name) *)dlsym(handle, #name); \
    if (av.name == NULL) { \
      snprintf(load_failure, CFILM_MESSAGE, "lib" #library " has no " #name); \
      return; \
    } \
  }
  CFILM_FUNCTIONS(CFILM_FIND)
  // What fails is said by us.
  av.av_log_set_level(AV_LOG_QUIET);
}

int cfilm_load(char *message) {
  static pthread_once_t once = PTHREAD_ONCE_INIT;
  pthread_once(&once, load);
  if (load_failure[0] == 0) return 0;
  memcpy(message, load_failure, CFILM_MESSAGE);
  return 1;
}

struct cfilm {
  AVFormatContext *file;
  AVCodecContext *encoder;
  AVStream *stream;
  AVFrame *frame;
  AVPacket *packet;
  struct SwsContext *colours;
  uint8_t *rgb;  // a picture, with room behind it: the conversion's vectors read beyond its end
  int64_t count;
};

static int fail(char *message, const char *what, int code) {
  char reason[AV_ERROR_MAX_STRING_SIZE] = "";
  if (code < 0) av.av_strerror(code, reason, sizeof reason);
  snprintf(message, CFILM_MESSAGE, "%s%s%s", what, reason[0] ? ": " : "", reason);
  return 1;
}

static int begin(
    cfilm *film, const char *path, enum cfilm_kind kind, int width, int height,
    int pictures_per_second, char *message) {
  const int is_gif = kind == CFILM_GIF;
  // A name with a colon would be taken for a protocol.
  const size_t length = strlen(path) + sizeof "file:";
  char *url = malloc(length);
  if (url == NULL) return fail(message, "out of memory", 0);
  snprintf(url, length, "file:%s", path);
  int code = av.avformat_alloc_output_context2(&film->file, NULL, is_gif ? "gif" : "mp4", url);
  free(url);
  if (code < 0) return fail(message, "no such file format", code);
  const AVCodec *codec = is_gif ? av.avcodec_find_encoder(AV_CODEC_ID_GIF)
                                : av.avcodec_find_encoder_by_name("libx264");
  if (codec == NULL && !is_gif) codec = av.avcodec_find_encoder(AV_CODEC_ID_MPEG4);
  if (codec == NULL) return fail(message, "no encoder", 0);
  film->stream = av.avformat_new_stream(film->file, NULL);
  film->encoder = av.avcodec_alloc_context3(codec);
  film->frame = av.av_frame_alloc();
  film->packet = av.av_packet_alloc();
  if (!film->stream || !film->encoder || !film->frame || !film->packet)
    return fail(message, "out of memory", 0);

  AVCodecContext *encoder = film->encoder;
  encoder->width = width;
  encoder->height = height;
  encoder->time_base = (AVRational){1, pictures_per_second};
  encoder->framerate = (AVRational){pictures_per_second, 1};
  encoder->sample_aspect_ratio = (AVRational){1, 1};
  encoder->pix_fmt = is_gif ? AV_PIX_FMT_PAL8 : AV_PIX_FMT_YUV420P;
  // Bytes must follow from the pictures alone, not from the machine's cores or the library's name.
  encoder->thread_count = 1;
  encoder->flags |= AV_CODEC_FLAG_BITEXACT;
  film->file->flags |= AVFMT_FLAG_BITEXACT;
  if (film->file->oformat->flags & AVFMT_GLOBALHEADER)
    encoder->flags |= AV_CODEC_FLAG_GLOBAL_HEADER;
  AVDictionary *options = NULL;
  if (is_gif) {
    // Each picture whole and with its own palette: parts of the one before could be of other colours.
    av.av_dict_set(&options, "gifflags", "0", 0);
  } else {
    encoder->gop_size = 2 * pictures_per_second;
    encoder->color_primaries = AVCOL_PRI_BT709;
    encoder->color_trc = AVCOL_TRC_BT709;
    encoder->colorspace = AVCOL_SPC_BT709;
    encoder->color_range = AVCOL_RANGE_MPEG;
    if (codec->id == AV_CODEC_ID_H264) {
      av.av_dict_set(&options, "crf", "18", 0);
      av.av_dict_set(&options, "preset", "medium", 0);
      av.av_dict_set(&options, "rc-lookahead", "16", 0);
    } else {
      encoder->flags |= AV_CODEC_FLAG_QSCALE;
      encoder->global_quality = 3 * FF_QP2LAMBDA;
    }
  }
  code = av.avcodec_open2(encoder, codec, &options);
  av.av_dict_free(&options);
  if (code < 0) return fail(message, "the encoder does not start", code);
  film->stream->time_base = encoder->time_base;
  film->stream->avg_frame_rate = encoder->framerate;
  code = av.avcodec_parameters_from_context(film->stream->codecpar, encoder);
  if (code < 0) return fail(message, "the encoder's parameters", code);

  film->frame->format = encoder->pix_fmt;
  film->frame->width = width;
  film->frame->height = height;
  code = av.av_frame_get_buffer(film->frame, 0);
  if (code < 0) return fail(message, "a picture's memory", code);
  if (!is_gif) {
    film->frame->colorspace = encoder->colorspace;
    film->frame->color_range = encoder->color_range;
    film->colours = av.sws_getContext(
        width, height, AV_PIX_FMT_RGB24, width, height, AV_PIX_FMT_YUV420P,
        SWS_BICUBIC | SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_BITEXACT, NULL, NULL, NULL);
    if (film->colours == NULL) return fail(message, "colours cannot be converted", 0);
    film->rgb = calloc((size_t)3 * width * height + 64, 1);
    if (film->rgb == NULL) return fail(message, "out of memory", 0);
    const int *matrix = av.sws_getCoefficients(SWS_CS_ITU709);
    av.sws_setColorspaceDetails(film->colours, matrix, 1, matrix, 0, 0, 1 << 16, 1 << 16);
  }

  code = av.avio_open(&film->file->pb, film->file->url, AVIO_FLAG_WRITE);
  if (code < 0) return fail(message, "the file cannot be written", code);
  // The index at the front, so that a film plays while it is loaded.
  if (!is_gif) av.av_dict_set(&options, "movflags", "+faststart", 0);
  code = av.avformat_write_header(film->file, &options);
  av.av_dict_free(&options);
  return code < 0 ? fail(message, "the file's head cannot be written", code) : 0;
}

cfilm *cfilm_begin(
    const char *path, enum cfilm_kind kind, int width, int height, int pictures_per_second,
    char *message) {
  if (cfilm_load(message) != 0) return NULL;
  cfilm *film = calloc(1, sizeof *film);
  if (film == NULL) {
    fail(message, "out of memory", 0);
    return NULL;
  }
  if (begin(film, path, kind, width, height, pictures_per_second, message) != 0) {
    cfilm_free(film);
    return NULL;
  }
  return film;
}

const char *cfilm_encoder(const cfilm *film) { return film->encoder->codec->name; }

/// Sends `frame`, or NULL at the end, and writes what the encoder gives back.
static int encode(cfilm *film, const AVFrame *frame, char *message) {
  int code = av.avcodec_send_frame(film->encoder, frame);
  if (code < 0) return fail(message, "a picture cannot be encoded", code);
  while ((code = av.avcodec_receive_packet(film->encoder, film->packet)) >= 0) {
    if (film->packet->duration == 0) film->packet->duration = 1;
    av.av_packet_rescale_ts(
        film->packet, film->encoder->time_base, film->stream->time_base);
    film->packet->stream_index = film->stream->index;
    code = av.av_interleaved_write_frame(film->file, film->packet);
    av.av_packet_unref(film->packet);
    // What a full disk refuses is noticed by the file's buffer first.
    if (code >= 0 && film->file->pb->error < 0) code = film->file->pb->error;
    if (code < 0) return fail(message, "the file cannot be written", code);
  }
  if (code == AVERROR(EAGAIN) || code == AVERROR_EOF) return 0;
  return fail(message, "a picture cannot be encoded", code);
}

static int send(cfilm *film, char *message) {
  film->frame->pts = film->count++;
  return encode(film, film->frame, message);
}

int cfilm_add_rgb(cfilm *film, const uint8_t *rgb, char *message) {
  int code = av.av_frame_make_writable(film->frame);
  if (code < 0) return fail(message, "a picture's memory", code);
  memcpy(film->rgb, rgb, (size_t)3 * film->encoder->width * film->encoder->height);
  const uint8_t *const source[4] = {film->rgb, NULL, NULL, NULL};
  const int strides[4] = {3 * film->encoder->width, 0, 0, 0};
  av.sws_scale(
      film->colours, source, strides, 0, film->encoder->height, film->frame->data,
      film->frame->linesize);
  return send(film, message);
}

int cfilm_add_palette(cfilm *film, const uint8_t *places, const uint8_t *palette, char *message) {
  int code = av.av_frame_make_writable(film->frame);
  if (code < 0) return fail(message, "a picture's memory", code);
  const int width = film->encoder->width;
  for (int row = 0; row < film->encoder->height; row++)
    memcpy(
        film->frame->data[0] + (size_t)row * film->frame->linesize[0], places + (size_t)row * width,
        width);
  uint32_t *table = (uint32_t *)film->frame->data[1];
  for (int i = 0; i < 256; i++)
    table[i] = 0xFF000000u | (uint32_t)palette[3 * i] << 16 | (uint32_t)palette[3 * i + 1] << 8 |
               palette[3 * i + 2];
  return send(film, message);
}

int cfilm_finish(cfilm *film, char *message) {
  if (encode(film, NULL, message) != 0) return 1;
  int code = av.av_write_trailer(film->file);
  if (code >= 0 && film->file->pb->error < 0) code = film->file->pb->error;
  if (code >= 0) code = av.avio_closep(&film->file->pb);
  return code < 0 ? fail(message, "the file cannot be written", code) : 0;
}

void cfilm_free(cfilm *film) {
  if (film == NULL) return;
  if (film->file != NULL && film->file->pb != NULL) av.avio_closep(&film->file->pb);
  if (film->file != NULL) av.avformat_free_context(film->file);
  if (film->encoder != NULL) av.avcodec_free_context(&film->encoder);
  if (film->frame != NULL) av.av_frame_free(&film->frame);
  if (film->packet != NULL) av.av_packet_free(&film->packet);
  if (film->colours != NULL) av.sws_freeContext(film->colours);
  free(film->rgb);
  free(film);
}
