// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/sidecar.h"

#include <utility>

namespace hallmark {

bool IsFormatError(const Error& error) {
  return error.kind == ErrorKind::kCorrupt || error.kind == ErrorKind::kUnsupported;
}

Result<Sidecar> ReadSidecar(SignedDirectory& bundle, std::string_view name, uint64_t limit) {
  Result<std::string> text = bundle.ReadSmallFile(name, limit);
  if (text.ok()) return Sidecar{std::move(text).value(), std::nullopt};
  if (text.error().kind == ErrorKind::kNotFound) return Sidecar{};
  if (!IsFormatError(text.error())) return std::move(text).error();
  const std::string reason = text.error().kind == ErrorKind::kUnsupported
                                 ? "is not a regular file"
                                 : "larger than " + std::to_string(limit) + " bytes";
  return Sidecar{std::nullopt, Finding{Verdict::kMalformed, std::string(name), reason}};
}

}  // namespace hallmark
