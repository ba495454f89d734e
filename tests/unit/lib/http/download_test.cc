// SPDX-License-Identifier: Apache-2.0
#include "lib/http/download.h"

#include <utility>

#include "tests/support/matchers.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/lib/http/http_server.h"

namespace hallmark {
namespace {

using ::testing::ElementsAre;
using testing::HasError;
using testing::HttpResponse;
using testing::HttpServer;

class DownloadTest : public ::testing::Test {
 protected:
  [[nodiscard]] std::string FileUrl(std::string_view name) const { return "file://" + (directory_ / name).string(); }
  /// Fetches the file `partial`, which must become "abcdef".
  Result<void> Fetch(std::vector<std::string> urls, uint64_t size = 0) {
    const auto accept = [this]() -> Result<void> {
      if (Partial() != "abcdef") return VerificationError("wrong digest");
      return {};
    };
    return DownloadAll({{"thing", std::move(urls), directory_ / "partial", size, accept}}, progress_);
  }
  [[nodiscard]] std::string Partial() const { return testing::ReadFile(directory_ / "partial"); }

  testing::TempDir directory_;
  Progress progress_{Verbosity::kQuiet};
};

TEST_F(DownloadTest, TakesTheFirstSourceThatGivesTheRightBytes) {
  testing::WriteFile(directory_ / "wrong", "abcdeX");
  testing::WriteFile(directory_ / "right", "abcdef");
  EXPECT_OK(Fetch({FileUrl("absent"), FileUrl("wrong"), "copy:" + (directory_ / "right").string()}));
  EXPECT_EQ(Partial(), "abcdef");
}

TEST_F(DownloadTest, SaysWhyEachSourceFailed) {
  testing::WriteFile(directory_ / "wrong", "abcdeX");
  testing::WriteFile(directory_ / "long", "abcdefg");
  EXPECT_THAT(Fetch({FileUrl("long"), FileUrl("wrong")}, 6),
              HasError(ErrorKind::kIo, "fetching thing:\n  " + FileUrl("long") +
                                           ": more than the 6 bytes that it should have\n  " + FileUrl("wrong") +
                                           ": wrong digest"));
  EXPECT_THAT(Fetch({}), HasError(ErrorKind::kIo, "fetching thing: no source is known for it"));
}

TEST_F(DownloadTest, FetchesMoreThanItFetchesAtATime) {
  std::vector<Download> downloads;
  int accepted = 0;
  testing::WriteFile(directory_ / "source", "abcdef");
  for (int i = 0; i < 40; ++i) {
    downloads.push_back({"thing", {FileUrl("source")}, directory_ / std::to_string(i), 6, [&]() -> Result<void> {
                           ++accepted;
                           return {};
                         }});
  }
  EXPECT_OK(DownloadAll(std::move(downloads), progress_));
  EXPECT_EQ(accepted, 40);
  EXPECT_EQ(testing::ReadFile(directory_ / "39"), "abcdef");
}

TEST_F(DownloadTest, GoesOnWhereAnEarlierRunEnded) {
  const HttpServer server(
      [](const std::string&) { return HttpResponse("206 Partial Content", "Content-Range: bytes 4-5/6\r\n", "ef"); });
  testing::WriteFile(directory_ / "partial", "abcd");
  EXPECT_OK(Fetch({server.Url()}, 6));
  EXPECT_THAT(server.ranges(), ElementsAre("4-"));
}

TEST_F(DownloadTest, BeginsAgainWhereTheServerCannotGoOn) {
  for (const std::string& refusal :
       {HttpResponse("416 Range Not Satisfiable", "", ""), HttpResponse("200 OK", "", "abcdef")}) {
    const HttpServer server([&](const std::string& request) {
      return request.find("\r\nRange: ") == std::string::npos ? HttpResponse("200 OK", "", "abcdef") : refusal;
    });
    testing::WriteFile(directory_ / "partial", "XX");
    EXPECT_OK(Fetch({server.Url()}, 6));
    EXPECT_THAT(server.ranges(), ElementsAre("2-", ""));
  }
}

TEST_F(DownloadTest, FetchesText) {
  testing::WriteFile(directory_ / "text", "two\nlines\n");
  EXPECT_EQ(FetchText(FileUrl("text")).value(), "two\nlines\n");
  EXPECT_THAT(FetchText(FileUrl("absent")), HasError(ErrorKind::kIo, FileUrl("absent") + ": "));
  const std::vector<std::pair<std::string, ErrorKind>> statuses = {{"404", ErrorKind::kNotFound},
                                                                   {"503", ErrorKind::kIo}};
  for (const auto& each : statuses) {
    const HttpServer server([&](const std::string&) { return HttpResponse(each.first, "", ""); });
    EXPECT_THAT(FetchText(server.Url()), HasError(each.second, server.Url() + ": HTTP status " + each.first));
  }
}

}  // namespace
}  // namespace hallmark
