// SPDX-License-Identifier: Apache-2.0
#include "lib/policy/settings.h"

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

using testing::HasError;

constexpr std::string_view kSmall = R"({
  "network": {
    "allowedDomains": ["example.com", "*.Example.com:8443"],
    "deniedDomains": ["*:22"],
    "allowUnixSockets": ["/run/x.sock"],
    "allowAllUnixSockets": false,
    "allowLocalBinding": true,
    "httpProxyPort": 3128,
    "socksProxyPort": 65535,
    "strictAllowlist": true,
    "allowMachLookup": ["com.example.*"]
  },
  "filesystem": {
    "denyRead": ["~/.ssh"],
    "allowRead": [],
    "allowWrite": [".", "/tmp"],
    "denyWrite": []
  },
  "allowPty": true
}
)";

std::string Replace(std::string_view text, std::string_view from, std::string_view to) {
  std::string result(text);
  const size_t at = result.find(from);
  EXPECT_NE(at, std::string::npos) << from;
  return at == std::string::npos ? result : result.replace(at, from.size(), to);
}

void ExpectRefused(std::string_view from, std::string_view to, const std::string& message) {
  EXPECT_THAT(ParseSettings(Replace(kSmall, from, to), "s.json"), HasError(ErrorKind::kCorrupt, message)) << to;
}

TEST(SettingsTest, ReadsEveryKey) {
  ASSERT_OK_AND_ASSIGN(const Settings settings, ParseSettings(kSmall));
  const NetworkSettings& network = settings.network;
  ASSERT_EQ(network.allowed_domains.size(), 2U);
  EXPECT_EQ(network.allowed_domains[1].text, "*.Example.com:8443");
  EXPECT_EQ(network.allowed_domains[1].kind, RuleKind::kSubdomains);
  EXPECT_EQ(network.allowed_domains[1].host.text, "example.com");
  EXPECT_EQ(network.allowed_domains[1].port, 8443);
  EXPECT_EQ(network.allowed_domains[1].line, 3U);
  EXPECT_EQ(network.allowed_domains[1].column, 39U);
  EXPECT_EQ(network.denied_domains.at(0).kind, RuleKind::kEverything);
  EXPECT_EQ(network.allow_unix_sockets, std::vector<std::string>{"/run/x.sock"});
  EXPECT_FALSE(network.allow_all_unix_sockets);
  EXPECT_TRUE(network.allow_local_binding);
  EXPECT_EQ(network.http_proxy_port, 3128);
  EXPECT_EQ(network.socks_proxy_port, 65535);
  EXPECT_EQ(settings.filesystem.deny_read, std::vector<std::string>{"~/.ssh"});
  EXPECT_EQ(settings.filesystem.allow_write, (std::vector<std::string>{".", "/tmp"}));
}

TEST(SettingsTest, OptionalKeysAreClosedByDefault) {
  ASSERT_OK_AND_ASSIGN(const Settings settings,
                       ParseSettings(R"({"network": {"allowedDomains": [], "deniedDomains": []},
                                         "filesystem": {"denyRead": [], "allowWrite": [], "denyWrite": []}})"));
  EXPECT_FALSE(settings.network.allow_all_unix_sockets);
  EXPECT_FALSE(settings.network.allow_local_binding);
  EXPECT_EQ(settings.network.http_proxy_port, std::nullopt);
}

TEST(SettingsTest, SaysWhereAndWhatIsNear) {
  ExpectRefused("\"denyWrite\": []", "\"q\": []", "filesystem.denyWrite: missing");
  ExpectRefused("allowedDomains", "allowedDomans",
                "s.json:3:5: network.allowedDomans: unknown here, the nearest key is \"allowedDomains\"");
  ExpectRefused("\"filesystem\"", "\"filesytem\"", "filesytem: unknown here, the nearest key is \"filesystem\"");
  ExpectRefused("allowUnixSockets", "allowUnixSocket",
                "s.json:5:5: network.allowUnixSocket: unknown here, the nearest key is \"allowUnixSockets\"");
  ExpectRefused("\"allowPty\"", "\"netwrk\"", "s.json:19:3: netwrk: unknown here, the nearest key is \"network\"");
  ExpectRefused("\"allowPty\"", "\"q\"", "s.json:19:3: q: unknown here");
  ExpectRefused("\"~/.ssh\"", "17", "s.json:14:18: filesystem.denyRead[0]: not a path");
  ExpectRefused("\"~/.ssh\"", "\"a\\u0000b\"", "filesystem.denyRead[0]: not a path");
  ExpectRefused("3128", "0", "s.json:8:5: network.httpProxyPort: not a port");
  ExpectRefused("65535", "65536", "s.json:9:5: network.socksProxyPort: not a port");
  ExpectRefused("3128", "-1", "s.json:8:22: not the JSON that is expected: a negative number");
  ExpectRefused("3128", "31.5", "s.json:8:22: not the JSON that is expected: the number 31.5");
  ExpectRefused("\"allowLocalBinding\": true", "\"allowLocalBinding\": \"yes\"",
                "s.json:7:5: network.allowLocalBinding: not true or false");
  ExpectRefused("\"denyWrite\": []", "\"denyWrite\": [], \"denyWrite\": []",
                "s.json:17:22: not the JSON that is expected: the key \"denyWrite\" comes twice");
  ExpectRefused("\"*:22\"", "\"\xC3\xA9\xC3\xA9.com\", 1", "s.json:4:23: network.deniedDomains[0]: the name: holds a ");
  ExpectRefused("true,\n    \"http", "tru,\n    \"http", "s.json:7:29: not the JSON that is expected: syntax error");
}

