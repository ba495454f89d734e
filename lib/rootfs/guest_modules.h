// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <span>
#include <string_view>

namespace hallmark {

/// A kernel module that the initramfs carries if the kernel has it.
struct GuestModule {
  std::string_view name;    ///< as modinfo gives it; "-" and "_" mean the same
  bool required = false;    ///< no root without it: a kernel that has it neither built in nor as a module is no use
  std::string_view reason;  ///< why it is in the initramfs
};

/// All of them, in the order to load.
std::span<const GuestModule> GuestModules();

}  // namespace hallmark
