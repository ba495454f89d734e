// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/session_parameters.h"

#include <string>
#include <utility>

#include "guestd/sdk-daemon/methods.h"
#include "lib/json/json_value.h"

namespace hallmark::guest {
namespace {

constexpr size_t kMaxDirectories = 100;

}  // namespace

CgroupLimits TakeLimits(ObjectReader& reader) {
  CgroupLimits limits;
  if (reader.Has("memory")) limits.memory = reader.TakeNumber("memory");
  if (reader.Has("cpu")) limits.cpu = reader.TakeNumber("cpu");
  if (reader.Has("processes")) limits.processes = reader.TakeNumber("processes");
  // cpu.max takes at least 1 ms per period; the upper limit keeps the multiplication from overflowing.
  if (limits.cpu && (*limits.cpu < 1 || *limits.cpu > 100000)) reader.Refuse("cpu", "not 1 to 100000");
  return limits;
}

std::optional<uint64_t> TakeOpenFiles(ObjectReader& reader) {
  if (!reader.Has("open_files")) return std::nullopt;
  const uint64_t open_files = reader.TakeNumber("open_files");
  if (open_files > kMaxOpenFiles) reader.Refuse("open_files", "more than " + std::to_string(kMaxOpenFiles));
  return open_files;
}

Result<std::vector<SharedDirectory>> TakeDirectories(ObjectReader& reader) {
  std::vector<SharedDirectory> directories;
  for (const Json* entry : TakeEntries(reader, "folders", kMaxDirectories)) {
    ParameterReader item(*entry, "folders");
    SharedDirectory directory;
    directory.source = item.TakeText("source", 4096);
    directory.name = item.TakeText("name");
    directory.read_only = item.Has("read_only") && item.TakeBool("read_only");
    RETURN_IF_ERROR(item.Finish());
    directories.push_back(std::move(directory));
  }
  return directories;
}

}  // namespace hallmark::guest
