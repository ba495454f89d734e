// SPDX-License-Identifier: Apache-2.0
#include "tools/hallmark/smol_bin_read.h"

#include <sys/stat.h>

#include <cerrno>
#include <cinttypes>
#include <filesystem>

#include "lib/base/output_directory.h"
#include "lib/base/printable.h"
#include "lib/json/json_value.h"
#include "signing/document/dsse.h"
#include "signing/smol_bin/image_check.h"
#include "tools/cli/common_options.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;
struct ReadOptions {
  std::string image;
  Trust trust;
  SmolBinRequirements requirements;
  bool json = false;
  Verbosity verbosity = Verbosity::kNormal;
};

void AddReadOptions(cli::Options& options) {
  options.AddArgument("image", "IMAGE");
  options.AddText("trust", "FILE", "The trust file that says which keys count");
  options.AddText("arch", "ARCH", "The architecture that the image must be for (default: any)");
  options.AddNumber("least-sequence", "N", "The least sequence to accept", {.fallback = 0});
  options.AddNumber("least-policy-sequence", "N", "The least sequence of the policy to accept", {.fallback = 0});
  options.AddNumber("rootfs-sequence", "N", "The sequence of the rootfs that will use the image", {.fallback = 0});
  cli::AddJsonOption(options);
  options.Require({"image"});
  cli::AddVerbosityOptions(options);
}

Result<ReadOptions> ReadOptionsFrom(const cli::Parsed& parsed) {
  if (!parsed.Has("trust")) {
    return UsageError("--trust FILE is required")
        .WithHint("give a trust file of your own: one that came with the image proves nothing");
  }
  ASSIGN_OR_RETURN(Trust trust, LoadTrust(parsed.Text("trust")));
  const std::string& architecture = parsed.Text("arch");
  if (parsed.Has("arch") && architecture.empty()) return UsageError("--arch is empty");
  return ReadOptions{.image = parsed.Text("image"),
                     .trust = std::move(trust),
                     .requirements = {.architecture = architecture,
                                      .rootfs_sequence = parsed.Number("rootfs-sequence"),
                                      .least_sequence = parsed.Number("least-sequence"),
                                      .least_policy_sequence = parsed.Number("least-policy-sequence")},
                     .json = parsed.Has("json"),
                     .verbosity = cli::VerbosityFrom(parsed)};
}

void PrintReport(const ReadOptions& options, const SmolBinReport& report, cli::Output& output) {
  if (options.json) {
    JsonValue json =
        JsonValue::Object({{"verdict", VerdictName(report.good() ? Verdict::kGood : report.findings[0].verdict)}});
    if (report.manifest) {
      const SmolBinManifest& manifest = **report.manifest;
      json.Set("version", manifest.version);
      json.Set("architecture", manifest.architecture);
      json.Set("sequence", manifest.sequence);
      json.Set("policySequence", manifest.policy_sequence);
      json.Set("leastRootfsSequence", manifest.least_rootfs_sequence);
    }
    JsonValue findings = JsonValue::Array();
    for (const Finding& finding : report.findings) {
      findings.Append(JsonValue::Object(
          {{"verdict", VerdictName(finding.verdict)}, {"where", finding.where}, {"message", finding.message}}));
    }
    json.Set("findings", std::move(findings));
    output.PutJson(json);
    return;
  }
  for (const Finding& finding : report.findings) {
    output.Warn("hallmark: %s\n", PrintableLines(FindingText(finding)).c_str());
  }
  if (!report.good() || options.verbosity == Verbosity::kQuiet) return;
  const SmolBinManifest& manifest = **report.manifest;
  output.Print("%s: smol-bin %s for %s, sequence %" PRIu64 ", policy sequence %" PRIu64 ": good\n",
               Printable(options.image).c_str(), manifest.version.c_str(), manifest.architecture.c_str(),
               manifest.sequence, manifest.policy_sequence);
}

/// The files of a directory that appears completely or not at all.
class DirectoryOutput : public SmolBinOutput {
 public:
  explicit DirectoryOutput(OutputDirectory& directory) : directory_(directory) {}
  Result<const File*> NewFile(const std::string& name, uint32_t mode) override {
    ASSIGN_OR_RETURN(const File* file, directory_.NewFile(name));
    if (::fchmod(file->fd(), mode) != 0) return ErrnoError(errno, name);
    return file;
  }

 private:
  OutputDirectory& directory_;
};

/// The options of a verb that only reads an image.
struct ImageOptions {
  std::string path;
  bool json = false;
};

