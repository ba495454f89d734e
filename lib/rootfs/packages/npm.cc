// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/npm.h"

#include <cstdlib>
#include <nlohmann/json.hpp>

#include "lib/base/subprocess.h"
#include "lib/base/text.h"
#include "lib/http/download.h"
#include "lib/rootfs/recipe/checks.h"

namespace hallmark {
namespace {

/// "@scope/name" as one part of a URL.
std::string Escaped(const std::string& name) {
  std::string escaped = name;
  if (const size_t slash = escaped.find('/'); slash != std::string::npos) escaped.replace(slash, 1, "%2f");
  return escaped;
}

std::string Name(const Recipe::Npm& npm) { return "npm package " + npm.name + " " + npm.version; }

}  // namespace

Result<std::string> NpmRegistry() {
  for (const char* name : {"NPM_CONFIG_REGISTRY", "npm_config_registry"}) {
    if (const char* value = std::getenv(name); value != nullptr && *value != '\0') return WithSlash(value);
  }
  const Result<CommandOutput> output = RunCommand({.argv = {"npm", "config", "get", "registry"}});
  if (output.ok() && output->exit_status == 0) {
    const std::string url = output->standard_output.substr(0, output->standard_output.find('\n'));
    if (CheckUrl(url).empty()) return WithSlash(url);
  }
  return NotFoundError("no npm registry is known").WithHint("set NPM_CONFIG_REGISTRY to its URL, or install npm");
}

Result<Lock::Npm> ResolveNpm(const std::string& registry, const Recipe::Npm& npm) {
  Result<std::string> text = FetchText(registry + Escaped(npm.name) + "/" + npm.version);
  if (!text.ok()) return std::move(text).error().WithContext(Name(npm)).WithHint("check name and version in [[npm]]");
  return ParseNpmAnswer(*text, npm);
}

Result<Lock::Npm> ParseNpmAnswer(std::string_view text, const Recipe::Npm& npm) {
  const std::string what = Name(npm);
  const nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  if (json.is_discarded() || !json.contains("dist") || !json["dist"].is_object()) {
    return CorruptError(what + ": the registry's answer is not JSON with an object 'dist'")
        .WithHint("NPM_CONFIG_REGISTRY or npm's own configuration names the registry");
  }
  const nlohmann::json& dist = json["dist"];
  Lock::Npm locked{.name = npm.name, .version = npm.version};
  if (dist.contains("integrity") && dist["integrity"].is_string()) locked.integrity = dist["integrity"];
  if (!CheckIntegrity(locked.integrity).empty())
    return CorruptError(what + ": the registry gives no SHA-512 integrity");
  if (!npm.integrity.empty() && npm.integrity != locked.integrity) {
    return VerificationError(what + ": the registry has integrity " + locked.integrity + ", and the recipe " +
                             npm.integrity)
        .WithHint("check integrity in [[npm]]");
  }
  // The answer may name another host, but every registry has the tarball at the same path below its base.
  const std::string base = npm.name.substr(npm.name.find('/') + 1);
  locked.path = npm.name + "/-/" + base + "-" + npm.version + ".tgz";
  return locked;
}

}  // namespace hallmark
