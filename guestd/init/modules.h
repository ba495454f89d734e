// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace hallmark::guest {

/// A line of the initramfs's module list.
struct ListedModule {
  bool required = true;  ///< false: the machine may lack what the module requires (an instruction set, a bus)
  std::string path;      ///< absolute
};

/// Where `hallmark build` puts the list.
inline constexpr std::string_view kModuleList = "/lib/modules/hallmark.list";

/// Parses lines "required PATH" or "optional PATH", in the order to load. kCorrupt names the line.
Result<std::vector<ListedModule>> ParseModuleList(std::string_view text);

/// Loads the modules in order (finit_module(2)). A module that is loaded already is no error.
Result<void> LoadModules(const std::vector<ListedModule>& modules);

}  // namespace hallmark::guest
