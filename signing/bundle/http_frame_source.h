// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "signing/bundle/frame_source.h"

namespace hallmark {

/// The `file` of a bundle that a plain HTTP server publishes as a directory; `directory` is its URL. Gives up on a
/// server that sends less than 1 KiB/s for `stall_seconds`. A library of its own, because checking bundles requires no
/// network.
std::unique_ptr<FrameSource> MakeHttpFrameSource(const std::string& directory, const std::string& file,
                                                 long stall_seconds);

}  // namespace hallmark
