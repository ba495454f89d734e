// SPDX-License-Identifier: Apache-2.0
#include "lib/http/range_reader.h"

#include <algorithm>
#include <charconv>
#include <string_view>
#include <utility>

#include "lib/http/curl_handle.h"

namespace hallmark {
namespace {

constexpr long kPartialContent = 206;
// Attempts for one read; each continues where the last one ended.
constexpr int kMaxAttempts = 5;

/// One request in progress.
struct Transfer {
  CURL* easy;
  uint64_t offset;        ///< of the range, bytes
  MutableByteSpan bytes;  ///< where it goes
  size_t done = 0;
  bool range_confirmed = false;  ///< a Content-Range of this response says `offset`
  std::string error;             ///< ours, where curl's says too little
  bool no_ranges = false;
};

/// Reads "content-range: bytes OFFSET-LAST/TOTAL". A status line begins the headers of a new response, for example
/// after a redirect.
size_t TakeHeader(char* data, size_t, size_t length, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  const std::string line = Lowercase({data, length});
  if (line.starts_with("http/")) transfer.range_confirmed = false;
  constexpr std::string_view kStart = "content-range: bytes ";
  if (!line.starts_with(kStart)) return length;
  uint64_t offset = 0;
  const char* const end = line.data() + line.size();
  const auto [rest, failure] = std::from_chars(line.data() + kStart.size(), end, offset);
  transfer.range_confirmed = failure == std::errc() && rest != end && *rest == '-' && offset == transfer.offset;
  return length;
}

size_t TakeBody(char* data, size_t, size_t length, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (HttpStatus(transfer.easy) != kPartialContent) {
    transfer.no_ranges = true;
    return CURL_WRITEFUNC_ERROR;
  }
  if (!transfer.range_confirmed) {
    transfer.error = "sends another range than asked for";
    return CURL_WRITEFUNC_ERROR;
  }
  if (length > transfer.bytes.size() - transfer.done) {
    transfer.error = "sends more than asked for";
    return CURL_WRITEFUNC_ERROR;
  }
  std::copy_n(reinterpret_cast<const uint8_t*>(data), length, transfer.bytes.data() + transfer.done);
  transfer.done += length;
  return length;
}

/// The URL without the user and the password that it may hold: https://user:password@host/path.
std::string WithoutPassword(const std::string& url) {
  const size_t host = url.find("//") + 2;
  const size_t at = url.substr(0, url.find('/', host)).rfind('@');
  return at == std::string::npos || at < host ? url : url.substr(0, host) + url.substr(at + 1);
}

}  // namespace

struct RangeReader::Connection {
  CurlHandle easy;
};

RangeReader::RangeReader(std::string url, long stall_seconds)
    : url_(std::move(url)), name_(WithoutPassword(url_)), stall_seconds_(stall_seconds) {}
RangeReader::~RangeReader() = default;

std::unique_ptr<RangeReader::Connection> RangeReader::Take() const {
  const std::lock_guard lock(mutex_);
  if (idle_.empty()) return std::make_unique<Connection>(Connection{NewCurlHandle(url_, stall_seconds_)});
  std::unique_ptr<Connection> connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

void RangeReader::Give(std::unique_ptr<Connection> connection) const {
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
}

Result<void> RangeReader::Read(uint64_t offset, MutableByteSpan bytes) const {
  if (bytes.empty()) return {};
  std::string reason;
  for (int attempt = 0; attempt < kMaxAttempts && !bytes.empty(); ++attempt) {
    std::unique_ptr<Connection> connection = Take();
    CURL* const easy = connection->easy.get();
    Transfer transfer{.easy = easy, .offset = offset, .bytes = bytes};
    const std::string range = std::to_string(offset) + "-" + std::to_string(offset + bytes.size() - 1);
    curl_easy_setopt(easy, CURLOPT_RANGE, range.c_str());
    curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, TakeHeader);
    curl_easy_setopt(easy, CURLOPT_HEADERDATA, &transfer);
    curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, TakeBody);
    curl_easy_setopt(easy, CURLOPT_WRITEDATA, &transfer);
    const CURLcode code = curl_easy_perform(easy);
    if (transfer.no_ranges) return UnsupportedError(name_ + ": the server has no ranges (RFC 9110, section 14)");
    if (!transfer.error.empty()) return IoError(name_ + ": " + transfer.error);
    offset += transfer.done;
    bytes = bytes.subspan(transfer.done);
    if (bytes.empty()) {
      Give(std::move(connection));
      return {};
    }
    if (code == CURLE_OPERATION_TIMEDOUT) return IoError(name_ + ": " + CurlErrorText(easy, code));
    reason = code == CURLE_OK ? "sends less than asked for" : CurlErrorText(easy, code);
    if (transfer.done == 0) break;  // no progress: the next attempt would end the same way
  }
  return IoError(name_ + ": " + reason);
}

}  // namespace hallmark
