// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/sign.h"

#include "lib/base/file.h"
#include "tools/cli/common_options.h"
#include "tools/cli/keys.h"
#include "tools/cli/options.h"
#include "tools/cli/output.h"
#include "tools/cli/verb.h"

namespace hallmark {

Result<int> RunSign(const cli::Arguments& arguments, cli::Output& output) {
  cli::Options options("hallmark sign", "BUNDLE --key KEY [OPTION...]",
                       "Sign a bundle, or add a signature to those it has.");
  options.AddArgument("bundle", "BUNDLE");
  options.AddNumber("sequence", "N",
                    "Set the release's sequence, larger than the last one's; drops signatures of another one", {});
  options.AddNumber("least-sequence", "N",
                    "The least sequence that hosts may go back to after this release (default: --sequence)", {});
  options.AddText("trust", "FILE", "Put this trust file into the bundle, whose keys alone may sign it");
  cli::AddSignerOptions(options, "key");
  cli::AddVerbosityOptions(options);
  options.Require({"bundle"});
  ASSIGN_OR_RETURN(const std::optional<cli::Parsed> parsed, options.Parse(arguments, output));
  if (!parsed) return 0;

  SignOptions sign;
  if (parsed->Has("sequence")) sign.sequence = parsed->Number("sequence");
  if (parsed->Has("least-sequence")) sign.least_sequence = parsed->Number("least-sequence");
  if (parsed->Has("trust")) {
    ASSIGN_OR_RETURN(sign.trust_text, ReadSmallFile(parsed->Text("trust"), kMaxTrustSize));
  }
  ASSIGN_OR_RETURN(const cli::Signers signers, cli::LoadSigners(*parsed, "key"));
  sign.signers = cli::Pointers(signers);
  const std::string bundle = parsed->Text("bundle");
  ASSIGN_OR_RETURN(const SignReport report, SignBundle(bundle, sign).WithContext("signing " + bundle));
  if (cli::VerbosityFrom(*parsed) == Verbosity::kQuiet) return 0;
  output.Print("%s: sequence %llu, %zu signature%s", bundle.c_str(), static_cast<unsigned long long>(report.sequence),
               report.signatures, report.signatures == 1 ? "" : "s");
  if (report.required) output.Print(", %zu of the %zu that the trust file requires", *report.trusted, *report.required);
  output.Print("\n");
  return 0;
}

}  // namespace hallmark
