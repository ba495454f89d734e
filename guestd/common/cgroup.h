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

/// The limits of a control group and everything below it. A member that is absent sets no limit.
struct CgroupLimits {
  std::optional<uint64_t> memory;     ///< bytes of memory; swap is switched off with it
  std::optional<uint64_t> cpu;        ///< hundredths of one processor: 150 is one and a half
  std::optional<uint64_t> processes;  ///< threads count too

  bool operator==(const CgroupLimits&) const = default;
};

/// A control group of cgroup v2 (Documentation/admin-guide/cgroup-v2.rst), named by its directory. Constructing or
/// destroying the object neither makes nor removes the group.
class Cgroup {
 public:
  Cgroup() = default;
  explicit Cgroup(std::filesystem::path directory) : directory_(std::move(directory)) {}

  /// The group of this process. kUnsupported if cgroup v2 is not mounted.
  static Result<Cgroup> Own();

  [[nodiscard]] const std::filesystem::path& directory() const { return directory_; }
  /// The group of that name directly below. It need not exist.
  [[nodiscard]] Cgroup Child(const std::string& name) const { return Cgroup(directory_ / name); }
  /// The groups directly below this one.
  [[nodiscard]] std::vector<Cgroup> Children() const;

  /// Makes the directory. No error if it exists.
  [[nodiscard]] Result<void> Create() const;
  /// Removes the group and everything below it. kIo while a process in it is still dying: try again a little later.
  [[nodiscard]] Result<void> Remove() const;
  /// Sends SIGKILL to every process in the group and below, including processes that are being forked.
  [[nodiscard]] Result<void> Kill() const;
  /// Suspends every process in the group and below, or lets them continue.
  [[nodiscard]] Result<void> Freeze(bool frozen) const;
  /// Moves this process into the group.
  [[nodiscard]] Result<void> Enter() const;
  /// A descriptor of the directory, for clone3(2).
  [[nodiscard]] Result<File> Open() const;

  /// Enables the controllers of CgroupLimits for the groups below, as far as this machine has them.
  [[nodiscard]] Result<void> Delegate() const;
  /// Sets every limit, and removes the limits that are absent. kUnsupported if the controller of a limit is missing.
  [[nodiscard]] Result<void> Limit(const CgroupLimits& limits) const;
  /// Gives the group ten times the processor time of its neighbours when all of them want it.
  [[nodiscard]] Result<void> Prefer() const;
  /// When memory runs out, the kernel kills the whole group and not a single process of it.
  [[nodiscard]] Result<void> DieTogether() const;
  /// How many processes of this group and below the kernel has killed for lack of memory since the group was made.
  [[nodiscard]] uint64_t OutOfMemoryKills() const;

 private:
  [[nodiscard]] Result<void> Write(const std::string& file, const std::string& value) const;
  [[nodiscard]] Result<void> LimitOne(const std::string& file, const std::optional<std::string>& value) const;

  std::filesystem::path directory_;
};

}  // namespace hallmark::guest
