// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/elf_check.h"

#include "tests/support/matchers.h"
#include "tests/support/sample_elf.h"

namespace hallmark {
namespace {

using testing::SampleElf;

/// What is wrong with it; empty: nothing.
std::string Check(const std::string& bytes, const ElfExpectation& expected = {"arm64", std::nullopt}) {
  const Result<void> result = CheckElf(AsBytes(bytes), expected);
  if (result.ok()) return "";
  EXPECT_EQ(result.error().kind, ErrorKind::kUsage);
  return result.error().message;
}
std::string Check(const SampleElf& elf) { return Check(elf.Bytes()); }
std::string Changed(size_t at, char value) {
  std::string bytes = SampleElf{.sections = {2}}.Bytes();
  bytes.at(at) = value;
  return Check(bytes, {"arm64", false});
}

TEST(ElfCheckTest, TakesStaticPrograms) {
  EXPECT_EQ(Check(SampleElf()), "");
  EXPECT_EQ(Check(SampleElf{.type = 3}), "");  // a static PIE
  EXPECT_EQ(Check(SampleElf{.type = 3, .segments = {1, 2}, .dynamic_tags = {5, 6, 0}}), "");
  EXPECT_EQ(Check(SampleElf{.machine = 62}.Bytes(), {"amd64", std::nullopt}), "");
}

TEST(ElfCheckTest, SaysWhatElseItIs) {
  EXPECT_EQ(Check(""), "is not an ELF file");
  EXPECT_EQ(Check("#!/bin/sh\n" + std::string(100, ' ')), "is not an ELF file");
  EXPECT_EQ(Check(SampleElf().Bytes().substr(0, 63)), "is not an ELF file");
  EXPECT_EQ(Check(SampleElf{.machine = 62}), "is for amd64, not for arm64");
  EXPECT_EQ(Check(SampleElf{.machine = 999}), "is for machine 999, not for arm64");
  EXPECT_EQ(Check(SampleElf{.type = 1}), "is an ELF file, and not a program");
  EXPECT_EQ(Check(SampleElf{.segments = {}}), "is not a program: it has nothing to load");
  EXPECT_EQ(Changed(4, 1), "is an ELF file, and not a 64-bit little-endian one");
  EXPECT_EQ(Changed(5, 2), "is an ELF file, and not a 64-bit little-endian one");
}

TEST(ElfCheckTest, RefusesProgramsThatNeedOthers) {
  EXPECT_EQ(Check(SampleElf{.segments = {1, 3}}), "needs shared libraries");                             // PT_INTERP
  EXPECT_EQ(Check(SampleElf{.segments = {1, 2}, .dynamic_tags = {5, 1, 0}}), "needs shared libraries");  // DT_NEEDED
  EXPECT_EQ(Check(SampleElf{.segments = {1, 2}, .dynamic_tags = {5, 0, 1}}), "");  // behind the end of the table
}

TEST(ElfCheckTest, AsksForSymbolsOrForNone) {
  const std::string with = SampleElf{.sections = {3, 2}}.Bytes();
  const std::string without = SampleElf{.sections = {3}}.Bytes();
  EXPECT_EQ(Check(with, {"arm64", std::nullopt}), "");
  EXPECT_EQ(Check(with, {"arm64", false}), "");
  EXPECT_EQ(Check(with, {"arm64", true}), "has a symbol table");
  EXPECT_EQ(Check(without, {"arm64", true}), "");
  EXPECT_EQ(Check(without, {"arm64", false}), "has no symbol table");
}

TEST(ElfCheckTest, TablesLieInsideTheFile) {
  EXPECT_EQ(Changed(33, 1), "is a damaged ELF file: a table outside of it");
  EXPECT_EQ(Changed(39, '\xff'), "is a damaged ELF file: a table outside of it");
  EXPECT_EQ(Changed(41, 1), "is a damaged ELF file: a table outside of it");
  EXPECT_EQ(Changed(56, 9), "is a damaged ELF file: a table outside of it");
  EXPECT_EQ(Changed(54, 57), "is not a program: it has nothing to load");
  EXPECT_EQ(Changed(58, 65), "is a damaged ELF file: sections of another size");
  std::string dynamic = SampleElf{.segments = {2}, .dynamic_tags = {0}}.Bytes();
  dynamic.resize(dynamic.size() - 1);
  EXPECT_EQ(Check(dynamic), "is a damaged ELF file: a segment outside of it");
}

}  // namespace
}  // namespace hallmark
