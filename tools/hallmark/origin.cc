// SPDX-License-Identifier: Apache-2.0
#include "signing/bundle/origin.h"

#include "lib/base/file.h"
#include "lib/base/printable.h"
#include "lib/json/json_value.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {
namespace {

Result<int> Write(const std::vector<std::string>& files) {
  for (const std::string& path : files) {
    ASSIGN_OR_RETURN(const File file, File::OpenForReading(path));
    ASSIGN_OR_RETURN(const Sha1Digest digest, Sha1OfFile(file));
    RETURN_IF_ERROR(WriteOrigin(path, digest));
  }
  return 0;
}

/// The verdict as a sentence for a person.
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

Result<int> Verify(const std::vector<std::string>& files, bool json, cli::Output& output) {
  JsonValue results = JsonValue::Array();
  bool good = true;
  for (const std::string& path : files) {
    ASSIGN_OR_RETURN(const OriginCheck check, CheckOrigin(path));
    good &= check.verdict == OriginVerdict::kContent;
    const std::string verdict(OriginVerdictName(check.verdict));
    if (json) {
      JsonValue result = JsonValue::Object({{"file", path}, {"verdict", verdict}, {"sha1", ToHex(check.content)}});
      if (check.origin) result.Set("origin", ToHex(*check.origin));
      results.Append(std::move(result));
    } else {
      output.Print("%s: %s: %s\n", Printable(path).c_str(), verdict.c_str(), Explain(check).c_str());
    }
  }
  if (json) output.PutJson(results);
  return good ? 0 : cli::kDoesNotHold;
}

}  // namespace

Result<int> RunOrigin(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark origin", "write|verify FILE... [OPTION...]",
                       "Write or check .NAME.origin, the SHA-1 beside a file.");
  options.AddArgument("action", "write|verify");
  options.AddArguments("files", "FILE");
  options.AddFlag("json", "Print the results of verify as JSON");
  options.Require({"action", "files"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;
  const std::string& action = parsed->Text("action");
  const std::vector<std::string>& files = parsed->Texts("files");
  if (action == "write") return Write(files);
  if (action == "verify") return Verify(files, parsed->Has("json"), output);
  return UsageError("'" + action + "' is neither 'write' nor 'verify'").WithHint("'hallmark origin --help' shows both");
}

}  // namespace hallmark
