// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

namespace hallmark {

/// One paragraph of a control file (deb822(5)): values by field name, which does not depend on capitals here either.
/// Lines of a value that goes on are joined by newlines.
class Deb822Paragraph {
 public:
  /// The value of a field, or an empty text.
  [[nodiscard]] std::string_view Get(std::string_view field) const;
  [[nodiscard]] bool empty() const { return fields_.empty(); }

 private:
  friend void ForEachParagraph(std::string_view text, const std::function<void(const Deb822Paragraph&)>& visit);
  std::map<std::string, std::string> fields_;  // by name in lower case
};

/// Calls `visit` for each paragraph. Comments are left out; lines that are no field are passed over.
void ForEachParagraph(std::string_view text, const std::function<void(const Deb822Paragraph&)>& visit);

}  // namespace hallmark
