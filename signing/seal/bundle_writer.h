// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "lib/base/file.h"
#include "lib/base/output_directory.h"
#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "signing/bundle/manifest.h"
#include "signing/seal/pack.h"

namespace hallmark {

/// True for a directory that holds a bundle, which a new one may replace.
bool IsBundle(const std::filesystem::path& directory);

/// A small file of a bundle, to be written as it is.
struct BundleFile {
  ArtifactRole role;
  ByteVector content;
};

/// Prepares a smol-bin image as a file of the bundle that `manifest` describes. Sets the lowest smol-bin and policy
/// sequences of `manifest` to those of the image. kUsage if it is not a valid smol-bin for the manifest's architecture.
/// Does not check its signatures, which takes a trust file.
Result<BundleFile> LoadSmolBin(const std::filesystem::path& path, Manifest& manifest);

/// Makes a bundle around `image`, a file in `directory` or elsewhere. Compresses it, writes the chunk table, the
/// origins, the `extras`, the unsigned manifest and SHA256SUMS, and commits the directory. If `session_disk` is given,
/// adds it in compressed form. `manifest` describes the image: name, version, architecture, times and verity; artifacts
/// and disk are filled in. Returns the complete manifest.
Result<Manifest> WriteBundle(OutputDirectory& directory, const File& image, const File* session_disk, Manifest manifest,
                             const std::vector<BundleFile>& extras, const PackOptions& options, ThreadPool& pool,
                             Progress& progress);

}  // namespace hallmark
