// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <memory>
#include <string>

#include "lib/base/handle.h"

namespace hallmark {

using CurlHandle = std::unique_ptr<CURL, Deleter<curl_easy_cleanup>>;

/// A handle for a transfer of `url` (http, https, file; "copy:" means the same as "file:"). Redirects may lead to http
/// and https only. The transfer fails on a status of 400 or more, and if the server is slower than 1 KiB/s for
/// `stall_seconds`.
CurlHandle NewCurlHandle(const std::string& url, long stall_seconds);

/// Why a transfer failed, for a person: the HTTP status, or what libcurl says.
std::string CurlErrorText(CURL* handle, CURLcode code);

/// The status of the last response; 0 if there was none.
long HttpStatus(CURL* handle);

}  // namespace hallmark
