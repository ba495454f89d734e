// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "guestd/guestd/program_sets.h"
#include "guestd/update/store.h"

namespace hallmark::guest {

/// The sets of programs that came with smol-bins: copies on the session disk, of which the one to run is verified once
/// more and copied into memory, where the disk's owner can't change it any more.
class InstalledPrograms : public ProgramSets {
 public:
  struct Options {
    std::filesystem::path store;   ///< on the session disk; made if it is missing
    std::filesystem::path memory;  ///< on a tmpfs; emptied now
    std::filesystem::path trust;   ///< trust.json of the verified root
    RunningRootfs rootfs;
  };

  /// kNotFound if there is no trust file: nothing that a smol-bin holds can be run then.
  static Result<std::unique_ptr<InstalledPrograms>> Open(Options options);

  /// True if there is a set that can be run without a smol-bin.
  [[nodiscard]] bool HasSet() const;
  /// Takes the set of a mounted smol-bin if it is newer, or none; and chooses what is to run. What is refused is
  /// logged, and is no error as long as something is left.
  Result<void> Update(const std::optional<std::filesystem::path>& mounted);
  /// Notes that a smol-bin was there and could not even be looked at.
  void NoteRefused(const Error& error) { refused_ = {std::string(ErrorKindName(error.kind)), error.message}; }

  Result<ProgramSet> Current() override;
  Result<void> Confirm() override;
  Result<ProgramSet> FallBack() override;
  [[nodiscard]] std::optional<SmolBinRefusal> refused() const override { return refused_; }

 private:
  InstalledPrograms(Options options, Trust trust, SmolBinStore store)
      : options_(std::move(options)), trust_(std::move(trust)), store_(std::move(store)) {}

  /// Copies the chosen set into memory, verified.
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
