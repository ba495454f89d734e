// SPDX-License-Identifier: Apache-2.0
#include "guestd/sandbox-helper/http_request.h"

#include <string>
#include <string_view>
#include <vector>

#include "tests/support/matchers.h"

namespace hallmark::sandbox {
namespace {

using testing::HasError;
using namespace std::string_literals;

TEST(HttpHeadSize, FindsTheEmptyLine) {
  EXPECT_EQ(HttpHeadSize(""), 0U);
  EXPECT_EQ(HttpHeadSize("GET / HTTP/1.1\r\n\r"), 0U);
  EXPECT_EQ(HttpHeadSize("GET / HTTP/1.1\r\n\r\nrest"), 18U);
  EXPECT_EQ(HttpHeadSize("GET / HTTP/1.1\n\nrest"), 0U);
}

TEST(ParseHttpRequest, TakesAConnect) {
  ASSERT_OK_AND_ASSIGN(const HttpRequest request,
                       ParseHttpRequest("CONNECT Example.com:443 HTTP/1.1\r\nHost: example.COM:443\r\n\r\n"));
  EXPECT_TRUE(request.connect);
  EXPECT_EQ(ToString(request.target), "example.com:443");
  EXPECT_EQ(request.forwarded, "");
}

TEST(ParseHttpRequest, TakesAnAddress) {
  ASSERT_OK_AND_ASSIGN(const HttpRequest request,
                       ParseHttpRequest("CONNECT [2606:4700::1111]:443 HTTP/1.1\r\nHost: [2606:4700::1111]\r\n\r\n"));
  EXPECT_EQ(ToString(request.target), "[2606:4700::1111]:443");
}

TEST(ParseHttpRequest, ForwardsInOriginFormForOneConnection) {
  ASSERT_OK_AND_ASSIGN(const HttpRequest request, ParseHttpRequest("GET http://example.com/a?b=c HTTP/1.1\r\n"
                                                                   "host:example.com\r\n"
                                                                   "Proxy-Connection: keep-alive\r\n"
                                                                   "Connection: X-Private , close\r\n"
                                                                   "X-Private: 1\r\n"
                                                                   "Proxy-Authorization: Basic Og==\r\n"
                                                                   "Upgrade: h2c\r\n"
                                                                   "Accept:  text/html \r\n\r\n"));
  EXPECT_FALSE(request.connect);
  EXPECT_EQ(ToString(request.target), "example.com:80");
  EXPECT_EQ(request.forwarded,
            "GET /a?b=c HTTP/1.1\r\nHost: example.com\r\nAccept:  text/html \r\nConnection: close\r\n\r\n");
  EXPECT_FALSE(request.body.chunked);
  EXPECT_EQ(request.body.length, 0U);
}

TEST(ParseHttpRequest, ForwardsPortAndRootPath) {
  ASSERT_OK_AND_ASSIGN(const HttpRequest request,
                       ParseHttpRequest("POST http://example.com:8080?q HTTP/1.0\r\nContent-Length: 12\r\n\r\n"));
  EXPECT_EQ(request.forwarded,
            "POST /?q HTTP/1.1\r\nHost: example.com:8080\r\nContent-Length: 12\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(request.body.length, 12U);
}

TEST(ParseHttpRequest, RefusesWhatTwoParsersCouldReadDifferently) {
  const std::string host = "Host: example.com\r\n";
  const std::string get = "GET http://example.com/ HTTP/1.1\r\n";
  struct Case {
    std::string head;
    const char* reason;
  };
  const std::vector<Case> cases = {
      {get + "\r\n", "no Host"},
      {get + host + host + "\r\n", "host twice"},
      {get + "Host: other.com\r\n\r\n", "Host is not what"},
      {get + "Host: example.com:8080\r\n\r\n", "Host is not what"},
      {get + "Host: example.com.\r\n\r\n", "bad host"},
      {get + "Host: example.com, other.com\r\n\r\n", "bad host"},
      {get + "Host: user@example.com\r\n\r\n", "bad host"},
      {get + "Host : example.com\r\n\r\n", "bad header field name"},
      {get + " Host: example.com\r\n\r\n", "folded"},
      {get + host + "X: a\r\n b\r\n\r\n", "folded"},
      {get + host + "X: a\r\n\tb\r\n\r\n", "folded"},
      {get + host + "X: a\rHost: other.com\r\n\r\n", "control character"},
      {get + host + "X: a\nHost: other.com\r\n\r\n", "control character"},
      {get + host + "X: a\0b\r\n\r\n"s, "control character"},
      {get + host + "X: a\x7f\r\n\r\n", "control character"},
      {get + host + "no colon\r\n\r\n", "bad header field name"},
      {get + host + ": empty\r\n\r\n", "bad header field name"},
      {get + host + "Content-Length: 1\r\nContent-Length: 1\r\n\r\n", "content-length twice"},
      {get + host + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", "beside Transfer-Encoding"},
      {get + host + "Content-Length: +1\r\n\r\n", "bad Content-Length"},
      {get + host + "Content-Length: 1,1\r\n\r\n", "bad Content-Length"},
      {get + host + "Content-Length: 0x1\r\n\r\n", "bad Content-Length"},
      {get + host + "Content-Length: \r\n\r\n", "bad Content-Length"},
      {get + host + "Content-Length: 18446744073709551616\r\n\r\n", "bad Content-Length"},
      {get + host + "Content-Length: 9223372036854775807\r\n\r\n", "bad Content-Length"},
      {get + host + "Transfer-Encoding: gzip, chunked\r\n\r\n", "bad Transfer-Encoding"},
      {get + host + "Transfer-Encoding: \x0b" + "chunked\r\n\r\n", "control character"},
      {get + host + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n", "transfer-encoding twice"},
      {"GET http://example.com/ HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", "bad Transfer-Encoding"},
      {get + host + "Connection: Host\r\n\r\n", "Connection names host"},
      {get + host + "Connection: close, Content-Length\r\n\r\n", "Connection names content-length"},
      {"\r\n" + get + host + "\r\n", "bad request line"},
      {get + host + "\r\n" + get, "not a whole head"},
      {get + host, "not a whole head"},
      {"GET  http://example.com/ HTTP/1.1\r\n" + host + "\r\n", "bad request target"},
      {"GET http://example.com/ x HTTP/1.1\r\n" + host + "\r\n", "bad request target"},
      {"GET http://example.com/\t HTTP/1.1\r\n" + host + "\r\n", "bad request target"},
      {"GET http://example.com/#x HTTP/1.1\r\n" + host + "\r\n", "bad request target"},
      {"GET http://example.com\\@other.com/ HTTP/1.1\r\n" + host + "\r\n", "bad request target"},
      {"GET http://other.com@example.com/ HTTP/1.1\r\n" + host + "\r\n", "bad host"},
      {"GET http://example.com:80:443/ HTTP/1.1\r\n" + host + "\r\n", "bad host"},
      {"GET http://example.com:/ HTTP/1.1\r\n" + host + "\r\n", "bad host"},
      {"GET http://example.com:080/ HTTP/1.1\r\n" + host + "\r\n", "bad host"},
      {"GET http://example.com:65536/ HTTP/1.1\r\n" + host + "\r\n", "bad host"},
      {"GET http:///path HTTP/1.1\r\nHost:\r\n\r\n", "bad host"},
      {"GET http://%65xample.com/ HTTP/1.1\r\n" + host + "\r\n", "bad host"},
      {"GET http://[::1%25lo]/ HTTP/1.1\r\n" + host + "\r\n", "bad host"},
      {"GET http://[2606:4700::1111]x/ HTTP/1.1\r\n" + host + "\r\n", "bad host"},
      {"G@T http://example.com/ HTTP/1.1\r\n" + host + "\r\n", "bad method"},
      {" http://example.com/ HTTP/1.1\r\n" + host + "\r\n", "bad method"},
      {"GET\r\n" + host + "\r\n", "bad request line"},
      {"CONNECT example.com HTTP/1.1\r\n" + host + "\r\n", "bad host or port"},
      {"CONNECT example.com:443 HTTP/1.1\r\nHost: other.com:443\r\n\r\n", "Host is not what"},
      {"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:80\r\n\r\n", "Host is not what"},
      {"CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443\r\nContent-Length: 3\r\n\r\n", "with a body"},
      {"CONNECT example.com:443/path HTTP/1.1\r\nHost: example.com:443\r\n\r\n", "bad host or port"},
      {"CONNECT example.com\0.other.com:443 HTTP/1.1\r\nHost: example.com\r\n\r\n"s, "control character"},
  };
  for (const Case& each : cases) {
    EXPECT_THAT(ParseHttpRequest(each.head), HasError(ErrorKind::kCorrupt, each.reason)) << each.head;
  }
}

TEST(ParseHttpRequest, SaysWhatIsNoRequestToAProxy) {
  EXPECT_THAT(ParseHttpRequest("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n"),
              HasError(ErrorKind::kUnsupported, "this is a proxy"));
  EXPECT_THAT(ParseHttpRequest("GET https://example.com/ HTTP/1.1\r\nHost: example.com\r\n\r\n"),
              HasError(ErrorKind::kUnsupported, "this is a proxy"));
  EXPECT_THAT(ParseHttpRequest("PRI * HTTP/2.0\r\n\r\n"), HasError(ErrorKind::kUnsupported, "not HTTP/1.1"));
  EXPECT_THAT(ParseHttpRequest("GET http://example.com/ HTTP/1.1 \r\n\r\n"),
              HasError(ErrorKind::kUnsupported, "not HTTP/1.1"));
}

TEST(ParseHttpRequest, HasLimits) {
  const std::string start = "GET http://example.com/ HTTP/1.1\r\nHost: example.com\r\n";
  std::string many = start;
  for (int i = 0; i < 128; ++i) many += "A: b\r\n";
  EXPECT_THAT(ParseHttpRequest(many + "\r\n"), HasError(ErrorKind::kCorrupt, "too many header fields"));
  EXPECT_THAT(ParseHttpRequest(start + "A: " + std::string(kMaxHttpHead, 'b') + "\r\n\r\n"),
              HasError(ErrorKind::kCorrupt, "too large"));
}

/// Scans `bytes` in pieces of `step`; how many belong to the body, or -1 on an error.
long Scan(BodyFraming framing, std::string_view bytes, size_t step, bool& done) {
  BodyScanner scanner(framing);
  long total = 0;
  for (size_t at = 0; at < bytes.size() && !scanner.done(); at += step) {
    const auto taken = scanner.Scan(bytes.substr(at, step));
    if (!taken.ok()) return -1;
    total += static_cast<long>(*taken);
  }
  done = scanner.done();
  return total;
}

TEST(BodyScanner, FindsTheEndWhereverTheBytesAreCut) {
  const std::string chunked = "5\r\nhello\r\n00A\r\n0123456789\r\n0\r\n\r\n";
  for (size_t step = 1; step <= chunked.size() + 4; ++step) {
    bool done = false;
    EXPECT_EQ(Scan({.chunked = true}, chunked + "GET ", step, done), static_cast<long>(chunked.size()));
    EXPECT_TRUE(done);
    EXPECT_EQ(Scan({.length = 7}, "1234567GET ", step, done), 7);
    EXPECT_TRUE(done);
  }
  EXPECT_TRUE(BodyScanner({.length = 0}).done());
}

TEST(BodyScanner, RefusesLooseChunks) {
  for (const char* bytes : {"\r\n", "5;a=b\r\nhello\r\n", "5 \r\nhello\r\n", " 5\r\nhello\r\n", "5\nhello\n",
                            "+5\r\nhello\r\n", "5\r\nhelloX", "5\r\nhello\rX", "0x5\r\nhello",
                            "0\r\nTrailer: x\r\n\r\n", "0\r\n\rX", "g\r\n", "-1\r\n", "1000000000000000\r\n"}) {
    bool done = false;
    EXPECT_EQ(Scan({.chunked = true}, bytes, 100, done), -1) << bytes;
  }
}

TEST(HttpReply, IsWhole) {
  EXPECT_EQ(HttpReply(403, "Forbidden", "no"),
            "HTTP/1.1 403 Forbidden\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 13\r\n"
            "Connection: close\r\n\r\nhallmark: no\n");
}

}  // namespace
}  // namespace hallmark::sandbox
