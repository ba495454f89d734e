// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <algorithm>
#include <cinttypes>
#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

#include "lib/base/endian.h"
#include "lib/base/guid.h"
#include "lib/base/printable.h"
#include "lib/base/progress.h"
#include "lib/base/time.h"
#include "lib/json/json_value.h"
#include "lib/rootfs/image/kernel_image.h"
#include "lib/rootfs/inspect/image_reader.h"
#include "lib/rootfs/packages/installed_packages.h"
#include "lib/verity/verity.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

constexpr uint64_t kMaxKernelBytes = uint64_t{256} << 20;
constexpr size_t kEntriesShown = 10;  // of a list that may be long

/// A kernel in /boot of the root, or in the top directory of the ESP.
struct Kernel {
  std::string_view in;  ///< "esp" or "root"
  std::string path;
  std::optional<std::string> version;  ///< absent if the file does not contain it
};

/// What is shown of an image besides its partitions and filesystems.
struct Contents {
  ImageParts image;
  std::vector<std::string> command_lines;  ///< of the kernels in the ESP
  /// top directories of the root, with their allocated bytes
  std::vector<std::pair<std::string, uint64_t>> directories;
  std::vector<Kernel> kernels;
  std::vector<InstalledPackage> packages;
};

/// Allocated bytes of each top directory, the largest first. A file with several names counts where it is found first.
std::vector<std::pair<std::string, uint64_t>> DirectorySizes(const Ext4Tree& tree) {
  std::map<std::string, uint64_t> sizes;
  std::set<FileTree::Index> counted;
  tree.tree.Walk([&](const std::string& path, FileTree::Index index) {
    if (tree.tree.inode(index).link_count > 1 && !counted.insert(index).second) return;
    sizes[path.substr(0, path.find('/', 1))] += tree.inode(index).allocated;
  });
  std::vector<std::pair<std::string, uint64_t>> sorted(sizes.begin(), sizes.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return sorted;
}

Result<std::vector<Kernel>> FindKernels(const ImageParts& image) {
  std::vector<Kernel> kernels;
  const auto add = [&](std::string_view in, const std::string& path, const ByteVector& content) {
    Result<std::string> version = KernelImageVersion(content);
    kernels.push_back({in, path, version.ok() ? std::optional(std::move(version).value()) : std::nullopt});
  };
  for (const Fat32Reader::Entry& entry : image.esp_files) {
    if (entry.directory || !entry.path.starts_with("/vmlinuz")) continue;
    ASSIGN_OR_RETURN(const ByteVector content, ReadEspFile(image, entry.path, kMaxKernelBytes));
    add("esp", entry.path, content);
  }
  const Result<FileTree::Index> boot = image.tree.tree.Find("/boot");
  if (!boot.ok()) return kernels;
  for (const FileTree::Entry& entry : image.tree.tree.inode(*boot).entries) {
    if (!entry.name.starts_with("vmlinuz") || !S_ISREG(image.tree.tree.inode(entry.inode).mode)) continue;
    const std::string path = "/boot/" + entry.name;
    ASSIGN_OR_RETURN(const std::string content, image.root->ReadSmallFile(image.tree, path, kMaxKernelBytes));
    add("root", path, ByteVector(content.begin(), content.end()));
  }
  return kernels;
}

Result<std::vector<InstalledPackage>> FindPackages(const ImageParts& image) {
  if (!image.root || !image.tree.tree.Contains(kDpkgStatusPath)) return std::vector<InstalledPackage>();
  ASSIGN_OR_RETURN(const std::string status,
                   image.root->ReadSmallFile(image.tree, kDpkgStatusPath, kMaxDpkgStatusSize));
  return ParseDpkgStatus(status);
}

Result<Contents> Inspect(const std::string& path) {
  ASSIGN_OR_RETURN(ImageParts image, ReadImage(path));
  Contents contents{.image = std::move(image)};
  if (contents.image.esp) {
    ASSIGN_OR_RETURN(contents.command_lines, KernelCommandLines(contents.image));
  }
  if (contents.image.root) contents.directories = DirectorySizes(contents.image.tree);
  ASSIGN_OR_RETURN(contents.kernels, FindKernels(contents.image));
  ASSIGN_OR_RETURN(contents.packages, FindPackages(contents.image));
  return contents;
}

uint64_t UsedBytes(const Ext4Superblock& super) { return (super.blocks - super.free_blocks) * super.block_size; }

JsonValue TableJson(const Gpt& table) {
  JsonValue partitions = JsonValue::Array();
  for (const GptPartition& partition : table.partitions) {
    partitions.Append(JsonValue::Object({{"number", partition.number},
                                         {"start", partition.start},
                                         {"size", partition.size},
                                         {"type", FormatGuid(partition.type)},
                                         {"guid", FormatGuid(partition.guid)},
                                         {"attributes", ToHex(StructBytes(Be64(partition.attributes)))},
                                         {"name", partition.name}}));
  }
  return JsonValue::Object({{"guid", FormatGuid(table.guid)}, {"partitions", std::move(partitions)}});
}

JsonValue EspJson(const Contents& contents) {
  JsonValue files = JsonValue::Array();
  for (const Fat32Reader::Entry& entry : contents.image.esp_files) {
    JsonValue file = JsonValue::Object({{"path", entry.path}, {"type", entry.directory ? "folder" : "file"}});
    if (!entry.directory) file.Set("size", entry.size);
    files.Append(std::move(file));
  }
  return JsonValue::Object({{"label", contents.image.esp->label()},
                            {"serial", contents.image.esp->serial()},
                            {"files", std::move(files)},
                            {"kernelCommandLines", contents.command_lines}});
}

JsonValue FilesystemJson(const Contents& contents) {
  JsonValue directories = JsonValue::Array();
  for (const auto& [path, size] : contents.directories) {
    directories.Append(JsonValue::Object({{"path", path}, {"size", size}}));
  }
  const Ext4Superblock& super = contents.image.root->superblock();
  return JsonValue::Object({{"label", super.label},
                            {"uuid", FormatGuid(super.uuid)},
                            {"blockSize", super.block_size},
                            {"size", super.size()},
                            {"used", UsedBytes(super)},
                            {"inodes", super.inodes},
                            {"usedInodes", super.inodes - super.free_inodes},
                            {"created", super.created},
                            {"features", super.features},
                            {"folders", std::move(directories)}});
}

JsonValue VerityJson(const ImageParts& image) {
  const VerityFacts& verity = *image.verity;
  return JsonValue::Object({{"rootHash", ToHex(verity.root_hash)},
                            {"salt", ToHex(verity.salt)},
                            {"uuid", FormatGuid(verity.uuid)},
                            {"blockSize", kVerityBlockSize},
                            {"dataBlocks", verity.data_blocks},
                            {"hashOffset", image.verity_place->start}});
}

JsonValue ContentsJson(const Contents& contents) {
  const ImageParts& image = contents.image;
  JsonValue json = JsonValue::Object({{"image", image.file->path()}, {"size", image.size}});
  if (image.table) json.Set("partitionTable", TableJson(*image.table));
  if (image.esp) json.Set("esp", EspJson(contents));
  if (image.root) json.Set("filesystem", FilesystemJson(contents));
  if (image.verity) json.Set("verity", VerityJson(image));
  JsonValue kernels = JsonValue::Array();
  for (const Kernel& kernel : contents.kernels) {
    kernels.Append(JsonValue::Object({{"in", kernel.in},
                                      {"path", kernel.path},
                                      {"version", kernel.version ? JsonValue(*kernel.version) : JsonValue()}}));
  }
  json.Set("kernels", std::move(kernels));
  JsonValue packages = JsonValue::Array();
  for (const InstalledPackage& package : contents.packages) {
    packages.Append(JsonValue::Object({{"name", package.name},
                                       {"version", package.version},
                                       {"architecture", package.architecture},
                                       {"size", package.size}}));
  }
  json.Set("packages", std::move(packages));
  return json;
}

void PrintTable(const Gpt& table, cli::Output& output) {
  output.Print("partition table: GPT %s\n", FormatGuid(table.guid).c_str());
  for (const GptPartition& partition : table.partitions) {
    output.Print("  %3s  at %-12s %-10s %-12s type %s\n       GUID %s\n", std::to_string(partition.number).c_str(),
                 std::to_string(partition.start).c_str(), FormatBytes(partition.size).c_str(),
                 Printable(partition.name).c_str(), FormatGuid(partition.type).c_str(),
                 FormatGuid(partition.guid).c_str());
  }
}

void PrintEsp(const Contents& contents, cli::Output& output) {
  const Fat32Reader& esp = *contents.image.esp;
  output.Print("EFI system partition: FAT32, label %s, serial %08" PRIx32 "\n", Printable(esp.label()).c_str(),
               esp.serial());
  for (const Fat32Reader::Entry& file : contents.image.esp_files) {
    output.Print("  %-10s %s\n", file.directory ? "directory" : FormatBytes(file.size).c_str(),
                 Printable(file.path).c_str());
  }
  for (const std::string& line : contents.command_lines) {
    output.Print("  kernel command line: %s\n", Printable(line).c_str());
  }
}

void PrintFilesystem(const Contents& contents, cli::Output& output) {
  const Ext4Superblock& super = contents.image.root->superblock();
  const double share =
      super.size() == 0 ? 0 : 100 * static_cast<double>(UsedBytes(super)) / static_cast<double>(super.size());
  output.Print("root filesystem: ext4, label %s, UUID %s\n", Printable(super.label).c_str(),
               FormatGuid(super.uuid).c_str());
  output.Print("  %s of %s used (%.1f %%), %s of %s inodes; blocks of %s bytes; made %s\n",
               FormatBytes(UsedBytes(super)).c_str(), FormatBytes(super.size()).c_str(), share,
               std::to_string(super.inodes - super.free_inodes).c_str(), std::to_string(super.inodes).c_str(),
               std::to_string(super.block_size).c_str(), FormatUtc(super.created).c_str());
  output.Print("  features:");
  for (const std::string& feature : super.features) output.Print(" %s", Printable(feature).c_str());
  output.Print("\n  space by directory:\n");
  for (size_t i = 0; i < std::min(kEntriesShown, contents.directories.size()); ++i) {
    const auto& [path, size] = contents.directories[i];
    output.Print("    %-10s %s\n", FormatBytes(size).c_str(), Printable(path).c_str());
  }
}

void PrintPackages(const std::vector<InstalledPackage>& packages, bool all, cli::Output& output) {
  if (packages.empty()) return;
  output.Print("packages: %zu installed%s\n", packages.size(), all ? "" : ", the largest (--packages lists all):");
  for (size_t i = 0; i < (all ? packages.size() : std::min(kEntriesShown, packages.size())); ++i) {
    output.Print("  %-10s %s %s\n", FormatBytes(packages[i].size).c_str(), Printable(packages[i].name).c_str(),
                 Printable(packages[i].version).c_str());
  }
}

void PrintText(const Contents& contents, bool all_packages, cli::Output& output) {
  const ImageParts& image = contents.image;
  output.Print("%s: %s\n", Printable(image.file->path()).c_str(), FormatBytes(image.size).c_str());
  if (image.table) PrintTable(*image.table, output);
  if (image.esp) PrintEsp(contents, output);
  if (image.root) PrintFilesystem(contents, output);
  if (image.verity) {
    const VerityFacts& verity = *image.verity;
    output.Print("dm-verity: root hash %s\n  salt %s, %s blocks of %s bytes\n", ToHex(verity.root_hash).c_str(),
                 ToHex(verity.salt).c_str(), std::to_string(verity.data_blocks).c_str(),
                 std::to_string(kVerityBlockSize).c_str());
  }
  for (const Kernel& kernel : contents.kernels) {
    output.Print("kernel: %s, %s%s\n", kernel.version ? Printable(*kernel.version).c_str() : "version unknown",
                 kernel.in == "esp" ? "ESP " : "", Printable(kernel.path).c_str());
  }
  PrintPackages(contents.packages, all_packages, output);
}

}  // namespace

Result<int> RunInspect(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark inspect", "IMAGE|BUNDLE [OPTION...]",
                       "Show what is in a disk image, without mounting it.");
  options.AddArgument("image", "IMAGE|BUNDLE");
  options.AddFlag("packages", "List every installed package");
  options.AddFlag("json", "Print all of it as one JSON object");
  options.Require({"image"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const Contents contents, Inspect(parsed->Text("image")));
  if (parsed->Has("json")) {
    output.PutJson(ContentsJson(contents));
  } else {
    PrintText(contents, parsed->Has("packages"), output);
  }
  return 0;
}

}  // namespace hallmark
