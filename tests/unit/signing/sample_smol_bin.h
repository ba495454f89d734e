// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "signing/dsse.h"
#include "signing/manifest.h"
#include "signing/smol_bin.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/signing/sample.h"

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

  /// Writes the five files.
  void WriteTo(const std::filesystem::path& folder) const {
    std::filesystem::create_directories(folder);
    WriteFile(folder / "sdk-daemon", daemon);
    WriteFile(folder / "sandbox-helper", "a helper");
    WriteFile(folder / "srt-settings.json", settings);
    Envelope envelope{std::string(kManifestPayloadType), FormatSmolBinManifest(Manifest()).value(), {}};
    EXPECT_OK(AddSignature(envelope, SampleKey(key)));
    WriteFile(folder / "manifest.json", envelope.payload);
    WriteFile(folder / "manifest.dsse.json", FormatEnvelope(envelope));
  }
};

}  // namespace hallmark::testing
