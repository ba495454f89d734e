// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "lib/crypto/ed25519.h"

namespace hallmark {

/// True if the name is the URI of a key in a token (RFC 7512), and not a file.
bool IsPkcs11Uri(std::string_view name);

/// Signs with an Ed25519 key that never leaves its token: a smart card, an HSM, SoftHSM2. Signs in one C_Sign with
/// CKM_EDDSA (PKCS#11 3.0, 2.3.14), because several tokens support no other way for Ed25519.
class Pkcs11Signer : public Signer {
 public:
  /// Opens the only key that `uri` names. `module-path` in the URI names the token's library; without it, the libraries
  /// in p11-kit's configuration are tried. kUsage for a wrong PIN, and for a PIN in the URI, where every user of the
  /// machine could read it. kNotFound if there is no such key.
  static Result<std::unique_ptr<Pkcs11Signer>> Open(const std::string& uri, const Secret& pin);
  ~Pkcs11Signer() override;

  [[nodiscard]] PublicKey public_key() const override;
  [[nodiscard]] Result<Ed25519Signature> Sign(ByteSpan message) const override;

 private:
  struct Session;
  explicit Pkcs11Signer(std::unique_ptr<Session> session);
  std::unique_ptr<Session> session_;
};

}  // namespace hallmark