/// Parses the options. Absent if the person asked for help.
Result<std::optional<ImageOptions>> ImageFrom(const std::string& program, const std::string& summary,
                                              const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options(program, "IMAGE [OPTION...]", summary);
  options.AddArgument("image", "IMAGE");
  cli::AddJsonOption(options);
  options.Require({"image"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return std::optional<ImageOptions>();
  return std::optional(ImageOptions{.path = parsed->Text("image"), .json = parsed->Has("json")});
}

void PrintEntries(const SmolBinContents& contents, cli::Output& output) {
  for (const SmolBinContents::Entry& entry : contents.entries) {
    output.Print("%12" PRIu64 "  %s\n", entry.size, Printable(entry.name).c_str());
  }
}

JsonValue DumpJson(const SmolBinContents& contents, const Result<Envelope>& envelope) {
  JsonValue signatures = JsonValue::Array();
  if (envelope.ok()) {
    for (const EnvelopeSignature& signature : envelope->signatures) signatures.Append(signature.key_id);
  }
  return JsonValue::Object({{"size", contents.size},
                            {"clusterSize", contents.cluster_size},
                            {"label", contents.label},
                            {"serial", contents.serial},
                            {"manifest", contents.manifest_text},
                            {"signatures", std::move(signatures)}});
}

void PrintDump(const SmolBinContents& contents, const Result<Envelope>& envelope, cli::Output& output) {
  output.Print("exFAT, %s, clusters of %s, label %s, serial number %08x\n", FormatBytes(contents.size).c_str(),
               FormatBytes(contents.cluster_size).c_str(), Printable(contents.label).c_str(), contents.serial);
  PrintEntries(contents, output);
  output.Print("\n%s", PrintableLines(contents.manifest_text).c_str());
  if (!envelope.ok()) {
    output.Print("\nno envelope: %s\n", Printable(envelope.error().message).c_str());
    return;
  }
  output.Print("\n%zu signature%s, not checked here, by\n", envelope->signatures.size(),
               envelope->signatures.size() == 1 ? "" : "s");
  for (const EnvelopeSignature& signature : envelope->signatures) {
    output.Print("  %s\n", Printable(signature.key_id).c_str());
  }
}

}  // namespace

Result<int> RunSmolBinVerify(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark smol-bin verify", "IMAGE --trust FILE [OPTION...]",
                       "Check an image, to the last bit. Exit status 3: it does not hold.");
  AddReadOptions(options);
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const ReadOptions read, ReadOptionsFrom(*parsed));
  ASSIGN_OR_RETURN(const File image, File::OpenForReading(read.image));
  ASSIGN_OR_RETURN(const SmolBinReport report,
                   VerifySmolBinImage(image, read.trust, read.requirements).WithContext("verifying " + read.image));
  PrintReport(read, report, output);
  return report.good() ? 0 : cli::kDoesNotHold;
}

Result<int> RunSmolBinExtract(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark smol-bin extract", "IMAGE --trust FILE -o DIRECTORY [OPTION...]",
                       "Check an image and copy its files to a new directory. Exit status 3: it does not hold.");
  AddReadOptions(options);
  options.AddText("o,output", "DIRECTORY", "The directory; it must be new, or empty");
  options.Require({"output"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  ASSIGN_OR_RETURN(const ReadOptions read, ReadOptionsFrom(*parsed));
  const fs::path path = parsed->Text("output");
  std::error_code error;
  if (fs::exists(fs::symlink_status(path, error)) && !IsEmptyDirectory(path)) {
    return UsageError(path.string() + ": exists already").WithHint("name another directory, or remove it");
  }
  ASSIGN_OR_RETURN(const File image, File::OpenForReading(read.image));
  ASSIGN_OR_RETURN(OutputDirectory directory, OutputDirectory::Create(path, IsEmptyDirectory));
  DirectoryOutput files(directory);
  ASSIGN_OR_RETURN(
      const SmolBinReport report,
      VerifySmolBinImage(image, read.trust, read.requirements, &files).WithContext("extracting " + read.image));
  if (report.good()) RETURN_IF_ERROR(directory.Commit([](const fs::path&) { return Result<void>(); }));
  PrintReport(read, report, output);
  return report.good() ? 0 : cli::kDoesNotHold;
}

Result<int> RunSmolBinList(const cli::Arguments& arguments, cli::Output& output) {
  ASSIGN_OR_RETURN(
      const std::optional<ImageOptions> options,
      ImageFrom("hallmark smol-bin ls", "List the files of an image, without checking signatures.", arguments, output));
  if (!options) return 0;
  ASSIGN_OR_RETURN(const File image, File::OpenForReading(options->path));
  ASSIGN_OR_RETURN(const SmolBinContents contents, ReadSmolBinContents(image));
  if (!options->json) {
    PrintEntries(contents, output);
    return 0;
  }
  JsonValue files = JsonValue::Array();
  for (const SmolBinContents::Entry& entry : contents.entries) {
    files.Append(JsonValue::Object({{"name", entry.name}, {"size", entry.size}}));
  }
  output.PutJson(files);
  return 0;
}

Result<int> RunSmolBinDump(const cli::Arguments& arguments, cli::Output& output) {
  ASSIGN_OR_RETURN(const std::optional<ImageOptions> options,
                   ImageFrom("hallmark smol-bin dump",
                             "Print what an image says about itself, without checking signatures.", arguments, output));
  if (!options) return 0;
  ASSIGN_OR_RETURN(const File image, File::OpenForReading(options->path));
  ASSIGN_OR_RETURN(const SmolBinContents contents, ReadSmolBinContents(image));
  const Result<Envelope> envelope = ParseEnvelope(contents.envelope_text, "manifest.dsse.json");
  if (options->json) {
    output.PutJson(DumpJson(contents, envelope));
  } else {
    PrintDump(contents, envelope, output);
  }
  return 0;
}

}  // namespace hallmark
