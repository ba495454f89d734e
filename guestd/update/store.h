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
//     sets/NAME/    a copy, named after its manifest's digest: the members of kSmolBinMembers, manifest, envelope
//     current       a link to the copy in use
//     good          a link to the last copy that was found to work
//     failed        digests of manifests, a line each, whose copies were found not to work: never taken again
//
// The host owns that disk and can change what is on it at any time. So every copy is verified at every boot, against
// the trust file of the verity-protected root, and what runs is yet another copy, in memory: CopySmolBin().

namespace hallmark {

/// What the running rootfs says of itself: the manifest it was verified by.
struct RunningRootfs {
  std::string architecture;  ///< "arm64"
  uint64_t sequence = 0;
  uint64_t smol_bin_least_sequence = 0;
  uint64_t policy_least_sequence = 0;
};

/// A smol-bin that was offered and not taken.
struct SmolBinRefusal {
  /// VerdictName() of what does not hold; "twin" of another smol-bin with the sequence in use; "failed" of one that was
  /// found not to work; ErrorKindName() where it could not be read or copied.
  std::string verdict;
  std::string message;  ///< one line
};

/// The copy that is to be used, and how it came about.
struct SmolBinChoice {
  enum class Action {
    kKept,       ///< the copy that was in use stays
    kInstalled,  ///< a new copy was made and put in use
    kRestored,   ///< the last good copy was put in use again
  };
  Action action = Action::kKept;
  std::filesystem::path directory;  ///< of the copy
  SmolBinManifest manifest;
  std::vector<std::string> notes;  ///< for the log: what was refused, and why; one line each
};
/// "kept", "installed", "restored".
std::string_view ActionName(SmolBinChoice::Action action);

/// Makes `directory`, which must not exist, hold a copy of the smol-bin in `source`, and verifies what it holds then.
/// Each file is written to the end and synced. kVerification says what does not hold; `directory` is removed then.
Result<VerifiedSmolBin> CopySmolBin(const std::filesystem::path& source, const std::filesystem::path& directory,
                                    const Trust& trust, const SmolBinRequirements& requirements);

class SmolBinStore {
 public:
  /// Opens the store in `directory`, makes it if it does not exist, and removes what an interrupted run left. Holds a
  /// lock on the directory as long as the object lives; kIo at once if another process has it, kVerification if it is
  /// no directory of ours: OpenPrivateDirectory().
  static Result<SmolBinStore> Open(const std::filesystem::path& directory, Trust trust, RunningRootfs rootfs);

  /// What the running rootfs asks of a smol-bin.
  [[nodiscard]] SmolBinRequirements Requirements() const;

  /// Chooses between the copies that are there and `offered`, a directory with a mounted smol-bin (absent or not there:
  /// none), and copies and puts in use what is newer. The newest by sequence wins, and nothing older than the newest
  /// that was in use or good is taken; of two with one sequence the one that is there stays. Whatever is refused is
  /// noted. The copy is verified after it was written, and before it is put in use. kVerification if nothing that may
  /// be used is left, kNoSpace and kIo if a copy could not be made and there is none to fall back to.
  Result<SmolBinChoice> Choose(const std::optional<std::filesystem::path>& offered);

  /// Why the last one that was offered was not taken, whatever Choose() came to. Empty: it was, or is in use already.
  [[nodiscard]] const std::optional<SmolBinRefusal>& refused() const { return refused_; }

  /// Notes that the copy in use works.
  Result<void> MarkGood();

  /// Notes that the copy in use does not work, and puts the last good one in use. kVerification if there is no other
  /// good copy that holds; the failed one is in use no longer in either case.
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
  /// The name of the copy that a link leads to; empty if there is none.
  [[nodiscard]] std::string LinkTarget(std::string_view link) const;
  Result<void> SetLink(std::string_view link, const std::string& name) const;
  [[nodiscard]] std::filesystem::path SetDirectory(const std::string& name) const { return directory_ / "sets" / name; }
  /// The copy of a link, if it holds; what does not is noted.
  Result<std::optional<Copy>> Load(std::string_view link, std::vector<std::string>& notes) const;
  [[nodiscard]] Result<std::vector<std::string>> FailedNames() const;
  /// The copy that was made and put in use; nothing if the one in use is it, or it was refused: see refused_.
  Result<std::optional<Copy>> Install(const std::filesystem::path& offered, uint64_t least_sequence,
                                      const std::optional<Copy>& current, std::vector<std::string>& notes);
  /// Copies, verifies, and puts in use; nothing where the copy does not hold, which is noted.
  Result<std::optional<Copy>> MakeCopy(SignedDirectory& offered, const VerifiedSmolBin& manifest,
                                       std::vector<std::string>& notes);
  /// Notes why the offered one is not taken.
  void Refuse(const std::string& verdict, const std::string& message, std::vector<std::string>& notes);
  void Refuse(const std::vector<Finding>& findings, std::string_view what, std::vector<std::string>& notes);
  /// Remembers a copy that was found not to work.
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
