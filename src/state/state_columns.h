// SPDX-License-Identifier: Apache-2.0
// What operators share that save their state: columns beside the rows they keep, and checks of what comes back from a
// disk.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/data_type.h"
#include "columnar/batch.h"
#include "state/operator_state.h"

namespace tidemark::state {

using ArrowTypes = std::vector<std::shared_ptr<arrow::DataType>>;

ArrowTypes ArrowTypesOf(const Schema& schema);
ArrowTypes ArrowTypesOf(const std::vector<DataType>& types);

arrow::Result<std::shared_ptr<arrow::Array>> Int64Column(const std::vector<int64_t>& values);
arrow::Result<std::shared_ptr<arrow::Array>> BooleanColumn(const std::vector<bool>& values);

/// The values of a BIGINT column of a checked batch.
const int64_t* Int64Values(const Batch& rows, size_t column);
/// The value of a BOOLEAN column of a checked batch.
bool BooleanValue(const Batch& rows, size_t column, int64_t row);

/// The table `table` as it must be: first columns of the types `values`, then columns of the types `facts` without any
/// NULL. Invalid, naming the table, where it is not so, or an array is damaged: an operator may then use it like any
/// batch.
arrow::Result<std::vector<Batch>> ReadRows(const StateReader& in, std::string_view table, const ArrowTypes& values,
                                           const ArrowTypes& facts);
/// The same, batch by batch.
arrow::Status VisitRows(const StateReader& in, std::string_view table, const ArrowTypes& values,
                        const ArrowTypes& facts, const RowVisitor& visit);

/// Rows with the times, in milliseconds since 1970, at which they were written last.
struct TimedRows {
  Batch rows;
  std::vector<int64_t> written_ms;  ///< per row, between 1 and `now_ms`
  bool is_timed = false;            ///< they were written with their times
};
using TimedRowVisitor = std::function<arrow::Status(const TimedRows& rows)>;
/// VisitRows and ReadRows of a table that has the time of the last write as one more BIGINT column, or, as it was
/// written without a time-to-live, has none: its rows count as written at `now_ms`. The column is not among those of
/// the rows.
arrow::Status VisitTimedRows(const StateReader& in, std::string_view table, const ArrowTypes& values,
                             const ArrowTypes& facts, int64_t now_ms, const TimedRowVisitor& visit);
arrow::Result<std::vector<TimedRows>> ReadTimedRows(const StateReader& in, std::string_view table,
                                                    const ArrowTypes& values, const ArrowTypes& facts, int64_t now_ms);

/// The part of that check for the last columns only: they are of the types `facts`, valid, and without any NULL.
arrow::Status CheckFacts(std::string_view table, const Batch& rows, const ArrowTypes& facts);

/// Writes the rows of `rows` in pieces of at most `rows_max`.
arrow::Status WriteInPieces(std::string_view table, const Batch& rows, const RowOwner& owner, int64_t rows_max,
                            StateWriter& out);

/// The error for rows that no Save can have written.
arrow::Status DamagedState(std::string_view table, const std::string& what);

/// A writer that adds the same columns behind the rows of every table.
class WithColumnsWriter final : public StateWriter {
 public:
  /// `columns`: gives them for a number of rows. `out` outlives the object.
  using Columns = std::function<arrow::Result<std::vector<std::shared_ptr<arrow::Array>>>(int64_t num_rows)>;
  WithColumnsWriter(StateWriter* out, Columns columns) : out_(out), columns_(std::move(columns)) {}
  arrow::Status Write(std::string_view table, const Batch& rows, const RowOwner& owner) override;
  arrow::Status WriteChanges(std::string_view table, const Batch& rows, const RowOwner& owner) override;
  arrow::Status RestartLog(std::string_view table) override { return out_->RestartLog(table); }

 private:
  arrow::Result<Batch> WithColumns(const Batch& rows) const;

  StateWriter* out_;
  Columns columns_;
};

}  // namespace tidemark::state
