// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/lock.h"

#include <set>

#include "lib/base/file.h"
#include "lib/rootfs/recipe/checks.h"
#include "lib/rootfs/recipe/recipe.h"
#include "lib/rootfs/recipe/toml.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kFormat = 1;
constexpr uint64_t kMaxPackageSize = 1ULL << 40;
constexpr uint64_t kMaxEpoch = 253402300799;  // the end of the year 9999

/// Writes `{ key = "value", ... }`: one line of the lock.
class LineWriter {
 public:
  LineWriter& Text(std::string_view key, std::string_view value) { return Raw(key, QuoteToml(value)); }
  LineWriter& Raw(std::string_view key, std::string_view value) {
    if (!line_.empty()) line_ += ", ";
    line_.append(key).append(" = ").append(value);
    return *this;
  }
  [[nodiscard]] std::string Finish() const { return "  { " + line_ + " },\n"; }

 private:
  std::string line_;
};

template <typename T>
void AppendList(std::string* text, std::string_view key, const std::vector<T>& items,
                std::string (*format)(const T& item)) {
  if (items.empty()) return;
  text->append("\n").append(key).append(" = [\n");
  for (const T& item : items) text->append(format(item));
  text->append("]\n");
}

std::string FormatRelease(const Lock::Release& release) {
  return LineWriter()
      .Text("suite", release.suite)
      .Text("origin", release.origin)
      .Text("date", release.date)
      .Text("sha256", release.sha256)
      .Text("fingerprint", release.fingerprint)
      .Finish();
}

std::string FormatPackage(const Lock::Package& package) {
  LineWriter line;
  line.Text("name", package.name)
      .Text("version", package.version)
      .Text("architecture", package.architecture)
      .Text("suite", package.suite)
      .Raw("size", std::to_string(package.size))
      .Text("sha256", package.sha256)
      .Text("path", package.path);
  if (package.essential) line.Raw("essential", "true");
  return line.Finish();
}

std::string FormatName(const std::string& name) { return "  " + QuoteToml(name) + ",\n"; }

std::string FormatNpm(const Lock::Npm& npm) {
  return LineWriter()
      .Text("name", npm.name)
      .Text("version", npm.version)
      .Text("integrity", npm.integrity)
      .Text("path", npm.path)
      .Finish();
}

std::string FormatDownload(const Lock::Download& download) {
  return LineWriter().Text("url", download.url).Text("sha256", download.sha256).Finish();
}

std::string FormatPython(const Lock::Python& python) {
  return LineWriter()
      .Text("name", python.name)
      .Text("version", python.version)
      .Text("file", python.file)
      .Text("sha256", python.sha256)
      .Finish();
}

/// Reads the parts of a lock; see LockReader::Read for the whole.
class LockReader {
 public:
  explicit LockReader(const fs::path& file) : document_{file, ErrorKind::kCorrupt}, taker_(document_) {}

  Result<Lock> Read(std::string_view text);

 private:
  Result<void> ReadRelease(const TomlValue& table);
  Result<void> ReadPackage(const TomlValue& table);
  Result<void> ReadNpm(const TomlValue& table);
  Result<void> ReadDownload(const TomlValue& table);
  Result<void> ReadPython(const TomlValue& table);
  Result<void> CheckOrder() const;

  TomlTake Tables(Result<void> (LockReader::*read)(const TomlValue&)) {
    return taker_.Tables([this, read](const TomlValue& value) { return (this->*read)(value); });
  }

  /// The version of the format, which must be ours.
  [[nodiscard]] TomlTake Format() const {
    return [this](const TomlValue& value) -> Result<void> {
      RETURN_IF_ERROR(taker_.Expect(value, TomlValue::Type::kInteger));
      if (value.integer == kFormat) return {};
      return document_
          .At(value.position,
              "lock_format is " + std::to_string(value.integer) + ", and this program reads " + std::to_string(kFormat))
          .WithHint("hallmark lock --update makes the lock anew");
    };
  }

  TomlDocument document_;
  TomlTaker taker_;
  Lock lock_;
};

Result<Lock> LockReader::Read(std::string_view text) {
  ASSIGN_OR_RETURN(const TomlValue top, ParseToml(text, document_));
  RETURN_IF_ERROR(ReadTomlTable(document_, top, "the lock",
                                {{"lock_format", Format(), true},
                                 {"recipe", taker_.String(&lock_.recipe, CheckName), true},
                                 {"recipe_digest", taker_.String(&lock_.recipe_digest, CheckSha256), true},
                                 {"architecture", taker_.String(&lock_.architecture, CheckArchitecture), true},
                                 {"source_date_epoch", taker_.Integer(&lock_.source_date_epoch, 0, kMaxEpoch), true},
                                 {"releases", Tables(&LockReader::ReadRelease)},
                                 {"packages", Tables(&LockReader::ReadPackage)},
                                 {"configure_order", taker_.Strings(&lock_.configure_order, CheckPackageName)},
                                 {"npm", Tables(&LockReader::ReadNpm)},
                                 {"downloads", Tables(&LockReader::ReadDownload)},
                                 {"python", Tables(&LockReader::ReadPython)}}));
  RETURN_IF_ERROR(CheckOrder());
  return std::move(lock_);
}

Result<void> LockReader::ReadRelease(const TomlValue& table) {
  Lock::Release release;
  RETURN_IF_ERROR(ReadTomlTable(document_, table, "releases",
                                {{"suite", taker_.String(&release.suite, CheckName), true},
                                 {"origin", taker_.String(&release.origin, CheckLine), true},
                                 {"date", taker_.String(&release.date, CheckLine), true},
                                 {"sha256", taker_.String(&release.sha256, CheckSha256), true},
                                 {"fingerprint", taker_.String(&release.fingerprint, CheckFingerprint), true}}));
  lock_.releases.push_back(std::move(release));
  return {};
}

