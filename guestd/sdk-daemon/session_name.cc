// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/session_name.h"

#include <array>

namespace hallmark::guest {
namespace {

constexpr size_t kMaxNameSize = 31;  // the limit of useradd(8) and utmp for a user's name

constexpr auto kAdjectives = std::to_array<std::string_view>({
    "able",  "amber",  "brave",  "bright", "calm",   "candid",  "careful", "clever",  "cosmic", "curious",
    "deft",  "eager",  "early",  "fair",   "fluent", "fond",    "frank",   "gentle",  "glad",   "golden",
    "happy", "honest", "humble", "jolly",  "keen",   "kind",    "lively",  "lucid",   "lucky",  "mellow",
    "merry", "modest", "neat",   "nimble", "noble",  "patient", "plucky",  "polite",  "prompt", "proud",
    "quick", "quiet",  "rapid",  "ready",  "serene", "sharp",   "silent",  "sincere", "smart",  "steady",
    "sunny", "swift",  "tender", "tidy",   "upbeat", "vivid",   "warm",    "wise",    "witty",  "zesty",
});

constexpr auto kSurnames = std::to_array<std::string_view>({
    "abel",    "babbage",   "bell",    "bohr",     "boole",   "borg",   "cantor",   "carson",  "cerf",
    "church",  "curie",     "darwin",  "dijkstra", "dirac",   "euler",  "faraday",  "fermat",  "fermi",
    "galois",  "gauss",     "germain", "godel",    "hamming", "hertz",  "hilbert",  "hopper",  "hypatia",
    "kepler",  "kernighan", "knuth",   "lamarr",   "lamport", "liskov", "lovelace", "maxwell", "meitner",
    "mendel",  "newton",    "noether", "pascal",   "perlman", "planck", "raman",    "ramsey",  "ritchie",
    "russell", "shannon",   "tesla",   "turing",   "volta",   "wiles",  "wirth",    "wozniak", "yalow",
});

}  // namespace

Result<void> CheckSessionName(std::string_view name) {
  const auto refuse = [&](std::string_view why) {
    return UsageError("session name '" + std::string(name.substr(0, 40)) + "': " + std::string(why))
        .WithHint("three words of a to z, joined by hyphens: brave-calm-turing");
  };
  if (name.size() > kMaxNameSize) return refuse("longer than " + std::to_string(kMaxNameSize) + " bytes");
  size_t words = 1;
  char previous = '-';
  for (const char c : name) {
    if (c != '-' && (c < 'a' || c > 'z')) return refuse("neither a to z nor a hyphen");
    if (c == '-' && previous == '-') return refuse("an empty word");
    if (c == '-') ++words;
    previous = c;
  }
  if (previous == '-') return refuse("an empty word");
  if (words != 3) return refuse(std::to_string(words) + (words == 1 ? " word" : " words"));
  return {};
}

std::string MakeSessionName(const std::function<uint32_t(uint32_t)>& random) {
  const auto first = random(kAdjectives.size());
  auto second = random(kAdjectives.size() - 1);
  if (second >= first) ++second;
  std::string name(kAdjectives[first]);
  name.append("-").append(kAdjectives[second]).append("-").append(kSurnames[random(kSurnames.size())]);
  return name;
}

}  // namespace hallmark::guest
