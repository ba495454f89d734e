// SPDX-License-Identifier: Apache-2.0
#include "signing/seal/sign.h"

#include <cstdio>

#include "lib/base/file.h"
#include "tools/cli/keys.h"
#include "tools/cli/options.h"
#include "tools/cli/verb.h"

namespace hallmark {

Result<int> RunSign(const Arguments& arguments) {
  cxxopts::Options options("hallmark sign", "Sign a bundle, or add a signature to those it has.");
  options.custom_help("BUNDLE --key KEY [OPTION...]");
  options.add_options()("bundle", "The bundle's directory", cxxopts::value<std::string>(), "BUNDLE")(
      "sequence", "Set the release's sequence, larger than the last one's; drops signatures of another one",
      cxxopts::value<uint64_t>(), "N")(
      "least-sequence", "The least sequence that hosts may go back to after this release (default: --sequence)",
      cxxopts::value<uint64_t>(), "N")("trust", "Put this trust file into the bundle, whose keys alone may sign it",
                                       cxxopts::value<std::string>(), "FILE");
  AddSignerOptions(options, "key");
  AddVerbosityOptions(options);
  options.parse_positional({"bundle"});
  ASSIGN_OR_RETURN(const auto parsed, ParseOptions(options, arguments));
  if (!parsed) return 0;
  if (parsed->count("bundle") == 0) return UsageError("no bundle named");

  SignOptions sign;
  if (parsed->count("sequence") != 0) sign.sequence = (*parsed)["sequence"].as<uint64_t>();
  if (parsed->count("least-sequence") != 0) sign.least_sequence = (*parsed)["least-sequence"].as<uint64_t>();
  if (parsed->count("trust") != 0) {
    ASSIGN_OR_RETURN(sign.trust_text, ReadSmallFile((*parsed)["trust"].as<std::string>(), kMaxTrustSize));
  }
  ASSIGN_OR_RETURN(const Signers signers, LoadSigners(*parsed, "key"));
  sign.signers = Pointers(signers);
  const std::string bundle = (*parsed)["bundle"].as<std::string>();
  ASSIGN_OR_RETURN(const SignReport report, SignBundle(bundle, sign).WithContext("signing " + bundle));
  if (VerbosityFrom(*parsed) == Verbosity::kQuiet) return 0;
  std::printf("%s: sequence %llu, %zu signature%s", bundle.c_str(), static_cast<unsigned long long>(report.sequence),
              report.signatures, report.signatures == 1 ? "" : "s");
  if (report.required) std::printf(", %zu of the %zu that the trust file requires", *report.trusted, *report.required);
  std::printf("\n");
  return 0;
}

}  // namespace hallmark
