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

// The one way from signed bytes to a document: signatures are checked first, and only then is a byte of it read.

namespace hallmark {

/// A document and what signs it.
struct SignedTexts {
  std::string document;  ///< manifest.json
  std::string envelope;  ///< manifest.dsse.json
};

/// How documents of one kind are signed.
struct SigningRules {
  std::string_view name;                       ///< of the document's file
  std::string_view envelope_name;              ///< of the envelope's file
  std::string_view payload_type;               ///< as the envelope must name it
  size_t max_size = 0;                         ///< bytes of the document
  KeyThreshold TrustVersion::*role = nullptr;  ///< whose keys count
  /// The envelope is in its one spelling, and names the keys that signed it: no bit of it may change unseen.
  bool canonical_envelope = false;
};

/// What does not hold of the signatures: empty if enough keys of the newest trust signed exactly this document.
std::optional<Finding> CheckSignatures(const SignedTexts& texts, const SigningRules& rules, const Trust& trust);

/// A kind of document: how it is signed, and how it is read. One constant for each.
template <typename Document>
struct DocumentKind {
  SigningRules rules;
  /// The message of its error does not begin with the file's name.
  Result<Document> (*parse)(std::string_view text) = nullptr;
};

/// A document whose signatures were checked. Only VerifyDocument makes one.
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

/// Checks the signatures, and only then reads the document. Empty, with one finding more, if either does not hold.
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
