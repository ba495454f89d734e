// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/result.h"
#include "signing/bundle/chunk_table.h"

namespace hallmark {

/// The chunks of a raw image on disk. The image must have the table's size. Image and table must outlive this object.
/// Its functions may be called from several threads.
class ImageChunks {
 public:
  /// Asks the filesystem where the image has data. kIo if it can't tell.
  static Result<ImageChunks> Open(const File& image, const ChunkTable& table);

  /// True if no byte of the chunk was ever written, as the filesystem said when this object was made.
  [[nodiscard]] bool IsHole(size_t index) const;
  /// True if the chunk's bytes match the table. Does not read a hole where the table has zeros.
  [[nodiscard]] Result<bool> Holds(size_t index) const;

 private:
  ImageChunks(const File& image, const ChunkTable& table, std::vector<DataRange> data)
      : image_(image), table_(table), data_(std::move(data)) {}

  const File& image_;
  const ChunkTable& table_;
  std::vector<DataRange> data_;
};

}  // namespace hallmark
