// SPDX-License-Identifier: Apache-2.0
// `tidemark sql`: a prompt with history, completion and statements over several lines.
#pragma once

#include "cli/options.h"

namespace tidemark::cli {

/// Runs until QUIT or end of input. Without a terminal it reads statements from standard input, so that it can be
/// piped into. Returns the exit code.
int RunPrompt(const CommandOptions& options);

}  // namespace tidemark::cli
