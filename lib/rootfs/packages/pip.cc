// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/pip.h"

#include <algorithm>
#include <charconv>
#include <filesystem>
#include <optional>

#include "lib/base/file.h"
#include "lib/base/subprocess.h"
#include "lib/crypto/digest.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

/// The leading "MAJOR.MINOR" of a Debian version, without its epoch.
struct TwoNumbers {
  int major = 0;
  int minor = 0;
};

std::optional<TwoNumbers> ParseTwoNumbers(std::string_view text) {
  if (const size_t epoch = text.find(':'); epoch != std::string_view::npos) text.remove_prefix(epoch + 1);
  TwoNumbers numbers;
  const char* end = text.data() + text.size();
  const auto [dot, error] = std::from_chars(text.data(), end, numbers.major);
  if (error != std::errc() || dot == end || *dot != '.') return std::nullopt;
  if (std::from_chars(dot + 1, end, numbers.minor).ec != std::errc()) return std::nullopt;
  return numbers;
}

Result<TwoNumbers> VersionOf(const std::vector<Lock::Package>& packages, std::string_view name) {
  const auto found = std::find_if(packages.begin(), packages.end(),
                                  [&](const Lock::Package& package) { return package.name == name; });
  if (found == packages.end()) {
    return UsageError("[python] needs the package " + std::string(name) + ", which is not in the image")
        .WithHint("add python3 and python3-pip to packages of [apt]");
  }
  const std::optional<TwoNumbers> numbers = ParseTwoNumbers(found->version);
  if (!numbers) return UnsupportedError("package " + found->name + " has version " + found->version);
  return *numbers;
}

Result<void> Download(const Recipe& recipe, const std::vector<Lock::Package>& packages, const fs::path& requirements,
                      const std::vector<std::string>& more, const fs::path& directory, Progress& progress) {
  Command command{.argv = {"python3", "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check",
                           "--no-cache-dir", "--dest", directory.string(), "--requirement", requirements.string()}};
  ASSIGN_OR_RETURN(const std::vector<std::string> target, PipTarget(recipe, packages));
  command.argv.insert(command.argv.end(), target.begin(), target.end());
  command.argv.insert(command.argv.end(), more.begin(), more.end());
  command.on_line = [&progress](std::string_view line) { progress.PrintVerbose(line); };
  RETURN_IF_ERROR(
      RunCommandChecked(command)
          .WithContext("fetching Python packages")
          .WithHint("pip uses the index of its own configuration (pip config list); python3-pip must be installed"));
  return {};
}

/// A locked directory for pip's downloads, which is removed with this object.
class DownloadDirectory {
 public:
  static Result<DownloadDirectory> Create(const Cache& cache) {
    const fs::path path = cache.directory() / "partial" / "python";
    ASSIGN_OR_RETURN(FileLock lock, FileLock::Acquire(path.string() + ".lock"));
    std::error_code ignored;
    fs::remove_all(path, ignored);  // left by a run that was killed
    RETURN_IF_ERROR(MakeDirectories(path));
    return DownloadDirectory(path, std::move(lock));
  }
  DownloadDirectory(DownloadDirectory&& other) noexcept
      : path_(std::exchange(other.path_, {})), lock_(std::move(other.lock_)) {}
  DownloadDirectory& operator=(DownloadDirectory&&) = delete;
  ~DownloadDirectory() {
    std::error_code ignored;
    if (!path_.empty()) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  DownloadDirectory(fs::path path, FileLock lock) : path_(std::move(path)), lock_(std::move(lock)) {}
  fs::path path_;
  FileLock lock_;
};

Result<std::string> HexSha256(const fs::path& path) {
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(path));
  ASSIGN_OR_RETURN(const Sha256Digest digest, Sha256OfFile(file));
  return ToHex(digest);
}

Result<void> MoveIntoCache(const fs::path& file, const std::string& sha256, const Cache& cache) {
  const fs::path blob = cache.BlobPath(sha256);
  RETURN_IF_ERROR(MakeDirectories(blob.parent_path()));
  std::error_code error;
  fs::rename(file, blob, error);
  if (error) return ErrnoError(error.value(), blob.string());
  return {};
}

}  // namespace

