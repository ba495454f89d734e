// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/endian.h"

namespace hallmark::testing {

/// A 64-bit little-endian program in the layout of the generic ABI: a header of 64 bytes, program headers of 56,
/// section headers of 64, and one dynamic section with entries of 16 bytes.
struct SampleElf {
  uint16_t machine = 183;                ///< EM_AARCH64
  uint16_t type = 2;                     ///< an executable
  std::vector<uint32_t> segments = {1};  ///< PT_LOAD
  std::vector<uint64_t> dynamic_tags;    ///< content of the segment of type PT_DYNAMIC (2)
  std::vector<uint32_t> sections;        ///< SHT_SYMTAB is 2

  [[nodiscard]] std::string Bytes() const {
    const uint64_t program_headers = 64;
    const uint64_t section_headers = program_headers + segments.size() * 56;
    const uint64_t dynamic = section_headers + sections.size() * 64;
    std::string bytes(
        "\x7f"
        "ELF\x02\x01\x01",
        7);
    bytes.resize(dynamic + dynamic_tags.size() * 16);
    const auto put = [&](size_t at, const auto& field) { bytes.replace(at, sizeof field, AsText(StructBytes(field))); };
    put(16, Le16(type));
    put(18, Le16(machine));
    put(32, Le64(program_headers));
    put(40, Le64(section_headers));
    put(54, Le16(56));
    put(56, Le16(static_cast<uint16_t>(segments.size())));
    put(58, Le16(64));
    put(60, Le16(static_cast<uint16_t>(sections.size())));
    for (size_t i = 0; i < segments.size(); ++i) {
      put(program_headers + i * 56, Le32(segments[i]));
      put(program_headers + i * 56 + 8, Le64(dynamic));
      put(program_headers + i * 56 + 32, Le64(dynamic_tags.size() * 16));
    }
    for (size_t i = 0; i < sections.size(); ++i) put(section_headers + i * 64 + 4, Le32(sections[i]));
    for (size_t i = 0; i < dynamic_tags.size(); ++i) put(dynamic + i * 16, Le64(dynamic_tags[i]));
    return bytes;
  }
};

}  // namespace hallmark::testing
