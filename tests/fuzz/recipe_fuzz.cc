// SPDX-License-Identifier: Apache-2.0
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "lib/rootfs/recipe/recipe.h"

namespace {

constexpr std::string_view kFile = "recipe.toml";

void Require(bool condition) {
  if (!condition) std::abort();
}

/// "recipe.toml:LINE:COLUMN: ...".
bool NamesItsPlace(const std::string& message) {
  size_t at = kFile.size();
  if (!message.starts_with(kFile)) return false;
  for (int number = 0; number < 2; ++number) {
    if (message[at++] != ':') return false;
    const size_t end = message.find_first_not_of("0123456789", at);
    if (end == at || end == std::string::npos) return false;
    at = end;
  }
  return message.substr(at, 2) == ": ";
}

/// What a recipe that was accepted promises to those who build from it.
void CheckPromises(const hallmark::Recipe& recipe) {
  using Type = hallmark::Recipe::Node::Type;
  Require(!recipe.name.empty() && !recipe.version.empty() && !recipe.hostname.empty());
  Require(recipe.architecture == "arm64" || recipe.architecture == "amd64");
  Require(!recipe.apt.suites.empty() && recipe.apt.host_sources == recipe.apt.mirrors.empty());
  Require(recipe.image.size != 0 && recipe.image.max_used > 0 && recipe.image.max_used <= 1);
  for (const hallmark::Recipe::Node& node : recipe.nodes) {
    Require(node.path.starts_with('/') && node.path.find("/../") == std::string::npos);
    Require((node.type == Type::kSymbolicLink) != node.target.empty());
  }
  for (const hallmark::Recipe::User& user : recipe.users) Require(user.uid != 0 && user.home.starts_with('/'));
}

}  // namespace

// An error names its place. An accepted recipe keeps its promises, and its digest is the same when it is parsed again.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  // An included file may say where its own error is, and what this machine has is no matter of the input.
  if (text.find("include") != std::string_view::npos || text.find('\\') != std::string_view::npos) return 0;
  const hallmark::Result<hallmark::Recipe> recipe = hallmark::ParseRecipe(text, kFile);
  if (!recipe.ok()) {
    Require(recipe.error().kind == hallmark::ErrorKind::kUsage && NamesItsPlace(recipe.error().message));
    return 0;
  }
  CheckPromises(*recipe);
  if (!recipe->python.requirements.empty()) return 0;  // the digest holds that file's content
  const hallmark::Result<hallmark::Recipe> again = hallmark::ParseRecipe(text, kFile);
  Require(again.ok() && hallmark::RecipeLockDigest(*recipe).value() == hallmark::RecipeLockDigest(*again).value());
  return 0;
}
