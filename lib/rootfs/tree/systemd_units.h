// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/result.h"
#include "lib/rootfs/recipe/recipe.h"
#include "lib/rootfs/tree/tree_directory.h"

namespace hallmark {

/// Enables, disables and masks units and sets the default target, as `systemctl --root` would: links in
/// /etc/systemd/system after each unit's [Install] section (systemd.unit(5)). kUsage if a unit does not exist or has
/// nothing to install.
Result<void> ApplySystemd(const TreeDirectory& tree, const Recipe::Systemd& systemd);

}  // namespace hallmark
