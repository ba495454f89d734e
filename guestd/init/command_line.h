// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hallmark::guest {

/// A block device as the command line may name it: by what it holds, never by its node, which differs between hosts.
struct DeviceName {
  enum class Kind { kPartUuid, kPartLabel, kUuid, kLabel };
  Kind kind = Kind::kPartUuid;
  std::string value;  ///< UUIDs in lower case

  bool operator==(const DeviceName&) const = default;
};

/// "PARTUUID=..." as on the command line.
std::string ToString(const DeviceName& name);

/// What dm-verity does when a block does not match its hash.
enum class CorruptionReaction { kIoError, kRestart, kPanic };

/// What init takes from the kernel command line: root=, rootfstype=, rootflags=, rootwait, init= and panic= as the
/// kernel reads them; roothash= and systemd.verity_root_data=, _hash= and _options= as systemd-veritysetup-generator(8)
/// reads them; hallmark.verity= and hallmark.overlay_size=.
struct BootOptions {
  static constexpr size_t kRootHashSize = 32;  // SHA-256

  ByteVector root_hash;  ///< roothash=; empty: no dm-verity, which requires verity_off
  bool verity_off = false;
  CorruptionReaction reaction = CorruptionReaction::kIoError;
  DeviceName root;         ///< default with a root hash: its first 128 bits
  DeviceName verity_hash;  ///< default with a root hash: its last 128 bits
  std::string root_type = "ext4";
  std::string root_flags;
  std::string init = "/sbin/init";
  std::string overlay_size = "50%";                  ///< in the form that tmpfs(5) takes
  std::optional<uint32_t> device_wait_seconds = 60;  ///< empty: waits for ever
  /// What happens after a failure (panic=): 0 powers off, N reboots after N seconds, a negative number reboots at once.
  int panic_seconds = 0;
};

/// The words of a kernel command line, split at white space outside double quotes, and each "key=value" split at its
/// first "=". Quotes around a value or a whole word are removed, as the kernel's own parser does. A word without "="
/// has an empty value.
std::vector<std::pair<std::string, std::string>> SplitCommandLine(std::string_view line);

/// kUsage names the wrong parameter. Ignores parameters of others; if one is given twice, the last counts.
Result<BootOptions> ParseCommandLine(std::string_view line);

}  // namespace hallmark::guest
