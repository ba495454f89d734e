// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "signing/document/finding.h"
#include "signing/document/signed_directory.h"

namespace hallmark {

/// A small file beside the manifest. It may be missing, but must not disagree with the manifest. If it is missing, both
/// members are empty.
struct Sidecar {
  std::optional<std::string> text;
  std::optional<Finding> finding;  ///< kMalformed: not a regular file, or too large
};
/// Reads a sidecar of at most `limit` bytes. A file that can't be accepted is a finding; other errors are the
/// environment's.
Result<Sidecar> ReadSidecar(SignedDirectory& bundle, std::string_view name, uint64_t limit);

/// True for an error that is a finding, because the bytes are wrong or the file is not a regular file. Other errors are
/// the environment's.
bool IsFormatError(const Error& error);

}  // namespace hallmark
