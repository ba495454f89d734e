// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "guestd/update/store.h"
#include "lib/base/result.h"

namespace hallmark::guest {

/// Programs that belong together: sdk-daemon, sandbox-helper and srt-settings.json.
struct ProgramSet {
  std::filesystem::path directory;
  std::string name;           ///< for the log: "smol-bin 1.2, sequence 7", or the directory
  uint64_t sequence = 0;      ///< of its smol-bin; 0: it does not come from a smol-bin
  std::string policy_digest;  ///< SHA-256 of srt-settings.json, hexadecimal; empty: unknown
  bool proven = false;        ///< it has passed its health check before

  [[nodiscard]] std::filesystem::path daemon() const { return directory / "sdk-daemon"; }
  [[nodiscard]] std::filesystem::path helper() const { return directory / "sandbox-helper"; }
  [[nodiscard]] std::filesystem::path settings() const { return directory / "srt-settings.json"; }
};

/// The sets of programs that this guest has, as the supervisor sees them. An implementation verifies each set before it
/// hands it out.
class ProgramSets {
 public:
  virtual ~ProgramSets() = default;

  /// The set to run. kNotFound if nothing is installed, kVerification if nothing that is may run.
  virtual Result<ProgramSet> Current() = 0;
  /// Notes that the current set passed its health check. It is the last good one from now on.
  virtual Result<void> Confirm() = 0;
  /// Notes that the current set does not work, and makes the last good one current. kNotFound if there is no
  /// other, kVerification if the other does not verify.
  virtual Result<ProgramSet> FallBack() = 0;
  /// Why the last smol-bin that was offered does not run. Empty if it runs, or if none was offered.
  [[nodiscard]] virtual std::optional<SmolBinRefusal> refused() const = 0;
};

/// A directory of programs that never changes: for images that contain the programs, and for tests.
class FixedPrograms : public ProgramSets {
 public:
  explicit FixedPrograms(std::filesystem::path directory, std::optional<SmolBinRefusal> refused = {})
      : directory_(std::move(directory)), refused_(std::move(refused)) {}
  Result<ProgramSet> Current() override { return ProgramSet{directory_, directory_.string(), 0, "", true}; }
  Result<void> Confirm() override { return {}; }
  Result<ProgramSet> FallBack() override {
    return NotFoundError("there is no other set of programs beside " + directory_.string());
  }
  [[nodiscard]] std::optional<SmolBinRefusal> refused() const override { return refused_; }

 private:
  std::filesystem::path directory_;
  std::optional<SmolBinRefusal> refused_;
};

}  // namespace hallmark::guest
