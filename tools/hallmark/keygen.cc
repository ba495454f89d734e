// SPDX-License-Identifier: Apache-2.0
#include <cstdio>
#include <filesystem>

#include "lib/base/file.h"
#include "tools/cli/keys.h"
#include "tools/cli/options.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

/// A key is never overwritten: what it signed could not be signed again.
Result<void> RequireAbsent(const std::filesystem::path& path) {
  if (!std::filesystem::exists(std::filesystem::symlink_status(path))) return {};
  return UsageError(path.string() + ": exists already").WithHint("keys are never overwritten: choose another name");
}

}  // namespace

Result<int> RunKeygen(const Arguments& arguments) {
  cxxopts::Options options("hallmark keygen", "Make an Ed25519 key to sign with, and KEY.pub beside it.");
  options.custom_help("-o KEY [OPTION...]");
  options.add_options()("o,output", "Where the private key goes (PKCS#8 PEM)", cxxopts::value<std::string>(), "KEY")(
      "no-passphrase", "Leave the private key unencrypted");
  AddPassphraseOptions(options);
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  if (parsed->count("output") == 0) return UsageError("no name for the key: give -o KEY");
  if (parsed->count("no-passphrase") + parsed->count("passphrase-fd") + parsed->count("passphrase-command") > 1) {
    return UsageError("--no-passphrase, --passphrase-fd and --passphrase-command exclude each other");
  }
  const std::string path = (*parsed)["output"].as<std::string>();
  RETURN_IF_ERROR(RequireAbsent(path));
  RETURN_IF_ERROR(RequireAbsent(path + ".pub"));

  Secret passphrase;
  if (parsed->count("no-passphrase") == 0) {
    ASSIGN_OR_RETURN(passphrase, ReadPassphrase(*parsed, path, true));
  }
  ASSIGN_OR_RETURN(const PrivateKey key, PrivateKey::Generate());
  ASSIGN_OR_RETURN(std::string pem, key.Pem(passphrase));
  const Result<void> written = WriteFileAtomically(path, AsBytes(pem), 0600);
  Wipe(pem);
  RETURN_IF_ERROR(written);
  RETURN_IF_ERROR(WriteFileAtomically(path + ".pub", AsBytes(FormatPublicKeyFile(key.public_key()))));
  std::printf("%s\n", key.public_key().Id().c_str());
  return 0;
}

}  // namespace hallmark
