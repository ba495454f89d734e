// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "lib/exfat/exfat.h"

namespace hallmark {

/// Makes the errors of the exFAT readers: each names the file and the structure at fault, and gives the caller both the
/// structure and the reason.
class ExfatFault {
 public:
  ExfatFault(const File& file, ExfatDefect* at_fault) : file_(&file), at_fault_(at_fault) {}

  Error operator()(ExfatStructure structure, const std::string& what) const {
    if (at_fault_ != nullptr) *at_fault_ = {structure, what};
    return CorruptError(file_->path() + ": exFAT: " + std::string(ExfatStructureName(structure)) + ": " + what);
  }

 private:
  const File* file_;
  ExfatDefect* at_fault_;
};

}  // namespace hallmark
