// SPDX-License-Identifier: Apache-2.0
#include "signing/smol_bin/smol_bin_manifest.h"

#include <vector>

#include "lib/base/time.h"
#include "lib/json/json_value.h"
#include "signing/document/file_names.h"
#include "signing/document/statement.h"

namespace hallmark {
namespace {

constexpr StatementKind kStatement = {.name = kManifestName,
                                      .predicate_type = "urn:hallmark:smol-bin:1",
                                      .max_size = kMaxSmolBinManifestSize,
                                      .max_subjects = kSmolBinMembers.size()};

std::string Octal(uint32_t mode) {
  std::string text = "0000";
  for (size_t i = text.size(); i-- > 0; mode /= 8) text[i] = static_cast<char>('0' + mode % 8);
  return text;
}

std::string ManifestText(const SmolBinManifest& manifest) {
  std::vector<StatementSubject> subjects;
  JsonValue files = JsonValue::Array();
  for (size_t i = 0; i < kSmolBinMembers.size(); ++i) {
    const std::string name(kSmolBinMembers[i].name);
    subjects.push_back({name, manifest.files[i].sha256});
    files.Append(JsonValue::Object({{"name", name},
                                    {"size", manifest.files[i].size},
                                    {"sha256", ToHex(manifest.files[i].sha256)},
                                    {"mode", Octal(kSmolBinMembers[i].mode)}}));
  }
  return FormatStatement(kStatement, subjects,
                         JsonValue::Object({{"role", "smol-bin"},
                                            {"version", manifest.version},
                                            {"architecture", manifest.architecture},
                                            {"sequence", manifest.sequence},
                                            {"leastRootfsSequence", manifest.least_rootfs_sequence},
                                            {"policySequence", manifest.policy_sequence},
                                            {"sourceDateEpoch", manifest.source_date_epoch},
                                            {"files", files}}));
}

std::string BrokenRule(const SmolBinManifest& manifest) {
  if (!IsToken(manifest.version)) return "version: not of letters, digits and . _ + ~ -";
  if (!IsToken(manifest.architecture)) return "architecture: not of letters, digits and . _ + ~ -";
  if (manifest.sequence == 0) return "sequence: sequences start at 1";
  if (manifest.policy_sequence == 0) return "policySequence: sequences start at 1";
  if (manifest.source_date_epoch > kLastUtcSecond) return "sourceDateEpoch: past the year 9999";
  for (size_t i = 0; i < kSmolBinMembers.size(); ++i) {
    if (manifest.files[i].size > kMaxSmolBinFile) return std::string(kSmolBinMembers[i].name) + ": larger than 1 GiB";
  }
  return {};
}

/// Reads a file's size and digest. Its position fixes name and mode; RequireCanonical() finds wrong ones.
Result<SmolBinFile> ReadFile(const Json& json, const std::string& where) {
  ObjectReader reader(json, where);
  SmolBinFile file;
  reader.TakeText("name");
  reader.TakeText("mode");
  file.size = reader.TakeNumber("size");
  file.sha256 = reader.TakeHex<32>("sha256");
  RETURN_IF_ERROR(reader.Finish());
  return file;
}

Result<SmolBinManifest> ReadPredicate(const Json& json) {
  ObjectReader reader(json, "predicate");
  SmolBinManifest manifest;
  reader.TakeText("role");  // has only one value: RequireCanonical() checks it
  manifest.version = reader.TakeText("version");
  manifest.architecture = reader.TakeText("architecture");
  manifest.sequence = reader.TakeNumber("sequence");
  manifest.least_rootfs_sequence = reader.TakeNumber("leastRootfsSequence");
  manifest.policy_sequence = reader.TakeNumber("policySequence");
  manifest.source_date_epoch = reader.TakeNumber("sourceDateEpoch");
  const std::vector<const Json*> files = TakeEntries(reader, "files", kSmolBinMembers.size());
  if (files.size() != kSmolBinMembers.size()) reader.Refuse("files", "not the three files of a smol-bin");
  RETURN_IF_ERROR(reader.Finish());
  for (size_t i = 0; i < files.size(); ++i) {
    ASSIGN_OR_RETURN(manifest.files[i], ReadFile(*files[i], "predicate.files[" + std::to_string(i) + "]"));
  }
  return manifest;
}

}  // namespace

Result<std::string> FormatSmolBinManifest(const SmolBinManifest& manifest) {
  if (const std::string rule = BrokenRule(manifest); !rule.empty()) return UsageError("manifest: " + rule);
  std::string text = ManifestText(manifest);
  const Result<SmolBinManifest> again = ParseSmolBinManifest(text);  // finds numbers above 2^63 - 1
  if (!again.ok()) return UsageError("manifest: can't be written: " + again.error().message);
  return text;
}

Result<SmolBinManifest> ParseSmolBinManifest(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonValue predicate, ParseStatement(kStatement, text));
  ASSIGN_OR_RETURN(const SmolBinManifest manifest, ReadPredicate(predicate.json()));
  if (const std::string rule = BrokenRule(manifest); !rule.empty()) return CorruptError(rule);
  RETURN_IF_ERROR(RequireCanonical(text, ManifestText(manifest), "files"));
  return manifest;
}

}  // namespace hallmark
