// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/http_frame_source.h"

#include "lib/http/range_reader.h"

namespace hallmark {
namespace {

class HttpFrameSource : public FrameSource {
 public:
  HttpFrameSource(const std::string& url, long stall_seconds) : reader_(url, stall_seconds) {}
  [[nodiscard]] std::string name() const override { return reader_.name(); }
  [[nodiscard]] Result<void> Read(uint64_t offset, MutableByteSpan bytes) const override {
    return reader_.Read(offset, bytes);
  }

 private:
  RangeReader reader_;
};

}  // namespace

std::unique_ptr<FrameSource> MakeHttpFrameSource(const std::string& directory, const std::string& file,
                                                 long stall_seconds) {
  return std::make_unique<HttpFrameSource>(directory + "/" + file, stall_seconds);
}

}  // namespace hallmark
