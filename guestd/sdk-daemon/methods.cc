// SPDX-License-Identifier: Apache-2.0
#include "guestd/sdk-daemon/methods.h"

namespace hallmark::guest {

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
