// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/additions.h"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/archive/member.h"
#include "lib/base/bytes.h"
#include "lib/base/file.h"
#include "lib/base/subprocess.h"
#include "lib/rootfs/tree/namespace.h"
#include "lib/rootfs/tree/systemd_units.h"
#include "lib/rootfs/tree/tree_directory.h"
#include "lib/rootfs/tree/users.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kSecondsPerDay = 86400;

/// Applies the additions of one recipe to one tree; see ApplyAdditions.
class Additions {
 public:
  Additions(const Recipe& recipe, const Lock& lock, const Cache& cache, const fs::path& directory, TreeDirectory tree,
            UserDatabase users)
      : recipe_(recipe),
        lock_(lock),
        cache_(cache),
        directory_(directory),
        tree_(std::move(tree)),
        users_(std::move(users)) {}

  Result<void> AddUsers();
  Result<void> NameMachine();
  Result<void> PlaceNpm();
  Result<void> PlaceDownloads();
  Result<void> RunBuilds(const fs::path& scratch);
  Result<void> PlaceOverlays();
  Result<void> MakeNodes();
  Result<void> ApplyUnits() { return ApplySystemd(tree_, recipe_.systemd); }
  Result<void> RunHooks(Progress& progress);

 private:
  Result<void> MakeHome(const Recipe::User& user);
  Result<void> CopyTree(const fs::path& source, const std::string& path, std::optional<mode_t> mode,
                        const Recipe::Owner& owner);

  const Recipe& recipe_;
  const Lock& lock_;
  const Cache& cache_;
  const fs::path& directory_;
  TreeDirectory tree_;
  UserDatabase users_;
};

/// The path of `name` in `directory`, which may be "/".
std::string Below(const std::string& directory, const std::string& name) {
  return directory == "/" ? "/" + name : directory + "/" + name;
}

Result<void> Additions::AddUsers() {
  const uint64_t day = lock_.source_date_epoch / kSecondsPerDay;
  users_.SetPasswordDays(day);
  for (const Recipe::User& user : recipe_.users) RETURN_IF_ERROR(users_.AddUser(user, day));
  RETURN_IF_ERROR(users_.Store(tree_));
  for (const Recipe::User& user : recipe_.users) RETURN_IF_ERROR(MakeHome(user));
  return {};
}

Result<void> Additions::MakeHome(const Recipe::User& user) {
  constexpr mode_t kHomeMode = 0750;
  const Ownership owner{user.uid, user.uid, kHomeMode};
  RETURN_IF_ERROR(tree_.MakeDirectory(user.home, owner));
  for (const std::string& name : tree_.List("/etc/skel")) {
    const Result<std::string> content = tree_.Read("/etc/skel/" + name);
    if (!content.ok()) continue;  // a directory: skipped
    RETURN_IF_ERROR(tree_.Write(Below(user.home, name), *content, {user.uid, user.uid, 0644}));
  }
  return {};
}

Result<void> Additions::NameMachine() {
  RETURN_IF_ERROR(tree_.Write("/etc/hostname", recipe_.hostname + "\n", {}));
  RETURN_IF_ERROR(tree_.Write("/etc/hosts",
                              "127.0.0.1\tlocalhost\n127.0.1.1\t" + recipe_.hostname +
                                  "\n::1\tlocalhost ip6-localhost ip6-loopback\nff02::1\tip6-allnodes\n"
                                  "ff02::2\tip6-allrouters\n",
                              {}));
  RETURN_IF_ERROR(tree_.Write("/etc/default/locale", "LANG=" + recipe_.locale + "\n", {}));
  const std::string zone = "/usr/share/zoneinfo/" + recipe_.timezone;
  if (recipe_.timezone != "Etc/UTC" && !tree_.Exists(zone)) {
    return UsageError("the image has no time zone " + recipe_.timezone)
        .WithHint("the package tzdata has the time zones");
  }
  RETURN_IF_ERROR(tree_.SymbolicLink("/etc/localtime", zone, {}));
  return tree_.Write("/etc/timezone", recipe_.timezone + "\n", {});
}

Result<void> Additions::PlaceNpm() {
  for (const Recipe::Npm& npm : recipe_.npm) {
    const auto locked = std::find_if(lock_.npm.begin(), lock_.npm.end(), [&](const Lock::Npm& candidate) {
      return candidate.name == npm.name && candidate.version == npm.version;
    });
    if (locked == lock_.npm.end()) return InternalError("npm package " + npm.name + " is not in the lock");
    ASSIGN_OR_RETURN(const File archive, cache_.OpenIntegrityBlob(locked->integrity));
    for (const Recipe::NpmPlace& place : npm.places) {
      ASSIGN_OR_RETURN(const Ownership owner, users_.Resolve(place.owner, place.mode));
      const auto fill = [&](const File& file) { return CopyArchiveMember(archive, place.member, file); };
      RETURN_IF_ERROR(tree_.WriteWith(place.path, owner, fill).WithContext("npm package " + npm.name));
    }
  }
  return {};
}

Result<void> Additions::PlaceDownloads() {
  for (const Recipe::Download& download : recipe_.downloads) {
    ASSIGN_OR_RETURN(const Ownership owner, users_.Resolve(download.owner, download.mode));
    ASSIGN_OR_RETURN(const File blob, cache_.OpenBlob(download.sha256));
    RETURN_IF_ERROR(tree_.CopyFrom(blob, download.path, owner));
  }
  return {};
}

