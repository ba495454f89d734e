// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "signing/smol_bin/smol_bin.h"

// The guest's copies of smol-bins, on a disk that outlives the boot: guestd(8).
//
//     sets/NAME/    a copy, named by the digest of its manifest: the members of kSmolBinMembers, manifest, envelope
//     current       a link to the copy in use
//     good          a link to the last copy that was found to work
//     failed        digests of manifests, one per line, whose copies were found not to work: never taken again
//
// The host owns that disk and can change its content at any time. So each copy is verified at every boot, against the
// trust file of the verity-protected root, and the programs run from yet another copy, in memory: CopySmolBin().

namespace hallmark {

/// The running rootfs, from the manifest that it was verified by.
struct RunningRootfs {
  std::string architecture;  ///< "arm64"
  uint64_t sequence = 0;
  uint64_t smol_bin_least_sequence = 0;
  uint64_t policy_least_sequence = 0;
};

/// A smol-bin that was offered and refused.
struct SmolBinRefusal {
  /// VerdictName() of what does not hold; "twin" if it is another smol-bin with the sequence in use; "failed" if it was
  /// found not to work; ErrorKindName() if it could not be read or copied.
  std::string verdict;
  std::string message;  ///< one line
};

/// The copy to use, and where it came from.
struct SmolBinChoice {
  enum class Action {
    kKept,       ///< the copy that was in use stays in use
    kInstalled,  ///< a new copy was made and put into use
    kRestored,   ///< the last good copy was put into use again
  };
  Action action = Action::kKept;
  std::filesystem::path directory;  ///< of the copy
  SmolBinManifest manifest;
  std::vector<std::string> notes;  ///< for the log: what was refused and why; one line each
};
/// "kept", "installed", "restored".
std::string_view ActionName(SmolBinChoice::Action action);

/// Copies the smol-bin in `source` to `directory`, which must not exist, and verifies the copy. Each file is written
/// completely and synced. kVerification says what does not hold; `directory` is removed then.
Result<VerifiedSmolBin> CopySmolBin(const std::filesystem::path& source, const std::filesystem::path& directory,
                                    const Trust& trust, const SmolBinRequirements& requirements);

class SmolBinStore {
 public:
  /// Opens the store in `directory`, makes it if it does not exist, and removes what an interrupted run left behind.
  /// Holds a lock on the directory as long as the object lives. kIo at once if another process has the lock;
  /// kVerification if the directory is not ours: see OpenPrivateDirectory().
  static Result<SmolBinStore> Open(const std::filesystem::path& directory, Trust trust, RunningRootfs rootfs);

  /// What the running rootfs requires of a smol-bin.
  [[nodiscard]] SmolBinRequirements Requirements() const;

  /// Chooses between the stored copies and `offered`, the directory of a mounted smol-bin (empty, or a path that does
  /// not exist: none). Copies a newer smol-bin, verifies the copy, and puts it into use. The highest sequence wins, and
  /// nothing older than the newest that was in use or good is taken; of two with the same sequence the stored one
  /// stays. Each refusal is noted. kVerification if no usable copy is left; kNoSpace or kIo if a copy could not be made
  /// and there is none to fall back to.
  Result<SmolBinChoice> Choose(const std::optional<std::filesystem::path>& offered);

  /// Why the last smol-bin that was offered was refused, whatever Choose() returned. Empty: it was taken, or is in use
  /// already.
  [[nodiscard]] const std::optional<SmolBinRefusal>& refused() const { return refused_; }

  /// Notes that the copy in use works.
  Result<void> MarkGood();

  /// Notes that the copy in use does not work, and puts the last good one into use. kVerification if no other good copy
  /// holds. In either case the failed one is no longer in use.
  Result<SmolBinChoice> RestoreGood();

 private:
  SmolBinStore(std::filesystem::path directory, Trust trust, RunningRootfs rootfs, FileLock lock)
      : directory_(std::move(directory)),
        trust_(std::move(trust)),
        rootfs_(std::move(rootfs)),
        lock_(std::move(lock)) {}

  struct Copy {
    std::string name;  // in sets/
    SmolBinManifest manifest;
  };
  /// The name of the copy that a link points to; empty if there is none.
  [[nodiscard]] std::string LinkTarget(std::string_view link) const;
  Result<void> SetLink(std::string_view link, const std::string& name) const;
  [[nodiscard]] std::filesystem::path SetDirectory(const std::string& name) const { return directory_ / "sets" / name; }
  /// The copy that a link points to, if it holds. Notes what does not.
  Result<std::optional<Copy>> Load(std::string_view link, std::vector<std::string>& notes) const;
  [[nodiscard]] Result<std::vector<std::string>> FailedNames() const;
  /// Copies the offered smol-bin and puts it into use. Empty if it is in use already or was refused: see refused_.
  Result<std::optional<Copy>> Install(const std::filesystem::path& offered, uint64_t least_sequence,
                                      const std::optional<Copy>& current, std::vector<std::string>& notes);
  /// Copies, verifies, and puts into use. Empty, with a note, if the copy does not hold.
  Result<std::optional<Copy>> MakeCopy(SignedDirectory& offered, const VerifiedSmolBin& manifest,
                                       std::vector<std::string>& notes);
  /// Notes why the offered smol-bin is refused.
  void Refuse(const std::string& verdict, const std::string& message, std::vector<std::string>& notes);
  void Refuse(const std::vector<Finding>& findings, std::string_view what, std::vector<std::string>& notes);
  /// Remembers that a copy was found not to work.
  Result<void> NoteFailed(const std::string& name) const;
  Result<void> MakeSetsDirectory() const;
  Result<void> RemoveUnused() const;
  [[nodiscard]] SmolBinChoice ChoiceOf(SmolBinChoice::Action action, const Copy& copy,
                                       std::vector<std::string> notes) const;

  std::filesystem::path directory_;
  Trust trust_;
  RunningRootfs rootfs_;
  FileLock lock_;
  std::optional<SmolBinRefusal> refused_;
};

}  // namespace hallmark
