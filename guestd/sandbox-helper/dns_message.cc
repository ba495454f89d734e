// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/dns_message.h"

#include <algorithm>
#include <array>
#include <initializer_list>
#include <optional>
#include <string_view>

namespace hallmark::sandbox {
namespace {

constexpr size_t kHeaderSize = 12;
constexpr uint16_t kInternetClass = 1;
constexpr uint16_t kCname = 5;
constexpr uint16_t kOptions = 41;               // the pseudo-record of RFC 6891, section 6.1.1
constexpr uint16_t kRecursionDesired = 0x0100;  // RFC 1035, section 4.1.1
constexpr uint16_t kResponse = 0x8000;
constexpr uint16_t kOperation = 0x7800;
constexpr uint16_t kTruncated = 0x0200;
constexpr uint16_t kResult = 0x000f;
constexpr uint16_t kNoError = 0;
constexpr uint16_t kNoSuchName = 3;
constexpr uint8_t kPointer = 0xc0;  // RFC 1035, section 4.1.4
constexpr size_t kMaxName = 255;    // bytes of a name; section 2.3.4
constexpr int kMaxPointers = 16;
constexpr int kMaxRecords = 128;
constexpr int kMaxAliases = 8;
constexpr size_t kMaxAddresses = 32;

void Put16(ByteVector& out, uint16_t value) {
  out.push_back(static_cast<uint8_t>(value >> 8));
  out.push_back(static_cast<uint8_t>(value));
}

/// Reads a message from front to back, and checks every read against its end.
class Reader {
 public:
  explicit Reader(ByteSpan message) : message_(message) {}

  Result<uint16_t> Take16() {
    ASSIGN_OR_RETURN(const ByteSpan bytes, Take(2));
    return static_cast<uint16_t>(bytes[0] << 8 | bytes[1]);
  }
  Result<ByteSpan> Take(size_t size) {
    if (size > message_.size() - at_) return CorruptError("DNS message: truncated");
    at_ += size;
    return message_.subspan(at_ - size, size);
  }
  /// A name as text, in lower case. A name with a dot inside a label is refused: as text, it would look like another
  /// name.
  Result<std::string> TakeName() {
    std::string name;
    std::optional<size_t> after;  // where to continue, once a pointer was followed
    size_t at = at_;
    for (int pointers = 0; pointers <= kMaxPointers;) {
      if (at >= message_.size()) return CorruptError("DNS name: truncated");
      const uint8_t size = message_[at];
      if (size == 0) {
        at_ = after.value_or(at + 1);
        return name;
      }
      if ((size & kPointer) == kPointer) {
        if (at + 1 >= message_.size()) return CorruptError("DNS name: truncated");
        const size_t target = static_cast<size_t>(size & ~kPointer) << 8 | message_[at + 1];
        if (target >= at) return CorruptError("DNS name: a pointer that does not point back");
        if (!after) after = at + 2;
        at = target;
        ++pointers;
        continue;
      }
      if ((size & kPointer) != 0) return CorruptError("DNS name: unknown kind of label");
      if (size >= message_.size() - at) return CorruptError("DNS name: truncated");
      const std::string_view label = AsText(message_.subspan(at + 1, size));
      if (label.find('.') != std::string_view::npos) return CorruptError("DNS name: a dot in a label");
      if (!name.empty()) name += '.';
      name += Lowercase(label);
      if (name.size() > kMaxName) return CorruptError("DNS name: too long");
      at += size + 1U;
    }
    return CorruptError("DNS name: too many pointers");
  }
  [[nodiscard]] size_t at() const { return at_; }
  void Seek(size_t at) { at_ = at; }

