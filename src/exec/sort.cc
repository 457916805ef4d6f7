// SPDX-License-Identifier: Apache-2.0
// The ways to sort and limit.
#include "exec/sort.h"

#include <arrow/api.h>

#include <algorithm>
#include <limits>

#include "columnar/row_chunks.h"
#include "exec/input_distribution.h"
#include "exec/rank.h"
#include "exec/row_limit.h"
#include "exec/sort_by_watermark.h"
#include "exec/state_report.h"
#include "state/state_columns.h"

namespace tidemark::exec {
namespace {

/// Insert-only input: gathers all rows, or with a LIMIT only those that can still be among the first.
class SortAtEnd final : public Operator {
 public:
  explicit SortAtEnd(const plan::SortNode& node)
      : node_(node), columns_(SortColumns(node.keys)), rows_(state::ArrowTypesOf(node.schema())) {
    keys_.offsets = {0};
  }

  arrow::Status Open(const OperatorContext& context) override {
    report_.Open(context);
    return Operator::Open(context);
  }

  arrow::Status Push(int, Batch batch, Emitter&) override { return TakeIn(batch); }

  arrow::Status Save(state::StateWriter& out) const override {
    for (int64_t at = 0; at < rows_.size(); at += context().batch_rows) {
      Batch piece;
      piece.num_rows = std::min(context().batch_rows, rows_.size() - at);
      ARROW_ASSIGN_OR_RAISE(piece.columns, rows_.Range(at, at + piece.num_rows));
      ARROW_RETURN_NOT_OK(out.Write(kRows, piece, OwnerOfRows(*node_.inputs()[0])));
    }
    return arrow::Status::OK();
  }

  arrow::Status Restore(const state::StateReader& in) override {
    ARROW_ASSIGN_OR_RAISE(const auto batches, state::ReadRows(in, kRows, state::ArrowTypesOf(node_.schema()), {}));
    for (const Batch& batch : batches) ARROW_RETURN_NOT_OK(TakeIn(batch));
    return Report();
  }

  /// What comes at the end would be late behind a watermark that had passed it.
  arrow::Status Advance(EventTimeMs /*watermark*/, Emitter& /*out*/) override { return arrow::Status::OK(); }

  arrow::Status Finish(Emitter& out) override {
    const std::vector<int32_t> order = SortedOrder(keys_);
    const int64_t wanted = node_.limit ? RowsWanted(*node_.limit, node_.offset) : rows_.size();
    const int64_t end = std::min(wanted, rows_.size());
    for (int64_t at = node_.offset; at < end; at += context().batch_rows) {
      ARROW_ASSIGN_OR_RAISE(Batch batch, RowsAt(rows_, order, at, std::min(end, at + context().batch_rows)));
      ARROW_RETURN_NOT_OK(out.Emit(std::move(batch)));
    }
    rows_.Clear();
    return report_.Set(0, 0);
  }

 private:
  static constexpr int64_t kPruneRows = 1 << 16;
  static constexpr std::string_view kRows = "rows";

  arrow::Status TakeIn(const Batch& batch) {
    if (rows_.size() + batch.num_rows > std::numeric_limits<int32_t>::max()) {
      return arrow::Status::CapacityError(context().label, ": more than 2147483647 rows to sort on one worker");
    }
    ARROW_RETURN_NOT_OK(EncodeSortKeys(batch, columns_, &batch_keys_));
    ARROW_RETURN_NOT_OK(Hold(batch));
    const int64_t wanted = node_.limit ? RowsWanted(*node_.limit, node_.offset) : rows_.size();
    if ((rows_.size() - kPruneRows) / 2 > wanted) ARROW_RETURN_NOT_OK(Prune(wanted));
    return Report();
  }

  /// Keeps a batch whose keys are in batch_keys_.
  arrow::Status Hold(const Batch& batch) {
    const size_t start = keys_.bytes.size();
    keys_.bytes += batch_keys_.bytes;
    for (size_t row = 1; row < batch_keys_.offsets.size(); ++row)
      keys_.offsets.push_back(start + batch_keys_.offsets[row]);
    return rows_.Append(batch);
  }

  static arrow::Result<Batch> RowsAt(const RowChunks& rows, const std::vector<int32_t>& order, int64_t begin,
                                     int64_t end) {
    Batch batch;
    batch.num_rows = end - begin;
    ARROW_ASSIGN_OR_RAISE(batch.columns, rows.Gather({order.begin() + begin, order.begin() + end}));
    return batch;
  }

