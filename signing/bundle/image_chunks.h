// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "signing/bundle/chunk_table.h"

namespace hallmark {

/// The chunks of a raw image as they are on disk, looked at one by one. The image has the table's size. Image and table
/// outlive this object, whose functions may be called from several threads.
class ImageChunks {
 public:
  static Result<ImageChunks> Open(const File& image, const ChunkTable& table);

  /// True if no byte of the chunk was ever written, as the file system tells when this object was made.
  [[nodiscard]] bool IsHole(size_t index) const;
  /// True if the chunk holds what the table says. A hole where zeros must be is not read.
  [[nodiscard]] Result<bool> Holds(size_t index) const;

 private:
  ImageChunks(const File& image, const ChunkTable& table, std::vector<DataRange> data)
      : image_(image), table_(table), data_(std::move(data)) {}

  const File& image_;
  const ChunkTable& table_;
  std::vector<DataRange> data_;
};

}  // namespace hallmark
