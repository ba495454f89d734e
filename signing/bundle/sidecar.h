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

/// A small file beside the manifest, which may be missing and may not disagree: neither `text` nor `finding` if there
/// is none.
struct Sidecar {
  std::optional<std::string> text;
  std::optional<Finding> finding;  ///< kMalformed: no regular file, or larger than it may be
};
Result<Sidecar> ReadSidecar(SignedDirectory& bundle, std::string_view name, uint64_t limit);

/// True for bytes that are wrong in themselves, or no regular file: a finding, where other errors are the
/// environment's.
bool IsFormatError(const Error& error);

}  // namespace hallmark
