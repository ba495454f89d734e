// SPDX-License-Identifier: Apache-2.0
#include "lib/crypto/ed25519.h"

#include <openssl/bio.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>

#include <algorithm>
#include <cstring>
#include <new>

#include "lib/base/handle.h"
#include "lib/crypto/digest.h"

namespace hallmark {
namespace {

using Bio = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using Key = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using Context = std::unique_ptr<EVP_MD_CTX, Deleter<EVP_MD_CTX_free>>;

// SEQUENCE { SEQUENCE { OID 1.3.101.112 } BIT STRING (32 bytes follow) }: RFC 8410, section 4.
constexpr std::array<uint8_t, 12> kSpkiPrefix = {0x30, 0x2a, 0x30, 0x05, 0x06, 0x03,
                                                 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00};
constexpr uint64_t kScryptN = 16384;
constexpr uint64_t kScryptR = 8;
constexpr uint64_t kScryptP = 1;
constexpr size_t kMaxPem = 64 << 10;
constexpr size_t kPemLine = 64;

/// OpenSSL's reason for its failure. Empties its error queue for the next caller.
std::string OpenSslReason() {
  std::array<char, 256> text{};
  const unsigned long code = ERR_peek_last_error();
  ERR_clear_error();
  if (code == 0) return "no reason given by OpenSSL";
  ERR_error_string_n(code, text.data(), text.size());
  return text.data();
}

Bio MemoryBio(std::string_view text) {
  Bio bio(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
  if (bio == nullptr) throw std::bad_alloc();
  return bio;
}

/// Gives OpenSSL the passphrase; without this, OpenSSL would ask on the terminal.
int GivePassphrase(char* buffer, int size, int /*writing*/, void* user) {
  const std::string_view text = static_cast<const Secret*>(user)->text();
  if (text.empty() || text.size() > static_cast<size_t>(size)) return -1;
  std::memcpy(buffer, text.data(), text.size());
  return static_cast<int>(text.size());
}

Result<void> RequireEd25519(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "ED25519") == 1) return {};
  const char* name = EVP_PKEY_get0_type_name(key);
  return UnsupportedError("the key is " + std::string(name == nullptr ? "of an unknown type" : name) +
                          ", and only Ed25519 is used here");
}

}  // namespace

Result<PublicKey> PublicKey::FromPem(std::string_view pem) {
  if (pem.size() > kMaxPem) return CorruptError("too long for a public key in PEM");
  const Key key(PEM_read_bio_PUBKEY(MemoryBio(pem).get(), nullptr, nullptr, nullptr));
  if (key == nullptr) return CorruptError("not a public key in PEM: " + OpenSslReason());
  RETURN_IF_ERROR(RequireEd25519(key.get()));
  std::array<uint8_t, 32> bytes;
  size_t size = bytes.size();
  if (EVP_PKEY_get_raw_public_key(key.get(), bytes.data(), &size) != 1 || size != bytes.size()) {
    return CorruptError("not an Ed25519 public key: " + OpenSslReason());
  }
  return PublicKey(bytes);
}

Result<PublicKey> PublicKey::FromBytes(ByteSpan bytes) {
  std::array<uint8_t, 32> key;
  if (bytes.size() != key.size()) return CorruptError("an Ed25519 public key is 32 bytes");
  std::copy(bytes.begin(), bytes.end(), key.begin());
  return PublicKey(key);
}

ByteVector PublicKey::SpkiDer() const {
  ByteVector der(kSpkiPrefix.size() + bytes_.size());
  std::copy(bytes_.begin(), bytes_.end(), std::copy(kSpkiPrefix.begin(), kSpkiPrefix.end(), der.begin()));
  return der;
}

std::string PublicKey::Pem() const {
  // 44 bytes are one line of base64.
  static_assert((kSpkiPrefix.size() + 32 + 2) / 3 * 4 <= kPemLine);
  return "-----BEGIN PUBLIC KEY-----\n" + ToBase64(SpkiDer()) + "\n-----END PUBLIC KEY-----\n";
}

std::string PublicKey::Id() const { return ToHex(Sha256(SpkiDer())); }

