// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/pkcs11_signer.h"

#include <p11-kit/p11-kit.h>
#include <p11-kit/uri.h>

#include <algorithm>
#include <optional>
#include <vector>

#include "lib/base/handle.h"

namespace hallmark {
namespace {

using Uri = std::unique_ptr<P11KitUri, Deleter<p11_kit_uri_free>>;

/// Loaded token libraries. The deleter finalizes and releases them.
using Modules = std::unique_ptr<CK_FUNCTION_LIST*, Deleter<p11_kit_modules_finalize_and_release>>;

Error TokenError(CK_RV code, std::string_view doing) {
  return IoError(std::string(doing) + ": " + p11_kit_strerror(code));
}

Result<Uri> ParseUri(const std::string& text) {
  Uri uri(p11_kit_uri_new());
  const int code = p11_kit_uri_parse(text.c_str(), P11_KIT_URI_FOR_ANY, uri.get());
  if (code != P11_KIT_URI_OK) return UsageError(text + ": " + p11_kit_uri_message(code));
  if (p11_kit_uri_get_pin_value(uri.get()) != nullptr) {
    return UsageError("a PIN in the URI of a key can be read by every user of this machine")
        .WithHint("leave it out: it is asked for, or comes from --passphrase-fd or --passphrase-command");
  }
  return uri;
}

Result<Modules> LoadModules(P11KitUri* uri) {
  const char* path = p11_kit_uri_get_module_path(uri);
  if (path == nullptr) {
    CK_FUNCTION_LIST** modules = p11_kit_modules_load_and_initialize(0);
    if (modules == nullptr) return IoError("loading PKCS#11 modules: " + std::string(p11_kit_message()));
    return Modules(modules);
  }
  CK_FUNCTION_LIST* module = p11_kit_module_load(path, 0);
  if (module == nullptr) return IoError("loading " + std::string(path) + ": " + p11_kit_message());
  // p11-kit frees the list with free(3), as it does with its own lists.
  auto** list = static_cast<CK_FUNCTION_LIST**>(calloc(2, sizeof(CK_FUNCTION_LIST*)));
  list[0] = module;
  if (const CK_RV code = p11_kit_module_initialize(module); code != CKR_OK) {
    p11_kit_modules_release(list);
    return TokenError(code, "starting " + std::string(path));
  }
  return Modules(list);
}

/// The objects of a class that the URI names. Stops at two: more than one is an error.
Result<std::vector<CK_OBJECT_HANDLE>> FindObjects(CK_FUNCTION_LIST* module, CK_SESSION_HANDLE session, P11KitUri* uri,
                                                  CK_OBJECT_CLASS object_class) {
  CK_KEY_TYPE type = CKK_EC_EDWARDS;
  std::vector<CK_ATTRIBUTE> wanted = {{CKA_CLASS, &object_class, sizeof(object_class)},
                                      {CKA_KEY_TYPE, &type, sizeof(type)}};
  for (const CK_ATTRIBUTE_TYPE named : {CKA_LABEL, CKA_ID}) {
    if (const CK_ATTRIBUTE* attribute = p11_kit_uri_get_attribute(uri, named)) wanted.push_back(*attribute);
  }
  CK_RV code = module->C_FindObjectsInit(session, wanted.data(), wanted.size());
  if (code != CKR_OK) return TokenError(code, "looking for the key in the token");
  std::vector<CK_OBJECT_HANDLE> found(2);
  CK_ULONG count = 0;
  code = module->C_FindObjects(session, found.data(), found.size(), &count);
  module->C_FindObjectsFinal(session);
  if (code != CKR_OK) return TokenError(code, "looking for the key in the token");
  found.resize(count);
  return found;
}

/// Reads CKA_EC_POINT: the 32 bytes of the key, which PKCS#11 3.0 wraps in a DER OCTET STRING.
Result<PublicKey> ReadPublicKey(CK_FUNCTION_LIST* module, CK_SESSION_HANDLE session, CK_OBJECT_HANDLE object) {
  ByteVector point(128);
  CK_ATTRIBUTE attribute = {CKA_EC_POINT, point.data(), point.size()};
  const CK_RV code = module->C_GetAttributeValue(session, object, &attribute, 1);
  if (code != CKR_OK) return TokenError(code, "reading the public key from the token");
  point.resize(attribute.ulValueLen);
  if (point.size() == 34 && point[0] == 0x04 && point[1] == 32) point.erase(point.begin(), point.begin() + 2);
  return PublicKey::FromBytes(point).WithContext("the token's public key");
}

}  // namespace

struct Pkcs11Signer::Session {
  Modules modules;
  CK_FUNCTION_LIST* module = nullptr;
  CK_SESSION_HANDLE handle = 0;
  CK_OBJECT_HANDLE private_key = 0;
  std::optional<PublicKey> public_key;

  ~Session() {
    if (module != nullptr) module->C_CloseSession(handle);
  }