Result<void> LockReader::ReadPackage(const TomlValue& table) {
  const auto check_architecture = [](const std::string& text) { return text == "all" ? "" : CheckArchitecture(text); };
  Lock::Package package;
  RETURN_IF_ERROR(ReadTomlTable(document_, table, "packages",
                                {{"name", taker_.String(&package.name, CheckPackageName), true},
                                 {"version", taker_.String(&package.version, CheckPackageVersion), true},
                                 {"architecture", taker_.String(&package.architecture, check_architecture), true},
                                 {"suite", taker_.String(&package.suite, CheckName), true},
                                 {"size", taker_.Integer(&package.size, 1, kMaxPackageSize), true},
                                 {"sha256", taker_.String(&package.sha256, CheckSha256), true},
                                 {"path", taker_.String(&package.path, CheckRelativePath), true},
                                 {"essential", taker_.Boolean(&package.essential)}}));
  lock_.packages.push_back(std::move(package));
  return {};
}

Result<void> LockReader::ReadNpm(const TomlValue& table) {
  Lock::Npm npm;
  RETURN_IF_ERROR(ReadTomlTable(document_, table, "npm",
                                {{"name", taker_.String(&npm.name, CheckNpmName), true},
                                 {"version", taker_.String(&npm.version, CheckNpmVersion), true},
                                 {"integrity", taker_.String(&npm.integrity, CheckIntegrity), true},
                                 {"path", taker_.String(&npm.path, CheckRelativePath), true}}));
  lock_.npm.push_back(std::move(npm));
  return {};
}

Result<void> LockReader::ReadDownload(const TomlValue& table) {
  Lock::Download download;
  RETURN_IF_ERROR(ReadTomlTable(document_, table, "downloads",
                                {{"url", taker_.String(&download.url, CheckUrl), true},
                                 {"sha256", taker_.String(&download.sha256, CheckSha256), true}}));
  lock_.downloads.push_back(std::move(download));
  return {};
}

Result<void> LockReader::ReadPython(const TomlValue& table) {
  Lock::Python python;
  RETURN_IF_ERROR(ReadTomlTable(document_, table, "python",
                                {{"name", taker_.String(&python.name, CheckName), true},
                                 {"version", taker_.String(&python.version, CheckName), true},
                                 {"file", taker_.String(&python.file, CheckFileName), true},
                                 {"sha256", taker_.String(&python.sha256, CheckSha256), true}}));
  lock_.python.push_back(std::move(python));
  return {};
}

/// Checks that every package is listed once in packages and once in configure_order.
Result<void> LockReader::CheckOrder() const {
  std::set<std::string_view> packages;
  for (const Lock::Package& package : lock_.packages) {
    if (!packages.insert(package.name).second) return document_.At({}, "packages has " + package.name + " twice");
  }
  std::set<std::string_view> ordered;
  for (const std::string& name : lock_.configure_order) {
    if (!packages.contains(name)) return document_.At({}, "configure_order has " + name + ", which packages lacks");
    if (!ordered.insert(name).second) return document_.At({}, "configure_order has " + name + " twice");
  }
  for (const std::string_view name : packages) {
    if (!ordered.contains(name)) return document_.At({}, "configure_order lacks " + std::string(name));
  }
  return {};
}

}  // namespace

Result<Lock> ParseLock(std::string_view text, const fs::path& file) { return LockReader(file).Read(text); }

std::string FormatLock(const Lock& lock) {
  std::string text =
      "# Made by hallmark lock; see hallmark-lock(5). Packages stand in the order in which they are unpacked.\n";
  text += "lock_format = " + std::to_string(kFormat) + "\n";
  text += "recipe = " + QuoteToml(lock.recipe) + "\n";
  text += "recipe_digest = " + QuoteToml(lock.recipe_digest) + "\n";
  text += "architecture = " + QuoteToml(lock.architecture) + "\n";
  text += "source_date_epoch = " + std::to_string(lock.source_date_epoch) + "\n";
  AppendList(&text, "releases", lock.releases, FormatRelease);
  AppendList(&text, "packages", lock.packages, FormatPackage);
  AppendList(&text, "configure_order", lock.configure_order, FormatName);
  AppendList(&text, "npm", lock.npm, FormatNpm);
  AppendList(&text, "downloads", lock.downloads, FormatDownload);
  AppendList(&text, "python", lock.python, FormatPython);
  return text;
}

Result<Lock> LoadLock(const Recipe& recipe, const fs::path& file) {
  const std::string make_it = "hallmark lock " + recipe.directory.string();
  auto text = ReadSmallFile(file);
  if (!text.ok() && text.error().kind == ErrorKind::kNotFound) {
    return NotFoundError("recipe " + recipe.name + " has no lock: " + file.string() + " does not exist")
        .WithHint(make_it + " makes it");
  }
  if (!text.ok()) return std::move(text).error();
  ASSIGN_OR_RETURN(Lock lock, ParseLock(*text, file));
  ASSIGN_OR_RETURN(const std::string digest, RecipeLockDigest(recipe));
  if (lock.recipe != recipe.name || lock.recipe_digest != digest) {
    return UsageError(file.string() + ": made from another state of " + recipe.file.string())
        .WithHint(make_it + " --update makes it anew and shows what changes");
  }
  return lock;
}

}  // namespace hallmark
