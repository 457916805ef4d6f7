// SPDX-License-Identifier: Apache-2.0
// Who reads standard input.
#pragma once

#include <arrow/status.h>

#include <string>

#include "server/session.h"

namespace tidemark::cli {

/// Standard input can be read once: by the script itself, or by one of its jobs.
class StandardInputUse {
 public:
  explicit StandardInputUse(bool is_script) : taken_by_(is_script ? "is the script" : "") {}

  /// Invalid, with the statement's place, when the job reads a table of connector 'stdin' and there is nothing left to
  /// read.
  arrow::Status Take(const sql::Statement& statement, const server::PreparedStatement& prepared);

 private:
  std::string taken_by_;
};

}  // namespace tidemark::cli
