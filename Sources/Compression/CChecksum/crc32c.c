#include "CChecksum.h"
#include <string.h>

// Reflected polynomial of CRC32C.
#define POLYNOMIAL 0x82F63B78u

// tables[k][b]: the checksum register after byte b and then k zero bytes.
static uint32_t tables[8][256];

static void make_tables(void) {
  for (uint32_t b = 0; b < 256; b++) {
    uint32_t crc = b;
    for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ ((crc & 1) ? POLYNOMIAL : 0);
    tables[0][b] = crc;
  }
  for (int k = 1; k < 8; k++)
    for (uint32_t b = 0; b < 256; b++)
      tables[k][b] = (tables[k - 1][b] >> 8) ^ tables[0][tables[k - 1][b] & 0xFF];
}

static uint64_t load64(const uint8_t *p) {
  uint64_t value;
  memcpy(&value, p, 8);
  return value;
}

// Eight bytes at a time through eight tables; byte order spelled out, so right on any machine.
uint32_t t2s_crc32c_portable(uint32_t crc, const void *bytes, size_t count) {
  const uint8_t *p = bytes;
  crc = ~crc;
  while (count >= 8) {
    uint32_t low = crc ^ ((uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 |
                          (uint32_t)p[3] << 24);
    crc = tables[7][low & 0xFF] ^ tables[6][low >> 8 & 0xFF] ^ tables[5][low >> 16 & 0xFF] ^
          tables[4][low >> 24] ^ tables[3][p[4]] ^ tables[2][p[5]] ^ tables[1][p[6]] ^
          tables[0][p[7]];
    p += 8;
    count -= 8;
  }
  while (count--) crc = (crc >> 8) ^ tables[0][(crc ^ *p++) & 0xFF];
  return ~crc;
}

#if defined(__x86_64__)
#include <nmmintrin.h>

// The instruction answers after three cycles but can start every cycle, so three runs of STRIDE
// bytes go side by side and are joined afterwards.
#define STRIDE 2048

// shift[k][b]: the register b << 8k after STRIDE zero bytes. A checksum is linear, so the register
// after any value is the exclusive or of its four bytes' entries.
static uint32_t shift[4][256];

__attribute__((target("sse4.2"))) static void make_shift(void) {
  uint32_t basis[32];
  for (int bit = 0; bit < 32; bit++) {
    uint64_t crc = 1u << bit;
    for (int i = 0; i < STRIDE / 8; i++) crc = _mm_crc32_u64(crc, 0);
    basis[bit] = (uint32_t)crc;
  }
  for (int k = 0; k < 4; k++)
    for (int b = 0; b < 256; b++) {
      uint32_t value = 0;
      for (int bit = 0; bit < 8; bit++)
        if (b >> bit & 1) value ^= basis[8 * k + bit];
      shift[k][b] = value;
    }
}

static uint32_t shifted(uint32_t crc) {
  return shift[0][crc & 0xFF] ^ shift[1][crc >> 8 & 0xFF] ^ shift[2][crc >> 16 & 0xFF] ^
         shift[3][crc >> 24];
}

__attribute__((target("sse4.2"))) static uint32_t crc32c_sse42(
    uint32_t crc, const void *bytes, size_t count) {
  const uint8_t *p = bytes;
  uint64_t a = ~crc;
  while (count >= 3 * STRIDE) {
    uint64_t b = 0, c = 0;
    for (size_t i = 0; i < STRIDE; i += 8) {
      a = _mm_crc32_u64(a, load64(p + i));
      b = _mm_crc32_u64(b, load64(p + STRIDE + i));
      c = _mm_crc32_u64(c, load64(p + 2 * STRIDE + i));
    }
    a = shifted(shifted((uint32_t)a) ^ (uint32_t)b) ^ (uint32_t)c;
    p += 3 * STRIDE;
    count -= 3 * STRIDE;
  }
  while (count >= 8) {
    a = _mm_crc32_u64(a, load64(p));
    p += 8;
    count -= 8;
  }
  uint32_t last = (uint32_t)a;
  while (count--) last = _mm_crc32_u8(last, *p++);
  return ~last;
}
#endif

static int has_instruction = 0;

// Before main, so that no thread ever sees half a table.
__attribute__((constructor)) static void prepare(void) {
  make_tables();
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("sse4.2")) {
    make_shift();
    has_instruction = 1;
  }
#endif
}

uint32_t t2s_crc32c(uint32_t crc, const void *bytes, size_t count) {
#if defined(__x86_64__)
  if (has_instruction) return crc32c_sse42(crc, bytes, count);
#endif
  return t2s_crc32c_portable(crc, bytes, count);
}
