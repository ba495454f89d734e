// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/recipe/recipe_reader.h"

#include "lib/base/file.h"
#include "lib/rootfs/recipe/checks.h"
#include "lib/rootfs/recipe/recipe_values.h"
#include "lib/rootfs/recipe/toml.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

/// Reads one file into a recipe; see ReadRecipeText.
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

  /// Makes a TomlTake from a method of this reader.
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
  /// A path on the builder, relative to the file that has it.
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
  // Included files are read first, wherever the key stands.
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
    if (text != "host") return UsageError("'" + text + "' is not \"host\", the only value of sources");
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
  for (const std::string& fingerprint : fingerprints) apt.fingerprints.push_back(PlainFingerprint(fingerprint));
  if (apt.host_sources && !apt.mirrors.empty()) {
    return document_.At(table.position, "sources = \"host\" and mirrors of [apt] exclude each other");
  }
  if (!apt.mirrors.empty() && apt.keyring.empty()) {
    return document_.At(table.position, "mirrors of [apt] require a keyring");
  }
  if (!apt.snapshot.empty() && apt.snapshot_mirror.empty()) {
    return document_.At(table.position, "snapshot of [apt] requires a snapshot_mirror");
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
  // The root of the tree is allowed here, but CheckTreePath refuses "/".
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
  if (node.type == Type::kSymbolicLink && node.target.empty()) {
    return document_.At(table.position, "a [[node]] of type \"link\" requires a target");
  }
  if (node.type != Type::kSymbolicLink && !node.target.empty()) {
    return document_.At(table.position, "target is a key of a [[node]] of type \"link\" alone");
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

}  // namespace

Result<void> ReadRecipeText(std::string_view text, const fs::path& file, Recipe* recipe) {
  return RecipeReader(file, recipe).Read(text, true);
}

}  // namespace hallmark
