// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/methods.h"

#include <cstdlib>
#include <utility>

namespace hallmark::guest {

void MethodTable::Add(const std::string& name, Method method) {
  if (!methods_.emplace(name, std::move(method)).second) std::abort();
}

void MethodTable::AddWithoutParameters(const std::string& name, std::function<void(Reply reply)> method) {
  Add(name, [method = std::move(method)](const JsonValue& parameters, Reply reply) {
    if (const Result<void> finished = ParameterReader(parameters).Finish(); !finished.ok()) {
      return reply(finished.error());
    }
    method(std::move(reply));
  });
}

void MethodTable::Call(const Request& request, Reply reply) const {
  const auto method = methods_.find(request.method);
  if (method == methods_.end()) {
    return reply(UnsupportedError("no method \"" + request.method + "\"")
                     .WithHint("hallmark-guest-protocol(5) lists the methods; this daemon may be older than the host"));
  }
  method->second(request.parameters, [context = request.method, reply = std::move(reply)](Result<JsonValue> result) {
    reply(std::move(result).WithContext(context));
  });
}

}  // namespace hallmark::guest