  /// Opens a session with the first token that matches the URI.
  Result<void> Connect(P11KitUri* uri);
  Result<void> LogIn(const Secret& pin) const;
  Result<void> FindKeys(P11KitUri* uri);
};

Result<void> Pkcs11Signer::Session::Connect(P11KitUri* uri) {
  for (CK_FUNCTION_LIST** candidate = modules.get(); *candidate != nullptr; ++candidate) {
    CK_ULONG count = 0;
    if ((*candidate)->C_GetSlotList(CK_TRUE, nullptr, &count) != CKR_OK) continue;
    std::vector<CK_SLOT_ID> slots(count);
    if ((*candidate)->C_GetSlotList(CK_TRUE, slots.data(), &count) != CKR_OK) continue;
    slots.resize(count);
    for (const CK_SLOT_ID slot : slots) {
      CK_TOKEN_INFO info;
      if ((*candidate)->C_GetTokenInfo(slot, &info) != CKR_OK || (info.flags & CKF_TOKEN_INITIALIZED) == 0 ||
          p11_kit_uri_match_token_info(uri, &info) != 1) {
        continue;
      }
      const CK_RV code = (*candidate)->C_OpenSession(slot, CKF_SERIAL_SESSION, nullptr, nullptr, &handle);
      if (code != CKR_OK) return TokenError(code, "opening the token");
      module = *candidate;
      return {};
    }
  }
  return NotFoundError("no token that the URI fits");
}

Result<void> Pkcs11Signer::Session::LogIn(const Secret& pin) const {
  // The interface takes non-const bytes, but does not change them.
  auto* bytes = reinterpret_cast<CK_UTF8CHAR_PTR>(const_cast<char*>(pin.text().data()));
  const CK_RV code = module->C_Login(handle, CKU_USER, bytes, pin.text().size());
  if (code == CKR_OK || code == CKR_USER_ALREADY_LOGGED_IN) return {};
  if (code == CKR_PIN_INCORRECT || code == CKR_PIN_LEN_RANGE) return UsageError("wrong PIN for the token");
  return TokenError(code, "logging in to the token");
}

Result<void> Pkcs11Signer::Session::FindKeys(P11KitUri* uri) {
  ASSIGN_OR_RETURN(const auto private_keys, FindObjects(module, handle, uri, CKO_PRIVATE_KEY));
  ASSIGN_OR_RETURN(const auto public_keys, FindObjects(module, handle, uri, CKO_PUBLIC_KEY));
  if (private_keys.empty() || public_keys.empty()) {
    return NotFoundError("the token has no Ed25519 key pair that the URI fits");
  }
  if (private_keys.size() > 1 || public_keys.size() > 1)
    return UsageError("the URI fits more than one key of the token");
  private_key = private_keys[0];
  ASSIGN_OR_RETURN(public_key, ReadPublicKey(module, handle, public_keys[0]));
  return {};
}

bool IsPkcs11Uri(std::string_view name) { return name.starts_with("pkcs11:"); }

Pkcs11Signer::Pkcs11Signer(std::unique_ptr<Session> session) : session_(std::move(session)) {}
Pkcs11Signer::~Pkcs11Signer() = default;

Result<std::unique_ptr<Pkcs11Signer>> Pkcs11Signer::Open(const std::string& uri_text, const Secret& pin) {
  ASSIGN_OR_RETURN(const Uri uri, ParseUri(uri_text));
  auto session = std::make_unique<Session>();
  ASSIGN_OR_RETURN(session->modules, LoadModules(uri.get()));
  RETURN_IF_ERROR(session->Connect(uri.get()).WithContext(uri_text));
  RETURN_IF_ERROR(session->LogIn(pin).WithContext(uri_text));
  RETURN_IF_ERROR(session->FindKeys(uri.get()).WithContext(uri_text));
  return std::unique_ptr<Pkcs11Signer>(new Pkcs11Signer(std::move(session)));
}

PublicKey Pkcs11Signer::public_key() const { return *session_->public_key; }

Result<Ed25519Signature> Pkcs11Signer::Sign(ByteSpan message) const {
  CK_MECHANISM mechanism = {CKM_EDDSA, nullptr, 0};
  CK_RV code = session_->module->C_SignInit(session_->handle, &mechanism, session_->private_key);
  if (code != CKR_OK) return TokenError(code, "signing with the token");
  Ed25519Signature signature;
  CK_ULONG size = signature.size();
  code = session_->module->C_Sign(session_->handle, const_cast<CK_BYTE_PTR>(message.data()), message.size(),
                                  signature.data(), &size);
  if (code != CKR_OK) return TokenError(code, "signing with the token");
  if (size != signature.size() || !session_->public_key->Verifies(message, signature)) {
    return VerificationError("the token's signature is not one of its public key");
  }
  return signature;
}

}  // namespace hallmark
