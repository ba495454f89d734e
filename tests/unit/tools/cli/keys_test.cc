// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/keys.h"

#include <fcntl.h>
#include <unistd.h>

#include "signing/document/minisign.h"
#include "tests/support/captured_output.h"
#include "tests/support/matchers.h"
#include "tests/support/sample_key.h"
#include "tests/support/temp_dir.h"

namespace hallmark::cli {
namespace {

using hallmark::testing::CapturedOutput;
using hallmark::testing::HasError;
using hallmark::testing::SampleKey;
using hallmark::testing::TempDir;
using hallmark::testing::WriteFile;

Parsed ParseKeys(const Arguments& arguments) {
  Options options("program verb", "", "");
  AddSignerOptions(options, "key");
  CapturedOutput captured;
  return *options.Parse(arguments, captured.output()).value();
}

Secret Passphrase(const std::string& text) { return Secret(std::string(text)); }

/// A descriptor that gives `text`.
int PipeOf(std::string_view text) {
  int ends[2] = {-1, -1};
  EXPECT_EQ(pipe(ends), 0);
  EXPECT_EQ(write(ends[1], text.data(), text.size()), static_cast<ssize_t>(text.size()));
  close(ends[1]);
  return ends[0];
}

TEST(KeysTest, APassphraseALineOfADescriptor) {
  const int fd = PipeOf("first\nsecond\n");
  const Parsed parsed = ParseKeys({"--passphrase-fd", std::to_string(fd)});
  EXPECT_TRUE(ReadPassphrase(parsed, "a", false).value().Equals(Passphrase("first")));
  EXPECT_TRUE(ReadPassphrase(parsed, "b", false).value().Equals(Passphrase("second")));
  EXPECT_THAT(ReadPassphrase(parsed, "c", false), HasError(ErrorKind::kUsage, "the passphrase of c is empty"));
  close(fd);
}

TEST(KeysTest, APassphraseIsNotLong) {
  const int fd = PipeOf(std::string(1025, 'x') + "\n");
  EXPECT_THAT(ReadPassphrase(ParseKeys({"--passphrase-fd", std::to_string(fd)}), "a", false),
              HasError(ErrorKind::kUsage, "--passphrase-fd: longer than 1024 bytes"));
  close(fd);
}

TEST(KeysTest, APassphraseFromACommand) {
  const Parsed parsed = ParseKeys({"--passphrase-command", "echo secret; echo more"});
  EXPECT_TRUE(ReadPassphrase(parsed, "a", false).value().Equals(Passphrase("secret")));
  const Result<Secret> failed = ReadPassphrase(ParseKeys({"--passphrase-command", "echo secret; exit 4"}), "a", false);
  EXPECT_THAT(failed, HasError(ErrorKind::kIo, "failed with exit status 4"));
  EXPECT_EQ(failed.error().message.find("secret"), std::string::npos);
}

TEST(KeysTest, OnePlaceForThePassphrase) {
  EXPECT_THAT(ReadPassphrase(ParseKeys({"--passphrase-fd", "0", "--passphrase-command", "true"}), "a", false),
              HasError(ErrorKind::kUsage, "--passphrase-fd and --passphrase-command exclude each other"));
}

TEST(KeysTest, LoadsEveryKeyThatIsNamed) {
  const TempDir dir;
  WriteFile(dir / "plain", SampleKey(1).Pem(Secret()).value());
  WriteFile(dir / "locked", SampleKey(2).Pem(Passphrase("secret")).value());
  ASSERT_OK_AND_ASSIGN(const Signers signers,
                       LoadSigners(ParseKeys({"--key", (dir / "plain").string(), "--key", (dir / "locked").string(),
                                              "--passphrase-command", "echo secret"}),
                                   "key"));
  const std::vector<const Signer*> pointers = Pointers(signers);
  ASSERT_EQ(pointers.size(), 2U);
  EXPECT_EQ(pointers[0]->public_key(), SampleKey(1).public_key());
  EXPECT_EQ(pointers[1]->public_key(), SampleKey(2).public_key());
  EXPECT_THAT(LoadSigners(ParseKeys({"--key", (dir / "locked").string(), "--passphrase-command", "echo wrong"}), "key"),
              HasError(ErrorKind::kUsage, (dir / "locked").string()));
}

TEST(KeysTest, AKeyHasToBeNamed) {
  EXPECT_THAT(LoadSigners(ParseKeys({}), "key"),
              HasError(ErrorKind::kUsage, "no key to sign with: give --key or --signer-command"));
  EXPECT_THAT(LoadSigners(ParseKeys({"--signer-command", "true"}), "key"),
              HasError(ErrorKind::kUsage, "--signer-command and --signer-key go together"));
}

TEST(KeysTest, APublicKeyFileServesBothTools) {
  const TempDir dir;
  const PublicKey key = SampleKey(1).public_key();
  WriteFile(dir / "both", FormatPublicKeyFile(key));
  WriteFile(dir / "pem", key.Pem());
  WriteFile(dir / "minisign", FormatMinisignPublicKey({DeriveMinisignKeyId(key), key}));
  for (const char* name : {"both", "pem", "minisign"}) {
    ASSERT_OK_AND_ASSIGN(const PublicKey loaded, LoadPublicKey(dir / name));
    EXPECT_EQ(loaded, key) << name;
  }
  WriteFile(dir / "text", "a text");
  EXPECT_THAT(LoadPublicKey(dir / "text"), HasError(ErrorKind::kCorrupt, (dir / "text").string()));
}

}  // namespace
}  // namespace hallmark::cli
