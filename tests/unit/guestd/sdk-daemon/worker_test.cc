// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/worker.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <chrono>
#include <optional>
#include <stdexcept>
#include <string>

#include "lib/base/file.h"
#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;
using std::chrono::milliseconds;

struct Outcome {
  Result<JsonValue> result = InternalError("never called");
  pid_t child = -1;
  bool alive = false;
};

Outcome RunWorker(const Worker::Work& work, milliseconds limit = milliseconds(60000), int keep = -1) {
  EventLoop loop;
  Outcome outcome;
  Worker::Start(loop, limit, keep, work, [&](Result<JsonValue> result, pid_t child) {
    outcome = {std::move(result), child, kill(child, 0) == 0};
  });
  loop.Run();
  return outcome;
}

TEST(Worker, GivesTheResultWhileItsProcessLives) {
  const Outcome outcome = RunWorker([] { return JsonValue::Object({{"parent", getppid()}}); });
  ASSERT_OK(outcome.result);
  EXPECT_EQ(outcome.result->Number("parent"), static_cast<uint64_t>(getpid()));
  EXPECT_TRUE(outcome.alive);
  EXPECT_NE(kill(outcome.child, 0), 0);  // and is gone afterwards
}

TEST(Worker, GivesALargeResultWhole) {
  const std::string text(3 << 20, 'x');
  const Outcome outcome = RunWorker([&] { return JsonValue::Object({{"text", text}}); });
  ASSERT_OK(outcome.result);
  EXPECT_EQ(outcome.result->Text().size(), text.size() + 11);
}

TEST(Worker, GivesTheErrorOfTheWork) {
  EXPECT_THAT(RunWorker([]() -> Result<JsonValue> { return NoSpaceError("full"); }).result,
              HasError(ErrorKind::kNoSpace, "full"));
  EXPECT_THAT(RunWorker([]() -> Result<JsonValue> { throw std::runtime_error("odd"); }).result,
              HasError(ErrorKind::kInternal, "unexpected: odd"));
  EXPECT_THAT(RunWorker([]() -> Result<JsonValue> { _exit(3); }).result,
              HasError(ErrorKind::kInternal, "ended without a result"));
}

TEST(Worker, IsGivenUpAfterItsTime) {
  EXPECT_THAT(RunWorker(
                  []() -> Result<JsonValue> {
                    while (true) pause();
                  },
                  milliseconds(20))
                  .result,
              HasError(ErrorKind::kIo, "no result after 0 s"));
}

TEST(Worker, HasOnlyTheDescriptorThatItKeeps) {
  const File kept = File::OpenForReading("/dev/null").value();
  const File other = File::OpenForReading("/dev/null").value();
  const Outcome outcome = RunWorker(
      [&] {
        return JsonValue::Object(
            {{"kept", fcntl(kept.fd(), F_GETFD) >= 0}, {"other", fcntl(other.fd(), F_GETFD) >= 0}});
      },
      milliseconds(60000), kept.fd());
  ASSERT_OK(outcome.result);
  EXPECT_EQ(outcome.result->Text(), R"({"kept":true,"other":false})");
}

}  // namespace
}  // namespace hallmark::guest
