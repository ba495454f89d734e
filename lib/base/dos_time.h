// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/file_tree.h"

namespace hallmark {

/// Date and time as DOS wrote them and FAT and exFAT still do: in steps of two seconds, here in UTC. Times before 1980
/// and after 2107 become the nearest that can be told.
struct DosTime {
  uint16_t date = 0;  ///< years since 1980 from bit 9, month from bit 5, day
  uint16_t time = 0;  ///< hours from bit 11, minutes from bit 5, half the seconds
};
DosTime ToDosTime(Timestamp time);
/// A date that no calendar has reads as 1970-01-01.
Timestamp FromDosTime(DosTime time);

}  // namespace hallmark
