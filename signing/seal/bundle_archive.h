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

/// Writes what a signed bundle ships into `archive`, which is new or empty: first trust.json, manifest.json and
/// manifest.dsse.json, by which a reader knows what may come behind them, then the other small files, then the
/// artifacts. rootfs.img is made from rootfs.img.zst, and stays out. The same bundle gives the same bytes.
/// kVerification if an artifact is not what the manifest says.
Result<void> ExportBundle(const std::filesystem::path& bundle, const File& archive, Progress& progress);

/// Makes the directory `bundle` of an archive that anybody may have made. Only plain files come out, with the names
/// that bundles have, each once, none larger than signed; signatures are checked before anything large is read, and
/// `options.full_check` has seen every byte before the directory appears. kVerification or kCorrupt names what is not
/// as it must be.
Result<VerifiedManifest> ImportBundle(const File& archive, const std::filesystem::path& bundle, const Trust& trust,
                                      const VerifyOptions& options, ThreadPool& pool, Progress& progress);

}  // namespace hallmark
