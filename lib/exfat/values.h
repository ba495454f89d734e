// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "lib/base/bytes.h"
#include "lib/base/file_tree.h"

// What exFAT writers and readers must compute alike: checksums, the hash of a name, times. Section numbers are those of
// the specification that lib/exfat/exfat_format.h names.

namespace hallmark {

/// The checksum of a boot region (3.4), over `sectors`, its first 11 sectors. Sector 11 repeats it from start to end.
uint32_t ExfatBootChecksum(ByteSpan sectors);
/// The checksum of an up-case table as stored on disk (7.2.2).
uint32_t ExfatTableChecksum(ByteSpan table);
/// The checksum of a primary entry and its secondaries, without the field that holds it (6.3.3).
uint16_t ExfatSetChecksum(ByteSpan entries);
/// The hash of a name that is already in capitals (7.6.4).
uint16_t ExfatNameHash(std::u16string_view upcased);

/// A moment with a resolution of 10 ms (7.4.5 to 7.4.10).
struct ExfatTime {
  static constexpr uint8_t kUtc = 0x80;  ///< bit 7: the offset is known

  uint32_t stamp = 0;      ///< date and time as in FAT, to two seconds
  uint8_t hundredths = 0;  ///< 0 to 199, added to that
  uint8_t offset = kUtc;   ///< of this local time from UTC: 7 bits, signed, in quarters of an hour
};
/// Converts to UTC. Times before 1980 and after 2107 become the nearest that the format can hold.
ExfatTime ToExfatTime(Timestamp time);
/// The inverse. A local time without an offset is taken as UTC.
Timestamp FromExfatTime(ExfatTime time);

/// The first character that names and labels may not hold: control characters and " * / : < > ? \ | (7.7.3).
std::optional<char16_t> ForbiddenInExfat(std::u16string_view name);

}  // namespace hallmark
