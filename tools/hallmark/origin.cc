// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/origin.h"

#include <cstdio>
#include <nlohmann/json.hpp>

#include "lib/base/file.h"
#include "lib/base/printable.h"
#include "tools/cli/options.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

using Json = nlohmann::ordered_json;

Result<int> Write(const std::vector<std::string>& files) {
  for (const std::string& path : files) {
    ASSIGN_OR_RETURN(const File file, File::OpenForReading(path));
    ASSIGN_OR_RETURN(const Sha1Digest digest, Sha1OfFile(file));
    RETURN_IF_ERROR(WriteOrigin(path, digest));
  }
  return 0;
}

/// What a verdict means to a person.
std::string Explain(const OriginCheck& check) {
  switch (check.verdict) {
    case OriginVerdict::kContent:
      return "the origin is the file's SHA-1";
    case OriginVerdict::kStamp:
      return "the origin is a release's stamp, not a digest of this file: it stands beside other files too";
    case OriginVerdict::kMismatch:
      return "the origin says " + ToHex(*check.origin) + ", and the file's SHA-1 is " + ToHex(check.content);
    case OriginVerdict::kMissing:
      return "there is no origin file";
  }
  return {};
}

Result<int> Verify(const std::vector<std::string>& files, bool json) {
  Json results = Json::array();
  bool good = true;
  for (const std::string& path : files) {
    ASSIGN_OR_RETURN(const OriginCheck check, CheckOrigin(path));
    good &= check.verdict == OriginVerdict::kContent;
    const std::string verdict(OriginVerdictName(check.verdict));
    if (json) {
      results.push_back({{"file", path}, {"verdict", verdict}, {"sha1", ToHex(check.content)}});
      if (check.origin) results.back()["origin"] = ToHex(*check.origin);
    } else {
      std::printf("%s: %s: %s\n", Printable(path).c_str(), verdict.c_str(), Explain(check).c_str());
    }
  }
  if (json) PutJson(results);
  return good ? 0 : kDoesNotHold;
}

}  // namespace

Result<int> RunOrigin(const Arguments& arguments) {
  cxxopts::Options options("hallmark origin", "Write or check .NAME.origin, the SHA-1 beside a file.");
  options.custom_help("write|verify FILE... [OPTION...]");
  options.add_options()("action", "write or verify", cxxopts::value<std::string>(), "ACTION")(
      "files", "The files, not their origins", cxxopts::value<std::vector<std::string>>(), "FILE")(
      "json", "Print the results of verify as JSON");
  options.parse_positional({"action", "files"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  const std::string action = parsed->count("action") != 0 ? (*parsed)["action"].as<std::string>() : "";
  if (action != "write" && action != "verify") {
    return UsageError("it is 'hallmark origin write FILE...' or 'hallmark origin verify FILE...'");
  }
  if (parsed->count("files") == 0) return UsageError("no file named");
  const auto& files = (*parsed)["files"].as<std::vector<std::string>>();
  return action == "write" ? Write(files) : Verify(files, parsed->count("json") != 0);
}

}  // namespace hallmark
