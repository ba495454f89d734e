// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/package_tree.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <deque>
#include <future>
#include <set>

#include "lib/archive/deb.h"
#include "lib/base/file.h"
#include "lib/base/subprocess.h"
#include "lib/crypto/digest.h"
#include "lib/rootfs/tree/finish_packages.h"
#include "lib/rootfs/tree/namespace.h"
#include "lib/rootfs/tree/script_helpers.h"
#include "lib/rootfs/tree/work_directory.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

// Increased when the treatment of packages changes, so that trees of older versions are not used.
constexpr std::string_view kStageVersion = "packages 1\n";

// dpkg is started anew for so many packages, so that it works on some while others are being decompressed.
constexpr size_t kBatch = 40;

Result<void> MakeDirectory(const fs::path& path, mode_t mode = 0755) {
  RETURN_IF_ERROR(MakeDirectories(path));
  if (chmod(path.c_str(), mode) != 0) return ErrnoError(errno, path.string());
  return {};
}

/// Makes what must exist before the first package: a merged /usr, and a dpkg database with the tree's architecture.
Result<void> MakeSkeleton(const fs::path& tree, const std::string& architecture) {
  RETURN_IF_ERROR(MakeDirectory(tree));
  std::vector<std::string> merged = {"bin", "sbin", "lib"};
  if (architecture == "amd64") merged.emplace_back("lib64");
  for (const std::string& name : merged) {
    RETURN_IF_ERROR(MakeDirectory(tree / "usr" / name));
    std::error_code error;
    fs::create_symlink("usr/" + name, tree / name, error);
    if (error) return IoError((tree / name).string() + ": " + error.message());
  }
  for (const char* directory :
       {"var/lib/dpkg/info", "var/lib/dpkg/updates", "var/lib/dpkg/triggers", "var/lib/dpkg/parts",
        "var/lib/dpkg/alternatives", "var/log", "etc", "proc", "sys", "dev", "run"}) {
    RETURN_IF_ERROR(MakeDirectory(tree / directory));
  }
  RETURN_IF_ERROR(MakeDirectory(tree / "tmp", 01777));
  RETURN_IF_ERROR(WriteFileAtomically(tree / "var/lib/dpkg/status", {}));
  return WriteFileAtomically(tree / "var/lib/dpkg/arch", AsBytes(architecture + "\n"));
}

/// Makes one tree of packages; see PackageTree.
class PackageInstaller {
 public:
  PackageInstaller(const Lock& lock, const Cache& cache, fs::path scratch, ThreadPool& pool, Progress& progress)
      : lock_(lock),
        cache_(cache),
        scratch_(std::move(scratch)),
        tree_(scratch_ / "tree"),
        pool_(pool),
        progress_(progress) {}
  ~PackageInstaller();
  PackageInstaller(const PackageInstaller&) = delete;
  PackageInstaller& operator=(const PackageInstaller&) = delete;

  Result<void> Install(const Recipe& recipe, bool emulate_all);
  [[nodiscard]] const fs::path& tree() const { return tree_; }

 private:
  void StartDecompressing();
  Result<void> ExtractEssential(const std::vector<size_t>& essential);
  Result<void> Unpack(const std::vector<size_t>& packages, const std::vector<TreeMount>& mounts);
  Result<void> Configure(const std::vector<TreeMount>& mounts);
  Result<void> Dpkg(std::vector<std::string> arguments, const std::vector<TreeMount>& mounts, std::string_view counts);
  [[nodiscard]] fs::path PlainDeb(size_t package) const {
    return scratch_ / "plain" / (lock_.packages[package].name + ".deb");
  }

  const Lock& lock_;
  const Cache& cache_;
  fs::path scratch_;
  fs::path tree_;
  ThreadPool& pool_;
  Progress& progress_;
  std::vector<std::future<Result<void>>> decompressed_;  // by package; taken once
  std::set<std::string> disappeared_;                    // by their names
};

PackageInstaller::~PackageInstaller() {
  for (std::future<Result<void>>& task : decompressed_) {
    if (task.valid()) task.wait();  // tasks use this object
  }
}

/// Repacks every package as a .deb of plain tar members, the essential ones first, so that dpkg never waits for xz.
void PackageInstaller::StartDecompressing() {
  decompressed_.resize(lock_.packages.size());
  for (const bool essential : {true, false}) {
    for (size_t i = 0; i < lock_.packages.size(); ++i) {
      if (lock_.packages[i].essential != essential) continue;
      decompressed_[i] = pool_.Submit([this, i]() -> Result<void> {
        const Lock::Package& package = lock_.packages[i];
        ASSIGN_OR_RETURN(const File packed, cache_.OpenBlob(package.sha256).WithContext("package " + package.name));
        ASSIGN_OR_RETURN(const File plain, File::Open(PlainDeb(i), O_WRONLY | O_CREAT | O_EXCL));
        return RepackDebUncompressed(packed, plain).WithContext("decompressing package " + package.name);
      });
    }
  }
}

