// SPDX-License-Identifier: Apache-2.0
#include "guestd/protocol/message.h"

#include <array>

#include "guestd/protocol/frame.h"
#include "lib/json/json_value.h"

namespace hallmark::guest {
namespace {

constexpr size_t kMaxMethodSize = 64;
constexpr size_t kMaxTextSize = 4096;  // for example an error's message
constexpr size_t kHashDigits = 64;     // SHA-256

constexpr std::array kErrorKinds = {
    ErrorKind::kUsage,   ErrorKind::kIo,          ErrorKind::kNoSpace,      ErrorKind::kNotFound,
    ErrorKind::kCorrupt, ErrorKind::kUnsupported, ErrorKind::kVerification, ErrorKind::kInternal,
};

/// Checks the protocol's name and version before it reads anything that another version may have changed.
Result<void> CheckVersion(const JsonValue& document) {
  ObjectReader reader(document.json(), "");
  if (!reader.Has("protocol") || TextOf(reader.Take("protocol")) != kProtocolName) {
    return CorruptError("hello: protocol: not " + std::string(kProtocolName));
  }
  const std::optional<uint64_t> version = document.Number("version");
  if (!version) return CorruptError("hello: version: not a number");
  if (*version == kProtocolVersion) return {};
  return UnsupportedError("hello: version " + std::to_string(*version) + "; this side speaks " +
                          std::to_string(kProtocolVersion))
      .WithHint("update the older side: the host application or the guest's image");
}

/// A digest in lower-case hexadecimal, or an empty text.
std::string TakeDigest(ObjectReader& reader, std::string_view key) {
  std::string text = reader.TakeText(key, kHashDigits);
  const bool hexadecimal = text.find_first_not_of("0123456789abcdef") == std::string::npos;
  if (!text.empty() && (text.size() != kHashDigits || !hexadecimal)) {
    reader.Refuse(key, "neither empty nor 64 hexadecimal digits");
  }
  return text;
}

JsonValue TakeObject(ObjectReader& reader, std::string_view key) {
  JsonValue value(reader.Take(key));
  if (!value.IsObject()) reader.Refuse(key, "not an object");
  return value;
}

Result<HostMessage> ReadHostHello(ObjectReader& reader) {
  HostHello hello;
  (void)reader.Take("protocol");
  (void)reader.Take("version");
  hello.time = reader.TakeNumber("time");
  RETURN_IF_ERROR(reader.Finish());
  return HostMessage(hello);
}

Result<HostMessage> ReadRequest(ObjectReader& reader) {
  Request request;
  request.id = reader.TakeNumber("id");
  request.method = reader.TakeText("method", kMaxMethodSize);
  request.parameters = reader.Has("parameters") ? TakeObject(reader, "parameters") : JsonValue::Object();
  RETURN_IF_ERROR(reader.Finish());
  return HostMessage(std::move(request));
}

Result<SmolBinState> ReadSmolBinState(const Json& value) {
  ObjectReader reader(value, "smol_bin");
  SmolBinState state;
  state.sequence = reader.TakeNumber("sequence");
  if (reader.Has("refused")) {
    ObjectReader refused(reader.Take("refused"), "smol_bin.refused");
    state.refused_verdict = refused.TakeText("verdict");
    state.refused_message = refused.TakeText("message", kMaxTextSize);
    RETURN_IF_ERROR(refused.Finish());
  }
  RETURN_IF_ERROR(reader.Finish());
  return state;
}

Result<GuestMessage> ReadGuestHello(ObjectReader& reader) {
  GuestHello hello;
  (void)reader.Take("protocol");
  (void)reader.Take("version");
  hello.image = reader.TakeText("image");
  hello.root_hash = TakeDigest(reader, "root_hash");
  hello.policy_digest = TakeDigest(reader, "policy_digest");
  if (reader.Has("smol_bin")) {  // older guests do not send it
    ASSIGN_OR_RETURN(hello.smol_bin, ReadSmolBinState(reader.Take("smol_bin")));
  }
  hello.daemon = reader.TakeText("daemon");
  hello.boot = reader.TakeText("boot");
  hello.instance = reader.TakeText("instance");
  hello.time = reader.TakeNumber("time");
  hello.trouble = reader.TakeText("trouble", kMaxTextSize);
  RETURN_IF_ERROR(reader.Finish());
  return GuestMessage(std::move(hello));
}

Result<GuestMessage> ReadFailure(uint64_t id, const Json& value) {
  ObjectReader reader(value, "error");
  Error error;
  const std::string kind = reader.TakeText("kind");
  error.message = reader.TakeText("message", kMaxTextSize);
  if (reader.Has("hint")) error.hint = reader.TakeText("hint", kMaxTextSize);
  bool known = false;
  for (const ErrorKind candidate : kErrorKinds) {
    if (ErrorKindName(candidate) != kind) continue;
    error.kind = candidate;
    known = true;
  }
  if (!known) reader.Refuse("kind", "unknown");
  RETURN_IF_ERROR(reader.Finish());
  return GuestMessage(Response{id, std::move(error)});
}

Result<GuestMessage> ReadResponse(ObjectReader& reader) {
  const uint64_t id = reader.TakeNumber("id");
  if (reader.Has("error")) {
    const Json& value = reader.Take("error");
    RETURN_IF_ERROR(reader.Finish());
    return ReadFailure(id, value);
  }
  JsonValue result = TakeObject(reader, "result");
  RETURN_IF_ERROR(reader.Finish());
  return GuestMessage(Response{id, std::move(result)});
}

Result<GuestMessage> ReadEvent(ObjectReader& reader) {
  Event event;
  event.name = reader.TakeText("event", kMaxMethodSize);
  event.data = TakeObject(reader, "data");
  RETURN_IF_ERROR(reader.Finish());
  return GuestMessage(std::move(event));
}

/// Shortens the text of an error to what the other side accepts. Keeps the end, which says most.
std::string Shortened(const std::string& text) {
  return text.size() <= kMaxTextSize ? text : "..." + text.substr(text.size() - (kMaxTextSize - 16));
}

JsonValue ToJson(const HostHello& hello) {
  return JsonValue::Object(
      {{"type", "hello"}, {"protocol", kProtocolName}, {"version", hello.version}, {"time", hello.time}});
}

JsonValue ToJson(const Request& request) {
  return JsonValue::Object(
      {{"type", "request"}, {"id", request.id}, {"method", request.method}, {"parameters", request.parameters}});
}

JsonValue ToJson(const SmolBinState& state) {
  JsonValue json = JsonValue::Object({{"sequence", state.sequence}});
  if (!state.refused_verdict.empty()) {
    json.Set("refused",
             JsonValue::Object({{"verdict", state.refused_verdict}, {"message", Shortened(state.refused_message)}}));
  }
  return json;
}

JsonValue ToJson(const GuestHello& hello) {
  return JsonValue::Object({{"type", "hello"},
                            {"protocol", kProtocolName},
                            {"version", hello.version},
                            {"image", hello.image},
                            {"root_hash", hello.root_hash},
                            {"policy_digest", hello.policy_digest},
                            {"smol_bin", ToJson(hello.smol_bin)},
                            {"daemon", hello.daemon},
                            {"boot", hello.boot},
                            {"instance", hello.instance},
                            {"time", hello.time},
                            {"trouble", Shortened(hello.trouble)}});
}

JsonValue ToJson(const Response& response) {
  JsonValue json = JsonValue::Object({{"type", "response"}, {"id", response.id}});
  if (response.result.ok()) {
    json.Set("result", *response.result);
    return json;
  }
  const Error& error = response.result.error();
  JsonValue told = JsonValue::Object({{"kind", ErrorKindName(error.kind)}, {"message", Shortened(error.message)}});
  if (!error.hint.empty()) told.Set("hint", Shortened(error.hint));
  json.Set("error", told);
  return json;
}

JsonValue ToJson(const Event& event) {
  return JsonValue::Object({{"type", "event"}, {"event", event.name}, {"data", event.data}});
}

}  // namespace

Result<HostMessage> ParseHostMessage(std::string_view body) {
  ASSIGN_OR_RETURN(const JsonValue document, ParseJsonValue(body, kMaxFrameSize, "message"));
  ObjectReader reader(document.json(), "");
  const std::string type = reader.TakeText("type");
  if (type == "request") return ReadRequest(reader);
  if (type == "hello") {
    RETURN_IF_ERROR(CheckVersion(document));
    return ReadHostHello(reader);
  }
  reader.Refuse("type", "neither hello nor request");
  return reader.Finish().error();
}

Result<GuestMessage> ParseGuestMessage(std::string_view body) {
  ASSIGN_OR_RETURN(const JsonValue document, ParseJsonValue(body, kMaxFrameSize, "message"));
  ObjectReader reader(document.json(), "");
  const std::string type = reader.TakeText("type");
  if (type == "event") return ReadEvent(reader);
  if (type == "response") return ReadResponse(reader);
  if (type == "hello") {
    RETURN_IF_ERROR(CheckVersion(document));
    return ReadGuestHello(reader);
  }
  reader.Refuse("type", "neither hello, response nor event");
  return reader.Finish().error();
}

Result<SmolBinState> ParseSmolBinState(std::string_view text) {
  ASSIGN_OR_RETURN(const JsonValue document, ParseJsonValue(text, kMaxFrameSize, "smol_bin"));
  return ReadSmolBinState(document.json());
}

std::string EncodeSmolBinState(const SmolBinState& state) { return ToJson(state).Text(); }

std::string EncodeMessage(const HostMessage& message) {
  return std::visit([](const auto& m) { return ToJson(m); }, message).Text();
}

std::string EncodeMessage(const GuestMessage& message) {
  return std::visit([](const auto& m) { return ToJson(m); }, message).Text();
}

std::string EncodeOutput(uint64_t process, std::string_view stream, uint64_t offset, ByteSpan bytes) {
  std::string text = R"({"type":"event","event":"process.output","data":{"process":)" + std::to_string(process) +
                     R"(,"stream":")" + std::string(stream) + R"(","offset":)" + std::to_string(offset) +
                     R"(,"data":")";
  text += ToBase64(bytes);
  text += "\"}}";
  return text;
}

}  // namespace hallmark::guest
