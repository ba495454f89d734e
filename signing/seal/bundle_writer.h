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

/// A small file of a bundle, written as it is.
struct BundleFile {
  ArtifactRole role;
  ByteVector content;
};

/// A smol-bin image as a file of the bundle that `manifest` describes, which from then on takes none with a smaller
/// sequence, of the image or of its policy. kUsage if it is not a sound smol-bin for the manifest's architecture; its
/// signatures are for those to check who have a trust file.
Result<BundleFile> LoadSmolBin(const std::filesystem::path& path, Manifest& manifest);

/// Makes a bundle around `image`, a file of `directory` or of anywhere else: compresses it, writes chunk table, origin
/// files, the `extras`, the unsigned manifest and SHA256SUMS, and commits the directory. `session_disk`, if given, goes
/// along in its compressed form. `manifest` says what the image is: name, version, architecture, times, verity;
/// artifacts and disk are filled in. Gives back the whole manifest.
Result<Manifest> WriteBundle(OutputDirectory& directory, const File& image, const File* session_disk, Manifest manifest,
                             const std::vector<BundleFile>& extras, const PackOptions& options, ThreadPool& pool,
                             Progress& progress);

}  // namespace hallmark
