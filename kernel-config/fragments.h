// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace hallmark {

/// A file of this directory; hallmark-kernel-config(1) describes the form.
struct KernelFragment {
  std::string_view purpose;  ///< the file's name without ".config": "storage"
  std::string_view text;
};

/// All of them, in the order in which their modules are loaded.
std::span<const KernelFragment> KernelFragments();

}  // namespace hallmark
