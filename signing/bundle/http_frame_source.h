// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "lib/http/range_reader.h"
#include "signing/bundle/frame_source.h"

namespace hallmark {

/// The rootfs.img.zst of a bundle that a plain HTTP server publishes as a directory. A library of its own: what checks
/// bundles needs no network.
class HttpFrameSource : public FrameSource {
 public:
  /// `directory` is the bundle's URL.
  HttpFrameSource(std::string directory, const std::string& file, long stall_seconds)
      : reader_(std::move(directory) + "/" + file, stall_seconds) {}
  [[nodiscard]] std::string name() const override { return reader_.name(); }
  [[nodiscard]] Result<void> Read(uint64_t offset, MutableByteSpan bytes) const override {
    return reader_.Read(offset, bytes);
  }

 private:
  RangeReader reader_;
};

}  // namespace hallmark
