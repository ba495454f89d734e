// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <map>
#include <string>

#include "guestd/protocol/message.h"

namespace hallmark::guest {

/// Called once, now or later, with what a request comes to.
using Reply = std::function<void(Result<JsonValue>)>;

/// Takes the parameters of a request apart. What is wrong with them is the host's fault: kUsage.
class ParameterReader : public ObjectReader {
 public:
  explicit ParameterReader(const Json& parameters, std::string where = "")
      : ObjectReader(parameters, std::move(where), nullptr, ErrorKind::kUsage) {}
  explicit ParameterReader(const JsonValue& parameters) : ParameterReader(parameters.json()) {}
};

/// What can be asked for, by name.
class MethodTable {
 public:
  /// `parameters` is an object; it lives as long as the call itself does.
  using Method = std::function<void(const JsonValue& parameters, Reply reply)>;

  void Add(const std::string& name, Method method) { methods_[name] = std::move(method); }
  /// Answers kUnsupported where there is no such method.
  void Call(const Request& request, Reply reply) const;

 private:
  std::map<std::string, Method> methods_;
};

}  // namespace hallmark::guest
