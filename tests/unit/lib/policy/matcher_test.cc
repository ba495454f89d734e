// SPDX-License-Identifier: Apache-2.0
#include "lib/policy/matcher.h"

#include <charconv>
#include <sstream>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"

namespace hallmark {
namespace {

constexpr size_t kMinCases = 300;

Matcher MatcherOf(const std::string& network) {
  const auto settings = ParseSettings("{\"network\": " + network +
                                      ", \"filesystem\": {\"denyRead\": [], \"allowWrite\": [], \"denyWrite\": []}}");
  EXPECT_OK(settings);
  return settings.ok() ? Matcher(*settings) : Matcher();
}

Matcher DefaultMatcher() {
  const auto settings = LoadSettings(HALLMARK_DEFAULT_SETTINGS);
  EXPECT_OK(settings);
  return settings.ok() ? Matcher(*settings) : Matcher();
}

std::vector<std::string> Columns(const std::string& line) {
  std::vector<std::string> columns(1);
  for (const char c : line) {
    if (c == '\t') {
      columns.emplace_back();
    } else {
      columns.back().push_back(c);
    }
  }
  return columns;
}

/// Bytes for \xNN.
std::string Unescape(const std::string& text) {
  std::string bytes;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text.compare(i, 2, "\\x") != 0) {
      bytes.push_back(text[i]);
      continue;
    }
    bytes.push_back(static_cast<char>(FromHex(text.substr(i + 2, 2)).value().at(0)));
    i += 3;
  }
  return bytes;
}

TEST(MatcherTest, DecidesTheCorpusAsItSays) {
  std::istringstream corpus(testing::ReadFile(HALLMARK_POLICY_CORPUS));
  Matcher matcher;
  size_t cases = 0;
  std::string line;
  for (size_t number = 1; std::getline(corpus, line); ++number) {
    if (line.empty() || line[0] == '#') continue;
    const std::vector<std::string> columns = Columns(line);
    if (columns[0] == "policy") {
      matcher = columns.size() == 2 ? DefaultMatcher() : MatcherOf(columns[2]);
      continue;
    }
    ASSERT_EQ(columns.size(), 4U) << "line " << number;
    EXPECT_FALSE(columns[3].empty()) << "line " << number << " does not say why it is here";
    const Decision decision = matcher.Decide(Unescape(columns[1]), static_cast<uint16_t>(std::stoul(columns[2])));
    EXPECT_EQ(VerdictName(decision.verdict), columns[0])
        << "line " << number << ": " << line << ": " << decision.reason;
    EXPECT_EQ(decision.allowed(), columns[0] == "allowed");
    ++cases;
  }
  EXPECT_GE(cases, kMinCases);
}

TEST(MatcherTest, AllowsNothingWithoutSettings) {
  const Decision decision = Matcher().Decide("github.com", 443);
  EXPECT_FALSE(decision.allowed());
  EXPECT_EQ(decision.verdict, Decision::Verdict::kNoPolicy);
  EXPECT_EQ(Matcher().Decide(Host{}, 443).verdict, Decision::Verdict::kNoPolicy);
  EXPECT_FALSE(Matcher(Settings{}).Decide("github.com", 443).allowed());
  EXPECT_FALSE(Decision{}.allowed());
}

TEST(MatcherTest, NamesTheRule) {
  const Matcher matcher = MatcherOf(
      "{\"allowedDomains\": [\"a.example\",\n \"*.Example.com\", \"*.a.example.com\"],\n"
      "\"deniedDomains\": [\"x.example.com\"]}");
  const Decision allowed = matcher.Decide("B.a.example.com", 443);
  EXPECT_EQ(allowed.list, "allowedDomains");
  EXPECT_EQ(allowed.rule.text, "*.Example.com");
  EXPECT_EQ(allowed.rule.line, 2U);
  EXPECT_EQ(allowed.rule.column, 2U);
  EXPECT_EQ(allowed.reason, "allowed by allowedDomains entry \"*.Example.com\" (line 2)");
  EXPECT_EQ(matcher.Decide("x.example.com", 1).reason, "denied by deniedDomains entry \"x.example.com\" (line 3)");
  EXPECT_EQ(matcher.Decide("a.example", 22).reason,
            "only ports 80 and 443 by allowedDomains entry \"a.example\" (line 1)");
  EXPECT_EQ(matcher.Decide("b.example", 22).reason, "no entry of allowedDomains covers it");
  EXPECT_EQ(matcher.Decide("a.example.", 443).reason, "the host ends in a dot");
}

TEST(MatcherTest, NamesTheRuleThatOpensNoAddress) {
  const Decision decision =
      MatcherOf("{\"allowedDomains\": [\"10.0.0.1\"], \"deniedDomains\": []}").Decide("10.0.0.1", 80);
  EXPECT_EQ(decision.reason, "not a public address: private; not opened by allowedDomains entry \"10.0.0.1\" (line 1)");
  EXPECT_EQ(decision.rule.text, "10.0.0.1");
  EXPECT_EQ(VerdictName(decision.verdict), "address");
}

TEST(MatcherTest, ShipsTwentyTwoEntries) {
  ASSERT_OK_AND_ASSIGN(const Settings settings, LoadSettings(HALLMARK_DEFAULT_SETTINGS));
  EXPECT_EQ(settings.network.allowed_domains.size(), 22U);
  EXPECT_TRUE(settings.network.denied_domains.empty());
}

}  // namespace
}  // namespace hallmark
