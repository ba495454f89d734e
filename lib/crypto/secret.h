// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace hallmark {

/// A passphrase. Its memory is overwritten on destruction. It can be moved but not copied.
class Secret {
 public:
  Secret() = default;
  /// Takes the content of `text` and wipes `text`.
  explicit Secret(std::string&& text);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  /// Compares in a time that does not depend on where the two differ.
  [[nodiscard]] bool Equals(const Secret& other) const;

 private:
  std::string text_;
};

/// Overwrites a text that held a secret, and empties it.
void Wipe(std::string& text);

}  // namespace hallmark
