// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/recipe.h"

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/crypto/digest.h"
#include "lib/rootfs/recipe/recipe_reader.h"
#include "lib/rootfs/recipe/toml.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

/// Checks that a recipe, with all files that it includes, has everything required; fills in defaults.
Result<void> Complete(const TomlDocument& document, Recipe* recipe) {
  const Recipe::Apt& apt = recipe->apt;
  const std::pair<bool, std::string_view> needs[] = {
      {!recipe->name.empty(), "'name'"},
      {!recipe->version.empty(), "'version'"},
      {!recipe->architecture.empty(), "'architecture'"},
      {!apt.suite.empty(), "'suite' of [apt]"},
      {apt.host_sources || !apt.mirrors.empty(), "'mirrors' of [apt] (or sources = \"host\")"},
      {recipe->image.size != 0, "'size' of [image]"},
  };
  for (const auto& [present, key] : needs) {
    if (!present) return document.At({}, std::string(key) + " is missing");
  }
  if (apt.suites.empty()) recipe->apt.suites = {apt.suite, apt.suite + "-updates", apt.suite + "-security"};
  if (recipe->hostname.empty()) recipe->hostname = recipe->name;
  if (recipe->locale.empty()) recipe->locale = "C.UTF-8";
  if (recipe->timezone.empty()) recipe->timezone = "Etc/UTC";
  return {};
}

/// Feeds fields to a digest, each with its length, so that no two lists of fields look the same.
class FieldHasher {
 public:
  void Add(std::string_view field) {
    hasher_.Update(AsBytes(std::to_string(field.size()) + ":"));
    hasher_.Update(AsBytes(field));
  }
  void Add(const std::vector<std::string>& fields) {
    Add(std::to_string(fields.size()));
    for (const std::string& field : fields) Add(field);
  }
  std::string Finish() { return ToHex(hasher_.Finish()); }

 private:
  Sha256Hasher hasher_;
};

}  // namespace

Result<Recipe> ParseRecipe(std::string_view text, const fs::path& file) {
  Recipe recipe;
  recipe.file = file;
  recipe.directory = file.parent_path();
  RETURN_IF_ERROR(ReadRecipeText(text, file, &recipe));
  RETURN_IF_ERROR(Complete({file}, &recipe));
  return recipe;
}

Result<Recipe> LoadRecipe(const fs::path& path) {
  std::error_code ignored;
  const fs::path file = fs::absolute(fs::is_directory(path, ignored) ? path / "recipe.toml" : path).lexically_normal();
  auto text = ReadSmallFile(file);
  if (!text.ok()) {
    return std::move(text)
        .error()
        .WithContext("reading the recipe")
        .WithHint("name a recipe.toml or the directory that holds it, as in recipes/debian-12-arm64");
  }
  return ParseRecipe(*text, file);
}

Result<std::string> RecipeLockDigest(const Recipe& recipe) {
  const Recipe::Apt& apt = recipe.apt;
  FieldHasher hasher;
  hasher.Add("hallmark recipe 1");
  hasher.Add(recipe.architecture);
  hasher.Add(apt.suite);
  // Which keyring file holds the keys differs between builders; the fingerprints do not.
  for (const auto* list : {&apt.suites, &apt.components, &apt.mirrors, &apt.fingerprints, &apt.packages}) {
    hasher.Add(*list);
  }
  hasher.Add({apt.host_sources ? "host" : "", apt.snapshot_mirror, apt.snapshot, apt.recommends ? "recommends" : ""});
  for (const Recipe::Npm& npm : recipe.npm) hasher.Add({"npm", npm.name, npm.version, npm.integrity});
  for (const Recipe::Download& download : recipe.downloads) hasher.Add({"download", download.url, download.sha256});
  if (!recipe.python.requirements.empty()) {
    ASSIGN_OR_RETURN(const std::string requirements, ReadSmallFile(recipe.python.requirements));
    hasher.Add({"python", requirements, recipe.python.interpreter});
  }
  return hasher.Finish();
}

}  // namespace hallmark
