// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <ostream>
#include <string>

#include "lib/base/result.h"

namespace hallmark {

inline std::ostream& operator<<(std::ostream& out, const Error& error) {
  return out << ErrorKindName(error.kind) << " error: " << error.message;
}

namespace testing {

template <typename T>
::testing::AssertionResult IsOk(const Result<T>& result) {
  if (result.ok()) return ::testing::AssertionSuccess();
  return ::testing::AssertionFailure() << result.error();
}

/// Matches an error of `kind` whose message contains `text`: asserts the reason, not only the kind.
MATCHER_P2(HasError, kind, text, "") {
  if (arg.ok()) {
    *result_listener << "which is ok";
    return false;
  }
  *result_listener << "which is " << arg.error();
  return arg.error().kind == kind && arg.error().message.find(text) != std::string::npos;
}

}  // namespace testing
}  // namespace hallmark

#define ASSERT_OK(expression) ASSERT_TRUE(::hallmark::testing::IsOk(expression))
#define EXPECT_OK(expression) EXPECT_TRUE(::hallmark::testing::IsOk(expression))
#define ASSERT_OK_AND_ASSIGN(declaration, expression) \
  ASSERT_OK_AND_ASSIGN_IMPL(HALLMARK_CONCAT(hallmark_test_result_, __LINE__), declaration, expression)
#define ASSERT_OK_AND_ASSIGN_IMPL(result, declaration, expression) \
  auto result = (expression);                                      \
  ASSERT_OK(result);                                               \
  declaration = std::move(result).value()
