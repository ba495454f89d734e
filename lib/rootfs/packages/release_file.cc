// SPDX-License-Identifier: Apache-2.0
#include "lib/rootfs/packages/release_file.h"

#include <ctime>
#include <iomanip>
#include <locale>
#include <sstream>
#include <utility>

#include "lib/base/printable.h"
#include "lib/rootfs/packages/deb822.h"

namespace hallmark {
namespace {

/// Parses "Sat, 10 Jan 2026 10:04:11 UTC" of a Release file into seconds since 1970.
Result<uint64_t> ParseReleaseDate(std::string_view text) {
  std::istringstream stream{std::string(text)};
  stream.imbue(std::locale::classic());
  std::tm time{};
  stream >> std::get_time(&time, "%a, %d %b %Y %H:%M:%S");
  const time_t seconds = stream.fail() ? -1 : timegm(&time);
  if (seconds < 0) return CorruptError("'" + Printable(text) + "' is not a date as in 'Sat, 10 Jan 2026 10:04:11 UTC'");
  return static_cast<uint64_t>(seconds);
}

/// The text between the lines that a clear signature puts around it.
std::string_view SignedText(std::string_view text) {
  const size_t start = text.find("\n\n");
  const size_t end = text.find("-----BEGIN PGP SIGNATURE-----");
  if (!text.starts_with("-----BEGIN PGP SIGNED MESSAGE-----") || start == std::string_view::npos ||
      end == std::string_view::npos) {
    return text;
  }
  return text.substr(start + 2, end - start - 2);
}

}  // namespace

Result<ReleaseFile> ParseReleaseFile(std::string_view text) {
  ReleaseFile file;
  std::string date;
  bool first = true;
  ForEachParagraph(SignedText(text), [&](const Deb822Paragraph& paragraph) {
    if (!std::exchange(first, false)) return;
    file.origin = paragraph.Get("Origin");
    date = paragraph.Get("Date");
  });
  if (date.empty()) return CorruptError("the Release file has no Date");
  ASSIGN_OR_RETURN(file.date, ParseReleaseDate(date));
  if (file.origin.empty()) file.origin = "unknown";
  return file;
}

}  // namespace hallmark
