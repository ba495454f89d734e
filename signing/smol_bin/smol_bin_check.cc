// SPDX-License-Identifier: Apache-2.0
#include "signing/smol_bin/smol_bin_check.h"

#include <algorithm>
#include <string>

#include "lib/policy/settings.h"
#include "signing/document/file_names.h"
#include "signing/smol_bin/smol_bin_manifest.h"

namespace hallmark {

static_assert(kSmolBinMembers[kSettingsMember].name == kSettingsName);

bool IsSmolBinFile(std::string_view name) {
  const bool member = std::any_of(kSmolBinMembers.begin(), kSmolBinMembers.end(),
                                  [&](const SmolBinMember& known) { return known.name == name; });
  return member || name == kManifestName || name == kEnvelopeName;
}

Finding UnexpectedFinding(std::string_view name) {
  return {Verdict::kUnexpected, std::string(name), "is not named in the manifest"};
}

std::optional<Finding> SizeFinding(std::string_view name, uint64_t size, uint64_t expected) {
  const Verdict verdict = SizeVerdict(size, expected);
  if (verdict == Verdict::kGood) return std::nullopt;
  return Finding{verdict, std::string(name),
                 "it has " + std::to_string(size) + " bytes and not " + std::to_string(expected)};
}

std::optional<Finding> DigestFinding(std::string_view name, const Sha256Digest& digest, const Sha256Digest& expected) {
  if (digest == expected) return std::nullopt;
  return Finding{Verdict::kDigest, std::string(name), "holds other bytes than signed"};
}

std::optional<Finding> SettingsFinding(std::string_view text) {
  const Result<Settings> settings = ParseSettings(text);
  if (settings.ok()) return std::nullopt;
  return Finding{Verdict::kPolicy, std::string(kSettingsName), settings.error().message};
}

}  // namespace hallmark
