// SPDX-License-Identifier: Apache-2.0
#include "lib/http/download.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <deque>
#include <memory>
#include <mutex>

#include "lib/base/file.h"
#include "lib/base/handle.h"
#include "lib/http/curl_handle.h"

namespace hallmark {
namespace {

namespace fs = std::filesystem;

constexpr size_t kParallel = 16;
constexpr long kStallSeconds = 60;  // a server slower than 1 KiB/s for so long is given up
constexpr uint64_t kMaxText = 64 << 20;

using Multi = std::unique_ptr<CURLM, Deleter<curl_multi_cleanup>>;

/// One file that is being fetched.
struct Transfer {
  Download* download = nullptr;
  size_t source = 0;     ///< index of the URL in use
  std::string failures;  ///< the failures of the sources before
  bool resumed = false;
  CurlHandle easy;
  File file;
  uint64_t position = 0;
  std::string error;     ///< our own text if curl's says too little
  Result<void> written;  ///< an error while writing, which every other source would meet too
};

size_t WriteToFile(char* bytes, size_t, size_t length, void* user) {
  auto& transfer = *static_cast<Transfer*>(user);
  if (transfer.download->size != 0 && transfer.position + length > transfer.download->size) {
    transfer.error = "more than the " + std::to_string(transfer.download->size) + " bytes that it should have";
    return CURL_WRITEFUNC_ERROR;
  }
  const ByteSpan span(reinterpret_cast<const uint8_t*>(bytes), length);
  transfer.written = transfer.file.WriteAt(transfer.position, span);
  if (!transfer.written.ok()) return CURL_WRITEFUNC_ERROR;
  transfer.position += length;
  return length;
}

/// Fetches a list of files; see DownloadAll.
class Downloader {
 public:
  Downloader(std::vector<Download> downloads, Progress& progress)
      : downloads_(std::move(downloads)), progress_(progress), multi_(curl_multi_init()) {
    for (Download& download : downloads_) waiting_.push_back({&download, 0, {}});
  }
  ~Downloader() {
    for (const auto& transfer : running_) curl_multi_remove_handle(multi_.get(), transfer->easy.get());
  }
  Downloader(const Downloader&) = delete;
  Downloader& operator=(const Downloader&) = delete;

  Result<void> Run() {
    while (!waiting_.empty() || !running_.empty()) {
      while (!waiting_.empty() && running_.size() < kParallel) {
        RETURN_IF_ERROR(Start(std::move(waiting_.front())));
        waiting_.pop_front();
      }
      int active = 0;
      if (curl_multi_perform(multi_.get(), &active) != CURLM_OK) return IoError("libcurl failed");
      RETURN_IF_ERROR(TakeFinished());
      constexpr int kPollMilliseconds = 1000;
      if (active > 0) curl_multi_poll(multi_.get(), nullptr, 0, kPollMilliseconds, nullptr);
    }
    return {};
  }

 private:
  struct Attempt {
    Download* download = nullptr;
    size_t source = 0;
    std::string failures;
  };
  Result<void> Start(Attempt attempt);
  Result<void> TakeFinished();
  Result<void> Finish(std::unique_ptr<Transfer> transfer, CURLcode code);
  Result<void> TryNext(const Transfer& transfer, const std::string& reason);

