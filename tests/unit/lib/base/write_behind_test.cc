// SPDX-License-Identifier: Apache-2.0
#include "lib/base/write_behind.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>

#include "lib/base/thread_pool.h"
#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;

constexpr uint64_t kStep = 32 << 20;  // three of them are more than it keeps behind

TEST(WriteBehind, KeepsWhatWasWritten) {
  const testing::TempDir dir;
  ASSERT_OK_AND_ASSIGN(const File file, File::Open(dir / "large", O_RDWR | O_CREAT));
  ASSERT_OK(file.Truncate(16 * kStep));
  WriteBehind behind(file);
  ThreadPool pool(3);
  ASSERT_OK(ParallelFor(pool, 16, [&](size_t i) -> Result<void> {
    const ByteVector bytes(4096, static_cast<uint8_t>(i + 1));
    RETURN_IF_ERROR(file.WriteAt(i * kStep + 100, bytes));
    return behind.Wrote(i * kStep, kStep);
  }));
  for (size_t i = 0; i < 16; ++i) {
    ByteVector bytes(4096);
    ASSERT_OK(file.ReadAt(i * kStep + 100, bytes));
    EXPECT_EQ(bytes, ByteVector(4096, static_cast<uint8_t>(i + 1))) << i;
  }
}

TEST(WriteBehind, TellsWhatTheDiskSays) {
  std::array<int, 2> ends{};
  ASSERT_EQ(pipe(ends.data()), 0);
  ASSERT_OK_AND_ASSIGN(const File pipe, File::Open("/proc/self/fd/" + std::to_string(ends[1]), O_WRONLY));
  WriteBehind behind(pipe);
  EXPECT_THAT(behind.Wrote(0, kStep), HasError(ErrorKind::kIo, "Illegal seek"));
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace hallmark
