// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cstdio>
#include <cxxopts.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "lib/base/endian.h"
#include "lib/base/guid.h"
#include "lib/base/printable.h"
#include "lib/base/progress.h"
#include "lib/base/time.h"
#include "lib/rootfs/image/kernel_image.h"
#include "lib/rootfs/inspect/image_reader.h"
#include "lib/rootfs/packages/installed_packages.h"
#include "tools/cli/options.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kMostKernelBytes = uint64_t{256} << 20;

Json TableJson(const Gpt& table) {
  Json partitions = Json::array();
  for (const GptPartition& partition : table.partitions) {
    partitions.push_back({{"number", partition.number},
                          {"start", partition.start},
                          {"size", partition.size},
                          {"type", FormatGuid(partition.type)},
                          {"guid", FormatGuid(partition.guid)},
                          {"attributes", ToHex(StructBytes(Be64(partition.attributes)))},
                          {"name", partition.name}});
  }
  return {{"guid", FormatGuid(table.guid)}, {"partitions", std::move(partitions)}};
}

Result<Json> EspJson(const ImageParts& image) {
  Json files = Json::array();
  for (const Fat32Reader::Entry& entry : image.esp_files) {
    Json file = {{"path", entry.path}, {"type", entry.directory ? "folder" : "file"}};
    if (!entry.directory) file["size"] = entry.size;
    files.push_back(std::move(file));
  }
  ASSIGN_OR_RETURN(const std::vector<std::string> lines, KernelCommandLines(image));
  return Json{{"label", image.esp->label()},
              {"serial", image.esp->serial()},
              {"files", std::move(files)},
              {"kernelCommandLines", lines}};
}

