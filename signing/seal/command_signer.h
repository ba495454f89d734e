// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "lib/crypto/ed25519.h"

namespace hallmark {

/// Signs with a key that another program keeps: a token, a remote service, a person's own script. The shell command
/// gets the bytes to sign on standard input and prints the 64 bytes of the pure Ed25519 signature. This is checked with
/// the public key before it is used.
class CommandSigner : public Signer {
 public:
  CommandSigner(std::string command, const PublicKey& key) : command_(std::move(command)), key_(key) {}

  [[nodiscard]] PublicKey public_key() const override { return key_; }
  /// kIo if the command fails or does not print exactly 64 bytes; kVerification if it used another key.
  [[nodiscard]] Result<Ed25519Signature> Sign(ByteSpan message) const override;

 private:
  std::string command_;
  PublicKey key_;
};

}  // namespace hallmark
