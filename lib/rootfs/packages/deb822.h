// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace hallmark {

/// One paragraph of a control file (deb822(5)): values by field name, without regard to case. Continuation lines of a
/// value are joined by newlines.
class Deb822Paragraph {
 public:
  /// The value of a field; empty if there is none.
  [[nodiscard]] std::string_view Get(std::string_view field) const;
  [[nodiscard]] bool empty() const { return fields_.empty(); }

 private:
  friend void ForEachParagraph(std::string_view text, const std::function<void(const Deb822Paragraph&)>& visit);
  std::map<std::string, std::string> fields_;  // by name in lower case
};

/// Calls `visit` for each paragraph. Comments and lines that are not fields are skipped.
void ForEachParagraph(std::string_view text, const std::function<void(const Deb822Paragraph&)>& visit);

}  // namespace hallmark
