// SPDX-License-Identifier: Apache-2.0
// The bound query: relational operators over typed columns. What the binder makes and the optimizer rewrites.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/table.h"
#include "expr/expression.h"
#include "sql/ast.h"
#include "time/window.h"

namespace tidemark::plan {

class LogicalNode;
using LogicalPtr = std::shared_ptr<const LogicalNode>;

enum class JoinType { kInner, kLeft, kRight, kFull, kSemi, kAnti };

/// One aggregate call. `args` are columns of the input (the binder projects expressions below the aggregate first).
struct AggregateCall {
  std::string name;
  std::vector<int> args;
  bool distinct = false;
  bool ignore_nulls = true;
  int filter = -1;  ///< BOOLEAN column that must be true, or -1
  DataType type;
  std::vector<std::shared_ptr<arrow::Scalar>> literal_args;  ///< parallel to args; null where not a literal
};

struct SortKey {
  int column = 0;
  bool ascending = true;
  bool nulls_first = true;  ///< Flink: NULLs are smallest, so first when ascending, last when descending
};

/// A column that a window aggregation adds to its result, in the order the query names them.
enum class WindowProperty { kStart, kEnd, kTime, kProctime };

/// A relational operator. Immutable. `schema()` is the columns it gives.
class LogicalNode {
 public:
  enum class Kind {
    kScan,
    kValues,
    kProject,
    kFilter,
    kAggregate,
    kWindowTvf,
    kJoin,
    kUnion,
    kSort,
    kRank,
    kExpand,
    kUnnest
  };
  virtual ~LogicalNode() = default;
  Kind kind() const { return kind_; }
  const Schema& schema() const { return schema_; }
  const std::vector<LogicalPtr>& inputs() const { return inputs_; }
  const LogicalNode& input(int i = 0) const { return *inputs_[i]; }
  /// Where in the SQL text this operator was asked for; for errors the physical planner finds.
  sql::SourceRange range;
  /// How long the state of each input is kept, in milliseconds, where the hint STATE_TTL says so. Joins and
  /// aggregations.
  std::array<std::optional<int64_t>, 2> input_ttl_ms;

 protected:
  LogicalNode(Kind kind, Schema schema, std::vector<LogicalPtr> inputs)
      : kind_(kind), schema_(std::move(schema)), inputs_(std::move(inputs)) {}

