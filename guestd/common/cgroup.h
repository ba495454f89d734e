// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark::guest {

/// What a control group and all below it may use. Nothing set: no limit of its own.
struct CgroupLimits {
  std::optional<uint64_t> memory;     ///< bytes, swap not counted on top
  std::optional<uint64_t> cpu;        ///< hundredths of one processor: 150 is one and a half
  std::optional<uint64_t> processes;  ///< threads count too

  bool operator==(const CgroupLimits&) const = default;
};

/// A group of cgroup v2 (Documentation/admin-guide/cgroup-v2.rst), by its directory. Makes and removes nothing by
/// itself.
class Cgroup {
 public:
  Cgroup() = default;
  explicit Cgroup(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// The group that this process is in. kUnsupported if cgroup v2 is not mounted.
  static Result<Cgroup> Own();

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  [[nodiscard]] Cgroup Child(const std::string& name) const { return Cgroup(directory_ / name); }
  /// The groups below, one level.
  [[nodiscard]] std::vector<Cgroup> Children() const;

  /// Makes the directory; no error if it is there.
  [[nodiscard]] Result<void> Create() const;
  /// Removes the group and all below it. kIo while a process in it is not quite dead: try again a little later.
  [[nodiscard]] Result<void> Remove() const;
  /// SIGKILL for every process in it and below, those that are being forked included.
  [[nodiscard]] Result<void> Kill() const;
  /// Stops every process in it and below where it stands, or lets it go on.
  [[nodiscard]] Result<void> Freeze(bool frozen) const;
  /// Moves this process into the group.
  [[nodiscard]] Result<void> Enter() const;
  /// A descriptor of the directory, for clone3(2).
  [[nodiscard]] Result<File> Open() const;

  /// Hands the controllers for CgroupLimits to the groups below, as far as this machine has them.
  [[nodiscard]] Result<void> Delegate() const;
  /// Sets every limit: those that are not given are lifted. kUnsupported if a given one's controller is missing.
  [[nodiscard]] Result<void> Limit(const CgroupLimits& limits) const;
  /// Gives it ten times the processor time of its neighbours, when they all want it.
  [[nodiscard]] Result<void> Prefer() const;
  /// When memory runs out, all of the group dies together and not one process of it.
  [[nodiscard]] Result<void> DieTogether() const;
  /// Processes that the kernel has killed for memory in this group and below, since it was made.
  [[nodiscard]] uint64_t OutOfMemoryKills() const;

 private:
  [[nodiscard]] Result<void> Write(const std::string& file, const std::string& value) const;
  [[nodiscard]] Result<void> LimitOne(const std::string& file, const std::optional<std::string>& value) const;

  std::filesystem::path directory_;
};

}  // namespace hallmark::guest
