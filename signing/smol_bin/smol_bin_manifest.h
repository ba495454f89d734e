// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "lib/base/result.h"
#include "lib/crypto/digest.h"

// What a smol-bin holds, as one signed document: hallmark-smol-bin(5).

namespace hallmark {

/// A file of a smol-bin. Every image has all of them.
struct SmolBinMember {
  std::string_view name;
  uint32_t mode = 0;  ///< permissions of the installed copy
};
constexpr std::array<SmolBinMember, 3> kSmolBinMembers = {
    {{"sdk-daemon", 0755}, {"sandbox-helper", 0755}, {"srt-settings.json", 0644}}};
constexpr size_t kSettingsMember = 2;  ///< index of srt-settings.json in kSmolBinMembers

constexpr size_t kMaxSmolBinManifestSize = 64 << 10;     ///< bytes
constexpr uint64_t kMaxSmolBinFile = uint64_t{1} << 30;  ///< bytes of a member

struct SmolBinFile {
  uint64_t size = 0;  ///< bytes
  Sha256Digest sha256{};

  bool operator==(const SmolBinFile&) const = default;
};

struct SmolBinManifest {
  std::string version;       ///< letters, digits and . _ + ~ -
  std::string architecture;  ///< Debian's name: "arm64"
  uint64_t sequence = 0;     ///< grows with every release; from 1
  /// A rootfs with a lower sequence does not take the image.
  uint64_t least_rootfs_sequence = 0;
  uint64_t policy_sequence = 0;  ///< of srt-settings.json; from 1
  uint64_t source_date_epoch = 0;
  std::array<SmolBinFile, kSmolBinMembers.size()> files{};  ///< in the order of kSmolBinMembers

  bool operator==(const SmolBinManifest&) const = default;
};

/// The canonical text: an in-toto Statement v1 whose subjects are the files. kUsage if ParseSmolBinManifest() would
/// refuse the manifest.
Result<std::string> FormatSmolBinManifest(const SmolBinManifest& manifest);
/// Parses a manifest. kCorrupt or kUnsupported, naming the member but not the file, for anything but canonical text.
/// Check the signature first: VerifySmolBinHead().
Result<SmolBinManifest> ParseSmolBinManifest(std::string_view text);

}  // namespace hallmark
