// SPDX-License-Identifier: Apache-2.0
// What our exFAT reader sees, for tests that have other people's filesystems:
//   exfat_tool list IMAGE            path, type, size, seconds of change and 'chained' if the FAT is needed, one a line
//   exfat_tool extract IMAGE DIRECTORY  everything in it
//   exfat_tool canonical IMAGE       whether it is, to the byte, what we would write
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>
#include <cinttypes>
#include <cstdio>
#include <filesystem>
#include <string>
#include <vector>

#include "lib/base/run_main.h"
#include "lib/exfat/canonical.h"
#include "lib/exfat/reader.h"
#include "lib/exfat/writer.h"

namespace hallmark {
namespace {

Result<void> Extract(const ExfatReader& reader, const std::filesystem::path& directory) {
  for (const ExfatReader::Entry& entry : reader.List()) {
    const std::filesystem::path path = directory.string() + entry.path;
    if (entry.directory) {
      if (mkdir(path.c_str(), 0777) != 0) return ErrnoError(errno, path.string());
      continue;
    }
    ASSIGN_OR_RETURN(const File file, File::Open(path, O_WRONLY | O_CREAT | O_EXCL));
    FileSink sink(file);
    RETURN_IF_ERROR(reader.Read(entry, sink));
    RETURN_IF_ERROR(file.Truncate(entry.size));  // what ends in a hole
    const timespec time{.tv_sec = entry.mtime.seconds, .tv_nsec = entry.mtime.nanoseconds};
    if (const timespec times[] = {time, time}; futimens(file.fd(), times) != 0) return ErrnoError(errno, path.string());
  }
  return {};
}

Result<int> Run(const std::vector<std::string>& arguments) {
  const std::string verb = arguments.empty() ? "" : arguments[0];
  const bool known = verb == "list" || verb == "extract" || verb == "canonical";
  if (!known || arguments.size() != (verb == "extract" ? 3 : 2)) return UsageError("see the top of exfat_tool.cc");
  ASSIGN_OR_RETURN(const File file, File::OpenForReading(arguments[1]));
  ASSIGN_OR_RETURN(const uint64_t size, file.Size());
  ASSIGN_OR_RETURN(const ExfatReader reader,
                   verb == "canonical" ? OpenCanonicalExfat(file, 0, size) : ExfatReader::Open(file, 0, size));
  if (verb == "extract") RETURN_IF_ERROR(Extract(reader, arguments[2]));
  if (verb != "list") return 0;
  for (const ExfatReader::Entry& entry : reader.List()) {
    std::printf("%s %c %" PRIu64 " %" PRId64 "%s\n", entry.path.c_str(), entry.directory ? 'd' : 'f', entry.size,
                entry.mtime.seconds, entry.contiguous || entry.cluster == 0 ? "" : " chained");
  }
  return 0;
}

}  // namespace
}  // namespace hallmark

int main(int argc, char** argv) { return hallmark::RunMain("exfat_tool", argc, argv, hallmark::Run); }
