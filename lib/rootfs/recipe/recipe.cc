// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/recipe.h"

#include <algorithm>

#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/crypto/digest.h"
#include "lib/rootfs/recipe/checks.h"
#include "lib/rootfs/recipe/toml.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

/// "4GiB" in bytes.
Result<uint64_t> ParseSize(const std::string& text) {
  size_t digits = 0;
  uint64_t number = 0;
  while (digits < text.size() && text[digits] >= '0' && text[digits] <= '9' && digits < 12) {
    number = number * 10 + static_cast<uint64_t>(text[digits++] - '0');
  }
  const std::string unit = text.substr(digits);
  const int shift = unit == "MiB" ? 20 : unit == "GiB" ? 30 : 0;
  if (digits == 0 || shift == 0 || number == 0 || number > (1ULL << 44) >> shift) {
    return UsageError("'" + text + "' is not a size as in 512MiB or 4GiB, up to 16384GiB");
  }
  return number << shift;
}

/// "70%" as 0.7.
Result<double> ParseShare(const std::string& text) {
  int percent = 0;
  const bool form = text.size() >= 2 && text.size() <= 4 && text.back() == '%' &&
                    text.find_first_not_of("0123456789") == text.size() - 1;
  if (form) percent = std::stoi(text);
  if (percent < 1 || percent > 100) return UsageError("'" + text + "' is not a share as in 70%");
  return percent / 100.0;
}

/// "0755"
Result<mode_t> ParseMode(const std::string& text) {
  const bool form = text.size() >= 3 && text.size() <= 5 && text.find_first_not_of("01234567") == std::string::npos;
  const unsigned long mode = form ? std::stoul(text, nullptr, 8) : 010000;
  if (mode > 07777) return UsageError("'" + text + "' is not a mode in octal, as in \"0755\"");
  return static_cast<mode_t>(mode);
}

/// "user:group", or "user" for both.
Result<Recipe::Owner> ParseOwner(const std::string& text) {
  const size_t colon = text.find(':');
  Recipe::Owner owner{text.substr(0, colon), colon == std::string::npos ? text : text.substr(colon + 1)};
  if (!CheckUser(owner.user).empty() || !CheckUser(owner.group).empty()) {
    return UsageError("'" + text + "' is not an owner as in \"root:root\" or \"1000:1000\"");
  }
  return owner;
}

Result<Recipe::Node::Type> ParseNodeType(const std::string& text) {
  using Type = Recipe::Node::Type;
  constexpr std::pair<std::string_view, Type> kTypes[] = {{"folder", Type::kDirectory},
                                                          {"character", Type::kCharacterDevice},
                                                          {"block", Type::kBlockDevice},
                                                          {"fifo", Type::kFifo},
                                                          {"link", Type::kSymbolicLink}};
  for (const auto& [name, type] : kTypes) {
    if (text == name) return type;
  }
  return UsageError("'" + text + "' is not directory, character, block, fifo or link");
}

std::string CheckPasswdField(const std::string& text) {
  if (text.find(':') != std::string::npos) return "has a ':' in it";
  return CheckLine(text);
}

/// Reads one file into a recipe: scalars replace what an included file said, lists go on after it.
class RecipeReader {
 public:
  RecipeReader(const fs::path& file, Recipe* recipe) : document_{file}, taker_(document_), recipe_(recipe) {}

  Result<void> Read(std::string_view text, bool may_include);

 private:
  Result<void> ReadTop(const TomlValue& top, bool may_include);
  Result<void> ReadApt(const TomlValue& table);
  Result<void> ReadNpm(const TomlValue& table);
  Result<void> ReadNpmPlace(const TomlValue& table, Recipe::Npm* npm);
  Result<void> ReadDownload(const TomlValue& table);
  Result<void> ReadPython(const TomlValue& table);
  Result<void> ReadOverlay(const TomlValue& table);
  Result<void> ReadNode(const TomlValue& table);
  Result<void> ReadUser(const TomlValue& table);
  Result<void> ReadHook(const TomlValue& table);
  Result<void> ReadBuild(const TomlValue& table);
  Result<void> ReadSystemd(const TomlValue& table);
  Result<void> ReadGuest(const TomlValue& table);
  Result<void> ReadImage(const TomlValue& table);
  Result<void> Include(const TomlValue& value);

  /// A method of this reader as what takes a value.
  TomlTake Table(Result<void> (RecipeReader::*read)(const TomlValue&)) {
    return [this, read](const TomlValue& value) { return (this->*read)(value); };
  }
  TomlTake Tables(Result<void> (RecipeReader::*read)(const TomlValue&)) { return taker_.Tables(Table(read)); }

