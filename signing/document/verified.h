// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/result.h"
#include "signing/document/finding.h"
#include "signing/document/signed_directory.h"
#include "signing/document/trust.h"

// The only way from signed bytes to a document: the signatures are checked before any byte of it is parsed.

namespace hallmark {

/// A document and the envelope with its signatures.
struct SignedTexts {
  std::string document;  ///< manifest.json
  std::string envelope;  ///< manifest.dsse.json
};

/// How documents of one kind are signed.
struct SigningRules {
  std::string_view name;                       ///< file name of the document
  std::string_view envelope_name;              ///< file name of the envelope
  std::string_view payload_type;               ///< the payload type that the envelope must have
  size_t max_size = 0;                         ///< bytes of the document
  KeyThreshold TrustVersion::*role = nullptr;  ///< the role whose keys count
  /// The envelope must have its canonical spelling and name the keys that signed it, so that no bit of it can change
  /// unnoticed.
  bool canonical_envelope = false;
};

/// Checks the signatures. Empty if enough keys of the newest trust version signed exactly this document.
std::optional<Finding> CheckSignatures(const SignedTexts& texts, const SigningRules& rules, const Trust& trust);

/// A kind of document: how it is signed and how it is parsed. There is one constant for each kind.
template <typename Document>
struct DocumentKind {
  SigningRules rules;
  /// Parses the document. The message of an error does not begin with the file's name.
  Result<Document> (*parse)(std::string_view text) = nullptr;
};

/// A document whose signatures were checked. Only VerifyDocument() makes one.
template <typename Document>
class Verified {
 public:
  const Document& operator*() const { return document_; }
  const Document* operator->() const { return &document_; }
  /// The signed bytes.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  template <typename D>
  friend std::optional<Verified<D>> VerifyDocument(SignedTexts texts, const DocumentKind<D>& kind, const Trust& trust,
                                                   std::vector<Finding>& findings);
  Verified(Document document, std::string text) : document_(std::move(document)), text_(std::move(text)) {}
  Document document_;
  std::string text_;
};

/// Checks the signatures, and then parses the document. If either fails, returns empty and adds one finding.
template <typename Document>
std::optional<Verified<Document>> VerifyDocument(SignedTexts texts, const DocumentKind<Document>& kind,
                                                 const Trust& trust, std::vector<Finding>& findings) {
  if (std::optional<Finding> finding = CheckSignatures(texts, kind.rules, trust)) {
    findings.push_back(std::move(*finding));
    return std::nullopt;
  }
  Result<Document> document = kind.parse(texts.document);
  if (!document.ok()) {
    findings.push_back({Verdict::kMalformed, std::string(kind.rules.name), document.error().message});
    return std::nullopt;
  }
  return Verified<Document>(std::move(document).value(), std::move(texts.document));
}

/// The same for the document of a directory. An error is one of the environment.
template <typename Document>
Result<std::optional<Verified<Document>>> VerifyDocumentOf(SignedDirectory& directory,
                                                           const DocumentKind<Document>& kind, const Trust& trust,
                                                           std::vector<Finding>& findings) {
  constexpr auto kRequired = SignedDirectory::Presence::kRequired;
  ASSIGN_OR_RETURN(std::optional<std::string> text,
                   directory.ReadOrFind(kind.rules.name, kind.rules.max_size, kRequired, findings));
  ASSIGN_OR_RETURN(std::optional<std::string> envelope,
                   directory.ReadOrFind(kind.rules.envelope_name, kMaxEnvelopeSize, kRequired, findings));
  if (!text || !envelope) return std::optional<Verified<Document>>();
  return VerifyDocument({std::move(*text), std::move(*envelope)}, kind, trust, findings);
}

}  // namespace hallmark
