// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>

#include "lib/base/file_tree.h"

namespace hallmark {

/// Date and time as FAT and exFAT store them: in steps of two seconds, here in UTC.
struct DosTime {
  uint16_t date = 0;  ///< years since 1980 from bit 9, month from bit 5, day
  uint16_t time = 0;  ///< hours from bit 11, minutes from bit 5, half the seconds
};
/// Times before 1980 and after 2107 become the nearest that the format can hold; an odd second is rounded down.
DosTime ToDosTime(Timestamp time);
/// The inverse. A date that does not exist becomes 1970-01-01; hours, minutes and seconds out of range are added up.
Timestamp FromDosTime(DosTime time);

}  // namespace hallmark
