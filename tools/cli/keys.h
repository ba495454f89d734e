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

/// Reads a passphrase from where the options say: the next line of a file descriptor, the first line that a command
/// prints, or the person at the terminal. `confirm`: the person must type it twice.
Result<Secret> ReadPassphrase(const Parsed& parsed, const std::string& what, bool confirm);

/// Adds the options that name the keys to sign with: `--KEY FILE`, which can be repeated; --signer-command with
/// --signer-key; and the passphrase options. `key_option` is KEY.
void AddSignerOptions(Options& options, const std::string& key_option);

using Signers = std::vector<std::unique_ptr<Signer>>;
/// The keys that those options name. kUsage if there is none.
Result<Signers> LoadSigners(const Parsed& parsed, const std::string& key_option);
/// The same keys in the form that signing takes. `signers` must outlive them.
std::vector<const Signer*> Pointers(const Signers& signers);

/// Reads a public key file: PEM, or minisign's.
Result<PublicKey> LoadPublicKey(const std::filesystem::path& path);

/// The file KEY.pub that `keygen` writes: minisign's two lines, and the PEM, which OpenSSL finds after them. So one
/// file serves both tools.
std::string FormatPublicKeyFile(const PublicKey& key);

}  // namespace hallmark::cli
