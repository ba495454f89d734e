// SPDX-License-Identifier: Apache-2.0
#include "tools/cli/program.h"

int main(int argc, char** argv) {
  const hallmark::cli::Program program = {.name = "hallmark",
                                          .summary = "Builds, seals and verifies guest images.",
                                          .version = HALLMARK_VERSION,
                                          .verbs = hallmark::cli::Verbs()};
  return hallmark::cli::RunProgram(program, argc, argv);
}
