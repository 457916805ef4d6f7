// SPDX-License-Identifier: Apache-2.0
// The command line's options, the same for every command, and the exit codes.
#pragma once

#include <arrow/result.h>

#include <optional>
#include <string>
#include <vector>

#include "catalog/configuration.h"
#include "cli/result_writer.h"

namespace tidemark::cli {

enum ExitCode : int {
  kExitDone = 0,
  kExitFailed = 1,  ///< failed while running
  kExitUsage = 2,   ///< the SQL or the options are wrong, or ask for what is not supported yet
};

/// Shared by all commands.
struct CommandOptions {
  std::string file;  ///< "-": standard input
  std::optional<int> parallelism;
  std::vector<std::string> settings;  ///< "key=value"
  std::string config_file;            ///< "": TIDEMARK_CONFIG, or none
  std::string state_folder;           ///< for checkpoints; "": as the configuration says
  std::string program_version;        ///< noted in checkpoints
  std::string savepoint;              ///< folder of the checkpoint to go on from; "": the newest there is
  ResultFormat format = ResultFormat::kTable;
  bool quiet = false;      ///< no progress line
  bool at_prompt = false;  ///< a person looks at results while they come
};

/// Puts the configuration together: the file of --config, or else of the environment's TIDEMARK_CONFIG; then --set;
/// then --parallelism. The message of an error names the source of the bad value.
arrow::Status ApplySettings(const CommandOptions& options, Configuration* configuration);

}  // namespace tidemark::cli
