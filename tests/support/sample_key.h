// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "lib/base/bytes.h"
#include "lib/crypto/ed25519.h"

namespace hallmark::testing {

/// The private key whose 32 secret bytes all have the value `number`.
inline PrivateKey SampleKey(uint8_t number) { return PrivateKey::FromSeed(ByteVector(32, number)).value(); }

}  // namespace hallmark::testing
