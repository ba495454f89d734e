// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>

namespace hallmark {

/// What went wrong, as far as a caller may act on it.
enum class ErrorKind {
  kUsage,         ///< the caller asked for something that makes no sense
  kIo,            ///< the environment failed: a file, a process, the network, memory
  kNoSpace,       ///< more than the target can hold
  kNotFound,      ///< the named thing does not exist
  kCorrupt,       ///< bytes that do not follow their format
  kUnsupported,   ///< well-formed, but not something this program handles
  kVerification,  ///< well-formed, but not what was signed or promised
  kInternal,      ///< a bug in this program
};

/// A failure: a cause, preceded by what was being done, and the next step if we know it.
struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string message;
  std::string hint;  ///< the next step, one line; may be empty

  /// Puts "`doing`: " in front of the message.
  [[nodiscard]] Error WithContext(std::string_view doing) && {
    message.insert(0, ": ").insert(0, doing);
    return std::move(*this);
  }
  /// Adds the next step, unless there is one already.
  [[nodiscard]] Error WithHint(std::string_view next_step) && {
    if (hint.empty()) hint = next_step;
    return std::move(*this);
  }
};

/// A value or the reason why there is none.
template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  [[nodiscard]] bool ok() const { return state_.index() == 0; }
  [[nodiscard]] const Error& error() const& { return std::get<1>(state_); }
  [[nodiscard]] Error&& error() && { return std::get<1>(std::move(state_)); }

  T& value() & { return std::get<0>(state_); }
  const T& value() const& { return std::get<0>(state_); }
  T&& value() && { return std::get<0>(std::move(state_)); }
  T& operator*() & { return value(); }
  const T& operator*() const& { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// Adds what was being done to the error, if there is one.
  [[nodiscard]] Result WithContext(std::string_view doing) && {
    if (ok()) return std::move(*this);
    return std::get<1>(std::move(state_)).WithContext(doing);
  }
  /// Adds the next step to the error, if there is one and it has no next step yet.
  [[nodiscard]] Result WithHint(std::string_view next_step) && {
    if (ok()) return std::move(*this);
    return std::get<1>(std::move(state_)).WithHint(next_step);
  }

 private:
  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error) : error_(std::move(error)) {}

  [[nodiscard]] bool ok() const { return !error_.has_value(); }
  [[nodiscard]] const Error& error() const& { return *error_; }
  [[nodiscard]] Error&& error() && { return *std::move(error_); }

  [[nodiscard]] Result WithContext(std::string_view doing) && {
    if (ok()) return {};
    return std::move(*error_).WithContext(doing);
  }
  [[nodiscard]] Result WithHint(std::string_view next_step) && {
    if (ok()) return {};
    return std::move(*error_).WithHint(next_step);
  }

 private:
  std::optional<Error> error_;
};

/// One function per kind of error. IoError() adds a hint if the message says that the disk is full.
Error UsageError(std::string message);
Error IoError(std::string message);
Error NoSpaceError(std::string message);
Error NotFoundError(std::string message);
Error CorruptError(std::string message);
Error UnsupportedError(std::string message);
Error VerificationError(std::string message);
Error InternalError(std::string message);

/// An error for a failed system call, with the message "`what`: " and strerror(error_number). kNotFound for ENOENT,
/// else kIo, with a hint if the disk is full.
Error ErrnoError(int error_number, std::string_view what);

/// The exit status of a process for an error: 2 for usage, 3 for verification, 1 for all others.
int ExitStatus(const Error& error);

/// "io", "corrupt", ... as in JSON output.
std::string_view ErrorKindName(ErrorKind kind);

}  // namespace hallmark

#define HALLMARK_CONCAT_INNER(a, b) a##b
#define HALLMARK_CONCAT(a, b) HALLMARK_CONCAT_INNER(a, b)

/// Returns the error of `expression`, a Result of any type, from the enclosing function.
#define RETURN_IF_ERROR(expression)                                   \
  do {                                                                \
    if (auto hallmark_result = (expression); !hallmark_result.ok()) { \
      return std::move(hallmark_result).error();                      \
    }                                                                 \
  } while (false)

/// `ASSIGN_OR_RETURN(auto x, F())`: declares or assigns the value, or returns the error.
#define ASSIGN_OR_RETURN(declaration, expression) \
  HALLMARK_ASSIGN_OR_RETURN_IMPL(HALLMARK_CONCAT(hallmark_result_, __LINE__), declaration, expression)
#define HALLMARK_ASSIGN_OR_RETURN_IMPL(result, declaration, expression) \
  auto result = (expression);                                           \
  if (!result.ok()) return std::move(result).error();                   \
  declaration = std::move(result).value()
