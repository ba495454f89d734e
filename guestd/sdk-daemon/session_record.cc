// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/session_record.h"

#include <utility>

#include "lib/json/json_value.h"

namespace hallmark::guest {
namespace {

constexpr size_t kMaxRecordDirectories = 1000;
constexpr uint64_t kRecordVersion = 1;

void AddNumber(JsonValue& json, std::string_view key, const std::optional<uint64_t>& number) {
  if (number) json.Set(key, *number);
}

std::optional<uint64_t> TakeOptional(ObjectReader& reader, std::string_view key) {
  if (!reader.Has(key)) return std::nullopt;
  return reader.TakeNumber(key);
}

}  // namespace

Result<SessionRecord> ParseSessionRecord(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonValue document, ParseJsonValue(text, kMaxRecordSize, "session record"));
  ObjectReader reader(document.json(), "");
  SessionRecord record;
  if (reader.TakeNumber("version") != kRecordVersion) reader.Refuse("version", "not 1");
  record.limits.memory = TakeOptional(reader, "memory");
  record.limits.cpu = TakeOptional(reader, "cpu");
  record.limits.processes = TakeOptional(reader, "processes");
  record.open_files = TakeOptional(reader, "open_files");
  record.quota = TakeOptional(reader, "quota");
  for (const Json* entry : TakeEntries(reader, "folders", kMaxRecordDirectories)) {
    ObjectReader directory(*entry, "folders");
    SharedDirectory shared;
    shared.source = directory.TakeText("source", 4096);
    shared.name = directory.TakeText("name");
    shared.read_only = directory.TakeBool("read_only");
    RETURN_IF_ERROR(directory.Finish());
    record.directories.push_back(std::move(shared));
  }
  RETURN_IF_ERROR(reader.Finish());
  return record;
}

std::string EncodeSessionRecord(const SessionRecord& record) {
  JsonValue json = JsonValue::Object({{"version", kRecordVersion}});
  AddNumber(json, "memory", record.limits.memory);
  AddNumber(json, "cpu", record.limits.cpu);
  AddNumber(json, "processes", record.limits.processes);
  AddNumber(json, "open_files", record.open_files);
  AddNumber(json, "quota", record.quota);
  JsonValue directories = JsonValue::Array();
  for (const SharedDirectory& directory : record.directories) {
    directories.Append(JsonValue::Object(
        {{"source", directory.source}, {"name", directory.name}, {"read_only", directory.read_only}}));
  }
  return json.Set("folders", directories).CanonicalText();
}

}  // namespace hallmark::guest
