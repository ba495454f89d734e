// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/tree/script_helpers.h"

#include <sys/stat.h>

#include <array>

#include "lib/base/file.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

// FinishPackages does once what these programs do, or their work has no place in an image.
constexpr std::array kIdlePrograms = {
    "/usr/sbin/update-initramfs",            // ours is made from the finished tree
    "/usr/bin/kmod",                         // depmod runs natively
    "/usr/sbin/ldconfig",                    //
    "/usr/sbin/ldconfig.real",               // Ubuntu's
    "/usr/bin/systemd-hwdb",                 //
    "/usr/bin/journalctl",                   // the message catalog
    "/usr/bin/py3compile",                   // byte code of all packages in one go
    "/usr/sbin/update-ca-certificates",      // once, after all packages
    "/usr/bin/fc-cache",                     //
    "/usr/bin/update-mime-database",         //
    "/usr/bin/mandb",                        // a guest has no index of man pages
    "/usr/bin/ssh-keygen",                   // host keys belong to a machine
    "/usr/sbin/invoke-rc.d",                 // nothing is started in a tree
    "/usr/bin/deb-systemd-invoke",           //
    "/usr/bin/systemctl",                    //
    "/usr/sbin/start-stop-daemon",           //
    "/var/lib/dpkg/info/usrmerge.postinst",  // the tree has a merged /usr from the start
};

// Debian's Python packages pass their modules to this file and name the interpreter by its path.
constexpr std::string_view kPythonCompiler = "py_compile.py";

// Programs that do the same on every architecture and in every version that a builder has. Excluded are programs that
// depend on the architecture (uname, dpkg), the time, or the user database.
constexpr std::array kNativeTools = {"dash",  "perl",  "grep",    "sed",    "find",   "xargs",    "basename", "cat",
                                     "chgrp", "chmod", "chown",   "cp",     "cut",    "dirname",  "expr",     "head",
                                     "ln",    "ls",    "mkdir",   "mv",     "rm",     "readlink", "rmdir",    "sort",
                                     "stat",  "tail",  "tee",     "test",   "touch",  "tr",       "wc",       "true",
                                     "false", "env",   "install", "mktemp", "openssl"};

struct NativeLoader {
  const char* loader;     ///< ELF interpreter of the builder's programs
  const char* libraries;  ///< their libraries
};
#if defined(__x86_64__)
constexpr NativeLoader kNativeLoader = {"/lib64/ld-linux-x86-64.so.2", "/usr/lib/x86_64-linux-gnu"};
#else
constexpr NativeLoader kNativeLoader = {"/lib/ld-linux-aarch64.so.1", "/usr/lib/aarch64-linux-gnu"};
#endif

bool IsRegularFile(const fs::path& path) {
  struct stat status;
  return lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

Result<void> WriteScratch(const fs::path& path, std::string_view content, mode_t mode) {
  return WriteFileAtomically(path, AsBytes(content), mode);
}

}  // namespace

Result<ScriptHelpers> ScriptHelpers::Prepare(const fs::path& tree, std::string_view architecture,
                                             const fs::path& scratch, bool emulate_all) {
  ScriptHelpers helpers;
  helpers.tree_ = tree;
  helpers.idle_program_ = scratch / "idle";
  helpers.empty_file_ = scratch / "empty";
  RETURN_IF_ERROR(WriteScratch(helpers.idle_program_, "#!/bin/sh\nexit 0\n", 0755));
  RETURN_IF_ERROR(WriteScratch(helpers.empty_file_, "", 0644));
  if (emulate_all || architecture == NativeArchitecture()) return helpers;

  const fs::path loader = tree.string() + kNativeLoader.loader;
  const fs::path libraries = tree.string() + kNativeLoader.libraries;
  for (const fs::path& directory : {loader.parent_path(), libraries}) {
    std::error_code error;
    if (fs::create_directory(directory, error)) helpers.mount_points_.push_back(directory);
    if (error) return IoError(directory.string() + ": " + error.message());
  }
  if (!fs::exists(loader)) {
    RETURN_IF_ERROR(WriteScratch(loader, "", 0755));
    helpers.mount_points_.push_back(loader);
  }
  helpers.tools_ = {{fs::canonical(kNativeLoader.loader), kNativeLoader.loader},
                    {kNativeLoader.libraries, kNativeLoader.libraries}};
  for (const char* name : kNativeTools) {
    const std::string path = std::string("/usr/bin/") + name;
    // If the builder's tools are links to one program that does everything, the tree's own are used.
    if (IsRegularFile(path) && IsRegularFile(tree.string() + path)) helpers.tools_.push_back({path, path});
  }
  return helpers;
}

std::vector<TreeMount> ScriptHelpers::ForConfigure() const {
  std::vector<TreeMount> mounts = tools_;
  for (const char* path : kIdlePrograms) {
    if (IsRegularFile(tree_.string() + path)) mounts.push_back({idle_program_, path});
  }
  std::error_code ignored;
  for (const fs::directory_entry& entry : fs::directory_iterator(tree_ / "usr/lib", ignored)) {
    const std::string name = entry.path().filename().string();
    const std::string compiler = "/usr/lib/" + name + "/" + std::string(kPythonCompiler);
    if (name.starts_with("python3.") && IsRegularFile(tree_.string() + compiler)) {
      mounts.push_back({empty_file_, compiler});
    }
  }
  return mounts;
}

Result<void> ScriptHelpers::RemoveMountPoints() const {
  for (auto path = mount_points_.rbegin(); path != mount_points_.rend(); ++path) {
    std::error_code error;
    fs::remove(*path, error);
    if (error) return IoError(path->string() + ": " + error.message());
  }
  return {};
}

}  // namespace hallmark
