// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "guestd/sandbox-helper/address.h"
#include "lib/base/bytes.h"
#include "lib/base/result.h"

// Messages of the Domain Name System (RFC 1035), as far as looking up addresses requires.

namespace hallmark::sandbox {

/// RFC 1035, section 3.2.2, and RFC 3596.
enum class DnsType : uint16_t { kA = 1, kAaaa = 28 };

/// The largest datagram that we accept, in bytes; queries announce it (RFC 6891). The size is that of DNS flag day
/// 2020.
constexpr size_t kMaxDnsReply = 1232;

struct DnsQuestion {
  uint16_t id = 0;
  std::string name;  ///< lower case, labels of 1 to 63 bytes
  DnsType type = DnsType::kA;
};

/// A query that asks for recursion and announces kMaxDnsReply.
ByteVector EncodeDnsQuery(const DnsQuestion& question);

struct DnsReply {
  std::vector<IpAddress> addresses;  ///< CNAME records are followed; at most 32; empty if the name has none
  bool truncated = false;            ///< the answer did not fit: `addresses` holds only what did
};

/// kCorrupt if the message does not follow the format or does not answer the question: then it is somebody else's, and
/// the caller ignores it. kIo if the server says that it failed or refuses.
Result<DnsReply> DecodeDnsReply(ByteSpan message, const DnsQuestion& question);

}  // namespace hallmark::sandbox