  template <typename T, typename Out>
  TomlTake Parsed(Result<T> (*parse)(const std::string&), Out* out) const {
    return taker_.Converted([parse, out](const std::string& text) -> Result<void> {
      ASSIGN_OR_RETURN(*out, parse(text));
      return {};
    });
  }
  TomlTake Mode(mode_t* out) const { return Parsed(ParseMode, out); }
  TomlTake Owner(Recipe::Owner* out) const { return Parsed(ParseOwner, out); }
  /// A path of the builder, relative to the file that says it.
  TomlTake BuilderPath(fs::path* out) const {
    return taker_.Converted([this, out](const std::string& text) -> Result<void> {
      if (text.empty() || !CheckLine(text).empty()) return UsageError("'" + text + "' is not a path");
      *out = (document_.file.parent_path() / text).lexically_normal();
      return {};
    });
  }

  TomlDocument document_;
  TomlTaker taker_;
  Recipe* recipe_;
};

Result<void> RecipeReader::Read(std::string_view text, bool may_include) {
  ASSIGN_OR_RETURN(const TomlValue top, ParseToml(text, document_));
  return ReadTop(top, may_include);
}

Result<void> RecipeReader::ReadTop(const TomlValue& top, bool may_include) {
  // What is included comes first, wherever the key stands.
  for (const TomlValue::Member& member : top.members) {
    if (member.key != "include") continue;
    if (!may_include) return document_.At(member.position, "an included file can't include another");
    RETURN_IF_ERROR(Include(member.value));
  }
  return ReadTomlTable(document_, top, "the recipe",
                       {{"include", [](const TomlValue&) { return Result<void>(); }},
                        {"name", taker_.String(&recipe_->name, CheckName)},
                        {"version", taker_.String(&recipe_->version, CheckName)},
                        {"summary", taker_.String(&recipe_->summary, CheckLine)},
                        {"architecture", taker_.String(&recipe_->architecture, CheckArchitecture)},
                        {"hostname", taker_.String(&recipe_->hostname, CheckName)},
                        {"locale", taker_.String(&recipe_->locale, CheckName)},
                        {"timezone", taker_.String(&recipe_->timezone, CheckRelativePath)},
                        {"apt", Table(&RecipeReader::ReadApt)},
                        {"npm", Tables(&RecipeReader::ReadNpm)},
                        {"download", Tables(&RecipeReader::ReadDownload)},
                        {"python", Table(&RecipeReader::ReadPython)},
                        {"overlay", Tables(&RecipeReader::ReadOverlay)},
                        {"node", Tables(&RecipeReader::ReadNode)},
                        {"user", Tables(&RecipeReader::ReadUser)},
                        {"hook", Tables(&RecipeReader::ReadHook)},
                        {"build", Tables(&RecipeReader::ReadBuild)},
                        {"systemd", Table(&RecipeReader::ReadSystemd)},
                        {"guest", Table(&RecipeReader::ReadGuest)},
                        {"image", Table(&RecipeReader::ReadImage)}});
}

Result<void> RecipeReader::Include(const TomlValue& value) {
  std::vector<std::string> files;
  RETURN_IF_ERROR(taker_.Strings(&files, CheckLine)(value));
  for (const std::string& name : files) {
    const fs::path file = (document_.file.parent_path() / name).lexically_normal();
    auto text = ReadSmallFile(file);
    if (!text.ok()) return document_.At(value.position, text.error().message);
    RETURN_IF_ERROR(RecipeReader(file, recipe_).Read(*text, false));
  }
  return {};
}

