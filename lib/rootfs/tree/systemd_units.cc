// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/systemd_units.h"

#include <array>
#include <set>
#include <string>
#include <vector>

#include "lib/base/text.h"

namespace hallmark {
namespace {

const std::string kAdministrator = "/etc/systemd/system";
constexpr std::array kUnitDirectories = {"/etc/systemd/system", "/usr/lib/systemd/system", "/lib/systemd/system"};

/// What the [Install] section of a unit says.
struct Install {
  std::vector<std::string> wanted_by;
  std::vector<std::string> required_by;
  std::vector<std::string> aliases;
  std::vector<std::string> also;
  std::string default_instance;
};

Install ParseInstall(std::string_view unit) {
  Install install;
  bool within = false;
  while (const auto taken = TakeLine(unit)) {
    const std::string_view line = *taken;
    if (line.starts_with("[")) within = line.starts_with("[Install]");
    const size_t equals = line.find('=');
    if (!within || equals == std::string_view::npos || line.starts_with("#") || line.starts_with(";")) continue;
    const std::string_view key = Trimmed(line.substr(0, equals));
    const std::vector<std::string> values = Words(line.substr(equals + 1));
    const auto append = [&values](std::vector<std::string>& list) {
      list.insert(list.end(), values.begin(), values.end());
    };
    if (key == "WantedBy") append(install.wanted_by);
    if (key == "RequiredBy") append(install.required_by);
    if (key == "Alias") append(install.aliases);
    if (key == "Also") append(install.also);
    if (key == "DefaultInstance" && !values.empty()) install.default_instance = values.front();
  }
  return install;
}

/// "name@instance.service" as "name@.service"; the same string if it is no instance.
std::string TemplateOf(const std::string& unit) {
  const size_t at = unit.find('@');
  const size_t dot = unit.rfind('.');
  if (at == std::string::npos || dot == std::string::npos || dot < at) return unit;
  return unit.substr(0, at + 1) + unit.substr(dot);
}

/// The path of a unit's file; for an instance, the path of its template.
Result<std::string> FindUnit(const TreeDirectory& tree, const std::string& unit) {
  for (const std::string& name : {unit, TemplateOf(unit)}) {
    for (const std::string directory : kUnitDirectories) {
      const std::string path = directory + "/" + name;
      if (tree.Exists(path) && tree.ReadLink(path) != "/dev/null") return path;
    }
  }
  return UsageError("[systemd]: the image has no unit " + unit);
}

Result<void> Enable(const TreeDirectory& tree, std::string unit, std::set<std::string>* done) {
  if (!done->insert(unit).second) return {};
  ASSIGN_OR_RETURN(const std::string path, FindUnit(tree, unit));
  ASSIGN_OR_RETURN(const std::string text, tree.Read(path));
  const Install install = ParseInstall(text);
  if (install.wanted_by.empty() && install.required_by.empty() && install.aliases.empty() && install.also.empty()) {
    return UsageError("[systemd]: unit " + unit + " has no [Install] section that says what pulls it in")
        .WithHint("a unit that others pull in requires no enabling");
  }
  if (unit == TemplateOf(unit) && unit.find('@') != std::string::npos && !install.default_instance.empty()) {
    unit.insert(unit.find('@') + 1, install.default_instance);
  }
  const auto link = [&](const std::string& directory, const std::string& name) -> Result<void> {
    return tree.SymbolicLink(kAdministrator + "/" + directory + name, path, {});
  };
  for (const std::string& target : install.wanted_by) RETURN_IF_ERROR(link(target + ".wants/", unit));
  for (const std::string& target : install.required_by) RETURN_IF_ERROR(link(target + ".requires/", unit));
  for (const std::string& alias : install.aliases) {
    if (alias != unit) RETURN_IF_ERROR(link("", alias));
  }
  for (const std::string& other : install.also) RETURN_IF_ERROR(Enable(tree, other, done));
  return {};
}

/// Removes every link that enabling the unit makes.
Result<void> Disable(const TreeDirectory& tree, const std::string& unit) {
  RETURN_IF_ERROR(FindUnit(tree, unit));
  const auto names_unit = [&](const std::string& path) {
    const std::string target = tree.ReadLink(path);
    return !target.empty() && (target.ends_with("/" + unit) || target.ends_with("/" + TemplateOf(unit)));
  };
  for (const std::string& name : tree.List(kAdministrator)) {
    const std::string path = kAdministrator + "/" + name;
    if (names_unit(path)) RETURN_IF_ERROR(tree.Remove(path));
    if (!name.ends_with(".wants") && !name.ends_with(".requires")) continue;
    for (const std::string& member : tree.List(path)) {
      if (member == unit && names_unit(path + "/" + member)) RETURN_IF_ERROR(tree.Remove(path + "/" + member));
    }
  }
  return {};
}

}  // namespace

Result<void> ApplySystemd(const TreeDirectory& tree, const Recipe::Systemd& systemd) {
  std::set<std::string> enabled;
  for (const std::string& unit : systemd.disable) RETURN_IF_ERROR(Disable(tree, unit));
  for (const std::string& unit : systemd.enable) RETURN_IF_ERROR(Enable(tree, unit, &enabled));
  for (const std::string& unit : systemd.mask) {
    RETURN_IF_ERROR(tree.SymbolicLink(kAdministrator + "/" + unit, "/dev/null", {}));
  }
  if (systemd.default_target.empty()) return {};
  ASSIGN_OR_RETURN(const std::string path, FindUnit(tree, systemd.default_target));
  return tree.SymbolicLink(kAdministrator + "/default.target", path, {});
}

}  // namespace hallmark