  /// Keeps only the `wanted` first rows, in order.
  arrow::Status Prune(int64_t wanted) {
    const std::vector<int32_t> order = SortedOrder(keys_);
    const RowChunks all = std::exchange(rows_, RowChunks(state::ArrowTypesOf(node_.schema())));
    keys_.bytes.clear();
    keys_.offsets = {0};
    for (int64_t at = 0; at < wanted; at += context().batch_rows) {
      ARROW_ASSIGN_OR_RAISE(const Batch batch, RowsAt(all, order, at, std::min(wanted, at + context().batch_rows)));
      ARROW_RETURN_NOT_OK(EncodeSortKeys(batch, columns_, &batch_keys_));
      ARROW_RETURN_NOT_OK(Hold(batch));
    }
    return arrow::Status::OK();
  }

  arrow::Status Report() {
    const auto key_bytes = static_cast<int64_t>(keys_.bytes.capacity() + keys_.offsets.capacity() * sizeof(size_t));
    return report_.Set(rows_.size(), rows_.memory_bytes() + key_bytes);
  }

  const plan::SortNode& node_;
  const std::vector<SortColumn> columns_;
  RowChunks rows_;
  SortKeys keys_;  ///< of all rows
  SortKeys batch_keys_;
  StateReport report_;
};

/// LIMIT without ORDER BY: the first rows that come.
class FirstRows final : public Operator {
 public:
  explicit FirstRows(const plan::SortNode& node) : node_(node) {}

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    const int64_t begin = std::clamp<int64_t>(node_.offset - seen_, 0, batch.num_rows);
    const int64_t left = node_.limit ? RowsWanted(*node_.limit, node_.offset) - seen_ : batch.num_rows;
    const int64_t end = std::clamp<int64_t>(left, 0, batch.num_rows);
    seen_ += batch.num_rows;
    return begin < end ? out.Emit(batch.Slice(begin, end - begin)) : arrow::Status::OK();
  }

  arrow::Status Save(state::StateWriter& out) const override {
    ARROW_ASSIGN_OR_RAISE(auto seen, state::Int64Column({seen_}));
    return out.Write(kSeen, Batch{1, {std::move(seen)}}, state::RowOwner::OneWorker());
  }

  arrow::Status Restore(const state::StateReader& in) override {
    ARROW_ASSIGN_OR_RAISE(const auto batches, state::ReadRows(in, kSeen, {}, {arrow::int64()}));
    for (const Batch& batch : batches) {
      for (int64_t row = 0; row < batch.num_rows; ++row) {
        const int64_t seen = state::Int64Values(batch, 0)[row];
        if (seen < 0 || seen > std::numeric_limits<int64_t>::max() / 2)
          return state::DamagedState(kSeen, "has no number");
        seen_ = std::max(seen_, seen);  // all rows come to one worker
      }
    }
    return arrow::Status::OK();
  }

 private:
  static constexpr std::string_view kSeen = "seen";

  const plan::SortNode& node_;
  int64_t seen_ = 0;
};

/// Updating input, or a result that is kept up to date: the ranks offset + 1 .. offset + limit of one partition.
std::unique_ptr<Operator> MakeRanking(const plan::SortNode& node) {
  RankSpec spec;
  spec.input = node.schema();
  spec.keys = SortColumns(node.keys);
  spec.first = node.offset + 1;
  spec.last = node.limit ? RowsWanted(*node.limit, node.offset) : std::numeric_limits<int64_t>::max();
  spec.input_retracts = !node.inputs()[0]->changelog().insert_only();
  spec.final_only = node.mode != plan::SortNode::Mode::kTopN;
  spec.state_ttl_ms = node.state_ttl_ms;
  spec.owner = OwnerOfRows(*node.inputs()[0]);
  spec.update_before = true;  // the place of a row is no key that a consumer could update by
  return MakeRankOperator(std::move(spec));
}

}  // namespace

std::unique_ptr<Operator> MakeSortOperator(const plan::SortNode& node) {
  using Mode = plan::SortNode::Mode;
  const bool insert_only = node.inputs()[0]->changelog().insert_only();
  if (node.limit && *node.limit == 0) return MakeNoRowsOperator();
  if (node.mode == Mode::kLimitOnly && insert_only) return std::make_unique<FirstRows>(node);
  if (node.mode == Mode::kByWatermark) return MakeSortByWatermarkOperator(*node.inputs()[0], SortColumns(node.keys));
  if (node.mode == Mode::kAtEnd && insert_only) return std::make_unique<SortAtEnd>(node);
  return MakeRanking(node);
}

}  // namespace tidemark::exec
