// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "lib/base/sink.h"
#include "lib/exfat/writer.h"
#include "signing/document/dsse.h"
#include "signing/smol_bin/smol_bin.h"
#include "tests/support/matchers.h"
#include "tests/support/sample_key.h"
#include "tests/support/temp_dir.h"

namespace hallmark::testing {

/// Key 1 signs bundles and the trust file, key 2 smol-bin images.
inline Trust SampleSmolTrust() {
  const PrivateKey root = SampleKey(1);
  TrustVersion version;
  version.expires = 4102444800;
  version.root.keys = version.bundle.keys = {root.public_key()};
  version.smol_bin.keys = {SampleKey(2).public_key()};
  return ParseTrust(ExtendTrust("", version, {&root}).value()).value();
}

inline constexpr std::string_view kSampleSettings =
    R"({"network": {"allowedDomains": ["example.com"], "deniedDomains": []},
        "filesystem": {"denyRead": [], "allowWrite": [], "denyWrite": []}})";

struct SampleSmolBin {
  uint64_t sequence = 5;
  uint64_t least_rootfs_sequence = 0;
  uint64_t policy_sequence = 5;
  std::string architecture = "arm64";
  std::string daemon = "a daemon";
  std::string settings{kSampleSettings};
  uint8_t key = 2;

  [[nodiscard]] SmolBinManifest Manifest() const {
    SmolBinManifest manifest{.version = "1.0",
                             .architecture = architecture,
                             .sequence = sequence,
                             .least_rootfs_sequence = least_rootfs_sequence,
                             .policy_sequence = policy_sequence};
    const std::string contents[] = {daemon, "a helper", settings};
    for (size_t i = 0; i < manifest.files.size(); ++i) {
      manifest.files[i] = {contents[i].size(), Sha256(AsBytes(contents[i]))};
    }
    return manifest;
  }

  /// The five files, by name.
  [[nodiscard]] std::map<std::string, std::string> Files() const {
    Envelope envelope{std::string(kStatementPayloadType), FormatSmolBinManifest(Manifest()).value(), {}};
    EXPECT_OK(AddSignature(envelope, SampleKey(key)));
    return {{"sdk-daemon", daemon},
            {"sandbox-helper", "a helper"},
            {"srt-settings.json", settings},
            {"manifest.json", envelope.payload},
            {"manifest.dsse.json", FormatEnvelope(envelope)}};
  }

  /// An image of 1 MiB, as hallmark-smol-bin(5) describes it.
  [[nodiscard]] std::string Image() const {
    const Timestamp time{.seconds = 315532800};  // 1980: exFAT has no earlier time
    FileTree tree;
    for (const auto& [name, content] : Files()) {
      EXPECT_OK(tree.Put("/" + name, FileTree::RegularFile(content, 0644, time)));
    }
    tree.inode(FileTree::kRoot).mtime = time;
    const Sha256Digest seed = Sha256(AsBytes("hallmark smol-bin\n" + architecture));
    const uint32_t serial = seed[0] | seed[1] << 8 | seed[2] << 16 | static_cast<uint32_t>(seed[3]) << 24;
    MemorySink image;
    EXPECT_OK(WriteExfat(tree, {.size = 1 << 20, .serial = serial, .label = "SMOL-BIN"}, image));
    return std::string(AsText(image.bytes()));
  }

  /// Writes the five files.
  void WriteTo(const std::filesystem::path& directory) const {
    std::filesystem::create_directories(directory);
    for (const auto& [name, content] : Files()) WriteFile(directory / name, content);
  }
};

}  // namespace hallmark::testing