/// Allocated bytes by the directory below the root that they are in; a file with several names counts where it comes
/// first.
Json DirectoriesJson(const Ext4Tree& tree) {
  std::map<std::string, uint64_t> sizes;
  std::set<FileTree::Index> counted;
  tree.tree.Walk([&](const std::string& path, FileTree::Index index) {
    if (tree.tree.inode(index).link_count > 1 && !counted.insert(index).second) return;
    sizes[path.substr(0, path.find('/', 1))] += tree.inode(index).allocated;
  });
  std::vector<std::pair<std::string, uint64_t>> sorted(sizes.begin(), sizes.end());
  std::stable_sort(sorted.begin(), sorted.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  Json directories = Json::array();
  for (const auto& [path, size] : sorted) directories.push_back({{"path", path}, {"size", size}});
  return directories;
}

Json FilesystemJson(const ImageParts& image) {
  const Ext4Superblock& super = image.root->superblock();
  return {{"label", super.label},
          {"uuid", FormatGuid(super.uuid)},
          {"blockSize", super.block_size},
          {"size", super.size()},
          {"used", (super.blocks - super.free_blocks) * super.block_size},
          {"inodes", super.inodes},
          {"usedInodes", super.inodes - super.free_inodes},
          {"created", super.created},
          {"features", super.features},
          {"folders", DirectoriesJson(image.tree)}};
}

/// Every kernel in /boot and in the top directory of the ESP. A file that does not tell its version has none.
Result<Json> KernelsJson(const ImageParts& image) {
  Json kernels = Json::array();
  const auto add = [&](std::string_view where, const std::string& path, const ByteVector& content) {
    const Result<std::string> version = KernelImageVersion(content);
    kernels.push_back({{"in", where}, {"path", path}, {"version", version.ok() ? Json(*version) : Json()}});
  };
  for (const Fat32Reader::Entry& entry : image.esp_files) {
    if (entry.directory || !entry.path.starts_with("/vmlinuz")) continue;
    ASSIGN_OR_RETURN(const ByteVector content, ReadEspFile(image, entry.path, kMostKernelBytes));
    add("esp", entry.path, content);
  }
  const Result<FileTree::Index> boot = image.tree.tree.Find("/boot");
  if (!boot.ok()) return kernels;
  for (const FileTree::Entry& entry : image.tree.tree.inode(*boot).entries) {
    if (!entry.name.starts_with("vmlinuz") || !S_ISREG(image.tree.tree.inode(entry.inode).mode)) continue;
    const std::string path = "/boot/" + entry.name;
    ASSIGN_OR_RETURN(const std::string content, image.root->ReadSmallFile(image.tree, path, kMostKernelBytes));
    add("root", path, ByteVector(content.begin(), content.end()));
  }
  return kernels;
}

Json VerityJson(const ImageParts& image) {
  const VerityFacts& verity = *image.verity;
  return {{"rootHash", ToHex(verity.root_hash)}, {"salt", ToHex(verity.salt)},
          {"uuid", FormatGuid(verity.uuid)},     {"blockSize", kVerityBlockSize},
          {"dataBlocks", verity.data_blocks},    {"hashOffset", image.verity_place->start}};
}

Result<Json> PackagesJson(const ImageParts& image) {
  Json packages = Json::array();
  if (!image.root || !image.tree.tree.Contains(kDpkgStatusPath)) return packages;
  ASSIGN_OR_RETURN(const std::string status,
                   image.root->ReadSmallFile(image.tree, kDpkgStatusPath, kMostDpkgStatusBytes));
  for (const InstalledPackage& package : ParseDpkgStatus(status)) {
    packages.push_back({{"name", package.name},
                        {"version", package.version},
                        {"architecture", package.architecture},
                        {"size", package.size}});
  }
  return packages;
}

Result<Json> Inspect(const std::string& path) {
  ASSIGN_OR_RETURN(const ImageParts image, ReadImage(path));
  Json json = {{"image", image.file->path()}, {"size", image.size}};
  if (image.table) json["partitionTable"] = TableJson(*image.table);
  if (image.esp) {
    ASSIGN_OR_RETURN(json["esp"], EspJson(image));
  }
  if (image.root) json["filesystem"] = FilesystemJson(image);
  if (image.verity) json["verity"] = VerityJson(image);
  ASSIGN_OR_RETURN(json["kernels"], KernelsJson(image));
  ASSIGN_OR_RETURN(json["packages"], PackagesJson(image));
  return json;
}

std::string Text(const Json& json) { return Printable(json.get_ref<const std::string&>()); }
std::string Bytes(const Json& json) { return FormatBytes(json.get<uint64_t>()); }
std::string Number(const Json& json) { return std::to_string(json.get<uint64_t>()); }

void PrintTable(const Json& table) {
  std::printf("partition table: GPT %s\n", Text(table["guid"]).c_str());
  for (const Json& partition : table["partitions"]) {
    std::printf("  %3s  at %-12s %-10s %-12s type %s\n       GUID %s\n", Number(partition["number"]).c_str(),
                Number(partition["start"]).c_str(), Bytes(partition["size"]).c_str(), Text(partition["name"]).c_str(),
                Text(partition["type"]).c_str(), Text(partition["guid"]).c_str());
  }
}

void PrintEsp(const Json& esp) {
  std::printf("EFI system partition: FAT32, label %s, serial %08llx\n", Text(esp["label"]).c_str(),
              static_cast<unsigned long long>(esp["serial"].get<uint64_t>()));
  for (const Json& file : esp["files"]) {
    std::printf("  %-10s %s\n", file.contains("size") ? Bytes(file["size"]).c_str() : "folder",
                Text(file["path"]).c_str());
  }
  for (const Json& line : esp["kernelCommandLines"]) std::printf("  kernel command line: %s\n", Text(line).c_str());
}

void PrintFilesystem(const Json& filesystem) {
  constexpr size_t kDirectoriesShown = 10;
  const auto number = [&](const char* key) { return filesystem[key].get<uint64_t>(); };
  const double share =
      number("size") == 0 ? 0 : 100 * static_cast<double>(number("used")) / static_cast<double>(number("size"));
  std::printf("root filesystem: ext4, label %s, UUID %s\n", Text(filesystem["label"]).c_str(),
              Text(filesystem["uuid"]).c_str());
  std::printf("  %s of %s used (%.1f %%), %s of %s inodes; blocks of %s bytes; made %s\n",
              Bytes(filesystem["used"]).c_str(), Bytes(filesystem["size"]).c_str(), share,
              Number(filesystem["usedInodes"]).c_str(), Number(filesystem["inodes"]).c_str(),
              Number(filesystem["blockSize"]).c_str(), FormatUtc(number("created")).c_str());
  std::printf("  features:");
  for (const Json& feature : filesystem["features"]) std::printf(" %s", Text(feature).c_str());
  std::printf("\n  space by directory:\n");
  for (size_t i = 0; i < std::min(kDirectoriesShown, filesystem["folders"].size()); ++i) {
    const Json& directory = filesystem["folders"][i];
    std::printf("    %-10s %s\n", Bytes(directory["size"]).c_str(), Text(directory["path"]).c_str());
  }
}

void PrintPackages(const Json& packages, bool all) {
  constexpr size_t kPackagesShown = 10;
  if (packages.empty()) return;
  std::printf("packages: %zu installed%s\n", packages.size(), all ? "" : ", the largest (--packages lists all):");
  for (size_t i = 0; i < (all ? packages.size() : std::min(kPackagesShown, packages.size())); ++i) {
    const Json& package = packages[i];
    std::printf("  %-10s %s %s\n", Bytes(package["size"]).c_str(), Text(package["name"]).c_str(),
                Text(package["version"]).c_str());
  }
}

void PrintText(const Json& json, bool all_packages) {
  std::printf("%s: %s\n", Text(json["image"]).c_str(), Bytes(json["size"]).c_str());
  if (json.contains("partitionTable")) PrintTable(json["partitionTable"]);
  if (json.contains("esp")) PrintEsp(json["esp"]);
  if (json.contains("filesystem")) PrintFilesystem(json["filesystem"]);
  if (json.contains("verity")) {
    const Json& verity = json["verity"];
    std::printf("dm-verity: root hash %s\n  salt %s, %s blocks of %s bytes\n", Text(verity["rootHash"]).c_str(),
                Text(verity["salt"]).c_str(), Number(verity["dataBlocks"]).c_str(),
                Number(verity["blockSize"]).c_str());
  }
  for (const Json& kernel : json["kernels"]) {
    std::printf("kernel: %s, %s%s\n", kernel["version"].is_null() ? "version unknown" : Text(kernel["version"]).c_str(),
                kernel["in"] == "esp" ? "ESP " : "", Text(kernel["path"]).c_str());
  }
  PrintPackages(json["packages"], all_packages);
}

}  // namespace

Result<int> RunInspect(const Arguments& arguments) {
  cxxopts::Options options("hallmark inspect", "Tell what is in a disk image, without mounting it.");
  options.custom_help("IMAGE|BUNDLE [OPTION...]");
  options.add_options()("image", "A raw disk image, a file with one ext4 or FAT32 filesystem, or a bundle's directory",
                        cxxopts::value<std::string>(), "IMAGE")("packages", "List every installed package")(
      "json", "Print all of it as one JSON object");
  options.parse_positional({"image"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  if (parsed->count("image") == 0) return UsageError("no image named").WithHint("hallmark inspect --help");
  ASSIGN_OR_RETURN(const Json json, Inspect((*parsed)["image"].as<std::string>()));
  if (parsed->count("json") != 0) {
    PutJson(json);
  } else {
    PrintText(json, parsed->count("packages") != 0);
  }
  return 0;
}

}  // namespace hallmark
