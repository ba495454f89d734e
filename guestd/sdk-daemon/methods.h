// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

#include "guestd/protocol/message.h"

namespace hallmark::guest {

/// Called once, now or later, with the result of a request.
using Reply = std::function<void(Result<JsonValue>)>;

/// Reads the parameters of a request. Errors in them are the host's: kUsage.
class ParameterReader : public ObjectReader {
 public:
  explicit ParameterReader(const Json& parameters, std::string where = "")
      : ObjectReader(parameters, std::move(where), nullptr, ErrorKind::kUsage) {}
  explicit ParameterReader(const JsonValue& parameters) : ParameterReader(parameters.json()) {}
};

/// The methods that the host can call, by name.
class MethodTable {
 public:
  /// `parameters` is an object; it lives only during the call.
  using Method = std::function<void(const JsonValue& parameters, Reply reply)>;

  /// Adds a method. Two of one name are a bug, which ends the program.
  void Add(const std::string& name, Method method);
  /// Adds a method that takes no parameters: any is refused with kUsage, as it is elsewhere.
  void AddWithoutParameters(const std::string& name, std::function<void(Reply reply)> method);
  /// Calls the method that the request names. Replies kUnsupported if there is no such method.
  void Call(const Request& request, Reply reply) const;

 private:
  std::map<std::string, Method> methods_;
};

}  // namespace hallmark::guest
