// SPDX-License-Identifier: Apache-2.0
#include "lib/policy/address.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

namespace hallmark {
namespace {

template <size_t kSize>
struct Network {
  std::array<uint8_t, kSize> prefix;
  int bits;
  std::string_view what;
};
using Network4 = Network<4>;
using Network6 = Network<16>;

// A narrower network stands before the wider one that contains it. Sources: IANA's IPv4 Special-Purpose Address
// Registry, and the documents of clouds for public addresses at which they serve metadata and platform services.
constexpr std::array kRefused4 = {
    Network4{{0, 0, 0, 0}, 8, "this network"},                       // RFC 791
    Network4{{10, 0, 0, 0}, 8, "private"},                           // RFC 1918
    Network4{{100, 100, 100, 200}, 32, "metadata service"},          // Alibaba Cloud, in shared space
    Network4{{100, 64, 0, 0}, 10, "shared by a provider"},           // RFC 6598
    Network4{{127, 0, 0, 0}, 8, "loopback"},                         // RFC 1122
    Network4{{168, 63, 129, 16}, 32, "metadata service"},            // Azure's platform address
    Network4{{169, 254, 169, 254}, 32, "metadata service"},          // AWS, Google Cloud, Azure and others
    Network4{{169, 254, 0, 0}, 16, "link-local"},                    // RFC 3927
    Network4{{172, 16, 0, 0}, 12, "private"},                        // RFC 1918
    Network4{{192, 0, 0, 192}, 32, "metadata service"},              // Oracle Cloud's older one
    Network4{{192, 0, 0, 0}, 24, "protocol assignments"},            // RFC 6890
    Network4{{192, 0, 2, 0}, 24, "for documentation"},               // RFC 5737
    Network4{{192, 31, 196, 0}, 24, "AS112"},                        // RFC 7535
    Network4{{192, 52, 193, 0}, 24, "automatic multicast tunnels"},  // RFC 7450
    Network4{{192, 88, 99, 0}, 24, "6to4 relay"},                    // RFC 7526
    Network4{{192, 168, 0, 0}, 16, "private"},                       // RFC 1918
    Network4{{192, 175, 48, 0}, 24, "AS112"},                        // RFC 7534
    Network4{{198, 18, 0, 0}, 15, "for benchmarks"},                 // RFC 2544
    Network4{{198, 51, 100, 0}, 24, "for documentation"},            // RFC 5737
    Network4{{203, 0, 113, 0}, 24, "for documentation"},             // RFC 5737
    Network4{{224, 0, 0, 0}, 4, "multicast"},                        // RFC 5771
    Network4{{255, 255, 255, 255}, 32, "broadcast"},                 // RFC 919
    Network4{{240, 0, 0, 0}, 4, "reserved"},                         // RFC 1112
};

// IANA's IPv6 Special-Purpose Address Registry.
constexpr std::array kRefused6 = {
    Network6{{}, 128, "unspecified"},                                             // RFC 4291
    Network6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1}, 128, "loopback"},  // RFC 4291
    Network6{{0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, "IPv4-mapped"},      // RFC 4291
    Network6{{0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff}, 96, "IPv4-translated"},        // RFC 2765
    Network6{{}, 96, "IPv4-compatible"},                                          // RFC 4291
    Network6{{0, 0x64, 0xff, 0x9b}, 96, "NAT64"},                                 // RFC 6052
    Network6{{0, 0x64, 0xff, 0x9b, 0, 1}, 48, "NAT64"},                           // RFC 8215
    Network6{{0x20, 0x01, 0, 0}, 32, "Teredo"},                                   // RFC 4380
    Network6{{0x20, 0x01, 0x0d, 0xb8}, 32, "for documentation"},                  // RFC 3849
    Network6{{0x20, 0x01}, 23, "protocol assignments"},                           // RFC 2928
    Network6{{0x20, 0x02}, 16, "6to4"},                                           // RFC 3056
    Network6{{0x26, 0x20, 0, 0x4f, 0x80}, 48, "AS112"},                           // RFC 7534
    Network6{{0x3f, 0xff}, 20, "for documentation"},                              // RFC 9637
    Network6{{0xfc}, 7, "private"},                                               // RFC 4193
    Network6{{0xfe, 0x80}, 10, "link-local"},                                     // RFC 4291
    Network6{{0xfe, 0xc0}, 10, "site-local"},                                     // RFC 3879
    Network6{{0xff}, 8, "multicast"},                                             // RFC 4291
};

template <size_t kSize>
bool HasPrefix(const std::array<uint8_t, kSize>& address, const std::array<uint8_t, kSize>& prefix, int bits) {
  for (size_t i = 0; i < kSize && bits > 0; ++i, bits -= 8) {
    const int shift = std::max(0, 8 - bits);
    if (address[i] >> shift != prefix[i] >> shift) return false;
  }
  return true;
}

template <typename Networks, typename Bytes>
std::string_view FindNetwork(const Networks& networks, const Bytes& bytes) {
  const auto found = std::find_if(networks.begin(), networks.end(),
                                  [&](const auto& network) { return HasPrefix(bytes, network.prefix, network.bits); });
  return found == networks.end() ? std::string_view() : found->what;
}

/// The ISATAP interface identifier, whose last 32 bits are an IPv4 address (RFC 5214, section 6.1).
bool IsIsatap(const std::array<uint8_t, 16>& bytes) {
  return (bytes[8] & 0xfd) == 0 && bytes[9] == 0 && bytes[10] == 0x5e && bytes[11] == 0xfe;
}

}  // namespace

std::string_view RefusedIpv4(const std::array<uint8_t, 4>& address) { return FindNetwork(kRefused4, address); }

std::string_view RefusedIpv6(const std::array<uint8_t, 16>& address) {
  if (const std::string_view what = FindNetwork(kRefused6, address); !what.empty()) return what;
  if (IsIsatap(address)) return "ISATAP";
  return address[0] >> 5 == 1 ? "" : "not public";  // 2000::/3 (RFC 4291, section 2.4 and IANA's registry of it)
}

}  // namespace hallmark
