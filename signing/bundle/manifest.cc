// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/manifest.h"

#include <algorithm>

#include "signing/bundle/manifest_json.h"
#include "signing/bundle/manifest_rules.h"
#include "signing/document/file_names.h"
#include "signing/document/statement.h"

namespace hallmark {
namespace {

constexpr StatementKind kStatement = {.name = kManifestName,
                                      .predicate_type = "urn:hallmark:manifest:1",
                                      .max_size = kMaxManifestSize,
                                      .max_subjects = kArtifactRoles};

struct RoleEntry {
  std::string_view name;
  std::string_view file;  // empty: see ArtifactFileName()
  bool shipped;
};
// In the order of ArtifactRole.
constexpr std::array<RoleEntry, kArtifactRoles> kRoles = {{{"rootfs", "rootfs.img", false},
                                                           {"rootfs-zst", "rootfs.img.zst", true},
                                                           {"chunk-table", "rootfs.img.chunks", true},
                                                           {"kernel", "vmlinuz", true},
                                                           {"initramfs", "initrd.img", true},
                                                           {"smol-bin", "", true},
                                                           {"session-disk", "sessiondata.img.zst", true},
                                                           {"sbom", "sbom.spdx.json", true},
                                                           {"provenance", "provenance.json", true}}};

std::string ManifestText(const Manifest& manifest) {
  std::vector<StatementSubject> subjects;
  for (const Artifact& artifact : manifest.artifacts) {
    subjects.push_back({manifest.FileName(artifact.role), artifact.sha256});
  }
  return FormatStatement(kStatement, subjects, PredicateJson(manifest));
}

}  // namespace

std::string_view RoleName(ArtifactRole role) { return kRoles[static_cast<size_t>(role)].name; }

std::optional<ArtifactRole> RoleNamed(std::string_view name) {
  const auto entry = std::find_if(kRoles.begin(), kRoles.end(), [&](const RoleEntry& e) { return e.name == name; });
  if (entry == kRoles.end()) return std::nullopt;
  return static_cast<ArtifactRole>(entry - kRoles.begin());
}

std::string ArtifactFileName(ArtifactRole role, std::string_view architecture) {
  if (role == ArtifactRole::kSmolBin) return "smol-bin." + std::string(architecture) + ".img";
  return std::string(kRoles[static_cast<size_t>(role)].file);
}

bool IsShipped(ArtifactRole role) { return kRoles[static_cast<size_t>(role)].shipped; }

const Artifact* Manifest::Find(ArtifactRole role) const {
  const auto found =
      std::find_if(artifacts.begin(), artifacts.end(), [&](const Artifact& artifact) { return artifact.role == role; });
  return found == artifacts.end() ? nullptr : &*found;
}

Result<std::string> FormatManifest(const Manifest& manifest) {
  if (const std::string rule = BrokenRule(manifest); !rule.empty()) return UsageError("manifest: " + rule);
  std::string text = ManifestText(manifest);
  // Parsing finds numbers above 2^63 - 1 and text that is not UTF-8.
  const Result<Manifest> again = ParseManifest(text);
  if (!again.ok() || *again != manifest) {
    return UsageError("manifest: can't be written: " + (again.ok() ? "text that is not UTF-8" : again.error().message));
  }
  return text;
}

Result<Manifest> ParseManifest(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonValue predicate, ParseStatement(kStatement, text));
  ASSIGN_OR_RETURN(Manifest manifest, ReadPredicate(predicate.json()));
  if (const std::string rule = BrokenRule(manifest); !rule.empty()) return CorruptError(rule);
  RETURN_IF_ERROR(RequireCanonical(text, ManifestText(manifest), "artifacts"));
  return manifest;
}

}  // namespace hallmark