 private:
  ByteSpan message_;
  size_t at_ = 0;
};

struct Record {
  std::string owner;
  uint16_t type = 0;
  std::string alias;  // target of a CNAME
  ByteSpan data;
};

Result<Record> TakeRecord(Reader& reader) {
  Record record;
  ASSIGN_OR_RETURN(record.owner, reader.TakeName());
  ASSIGN_OR_RETURN(record.type, reader.Take16());
  ASSIGN_OR_RETURN(const uint16_t record_class, reader.Take16());
  RETURN_IF_ERROR(reader.Take(4));  // time to live
  ASSIGN_OR_RETURN(const uint16_t size, reader.Take16());
  const size_t start = reader.at();
  ASSIGN_OR_RETURN(record.data, reader.Take(size));
  if (record_class != kInternetClass) record.type = 0;
  if (record.type != kCname) return record;
  reader.Seek(start);
  ASSIGN_OR_RETURN(record.alias, reader.TakeName());
  if (reader.at() != start + size) return CorruptError("DNS record: bad CNAME");
  return record;
}

Result<std::vector<Record>> TakeAnswers(Reader& reader, uint16_t count, bool truncated) {
  std::vector<Record> records;
  for (int i = 0; i < std::min<int>(count, kMaxRecords); ++i) {
    auto record = TakeRecord(reader);
    if (!record.ok()) {
      if (truncated) break;
      return std::move(record).error();
    }
    records.push_back(std::move(record).value());
  }
  return records;
}

std::optional<IpAddress> AddressOf(const Record& record) {
  IpAddress address{.is_v6 = record.type == static_cast<uint16_t>(DnsType::kAaaa)};
  if (!address.is_v6 && record.type != static_cast<uint16_t>(DnsType::kA)) return std::nullopt;
  if (record.data.size() != (address.is_v6 ? 16U : 4U)) return std::nullopt;
  std::copy(record.data.begin(), record.data.end(), address.bytes.begin());
  return address;
}

std::vector<IpAddress> FollowAliases(const std::vector<Record>& records, const DnsQuestion& question) {
  std::string owner = question.name;
  for (int i = 0; i < kMaxAliases; ++i) {
    const auto alias = std::find_if(records.begin(), records.end(), [&](const Record& record) {
      return record.type == kCname && record.owner == owner;
    });
    if (alias == records.end()) break;
    owner = alias->alias;
  }
  std::vector<IpAddress> addresses;
  for (const Record& record : records) {
    if (record.owner != owner || record.type != static_cast<uint16_t>(question.type)) continue;
    const auto address = AddressOf(record);
    if (address && addresses.size() < kMaxAddresses) addresses.push_back(*address);
  }
  return addresses;
}

}  // namespace

ByteVector EncodeDnsQuery(const DnsQuestion& question) {
  ByteVector message;
  Put16(message, question.id);
  Put16(message, kRecursionDesired);
  for (const uint16_t count : std::initializer_list<uint16_t>{1, 0, 0, 1})
    Put16(message, count);  // one question and one additional record
  for (std::string_view rest = question.name; !rest.empty();) {
    const size_t dot = std::min(rest.find('.'), rest.size());
    message.push_back(static_cast<uint8_t>(dot));
    message.insert(message.end(), rest.begin(), rest.begin() + static_cast<std::ptrdiff_t>(dot));
    rest.remove_prefix(std::min(dot + 1, rest.size()));
  }
  message.push_back(0);
  Put16(message, static_cast<uint16_t>(question.type));
  Put16(message, kInternetClass);
  message.push_back(0);  // the owner name of the options: the root
  Put16(message, kOptions);
  Put16(message, kMaxDnsReply);
  for (int i = 0; i < 3; ++i) Put16(message, 0);  // extended result and version, flags, no options
  return message;
}

Result<DnsReply> DecodeDnsReply(ByteSpan message, const DnsQuestion& question) {
  Reader reader(message);
  std::array<uint16_t, kHeaderSize / 2> header{};
  for (uint16_t& field : header) {
    ASSIGN_OR_RETURN(field, reader.Take16());
  }
  const auto [id, flags, questions, answers, authorities, additional] = header;
  if (id != question.id || (flags & kResponse) == 0 || (flags & kOperation) != 0 || questions != 1) {
    return CorruptError("DNS message: not an answer to what was asked");
  }
  ASSIGN_OR_RETURN(const std::string name, reader.TakeName());
  ASSIGN_OR_RETURN(const uint16_t type, reader.Take16());
  ASSIGN_OR_RETURN(const uint16_t question_class, reader.Take16());
  if (name != question.name || type != static_cast<uint16_t>(question.type) || question_class != kInternetClass) {
    return CorruptError("DNS message: an answer to another question");
  }
  const auto result = static_cast<uint16_t>(flags & kResult);
  if (result == kNoSuchName) return DnsReply();
  if (result != kNoError) return IoError("the name server answered with error " + std::to_string(result));
  const bool truncated = (flags & kTruncated) != 0;
  ASSIGN_OR_RETURN(const std::vector<Record> records, TakeAnswers(reader, answers, truncated));
  return DnsReply{.addresses = FollowAliases(records, question), .truncated = truncated};
}

}  // namespace hallmark::sandbox