Result<void> RecipeReader::ReadApt(const TomlValue& table) {
  Recipe::Apt& apt = recipe_->apt;
  const auto sources = taker_.Converted([&apt](const std::string& text) -> Result<void> {
    if (text != "host") return UsageError("'" + text + "' is not \"host\", the only value; or name mirrors");
    apt.host_sources = true;
    return {};
  });
  std::vector<std::string> fingerprints;
  RETURN_IF_ERROR(ReadTomlTable(document_, table, "[apt]",
                                {{"suite", taker_.String(&apt.suite, CheckName)},
                                 {"suites", taker_.Strings(&apt.suites, CheckName)},
                                 {"components", taker_.Strings(&apt.components, CheckName)},
                                 {"sources", sources},
                                 {"mirrors", taker_.Strings(&apt.mirrors, CheckUrl)},
                                 {"snapshot_mirror", taker_.String(&apt.snapshot_mirror, CheckLine)},
                                 {"snapshot", taker_.String(&apt.snapshot, CheckSnapshotTime)},
                                 {"keyring", BuilderPath(&apt.keyring)},
                                 {"fingerprints", taker_.Strings(&fingerprints, CheckFingerprint)},
                                 {"packages", taker_.Strings(&apt.packages, CheckPackageRequest)},
                                 {"recommends", taker_.Boolean(&apt.recommends)}}));
  for (std::string& fingerprint : fingerprints) {
    std::erase(fingerprint, ' ');
    std::transform(fingerprint.begin(), fingerprint.end(), fingerprint.begin(),
                   [](char c) { return c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c; });
    apt.fingerprints.push_back(std::move(fingerprint));
  }
  if (apt.host_sources && !apt.mirrors.empty()) {
    return document_.At(table.position, "sources = \"host\" and mirrors exclude each other in [apt]");
  }
  if (!apt.mirrors.empty() && apt.keyring.empty()) {
    return document_.At(table.position, "mirrors need a keyring in [apt]");
  }
  if (!apt.snapshot.empty() && apt.snapshot_mirror.empty()) {
    return document_.At(table.position, "snapshot needs a snapshot_mirror in [apt]");
  }
  return {};
}

Result<void> RecipeReader::ReadNpm(const TomlValue& table) {
  Recipe::Npm npm;
  const auto place = [this, &npm](const TomlValue& value) { return ReadNpmPlace(value, &npm); };
  RETURN_IF_ERROR(ReadTomlTable(document_, table, "[[npm]]",
                                {{"name", taker_.String(&npm.name, CheckNpmName), true},
                                 {"version", taker_.String(&npm.version, CheckNpmVersion), true},
                                 {"integrity", taker_.String(&npm.integrity, CheckIntegrity)},
                                 {"place", taker_.Tables(place), true}}));
  recipe_->npm.push_back(std::move(npm));
  return {};
}

Result<void> RecipeReader::ReadNpmPlace(const TomlValue& table, Recipe::Npm* npm) {
  Recipe::NpmPlace place;
  RETURN_IF_ERROR(ReadTomlTable(document_, table, "place of [[npm]]",
                                {{"member", taker_.String(&place.member, CheckRelativePath), true},
                                 {"path", taker_.String(&place.path, CheckTreePath), true},
                                 {"mode", Mode(&place.mode)},
                                 {"owner", Owner(&place.owner)}}));
  npm->places.push_back(std::move(place));
  return {};
}

Result<void> RecipeReader::ReadDownload(const TomlValue& table) {
  Recipe::Download download;
  RETURN_IF_ERROR(ReadTomlTable(document_, table, "[[download]]",
                                {{"url", taker_.String(&download.url, CheckUrl), true},
                                 {"sha256", taker_.String(&download.sha256, CheckSha256), true},
                                 {"path", taker_.String(&download.path, CheckTreePath), true},
                                 {"mode", Mode(&download.mode)},
                                 {"owner", Owner(&download.owner)}}));
  recipe_->downloads.push_back(std::move(download));
  return {};
}

Result<void> RecipeReader::ReadPython(const TomlValue& table) {
  return ReadTomlTable(document_, table, "[python]",
                       {{"requirements", BuilderPath(&recipe_->python.requirements), true},
                        {"interpreter", taker_.String(&recipe_->python.interpreter, CheckTreePath)}});
}

Result<void> RecipeReader::ReadOverlay(const TomlValue& table) {
  Recipe::Overlay overlay;
  // The root of the tree is a good place for a directory, and "/" is not a CheckTreePath.
  const auto check = [](const std::string& path) { return path == "/" ? "" : CheckTreePath(path); };
  RETURN_IF_ERROR(ReadTomlTable(document_, table, "[[overlay]]",
                                {{"source", BuilderPath(&overlay.source), true},
                                 {"path", taker_.String(&overlay.path, check), true},
                                 {"mode", Parsed(ParseMode, &overlay.mode)},
                                 {"owner", Owner(&overlay.owner)}}));
  recipe_->overlays.push_back(std::move(overlay));
  return {};
}

