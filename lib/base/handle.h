// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

namespace hallmark {

/// Deleter for a C handle: `std::unique_ptr<FILE, Deleter<fclose>>`.
template <auto function>
struct Deleter {
  template <typename T>
  void operator()(T* handle) const {
    if (handle != nullptr) function(handle);
  }
};

}  // namespace hallmark
