// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/kernel_image.h"

#include <algorithm>
#include <cstring>
#include <string_view>

#include "lib/archive/filter.h"
#include "lib/base/endian.h"
#include "lib/base/text.h"

namespace hallmark {
namespace {

constexpr uint64_t kMaxKernelBytes = uint64_t{256} << 20;
constexpr size_t kMaxVersionLength = 64;  // __NEW_UTS_LEN

bool IsVersionCharacter(char c) {
  return IsAlphanumeric(c) || std::string_view("._+~-").find(c) != std::string_view::npos;
}

/// The version at the start of `text`; empty if there is none.
std::string VersionAt(std::string_view text) {
  const auto end = std::find_if_not(text.begin(), text.end(), IsVersionCharacter);
  const std::string_view version = text.substr(0, static_cast<size_t>(end - text.begin()));
  if (version.empty() || version.size() > kMaxVersionLength || version[0] < '0' || version[0] > '9') return {};
  return std::string(version);
}

/// The boot protocol's kernel_version field (the kernel's Documentation/arch/x86/boot.rst).
std::string SetupVersion(ByteSpan kernel) {
  constexpr size_t kMagicOffset = 0x202;
  constexpr size_t kVersionField = 0x20e;
  constexpr size_t kVersionBase = 0x200;
  if (kernel.size() < kVersionField + 2 || AsText(kernel.subspan(kMagicOffset, 4)) != "HdrS") return {};
  Le16 offset;
  std::memcpy(&offset, kernel.data() + kVersionField, sizeof offset);
  const size_t start = kVersionBase + offset;
  return start < kernel.size() ? VersionAt(AsText(kernel.subspan(start))) : std::string();
}

/// linux_banner, which every kernel has in its data.
std::string BannerVersion(ByteSpan kernel) {
  constexpr std::string_view kBanner = "Linux version ";
  const std::string_view text = AsText(kernel);
  for (size_t at = text.find(kBanner); at != std::string_view::npos; at = text.find(kBanner, at + 1)) {
    std::string version = VersionAt(text.substr(at + kBanner.size()));
    if (!version.empty()) return version;
  }
  return {};
}

}  // namespace

Result<std::string> KernelImageVersion(ByteSpan kernel) {
  if (std::string version = SetupVersion(kernel); !version.empty()) return version;
  ASSIGN_OR_RETURN(const ByteVector plain, Decompress(kernel, kMaxKernelBytes));
  if (std::string version = BannerVersion(plain); !version.empty()) return version;
  return UnsupportedError("not a kernel image that says its version");
}

}  // namespace hallmark
