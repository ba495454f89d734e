// SPDX-License-Identifier: Apache-2.0
#include "guestd/update/store.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "guestd/common/private_directory.h"
#include "guestd/common/remove_tree.h"
#include "signing/document/dsse.h"
#include "signing/document/file_names.h"
#include "signing/document/signed_directory.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view kSets = "sets";
constexpr std::string_view kCurrent = "current";
constexpr std::string_view kGood = "good";
constexpr std::string_view kFailed = "failed";
constexpr std::string_view kTemporary = ".new-";
constexpr uint64_t kMaxFailedFile = 64 << 10;
constexpr size_t kMaxFailed = 64;  // older ones are forgotten: the sequence rule refuses those
constexpr size_t kNameSize = 64;   // a SHA-256 in hexadecimal

std::string NameOf(const VerifiedSmolBin& manifest) { return ToHex(Sha256(AsBytes(manifest.text()))); }

bool IsSetName(std::string_view name) {
  return name.size() == kNameSize && name.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

void Note(std::vector<std::string>& notes, std::string_view what, const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) notes.push_back(std::string(what) + ": " + FindingText(finding));
}

Result<void> Remove(const fs::path& path) {
  Removed removed;
  return RemoveTree(path, removed);
}

/// A directory that is removed unless it is kept.
class DirectoryInProgress {
 public:
  explicit DirectoryInProgress(fs::path path) : path_(std::move(path)) {}
  DirectoryInProgress(const DirectoryInProgress&) = delete;
  DirectoryInProgress& operator=(const DirectoryInProgress&) = delete;
  ~DirectoryInProgress() {
    std::error_code ignored;
    if (!kept_) fs::remove_all(path_, ignored);
  }
  [[nodiscard]] const fs::path& path() const { return path_; }
  void Keep() { kept_ = true; }

 private:
  fs::path path_;
  bool kept_ = false;
};

Result<File> NewFile(const fs::path& path, mode_t mode) {
  ASSIGN_OR_RETURN(File file, File::Open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW));
  if (::fchmod(file.fd(), mode) != 0) return ErrnoError(errno, path.string());
  return file;
}

/// Copies up to `limit` bytes of a file, whatever its size says: it may grow while it is read.
Result<void> CopyFile(const SignedDirectory& from, std::string_view name, const fs::path& to, uint64_t limit,
                      mode_t mode) {
  ASSIGN_OR_RETURN(const File source, from.OpenFile(name));
  ASSIGN_OR_RETURN(const File target, NewFile(to / name, mode));
  ByteVector buffer(1 << 20);
  for (uint64_t offset = 0; offset < limit;) {
    const size_t wanted = static_cast<size_t>(std::min<uint64_t>(buffer.size(), limit - offset));
    ASSIGN_OR_RETURN(const size_t read, source.ReadUpTo(offset, MutableByteSpan(buffer).first(wanted)));
    RETURN_IF_ERROR(target.WriteAt(offset, ByteSpan(buffer).first(read)));
    offset += read;
    if (read < wanted) break;
  }
  return target.Sync();
}

/// Writes a small file with the bytes that were checked.
Result<void> CopySmallFile(SignedDirectory& from, std::string_view name, const fs::path& to, uint64_t limit) {
  ASSIGN_OR_RETURN(const std::string text, from.ReadSmallFile(name, limit));
  ASSIGN_OR_RETURN(const File target, NewFile(to / name, 0644));
  RETURN_IF_ERROR(target.WriteAt(0, AsBytes(text)));
  return target.Sync();
}

Finding Changed() { return {Verdict::kDigest, std::string(kManifestName), "changed while it was copied"}; }

