// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

#include "lib/http/range_reader.h"
#include "signing/frame_source.h"

namespace hallmark {

/// The rootfs.img.zst of a bundle that a plain HTTP server publishes as a folder. A library of its own: what checks
/// bundles needs no network.
class HttpFrameSource : public FrameSource {
 public:
  /// `folder` is the bundle's URL.
  HttpFrameSource(std::string folder, const std::string& file, long stall_seconds)
      : reader_(std::move(folder) + "/" + file, stall_seconds) {}
  [[nodiscard]] std::string name() const override { return reader_.name(); }
  [[nodiscard]] Result<void> Read(uint64_t offset, MutableByteSpan bytes) const override {
    return reader_.Read(offset, bytes);
  }

 private:
  RangeReader reader_;
};

}  // namespace hallmark
