// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <string_view>

#include "guestd/sdk-daemon/host_link.h"
#include "guestd/sdk-daemon/methods.h"
#include "guestd/sdk-daemon/session_service.h"
#include "tests/support/temp_dir.h"

namespace hallmark::guest {

/// The services of the daemon on a temporary directory, with no host there.
class ServicesFixture : public ::testing::Test {
 protected:
  SessionService::Options Options(const std::string& trouble = "") {
    return {directory_ / "sessions", directory_ / "shared", "", Cgroup(directory_ / "cgroup"), trouble};
  }

  /// What a request comes to.
  Result<JsonValue> Call(const std::string& method, std::string_view parameters = "{}") {
    std::optional<Result<JsonValue>> answer;
    methods_.Call({1, method, ParseJsonValue(parameters, 1 << 20, "parameters").value()},
                  [&](Result<JsonValue> result) { answer = std::move(result); });
    if (!answer) loop_.Run();
    return answer ? std::move(*answer) : Result<JsonValue>(InternalError("no answer"));
  }

  hallmark::testing::TempDir directory_;
  EventLoop loop_;
  MethodTable methods_;
  HostLink link_{loop_, methods_, {}};
};

}  // namespace hallmark::guest
