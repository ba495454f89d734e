// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "lib/base/handle.h"

namespace hallmark {

using CurlHandle = std::unique_ptr<CURL, Deleter<curl_easy_cleanup>>;

/// A handle for a transfer of `url` (http, https, file; "copy:" is as "file:"): redirects stay with http and https, a
/// status of 400 or more fails, so does a server that sends nothing for `stall_seconds`.
CurlHandle NewCurlHandle(const std::string& url, long stall_seconds);

/// Why a transfer failed, for a person: the HTTP status, or what libcurl says.
std::string CurlErrorText(CURL* handle, CURLcode code);

/// The status of the last response; 0 if there was none.
long HttpStatus(CURL* handle);

}  // namespace hallmark
