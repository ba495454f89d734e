// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hallmark::sandbox {

/// Assembles a program of classic BPF (the socket filters of bpf(4), as seccomp(2) takes them). Jumps name labels, so
/// nobody counts instructions by hand. Conditions test the value that was loaded last.
class BpfAssembler {
 public:
  /// A place to jump to. It must lie behind the jump.
  class Label {
    friend class BpfAssembler;
    explicit Label(size_t index) : index_(index) {}
    size_t index_;
  };

  /// Makes a label. Place() it once, behind the jumps to it.
  [[nodiscard]] Label NewLabel();
  /// Puts the label in front of the next instruction.
  void Place(Label label);

  /// Loads 32 bits of struct seccomp_data. `offset` is in bytes.
  void Load(uint32_t offset);
  /// Masks the loaded value.
  void And(uint32_t mask);
  /// Ends the program with this return value.
  void Return(uint32_t value);

  /// Jumps if the loaded value is `value`. If the condition of this or another jump is false, the program continues
  /// with the next instruction.
  void JumpIfEqual(uint32_t value, Label label);
  /// Jumps if the loaded value is not `value`.
  void JumpUnlessEqual(uint32_t value, Label label);
  /// Jumps if the loaded value, unsigned, is `value` or more.
  void JumpIfAtLeast(uint32_t value, Label label);
  /// Jumps if the loaded value has any bit of `mask`.
  void JumpIfAnyBit(uint32_t mask, Label label);

  /// The program. Throws std::logic_error if a label was not placed behind its jumps, or is more than 255 instructions
  /// away from one: such a program fails at every run.
  [[nodiscard]] std::vector<sock_filter> Finish() const;

 private:
  struct Jump {
    size_t from;   // index of the instruction
    size_t label;  // index of the label
    bool when;     // the outcome of the condition that jumps
  };
  void Add(int code, uint32_t value);
  void AddJump(int condition, uint32_t value, bool when, Label label);

  std::vector<sock_filter> program_;
  std::vector<Jump> jumps_;
  std::vector<size_t> places_;  // of labels, as indices of instructions
};

}  // namespace hallmark::sandbox
