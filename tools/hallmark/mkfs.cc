// SPDX-License-Identifier: Apache-2.0
#include <sys/stat.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <optional>

#include "lib/base/bytes.h"
#include "lib/base/crc32c.h"
#include "lib/base/endian.h"
#include "lib/base/file.h"
#include "lib/base/file_tree.h"
#include "lib/base/guid.h"
#include "lib/base/sink.h"
#include "lib/base/thread_pool.h"
#include "lib/crypto/digest.h"
#include "lib/exfat/writer.h"
#include "lib/ext4/writer.h"
#include "lib/fat/writer.h"
#include "lib/verity/verity.h"
#include "lib/verity/writer.h"
#include "tools/cli/common_options.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

struct MkfsOptions {
  std::string kind;
  fs::path from;
  fs::path output;
  std::optional<fs::path> verity;  ///< output of the hash tree
  uint64_t size = 0;               ///< bytes
  std::string label;
  uint64_t time = 0;  ///< seconds since 1970
  std::optional<Guid> uuid;
  std::optional<uint32_t> serial;
};

/// The volume serial number. All identifiers are derived from what is written: the same directory and options give the
/// same bytes.
uint32_t SerialFor(const MkfsOptions& options) {
  if (options.serial) return *options.serial;
  return ~Crc32c(~0U, AsBytes("hallmark mkfs " + options.kind + "\n" + options.label));
}

/// The output of a filesystem, and of its hash tree if one is wanted.
struct Outputs {
  const File& image;
  const File* hash_tree = nullptr;
};

using RootHash = std::optional<Sha256Digest>;

Result<RootHash> MakeFat(const FileTree& tree, const MkfsOptions& options, const Outputs& outputs, ThreadPool&) {
  FileSink sink(outputs.image);
  RETURN_IF_ERROR(WriteFat32(
      tree,
      {.size = options.size, .serial = SerialFor(options), .label = options.label.empty() ? "NO NAME" : options.label},
      sink));
  return RootHash();
}

Result<RootHash> MakeExfat(const FileTree& tree, const MkfsOptions& options, const Outputs& outputs, ThreadPool&) {
  FileSink sink(outputs.image);
  RETURN_IF_ERROR(WriteExfat(tree, {.size = options.size, .serial = SerialFor(options), .label = options.label}, sink));
  return RootHash();
}

Result<RootHash> MakeExt4(const FileTree& tree, const MkfsOptions& options, const Outputs& outputs, ThreadPool& pool) {
  const Sha256Digest seed = Sha256(AsBytes("hallmark mkfs ext4\n" + options.label));
  Ext4Options ext4{.size = options.size, .label = options.label, .time = options.time};
  std::copy_n(seed.begin(), ext4.uuid.size(), ext4.uuid.begin());
  std::copy_n(seed.begin() + ext4.uuid.size(), ext4.hash_seed.size(), ext4.hash_seed.begin());
  if (options.uuid) ext4.uuid = *options.uuid;
  ASSIGN_OR_RETURN(const Ext4Plan plan, PlanExt4(tree, ext4));
  FilePart image(outputs.image);
  if (outputs.hash_tree == nullptr) {
    RETURN_IF_ERROR(WriteExt4(plan, image, pool));
    return RootHash();
  }
  VerityOptions verity{.salt = Sha256(AsBytes("hallmark mkfs ext4 verity\n" + options.label))};
  std::copy_n(verity.salt.rbegin(), verity.uuid.size(), verity.uuid.begin());
  VerityHasher hasher(image, verity, options.size / kVerityBlockSize);
  RETURN_IF_ERROR(WriteExt4(plan, hasher, pool));
  const VerityTree hash_tree = hasher.Finish();
  FileSink sink(*outputs.hash_tree);
  RETURN_IF_ERROR(hash_tree.Write(sink));
  return RootHash(hash_tree.root_hash());
}

struct Kind {
  std::string_view name;
  Result<RootHash> (*make)(const FileTree& tree, const MkfsOptions& options, const Outputs& outputs, ThreadPool& pool);
};
constexpr auto kKinds = std::to_array<Kind>({{"ext4", MakeExt4}, {"fat", MakeFat}, {"exfat", MakeExfat}});

/// True if both paths name one file. The file need not exist: then the parent directories and the names are compared.
bool SameName(const fs::path& a, const fs::path& b) {
  std::error_code ignored;
  return (a.filename() == b.filename() && fs::equivalent(DirectoryOf(a), DirectoryOf(b), ignored)) ||
         fs::equivalent(a, b, ignored);
}

/// Parses "1A2B-3C4D", the usual form of a serial number; the dash may be missing.
Result<uint32_t> ParseSerial(std::string_view text) {
  std::string digits(text);
  if (digits.size() == 9 && digits[4] == '-') digits.erase(4, 1);
  const Result<ByteVector> bytes = FromHex(digits);
  if (!bytes.ok() || bytes->size() != sizeof(Be32)) {
    return UsageError("--serial: '" + std::string(text) + "' is not 8 hexadecimal digits like 1A2B-3C4D");
  }
  ASSIGN_OR_RETURN(const Be32 serial, ReadStruct<Be32>(*bytes, "--serial"));
  return uint32_t{serial};
}

