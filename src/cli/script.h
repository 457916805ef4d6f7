// SPDX-License-Identifier: Apache-2.0
// Runs, checks or explains a whole SQL script.
#pragma once

#include <string>

#include "cli/options.h"

namespace tidemark::cli {

/// `tidemark run FILE`: checks every statement first, so that a mistake at the end is found before the first job runs;
/// then carries them out in order. Unbounded INSERTs run side by side, as one job, after the last statement.
/// These return the process's exit code and write errors to standard error.
int RunScript(const CommandOptions& options);

/// `tidemark check FILE`: parses and plans every statement.
int CheckScript(const CommandOptions& options);

/// `tidemark explain FILE`: the physical plan of every query and INSERT.
int ExplainScript(const CommandOptions& options);

/// Reads a file, or standard input for "-".
arrow::Result<std::string> ReadScript(const std::string& file);

}  // namespace tidemark::cli
