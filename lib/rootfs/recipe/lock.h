// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/result.h"

namespace hallmark {

/// The exact versions that a recipe resolved to: see hallmark-lock(5). Text (TOML) with one line per package, for
/// review in a diff.
struct Lock {
  /// One signed Release file that packages came from.
  struct Release {
    std::string suite;
    std::string origin;       ///< the Release file's Origin
    std::string date;         ///< its Date, as "2026-11-01T12:00:00Z"
    std::string sha256;       ///< of InRelease
    std::string fingerprint;  ///< of the primary key that signed it
    bool operator==(const Release&) const = default;
  };
  struct Package {
    std::string name;
    std::string version;
    std::string architecture;  ///< "arm64" or "all"
    uint64_t size = 0;         ///< of the .deb, bytes
    std::string sha256;        ///< of the .deb
    std::string path;          ///< below the mirror's base: "pool/main/b/bash/bash_5.2_arm64.deb"
    std::string suite;         ///< the Release it came from
    bool essential = false;    ///< Essential: yes, or required by such a package: extracted before any script runs
    bool operator==(const Package&) const = default;
  };
  struct Npm {
    std::string name;
    std::string version;
    std::string integrity;  ///< "sha512-BASE64"
    std::string path;       ///< of the tarball, below the registry: a lock names no registry
    bool operator==(const Npm&) const = default;
  };
  struct Download {
    std::string url;
    std::string sha256;
    bool operator==(const Download&) const = default;
  };
  /// A wheel, by its name on the package index that pip is set up to use.
  struct Python {
    std::string name;
    std::string version;
    std::string file;
    std::string sha256;
    bool operator==(const Python&) const = default;
  };

  std::string recipe;         ///< name
  std::string recipe_digest;  ///< RecipeLockDigest() of the recipe that was resolved
  std::string architecture;
  uint64_t source_date_epoch = 0;  ///< the newest Release date, seconds since 1970
  std::vector<Release> releases;
  std::vector<Package> packages;             ///< in the order to unpack
  std::vector<std::string> configure_order;  ///< package names
  std::vector<Npm> npm;
  std::vector<Download> downloads;
  std::vector<Python> python;

  bool operator==(const Lock&) const = default;
};

/// Parses a lock and checks the form of every string in it. kCorrupt with file, line and column.
Result<Lock> ParseLock(std::string_view text, const std::filesystem::path& file);
/// The text of a lock; parsing it gives the same lock, and the same lock gives the same bytes.
std::string FormatLock(const Lock& lock);

/// Reads the lock of `recipe` from `file`. kNotFound if there is none; kUsage if it was made for something other than
/// what the recipe now asks for.
Result<Lock> LoadLock(const struct Recipe& recipe, const std::filesystem::path& file);

}  // namespace hallmark
