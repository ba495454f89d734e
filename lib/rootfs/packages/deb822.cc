// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/deb822.h"

#include "lib/base/bytes.h"
#include "lib/base/text.h"

namespace hallmark {
std::string_view Deb822Paragraph::Get(std::string_view field) const {
  const auto found = fields_.find(Lowercase(field));
  return found == fields_.end() ? std::string_view() : std::string_view(found->second);
}

void ForEachParagraph(std::string_view text, const std::function<void(const Deb822Paragraph&)>& visit) {
  Deb822Paragraph paragraph;
  std::string* value = nullptr;
  const auto finish = [&] {
    if (!paragraph.empty()) visit(paragraph);
    paragraph.fields_.clear();
    value = nullptr;
  };
  while (const auto taken = TakeLine(text)) {
    const std::string_view line = *taken;
    if (Trimmed(line).empty()) {
      finish();
    } else if (line.front() == '#') {
      continue;
    } else if (line.front() == ' ' || line.front() == '\t') {
      if (value != nullptr) value->append("\n").append(Trimmed(line));
    } else if (const size_t colon = line.find(':'); colon != std::string_view::npos) {
      value = &paragraph.fields_[Lowercase(line.substr(0, colon))];
      *value = Trimmed(line.substr(colon + 1));
    }
  }
  finish();
}

}  // namespace hallmark
