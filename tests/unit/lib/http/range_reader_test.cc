// SPDX-License-Identifier: Apache-2.0
#include "lib/http/range_reader.h"

#include "tests/support/matchers.h"
#include "tests/unit/lib/http/http_server.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;
using testing::HasError;
using testing::HttpResponse;
using testing::HttpServer;

constexpr long kStallSeconds = 10;

/// A response to a request for a range that says that it begins at `offset`.
std::string Part(int offset, std::string_view body) {
  return HttpResponse("206 Partial Content", "Content-Range: bytes " + std::to_string(offset) + "-99/100\r\n", body);
}

/// Three bytes from offset 7 on.
Result<std::string> Read(const HttpServer& server) {
  ByteVector bytes(3);
  RETURN_IF_ERROR(RangeReader(server.Url(), kStallSeconds).Read(7, bytes));
  return std::string(AsText(bytes));
}

TEST(RangeReaderTest, AsksForThePart) {
  const HttpServer server([](const std::string&) { return Part(7, "abc"); });
  EXPECT_EQ(Read(server).value(), "abc");
  EXPECT_THAT(server.ranges(), ElementsAre("7-9"));
}

TEST(RangeReaderTest, AsksForNothingWhereNothingIsToBeRead) {
  const HttpServer server([](const std::string&) { return Part(7, "abc"); });
  EXPECT_OK(RangeReader(server.Url(), kStallSeconds).Read(7, {}));
  EXPECT_THAT(server.ranges(), ElementsAre());
}

TEST(RangeReaderTest, GoesOnWhereAConnectionEnded) {
  const HttpServer server([](const std::string& request) {
    const bool first = request.find("bytes=7-9") != std::string::npos;
    const std::string whole = first ? Part(7, "abc") : Part(8, "BC");
    return first ? whole.substr(0, whole.size() - 2) : whole;
  });
  EXPECT_EQ(Read(server).value(), "aBC");
  EXPECT_THAT(server.ranges(), ElementsAre("7-9", "8-9"));
}

TEST(RangeReaderTest, GivesUpAfterFiveParts) {
  const HttpServer server([offset = 0](const std::string&) mutable { return Part(offset++, "a"); });
  ByteVector bytes(6);
  EXPECT_THAT(RangeReader(server.Url(), kStallSeconds).Read(0, bytes),
              HasError(ErrorKind::kIo, server.Url() + ": sends less than asked for"));
  EXPECT_THAT(server.ranges(), ElementsAre("0-5", "1-5", "2-5", "3-5", "4-5"));
}

TEST(RangeReaderTest, RefusesWhatIsNotThePart) {
  const auto refused = [](const std::string& response, ErrorKind kind, const std::string& message) {
    const HttpServer server([&](const std::string&) { return response; });
    EXPECT_THAT(Read(server), HasError(kind, server.Url() + ": " + message));
    EXPECT_EQ(server.ranges().size(), 1U) << message;
  };
  refused(HttpResponse("200 OK", "", "abc"), ErrorKind::kUnsupported,
          "the server has no ranges (RFC 9110, section 14)");
  refused(HttpResponse("206 Partial Content", "", "abc"), ErrorKind::kIo, "sends another range than asked for");
  refused(Part(8, "abc"), ErrorKind::kIo, "sends another range than asked for");
  refused(Part(7, "abcd"), ErrorKind::kIo, "sends more than asked for");
  refused(Part(7, ""), ErrorKind::kIo, "sends less than asked for");
  refused(HttpResponse("404 Not Found", "", ""), ErrorKind::kIo, "HTTP status 404");
}

TEST(RangeReaderTest, NamesNoPassword) {
  const HttpServer server([](const std::string&) { return HttpResponse("403 Forbidden", "", ""); });
  const RangeReader reader(server.Url("me:secret@"), kStallSeconds);
  EXPECT_EQ(reader.name(), server.Url());
  ByteVector bytes(1);
  EXPECT_THAT(reader.Read(0, bytes), HasError(ErrorKind::kIo, server.Url() + ": HTTP status 403"));
  EXPECT_EQ(RangeReader("https://host/a@b", kStallSeconds).name(), "https://host/a@b");
}

}  // namespace
}  // namespace hallmark
