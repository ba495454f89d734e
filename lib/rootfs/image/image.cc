// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/image/image.h"

#include <algorithm>
#include <cstdio>

#include "lib/base/sink.h"
#include "lib/fat/writer.h"
#include "lib/gpt/partition_types.h"
#include "lib/gpt/writer.h"
#include "lib/rootfs/image/seed.h"
#include "lib/rootfs/packages/installed_packages.h"
#include "lib/verity/verity.h"
#include "lib/verity/writer.h"

namespace hallmark {
namespace {

constexpr uint64_t kBlockSize = 4096;
constexpr std::string_view kRootLabel = "rootfs";
constexpr std::string_view kEspLabel = "ESP";
constexpr size_t kPackagesShown = 10;

constexpr uint64_t kReadOnlyAttribute = uint64_t{1} << 60;  // Discoverable Partitions Specification

std::string LargestPackages(const FileTree& rootfs) {
  const Result<std::vector<InstalledPackage>> packages = InstalledPackages(rootfs);
  if (!packages.ok() || packages->empty()) return {};
  std::string text = "\nthe largest packages:";
  for (size_t i = 0; i < std::min(kPackagesShown, packages->size()); ++i) {
    text += "\n  " + FormatBytes((*packages)[i].size) + "  " + (*packages)[i].name;
  }
  return text;
}

Result<void> CheckBudget(const Recipe& recipe, const FileTree& rootfs, const Ext4Usage& usage) {
  const double share = static_cast<double>(usage.used_blocks) / static_cast<double>(usage.blocks);
  if (share <= recipe.image.max_used) return {};
  char text[160];
  std::snprintf(text, sizeof text, "the root filesystem is %.1f %% full: %s of %s, and max_used of [image] is %.0f %%",
                100 * share, FormatBytes(usage.used_blocks * kBlockSize).c_str(),
                FormatBytes(usage.blocks * kBlockSize).c_str(), 100 * recipe.image.max_used);
  return NoSpaceError(text + LargestPackages(rootfs)).WithHint("leave something out, or make size of [image] larger");
}

/// Writes everything in front of the root partition; see WriteImageFront.
class FrontWriter {
 public:
  FrontWriter(const Recipe& recipe, const BootFiles& boot, uint64_t epoch, const File& output, ImageFacts& facts)
      : recipe_(recipe),
        boot_(boot),
        epoch_(epoch),
        output_(output),
        facts_(facts),
        seed_(recipe.name, recipe.architecture) {}

  Result<void> WriteEsp();
  Result<void> WriteTable();

 private:
  [[nodiscard]] Guid RootGuid() const;
  [[nodiscard]] Guid VerityGuid() const;

