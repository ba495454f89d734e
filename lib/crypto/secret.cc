// SPDX-License-Identifier: Apache-2.0
#include "lib/crypto/secret.h"

#include <openssl/crypto.h>

namespace hallmark {

void Wipe(std::string& text) {
  OPENSSL_cleanse(text.data(), text.size());
  text.clear();
}

Secret::Secret(std::string&& text) : text_(text) { Wipe(text); }

Secret::Secret(Secret&& other) noexcept {
  // A short text is stored inside the object: a move would leave a copy behind.
  text_.swap(other.text_);
}

Secret& Secret::operator=(Secret&& other) noexcept {
  if (this != &other) {
    Wipe(text_);
    text_.swap(other.text_);
  }
  return *this;
}

Secret::~Secret() { Wipe(text_); }

bool Secret::Equals(const Secret& other) const {
  return text_.size() == other.text_.size() && CRYPTO_memcmp(text_.data(), other.text_.data(), text_.size()) == 0;
}

}  // namespace hallmark