/// CopySmolBin(), but reports what does not hold as findings. The manifest is present if there are none.
Result<SmolBinReport> CopyVerified(SignedDirectory& source, const fs::path& directory, const Trust& trust,
                                   const SmolBinRequirements& requirements) {
  ASSIGN_OR_RETURN(SmolBinReport head, VerifySmolBinHead(source, trust, requirements));
  if (!head.good()) return head;
  if (::mkdir(directory.c_str(), 0700) != 0) return ErrnoError(errno, "making " + directory.string());
  DirectoryInProgress copy(directory);
  for (size_t i = 0; i < kSmolBinMembers.size(); ++i) {
    // One byte more than signed, so that a longer file is detected.
    RETURN_IF_ERROR(CopyFile(source, kSmolBinMembers[i].name, directory, (*head.manifest)->files[i].size + 1,
                             kSmolBinMembers[i].mode));
  }
  RETURN_IF_ERROR(CopySmallFile(source, kManifestName, directory, kMaxSmolBinManifestSize));
  RETURN_IF_ERROR(CopySmallFile(source, kEnvelopeName, directory, kMaxEnvelopeSize));
  ASSIGN_OR_RETURN(SignedDirectory copied, SignedDirectory::Open(directory));
  ASSIGN_OR_RETURN(SmolBinReport report, VerifySmolBinDirectory(copied, trust, requirements));
  if (report.good() && report.manifest->text() != head.manifest->text()) {
    report.findings.push_back(Changed());
  }
  if (!report.good()) return report;
  if (::chmod(directory.c_str(), 0755) != 0) return ErrnoError(errno, directory.string());
  RETURN_IF_ERROR(SyncDirectory(directory));
  copy.Keep();
  return report;
}

}  // namespace

std::string_view ActionName(SmolBinChoice::Action action) {
  static constexpr std::array<std::string_view, 3> kNames = {"kept", "installed", "restored"};
  return kNames[static_cast<size_t>(action)];
}

Result<VerifiedSmolBin> CopySmolBin(const fs::path& source, const fs::path& directory, const Trust& trust,
                                    const SmolBinRequirements& requirements) {
  ASSIGN_OR_RETURN(SignedDirectory offered, SignedDirectory::Open(source));
  ASSIGN_OR_RETURN(SmolBinReport report, CopyVerified(offered, directory, trust, requirements));
  if (!report.good()) return VerificationError(FindingText(report.findings.front()));
  return std::move(*report.manifest);
}

Result<SmolBinStore> SmolBinStore::Open(const fs::path& directory, Trust trust, RunningRootfs rootfs) {
  std::error_code error;
  fs::create_directories(directory.parent_path(), error);
  if (error) return ErrnoError(error.value(), "making " + directory.parent_path().string());
  RETURN_IF_ERROR(OpenPrivateDirectory(directory, 0755));
  ASSIGN_OR_RETURN(FileLock lock, FileLock::TryAcquireDirectory(directory));
  SmolBinStore store(directory, std::move(trust), std::move(rootfs), std::move(lock));
  RETURN_IF_ERROR(store.MakeSetsDirectory());
  RETURN_IF_ERROR(store.RemoveUnused());
  return store;
}

Result<void> SmolBinStore::MakeSetsDirectory() const {
  const fs::path sets = directory_ / kSets;
  auto opened = OpenPrivateDirectory(sets, 0755);
  if (!opened.ok() && opened.error().kind == ErrorKind::kVerification) {
    RETURN_IF_ERROR(Remove(sets));  // a link would lead the clean-up below to other directories
    opened = OpenPrivateDirectory(sets, 0755);
  }
  return opened.ok() ? Result<void>() : opened.error();
}

SmolBinRequirements SmolBinStore::Requirements() const {
  return {.architecture = rootfs_.architecture,
          .rootfs_sequence = rootfs_.sequence,
          .least_sequence = rootfs_.smol_bin_least_sequence,
          .least_policy_sequence = rootfs_.policy_least_sequence};
}

std::string SmolBinStore::LinkTarget(std::string_view link) const {
  std::error_code error;
  const fs::path target = fs::read_symlink(directory_ / link, error);
  if (error || target.parent_path() != kSets || !IsSetName(target.filename().string())) return {};
  return target.filename().string();
}

Result<void> SmolBinStore::SetLink(std::string_view link, const std::string& name) const {
  const fs::path temporary = directory_ / (std::string(kTemporary) + std::string(link));
  RETURN_IF_ERROR(Remove(temporary));
  struct stat status {};
  if (::lstat((directory_ / link).c_str(), &status) == 0 && S_ISDIR(status.st_mode)) {
    RETURN_IF_ERROR(Remove(directory_ / link));  // it is not ours, and no link can replace it
  }
  const std::string target = std::string(kSets) + "/" + name;
  if (::symlink(target.c_str(), temporary.c_str()) != 0) return ErrnoError(errno, "making " + temporary.string());
  if (::rename(temporary.c_str(), (directory_ / link).c_str()) != 0) {
    return ErrnoError(errno, "renaming to " + (directory_ / link).string());
  }
  return SyncDirectory(directory_);
}

