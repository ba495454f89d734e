// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/command_signer.h"

#include <algorithm>

#include "lib/base/subprocess.h"

namespace hallmark {

Result<Ed25519Signature> CommandSigner::Sign(ByteSpan message) const {
  Command command;
  command.argv = {"sh", "-c", command_};
  command.input = AsText(message);
  ASSIGN_OR_RETURN(const CommandOutput output, RunCommandChecked(command).WithContext("signing with a command"));
  Ed25519Signature signature;
  if (output.standard_output.size() != signature.size()) {
    return IoError("the signing command printed " + std::to_string(output.standard_output.size()) +
                   " bytes where an Ed25519 signature has 64");
  }
  std::copy(output.standard_output.begin(), output.standard_output.end(), signature.begin());
  if (!key_.Verifies(message, signature)) {
    return VerificationError("the signing command's signature is not one of the public key " + key_.Id());
  }
  return signature;
}

}  // namespace hallmark
