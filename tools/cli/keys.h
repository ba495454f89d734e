// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/result.h"
#include "lib/crypto/ed25519.h"
#include "tools/cli/options.h"

namespace hallmark::cli {

/// Adds --passphrase-fd and --passphrase-command.
void AddPassphraseOptions(Options& options);

/// A passphrase from where the options say: the next line of a file descriptor, the first line that a command prints,
/// or the person at the terminal. `confirm`: the person types it twice.
Result<Secret> ReadPassphrase(const Parsed& parsed, const std::string& what, bool confirm);

/// Adds what names the keys to sign with: `--KEY FILE` (as often as there are keys), --signer-command with
/// --signer-key, and the passphrase options.
void AddSignerOptions(Options& options, const std::string& key_option);

using Signers = std::vector<std::unique_ptr<Signer>>;
/// The keys that those options name, at least one. kUsage if there is none.
Result<Signers> LoadSigners(const Parsed& parsed, const std::string& key_option);
/// The same keys, as signing takes them; `signers` outlives them.
std::vector<const Signer*> Pointers(const Signers& signers);

/// The key of a public key file: PEM, or minisign's.
Result<PublicKey> LoadPublicKey(const std::filesystem::path& path);

/// What `keygen` writes to KEY.pub: minisign's two lines, and the PEM, which OpenSSL finds behind them. So one file
/// serves both tools.
std::string FormatPublicKeyFile(const PublicKey& key);

}  // namespace hallmark::cli
