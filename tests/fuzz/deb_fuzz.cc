// SPDX-License-Identifier: Apache-2.0
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "lib/archive/deb.h"

namespace {

void Require(bool condition) {
  if (!condition) std::abort();
}

hallmark::File MemoryFile(const char* name) { return {hallmark::UniqueFd(memfd_create(name, MFD_CLOEXEC)), name}; }

bool IsInside(const hallmark::Deb::Member& member, uint64_t size) {
  return member.offset <= size && member.size <= size - member.offset;
}

}  // namespace

// An error is the package's and names it. The members of what is read lie in the file; what is repacked is a package of
// two members that are not compressed, one right behind the other.
extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const hallmark::File packed = MemoryFile("packed");
  const hallmark::File plain = MemoryFile("plain");
  Require(packed.WriteAt(0, {data, size}).ok());
  const hallmark::Result<hallmark::Deb> members = hallmark::ReadDeb(packed);
  const hallmark::Result<void> repacked = hallmark::RepackDebUncompressed(packed, plain);
  if (!members.ok() || !repacked.ok()) {
    Require(!repacked.ok() && repacked.error().kind == hallmark::ErrorKind::kCorrupt);
    Require(repacked.error().message.starts_with("packed: "));
    Require(members.ok() || members.error().message == repacked.error().message);
    return 0;
  }
  Require(IsInside(members->control, size) && IsInside(members->data, size));
  const hallmark::Result<hallmark::Deb> again = hallmark::ReadDeb(plain);
  Require(again.ok() && again->control.name == "control.tar" && again->data.name == "data.tar");
  constexpr uint64_t kHeaderSize = 60;  // of ar(5), on an even offset
  Require(again->data.offset == again->control.offset + again->control.size + again->control.size % 2 + kHeaderSize);
  Require(again->data.offset + again->data.size <= plain.Size().value());
  return 0;
}