  const Recipe& recipe_;
  const BootFiles& boot_;
  uint64_t epoch_;
  const File& output_;
  ImageFacts& facts_;
  Seed seed_;
};

Result<void> FrontWriter::WriteEsp() {
  const Timestamp time{.seconds = static_cast<int64_t>(epoch_)};
  const auto root_hash = facts_.verity ? std::optional(facts_.verity->root_hash) : std::nullopt;
  facts_.command_line = KernelCommandLine(recipe_, boot_, RootGuid(), root_hash);
  ASSIGN_OR_RETURN(const FileTree files, MakeEsp(boot_, facts_.command_line, time));
  FileSink file(output_, facts_.layout.esp.start);
  const Fat32Options options{.size = facts_.layout.esp.size,
                             .start = facts_.layout.esp.start,
                             .serial = seed_.Serial("esp"),
                             .label = std::string(kEspLabel)};
  return WriteFat32(files, options, file).WithContext("writing the EFI system partition");
}

/// As in the Discoverable Partitions Specification: the first half of the root hash is the GUID of the root partition,
/// the last half that of the hash tree.
Guid FrontWriter::RootGuid() const {
  if (!facts_.verity) return seed_.Uuid("root partition");
  Guid guid;
  std::copy_n(facts_.verity->root_hash.begin(), guid.size(), guid.begin());
  return guid;
}

Guid FrontWriter::VerityGuid() const {
  Guid guid;
  std::copy_n(facts_.verity->root_hash.begin() + guid.size(), guid.size(), guid.begin());
  return guid;
}

Result<void> FrontWriter::WriteTable() {
  const RootPartitionTypes* types =
      std::find_if(std::begin(kRootPartitionTypes), std::end(kRootPartitionTypes),
                   [&](const RootPartitionTypes& t) { return t.architecture == recipe_.architecture; });
  if (types == std::end(kRootPartitionTypes)) return UnsupportedError("no partition types for " + recipe_.architecture);
  const DiskLayout& layout = facts_.layout;
  Gpt gpt{.guid = seed_.Uuid("disk"), .disk_size = layout.disk_size};
  gpt.partitions.push_back(
      {1, layout.root.start, layout.root.size, types->root, RootGuid(), kReadOnlyAttribute, "root"});
  if (facts_.verity) {
    gpt.partitions.push_back(
        {2, layout.verity.start, layout.verity.size, types->verity, VerityGuid(), kReadOnlyAttribute, "root-verity"});
  }
  gpt.partitions.push_back({15, layout.esp.start, layout.esp.size, kEspPartitionType, seed_.Uuid("esp"), 0, "esp"});
  ASSIGN_OR_RETURN(const GptImage table, FormatGpt(gpt));
  RETURN_IF_ERROR(output_.WriteAt(0, table.primary));
  return output_.WriteAt(layout.disk_size - table.backup.size(), table.backup);
}

}  // namespace

Result<ImageFacts> WriteRootPartition(const Recipe& recipe, const FileTree& rootfs, uint64_t source_date_epoch,
                                      const File& output, ThreadPool& pool, Progress& progress) {
  ImageFacts facts;
  ASSIGN_OR_RETURN(facts.layout, PlanDiskLayout(recipe.image.size, recipe.image.verity));
  const Seed seed(recipe.name, recipe.architecture);
  Result<Ext4Plan> planned = PlanExt4(rootfs, {.size = facts.layout.root.size,
                                               .uuid = seed.Uuid("root filesystem"),
                                               .hash_seed = seed.Uuid("root directory hashes"),
                                               .label = std::string(kRootLabel),
                                               .time = source_date_epoch});
  if (!planned.ok()) {
    Error error = std::move(planned).error().WithContext("planning the root filesystem");
    if (error.kind == ErrorKind::kNoSpace) error.message += LargestPackages(rootfs);
    return std::move(error).WithHint("make size of [image] larger, or leave something out");
  }
  const Ext4Plan plan = std::move(planned).value();
  facts.usage = plan.usage();
  RETURN_IF_ERROR(CheckBudget(recipe, rootfs, plan.usage()));

  progress.BeginStage("Writing the root filesystem", plan.usage().used_blocks * kBlockSize, Progress::Unit::kBytes);
  RETURN_IF_ERROR(output.Truncate(facts.layout.disk_size));
  FilePart file(output, facts.layout.root.start);
  if (!recipe.image.verity) {
    RETURN_IF_ERROR(WriteExt4(plan, file, pool, &progress));
    return facts;
  }
  const VerityOptions options{.salt = seed.Bytes("root verity salt"), .uuid = seed.Uuid("root verity")};
  VerityHasher hasher(file, options, facts.layout.root.size / kVerityBlockSize);
  RETURN_IF_ERROR(WriteExt4(plan, hasher, pool, &progress));
  const VerityTree tree = hasher.Finish();
  FileSink tree_sink(output, facts.layout.verity.start);
  RETURN_IF_ERROR(tree.Write(tree_sink));
  facts.verity = {.root_hash = tree.root_hash(), .salt = options.salt, .data_blocks = tree.data_blocks()};
  return facts;
}

Result<void> WriteImageFront(const Recipe& recipe, const BootFiles& boot, uint64_t source_date_epoch,
                             const File& output, Progress& progress, ImageFacts& facts) {
  progress.BeginStage("Writing the EFI system partition");
  FrontWriter writer(recipe, boot, source_date_epoch, output, facts);
  RETURN_IF_ERROR(writer.WriteEsp());
  return writer.WriteTable();
}

}  // namespace hallmark
