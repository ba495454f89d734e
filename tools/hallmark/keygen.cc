// SPDX-License-Identifier: Apache-2.0
#include <filesystem>

#include "lib/base/file.h"
#include "tools/cli/keys.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

/// A key is never overwritten: without it, nobody could sign again what it signed.
Result<void> RequireAbsent(const std::filesystem::path& path) {
  if (!std::filesystem::exists(std::filesystem::symlink_status(path))) return {};
  return UsageError(path.string() + ": exists already").WithHint("keys are never overwritten: choose another name");
}

}  // namespace

Result<int> RunKeygen(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark keygen", "-o KEY [OPTION...]",
                       "Make an Ed25519 key to sign with, and KEY.pub beside it.");
  options.AddText("o,output", "KEY", "Where the private key goes (PKCS#8 PEM)");
  options.AddFlag("no-passphrase", "Leave the private key unencrypted");
  cli::AddPassphraseOptions(options);
  options.Require({"output"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  const auto given = [&](const char* name) { return parsed->Has(name) ? 1 : 0; };
  if (given("no-passphrase") + given("passphrase-fd") + given("passphrase-command") > 1) {
    return UsageError("--no-passphrase, --passphrase-fd and --passphrase-command exclude each other");
  }
  const std::string path = parsed->Text("output");
  RETURN_IF_ERROR(RequireAbsent(path));
  RETURN_IF_ERROR(RequireAbsent(path + ".pub"));

  Secret passphrase;
  if (!parsed->Has("no-passphrase")) {
    ASSIGN_OR_RETURN(passphrase, cli::ReadPassphrase(*parsed, path, true));
  }
  ASSIGN_OR_RETURN(const PrivateKey key, PrivateKey::Generate());
  ASSIGN_OR_RETURN(std::string pem, key.Pem(passphrase));
  const Result<void> written = WriteFileAtomically(path, AsBytes(pem), 0600);
  Wipe(pem);
  RETURN_IF_ERROR(written);
  RETURN_IF_ERROR(WriteFileAtomically(path + ".pub", AsBytes(cli::FormatPublicKeyFile(key.public_key()))));
  output.Puts(key.public_key().Id());
  return 0;
}

}  // namespace hallmark
