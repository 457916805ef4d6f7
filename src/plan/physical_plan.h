// SPDX-License-Identifier: Apache-2.0
// The physical plan: what each worker runs. A tree of nodes with every operator's whole configuration, changelog modes
// decided and exchanges placed. Immutable; made once per job, read by all workers.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "plan/logical_plan.h"

namespace tidemark::plan {

class PhysicalNode;
using PhysicalPtr = std::shared_ptr<const PhysicalNode>;

/// Which row kinds a stream may carry.
struct ChangelogMode {
  bool updates = false;        ///< +U
  bool update_before = false;  ///< -U, else an update is +U alone (consumer knows the key)
  bool deletes = false;        ///< -D
  bool insert_only() const { return !updates && !deletes; }
  std::string ToString() const;  ///< "[I]", "[I,UB,UA,D]" as Flink's EXPLAIN CHANGELOG_MODE
};

class PhysicalNode {
 public:
  enum class Kind {
    kSource,
    kValues,
    kCalc,
    kExchange,
    kWindowAssign,
    kGroupAggregate,
    kWindowAggregate,
    kLocalWindowAggregate,
    kGlobalWindowAggregate,
    kSessionAggregate,
    kJoin,
    kPerWindow,
    kUnion,
    kSort,
    kRank,
    kExpand,
    kUnnest,
    kChangelogNormalize,
    kSink
  };
  virtual ~PhysicalNode() = default;
  Kind kind() const { return kind_; }
  const Schema& schema() const { return schema_; }
  const std::vector<PhysicalPtr>& inputs() const { return inputs_; }
  const ChangelogMode& changelog() const { return changelog_; }
  /// "GroupAggregate(auction)": in metrics, progress, and errors such as the memory limit's.
  const std::string& label() const { return label_; }

 protected:
  PhysicalNode(Kind kind, Schema schema, std::vector<PhysicalPtr> inputs, ChangelogMode changelog, std::string label)
      : kind_(kind),
        schema_(std::move(schema)),
        inputs_(std::move(inputs)),
        changelog_(changelog),
        label_(std::move(label)) {}

