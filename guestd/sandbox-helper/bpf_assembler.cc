// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/bpf_assembler.h"

#include <limits>
#include <stdexcept>

namespace hallmark::sandbox {
namespace {

constexpr size_t kNowhere = std::numeric_limits<size_t>::max();

}  // namespace

BpfAssembler::Label BpfAssembler::NewLabel() {
  places_.push_back(kNowhere);
  return Label(places_.size() - 1);
}

void BpfAssembler::Place(Label label) { places_[label.index_] = program_.size(); }

void BpfAssembler::Load(uint32_t offset) { Add(BPF_LD | BPF_W | BPF_ABS, offset); }
void BpfAssembler::And(uint32_t mask) { Add(BPF_ALU | BPF_AND | BPF_K, mask); }
void BpfAssembler::Return(uint32_t value) { Add(BPF_RET | BPF_K, value); }

void BpfAssembler::JumpIfEqual(uint32_t value, Label label) { AddJump(BPF_JEQ, value, true, label); }
void BpfAssembler::JumpUnlessEqual(uint32_t value, Label label) { AddJump(BPF_JEQ, value, false, label); }
void BpfAssembler::JumpIfAtLeast(uint32_t value, Label label) { AddJump(BPF_JGE, value, true, label); }
void BpfAssembler::JumpIfAnyBit(uint32_t mask, Label label) { AddJump(BPF_JSET, mask, true, label); }

std::vector<sock_filter> BpfAssembler::Finish() const {
  std::vector<sock_filter> program = program_;
  for (const Jump& jump : jumps_) {
    const size_t to = places_[jump.label];
    if (to == kNowhere || to <= jump.from) throw std::logic_error("BPF: a jump that leads nowhere");
    const size_t distance = to - jump.from - 1;
    if (distance > std::numeric_limits<uint8_t>::max()) throw std::logic_error("BPF: a jump that leads too far");
    sock_filter& instruction = program[jump.from];
    (jump.when ? instruction.jt : instruction.jf) = static_cast<uint8_t>(distance);
  }
  return program;
}

void BpfAssembler::Add(int code, uint32_t value) { program_.push_back({static_cast<uint16_t>(code), 0, 0, value}); }

void BpfAssembler::AddJump(int condition, uint32_t value, bool when, Label label) {
  jumps_.push_back({program_.size(), label.index_, when});
  Add(BPF_JMP | condition | BPF_K, value);
}

}  // namespace hallmark::sandbox
