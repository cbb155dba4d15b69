#pragma once
#include <stddef.h>
#include <stdint.h>

/// The CRC32C (Castagnoli, RFC 3720) of `count` bytes after bytes whose checksum is `crc`;
/// `crc` is 0 at the start. Uses the CPU's instruction where there is one.
uint32_t t2s_crc32c(uint32_t crc, const void *bytes, size_t count);

/// The same by tables alone: what a CPU without the instruction computes.
uint32_t t2s_crc32c_portable(uint32_t crc, const void *bytes, size_t count);
