// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/http_request.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <vector>

#include "lib/base/bytes.h"

namespace hallmark::sandbox {
namespace {

constexpr std::string_view kLineEnd = "\r\n";
constexpr std::string_view kScheme = "http://";
constexpr uint16_t kHttpPort = 80;
constexpr size_t kMaxFields = 128;
constexpr size_t kMaxMethodSize = 32;
constexpr int kMaxSizeDigits = 15;  // of a chunk's size: below 2^60, so no sum overflows

struct Field {
  std::string name;  // lower case
  std::string_view value;
  std::string_view line;  // without its line end
};

struct RequestLine {
  std::string_view method;
  std::string_view target;
  bool version_1_1 = true;
};

// RFC 9110, section 5.6.2.
bool IsTokenCharacter(char c) {
  static constexpr std::string_view kOthers = "!#$%&'*+-.^_`|~";
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
         kOthers.find(c) != std::string_view::npos;
}

bool IsToken(std::string_view text) { return !text.empty() && std::all_of(text.begin(), text.end(), IsTokenCharacter); }

// Values consist of visible characters, blanks, tabs and bytes over 127 (RFC 9110, section 5.5).
bool IsValueCharacter(char c) {
  const auto byte = static_cast<unsigned char>(c);
  return c == '\t' || (byte >= 0x20 && byte != 0x7f);
}

// Characters of a request target. "#" never occurs in one (RFC 9112, section 3.2). Some parsers read characters that
// RFC 3986 allows in no URI as separators.
bool IsTargetCharacter(char c) {
  static constexpr std::string_view kRefused = "#\\\"<>^`{|}";
  return c > 0x20 && c < 0x7f && kRefused.find(c) == std::string_view::npos;
}

std::string_view Trim(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

/// The lines of a head, without the empty line that ends it.
Result<std::vector<std::string_view>> SplitLines(std::string_view head) {
  if (head.size() > kMaxHttpHead) return CorruptError("the head is too large");
  if (head.empty() || HttpHeadSize(head) != head.size()) return CorruptError("not a whole head");
  head.remove_suffix(kLineEnd.size());
  std::vector<std::string_view> lines;
  while (!head.empty()) {
    const size_t end = head.find(kLineEnd);
    const std::string_view line = head.substr(0, end);
    if (!std::all_of(line.begin(), line.end(), IsValueCharacter)) {
      return CorruptError("a control character, or a line end that is not CR LF");
    }
    lines.push_back(line);
    head.remove_prefix(end + kLineEnd.size());
  }
  if (lines.size() > kMaxFields + 1) return CorruptError("too many header fields");
  return lines;
}

Result<RequestLine> ParseRequestLine(std::string_view line) {
  const size_t first = line.find(' ');
  const size_t last = line.rfind(' ');
  if (first == std::string_view::npos || first == last) return CorruptError("bad request line");
  RequestLine result{.method = line.substr(0, first), .target = line.substr(first + 1, last - first - 1)};
  const std::string_view version = line.substr(last + 1);
  if (version != "HTTP/1.1" && version != "HTTP/1.0") return UnsupportedError("not HTTP/1.1 or HTTP/1.0");
  result.version_1_1 = version == "HTTP/1.1";
  if (!IsToken(result.method) || result.method.size() > kMaxMethodSize) return CorruptError("bad method");
  if (result.target.empty() || !std::all_of(result.target.begin(), result.target.end(), IsTargetCharacter)) {
    return CorruptError("bad request target");
  }
  return result;
}

Result<std::vector<Field>> ParseFields(const std::vector<std::string_view>& lines) {
  std::vector<Field> fields;
  for (size_t i = 1; i < lines.size(); ++i) {
    const size_t colon = lines[i].find(':');
    const std::string_view name = lines[i].substr(0, colon);
    if (colon == std::string_view::npos || !IsToken(name)) {
      return CorruptError(lines[i].starts_with(' ') || lines[i].starts_with('\t') ? "a folded header field"
                                                                                  : "bad header field name");
    }
    fields.push_back({Lowercase(name), Trim(lines[i].substr(colon + 1)), lines[i]});
  }
  return fields;
}

/// Parses HOST:PORT, or HOST alone if there is a default port.
Result<Authority> AuthorityOf(std::string_view text, std::optional<uint16_t> default_port) {
  const size_t address_end = text.find(']') + 1;  // 0 without brackets
  if (default_port && text.find(':', address_end) == std::string_view::npos) {
    if (address_end > 0 && address_end != text.size()) return CorruptError("bad host");
    auto host = ParseHost(text);
    if (!host.ok()) return CorruptError("bad host: " + host.error().message);
    return Authority{std::move(host).value(), *default_port};
  }
  auto authority = ParseAuthority(text);
  if (!authority.ok()) return CorruptError("bad host or port: " + authority.error().message);
  return std::move(authority).value();
}

/// The value of a field that may occur only once.
Result<std::optional<std::string_view>> SingleField(const std::vector<Field>& fields, std::string_view name) {
  std::optional<std::string_view> value;
  for (const Field& field : fields) {
    if (field.name != name) continue;
    if (value) return CorruptError(std::string(name) + " twice");
    value = field.value;
  }
  return value;
}

Result<void> CheckHost(const std::vector<Field>& fields, const Authority& target, bool connect, bool required) {
  ASSIGN_OR_RETURN(const std::optional<std::string_view> host, SingleField(fields, "host"));
  if (!host) return required ? Result<void>(CorruptError("no Host field")) : Result<void>();
  // Without a port, the scheme's port is meant. In a request for a tunnel the scheme is unknown, but many clients omit
  // the port.
  ASSIGN_OR_RETURN(const Authority named, AuthorityOf(*host, connect ? target.port : kHttpPort));
  if (named.host != target.host || named.port != target.port) {
    return CorruptError("Host is not what the request target names");
  }
  return {};
}

Result<BodyFraming> ParseBodyFraming(const std::vector<Field>& fields, bool version_1_1) {
  ASSIGN_OR_RETURN(const std::optional<std::string_view> length, SingleField(fields, "content-length"));
  ASSIGN_OR_RETURN(const std::optional<std::string_view> encoding, SingleField(fields, "transfer-encoding"));
  BodyFraming framing;
  if (encoding) {
    if (length) return CorruptError("Content-Length beside Transfer-Encoding");
    if (!version_1_1 || Lowercase(*encoding) != "chunked") return CorruptError("bad Transfer-Encoding");
    framing.chunked = true;
  } else if (length) {
    const char* end = length->data() + length->size();
    const auto [stop, failure] = std::from_chars(length->data(), end, framing.length);
    if (failure != std::errc() || stop != end || framing.length > uint64_t{1} << 60) {
      return CorruptError("bad Content-Length");
    }
  }
  return framing;
}

/// The names, in lower case, of fields that are not forwarded. kCorrupt if Connection names a field on which the
/// meaning of the request depends.
Result<std::vector<std::string>> ConnectionFields(const std::vector<Field>& fields) {
  static constexpr std::array<std::string_view, 3> kRequired = {"host", "content-length", "transfer-encoding"};
  std::vector<std::string> names = {"host",    "connection",          "proxy-connection", "keep-alive", "te",
                                    "upgrade", "proxy-authorization", "http2-settings",   "trailer"};
  for (const Field& field : fields) {
    if (field.name != "connection" && field.name != "proxy-connection") continue;
    for (std::string_view rest = field.value; !rest.empty();) {
      const size_t comma = std::min(rest.find(','), rest.size());
      const std::string name = Lowercase(Trim(rest.substr(0, comma)));
      if (std::find(kRequired.begin(), kRequired.end(), name) != kRequired.end()) {
        return CorruptError("Connection names " + name);
      }
      names.push_back(name);
      rest.remove_prefix(std::min(comma + 1, rest.size()));
    }
  }
  return names;
}

Result<std::string> ForwardedHead(const RequestLine& line, std::string_view path, const Authority& target,
                                  const std::vector<Field>& fields) {
  ASSIGN_OR_RETURN(const std::vector<std::string> dropped, ConnectionFields(fields));
  std::string head(line.method);
  head.append(" ").append(path.starts_with('/') ? "" : "/").append(path).append(" HTTP/1.1\r\n");
  std::string authority = ToString(target);
  if (target.port == kHttpPort) authority.erase(authority.rfind(':'));
  head.append("Host: ").append(authority).append("\r\n");
  for (const Field& field : fields) {
    if (std::find(dropped.begin(), dropped.end(), field.name) != dropped.end()) continue;
    head.append(field.line).append("\r\n");
  }
  return head.append("Connection: close\r\n\r\n");
}

}  // namespace

std::string ToString(const Authority& authority) {
  const std::string& host = authority.host.text;
  return (authority.host.kind == Host::Kind::kIpv6 ? "[" + host + "]" : host) + ":" + std::to_string(authority.port);
}

size_t HttpHeadSize(std::string_view bytes) {
  const size_t end = bytes.find("\r\n\r\n");
  return end == std::string_view::npos ? 0 : end + 4;
}

Result<HttpRequest> ParseHttpRequest(std::string_view head) {
  ASSIGN_OR_RETURN(const std::vector<std::string_view> lines, SplitLines(head));
  if (lines.empty()) return CorruptError("bad request line");
  ASSIGN_OR_RETURN(const RequestLine line, ParseRequestLine(lines[0]));
  ASSIGN_OR_RETURN(const std::vector<Field> fields, ParseFields(lines));
  HttpRequest request;
  request.connect = line.method == "CONNECT";
  ASSIGN_OR_RETURN(request.body, ParseBodyFraming(fields, line.version_1_1));
  if (request.connect) {
    if (request.body.chunked || request.body.length != 0) return CorruptError("CONNECT with a body");
    ASSIGN_OR_RETURN(request.target, AuthorityOf(line.target, std::nullopt));
    RETURN_IF_ERROR(CheckHost(fields, request.target, true, line.version_1_1));
    return request;
  }
  if (Lowercase(line.target.substr(0, kScheme.size())) != kScheme) {
    return UnsupportedError("this is a proxy: it takes CONNECT host:port and http://host/");
  }
  const std::string_view rest = line.target.substr(kScheme.size());
  const size_t authority_size = std::min(rest.find_first_of("/?"), rest.size());
  ASSIGN_OR_RETURN(request.target, AuthorityOf(rest.substr(0, authority_size), kHttpPort));
  RETURN_IF_ERROR(CheckHost(fields, request.target, false, line.version_1_1));
  ASSIGN_OR_RETURN(request.forwarded, ForwardedHead(line, rest.substr(authority_size), request.target, fields));
  return request;
}

BodyScanner::BodyScanner(BodyFraming framing) {
  remaining_ = framing.chunked ? 0 : framing.length;
  state_ = framing.chunked ? State::kSize : remaining_ > 0 ? State::kLength : State::kDone;
}

Result<size_t> BodyScanner::Scan(std::string_view bytes) {
  size_t taken = 0;
  while (taken < bytes.size() && state_ != State::kDone) {
    if (state_ == State::kLength || state_ == State::kData) {
      const uint64_t count = std::min<uint64_t>(remaining_, bytes.size() - taken);
      remaining_ -= count;
      taken += count;
      if (remaining_ == 0) state_ = state_ == State::kLength ? State::kDone : State::kDataReturn;
    } else {
      RETURN_IF_ERROR(Step(bytes[taken]));
      ++taken;
    }
  }
  return taken;
}

Result<void> BodyScanner::Step(char c) {
  const Error error = CorruptError("bad chunk");
  switch (state_) {
    case State::kSize:
      return StepInSize(c);
    case State::kSizeEnd:
      if (c != '\n') return error;
      state_ = remaining_ > 0 ? State::kData : State::kTrailerReturn;
      return {};
    case State::kDataReturn:
      if (c != '\r') return error;
      state_ = State::kDataEnd;
      return {};
    case State::kDataEnd:
      if (c != '\n') return error;
      digits_ = 0;
      state_ = State::kSize;
      return {};
    case State::kTrailerReturn:
      if (c != '\r') return CorruptError("a trailer field");
      state_ = State::kTrailerEnd;
      return {};
    case State::kTrailerEnd:
      if (c != '\n') return error;
      state_ = State::kDone;
      return {};
    case State::kLength:
    case State::kData:
    case State::kDone:
      break;
  }
  return InternalError("a body's state without a step");
}

Result<void> BodyScanner::StepInSize(char c) {
  if (c == '\r' && digits_ > 0) {
    state_ = State::kSizeEnd;
    return {};
  }
  uint64_t digit = 0;
  const auto [end, failure] = std::from_chars(&c, &c + 1, digit, 16);
  if (failure != std::errc() || end != &c + 1 || ++digits_ > kMaxSizeDigits) return CorruptError("bad chunk size");
  remaining_ = remaining_ * 16 + digit;
  return {};
}

std::string HttpReply(int status, std::string_view reason, std::string_view text) {
  std::string body = "hallmark: " + std::string(text) + "\n";
  return "HTTP/1.1 " + std::to_string(status) + " " + std::string(reason) +
         "\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: " + std::to_string(body.size()) +
         "\r\nConnection: close\r\n\r\n" + body;
}

}  // namespace hallmark::sandbox
