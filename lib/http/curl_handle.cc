// SPDX-License-Identifier: Apache-2.0
#include "lib/http/curl_handle.h"

#include <mutex>
#include <new>

namespace hallmark {
namespace {

constexpr long kConnectSeconds = 30;
constexpr long kMaxRedirects = 10;
constexpr long kMinSpeed = 1024;  // bytes a second: a slower server would take weeks for an image

std::string ForCurl(const std::string& url) { return url.starts_with("copy:") ? "file:" + url.substr(5) : url; }

}  // namespace

CurlHandle NewCurlHandle(const std::string& url, long stall_seconds) {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
  CurlHandle handle(curl_easy_init());
  if (!handle) throw std::bad_alloc();
  CURL* const easy = handle.get();
  curl_easy_setopt(easy, CURLOPT_URL, ForCurl(url).c_str());
  curl_easy_setopt(easy, CURLOPT_PROTOCOLS_STR, "http,https,file");
  curl_easy_setopt(easy, CURLOPT_REDIR_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy, CURLOPT_FOLLOWLOCATION, 1L);
  curl_easy_setopt(easy, CURLOPT_MAXREDIRS, kMaxRedirects);
  curl_easy_setopt(easy, CURLOPT_FAILONERROR, 1L);
  curl_easy_setopt(easy, CURLOPT_CONNECTTIMEOUT, kConnectSeconds);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_LIMIT, kMinSpeed);
  curl_easy_setopt(easy, CURLOPT_LOW_SPEED_TIME, stall_seconds);
  curl_easy_setopt(easy, CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy, CURLOPT_USERAGENT, "hallmark");
  return handle;
}

std::string CurlErrorText(CURL* handle, CURLcode code) {
  if (code == CURLE_HTTP_RETURNED_ERROR) return "HTTP status " + std::to_string(HttpStatus(handle));
  return curl_easy_strerror(code);
}

long HttpStatus(CURL* handle) {
  long status = 0;
  curl_easy_getinfo(handle, CURLINFO_RESPONSE_CODE, &status);
  return status;
}

}  // namespace hallmark