Result<void> PackageInstaller::Install(const Recipe& recipe, bool emulate_all) {
  RETURN_IF_ERROR(MakeDirectory(scratch_ / "plain"));
  RETURN_IF_ERROR(MakeSkeleton(tree_, lock_.architecture));
  StartDecompressing();
  std::vector<size_t> essential;
  std::vector<size_t> others;
  for (size_t i = 0; i < lock_.packages.size(); ++i) (lock_.packages[i].essential ? essential : others).push_back(i);

  progress_.BeginStage("Unpacking packages", lock_.packages.size());
  // First only the files are extracted, so that the first maintainer script finds a shell; then dpkg installs the same
  // packages.
  RETURN_IF_ERROR(ExtractEssential(essential));
  RETURN_IF_ERROR(Unpack(essential, {}));
  ASSIGN_OR_RETURN(const ScriptHelpers helpers,
                   ScriptHelpers::Prepare(tree_, lock_.architecture, scratch_, emulate_all));
  for (size_t start = 0; start < others.size(); start += kBatch) {
    const size_t end = std::min(start + kBatch, others.size());
    const std::vector<size_t> batch(others.begin() + static_cast<ptrdiff_t>(start),
                                    others.begin() + static_cast<ptrdiff_t>(end));
    RETURN_IF_ERROR(Unpack(batch, helpers.Tools()));
  }
  progress_.BeginStage("Configuring packages", lock_.packages.size());
  RETURN_IF_ERROR(Configure(helpers.ForConfigure()));
  RETURN_IF_ERROR(FinishPackages(recipe, lock_, tree_, helpers.Tools(), pool_, progress_));
  return helpers.RemoveMountPoints();
}

Result<void> PackageInstaller::ExtractEssential(const std::vector<size_t>& essential) {
  for (const size_t package : essential) {
    RETURN_IF_ERROR(decompressed_[package].get());
    decompressed_[package] = {};
    ASSIGN_OR_RETURN(const File deb, File::OpenForReading(PlainDeb(package)));
    RETURN_IF_ERROR(ExtractDeb(deb, tree_).WithContext("extracting package " + lock_.packages[package].name));
  }
  return {};
}

Result<void> PackageInstaller::Unpack(const std::vector<size_t>& packages, const std::vector<TreeMount>& mounts) {
  std::vector<std::string> arguments = {"--force-unsafe-io", "--no-debsig", "--unpack"};
  for (const size_t package : packages) {
    if (decompressed_[package].valid()) RETURN_IF_ERROR(decompressed_[package].get());
    arguments.push_back(PlainDeb(package).string());
  }
  RETURN_IF_ERROR(Dpkg(std::move(arguments), mounts, "Unpacking "));
  for (const size_t package : packages) {
    std::error_code ignored;
    fs::remove(PlainDeb(package), ignored);
  }
  return {};
}

Result<void> PackageInstaller::Configure(const std::vector<TreeMount>& mounts) {
  std::vector<std::string> arguments = {"--force-confdef", "--force-confold", "--configure"};
  std::copy_if(lock_.configure_order.begin(), lock_.configure_order.end(), std::back_inserter(arguments),
               [&](const std::string& name) { return !disappeared_.contains(name); });
  return Dpkg(std::move(arguments), mounts, "Setting up ");
}

/// Runs the builder's dpkg on the tree. Each line of its output that starts with `counts` is a finished package.
Result<void> PackageInstaller::Dpkg(std::vector<std::string> arguments, const std::vector<TreeMount>& mounts,
                                    std::string_view counts) {
  constexpr size_t kLinesShown = 30;
  std::deque<std::string> said;
  Command command;
  // The resolver takes care of dependencies: the lock holds all of them, in order.
  command.argv = {"dpkg", "--root=" + tree_.string(), "--force-depends", "--abort-after=1",
                  "--log=" + (scratch_ / "dpkg.log").string()};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  command.environment = BuildEnvironment(lock_.source_date_epoch);
  command.on_line = [&](std::string_view line) {
    if (line.starts_with(counts)) {
      const std::string_view name = line.substr(counts.size());
      progress_.Advance(1, name.substr(0, name.find(' ')));
    }
    // dpkg drops a package when others have replaced its last file.
    if (constexpr std::string_view kGone = "(Noting disappearance of "; line.starts_with(kGone)) {
      disappeared_.emplace(line.substr(kGone.size(), line.find(',') - kGone.size()));
    }
    progress_.PrintVerbose(line);
    said.emplace_back(line);
    if (said.size() > kLinesShown) said.pop_front();
  };
  ASSIGN_OR_RETURN(const CommandOutput output, RunCommand(InTree(std::move(command), tree_, false, mounts)));
  if (output.exit_status == 0) return {};
  std::string message = "dpkg failed with exit status " + std::to_string(output.exit_status) + "; its last lines:";
  for (const std::string& line : said) message += "\n  " + line;
  return IoError(std::move(message)).WithHint("-v shows all that dpkg and the packages' scripts print");
}

/// The digest in hex of everything that PackageTree depends on: the name of its directory.
std::string PackageTreeDigest(const Recipe& recipe, const Lock& lock, const PackageTreeOptions& options) {
  Lock packages = lock;  // only what packages depend on
  packages.recipe.clear();
  packages.recipe_digest.clear();
  packages.npm.clear();
  packages.downloads.clear();
  packages.python.clear();
  std::string text = std::string(kStageVersion) + (options.emulate_all ? "emulate all\n" : "") + FormatLock(packages);
  for (const std::string& name : recipe.apt.packages) text += name + "\n";  // the others are marked as automatic
  return ToHex(Sha256(AsBytes(text)));
}

}  // namespace

Result<fs::path> PackageTree(const Recipe& recipe, const Lock& lock, const Cache& cache,
                             const PackageTreeOptions& options, ThreadPool& pool, Progress& progress) {
  const std::string digest = PackageTreeDigest(recipe, lock, options);
  const fs::path stage = cache.StagePath(digest);
  ASSIGN_OR_RETURN(const FileLock making, FileLock::Acquire(cache.directory() / "stages" / (digest + ".lock")));
  if (fs::exists(stage)) return stage;

  ASSIGN_OR_RETURN(const WorkDirectory work, WorkDirectory::Create(cache));
  PackageInstaller installer(lock, cache, work.path(), pool, progress);
  RETURN_IF_ERROR(installer.Install(recipe, options.emulate_all));
  RETURN_IF_ERROR(cache.KeepStage(installer.tree(), digest));
  return stage;
}

}  // namespace hallmark
