// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>

#include "lib/base/file.h"
#include "lib/base/progress.h"
#include "lib/base/result.h"
#include "lib/base/thread_pool.h"
#include "signing/bundle/verify.h"
#include "signing/document/trust.h"

// A bundle as one file, bundle.tar.gz: hallmark-export(1).

namespace hallmark {

/// Writes the files that a signed bundle ships into `archive`, which is new or empty: first trust.json, manifest.json
/// and manifest.dsse.json, which tell a reader what may follow; then the other small files; then the artifacts.
/// rootfs.img is left out, because it is made from rootfs.img.zst. The same bundle gives the same bytes. kVerification
/// if an artifact does not match the manifest.
Result<void> ExportBundle(const std::filesystem::path& bundle, const File& archive, Progress& progress);

/// Makes the directory `bundle` from an untrusted archive. Extracts only plain files with the names that bundles have,
/// each once, none larger than signed. Checks the signatures before reading anything large, and runs
/// `options.full_check` on every byte before the directory appears. kVerification or kCorrupt names what is wrong.
Result<VerifiedManifest> ImportBundle(const File& archive, const std::filesystem::path& bundle, const Trust& trust,
                                      const VerifyOptions& options, ThreadPool& pool, Progress& progress);

}  // namespace hallmark
