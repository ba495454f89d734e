// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

#include "lib/base/file.h"
#include "lib/base/result.h"

namespace hallmark {

/// Where the members of a Debian package are (deb(5), format 2.0): an ar archive of debian-binary, control.tar.* and
/// data.tar.*.
struct Deb {
  struct Member {
    std::string name;     ///< "data.tar.xz"
    uint64_t offset = 0;  ///< of its content in the file, bytes
    uint64_t size = 0;    ///< bytes
  };
  Member control;
  Member data;
};

/// kCorrupt if the file does not follow deb(5).
Result<Deb> ReadDeb(const File& deb);

/// Writes the same package with its members not compressed, so that dpkg unpacks it without running a decompressor.
/// `plain` is new or empty. kCorrupt names what is wrong with `deb`.
Result<void> RepackDebUncompressed(const File& deb, const File& plain);

/// Extracts the files of a package into a directory, with owners, modes, times and extended attributes. A directory of
/// the package that is a symbolic link in the tree stays one. kCorrupt if `deb` does not follow deb(5), kIo with
/// libarchive's message if extracting fails.
Result<void> ExtractDeb(const File& deb, const std::filesystem::path& tree);

}  // namespace hallmark
