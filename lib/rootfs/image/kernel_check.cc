// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/kernel_check.h"

#include <algorithm>
#include <set>

#include "lib/rootfs/image/kernel_modules.h"

namespace hallmark {
namespace {

constexpr uint64_t kMaxConfigSize = 4 << 20;  // Debian's: 0.3 MiB

/// "y", "m", or "" if the option is not set.
std::string ValueOf(const KernelConfig& config, const std::string& option) {
  const auto found = config.find(option);
  return found == config.end() ? std::string() : found->second;
}

/// What is wrong with an option's value; empty if nothing is.
std::string CheckValue(const KernelConfig& config, const KernelRequirement& requirement) {
  const std::string value = ValueOf(config, requirement.option);
  if (value == "y" || (value == "m" && requirement.may_be_module)) return {};
  return value == "m" ? "is a module, and has to be built in" : "is not set in the kernel's configuration";
}

std::set<std::string> ModulesOf(const FileTree& tree) {
  std::set<std::string> modules;
  tree.Walk([&](const std::string& path, FileTree::Index) {
    if (path.find(".ko") != std::string::npos) modules.insert(ModuleName(path));
  });
  return modules;
}

}  // namespace

bool KernelReport::ok() const {
  return std::all_of(problems.begin(), problems.end(), [](const KernelProblem& p) { return p.requirement.optional; });
}

std::string Describe(const KernelProblem& problem) {
  const KernelRequirement& requirement = problem.requirement;
  return requirement.option + " " + problem.what + ", for " + WhatNeeds(requirement) + ": " + requirement.reason;
}

Result<KernelReport> CheckKernelConfig(const KernelConfig& config) {
  KernelReport report;
  ASSIGN_OR_RETURN(report.architecture, ArchitectureOf(config));
  ASSIGN_OR_RETURN(const auto requirements, KernelRequirements(report.architecture));
  report.checked = requirements.size();
  for (const KernelRequirement& requirement : requirements) {
    std::string wrong = CheckValue(config, requirement);
    if (!wrong.empty()) report.problems.push_back({requirement, std::move(wrong)});
  }
  return report;
}

std::vector<std::string> KernelCheckFiles(const FileTree& rootfs, const std::string& version) {
  std::vector<std::string> files;
  for (const std::string& file :
       {"/boot/config-" + version, "/usr/lib/modules/" + version + "/modules.dep",
        "/usr/lib/modules/" + version + "/modules.builtin", "/lib/modules/" + version + "/modules.dep",
        "/lib/modules/" + version + "/modules.builtin"}) {
    if (rootfs.Contains(file)) files.push_back(file);
  }
  return files;
}

Result<KernelReport> CheckKernel(const FileTree& rootfs, const FileTree& initramfs) {
  ASSIGN_OR_RETURN(const std::string version, KernelVersion(rootfs));
  auto text = rootfs.ReadFile("/boot/config-" + version, kMaxConfigSize);
  if (!text.ok()) return std::move(text).error().WithContext("looking for the kernel's configuration");
  ASSIGN_OR_RETURN(const KernelConfig config, ParseKernelConfig(*text));
  ASSIGN_OR_RETURN(KernelReport report, CheckKernelConfig(config));
  report.version = version;
  ASSIGN_OR_RETURN(const ModuleIndex index, ModuleIndex::Read(rootfs, version));
  ASSIGN_OR_RETURN(const auto requirements, KernelRequirements(report.architecture));
  const std::set<std::string> early = ModulesOf(initramfs);
  for (const KernelRequirement& requirement : requirements) {
    const std::string& module = requirement.module;
    if (ValueOf(config, requirement.option) != "m" || !requirement.may_be_module) continue;
    if (!index.IsModule(module)) {
      report.problems.push_back({requirement, "is a module, " + module + ", that is not in the root"});
    } else if (requirement.in_initramfs && !early.contains(module)) {
      report.problems.push_back({requirement, "is a module, " + module + ", that is not in the initramfs"});
    }
  }
  return report;
}

}  // namespace hallmark
