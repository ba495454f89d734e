// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <filesystem>

#include "lib/archive/cpio.h"
#include "lib/archive/filter.h"
#include "lib/base/file.h"
#include "lib/base/file_tree.h"
#include "lib/gpt/decode.h"
#include "lib/json/json_value.h"
#include "lib/rootfs/image/kernel_check.h"
#include "lib/rootfs/image/kernel_modules.h"
#include "lib/rootfs/inspect/image_reader.h"
#include "tools/cli/common_options.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kMaxConfigSize = 16 << 20;
constexpr uint64_t kMaxInitramfsSize = uint64_t{1} << 30;

/// Checks a .config, which may be compressed like /proc/config.gz.
Result<KernelReport> CheckConfigFile(const fs::path& path) {
  ASSIGN_OR_RETURN(const std::string stored, ReadSmallFile(path, kMaxConfigSize));
  ASSIGN_OR_RETURN(const ByteVector text, Decompress(AsBytes(stored), kMaxConfigSize));
  ASSIGN_OR_RETURN(const KernelConfig config, ParseKernelConfig(AsText(text)));
  return CheckKernelConfig(config);
}

Result<KernelReport> CheckDirectory(const fs::path& path, const fs::path& initramfs) {
  ThreadPool pool;
  ASSIGN_OR_RETURN(const FileTree tree, FileTree::Scan(path, pool));
  ASSIGN_OR_RETURN(const std::string stored, ReadSmallFile(initramfs, kMaxInitramfsSize));
  ASSIGN_OR_RETURN(const FileTree early, ReadCpio(AsBytes(stored), kMaxInitramfsSize));
  return CheckKernel(tree, early);
}

/// Checks a disk image: its root, and the initramfs of its EFI system partition.
Result<KernelReport> CheckImage(const fs::path& path) {
  ASSIGN_OR_RETURN(ImageParts image, ReadImage(path));
  if (!image.root || !image.esp) return NotFoundError("no root filesystem, or no EFI system partition");
  FileTree& tree = image.tree.tree;
  ASSIGN_OR_RETURN(const std::string version, KernelVersion(tree));
  // The tree of an image has no file content: this adds the content that the check reads.
  for (const std::string& file : KernelCheckFiles(tree, version)) {
    ASSIGN_OR_RETURN(std::string content, image.root->ReadSmallFile(image.tree, file, kMaxConfigSize));
    ASSIGN_OR_RETURN(const FileTree::Index index, tree.Find(file));
    tree.inode(index).data = std::move(content);
  }
  ASSIGN_OR_RETURN(const ByteVector stored, ReadEspFile(image, "/initrd.img", kMaxInitramfsSize));
  ASSIGN_OR_RETURN(const FileTree early, ReadCpio(stored, kMaxInitramfsSize));
  return CheckKernel(tree, early);
}

/// True for a disk with a GPT, and for the directory of a bundle.
Result<bool> IsImage(const fs::path& path) {
  if (fs::is_directory(path)) return fs::exists(path / "rootfs.img");
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(path));
  ByteVector start(kGptProbeSize);
  ASSIGN_OR_RETURN(const size_t size, file.ReadUpTo(0, start));
  return LooksLikeGpt(ByteSpan(start).first(size));
}

void PrintText(const KernelReport& report, cli::Output& output) {
  for (const KernelProblem& problem : report.problems) {
    output.Print("%s %s\n", problem.requirement.optional ? "optional" : "missing ", Describe(problem).c_str());
  }
  const auto missing = std::count_if(report.problems.begin(), report.problems.end(),
                                     [](const KernelProblem& p) { return !p.requirement.optional; });
  output.Print("kernel %s for %s: %zu requirements, %zu missing, %zu optional ones missing\n", report.version.c_str(),
               report.architecture.c_str(), report.checked, static_cast<size_t>(missing),
               report.problems.size() - static_cast<size_t>(missing));
}

void PrintJson(const KernelReport& report, cli::Output& output) {
  JsonValue problems = JsonValue::Array();
  for (const KernelProblem& problem : report.problems) {
    const KernelRequirement& requirement = problem.requirement;
    problems.Append(JsonValue::Object({{"option", requirement.option},
                                       {"optional", requirement.optional},
                                       {"what", problem.what},
                                       {"module", requirement.module},
                                       {"device", requirement.device},
                                       {"hosts", requirement.hosts},
                                       {"purpose", requirement.purpose},
                                       {"reason", requirement.reason}}));
  }
  output.PutJson(JsonValue::Object({{"ok", report.ok()},
                                    {"kernel", report.version},
                                    {"architecture", report.architecture},
                                    {"checked", report.checked},
                                    {"problems", std::move(problems)}}));
}

}  // namespace

Result<int> RunKernelConfig(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark kernel-config", "check IMAGE|CONFIG|TREE [OPTION...]",
                       "Check whether a kernel has what the guest needs.");
  options.AddArgument("action", "check");
  options.AddArgument("what", "IMAGE|CONFIG|TREE");
  options.AddText("initramfs", "FILE", "The initramfs that boots TREE");
  cli::AddJsonOption(options);
  options.Require({"action", "what"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  if (parsed->Text("action") != "check") {
    return UsageError("'" + parsed->Text("action") + "' is not 'check'")
        .WithHint("'hallmark kernel-config --help' shows how");
  }
  const fs::path path = parsed->Text("what");
  ASSIGN_OR_RETURN(const bool image, IsImage(path));
  const bool directory = !image && fs::is_directory(path);
  if (directory != (parsed->Has("initramfs"))) {
    return UsageError("kernel-config: a directory and --initramfs go together")
        .WithHint("hallmark kernel-config --help");
  }
  auto report = image       ? CheckImage(path)
                : directory ? CheckDirectory(path, parsed->Text("initramfs"))
                            : CheckConfigFile(path);
  if (!report.ok()) return std::move(report).error().WithContext(path.string());
  if (parsed->Has("json")) {
    PrintJson(*report, output);
  } else {
    PrintText(*report, output);
  }
  return report->ok() ? 0 : cli::kDoesNotHold;
}

}  // namespace hallmark
