// SPDX-License-Identifier: Apache-2.0
#include "guestd/protocol/message.h"

#include <string>
#include <utility>
#include <vector>

#include "tests/support/matchers.h"

namespace hallmark::guest {
namespace {

using ::hallmark::testing::HasError;

TEST(Message, HelloOfTheGuestGoesThereAndBack) {
  GuestHello hello;
  hello.image = "debian-12 1";
  hello.root_hash = std::string(64, 'a');
  hello.daemon = "0.1.0";
  hello.time = 1700000000123;
  hello.trouble = "no disk";
  ASSERT_OK_AND_ASSIGN(const GuestMessage parsed, ParseGuestMessage(EncodeMessage(GuestMessage(hello))));
  const auto& back = std::get<GuestHello>(parsed);
  EXPECT_EQ(back.image, hello.image);
  EXPECT_EQ(back.root_hash, hello.root_hash);
  EXPECT_EQ(back.policy_digest, "");
  EXPECT_EQ(back.time, hello.time);
  EXPECT_EQ(back.trouble, hello.trouble);
}

TEST(Message, HelloOfTheGuestTellsItsSmolBin) {
  GuestHello hello;
  hello.smol_bin = {7, "rolled-back", "manifest.json: sequence 6, and the least is 7"};
  const std::string text = EncodeMessage(GuestMessage(hello));
  const std::string member =
      R"({"sequence":7,"refused":{"verdict":"rolled-back","message":"manifest.json: sequence 6, and the least is 7"}})";
  EXPECT_NE(text.find(R"("smol_bin":)" + member), std::string::npos) << text;
  ASSERT_OK_AND_ASSIGN(const GuestMessage parsed, ParseGuestMessage(text));
  const SmolBinState& back = std::get<GuestHello>(parsed).smol_bin;
  EXPECT_EQ(back.sequence, 7U);
  EXPECT_EQ(back.refused_verdict, "rolled-back");
  EXPECT_EQ(back.refused_message, hello.smol_bin.refused_message);
  EXPECT_EQ(EncodeSmolBinState(hello.smol_bin), member);
  EXPECT_EQ(EncodeSmolBinState({}), R"({"sequence":0})");
  ASSERT_OK_AND_ASSIGN(const SmolBinState none, ParseSmolBinState(R"({"sequence":3})"));
  EXPECT_EQ(none.sequence, 3U);
  EXPECT_EQ(none.refused_verdict, "");
  for (const char* wrong : {"", "7", "{}", R"({"sequence":"3"})", R"({"sequence":3,"refused":{"verdict":"x"}})"}) {
    EXPECT_THAT(ParseSmolBinState(wrong), HasError(ErrorKind::kCorrupt, "smol_bin")) << wrong;
  }
}

TEST(Message, HelloOfTheHostHasTheseBytes) {
  EXPECT_EQ(EncodeMessage(HostMessage(HostHello{1, 5})),
            R"({"type":"hello","protocol":"hallmark-guest","version":1,"time":5})");
}

TEST(Message, HelloOfAnotherVersionIsRefusedWhateverElseItHolds) {
  EXPECT_THAT(ParseHostMessage(R"({"type":"hello","protocol":"hallmark-guest","version":2,"new":[]})"),
              HasError(ErrorKind::kUnsupported, "version 2; this side speaks 1"));
  EXPECT_THAT(ParseHostMessage(R"({"type":"hello","protocol":"other","version":1,"time":1})"),
              HasError(ErrorKind::kCorrupt, "protocol: not hallmark-guest"));
}

TEST(Message, RequestsHaveAnIdAMethodAndParameters) {
  ASSERT_OK_AND_ASSIGN(const HostMessage message,
                       ParseHostMessage(R"({"type":"request","id":7,"method":"health","parameters":{"a":1}})"));
  const auto& request = std::get<Request>(message);
  EXPECT_EQ(request.id, 7U);
  EXPECT_EQ(request.method, "health");
  EXPECT_EQ(request.parameters.Text(), R"({"a":1})");
}

TEST(Message, WhatIsWrongWithItIsNamed) {
  for (const auto& [body, text] : std::vector<std::pair<std::string, std::string>>{
           {"[]", "not an object"},
           {"{}", "type: missing"},
           {R"({"type":"other"})", "type: neither hello nor request"},
           {R"({"type":"request","method":"a"})", "id: missing"},
           {R"({"type":"request","id":-1,"method":"a"})", "a negative number"},
           {R"({"type":"request","id":1,"method":7})", "method: not a text"},
           {R"({"type":"request","id":1,"method":"a","parameters":[]})", "parameters: not an object"},
           {R"({"type":"request","id":1,"method":"a","more":0})", "more: unknown here"},
           {R"({"type":"request","id":1,"id":2,"method":"a"})", "comes twice"},
           {"{\"type\":\"request\",\"id\":1,\"method\":\"\xff\"}", "message"}}) {
    EXPECT_THAT(ParseHostMessage(body), HasError(ErrorKind::kCorrupt, text)) << body;
  }
}

TEST(Message, ErrorsKeepTheirKindAndHint) {
  const Response response{3, Result<JsonValue>(NoSpaceError("full").WithHint("make room"))};
  ASSERT_OK_AND_ASSIGN(const GuestMessage message, ParseGuestMessage(EncodeMessage(GuestMessage(response))));
  const auto& back = std::get<Response>(message);
  EXPECT_THAT(back.result, HasError(ErrorKind::kNoSpace, "full"));
  EXPECT_EQ(back.result.error().hint, "make room");
}

TEST(Message, TextThatIsNotUtf8IsSentAllTheSame) {
  const Response response{3, Result<JsonValue>(IoError("directory \xff: gone"))};
  ASSERT_OK_AND_ASSIGN(const GuestMessage message, ParseGuestMessage(EncodeMessage(GuestMessage(response))));
  EXPECT_THAT(std::get<Response>(message).result, HasError(ErrorKind::kIo, "directory \xef\xbf\xbd: gone"));
}

TEST(Message, OutputIsTheEventThatItStandsFor) {
  const std::string bytes("\0\xff\n", 3);
  const Event event{"process.output",
                    JsonValue::Object({{"process", 9}, {"stream", "stderr"}, {"offset", 12}, {"data", "AP8K"}})};
  EXPECT_EQ(EncodeOutput(9, "stderr", 12, AsBytes(bytes)), EncodeMessage(GuestMessage(event)));
}

}  // namespace
}  // namespace hallmark::guest