/// Runs the build scripts on the builder, without a network. Each fills the directory that $OUTPUT names.
Result<void> Additions::RunBuilds(const fs::path& scratch) {
  for (size_t i = 0; i < recipe_.builds.size(); ++i) {
    const Recipe::Build& build = recipe_.builds[i];
    const fs::path output = scratch / ("build-" + std::to_string(i));
    RETURN_IF_ERROR(MakeDirectories(output));
    Command command{.argv = {build.script.string()}, .environment = BuildEnvironment(lock_.source_date_epoch)};
    command.environment->push_back("OUTPUT=" + output.string());
    command.environment->push_back("ARCHITECTURE=" + recipe_.architecture);
    command.working_directory = recipe_.directory;
    RETURN_IF_ERROR(
        RunCommandChecked(WithoutNetwork(std::move(command)))
            .WithContext("build script " + build.script.string())
            .WithHint("it runs on this machine, without a network, and fills the directory that $OUTPUT names"));
    RETURN_IF_ERROR(CopyTree(output, build.path, std::nullopt, build.owner));
  }
  return {};
}

Result<void> Additions::PlaceOverlays() {
  for (const Recipe::Overlay& overlay : recipe_.overlays) {
    RETURN_IF_ERROR(CopyTree(overlay.source, overlay.path, overlay.mode, overlay.owner)
                        .WithContext("overlay " + overlay.source.string()));
  }
  return {};
}

/// Copies a file, link or directory of the builder to `path`. Of its mode only the execute bit counts: the other bits
/// of files in a checkout depend on the umask.
Result<void> Additions::CopyTree(const fs::path& source, const std::string& path, std::optional<mode_t> mode,
                                 const Recipe::Owner& owner) {
  struct stat status;
  if (lstat(source.c_str(), &status) != 0) return ErrnoError(errno, source.string());
  if (S_ISDIR(status.st_mode)) {
    ASSIGN_OR_RETURN(const Ownership directory, users_.Resolve(owner, 0755));
    // A directory that the packages made keeps its owner and mode: the overlay adds to it.
    if (!tree_.IsDirectory(path)) RETURN_IF_ERROR(tree_.MakeDirectory(path, directory));
    std::vector<std::string> names;
    for (const fs::directory_entry& entry : fs::directory_iterator(source)) names.push_back(entry.path().filename());
    std::sort(names.begin(), names.end());
    for (const std::string& name : names) {
      RETURN_IF_ERROR(CopyTree(source / name, Below(path, name), mode, owner));
    }
    return {};
  }
  const mode_t fallback = (status.st_mode & S_IXUSR) != 0 ? 0755 : 0644;
  ASSIGN_OR_RETURN(const Ownership ownership, users_.Resolve(owner, mode.value_or(fallback)));
  if (S_ISLNK(status.st_mode)) return tree_.SymbolicLink(path, fs::read_symlink(source), ownership);
  if (!S_ISREG(status.st_mode))
    return UnsupportedError(source.string() + ": neither file, directory nor symbolic link");
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(source));
  return tree_.CopyFrom(file, path, ownership);
}

Result<void> Additions::MakeNodes() {
  using Type = Recipe::Node::Type;
  for (const Recipe::Node& node : recipe_.nodes) {
    ASSIGN_OR_RETURN(const Ownership owner, users_.Resolve(node.owner, node.mode));
    if (node.type == Type::kDirectory) RETURN_IF_ERROR(tree_.MakeDirectory(node.path, owner));
    if (node.type == Type::kFifo) RETURN_IF_ERROR(tree_.Fifo(node.path, owner));
    if (node.type == Type::kSymbolicLink) RETURN_IF_ERROR(tree_.SymbolicLink(node.path, node.target, owner));
  }
  return {};
}

Result<void> Additions::RunHooks(Progress& progress) {
  for (const Recipe::Hook& hook : recipe_.hooks) {
    // While the hook runs, /run is a filesystem of its own: nothing of the path where the script is mounted stays in
    // the tree.
    const std::string seen = "/run/hook";
    Command command{.argv = {seen}, .environment = BuildEnvironment(lock_.source_date_epoch)};
    command.argv.insert(command.argv.end(), hook.arguments.begin(), hook.arguments.end());
    command.on_line = [&progress](std::string_view line) { progress.PrintVerbose(line); };
    RETURN_IF_ERROR(RunCommandChecked(InTree(std::move(command), directory_, true, {{hook.script, seen}}))
                        .WithContext("hook " + hook.script.string())
                        .WithHint("it runs in the tree, without a network; -v shows all that it prints"));
  }
  return {};
}

}  // namespace

Result<void> ApplyAdditions(const Recipe& recipe, const Lock& lock, const Cache& cache, const fs::path& tree,
                            const fs::path& scratch, Progress& progress) {
  ASSIGN_OR_RETURN(TreeDirectory directory, TreeDirectory::Open(tree));
  ASSIGN_OR_RETURN(UserDatabase users, UserDatabase::Load(directory));
  Additions additions(recipe, lock, cache, tree, std::move(directory), std::move(users));
  RETURN_IF_ERROR(additions.AddUsers());
  RETURN_IF_ERROR(additions.NameMachine());
  RETURN_IF_ERROR(additions.PlaceNpm());
  RETURN_IF_ERROR(additions.PlaceDownloads());
  RETURN_IF_ERROR(additions.RunBuilds(scratch));
  RETURN_IF_ERROR(additions.PlaceOverlays());
  RETURN_IF_ERROR(additions.MakeNodes());
  RETURN_IF_ERROR(additions.ApplyUnits());
  return additions.RunHooks(progress);
}

}  // namespace hallmark
