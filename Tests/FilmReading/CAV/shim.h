#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libswscale/swscale.h>
#include <stdlib.h>
#include <string.h>

/// A film, decoded.
struct cav_film {
  int width, height, count, per_second;
  /// Whether chroma is stored for every second pixel of every second row, as every player knows it.
  int is_420;
  double seconds;
  char codec[32];
  /// Red, green and blue, picture by picture; to be freed.
  unsigned char *rgb;
};

/// Decodes all of the film at `path`; returns 0, or -1.
static inline int cav_read(const char *path, struct cav_film *film) {
  memset(film, 0, sizeof *film);
  AVFormatContext *file = NULL;
  if (avformat_open_input(&file, path, NULL, NULL) < 0) return -1;
  int status = -1;
  AVCodecContext *decoder = NULL;
  AVFrame *frame = av_frame_alloc();
  AVPacket *packet = av_packet_alloc();
  struct SwsContext *colours = NULL;
  if (avformat_find_stream_info(file, NULL) >= 0 && file->nb_streams == 1) {
    AVStream *stream = file->streams[0];
    const AVCodec *codec = avcodec_find_decoder(stream->codecpar->codec_id);
    decoder = avcodec_alloc_context3(codec);
    if (codec != NULL && avcodec_parameters_to_context(decoder, stream->codecpar) >= 0 &&
        avcodec_open2(decoder, codec, NULL) >= 0) {
      film->width = decoder->width;
      film->height = decoder->height;
      film->per_second = (int)(av_q2d(stream->avg_frame_rate) + 0.5);
      film->seconds = (double)stream->duration * av_q2d(stream->time_base);
      film->is_420 = decoder->pix_fmt == AV_PIX_FMT_YUV420P;
      strncpy(film->codec, codec->name, sizeof film->codec - 1);
      const size_t size = (size_t)film->width * film->height * 3;
      int has_more = 1;
      status = 0;
      while (has_more && status == 0) {
        has_more = av_read_frame(file, packet) >= 0;
        if (avcodec_send_packet(decoder, has_more ? packet : NULL) < 0) status = -1;
        av_packet_unref(packet);
        while (status == 0 && avcodec_receive_frame(decoder, frame) >= 0) {
          colours = sws_getCachedContext(
              colours, frame->width, frame->height, frame->format, film->width, film->height,
              AV_PIX_FMT_RGB24, SWS_BICUBIC | SWS_ACCURATE_RND, NULL, NULL, NULL);
          const int *matrix = sws_getCoefficients(
              frame->colorspace == AVCOL_SPC_BT709 ? SWS_CS_ITU709 : SWS_CS_DEFAULT);
          sws_setColorspaceDetails(colours, matrix, 0, matrix, 1, 0, 1 << 16, 1 << 16);
          unsigned char *grown = realloc(film->rgb, size * (film->count + 1));
          if (grown == NULL) status = -1;
          if (grown == NULL) break;
          film->rgb = grown;
          unsigned char *target[4] = {film->rgb + size * film->count++, NULL, NULL, NULL};
          int strides[4] = {3 * film->width, 0, 0, 0};
          sws_scale(
              colours, (const uint8_t *const *)frame->data, frame->linesize, 0, frame->height,
              target, strides);
        }
      }
    }
  }
  sws_freeContext(colours);
  avcodec_free_context(&decoder);
  av_frame_free(&frame);
  av_packet_free(&packet);
  avformat_close_input(&file);
  return status;
}