Result<std::optional<MkfsOptions>> ParseMkfs(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark mkfs", "ext4|fat|exfat --from DIR -o FILE [OPTION...]",
                       "Make one filesystem from a directory, as 'hallmark build' makes those of an image.");
  options.AddArgument("kind", "ext4|fat|exfat");
  options.AddText("from", "DIR", "Directory to take the files from");
  options.AddText("o,output", "FILE", "File to write");
  options.AddSize("size",
                  "Size of the filesystem, as in 100M (default: as much as its files need for ext4, 10M for exfat)");
  options.AddText("label", "NAME", "Label of the filesystem", "");
  options.AddText("uuid", "UUID", "UUID of an ext4 filesystem (default: one that follows from its label)");
  options.AddText("serial", "SERIAL",
                  "Volume serial number of fat and exfat, as in 1A2B-3C4D (default: one that follows from the label)");
  options.AddText("verity", "FILE", "Write the dm-verity hash tree of an ext4 filesystem too, and print its root hash");
  options.AddNumber("time", "SECONDS",
                    "When an ext4 filesystem was made, in seconds since 1970 (default: $SOURCE_DATE_EPOCH, or 0)", {});
  options.Require({"kind", "from", "output"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return std::optional<MkfsOptions>();
  const std::string kind = parsed->Text("kind");
  if (std::ranges::find(kKinds, kind, &Kind::name) == kKinds.end()) {
    return UsageError("mkfs: '" + kind + "' is not ext4, fat or exfat");
  }
  for (const char* option : {"uuid", "verity", "time"}) {
    if (kind != "ext4" && parsed->Has(option)) {
      return UsageError("mkfs: --" + std::string(option) + " is for ext4 alone");
    }
  }
  if (kind == "ext4" && parsed->Has("serial")) return UsageError("mkfs: --serial is for fat and exfat alone");
  MkfsOptions result{.kind = parsed->Text("kind"),
                     .from = parsed->Text("from"),
                     .output = parsed->Text("output"),
                     .label = parsed->Text("label")};
  if (parsed->Has("size")) {
    result.size = parsed->Number("size");
    if (result.size == 0) return UsageError("mkfs: --size: 0 holds nothing");
  } else if (result.kind == "exfat") {
    result.size = kExfatDefaultSize;
  } else if (result.kind != "ext4") {
    return UsageError("mkfs: --size is required").WithHint("only ext4 is made as large as its files need");
  }
  if (parsed->Has("verity")) {
    result.verity = parsed->Text("verity");
    if (SameName(*result.verity, result.output)) return UsageError("mkfs: -o and --verity name one file");
  }
  if (parsed->Has("uuid")) {
    const std::string text = parsed->Text("uuid");
    const Result<Guid> uuid = ParseGuid(text);
    if (!uuid.ok()) return UsageError("--uuid: '" + text + "' is not a UUID");
    result.uuid = *uuid;
  }
  if (parsed->Has("serial")) {
    ASSIGN_OR_RETURN(result.serial, ParseSerial(parsed->Text("serial")));
  }
  ASSIGN_OR_RETURN(const std::optional<uint64_t> epoch, cli::SourceDateEpoch());
  result.time = epoch.value_or(0);
  if (parsed->Has("time")) result.time = parsed->Number("time");
  return std::optional(std::move(result));
}

/// Refuses to write an image over a file that is part of it.
Result<void> CheckOutput(const FileTree& tree, const fs::path& output) {
  std::error_code ignored;
  if (!fs::exists(output, ignored)) return {};
  for (const FileTree::Inode& inode : tree.inodes()) {
    if (S_ISREG(inode.mode) && fs::equivalent(inode.source, output, ignored)) {
      return UsageError("mkfs: " + output.string() + ": is one of the files that go into it")
          .WithHint("give -o another name");
    }
  }
  return {};
}

}  // namespace

Result<int> RunMkfs(const cli::Arguments& arguments, cli::Output& output) {
  ASSIGN_OR_RETURN(std::optional<MkfsOptions> options, ParseMkfs(arguments, output));
  if (!options) return 0;
  const auto kind = std::find_if(kKinds.begin(), kKinds.end(), [&](const Kind& k) { return k.name == options->kind; });
  ThreadPool pool;
  ASSIGN_OR_RETURN(const FileTree tree, FileTree::Scan(options->from, pool));
  RETURN_IF_ERROR(CheckOutput(tree, options->output));
  if (options->verity) RETURN_IF_ERROR(CheckOutput(tree, *options->verity));
  if (options->size == 0) {
    ASSIGN_OR_RETURN(options->size, EstimateExt4Size(tree));
  }
  // The image comes last: replacing a large one takes long, and if the process is killed there, the other file is
  // complete.
  std::vector<fs::path> paths;
  if (options->verity) paths.push_back(*options->verity);
  paths.push_back(options->output);
  std::vector<AtomicFile> files;
  for (const fs::path& path : paths) {
    ASSIGN_OR_RETURN(AtomicFile file, AtomicFile::Create(path));
    files.push_back(std::move(file));
  }
  RETURN_IF_ERROR(files.back().file().Truncate(options->size));
  const Outputs outputs{files.back().file(), options->verity ? &files.front().file() : nullptr};
  ASSIGN_OR_RETURN(const RootHash root_hash, kind->make(tree, *options, outputs, pool));
  RETURN_IF_ERROR(AtomicFile::CommitTogether(files, AtomicFile::Durability::kKill));
  if (root_hash) output.Print("root hash %s\n", ToHex(*root_hash).c_str());
  return 0;
}

}  // namespace hallmark