TEST(SettingsTest, RefusesEntriesThatCannotBeMeant) {
  const auto entry = [](const std::string& text, const std::string& message) {
    ExpectRefused("\"example.com\"", "\"" + text + "\"", "s.json:3:24: network.allowedDomains[0]: " + message);
  };
  entry("*", "too broad: \"*\" stands in deniedDomains only");
  entry("*:443", "too broad: \"*\" stands in deniedDomains only");
  entry("*.com", "too broad: at least two labels follow \"*.\"");
  entry("exa\\u0000mple.com", "the name: holds a NUL");
}

TEST(SettingsTest, RefusesWhatWouldWeakenTheSandbox) {
  ExpectRefused("\"denyRead\"", "\"disabled\": true, \"denyRead\"",
                "s.json:14:5: filesystem.disabled: it would weaken the sandbox");
  ExpectRefused("\"allowPty\"", "\"enableWeakerNestedSandbox\"",
                "s.json:19:3: enableWeakerNestedSandbox: it would weaken the sandbox");
  ExpectRefused("\"strictAllowlist\": true", "\"strictAllowlist\": false", "nobody is asked in the guest");
  ExpectRefused("\"allowMachLookup\"", "\"parentProxy\"", "network.parentProxy: the guest's proxy does not do this");
  ExpectRefused("\"allowPty\"", "\"bwrapPath\"", "bwrapPath: the guest brings its own programs");
}

TEST(SettingsTest, BrokenFilesAreNoSettings) {
  EXPECT_THAT(ParseSettings("", "s.json"), HasError(ErrorKind::kCorrupt, "s.json:1:1: empty"));
  EXPECT_THAT(ParseSettings(" \n", "s.json"), HasError(ErrorKind::kCorrupt, "s.json:1:1: empty"));
  EXPECT_THAT(ParseSettings("{}", "s.json"), HasError(ErrorKind::kCorrupt, "s.json:1:1: network: missing"));
  EXPECT_THAT(ParseSettings("[]", "s.json"), HasError(ErrorKind::kCorrupt, "s.json:1:1: the document: not an object"));
  EXPECT_THAT(ParseSettings("null", "s.json"), HasError(ErrorKind::kCorrupt, "the document: not an object"));
  EXPECT_THAT(ParseSettings("{\n  \"network\": [", "s.json"),
              HasError(ErrorKind::kCorrupt, "s.json:2:15: not the JSON"));
  EXPECT_THAT(ParseSettings(std::string(kSmall) + "{}", "s.json"),
              HasError(ErrorKind::kCorrupt, "s.json:21:1: not the JSON"));
  EXPECT_THAT(ParseSettings(std::string(kSmall) + '\0' + "{", "s.json"),
              HasError(ErrorKind::kCorrupt, "s.json:21:1: not the JSON that is expected: a NUL"));
  EXPECT_THAT(ParseSettings("\xEF\xBB\xBF{}", "s.json"), HasError(ErrorKind::kCorrupt, "a byte order mark"));
  EXPECT_THAT(ParseSettings(std::string(kMaxSettingsSize + 1, ' ') + "{", "s.json"),
              HasError(ErrorKind::kCorrupt, "larger than 262144 bytes"));
  EXPECT_THAT(LoadSettings("/nowhere/srt-settings.json"), HasError(ErrorKind::kNotFound, "/nowhere"));
  for (size_t size = 0; size + 2 < kSmall.size(); ++size) {
    EXPECT_FALSE(ParseSettings(kSmall.substr(0, size)).ok()) << size;
  }
}

}  // namespace
}  // namespace hallmark
