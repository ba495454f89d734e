// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/crypto/digest.h"
#include "lib/json/json_value.h"

// in-toto's Statement v1, the frame of every manifest. It has subjects, which are files with names and digests, and a
// predicate, which says what they are.

namespace hallmark {

/// What distinguishes statements of one kind from all others.
struct StatementKind {
  std::string_view name;  ///< file name of the document, for messages: "manifest.json"
  std::string_view predicate_type;
  size_t max_size = 0;      ///< bytes
  size_t max_subjects = 0;  ///< also the limit of the predicate's own list
};

struct StatementSubject {
  std::string name;
  Sha256Digest sha256{};
};

/// The canonical text of a statement.
std::string FormatStatement(const StatementKind& kind, const std::vector<StatementSubject>& subjects,
                            const JsonValue& predicate);

/// The predicate of a statement. kCorrupt names the member, or "NAME:LINE:COLUMN" if the text is not JSON; kUnsupported
/// for a statement of another kind. Does not check the subjects: the manifest repeats them, and RequireCanonical()
/// compares the whole text.
Result<JsonValue> ParseStatement(const StatementKind& kind, std::string_view text);

/// kCorrupt unless formatting a parsed document gives the original text: each document has only one spelling. `list`
/// names the member that repeats the subjects: "artifacts".
Result<void> RequireCanonical(std::string_view text, std::string_view formatted, std::string_view list);

/// True for text that names and versions may have: letters, digits and . _ + ~ -, at most 128 characters, with neither
/// . nor - first.
bool IsToken(std::string_view text);

}  // namespace hallmark
