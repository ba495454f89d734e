// SPDX-License-Identifier: Apache-2.0
#include "signing/document/bundle_file.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <array>

namespace hallmark {
namespace {

Error NotRegular(std::string_view name) { return UnsupportedError(std::string(name) + ": is no regular file"); }

}  // namespace

Result<File> OpenBundleFile(const std::filesystem::path& bundle, std::string_view name) {
  const std::filesystem::path path = bundle / name;
  // O_NONBLOCK: opening a FIFO must not wait for its other end.
  Result<File> file = File::Open(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK);
  struct stat status {};
  if (!file.ok()) {
    if (::lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode)) return NotRegular(name);
    return file;
  }
  ASSIGN_OR_RETURN(status, file->Stat());
  if (!S_ISREG(status.st_mode)) return NotRegular(name);
  return file;
}

Result<std::string> ReadBundleFile(const std::filesystem::path& bundle, std::string_view name, uint64_t limit) {
  ASSIGN_OR_RETURN(const File file, OpenBundleFile(bundle, name));
  ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  if (size > limit) {
    return CorruptError(std::string(name) + ": larger than " + std::to_string(limit) + " bytes");
  }
  std::string text(size, '\0');
  RETURN_IF_ERROR(file.ReadAt(0, {reinterpret_cast<uint8_t*>(text.data()), text.size()}));
  return text;
}

bool LooksCompressed(const File& file) {
  std::array<uint8_t, 4> magic{};
  const Result<size_t> read = file.ReadUpTo(0, magic);
  if (!read.ok() || *read < magic.size()) return false;
  static constexpr std::array<uint8_t, 4> kZstd = {0x28, 0xB5, 0x2F, 0xFD};
  const bool skippable = (magic[0] & 0xF0) == 0x50 && magic[1] == 0x2A && magic[2] == 0x4D && magic[3] == 0x18;
  const bool gzip = magic[0] == 0x1F && magic[1] == 0x8B;
  const bool xz = magic[0] == 0xFD && magic[1] == '7' && magic[2] == 'z' && magic[3] == 'X';
  return magic == kZstd || skippable || gzip || xz;
}

}  // namespace hallmark
