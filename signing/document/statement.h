// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/crypto/digest.h"
#include "lib/json/json_value.h"

// in-toto's Statement v1, the frame of every manifest: subjects, which are files by name and digest, and a predicate,
// which says what they are.

namespace hallmark {

/// What tells the statements of one kind from all others.
struct StatementKind {
  std::string_view name;  ///< of the document, before a line and a column: "manifest.json"
  std::string_view predicate_type;
  size_t max_size = 0;      ///< bytes
  size_t max_subjects = 0;  ///< also of the predicate's own list
};

struct StatementSubject {
  std::string name;
  Sha256Digest sha256{};
};

/// The canonical text.
std::string FormatStatement(const StatementKind& kind, const std::vector<StatementSubject>& subjects,
                            const JsonValue& predicate);

/// The predicate of a statement. kCorrupt, naming the member, or "NAME:LINE:COLUMN" where it is not even JSON;
/// kUnsupported for a statement of another kind. The subjects are not looked at: a manifest holds them once more, and
/// formats all of it anew to compare (RequireCanonical).
Result<JsonValue> ParseStatement(const StatementKind& kind, std::string_view text);

/// kCorrupt unless a document that was read is written back as it was: one document has one spelling. `list` is what
/// repeats the subjects: "artifacts".
Result<void> RequireCanonical(std::string_view text, std::string_view formatted, std::string_view list);

/// True for what names and versions are made of: letters, digits and . _ + ~ -, at most 128, and neither . nor - first.
bool IsToken(std::string_view text);

}  // namespace hallmark
