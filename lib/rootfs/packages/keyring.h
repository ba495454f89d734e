// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "lib/base/bytes.h"
#include "lib/base/result.h"

namespace hallmark {

/// OpenPGP keys in the form that gpgv reads: `text` itself, or the content of its ASCII armour (RFC 9580, 6.2), of
/// every block if there are several. kCorrupt if the armour is damaged.
Result<ByteVector> DearmorKeys(std::string_view text);

/// A signer of a file (an InRelease), as gpgv finds it with a keyring.
struct Signature {
  std::string fingerprint;  ///< of the primary key, 40 upper-case hex digits
};
/// All good signatures of a file. kVerification if there is none.
Result<std::vector<Signature>> GoodSignatures(const std::filesystem::path& file, const std::filesystem::path& keyring);

}  // namespace hallmark
