// SPDX-License-Identifier: Apache-2.0
#include "tools/hallmark/bundle_diff.h"

#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/json/json_value.h"
#include "signing/document/signed_directory.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
using AnyJson = nlohmann::json;
using Area = Difference::Area;

constexpr std::string_view kImageName = "rootfs.img";
constexpr uint64_t kMaxJsonBytes = uint64_t{64} << 20;
constexpr int kMaxJsonDepth = 64;

std::string JsonText(const AnyJson& json) { return json.dump(-1, ' ', false, AnyJson::error_handler_t::replace); }

/// Names each differing member by its JSON Pointer (RFC 6901).
void CompareJson(const std::string& file, const std::string& pointer, const AnyJson& a, const AnyJson& b, int depth,
                 Differences& found) {
  if (a == b) return;
  const bool objects = a.is_object() && b.is_object();
  const bool arrays = a.is_array() && b.is_array() && a.size() == b.size();
  if (depth >= kMaxJsonDepth || (!objects && !arrays)) {
    found.push_back({Area::kBundle, file, pointer.empty() ? "/" : pointer, JsonText(a), JsonText(b)});
    return;
  }
  if (arrays) {
    for (size_t i = 0; i < a.size(); ++i) {
      CompareJson(file, pointer + "/" + std::to_string(i), a[i], b[i], depth + 1, found);
    }
    return;
  }
  std::set<std::string> keys;
  for (const AnyJson* json : {&a, &b}) {
    for (const auto& [key, value] : json->items()) keys.insert(key);
  }
  for (const std::string& key : keys) {
    const std::string member = pointer + "/" + key;
    const auto x = a.find(key);
    const auto y = b.find(key);
    if (x != a.end() && y != b.end()) {
      CompareJson(file, member, *x, *y, depth + 1, found);
    } else {
      const auto text = [](const AnyJson& json, const AnyJson::const_iterator& place) {
        return place == json.end() ? std::string(kAbsent) : JsonText(*place);
      };
      found.push_back({Area::kBundle, file, member, text(a, x), text(b, y)});
    }
  }
}

/// Adds the members that differ. False if either file is not JSON, or if only white space and spelling differ.
Result<bool> CompareJsonFiles(SignedDirectory& first, SignedDirectory& second, const std::string& name,
                              Differences& found) {
  ASSIGN_OR_RETURN(const std::string a, first.ReadSmallFile(name, kMaxJsonBytes));
  ASSIGN_OR_RETURN(const std::string b, second.ReadSmallFile(name, kMaxJsonBytes));
  const AnyJson x = AnyJson::parse(a, nullptr, false);
  const AnyJson y = AnyJson::parse(b, nullptr, false);
  if (x.is_discarded() || y.is_discarded()) return false;
  const size_t before = found.size();
  CompareJson(name, "", x, y, 0, found);
  return found.size() > before;
}

Result<void> CompareFiles(SignedDirectory& first, SignedDirectory& second, const std::string& name,
                          Differences& found) {
  ASSIGN_OR_RETURN(const File a, first.OpenFile(name));
  ASSIGN_OR_RETURN(const File b, second.OpenFile(name));
  ASSIGN_OR_RETURN(const std::optional<uint64_t> differs, FirstDifference(a, b));
  if (!differs) return {};
  if (name.ends_with(".json")) {
    ASSIGN_OR_RETURN(const bool named, CompareJsonFiles(first, second, name, found));
    if (named) return {};
  }
  ASSIGN_OR_RETURN(const uint64_t first_size, a.Size());
  ASSIGN_OR_RETURN(const uint64_t second_size, b.Size());
  if (first_size != second_size) {
    found.push_back({Area::kBundle, name, "size", std::to_string(first_size), std::to_string(second_size)});
  }
  found.push_back({Area::kBundle, name, "content", "differs from byte " + std::to_string(*differs), ""});
  return {};
}

Result<Differences> DiffDirectories(const fs::path& first, const fs::path& second) {
  Differences found;
  ASSIGN_OR_RETURN(SignedDirectory first_directory, SignedDirectory::Open(first));
  ASSIGN_OR_RETURN(SignedDirectory second_directory, SignedDirectory::Open(second));
  ASSIGN_OR_RETURN(const std::vector<std::string> first_names, first_directory.Names());
  ASSIGN_OR_RETURN(const std::vector<std::string> second_names, second_directory.Names());
  const std::set<std::string> before(first_names.begin(), first_names.end());
  const std::set<std::string> after(second_names.begin(), second_names.end());
  std::set<std::string> all = before;
  all.insert(after.begin(), after.end());
  for (const std::string& name : all) {
    const auto text = [&](const std::set<std::string>& names) {
      return std::string(names.contains(name) ? "there" : kAbsent);
    };
    if (text(before) != text(after)) {
      found.push_back({Area::kBundle, name, "presence", text(before), text(after)});
    } else if (name != kImageName) {
      RETURN_IF_ERROR(CompareFiles(first_directory, second_directory, name, found));
    }
  }
  return found;
}

}  // namespace

Result<Differences> DiffBundles(const fs::path& first, const fs::path& second) {
  ASSIGN_OR_RETURN(const ImageParts a, ReadImage(first));
  ASSIGN_OR_RETURN(const ImageParts b, ReadImage(second));
  ASSIGN_OR_RETURN(Differences found, DiffImages(a, b));
  std::error_code ignored;
  if (!fs::is_directory(first, ignored) || !fs::is_directory(second, ignored)) return found;
  ASSIGN_OR_RETURN(const Differences others, DiffDirectories(first, second));
  found.insert(found.end(), others.begin(), others.end());
  return found;
}

void PrintDifferences(const Differences& differences, cli::Output& output) {
  for (const Difference& difference : differences) output.Puts(FormatDifference(difference));
  if (differences.empty()) {
    output.Puts("identical");
  } else {
    output.Print("%zu difference%s\n", differences.size(), differences.size() == 1 ? "" : "s");
  }
}

JsonValue DifferencesJson(const Differences& differences) {
  JsonValue entries = JsonValue::Array();
  for (const Difference& difference : differences) {
    entries.Append(JsonValue::Object({{"area", AreaName(difference.area)},
                                      {"name", difference.name},
                                      {"attribute", difference.attribute},
                                      {"first", difference.first},
                                      {"second", difference.second}}));
  }
  return JsonValue::Object({{"identical", differences.empty()}, {"differences", std::move(entries)}});
}

int DifferencesStatus(const Differences& differences) { return differences.empty() ? 0 : cli::kDoesNotHold; }

}  // namespace hallmark