 private:
  Kind kind_;
  Schema schema_;
  std::vector<PhysicalPtr> inputs_;
  ChangelogMode changelog_;
  std::string label_;
};

/// A comparison that a reader may use to skip whole row groups or files: `column <op> value`. Only a hint: the filter
/// itself stays in the plan.
struct PushedFilter {
  enum class Op { kEqual, kLess, kLessEqual, kGreater, kGreaterEqual, kIsNull, kIsNotNull };
  std::string column;  ///< physical column name
  Op op = Op::kEqual;
  std::shared_ptr<arrow::Scalar> value;  ///< of the column's Arrow type; null for kIsNull / kIsNotNull
};

/// Reads a table: decodes only `read_columns`, computes `outputs` from them, assigns watermarks per split.
struct SourceNode final : PhysicalNode {
  SourceNode(Schema schema, ChangelogMode changelog, std::string label)
      : PhysicalNode(Kind::kSource, std::move(schema), {}, changelog, std::move(label)) {}
  TablePtr table;
  /// Indexes into table->columns of the physical and metadata columns to read, ascending.
  std::vector<int> read_columns;
  /// ROW columns among them of which only some fields are used: table column to the paths of field indexes below it.
  /// A column without an entry is used whole. The reader gives the whole ROW type all the same; fields that are not
  /// used may be NULL. A hint, and the reason a wide nested record costs no more than what is read of it.
  std::map<int, std::vector<std::vector<int>>> used_fields;
  std::vector<PushedFilter> filters;
  /// Rows needed at most over all workers (LIMIT pushed down), as a hint.
  std::optional<int64_t> limit;
  /// Over the read columns; one per column of schema(). Empty: the read columns are the output.
  std::vector<expr::ExpressionPtr> outputs;
  /// Over the *output* columns; null: no watermark.
  expr::ExpressionPtr watermark;
  int rowtime_column = -1;  ///< output column
  bool bounded = true;      ///< the table ends by itself
  /// All splits are read by one worker, one after the other, because something above depends on the order of rows.
  bool ordered = false;
};

/// Constant rows, emitted by worker 0.
struct ValuesNode final : PhysicalNode {
  ValuesNode(Schema schema, std::vector<std::vector<expr::ExpressionPtr>> rows, std::string label)
      : PhysicalNode(Kind::kValues, std::move(schema), {}, {}, std::move(label)), rows(std::move(rows)) {}
  std::vector<std::vector<expr::ExpressionPtr>> rows;
};

/// Filter, then projection.
struct CalcNode final : PhysicalNode {
  CalcNode(Schema schema, PhysicalPtr input, expr::ExpressionPtr condition, std::vector<expr::ExpressionPtr> outputs,
           std::string label)
      : PhysicalNode(Kind::kCalc, std::move(schema), {input}, input->changelog(), std::move(label)),
        condition(std::move(condition)),
        outputs(std::move(outputs)) {}
  expr::ExpressionPtr condition;             ///< null: all rows
  std::vector<expr::ExpressionPtr> outputs;  ///< over the input's columns
};

/// Sends rows to the worker that owns them. The only node whose input runs on other workers.
struct ExchangeNode final : PhysicalNode {
  ExchangeNode(PhysicalPtr input, std::vector<int> hash_columns, std::string label)
      : PhysicalNode(Kind::kExchange, input->schema(), {input}, input->changelog(), std::move(label)),
        hash_columns(std::move(hash_columns)) {}
  /// Empty: everything to worker 0.
  std::vector<int> hash_columns;
};

/// Adds window_start, window_end, window_time for a window TVF whose rows are used other than by an aggregation.
struct WindowAssignNode final : PhysicalNode {
  WindowAssignNode(Schema schema, PhysicalPtr input, time::WindowSpec window, int time_column, std::string label)
      : PhysicalNode(Kind::kWindowAssign, std::move(schema), {input}, input->changelog(), std::move(label)),
        window(window),
        time_column(time_column) {}
  time::WindowSpec window;
  int time_column;
  std::vector<int> partition_columns;  ///< SESSION only
};

/// GROUP BY without a window: state per key, a changelog out (streaming) or final rows at the end (batch).
/// schema(): group columns, then results.
struct GroupAggregateNode final : PhysicalNode {
  GroupAggregateNode(Schema schema, PhysicalPtr input, ChangelogMode changelog, std::string label)
      : PhysicalNode(Kind::kGroupAggregate, std::move(schema), {std::move(input)}, changelog, std::move(label)) {}
  std::vector<int> group_columns;
  std::vector<AggregateCall> calls;
  bool input_retracts = false;
  /// Emit once, when the input ends.
  bool final_only = false;
  /// Rows or milliseconds to gather before results are emitted (0: after every input batch).
  int64_t mini_batch_rows = 0;
  int64_t mini_batch_latency_ms = 0;
  int64_t state_ttl_ms = 0;  ///< as long as a key's state is kept after it was written last; 0: for ever
};

/// TUMBLE / HOP / CUMULATE aggregation by slices: rows are emitted when the watermark passes the window's end.
/// schema(): group columns, then results, then `properties`.
struct WindowAggregateNode final : PhysicalNode {
  WindowAggregateNode(Kind kind, Schema schema, PhysicalPtr input, std::string label)
      : PhysicalNode(kind, std::move(schema), {std::move(input)}, {}, std::move(label)) {}
  std::vector<int> group_columns;
  std::vector<AggregateCall> calls;
  time::WindowSpec window;
  /// Time column of the input (ms, us or ns timestamp); or, when the input already carries window_end (a second
  /// aggregation over the same windows), -1 and the two columns below.
  int time_column = -1;
  int window_start_column = -1;
  int window_end_column = -1;
  /// Where time_column is -1: the windows are over TIMESTAMP_LTZ event time, so that their columns are readings of the
  /// session's wall clock. (Else the time column's type says it.)
  bool window_is_local = false;
  std::vector<WindowProperty> properties;
  bool input_retracts = false;
  /// The whole of two phases (GlobalWindowAggregateNode): rows meet by all of the group columns, in their order.
  bool in_two_phases = false;
};
/// SESSION uses the same configuration with Kind::kSessionAggregate.

/// The first of two phases of a window aggregation: before the exchange each worker aggregates the rows it has, so that
/// one row for each key and slice crosses, and not each row. Insert-only.
/// schema(): group columns, the accumulators (bytes of fixed width), and the slice they are of (one or two BIGINT).
struct LocalWindowAggregateNode final : PhysicalNode {
  LocalWindowAggregateNode(Schema schema, std::shared_ptr<const WindowAggregateNode> whole, std::string label)
      : PhysicalNode(Kind::kLocalWindowAggregate, std::move(schema), whole->inputs(), {}, std::move(label)),
        whole(std::move(whole)) {}
  /// The aggregation in one phase, over the same rows.
  std::shared_ptr<const WindowAggregateNode> whole;
};

/// The second phase: merges what the first gives, behind the exchange. Where the exchange is none, as with one worker,
/// `whole` runs in the place of both.
struct GlobalWindowAggregateNode final : PhysicalNode {
  GlobalWindowAggregateNode(PhysicalPtr input, std::shared_ptr<const WindowAggregateNode> whole, std::string label)
      : PhysicalNode(Kind::kGlobalWindowAggregate, whole->schema(), {std::move(input)}, {}, std::move(label)),
        whole(std::move(whole)) {}
  std::shared_ptr<const WindowAggregateNode> whole;
};

/// Regular equi-join: both inputs kept by key.
struct JoinNode final : PhysicalNode {
  JoinNode(Schema schema, PhysicalPtr left, PhysicalPtr right, ChangelogMode changelog, std::string label)
      : PhysicalNode(Kind::kJoin, std::move(schema), {std::move(left), std::move(right)}, changelog, std::move(label)) {
  }
  JoinType type = JoinType::kInner;
  std::vector<int> left_keys;  ///< equal length; empty: cross join on one worker
  std::vector<int> right_keys;
  std::vector<bool> null_safe;   ///< per key: IS NOT DISTINCT FROM, NULLs match
  expr::ExpressionPtr residual;  ///< over left ++ right columns; null: none
  /// Emit outer rows once at the end instead of retracting them when a match arrives.
  bool final_only = false;
  /// As long as a row of either input is kept after it was written last; 0: for ever.
  int64_t left_ttl_ms = 0;
  int64_t right_ttl_ms = 0;
};

struct UnionNode final : PhysicalNode {
  UnionNode(Schema schema, std::vector<PhysicalPtr> inputs, ChangelogMode changelog, std::string label)
      : PhysicalNode(Kind::kUnion, std::move(schema), std::move(inputs), changelog, std::move(label)) {}
};

/// ORDER BY / LIMIT on one worker. Sorts when the input ends (batch), by the watermark (streaming, first key is an
/// ascending rowtime), or keeps the first `offset + limit` rows (no keys, or Top-N of a changelog).
struct SortNode final : PhysicalNode {
  enum class Mode { kAtEnd, kByWatermark, kLimitOnly, kTopN };
  SortNode(PhysicalPtr input, ChangelogMode changelog, std::string label)
      : PhysicalNode(Kind::kSort, input->schema(), {input}, changelog, std::move(label)) {}
  Mode mode = Mode::kAtEnd;
  std::vector<SortKey> keys;
  int64_t offset = 0;
  std::optional<int64_t> limit;
  int64_t state_ttl_ms = 0;  ///< kTopN only; as RankNode
};

/// Top-N per partition: rows whose rank lies in [first, last]. schema(): input columns, and perhaps the rank, which is
/// right where `emit_rank` says that it is read, and else the same in every row.
struct RankNode final : PhysicalNode {
  RankNode(Schema schema, PhysicalPtr input, ChangelogMode changelog, std::string label)
      : PhysicalNode(Kind::kRank, std::move(schema), {std::move(input)}, changelog, std::move(label)) {}
  std::vector<int> partition_columns;
  std::vector<SortKey> keys;
  int64_t first = 1;
  int64_t last = 1;
  bool emit_rank = false;
  bool input_retracts = false;
  bool final_only = false;
  /// The first row of each partition by a time attribute, which no later row can replace: insert-only. By event time it
  /// comes when the watermark passes it, by processing time at once.
  bool keeps_first = false;
  int64_t state_ttl_ms = 0;  ///< as long as a partition is kept after it was written last; 0: for ever
};

/// A join or a rank of insert-only inputs that carry their windows, where rows of different windows never meet: each
/// window is joined or ranked on its own, and forgotten when it ends. Insert-only.
struct PerWindowNode final : PhysicalNode {
  /// `each` is what is done with the rows of one window; its final_only is set.
  PerWindowNode(PhysicalPtr each, std::string label)
      : PhysicalNode(Kind::kPerWindow, each->schema(), each->inputs(), {}, std::move(label)), each(each) {}
  PhysicalPtr each;
  /// The columns window_start and window_end of each input.
  struct WindowColumnsOf {
    int start = -1;
    int end = -1;
  };
  std::vector<WindowColumnsOf> windows;
  time::WindowSpec window;
  bool window_is_local = false;  ///< as in WindowAggregateNode
};

struct ExpandNode final : PhysicalNode {
  ExpandNode(Schema schema, PhysicalPtr input, std::vector<std::vector<bool>> kept, std::vector<int64_t> ids,
             std::string label)
      : PhysicalNode(Kind::kExpand, std::move(schema), {input}, input->changelog(), std::move(label)),
        kept(std::move(kept)),
        ids(std::move(ids)) {}
  std::vector<std::vector<bool>> kept;
  std::vector<int64_t> ids;
};

/// As LogicalUnnest.
struct UnnestNode final : PhysicalNode {
  UnnestNode(Schema schema, PhysicalPtr input, expr::ExpressionPtr collection, std::vector<int> kept, std::string label)
      : PhysicalNode(Kind::kUnnest, std::move(schema), {input}, input->changelog(), std::move(label)),
        collection(std::move(collection)),
        kept(std::move(kept)) {}
  expr::ExpressionPtr collection;
  std::vector<int> kept;
  bool padded = false;
  bool with_ordinality = false;
};

/// Makes a full changelog with before-images out of an upsert stream, by key.
struct ChangelogNormalizeNode final : PhysicalNode {
  ChangelogNormalizeNode(PhysicalPtr input, std::vector<int> key_columns, ChangelogMode changelog, std::string label)
      : PhysicalNode(Kind::kChangelogNormalize, input->schema(), {input}, changelog, std::move(label)),
        key_columns(std::move(key_columns)) {}
  std::vector<int> key_columns;
  int64_t state_ttl_ms = 0;  ///< as long as a key's row is kept after it was written last; 0: for ever
};

/// Writes to a table, or collects for a top-level SELECT (`table` null).
struct SinkNode final : PhysicalNode {
  SinkNode(PhysicalPtr input, TablePtr table, std::string label)
      : PhysicalNode(Kind::kSink, input->schema(), {input}, input->changelog(), std::move(label)),
        table(std::move(table)) {}
  TablePtr table;
  bool overwrite = false;
};

/// One job: every INSERT of a statement set, or one SELECT. Nodes may be shared between sinks (a DAG).
struct PhysicalPlan {
  std::vector<PhysicalPtr> sinks;
  /// Every source is bounded: the job ends by itself.
  bool bounded = false;
  bool batch_mode = false;
};

}  // namespace tidemark::plan