 private:
  Kind kind_;
  Schema schema_;
  std::vector<LogicalPtr> inputs_;
};

/// A table of the catalog with all its declared columns, computed ones included, in declaration order.
struct LogicalScan final : LogicalNode {
  LogicalScan(Schema schema, TablePtr table)
      : LogicalNode(Kind::kScan, std::move(schema), {}), table(std::move(table)) {}
  TablePtr table;
  /// For each column of schema(): null for physical and metadata columns; else the bound expression over schema().
  /// An expression refers only to columns that are not computed themselves.
  std::vector<expr::ExpressionPtr> computed;
  /// The bound WATERMARK expression over schema(), and the rowtime column; null / -1 where none is declared.
  expr::ExpressionPtr watermark;
  int rowtime_column = -1;
  /// Columns of which the query reads some fields only: their paths, as in SourceNode. Filled by PruneColumns; a column
  /// that is read and has no entry is read whole.
  std::map<int, std::vector<std::vector<int>>> used_fields;
};

/// Rows of constants (VALUES, or a SELECT without FROM: one row of no columns).
struct LogicalValues final : LogicalNode {
  LogicalValues(Schema schema, std::vector<std::vector<expr::ExpressionPtr>> rows)
      : LogicalNode(Kind::kValues, std::move(schema), {}), rows(std::move(rows)) {}
  std::vector<std::vector<expr::ExpressionPtr>> rows;
};

struct LogicalProject final : LogicalNode {
  LogicalProject(Schema schema, LogicalPtr input, std::vector<expr::ExpressionPtr> expressions)
      : LogicalNode(Kind::kProject, std::move(schema), {std::move(input)}), expressions(std::move(expressions)) {}
  std::vector<expr::ExpressionPtr> expressions;
};

struct LogicalFilter final : LogicalNode {
  LogicalFilter(LogicalPtr input, expr::ExpressionPtr condition)
      : LogicalNode(Kind::kFilter, input->schema(), {input}), condition(std::move(condition)) {}
  expr::ExpressionPtr condition;
};

/// GROUP BY, with or without a window. schema(): the group columns, then the aggregate results, then `properties`.
/// DISTINCT is an aggregate without calls. No group columns and no window: one global row.
struct LogicalAggregate final : LogicalNode {
  LogicalAggregate(Schema schema, LogicalPtr input, std::vector<int> group_columns, std::vector<AggregateCall> calls)
      : LogicalNode(Kind::kAggregate, std::move(schema), {std::move(input)}),
        group_columns(std::move(group_columns)),
        calls(std::move(calls)) {}
  std::vector<int> group_columns;
  std::vector<AggregateCall> calls;
  /// Legacy GROUP BY TUMBLE(ts, ...) / HOP / SESSION: the window and its time column. (Aggregations over a window TVF
  /// have a LogicalWindowTvf as input and its window_start and window_end among the group columns instead.)
  std::optional<time::WindowSpec> window;
  int time_column = -1;
  std::vector<WindowProperty> properties;
};

/// TABLE(TUMBLE(...)) and friends. schema(): the input's columns, then window_start, window_end, window_time.
/// A HOP or CUMULATE row appears once per window.
struct LogicalWindowTvf final : LogicalNode {
  LogicalWindowTvf(Schema schema, LogicalPtr input, time::WindowSpec window, int time_column)
      : LogicalNode(Kind::kWindowTvf, std::move(schema), {std::move(input)}),
        window(window),
        time_column(time_column) {}
  time::WindowSpec window;
  int time_column;
  std::vector<int> partition_columns;  ///< SESSION only
};

/// schema(): left columns, then right columns (left only for semi and anti).
struct LogicalJoin final : LogicalNode {
  LogicalJoin(Schema schema, LogicalPtr left, LogicalPtr right, JoinType type, expr::ExpressionPtr condition)
      : LogicalNode(Kind::kJoin, std::move(schema), {std::move(left), std::move(right)}),
        type(type),
        condition(std::move(condition)) {}
  JoinType type;
  expr::ExpressionPtr condition;  ///< over left ++ right columns; null: cross join
};

/// UNION ALL of inputs with equal column types. (UNION is this below a DISTINCT aggregate.)
struct LogicalUnion final : LogicalNode {
  LogicalUnion(Schema schema, std::vector<LogicalPtr> inputs)
      : LogicalNode(Kind::kUnion, std::move(schema), std::move(inputs)) {}
};

/// ORDER BY and / or LIMIT / OFFSET.
struct LogicalSort final : LogicalNode {
  LogicalSort(LogicalPtr input, std::vector<SortKey> keys, int64_t offset, std::optional<int64_t> limit)
      : LogicalNode(Kind::kSort, input->schema(), {input}), keys(std::move(keys)), offset(offset), limit(limit) {}
  std::vector<SortKey> keys;
  int64_t offset;
  std::optional<int64_t> limit;
};

/// ROW_NUMBER() OVER (PARTITION BY .. ORDER BY ..) as a column; Top-N when a filter on it lies above. schema(): the
/// input's columns, then the rank.
struct LogicalRank final : LogicalNode {
  LogicalRank(Schema schema, LogicalPtr input, std::vector<int> partition_columns, std::vector<SortKey> keys)
      : LogicalNode(Kind::kRank, std::move(schema), {std::move(input)}),
        partition_columns(std::move(partition_columns)),
        keys(std::move(keys)) {}
  std::vector<int> partition_columns;
  std::vector<SortKey> keys;
};

/// GROUPING SETS / ROLLUP / CUBE: each input row once per set, with the columns outside the set NULL and a last column
/// `$expand_id` (BIGINT) that numbers the set; the aggregate above groups by it too. GROUPING() reads it.
struct LogicalExpand final : LogicalNode {
  LogicalExpand(Schema schema, LogicalPtr input, std::vector<std::vector<bool>> kept, std::vector<int64_t> ids)
      : LogicalNode(Kind::kExpand, std::move(schema), {std::move(input)}), kept(std::move(kept)), ids(std::move(ids)) {}
  std::vector<std::vector<bool>> kept;  ///< [set][input column]
  std::vector<int64_t> ids;             ///< value of $expand_id per set
};

/// UNNEST: each row once per element of `collection` (over the input's columns): of an ARRAY, an entry of a MAP, an
/// element of a MULTISET as often as it is there; or, where it is a BIGINT, that many copies of the row. schema(): the
/// `kept` columns of the input, then the element's columns (the fields of a ROW, key and value of a MAP, none for
/// copies), then the position from 1 on where asked for. A ROW that is NULL is no element. A row without elements is
/// dropped, or kept with NULLs where `padded`.
struct LogicalUnnest final : LogicalNode {
  LogicalUnnest(Schema schema, LogicalPtr input, expr::ExpressionPtr collection, std::vector<int> kept)
      : LogicalNode(Kind::kUnnest, std::move(schema), {std::move(input)}),
        collection(std::move(collection)),
        kept(std::move(kept)) {}
  expr::ExpressionPtr collection;
  std::vector<int> kept;
  bool padded = false;
  bool with_ordinality = false;
};

/// A query or INSERT, bound.
struct BoundQuery {
  LogicalPtr root;
  /// INSERT: where to; null for a top-level SELECT. The root's columns are the sink's columns in order, already cast.
  TablePtr sink;
  bool overwrite = false;
};

}  // namespace tidemark::plan