Result<void> RecipeReader::ReadNode(const TomlValue& table) {
  using Type = Recipe::Node::Type;
  constexpr uint64_t kMaxMajor = 4095;  // 12 and 20 bits: linux/kdev_t.h
  constexpr uint64_t kMaxMinor = (1 << 20) - 1;
  Recipe::Node node;
  uint64_t major = 0;
  uint64_t minor = 0;
  RETURN_IF_ERROR(ReadTomlTable(document_, table, "[[node]]",
                                {{"type", Parsed(ParseNodeType, &node.type)},
                                 {"path", taker_.String(&node.path, CheckTreePath), true},
                                 {"mode", Mode(&node.mode)},
                                 {"owner", Owner(&node.owner)},
                                 {"major", taker_.Integer(&major, 0, kMaxMajor)},
                                 {"minor", taker_.Integer(&minor, 0, kMaxMinor)},
                                 {"target", taker_.String(&node.target, CheckLine)}}));
  if ((node.type == Type::kSymbolicLink) == node.target.empty()) {
    return document_.At(table.position, "a [[node]] has a target if it is a link, and only then");
  }
  node.major = static_cast<uint32_t>(major);
  node.minor = static_cast<uint32_t>(minor);
  recipe_->nodes.push_back(std::move(node));
  return {};
}

Result<void> RecipeReader::ReadUser(const TomlValue& table) {
  constexpr uint64_t kMaxUid = 65533;  // 65534 is nobody
  Recipe::User user;
  uint64_t uid = 0;
  RETURN_IF_ERROR(ReadTomlTable(document_, table, "[[user]]",
                                {{"name", taker_.String(&user.name, CheckUser), true},
                                 {"uid", taker_.Integer(&uid, 1, kMaxUid), true},
                                 {"groups", taker_.Strings(&user.groups, CheckUser)},
                                 {"home", taker_.String(&user.home, CheckTreePath)},
                                 {"shell", taker_.String(&user.shell, CheckTreePath)},
                                 {"gecos", taker_.String(&user.gecos, CheckPasswdField)}}));
  user.uid = static_cast<uint32_t>(uid);
  if (user.home.empty()) user.home = "/home/" + user.name;
  if (user.shell.empty()) user.shell = "/bin/bash";
  recipe_->users.push_back(std::move(user));
  return {};
}

Result<void> RecipeReader::ReadHook(const TomlValue& table) {
  Recipe::Hook hook;
  RETURN_IF_ERROR(ReadTomlTable(
      document_, table, "[[hook]]",
      {{"script", BuilderPath(&hook.script), true}, {"arguments", taker_.Strings(&hook.arguments, CheckLine)}}));
  recipe_->hooks.push_back(std::move(hook));
  return {};
}

Result<void> RecipeReader::ReadBuild(const TomlValue& table) {
  Recipe::Build build;
  RETURN_IF_ERROR(ReadTomlTable(document_, table, "[[build]]",
                                {{"script", BuilderPath(&build.script), true},
                                 {"path", taker_.String(&build.path, CheckTreePath), true},
                                 {"owner", Owner(&build.owner)}}));
  recipe_->builds.push_back(std::move(build));
  return {};
}

Result<void> RecipeReader::ReadSystemd(const TomlValue& table) {
  Recipe::Systemd& systemd = recipe_->systemd;
  return ReadTomlTable(document_, table, "[systemd]",
                       {{"enable", taker_.Strings(&systemd.enable, CheckName)},
                        {"disable", taker_.Strings(&systemd.disable, CheckName)},
                        {"mask", taker_.Strings(&systemd.mask, CheckName)},
                        {"default_target", taker_.String(&systemd.default_target, CheckName)}});
}

Result<void> RecipeReader::ReadGuest(const TomlValue& table) {
  return ReadTomlTable(document_, table, "[guest]",
                       {{"programs", taker_.Strings(&recipe_->guest.programs, CheckName)}});
}

Result<void> RecipeReader::ReadImage(const TomlValue& table) {
  Recipe::Image& image = recipe_->image;
  return ReadTomlTable(document_, table, "[image]",
                       {{"size", Parsed(ParseSize, &image.size)},
                        {"max_used", Parsed(ParseShare, &image.max_used)},
                        {"verity", taker_.Boolean(&image.verity)},
                        {"sha1", taker_.Boolean(&image.sha1)},
                        {"session_size", Parsed(ParseSize, &image.session_size)},
                        {"kernel_arguments", taker_.String(&image.kernel_arguments, CheckLine)}});
}

/// What a recipe can't be without, included files read; and what follows from the rest.
Result<void> Complete(const TomlDocument& document, Recipe* recipe) {
  const Recipe::Apt& apt = recipe->apt;
  const std::pair<bool, std::string_view> needs[] = {
      {!recipe->name.empty(), "'name'"},
      {!recipe->version.empty(), "'version'"},
      {!recipe->architecture.empty(), "'architecture'"},
      {!apt.suite.empty(), "'suite' of [apt]"},
      {apt.host_sources || !apt.mirrors.empty(), "'mirrors' of [apt], or sources = \"host\","},
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
  RETURN_IF_ERROR(RecipeReader(file, &recipe).Read(text, true));
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
