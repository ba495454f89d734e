// SPDX-License-Identifier: Apache-2.0
#include "lib/base/guid.h"

#include <algorithm>

#include "lib/base/bytes.h"

namespace hallmark {

std::string FormatGuid(const Guid& guid) {
  std::string text = ToHex(guid);
  for (const size_t at : {20, 16, 12, 8}) text.insert(at, 1, '-');
  return text;
}

Result<Guid> ParseGuid(std::string_view text) {
  std::string digits(text);
  std::erase(digits, '-');
  const Result<ByteVector> bytes = FromHex(digits);
  Guid guid{};
  if (bytes.ok() && bytes->size() == guid.size()) std::copy(bytes->begin(), bytes->end(), guid.begin());
  if (!bytes.ok() || FormatGuid(guid) != text) {
    return CorruptError("'" + std::string(text.substr(0, 40)) + "' is not a GUID in lower case");
  }
  return guid;
}

}  // namespace hallmark
