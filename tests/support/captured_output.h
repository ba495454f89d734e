// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdio>
#include <cstdlib>
#include <string>

#include "tools/cli/output.h"

namespace hallmark::testing {

/// An Output that keeps its text in memory.
class CapturedOutput {
 public:
  cli::Output& output() { return output_; }
  /// The results written so far.
  [[nodiscard]] std::string results() const { return results_.Text(); }
  [[nodiscard]] std::string messages() const { return messages_.Text(); }

 private:
  class Stream {
   public:
    Stream() : file_(open_memstream(&data_, &size_)) {}
    Stream(const Stream&) = delete;
    Stream& operator=(const Stream&) = delete;
    ~Stream() {
      (void)std::fclose(file_);
      std::free(data_);
    }
    [[nodiscard]] std::FILE* file() const { return file_; }
    [[nodiscard]] std::string Text() const {
      (void)std::fflush(file_);
      return {data_, size_};
    }

   private:
    char* data_ = nullptr;
    size_t size_ = 0;
    std::FILE* file_;
  };

  Stream results_;
  Stream messages_;
  cli::Output output_{results_.file(), messages_.file()};
};

}  // namespace hallmark::testing
