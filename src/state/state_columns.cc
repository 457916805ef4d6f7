// SPDX-License-Identifier: Apache-2.0
// Making, writing and checking columns of saved state.
#include "state/state_columns.h"

#include <arrow/api.h>

#include <algorithm>

namespace tidemark::state {

ArrowTypes ArrowTypesOf(const Schema& schema) {
  ArrowTypes types;
  for (const auto& field : schema) types.push_back(field.type.ToArrow());
  return types;
}

ArrowTypes ArrowTypesOf(const std::vector<DataType>& types) {
  ArrowTypes arrow_types;
  for (const auto& type : types) arrow_types.push_back(type.ToArrow());
  return arrow_types;
}

arrow::Result<std::shared_ptr<arrow::Array>> Int64Column(const std::vector<int64_t>& values) {
  arrow::Int64Builder builder;
  ARROW_RETURN_NOT_OK(builder.AppendValues(values));
  return builder.Finish();
}

arrow::Result<std::shared_ptr<arrow::Array>> BooleanColumn(const std::vector<bool>& values) {
  arrow::BooleanBuilder builder;
  ARROW_RETURN_NOT_OK(builder.AppendValues(values));
  return builder.Finish();
}

const int64_t* Int64Values(const Batch& rows, size_t column) {
  return static_cast<const arrow::Int64Array&>(*rows.columns[column]).raw_values();
}

bool BooleanValue(const Batch& rows, size_t column, int64_t row) {
  return static_cast<const arrow::BooleanArray&>(*rows.columns[column]).Value(row);
}

arrow::Status DamagedState(std::string_view table, const std::string& what) {
  return arrow::Status::Invalid("Damaged state, or that of another query: table '", table, "' ", what);
}

namespace {

arrow::Status CheckColumn(std::string_view table, const Batch& rows, size_t number, const arrow::DataType& type) {
  const arrow::Array& column = *rows.columns[number];
  const std::string where = "has a column " + std::to_string(number);
  if (!column.type()->Equals(type)) {
    return DamagedState(table, where + " of type " + column.type()->ToString() + ", not " + type.ToString());
  }
  if (column.length() != rows.num_rows) return DamagedState(table, where + " of another length than its rows");
  const arrow::Status valid = column.ValidateFull();
  return valid.ok() ? valid : DamagedState(table, where + " that is not valid: " + valid.message());
}

}  // namespace

arrow::Status CheckFacts(std::string_view table, const Batch& rows, const ArrowTypes& facts) {
  if (rows.columns.size() < facts.size()) return DamagedState(table, "has too few columns");
  const size_t first = rows.columns.size() - facts.size();
  for (size_t i = 0; i < facts.size(); ++i) {
    ARROW_RETURN_NOT_OK(CheckColumn(table, rows, first + i, *facts[i]));
    if (rows.columns[first + i]->null_count() == 0) continue;
    return DamagedState(table, "has a column " + std::to_string(first + i) + " with NULLs");
  }
  return arrow::Status::OK();
}

namespace {

arrow::Status CheckRows(std::string_view table, const Batch& rows, const ArrowTypes& values, const ArrowTypes& facts) {
  if (rows.columns.size() != values.size() + facts.size()) {
    return DamagedState(table, "has " + std::to_string(rows.columns.size()) + " columns, not " +
                                   std::to_string(values.size() + facts.size()));
  }
  for (size_t i = 0; i < values.size(); ++i) ARROW_RETURN_NOT_OK(CheckColumn(table, rows, i, *values[i]));
  return CheckFacts(table, rows, facts);
}

}  // namespace

arrow::Status VisitRows(const StateReader& in, std::string_view table, const ArrowTypes& values,
                        const ArrowTypes& facts, const RowVisitor& visit) {
  return in.Visit(table, [&](Batch rows) -> arrow::Status {
    ARROW_RETURN_NOT_OK(CheckRows(table, rows, values, facts));
    return visit(std::move(rows));
  });
}

arrow::Result<std::vector<Batch>> ReadRows(const StateReader& in, std::string_view table, const ArrowTypes& values,
                                           const ArrowTypes& facts) {
  std::vector<Batch> all;
  ARROW_RETURN_NOT_OK(VisitRows(in, table, values, facts, [&](Batch rows) {
    all.push_back(std::move(rows));
    return arrow::Status::OK();
  }));
  return all;
}

arrow::Status VisitTimedRows(const StateReader& in, std::string_view table, const ArrowTypes& values,
                             const ArrowTypes& facts, int64_t now_ms, const TimedRowVisitor& visit) {
  ArrowTypes timed = facts;
  timed.push_back(arrow::int64());
  return in.Visit(table, [&](Batch rows) -> arrow::Status {
    TimedRows read;
    read.is_timed = rows.columns.size() == values.size() + timed.size();
    ARROW_RETURN_NOT_OK(CheckRows(table, rows, values, read.is_timed ? timed : facts));
    read.written_ms.assign(static_cast<size_t>(rows.num_rows), now_ms);
    if (read.is_timed) {
      // Of a clock that was put back since then: no row is to stay longer for it.
      const int64_t* times = Int64Values(rows, rows.columns.size() - 1);
      for (int64_t row = 0; row < rows.num_rows; ++row)
        read.written_ms[row] = std::clamp<int64_t>(times[row], 1, now_ms);
      rows.columns.pop_back();
    }
    read.rows = std::move(rows);
    return visit(read);
  });
}

arrow::Result<std::vector<TimedRows>> ReadTimedRows(const StateReader& in, std::string_view table,
                                                    const ArrowTypes& values, const ArrowTypes& facts, int64_t now_ms) {
  std::vector<TimedRows> all;
  ARROW_RETURN_NOT_OK(VisitTimedRows(in, table, values, facts, now_ms, [&](const TimedRows& rows) {
    all.push_back(rows);
    return arrow::Status::OK();
  }));
  return all;
}

arrow::Status WriteInPieces(std::string_view table, const Batch& rows, const RowOwner& owner, int64_t rows_max,
                            StateWriter& out) {
  for (int64_t at = 0; at < rows.num_rows; at += rows_max) {
    ARROW_RETURN_NOT_OK(out.Write(table, rows.Slice(at, std::min(rows_max, rows.num_rows - at)), owner));
  }
  return arrow::Status::OK();
}

arrow::Status WithColumnsWriter::Write(std::string_view table, const Batch& rows, const RowOwner& owner) {
  ARROW_ASSIGN_OR_RAISE(const Batch more, WithColumns(rows));
  return out_->Write(table, more, owner);
}

arrow::Status WithColumnsWriter::WriteChanges(std::string_view table, const Batch& rows, const RowOwner& owner) {
  ARROW_ASSIGN_OR_RAISE(const Batch more, WithColumns(rows));
  return out_->WriteChanges(table, more, owner);
}

arrow::Result<Batch> WithColumnsWriter::WithColumns(const Batch& rows) const {
  Batch more = rows;
  ARROW_ASSIGN_OR_RAISE(const auto columns, columns_(rows.num_rows));
  more.columns.insert(more.columns.end(), columns.begin(), columns.end());
  return more;
}

}  // namespace tidemark::state