Result<std::optional<SmolBinStore::Copy>> SmolBinStore::Load(std::string_view link,
                                                             std::vector<std::string>& notes) const {
  const std::string name = LinkTarget(link);
  if (name.empty()) return std::optional<Copy>();
  ASSIGN_OR_RETURN(SignedDirectory set, SignedDirectory::Open(SetDirectory(name)));
  ASSIGN_OR_RETURN(SmolBinReport report, VerifySmolBinDirectory(set, trust_, Requirements()));
  if (report.manifest && NameOf(*report.manifest) != name) {
    report.findings.push_back({Verdict::kDigest, std::string(kManifestName), "is not the one of " + name});
  }
  Note(notes, "the " + std::string(link) + " copy", report.findings);
  if (!report.good()) return std::optional<Copy>();
  return std::optional(Copy{name, **report.manifest});
}

Result<std::vector<std::string>> SmolBinStore::FailedNames() const {
  ASSIGN_OR_RETURN(SignedDirectory store, SignedDirectory::Open(directory_));
  const Result<std::string> text = store.ReadSmallFile(kFailed, kMaxFailedFile);
  std::vector<std::string> names;
  if (!text.ok()) {
    // A file that does not exist, or is not ours, names no failures. A disk that can't be read is an error.
    if (text.error().kind == ErrorKind::kIo) return text.error();
    return names;
  }
  for (size_t at = 0; at + kNameSize < text->size(); at += kNameSize + 1) {
    const std::string name = text->substr(at, kNameSize);
    if (IsSetName(name)) names.push_back(name);
  }
  return names;
}

Result<SmolBinChoice> SmolBinStore::Choose(const std::optional<fs::path>& offered) {
  std::vector<std::string> notes;
  ASSIGN_OR_RETURN(std::optional<Copy> current, Load(kCurrent, notes));
  ASSIGN_OR_RETURN(const std::optional<Copy> good, Load(kGood, notes));
  uint64_t least = rootfs_.smol_bin_least_sequence;
  if (current) least = std::max(least, current->manifest.sequence);
  if (good) least = std::max(least, good->manifest.sequence);
  if (offered) {
    refused_.reset();
    Result<std::optional<Copy>> installed = Install(*offered, least, current, notes);
    if (installed.ok() && *installed) {
      RETURN_IF_ERROR(RemoveUnused());
      return ChoiceOf(SmolBinChoice::Action::kInstalled, **installed, std::move(notes));
    }
    if (!installed.ok()) {
      const Error& error = installed.error();
      Refuse(std::string(ErrorKindName(error.kind)), "could not be copied: " + error.message, notes);
      if (!current && !good) return std::move(installed).error();
    }
  }
  if (current) return ChoiceOf(SmolBinChoice::Action::kKept, *current, std::move(notes));
  if (good) {
    RETURN_IF_ERROR(SetLink(kCurrent, good->name));
    return ChoiceOf(SmolBinChoice::Action::kRestored, *good, std::move(notes));
  }
  std::string why = "there is no smol-bin that this guest may use";
  for (const std::string& note : notes) why += "; " + note;
  return VerificationError(why);
}

Result<std::optional<SmolBinStore::Copy>> SmolBinStore::Install(const fs::path& offered, uint64_t least_sequence,
                                                                const std::optional<Copy>& current,
                                                                std::vector<std::string>& notes) {
  SmolBinRequirements requirements = Requirements();
  requirements.least_sequence = least_sequence;
  ASSIGN_OR_RETURN(SignedDirectory directory, SignedDirectory::Open(offered));
  ASSIGN_OR_RETURN(const SmolBinReport head, VerifySmolBinHead(directory, trust_, requirements));
  if (!head.good()) {
    Refuse(head.findings, "", notes);
    return std::optional<Copy>();
  }
  const std::string name = NameOf(*head.manifest);
  if (current && current->name == name) return std::optional<Copy>();
  if (current && current->manifest.sequence == (*head.manifest)->sequence) {
    Refuse("twin", "has the sequence of the copy in use, and is another one", notes);
    return std::optional<Copy>();
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> failed, FailedNames());
  if (std::find(failed.begin(), failed.end(), name) != failed.end()) {
    Refuse("failed", "was found not to work before", notes);
    return std::optional<Copy>();
  }
  return MakeCopy(directory, *head.manifest, notes);
}

void SmolBinStore::Refuse(const std::string& verdict, const std::string& message, std::vector<std::string>& notes) {
  refused_ = SmolBinRefusal{verdict, message};
  notes.push_back("the offered smol-bin: " + message);
}

