// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/keys.h"

#include <fcntl.h>
#include <termios.h>
#include <unistd.h>

#include <cerrno>
#include <climits>

#include "lib/base/file.h"
#include "lib/base/subprocess.h"
#include "signing/document/minisign.h"
#include "signing/seal/command_signer.h"
#include "signing/seal/pkcs11_signer.h"

namespace hallmark::cli {
namespace {

constexpr size_t kMaxPassphrase = 1024;  // OpenSSL's own limit (PEM_BUFSIZE)
constexpr uint64_t kMaxKeyFile = 64 << 10;

/// Reads one line from a descriptor, byte by byte, because what follows it is for the next key.
Result<Secret> ReadLine(int fd, const std::string& what) {
  std::string line;
  line.reserve(kMaxPassphrase);  // so that the text never moves and leaves a copy behind
  while (true) {
    char c = 0;
    const ssize_t n = ::read(fd, &c, 1);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return ErrnoError(errno, what);
    if (n == 0 || c == '\n') return Secret(std::move(line));
    if (line.size() == kMaxPassphrase) {
      Wipe(line);
      return UsageError(what + ": longer than 1024 bytes");
    }
    line.push_back(c);
  }
}

/// Stops a terminal from echoing input as long as this object lives.
class SilentTerminal {
 public:
  explicit SilentTerminal(int fd) : fd_(fd), known_(::tcgetattr(fd, &saved_) == 0) {
    if (!known_) return;
    termios silent = saved_;
    silent.c_lflag &= ~static_cast<tcflag_t>(ECHO);
    ::tcsetattr(fd_, TCSAFLUSH, &silent);
  }
  SilentTerminal(const SilentTerminal&) = delete;
  SilentTerminal& operator=(const SilentTerminal&) = delete;
  ~SilentTerminal() {
    if (known_) ::tcsetattr(fd_, TCSAFLUSH, &saved_);
  }

