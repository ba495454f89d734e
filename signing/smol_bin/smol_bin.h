// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"
#include "lib/crypto/digest.h"
#include "signing/document/trust.h"

// What a smol-bin holds, as one document that is signed: hallmark-smol-bin(5). The reading half, for guests and hosts:
// it takes the files from a directory, be it a mounted image or an installed copy.

namespace hallmark {

/// A file of a smol-bin. Each image has every one of them.
struct SmolBinMember {
  std::string_view name;
  uint32_t mode = 0;  ///< permissions that the installed copy gets
};
constexpr std::array<SmolBinMember, 3> kSmolBinMembers = {
    {{"sdk-daemon", 0755}, {"sandbox-helper", 0755}, {"srt-settings.json", 0644}}};

constexpr size_t kMaxSmolBinManifestSize = 64 << 10;
constexpr uint64_t kMaxSmolBinFile = uint64_t{1} << 30;  ///< bytes of one member

struct SmolBinFile {
  uint64_t size = 0;  ///< bytes
  Sha256Digest sha256{};

  bool operator==(const SmolBinFile&) const = default;
};

struct SmolBinManifest {
  std::string version;       ///< letters, digits and . _ + ~ -
  std::string architecture;  ///< as Debian names it: "arm64"
  uint64_t sequence = 0;     ///< grows with every release; from 1
  /// A rootfs with a sequence below this one does not take the image.
  uint64_t least_rootfs_sequence = 0;
  uint64_t policy_sequence = 0;  ///< of srt-settings.json; from 1
  uint64_t source_date_epoch = 0;
  std::array<SmolBinFile, kSmolBinMembers.size()> files{};  ///< in the order of kSmolBinMembers

  bool operator==(const SmolBinManifest&) const = default;
};

/// The canonical text: an in-toto Statement v1 whose subjects are the files. kUsage if the manifest holds what
/// ParseSmolBinManifest would refuse.
Result<std::string> FormatSmolBinManifest(const SmolBinManifest& manifest);
/// Reads a manifest. kCorrupt, naming the member, on anything but canonical text. Check the signature first.
Result<SmolBinManifest> ParseSmolBinManifest(std::string_view text);

/// A manifest whose signatures were checked. Only VerifySmolBinManifest makes one.
class VerifiedSmolBin {
 public:
  const SmolBinManifest& operator*() const { return manifest_; }
  const SmolBinManifest* operator->() const { return &manifest_; }
  /// The signed bytes.
  [[nodiscard]] const std::string& text() const { return text_; }

 private:
  friend Result<VerifiedSmolBin> VerifySmolBinManifest(std::string manifest_text, std::string_view envelope_text,
                                                       const Trust& trust);
  VerifiedSmolBin(SmolBinManifest manifest, std::string text)
      : manifest_(std::move(manifest)), text_(std::move(text)) {}
  SmolBinManifest manifest_;
  std::string text_;
};

/// Checks the envelope's signatures against the role `smol_bin`, that it signs exactly `manifest_text`, and only then
/// reads the manifest. kVerification, or kCorrupt for an envelope that is not in its one spelling or names a key that
/// did not sign, and for bytes that no key of ours would have signed.
Result<VerifiedSmolBin> VerifySmolBinManifest(std::string manifest_text, std::string_view envelope_text,
                                              const Trust& trust);

/// Why a smol-bin does not hold.
enum class SmolBinVerdict {
  kGood,
  kFilesystem,         ///< the image is not the exFAT filesystem that belongs to its files
  kUntrusted,          ///< not signed by enough keys of the role
  kMalformed,          ///< a manifest or an envelope that does not follow its format
  kMissing,            ///< a file is not there
  kNotAFile,           ///< a link, a directory or a device where a file must be
  kUnexpected,         ///< a file that the manifest does not name
  kTruncated,          ///< shorter than signed
  kExtended,           ///< longer than signed
  kDigest,             ///< other bytes than signed
  kPolicy,             ///< signed settings that can't be read: they would allow nothing
  kWrongArchitecture,  ///< for another machine
  kRolledBack,         ///< an older release than may be taken
  kPolicyRolledBack,   ///< an older policy than may be taken
  kRootfsTooOld,       ///< it needs a newer rootfs
};
/// "rolled-back", as JSON output and the negative corpus write it.
std::string_view VerdictName(SmolBinVerdict verdict);

/// One thing that does not hold.
struct SmolBinFinding {
  SmolBinVerdict verdict = SmolBinVerdict::kGood;
  std::string where;    ///< a file's name, or a structure of the filesystem: "allocation bitmap"
  std::string message;  ///< one line, without `where`
};
/// All of it in one line.
std::string FindingText(const SmolBinFinding& finding);

/// What a smol-bin must fit. A number of 0 asks for nothing.
struct SmolBinRequirements {
  std::string architecture;  ///< empty: any
  uint64_t rootfs_sequence = 0;
  uint64_t least_sequence = 0;
  uint64_t least_policy_sequence = 0;
};
/// The rules that a manifest breaks.
std::vector<SmolBinFinding> CheckRequirements(const SmolBinManifest& manifest, const SmolBinRequirements& requirements);

struct SmolBinReport {
  std::optional<VerifiedSmolBin> manifest;  ///< empty: its signatures do not hold
  std::vector<SmolBinFinding> findings;     ///< empty: all that was looked at holds

  [[nodiscard]] bool good() const { return findings.empty(); }
};

/// Checks the signatures and the requirements of a directory's smol-bin; of its files only the manifest and the
/// envelope. An error is one of the environment; what does not hold is a finding.
Result<SmolBinReport> VerifySmolBinHead(const std::filesystem::path& directory, const Trust& trust,
                                        const SmolBinRequirements& requirements);

/// The same, and that the directory holds exactly the files of the manifest, with their sizes and digests, and settings
/// that can be read.
Result<SmolBinReport> VerifySmolBinDirectory(const std::filesystem::path& directory, const Trust& trust,
                                             const SmolBinRequirements& requirements);

}  // namespace hallmark
