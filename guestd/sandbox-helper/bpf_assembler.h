// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <linux/filter.h>

#include <cstddef>
#include <cstdint>
#include <vector>

namespace hallmark::sandbox {

/// Writes a program of classic BPF (bpf(4)'s socket filters, as seccomp(2) takes them) whose jumps lead to labels: none
/// is counted by hand. A condition looks at what was loaded last.
class BpfAssembler {
 public:
  /// A place to jump to, further on in the program.
  class Label {
    friend class BpfAssembler;
    explicit Label(size_t index) : index_(index) {}
    size_t index_;
  };

  [[nodiscard]] Label NewLabel();
  /// The label stands for the instruction that comes next.
  void Place(Label label);

  /// Loads 32 bits of the data at this offset, in bytes.
  void Load(uint32_t offset);
  void And(uint32_t mask);
  /// Ends the program with this value.
  void Return(uint32_t value);

  // The next instruction follows where the condition does not hold.
  void JumpIfEqual(uint32_t value, Label label);
  void JumpUnlessEqual(uint32_t value, Label label);
  void JumpIfAtLeast(uint32_t value, Label label);
  void JumpIfAnyBit(uint32_t mask, Label label);

  /// The program. Throws std::logic_error if a label was not placed after the jumps to it, or is more than 255
  /// instructions from one: a mistake in the program's source, which every run shows.
  [[nodiscard]] std::vector<sock_filter> Finish() const;

 private:
  struct Jump {
    size_t from;   // instruction
    size_t label;  // index
    bool when;     // taken if the condition is this
  };
  void Add(int code, uint32_t value);
  void AddJump(int condition, uint32_t value, bool when, Label label);

  std::vector<sock_filter> program_;
  std::vector<Jump> jumps_;
  std::vector<size_t> places_;  // of labels, as instructions
};

}  // namespace hallmark::sandbox