bool PublicKey::Verifies(ByteSpan message, const Ed25519Signature& signature) const {
  const Key key(EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, bytes_.data(), bytes_.size()));
  const Context context(EVP_MD_CTX_new());
  const bool good =
      key != nullptr && context != nullptr &&
      EVP_DigestVerifyInit(context.get(), nullptr, nullptr, nullptr, key.get()) == 1 &&
      EVP_DigestVerify(context.get(), signature.data(), signature.size(), message.data(), message.size()) == 1;
  ERR_clear_error();
  return good;
}

void PrivateKey::Free::operator()(evp_pkey_st* key) const { EVP_PKEY_free(key); }

Result<PrivateKey> PrivateKey::Generate() {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  if (key == nullptr) return IoError("making an Ed25519 key: " + OpenSslReason());
  return PrivateKey(key);
}

Result<PrivateKey> PrivateKey::FromSeed(ByteSpan seed) {
  EVP_PKEY* key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, seed.data(), seed.size());
  if (key == nullptr) return CorruptError("not an Ed25519 private key: " + OpenSslReason());
  return PrivateKey(key);
}

Result<PrivateKey> PrivateKey::FromPem(std::string_view pem, const Secret& passphrase) {
  if (pem.size() > kMaxPem) return CorruptError("too long for a private key in PEM");
  const bool encrypted = IsEncryptedPem(pem);
  if (encrypted && passphrase.empty()) return UsageError("the private key is encrypted, and no passphrase was given");
  EVP_PKEY* key =
      PEM_read_bio_PrivateKey(MemoryBio(pem).get(), nullptr, GivePassphrase, const_cast<Secret*>(&passphrase));
  if (key == nullptr && encrypted) {
    ERR_clear_error();
    return UsageError("wrong passphrase for the private key");
  }
  if (key == nullptr) return CorruptError("not a private key in PEM: " + OpenSslReason());
  PrivateKey private_key(key);
  RETURN_IF_ERROR(RequireEd25519(key));
  return private_key;
}

PublicKey PrivateKey::public_key() const {
  std::array<uint8_t, 32> bytes;
  size_t size = bytes.size();
  if (EVP_PKEY_get_raw_public_key(key_.get(), bytes.data(), &size) != 1) throw std::bad_alloc();
  return PublicKey(bytes);
}

Result<Ed25519Signature> PrivateKey::Sign(ByteSpan message) const {
  const Context context(EVP_MD_CTX_new());
  Ed25519Signature signature;
  size_t size = signature.size();
  if (context == nullptr || EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key_.get()) != 1 ||
      EVP_DigestSign(context.get(), signature.data(), &size, message.data(), message.size()) != 1) {
    return IoError("signing: " + OpenSslReason());
  }
  return signature;
}

Result<std::string> PrivateKey::Pem(const Secret& passphrase) const {
  const std::unique_ptr<PKCS8_PRIV_KEY_INFO, Deleter<PKCS8_PRIV_KEY_INFO_free>> info(EVP_PKEY2PKCS8(key_.get()));
  const Bio bio(BIO_new(BIO_s_secmem()));
  if (info == nullptr || bio == nullptr) return IoError("writing a private key: " + OpenSslReason());
  bool written = false;
  if (passphrase.empty()) {
    written = PEM_write_bio_PKCS8_PRIV_KEY_INFO(bio.get(), info.get()) == 1;
  } else {
    X509_ALGOR* scheme = PKCS5_pbe2_set_scrypt(EVP_aes_256_cbc(), nullptr, 0, nullptr, kScryptN, kScryptR, kScryptP);
    if (scheme == nullptr) return IoError("encrypting a private key: " + OpenSslReason());
    const std::string_view text = passphrase.text();
    // Takes over `scheme` when it succeeds.
    const std::unique_ptr<X509_SIG, Deleter<X509_SIG_free>> sealed(
        PKCS8_set0_pbe(text.data(), static_cast<int>(text.size()), info.get(), scheme));
    if (sealed == nullptr) {
      X509_ALGOR_free(scheme);
      return IoError("encrypting a private key: " + OpenSslReason());
    }
    written = PEM_write_bio_PKCS8(bio.get(), sealed.get()) == 1;
  }
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio.get(), &data);
  if (!written || size <= 0) return IoError("writing a private key: " + OpenSslReason());
  return std::string(data, static_cast<size_t>(size));
}

bool IsEncryptedPem(std::string_view pem) {
  return pem.find("-----BEGIN ENCRYPTED PRIVATE KEY-----") != std::string_view::npos;
}

}  // namespace hallmark
