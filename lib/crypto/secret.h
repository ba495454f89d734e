// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace hallmark {

/// A passphrase. Its memory is overwritten when it goes; it can be moved and not copied.
class Secret {
 public:
  Secret() = default;
  /// Takes over `text`, and wipes it.
  explicit Secret(std::string&& text);
  Secret(Secret&& other) noexcept;
  Secret& operator=(Secret&& other) noexcept;
  ~Secret();

  [[nodiscard]] std::string_view text() const { return text_; }
  [[nodiscard]] bool empty() const { return text_.empty(); }
  /// Takes as long wherever the two differ.
  [[nodiscard]] bool Equals(const Secret& other) const;

 private:
  std::string text_;
};

/// Overwrites a text that held a secret, and empties it.
void Wipe(std::string& text);

}  // namespace hallmark