  std::vector<Download> downloads_;
  Progress& progress_;
  Multi multi_;
  std::deque<Attempt> waiting_;
  std::vector<std::unique_ptr<Transfer>> running_;
};

Result<void> Downloader::Start(Attempt attempt) {
  const Download* download = attempt.download;
  auto transfer = std::make_unique<Transfer>();
  transfer->download = attempt.download;
  transfer->source = attempt.source;
  transfer->failures = std::move(attempt.failures);
  UniqueFd fd(open(download->partial.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0644));
  if (!fd.valid()) return ErrnoError(errno, download->partial.string());
  transfer->file = File(std::move(fd), download->partial.string());
  ASSIGN_OR_RETURN(transfer->position, transfer->file.Size());
  // A partial file that is whole or too long can't be continued: a good whole file would have been accepted already.
  if (download->size != 0 && transfer->position >= download->size) transfer->position = 0;
  RETURN_IF_ERROR(transfer->file.Truncate(transfer->position));
  transfer->resumed = transfer->position != 0;
  transfer->easy = NewCurlHandle(download->urls.at(attempt.source), kStallSeconds);
  CURL* easy = transfer->easy.get();
  curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, WriteToFile);
  curl_easy_setopt(easy, CURLOPT_WRITEDATA, transfer.get());
  curl_easy_setopt(easy, CURLOPT_RESUME_FROM_LARGE, static_cast<curl_off_t>(transfer->position));
  curl_easy_setopt(easy, CURLOPT_PRIVATE, transfer.get());
  if (curl_multi_add_handle(multi_.get(), easy) != CURLM_OK) return IoError("libcurl failed");
  running_.push_back(std::move(transfer));
  return {};
}

Result<void> Downloader::TakeFinished() {
  int left = 0;
  while (const CURLMsg* message = curl_multi_info_read(multi_.get(), &left)) {
    if (message->msg != CURLMSG_DONE) continue;
    const CURLcode code = message->data.result;
    CURL* easy = message->easy_handle;
    curl_multi_remove_handle(multi_.get(), easy);
    const auto found =
        std::find_if(running_.begin(), running_.end(), [&](const auto& t) { return t->easy.get() == easy; });
    std::unique_ptr<Transfer> transfer = std::move(*found);
    running_.erase(found);
    RETURN_IF_ERROR(Finish(std::move(transfer), code));
  }
  return {};
}

Result<void> Downloader::Finish(std::unique_ptr<Transfer> transfer, CURLcode code) {
  Download& download = *transfer->download;
  RETURN_IF_ERROR(std::move(transfer->written).WithContext("fetching " + download.name));
  // True if the server does not support ranges, or not this one. libcurl takes status 416 for the end of the file.
  constexpr long kRangeNotSatisfiable = 416;
  const bool refused =
      transfer->resumed && (code == CURLE_RANGE_ERROR || HttpStatus(transfer->easy.get()) == kRangeNotSatisfiable);
  if (code == CURLE_OK) {
    const Result<void> accepted = download.accept();
    if (accepted.ok()) {
      progress_.Advance(download.size, download.name);
      return {};
    }
    if (accepted.error().kind != ErrorKind::kVerification) return accepted.error();
    if (!refused) return TryNext(*transfer, accepted.error().message);
  }
  if (refused) {  // start again from the beginning
    RETURN_IF_ERROR(transfer->file.Truncate(0));
    waiting_.push_back({transfer->download, transfer->source, transfer->failures});
    return {};
  }
  return TryNext(*transfer, transfer->error.empty() ? CurlErrorText(transfer->easy.get(), code) : transfer->error);
}

/// Does not continue the partial file of another source: its bytes need not be the same.
Result<void> Downloader::TryNext(const Transfer& transfer, const std::string& reason) {
  const Download& download = *transfer.download;
  const std::string failures = transfer.failures + "\n  " + download.urls[transfer.source] + ": " + reason;
  if (transfer.source + 1 < download.urls.size()) {
    RETURN_IF_ERROR(transfer.file.Truncate(0));
    waiting_.push_back({transfer.download, transfer.source + 1, failures});
    return {};
  }
  return IoError("fetching " + download.name + ":" + failures);
}

}  // namespace

Result<void> DownloadAll(std::vector<Download> downloads, Progress& progress) {
  for (const Download& download : downloads) {
    if (download.urls.empty()) return IoError("fetching " + download.name + ": no source is known for it");
  }
  return Downloader(std::move(downloads), progress).Run();
}

Result<std::string> FetchText(const std::string& url) {
  const CurlHandle easy = NewCurlHandle(url, kStallSeconds);
  std::string text;
  const auto append = +[](char* bytes, size_t, size_t length, void* user) -> size_t {
    auto& target = *static_cast<std::string*>(user);
    if (target.size() + length > kMaxText) return CURL_WRITEFUNC_ERROR;
    target.append(bytes, length);
    return length;
  };
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, append);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &text);
  const CURLcode code = curl_easy_perform(easy.get());
  if (code == CURLE_OK) return text;
  if (HttpStatus(easy.get()) == 404) return NotFoundError(url + ": HTTP status 404");
  return IoError(url + ": " + CurlErrorText(easy.get(), code));
}

}  // namespace hallmark
