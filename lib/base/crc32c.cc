// SPDX-License-Identifier: Apache-2.0
#include "lib/base/crc32c.h"

#include <array>
#include <cstring>

#if defined(__x86_64__)
#include <nmmintrin.h>
#elif defined(__aarch64__)
#include <arm_acle.h>
#if defined(__linux__)
#include <asm/hwcap.h>
#include <sys/auxv.h>
#endif
#endif

#include "lib/base/endian.h"

namespace hallmark {
namespace {

constexpr uint32_t kPolynomial = 0x82F63B78;

using Table = std::array<std::array<uint32_t, 256>, 8>;

/// tables[n][b]: the CRC of byte b followed by n zero bytes ("slicing by 8").
constexpr Table MakeTables() {
  Table tables{};
  for (uint32_t byte = 0; byte < 256; ++byte) {
    uint32_t crc = byte;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? kPolynomial : 0);
    tables[0][byte] = crc;
  }
  for (uint32_t byte = 0; byte < 256; ++byte) {
    for (size_t n = 1; n < 8; ++n) {
      tables[n][byte] = (tables[n - 1][byte] >> 8) ^ tables[0][tables[n - 1][byte] & 0xFF];
    }
  }
  return tables;
}

constexpr Table kTables = MakeTables();

using Function = uint32_t (*)(uint32_t, ByteSpan);

/// Eight bytes at a time through `word_step`, the rest through `byte_step`.
#define HALLMARK_CRC32C_BODY(word_step, byte_step)          \
  const uint8_t* at = bytes.data();                         \
  size_t left = bytes.size();                               \
  for (; left >= 8; left -= 8, at += 8) {                   \
    uint64_t word;                                          \
    std::memcpy(&word, at, sizeof word);                    \
    crc = static_cast<uint32_t>(word_step(crc, word));      \
  }                                                         \
  for (; left > 0; --left, ++at) crc = byte_step(crc, *at); \
  return crc;

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) uint32_t Hardware(uint32_t crc, ByteSpan bytes) {
  HALLMARK_CRC32C_BODY(_mm_crc32_u64, _mm_crc32_u8)
}

bool HasHardware() { return __builtin_cpu_supports("sse4.2") != 0; }

#elif defined(__aarch64__)

#if defined(__ARM_FEATURE_CRC32)
#define HALLMARK_CRC_TARGET
#elif defined(__clang__)
#define HALLMARK_CRC_TARGET __attribute__((target("crc")))
#else
#define HALLMARK_CRC_TARGET __attribute__((target("+crc")))
#endif

HALLMARK_CRC_TARGET uint32_t Hardware(uint32_t crc, ByteSpan bytes) { HALLMARK_CRC32C_BODY(__crc32cd, __crc32cb) }

bool HasHardware() {
#if defined(__ARM_FEATURE_CRC32)
  return true;
#elif defined(__linux__)
  return (getauxval(AT_HWCAP) & HWCAP_CRC32) != 0;
#else
  return false;
#endif
}

#else

uint32_t Hardware(uint32_t crc, ByteSpan bytes) { return Crc32cPortable(crc, bytes); }
bool HasHardware() { return false; }

#endif

}  // namespace

uint32_t Crc32cPortable(uint32_t crc, ByteSpan bytes) {
  while (bytes.size() >= 8) {
    LittleEndian<uint32_t> low;
    std::memcpy(&low, bytes.data(), sizeof low);
    const uint32_t mixed = crc ^ low;
    crc = kTables[7][mixed & 0xFF] ^ kTables[6][(mixed >> 8) & 0xFF] ^ kTables[5][(mixed >> 16) & 0xFF] ^
          kTables[4][mixed >> 24] ^ kTables[3][bytes[4]] ^ kTables[2][bytes[5]] ^ kTables[1][bytes[6]] ^
          kTables[0][bytes[7]];
    bytes = bytes.subspan(8);
  }
  for (const uint8_t byte : bytes) crc = (crc >> 8) ^ kTables[0][(crc ^ byte) & 0xFF];
  return crc;
}

uint32_t Crc32c(uint32_t crc, ByteSpan bytes) {
  static const Function function = HasHardware() ? Hardware : Crc32cPortable;
  return function(crc, bytes);
}

}  // namespace hallmark