Result<std::vector<Lock::Python>> ResolvePython(const Recipe& recipe, const std::vector<Lock::Package>& packages,
                                                const Cache& cache, Progress& progress) {
  progress.BeginStage("Resolving Python packages");
  ASSIGN_OR_RETURN(const DownloadDirectory directory, DownloadDirectory::Create(cache));
  RETURN_IF_ERROR(Download(recipe, packages, recipe.python.requirements, {}, directory.path(), progress));
  std::vector<fs::path> files;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory.path())) files.push_back(entry.path());
  std::sort(files.begin(), files.end());
  std::vector<Lock::Python> wheels;
  for (const fs::path& file : files) {
    ASSIGN_OR_RETURN(Lock::Python wheel, ParseWheelName(file.filename().string()));
    ASSIGN_OR_RETURN(wheel.sha256, HexSha256(file));
    RETURN_IF_ERROR(MoveIntoCache(file, wheel.sha256, cache));
    wheels.push_back(std::move(wheel));
  }
  return wheels;
}

Result<void> FetchPython(const Recipe& recipe, const Lock& lock, const Cache& cache, Progress& progress) {
  progress.BeginStage("Fetching Python packages");
  ASSIGN_OR_RETURN(const DownloadDirectory directory, DownloadDirectory::Create(cache));
  const fs::path requirements = directory.path() / "requirements.txt";
  RETURN_IF_ERROR(WriteFileAtomically(requirements, AsBytes(LockedRequirements(lock.python))));
  RETURN_IF_ERROR(
      Download(recipe, lock.packages, requirements, {"--no-deps", "--require-hashes"}, directory.path(), progress));
  for (const Lock::Python& wheel : lock.python) {
    const fs::path file = directory.path() / wheel.file;
    Result<std::string> digest = HexSha256(file);
    if (!digest.ok()) return std::move(digest).error().WithContext("Python package " + wheel.name);
    if (*digest != wheel.sha256) {
      return VerificationError("Python package " + wheel.name + ": its digest is " + *digest + ", and " + wheel.sha256 +
                               " was locked");
    }
    RETURN_IF_ERROR(MoveIntoCache(file, wheel.sha256, cache));
  }
  return {};
}

Result<std::vector<std::string>> PipTarget(const Recipe& recipe, const std::vector<Lock::Package>& packages) {
  constexpr int kOldestMinor = 17;
  ASSIGN_OR_RETURN(const TwoNumbers python, VersionOf(packages, "python3"));
  ASSIGN_OR_RETURN(const TwoNumbers libc, VersionOf(packages, "libc6"));
  const std::string machine = recipe.architecture == "arm64" ? "aarch64" : "x86_64";
  const std::string version = std::to_string(python.major) + "." + std::to_string(python.minor);
  std::vector<std::string> arguments = {"--only-binary",    ":all:", "--implementation", "cp",
                                        "--python-version", version};
  for (int minor = libc.minor; minor >= kOldestMinor; --minor) {
    arguments.insert(arguments.end(), {"--platform", "manylinux_2_" + std::to_string(minor) + "_" + machine});
  }
  arguments.insert(arguments.end(), {"--platform", "manylinux2014_" + machine});
  return arguments;
}

Result<Lock::Python> ParseWheelName(const std::string& file) {
  constexpr std::string_view kSuffix = ".whl";
  const size_t first = file.find('-');
  const size_t second = first == std::string::npos ? first : file.find('-', first + 1);
  if (!file.ends_with(kSuffix) || second == std::string::npos || first == 0 || second == first + 1) {
    return CorruptError("'" + file + "' is not the name of a wheel");
  }
  return Lock::Python{
      .name = file.substr(0, first), .version = file.substr(first + 1, second - first - 1), .file = file};
}

std::string LockedRequirements(const std::vector<Lock::Python>& wheels) {
  std::string text;
  for (const Lock::Python& wheel : wheels) {
    text += wheel.name + "==" + wheel.version + " --hash=sha256:" + wheel.sha256 + "\n";
  }
  return text;
}

}  // namespace hallmark
