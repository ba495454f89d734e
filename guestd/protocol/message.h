// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>

#include "lib/base/bytes.h"
#include "lib/base/result.h"
#include "lib/json/json_value.h"

// Messages of hallmark-guest-protocol(5): one JSON object in each frame. "The guest" is the side that dials, "the host"
// is the side that asks. guestd is the host of its own, shorter channel to sdk-daemon.

namespace hallmark::guest {

/// Both sides name the one version that they speak. No other version exists yet.
inline constexpr uint64_t kProtocolVersion = 1;
inline constexpr std::string_view kProtocolName = "hallmark-guest";

/// The smol-bin of the guest. As text it is the hello's member `smol_bin`, which guestd passes to sdk-daemon.
struct SmolBinState {
  uint64_t sequence = 0;  ///< of the smol-bin whose programs run; 0: they come from the image or from a directory
  /// Why the last smol-bin that was offered does not run: a verdict of hallmark-smol-bin(1), "twin", "failed" or an
  /// error's kind. Empty: none was refused.
  std::string refused_verdict;
  std::string refused_message;  ///< one line
};
/// The environment variable by which guestd passes it. Daemons that don't know it ignore it; an unknown option would
/// stop them.
inline constexpr const char* kSmolBinVariable = "HALLMARK_SMOL_BIN";

/// The first frame of the guest: what is running, so that the host can compare it with what it meant to run.
struct GuestHello {
  uint64_t version = kProtocolVersion;
  std::string image;          ///< the image's id; empty if it has none
  std::string root_hash;      ///< of dm-verity, lower-case hexadecimal; empty: the root is not verified
  std::string policy_digest;  ///< SHA-256 of the egress policy in force, lower-case hexadecimal; empty: there is none
  SmolBinState smol_bin;
  std::string daemon;    ///< version of the daemon
  std::string boot;      ///< the kernel's boot id: it changes when the machine restarts
  std::string instance;  ///< of the daemon: it changes when the daemon restarts, and then its processes are gone
  uint64_t time = 0;     ///< the guest's clock, in milliseconds since 1970
  std::string trouble;   ///< what keeps sessions from working; empty if nothing does
};

/// The first frame of the host.
struct HostHello {
  uint64_t version = kProtocolVersion;
  uint64_t time = 0;  ///< the host's clock, in milliseconds since 1970; 0: the guest keeps its own
};

/// Asks for something. The host chooses the id, and the response repeats it.
struct Request {
  uint64_t id = 0;
  std::string method;    ///< "process.spawn"
  JsonValue parameters;  ///< an object
};

/// The answer to one request.
struct Response {
  uint64_t id = 0;
  Result<JsonValue> result;
};

/// Reports what happened, unasked: "process.output", "process.exit".
struct Event {
  std::string name;
  JsonValue data;  ///< an object
};

using HostMessage = std::variant<HostHello, Request>;
using GuestMessage = std::variant<GuestHello, Response, Event>;

/// Parses the body of a frame from the host. kCorrupt names the wrong member. kUnsupported for a hello of another
/// version, whatever else it contains.
Result<HostMessage> ParseHostMessage(std::string_view body);
/// The same for a frame from the guest.
Result<GuestMessage> ParseGuestMessage(std::string_view body);

/// Parses the text that EncodeSmolBinState() makes. kCorrupt names the wrong member.
Result<SmolBinState> ParseSmolBinState(std::string_view text);
/// The state as JSON text, for kSmolBinVariable.
std::string EncodeSmolBinState(const SmolBinState& state);

/// The body of a frame. Bytes of texts that are not UTF-8 are replaced by U+FFFD.
std::string EncodeMessage(const HostMessage& message);
std::string EncodeMessage(const GuestMessage& message);

/// The event "process.output" as EncodeMessage() would write it, but without a tree of JSON: most of what is ever sent
/// is this. `offset`: bytes that came on this stream before.
std::string EncodeOutput(uint64_t process, std::string_view stream, uint64_t offset, ByteSpan bytes);

}  // namespace hallmark::guest
