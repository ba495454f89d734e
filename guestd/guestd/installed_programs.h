// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "guestd/guestd/program_sets.h"
#include "guestd/update/store.h"

namespace hallmark::guest {

/// The sets of programs that came with smol-bins. Their copies lie on the session disk. The set to run is verified
/// again and copied into memory, where the disk's owner can't change it any more.
class InstalledPrograms : public ProgramSets {
 public:
  struct Options {
    std::filesystem::path store;   ///< on the session disk; made if it is missing
    std::filesystem::path memory;  ///< on a tmpfs; emptied by Open()
    std::filesystem::path trust;   ///< trust.json of the verified root
    RunningRootfs rootfs;
  };

  /// kNotFound if there is no trust file: then no program of a smol-bin can be run.
  static Result<std::unique_ptr<InstalledPrograms>> Open(Options options);

  /// True if there is a set to run without a new smol-bin.
  [[nodiscard]] bool HasSet() const;
  /// Installs the set of a mounted smol-bin if it is newer, and chooses the set to run. `mounted` is empty if there is
  /// no smol-bin. A set that is refused is logged; it is an error only if no set is left.
  Result<void> Update(const std::optional<std::filesystem::path>& mounted);
  /// Notes that there was a smol-bin that could not be read.
  void NoteRefused(const Error& error) { refused_ = {std::string(ErrorKindName(error.kind)), error.message}; }

  Result<ProgramSet> Current() override;
  Result<void> Confirm() override;
  Result<ProgramSet> FallBack() override;
  [[nodiscard]] std::optional<SmolBinRefusal> refused() const override { return refused_; }

 private:
  InstalledPrograms(Options options, Trust trust, SmolBinStore store)
      : options_(std::move(options)), trust_(std::move(trust)), store_(std::move(store)) {}

  /// Verifies the chosen set and copies it into memory.
  Result<ProgramSet> Take(const SmolBinChoice& choice);
  /// True if the set in use is the last good one.
  [[nodiscard]] bool CurrentIsGood() const;

  Options options_;
  Trust trust_;
  SmolBinStore store_;
  std::optional<SmolBinChoice> choice_;
  std::optional<SmolBinRefusal> refused_;
  int copies_ = 0;
};

}  // namespace hallmark::guest
