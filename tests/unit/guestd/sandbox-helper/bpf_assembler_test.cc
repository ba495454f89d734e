// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/bpf_assembler.h"

#include <gtest/gtest.h>

#include <stdexcept>

namespace hallmark::sandbox {
namespace {

TEST(BpfAssembler, CountsItsJumps) {
  BpfAssembler assembler;
  const auto yes = assembler.NewLabel();
  const auto no = assembler.NewLabel();
  assembler.Load(4);
  assembler.JumpIfEqual(7, yes);
  assembler.JumpUnlessEqual(8, no);
  assembler.Return(1);
  assembler.Place(yes);
  assembler.Return(2);
  assembler.Place(no);
  assembler.Return(3);
  const std::vector<sock_filter> program = assembler.Finish();
  ASSERT_EQ(program.size(), 6U);
  EXPECT_EQ(program[0].code, BPF_LD | BPF_W | BPF_ABS);
  EXPECT_EQ(program[0].k, 4U);
  EXPECT_EQ(program[1].code, BPF_JMP | BPF_JEQ | BPF_K);
  EXPECT_EQ(program[1].jt, 2);
  EXPECT_EQ(program[1].jf, 0);
  EXPECT_EQ(program[2].jt, 0);
  EXPECT_EQ(program[2].jf, 2);
  EXPECT_EQ(program[5].code, BPF_RET | BPF_K);
  EXPECT_EQ(program[5].k, 3U);
}

TEST(BpfAssembler, JumpsOverUpTo255Instructions) {
  for (const int between : {255, 256}) {
    BpfAssembler assembler;
    const auto end = assembler.NewLabel();
    assembler.JumpIfAtLeast(1, end);
    for (int i = 0; i < between; ++i) assembler.And(1);
    assembler.Place(end);
    assembler.Return(0);
    if (between == 255) {
      EXPECT_EQ(assembler.Finish()[0].jt, 255);
    } else {
      EXPECT_THROW((void)assembler.Finish(), std::logic_error);
    }
  }
}

TEST(BpfAssembler, RefusesLabelsThatDoNotFollow) {
  BpfAssembler unplaced;
  unplaced.JumpIfAnyBit(1, unplaced.NewLabel());
  EXPECT_THROW((void)unplaced.Finish(), std::logic_error);
  BpfAssembler backward;
  const auto start = backward.NewLabel();
  backward.Place(start);
  backward.JumpIfEqual(1, start);
  EXPECT_THROW((void)backward.Finish(), std::logic_error);
}

}  // namespace
}  // namespace hallmark::sandbox