 private:
  int fd_;
  termios saved_{};
  bool known_;
};

Result<Secret> AskAtTerminal(const File& terminal, const std::string& prompt) {
  const SilentTerminal silent(terminal.fd());
  const std::string text = prompt + ": ";
  if (::write(terminal.fd(), text.data(), text.size()) < 0) return ErrnoError(errno, "terminal");
  Result<Secret> secret = ReadLine(terminal.fd(), "terminal");
  if (::write(terminal.fd(), "\n", 1) < 0) return ErrnoError(errno, "terminal");
  return secret;
}

Result<Secret> Prompt(const std::string& what, bool confirm) {
  Result<File> terminal = File::Open("/dev/tty", O_RDWR | O_NOCTTY);
  if (!terminal.ok()) {
    return UsageError("no terminal to ask for the passphrase of " + what)
        .WithHint("give it with --passphrase-fd or --passphrase-command");
  }
  ASSIGN_OR_RETURN(Secret secret, AskAtTerminal(*terminal, "Passphrase of " + what));
  if (confirm) {
    ASSIGN_OR_RETURN(const Secret again, AskAtTerminal(*terminal, "The same again"));
    if (!secret.Equals(again)) return UsageError("the two passphrases differ");
  }
  return secret;
}

Result<Secret> FromCommand(const std::string& shell_command) {
  Command command;
  command.argv = {"sh", "-c", shell_command};
  // Not RunCommandChecked(): its message would contain what the command printed.
  ASSIGN_OR_RETURN(CommandOutput output, RunCommand(command).WithContext("asking a command for the passphrase"));
  if (output.exit_status != 0) {
    Wipe(output.standard_output);
    return IoError("the command that was asked for the passphrase failed with exit status " +
                   std::to_string(output.exit_status));
  }
  std::string line = output.standard_output.substr(0, output.standard_output.find('\n'));
  Wipe(output.standard_output);
  return Secret(std::move(line));
}

Result<PrivateKey> LoadPrivateKey(const std::string& path, const Parsed& parsed) {
  ASSIGN_OR_RETURN(std::string pem, ReadSmallFile(path, kMaxKeyFile));
  Secret passphrase;
  if (IsEncryptedPem(pem)) {
    ASSIGN_OR_RETURN(passphrase, ReadPassphrase(parsed, path, false));
  }
  Result<PrivateKey> key = PrivateKey::FromPem(pem, passphrase);
  Wipe(pem);
  return std::move(key).WithContext(path);
}

/// Opens a key by its file, or by the URI of a token.
Result<std::unique_ptr<Signer>> LoadSigner(const std::string& name, const Parsed& parsed) {
  if (IsPkcs11Uri(name)) {
    ASSIGN_OR_RETURN(const Secret pin, ReadPassphrase(parsed, name, false));
    ASSIGN_OR_RETURN(std::unique_ptr<Pkcs11Signer> signer, Pkcs11Signer::Open(name, pin));
    return std::unique_ptr<Signer>(std::move(signer));
  }
  ASSIGN_OR_RETURN(PrivateKey key, LoadPrivateKey(name, parsed));
  return std::unique_ptr<Signer>(std::make_unique<PrivateKey>(std::move(key)));
}

}  // namespace

void AddPassphraseOptions(Options& options) {
  options.BeginGroup("Passphrase");
  options.AddNumber("passphrase-fd", "N", "Read the passphrase from file descriptor N, one line for each key",
                    {.max = INT_MAX});
  options.AddText("passphrase-command", "COMMAND",
                  "Take the passphrase from the first line that a shell command prints");
  options.BeginGroup("");
}

Result<Secret> ReadPassphrase(const Parsed& parsed, const std::string& what, bool confirm) {
  const bool from_fd = parsed.Has("passphrase-fd");
  const bool from_command = parsed.Has("passphrase-command");
  if (from_fd && from_command) return UsageError("--passphrase-fd and --passphrase-command exclude each other");
  Result<Secret> secret = from_fd        ? ReadLine(static_cast<int>(parsed.Number("passphrase-fd")), "--passphrase-fd")
                          : from_command ? FromCommand(parsed.Text("passphrase-command"))
                                         : Prompt(what, confirm);
  if (secret.ok() && secret->empty()) return UsageError("the passphrase of " + what + " is empty");
  return secret;
}

void AddSignerOptions(Options& options, const std::string& key_option) {
  options.BeginGroup("Keys");
  options.AddTexts(key_option, "KEY", "Sign with this private key, a file or a pkcs11: URI; may be given again");
  options.AddText("signer-command", "COMMAND",
                  "Sign with a shell command: bytes on its input, the 64 bytes of the signature on its output");
  options.AddText("signer-key", "FILE", "The public key of --signer-command");
  AddPassphraseOptions(options);
}

Result<Signers> LoadSigners(const Parsed& parsed, const std::string& key_option) {
  Signers signers;
  for (const std::string& path : parsed.Texts(key_option)) {
    ASSIGN_OR_RETURN(std::unique_ptr<Signer> signer, LoadSigner(path, parsed));
    signers.push_back(std::move(signer));
  }
  if (parsed.Has("signer-command") != parsed.Has("signer-key")) {
    return UsageError("--signer-command and --signer-key go together");
  }
  if (parsed.Has("signer-command")) {
    ASSIGN_OR_RETURN(const PublicKey key, LoadPublicKey(parsed.Text("signer-key")));
    signers.push_back(std::make_unique<CommandSigner>(parsed.Text("signer-command"), key));
  }
  if (signers.empty()) return UsageError("no key to sign with: give --" + key_option + " or --signer-command");
  return signers;
}

std::vector<const Signer*> Pointers(const Signers& signers) {
  std::vector<const Signer*> pointers;
  pointers.reserve(signers.size());
  for (const auto& signer : signers) pointers.push_back(signer.get());
  return pointers;
}

Result<PublicKey> LoadPublicKey(const std::filesystem::path& path) {
  ASSIGN_OR_RETURN(const std::string text, ReadSmallFile(path, kMaxKeyFile));
  if (text.find("-----BEGIN") != std::string::npos) return PublicKey::FromPem(text).WithContext(path.string());
  ASSIGN_OR_RETURN(const MinisignPublicKey key, ParseMinisignPublicKey(text).WithContext(path.string()));
  return key.key;
}

std::string FormatPublicKeyFile(const PublicKey& key) {
  return FormatMinisignPublicKey({DeriveMinisignKeyId(key), key}) + key.Pem();
}

}  // namespace hallmark::cli
