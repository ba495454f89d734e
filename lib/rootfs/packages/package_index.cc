// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/package_index.h"

#include <algorithm>
#include <charconv>
#include <set>

#include "lib/base/printable.h"
#include "lib/rootfs/packages/deb822.h"
#include "lib/rootfs/recipe/checks.h"

namespace hallmark {
namespace {

/// Parses "libc6 (>= 2.34) | libc6-udeb, bash:any" into names.
std::vector<std::vector<std::string>> ParseDepends(std::string_view text) {
  std::vector<std::vector<std::string>> groups;
  std::vector<std::string> group;
  std::string name;
  bool in_name = true;
  const auto finish_name = [&] {
    if (!name.empty()) group.push_back(std::move(name));
    name.clear();
    in_name = true;
  };
  const auto finish_group = [&] {
    finish_name();
    if (!group.empty()) groups.push_back(std::move(group));
    group.clear();
  };
  for (const char c : text) {
    if (c == ',') {
      finish_group();
    } else if (c == '|') {
      finish_name();
    } else if (c == ' ' || c == '\n') {
      in_name = in_name && name.empty();
    } else if (c == '(' || c == ':' || c == '[') {
      in_name = false;
    } else if (in_name) {
      name.push_back(c);
    }
  }
  finish_group();
  return groups;
}

Result<IndexedPackage> ToPackage(const Deb822Paragraph& paragraph, const std::string& suite) {
  IndexedPackage package{.name = std::string(paragraph.Get("Package")),
                         .version = std::string(paragraph.Get("Version")),
                         .architecture = std::string(paragraph.Get("Architecture")),
                         .sha256 = std::string(paragraph.Get("SHA256")),
                         .path = std::string(paragraph.Get("Filename")),
                         .essential = paragraph.Get("Essential") == "yes",
                         .suite = suite,
                         .depends = ParseDepends(paragraph.Get("Pre-Depends"))};
  for (auto& group : ParseDepends(paragraph.Get("Depends"))) package.depends.push_back(std::move(group));
  for (auto& group : ParseDepends(paragraph.Get("Provides"))) package.provides.push_back(std::move(group.front()));
  const std::string_view size = paragraph.Get("Size");
  const auto [end, error] = std::from_chars(size.data(), size.data() + size.size(), package.size);
  if (size.empty()) return CorruptError("package " + package.name + " has no Size");
  if (error != std::errc() || end != size.data() + size.size()) {
    return CorruptError("package " + package.name + ": Size '" + Printable(size) + "' is not a number of bytes");
  }
  if (std::string wrong = CheckSha256(package.sha256); !wrong.empty()) {
    return CorruptError("package " + package.name + ": SHA256 '" + Printable(package.sha256) + "' " + wrong)
        .WithHint("its archive must sign SHA-256 digests");
  }
  if (package.path.starts_with("./")) package.path.erase(0, 2);
  if (std::string wrong = CheckRelativePath(package.path); !wrong.empty()) {
    return CorruptError("package " + package.name + ": Filename '" + Printable(package.path) + "' " + wrong);
  }
  return package;
}

}  // namespace

Result<void> PackageIndex::Add(std::string_view text, const std::string& suite, const std::set<Key>& wanted) {
  std::optional<Error> failure;
  ForEachParagraph(text, [&](const Deb822Paragraph& paragraph) {
    Key key(paragraph.Get("Package"), paragraph.Get("Version"));
    if (failure || !wanted.contains(key) || packages_.contains(key)) return;
    Result<IndexedPackage> package = ToPackage(paragraph, suite);
    if (!package.ok()) {
      failure = std::move(package).error();
    } else {
      packages_.emplace(std::move(key), *std::move(package));
    }
  });
  if (failure) return *std::move(failure);
  return {};
}

const IndexedPackage* PackageIndex::Find(const std::string& name, const std::string& version) const {
  const auto found = packages_.find({name, version});
  return found == packages_.end() ? nullptr : &found->second;
}

std::vector<std::string> EssentialClosure(const std::vector<const IndexedPackage*>& packages) {
  std::map<std::string, const IndexedPackage*> providers;
  for (const IndexedPackage* package : packages) {
    for (const std::string& name : package->provides) providers.emplace(name, package);
  }
  for (const IndexedPackage* package : packages) providers[package->name] = package;

  std::set<std::string> closure;
  std::vector<const IndexedPackage*> open;
  const auto add = [&](const IndexedPackage* package) {
    if (closure.insert(package->name).second) open.push_back(package);
  };
  for (const IndexedPackage* package : packages) {
    if (package->essential) add(package);
  }
  while (!open.empty()) {
    const IndexedPackage* package = open.back();
    open.pop_back();
    for (const std::vector<std::string>& group : package->depends) {
      const auto present =
          std::find_if(group.begin(), group.end(), [&](const std::string& n) { return providers.contains(n); });
      if (present != group.end()) add(providers.at(*present));
    }
  }
  return {closure.begin(), closure.end()};
}

}  // namespace hallmark
