// SPDX-License-Identifier: Apache-2.0
// JoinSideLog: the rows of a join side as a log in checkpoints (see EntryLog). An entry is a JoinRow: its key is the
// whole row, its facts are the count and the matches.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "exec/entry_log.h"

namespace tidemark::exec {

class JoinSide;

/// One thread.
class JoinSideLog final : private LoggedEntries {
 public:
  /// `side` and `context` outlive the object. `owner`: of the rows.
  JoinSideLog(JoinSide* side, const OperatorContext& context, std::string name, state::RowOwner owner);

  EntryLog& log() { return log_; }
  const EntryLog& log() const { return log_; }

 private:
  // LoggedEntries
  bool Walk(state::RowCursor* cursor, int64_t rows, const std::function<void(uint8_t*)>& visit) const override;
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> KeysOf(std::span<uint8_t* const> rows) const override;
  arrow::Result<EntryRows> RowsOf(const std::vector<uint8_t*>& rows, int64_t rows_max, size_t* next) const override;
  std::unique_ptr<StoredEntries> ReadStored(uint32_t changes) override;
  arrow::Status FindOrMake(const Batch& rows, std::vector<uint8_t*>* entries) override;
  void Clear(uint8_t* row) override;
  arrow::Status Load(const Batch& rows, const std::vector<uint8_t*>& entries) override;
  arrow::Status Remove(const std::vector<uint8_t*>& rows) override;

  JoinSide& side_;
  EntryLog log_;
};

}  // namespace tidemark::exec
