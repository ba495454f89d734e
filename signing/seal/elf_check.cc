// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/elf_check.h"

#include <algorithm>
#include <array>

#include "lib/base/checked.h"
#include "lib/base/endian.h"

namespace hallmark {
namespace {

struct ElfHeader {
  std::array<uint8_t, 4> magic;  // 0
  uint8_t bits;                  // 4: 1 is 32-bit, 2 is 64-bit
  uint8_t order;                 // 5: 1 is little-endian, 2 is big-endian
  std::array<uint8_t, 10> rest_of_ident;
  Le16 type;     // 16: 2 is an executable, 3 a shared object, which includes a static PIE
  Le16 machine;  // 18
  Le32 version;
  Le64 entry;
  Le64 program_headers;  // 32: offset in the file
  Le64 section_headers;  // 40: offset in the file
  Le32 flags;
  Le16 header_size;
  Le16 program_header_size;   // 54: is 56
  Le16 program_header_count;  // 56
  Le16 section_header_size;   // 58: is 64
  Le16 section_header_count;  // 60
  Le16 section_names;
};
static_assert(sizeof(ElfHeader) == 64);

struct ProgramHeader {
  Le32 type;  // 0
  Le32 flags;
  Le64 offset;  // 8
  Le64 virtual_address;
  Le64 physical_address;
  Le64 file_size;  // 32
  Le64 memory_size;
  Le64 alignment;
};
static_assert(sizeof(ProgramHeader) == 56);

struct SectionHeader {
  Le32 name;
  Le32 type;  // 4
  std::array<uint8_t, 56> rest;
};
static_assert(sizeof(SectionHeader) == 64);

struct DynamicEntry {
  Le64 tag;
  Le64 value;
};

constexpr std::array<uint8_t, 4> kMagic = {0x7F, 'E', 'L', 'F'};
constexpr uint16_t kTypeExecutable = 2;
constexpr uint16_t kTypeShared = 3;
constexpr uint32_t kSegmentDynamic = 2;
constexpr uint32_t kSegmentInterpreter = 3;
constexpr uint32_t kSectionSymbols = 2;
constexpr uint64_t kDynamicNeeded = 1;

struct Machine {
  uint16_t number;  // EM_*
  std::string_view architecture;
};
constexpr auto kMachines = std::to_array<Machine>(
    {{183, "arm64"}, {62, "amd64"}, {40, "armhf"}, {3, "i386"}, {243, "riscv64"}, {22, "s390x"}, {21, "ppc64el"}});

std::string MachineName(uint16_t number) {
  for (const Machine& machine : kMachines) {
    if (machine.number == number) return std::string(machine.architecture);
  }
  return "machine " + std::to_string(number);
}

/// Reads element `index` of a table of T.
template <typename T>
Result<T> ReadEntry(ByteSpan file, uint64_t table, uint64_t index) {
  // Both factors have at most 16 bits, so the product does not overflow.
  ASSIGN_OR_RETURN(const uint64_t offset, CheckedAdd<uint64_t>(table, index * sizeof(T), "ELF"));
  if (!InBounds(offset, sizeof(T), file.size())) return UsageError("is a damaged ELF file: a table outside of it");
  return ReadStruct<T>(file.subspan(offset), "ELF");
}

Result<bool> NeedsLibraries(ByteSpan file, const ProgramHeader& dynamic) {
  if (!InBounds(dynamic.offset, dynamic.file_size, file.size())) {
    return UsageError("is a damaged ELF file: a segment outside of it");
  }
  const ByteSpan entries = file.subspan(dynamic.offset, dynamic.file_size);
  for (size_t at = 0; at + sizeof(DynamicEntry) <= entries.size(); at += sizeof(DynamicEntry)) {
    ASSIGN_OR_RETURN(const DynamicEntry entry, ReadStruct<DynamicEntry>(entries.subspan(at), "ELF"));
    if (entry.tag == 0) break;
    if (entry.tag == kDynamicNeeded) return true;
  }
  return false;
}

Result<void> CheckStatic(ByteSpan file, const ElfHeader& header) {
  if (header.program_header_size != sizeof(ProgramHeader) || header.program_header_count == 0) {
    return UsageError("is not a program: it has nothing to load");
  }
  for (uint64_t i = 0; i < header.program_header_count; ++i) {
    ASSIGN_OR_RETURN(const ProgramHeader segment, ReadEntry<ProgramHeader>(file, header.program_headers, i));
    bool dynamic = segment.type == kSegmentInterpreter;
    if (segment.type == kSegmentDynamic) {
      ASSIGN_OR_RETURN(dynamic, NeedsLibraries(file, segment));
    }
    if (dynamic) return UsageError("needs shared libraries").WithHint("link it with -static or -static-pie");
  }
  return {};
}

Result<bool> HasSymbols(ByteSpan file, const ElfHeader& header) {
  for (uint64_t i = 0; i < header.section_header_count; ++i) {
    ASSIGN_OR_RETURN(const SectionHeader section, ReadEntry<SectionHeader>(file, header.section_headers, i));
    if (section.type == kSectionSymbols) return true;
  }
  return false;
}

}  // namespace

Result<void> CheckElf(ByteSpan file, const ElfExpectation& expected) {
  if (file.size() < sizeof(ElfHeader) || !std::equal(kMagic.begin(), kMagic.end(), file.begin())) {
    return UsageError("is not an ELF file");
  }
  ASSIGN_OR_RETURN(const ElfHeader header, ReadStruct<ElfHeader>(file, "ELF"));
  if (header.bits != 2 || header.order != 1) return UsageError("is an ELF file, and not a 64-bit little-endian one");
  const std::string machine = MachineName(header.machine);
  if (machine != expected.architecture) {
    return UsageError("is for " + machine + ", not for " + std::string(expected.architecture));
  }
  if (header.type != kTypeExecutable && header.type != kTypeShared)
    return UsageError("is an ELF file, and not a program");
  RETURN_IF_ERROR(CheckStatic(file, header));
  if (!expected.stripped) return {};
  if (header.section_header_count != 0 && header.section_header_size != sizeof(SectionHeader)) {
    return UsageError("is a damaged ELF file: sections of another size");
  }
  ASSIGN_OR_RETURN(const bool symbols, HasSymbols(file, header));
  if (symbols && *expected.stripped) return UsageError("has a symbol table").WithHint("run strip on it");
  if (!symbols && !*expected.stripped) return UsageError("has no symbol table");
  return {};
}

}  // namespace hallmark
