// SPDX-License-Identifier: Apache-2.0
// Rows of sessions: ROW of all columns, ARRAY_AGG by session, UNNEST, and the columns back into their order.
#include "plan/session_rows.h"

#include <utility>

#include "plan/bind_call.h"
#include "plan/rewrite.h"

namespace tidemark::plan {

using expr::ExpressionPtr;

namespace {

constexpr int kWindowColumns = 3;  // window_start, window_end, window_time

/// `tvf` over its input with one more column: all columns as a ROW.
arrow::Result<LogicalPtr> WithWholeRows(const LogicalWindowTvf& tvf) {
  Schema schema = tvf.input().schema();
  const size_t width = schema.size();
  std::vector<ExpressionPtr> columns = IdentityColumns(schema);
  ARROW_ASSIGN_OR_RAISE(ExpressionPtr row, MakeNamedCall("ROW", columns, tvf.range));
  schema.push_back({"$row", row->type()});
  columns.push_back(std::move(row));
  auto rows = std::make_shared<LogicalProject>(schema, tvf.inputs()[0], std::move(columns));
  schema.insert(schema.end(), tvf.schema().begin() + static_cast<int64_t>(width), tvf.schema().end());
  auto windows = std::make_shared<LogicalWindowTvf>(std::move(schema), std::move(rows), tvf.window, tvf.time_column);
  windows->partition_columns = tvf.partition_columns;
  windows->range = tvf.range;
  return windows;
}

/// Per session: its partition columns, bounds and time, and the rows.
LogicalPtr Gather(const LogicalWindowTvf& tvf, LogicalPtr windows) {
  const auto width = static_cast<int>(tvf.input().schema().size());
  std::vector<int> groups = tvf.partition_columns;
  for (int i = 0; i < kWindowColumns; ++i) groups.push_back(width + 1 + i);
  Schema schema;
  for (int column : groups) schema.push_back(windows->schema()[column]);
  AggregateCall gather;
  gather.name = "ARRAY_AGG";
  gather.args = {width};
  gather.ignore_nulls = false;
  gather.type = DataType::Array(windows->schema()[width].type);
  gather.literal_args = {nullptr};
  schema.push_back({"$rows", gather.type});
  auto sessions = std::make_shared<LogicalAggregate>(std::move(schema), std::move(windows), std::move(groups),
                                                     std::vector<AggregateCall>{std::move(gather)});
  sessions->range = tvf.range;
  return sessions;
}

}  // namespace

arrow::Result<LogicalPtr> RowsOfSessions(const LogicalWindowTvf& tvf) {
  ARROW_ASSIGN_OR_RAISE(LogicalPtr windows, WithWholeRows(tvf));
  LogicalPtr sessions = Gather(tvf, std::move(windows));
  const Schema& gathered = sessions->schema();
  const auto rows = static_cast<int>(gathered.size()) - 1;
  Schema schema(gathered.end() - 1 - kWindowColumns, gathered.end() - 1);
  std::vector<int> kept;
  for (int i = 0; i < kWindowColumns; ++i) kept.push_back(rows - kWindowColumns + i);
  for (const Field& field : gathered[rows].type.element().fields()) schema.push_back(field);
  ExpressionPtr collection = expr::Expression::Column(rows, gathered[rows].type, gathered[rows].name);
  auto unnested =
      std::make_shared<LogicalUnnest>(std::move(schema), std::move(sessions), std::move(collection), std::move(kept));
  unnested->range = tvf.range;

  std::vector<ExpressionPtr> columns;
  const auto add = [&](int column) {
    const Field& field = unnested->schema()[column];
    columns.push_back(expr::Expression::Column(column, field.type, field.name));
  };
  for (size_t i = 0; i < tvf.input().schema().size(); ++i) add(kWindowColumns + static_cast<int>(i));
  for (int i = 0; i < kWindowColumns; ++i) add(i);
  return std::make_shared<LogicalProject>(tvf.schema(), std::move(unnested), std::move(columns));
}

}  // namespace tidemark::plan
