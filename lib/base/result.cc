// SPDX-License-Identifier: Apache-2.0
#include "lib/base/result.h"

#include <cerrno>
#include <system_error>

namespace hallmark {

Error UsageError(std::string message) { return {ErrorKind::kUsage, std::move(message), {}}; }
Error IoError(std::string message) {
  Error error{ErrorKind::kIo, std::move(message), {}};
  // The text may come from the C library, libarchive, dpkg or a script.
  for (const int full : {ENOSPC, EDQUOT}) {
    if (error.message.find(std::generic_category().message(full)) != std::string::npos) {
      error.hint = "free some space or name another directory, then run the same command again";
    }
  }
  return error;
}
Error NoSpaceError(std::string message) { return {ErrorKind::kNoSpace, std::move(message), {}}; }
Error NotFoundError(std::string message) { return {ErrorKind::kNotFound, std::move(message), {}}; }
Error CorruptError(std::string message) { return {ErrorKind::kCorrupt, std::move(message), {}}; }
Error UnsupportedError(std::string message) { return {ErrorKind::kUnsupported, std::move(message), {}}; }
Error VerificationError(std::string message) { return {ErrorKind::kVerification, std::move(message), {}}; }
Error InternalError(std::string message) { return {ErrorKind::kInternal, std::move(message), {}}; }

Error ErrnoError(int error_number, std::string_view what) {
  Error error = IoError(std::string(what) + ": " + std::generic_category().message(error_number));
  if (error_number == ENOENT) error.kind = ErrorKind::kNotFound;
  return error;
}

int ExitStatus(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kUsage:
      return 2;
    case ErrorKind::kVerification:
      return 3;
    default:
      return 1;
  }
}

std::string_view ErrorKindName(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return "usage";
    case ErrorKind::kIo:
      return "io";
    case ErrorKind::kNoSpace:
      return "no_space";
    case ErrorKind::kNotFound:
      return "not_found";
    case ErrorKind::kCorrupt:
      return "corrupt";
    case ErrorKind::kUnsupported:
      return "unsupported";
    case ErrorKind::kVerification:
      return "verification";
    case ErrorKind::kInternal:
      return "internal";
  }
  return "internal";
}

}  // namespace hallmark
