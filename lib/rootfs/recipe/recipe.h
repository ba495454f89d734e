// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/result.h"

namespace hallmark {

/// The content of an image as recipe.toml describes it: see hallmark-recipe(5). Relative paths in the file are relative
/// to its directory. The form of every string has been checked; whether the named things exist has not.
struct Recipe {
  struct Owner {
    std::string user = "root";  ///< a name of the image's user database, or a number
    std::string group = "root";
  };
  /// The sources of the packages.
  struct Apt {
    std::string suite;                      ///< "bookworm"
    std::vector<std::string> suites;        ///< with its updates and security suites, in apt's order
    std::vector<std::string> components;    ///< "main"
    bool host_sources = false;              ///< sources = "host": the builder's own apt sources of these suites
    std::vector<std::string> mirrors;       ///< URLs, tried in order; empty with host_sources
    std::string snapshot_mirror;            ///< URL with "{time}" in it; may be empty
    std::string snapshot;                   ///< "20261101T000000Z"; empty: now
    std::filesystem::path keyring;          ///< empty with host_sources: the builder's
    std::vector<std::string> fingerprints;  ///< 40 upper-case hex digits each; empty: any key of the keyring
    std::vector<std::string> packages;
    bool recommends = false;
  };
  /// A member of an npm package and its path in the tree.
  struct NpmPlace {
    std::string member;  ///< "package/cli"
    std::string path;
    mode_t mode = 0644;
    Owner owner;
  };
  struct Npm {
    std::string name;       ///< "@scope/name"
    std::string version;    ///< exact
    std::string integrity;  ///< "sha512-BASE64"; empty: the lock records it
    std::vector<NpmPlace> places;
  };
  /// A file from a URL.
  struct Download {
    std::string url;
    std::string sha256;  ///< 64 hex digits
    std::string path;
    mode_t mode = 0644;
    Owner owner;
  };
  /// pip requirements, each with its hashes.
  struct Python {
    std::filesystem::path requirements;  ///< empty: none
    std::string interpreter = "/usr/bin/python3";
  };
  /// A file or a directory of the recipe, copied into the tree.
  struct Overlay {
    std::filesystem::path source;
    std::string path;
    std::optional<mode_t> mode;  ///< default: 0755 for directories and executable files, 0644 for other files
    Owner owner;
  };
  /// A directory, device node or symbolic link that is not copied from a file of the recipe.
  struct Node {
    enum class Type { kDirectory, kCharacterDevice, kBlockDevice, kFifo, kSymbolicLink };
    Type type = Type::kDirectory;
    std::string path;
    mode_t mode = 0755;
    Owner owner;
    uint32_t major = 0;
    uint32_t minor = 0;
    std::string target;
  };
  struct User {
    std::string name;
    uint32_t uid = 0;
    std::vector<std::string> groups;
    std::string home;   ///< default /home/NAME
    std::string shell;  ///< default /bin/bash
    std::string gecos;
  };
  /// A script of the recipe, run as root in the tree, without a network.
  struct Hook {
    std::filesystem::path script;
    std::vector<std::string> arguments;
  };
  /// A script that runs on the builder, before the tree is made. Its output directory becomes part of the tree.
  struct Build {
    std::filesystem::path script;
    std::string path;  ///< where its output goes
    Owner owner;
  };
  struct Systemd {
    std::vector<std::string> enable;
    std::vector<std::string> disable;
    std::vector<std::string> mask;
    std::string default_target;
  };
  struct Guest {
    std::vector<std::string> programs;  ///< of guestd/, put into /usr/lib/hallmark
  };
  struct Image {
    uint64_t size = 0;      ///< of the whole disk, bytes
    double max_used = 1.0;  ///< share of the root partition that may be used; more fails the build
    bool verity = true;
    bool sha1 = true;                           ///< writes .origin files
    uint64_t session_size = uint64_t{8} << 30;  ///< of the session disk, bytes
    std::string kernel_arguments;               ///< after those of the build itself
  };

  std::filesystem::path file;       ///< recipe.toml itself
  std::filesystem::path directory;  ///< the directory of recipe.toml
  std::string name;
  std::string version;
  std::string summary;
  std::string architecture;  ///< Debian's name: "arm64", "amd64"
  Apt apt;
  std::vector<Npm> npm;
  std::vector<Download> downloads;
  Python python;
  std::vector<Overlay> overlays;
  std::vector<Node> nodes;
  std::vector<User> users;
  std::vector<Hook> hooks;
  std::vector<Build> builds;
  Systemd systemd;
  Guest guest;
  std::string hostname;
  std::string locale;    ///< "C.UTF-8"
  std::string timezone;  ///< "Etc/UTC"
  Image image;
};

/// Parses the text of a recipe. kUsage names `file`, line, column and what is wrong; for an unknown key, also the
/// nearest known one.
Result<Recipe> ParseRecipe(std::string_view text, const std::filesystem::path& file);

/// Reads `path`: a recipe.toml, or a directory that holds one.
Result<Recipe> LoadRecipe(const std::filesystem::path& path);

/// SHA-256 in hex over what a lock depends on: architecture, apt, npm, downloads and Python requirements (the content
/// of the file). Overlays, nodes, users, hooks and sizes are not part of it: a change of them requires no new lock. kIo
/// if the requirements can't be read.
Result<std::string> RecipeLockDigest(const Recipe& recipe);

}  // namespace hallmark