void SmolBinStore::Refuse(const std::vector<Finding>& findings, std::string_view what,
                          std::vector<std::string>& notes) {
  const Finding& first = findings.front();
  refused_ = SmolBinRefusal{std::string(VerdictName(first.verdict)), first.where + ": " + first.message};
  Note(notes, "the offered smol-bin" + std::string(what), findings);
}

Result<std::optional<SmolBinStore::Copy>> SmolBinStore::MakeCopy(SignedDirectory& offered,
                                                                 const VerifiedSmolBin& manifest,
                                                                 std::vector<std::string>& notes) {
  const fs::path sets = directory_ / kSets;
  const std::string name = NameOf(manifest);
  DirectoryInProgress temporary(sets / (std::string(kTemporary) + name));
  RETURN_IF_ERROR(Remove(temporary.path()));
  ASSIGN_OR_RETURN(SmolBinReport copied, CopyVerified(offered, temporary.path(), trust_, Requirements()));
  if (copied.good() && copied.manifest->text() != manifest.text()) copied.findings.push_back(Changed());
  if (!copied.good()) {
    Refuse(copied.findings, ": its copy", notes);
    return std::optional<Copy>();
  }
  // There is a copy of this name, but it does not hold or no link leads to it. A copy in use is never made again.
  RETURN_IF_ERROR(Remove(sets / name));
  if (::rename(temporary.path().c_str(), (sets / name).c_str()) != 0) {
    return ErrnoError(errno, "renaming to " + (sets / name).string());
  }
  temporary.Keep();
  RETURN_IF_ERROR(SyncDirectory(sets));
  RETURN_IF_ERROR(SetLink(kCurrent, name));
  return std::optional(Copy{name, **copied.manifest});
}

Result<void> SmolBinStore::MarkGood() {
  const std::string name = LinkTarget(kCurrent);
  if (name.empty()) return NotFoundError(directory_.string() + ": no copy is in use");
  if (name != LinkTarget(kGood)) RETURN_IF_ERROR(SetLink(kGood, name));
  return RemoveUnused();
}

Result<void> SmolBinStore::NoteFailed(const std::string& name) const {
  ASSIGN_OR_RETURN(std::vector<std::string> names, FailedNames());
  if (names.size() >= kMaxFailed) names.erase(names.begin());
  names.push_back(name);
  std::string text;
  for (const std::string& failed : names) text += failed + "\n";
  return WriteFileAtomically(directory_ / kFailed, AsBytes(text));
}

Result<SmolBinChoice> SmolBinStore::RestoreGood() {
  const std::string failed = LinkTarget(kCurrent);
  std::vector<std::string> notes;
  ASSIGN_OR_RETURN(const std::optional<Copy> good, Load(kGood, notes));
  const bool restored = good && good->name != failed;
  if (restored) {
    RETURN_IF_ERROR(SetLink(kCurrent, good->name));
  } else {
    RETURN_IF_ERROR(Remove(directory_ / kCurrent));
    if (LinkTarget(kGood) == failed) RETURN_IF_ERROR(Remove(directory_ / kGood));
    RETURN_IF_ERROR(SyncDirectory(directory_));
  }
  RETURN_IF_ERROR(RemoveUnused());
  // Only now, because a full disk has room again here. If it fails, the good copy is in use all the same.
  if (!failed.empty()) {
    if (const Result<void> noted = NoteFailed(failed); !noted.ok()) {
      notes.push_back("that the copy failed could not be noted: " + noted.error().message);
    }
  }
  if (restored) return ChoiceOf(SmolBinChoice::Action::kRestored, *good, std::move(notes));
  std::string why = "no good copy of a smol-bin is left";
  for (const std::string& note : notes) why += "; " + note;
  return VerificationError(why);
}

Result<void> SmolBinStore::RemoveUnused() const {
  const std::array<std::string, 2> used = {LinkTarget(kCurrent), LinkTarget(kGood)};
  Removed removed;
  return RemoveContent(directory_ / kSets, removed,
                       [&](std::string_view name) { return name == used[0] || name == used[1]; });
}

SmolBinChoice SmolBinStore::ChoiceOf(SmolBinChoice::Action action, const Copy& copy,
                                     std::vector<std::string> notes) const {
  return {action, SetDirectory(copy.name), copy.manifest, std::move(notes)};
}

}  // namespace hallmark
