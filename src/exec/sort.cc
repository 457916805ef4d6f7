// SPDX-License-Identifier: Apache-2.0
// The four ways to sort and limit.
#include "exec/sort.h"

#include <arrow/api.h>

#include <algorithm>
#include <numeric>

#include "exec/changelog_builder.h"
#include "exec/ordered_rows.h"
#include "exec/time_column.h"

namespace tidemark::exec {
namespace {

/// Emits rows [begin, end) of `order` in batches of the usual size.
arrow::Status EmitInOrder(const Batch& rows, const std::vector<int32_t>& order, int64_t batch_rows, Emitter& out) {
  for (size_t begin = 0; begin < order.size(); begin += batch_rows) {
    const size_t end = std::min<size_t>(order.size(), begin + batch_rows);
    ARROW_ASSIGN_OR_RAISE(Batch batch, Take(rows, {order.begin() + begin, order.begin() + end}));
    ARROW_RETURN_NOT_OK(out.Emit(std::move(batch)));
  }
  return arrow::Status::OK();
}

arrow::Result<std::vector<int32_t>> SortedOrder(const Batch& rows, const std::vector<SortColumn>& columns) {
  ARROW_ASSIGN_OR_RAISE(const SortKeys keys, EncodeSortKeys(rows, columns));
  std::vector<int32_t> order(rows.num_rows);
  std::iota(order.begin(), order.end(), 0);
  std::stable_sort(order.begin(), order.end(), [&](int32_t a, int32_t b) { return keys.key(a) < keys.key(b); });
  return order;
}

int64_t BytesOf(const Batch& batch) {
  int64_t bytes = 0;
  for (const auto& column : batch.columns) {
    for (const auto& buffer : column->data()->buffers) bytes += buffer ? buffer->size() : 0;
  }
  return bytes;
}

/// What the sorting operators share: the node, and the bytes they hold.
class SortBase : public Operator {
 public:
  explicit SortBase(const plan::SortNode& node) : node_(node), columns_(SortColumns(node.keys)) {}

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    memory_ = MemoryReservation(context.memory, context.label);
    return arrow::Status::OK();
  }

 protected:
  arrow::Status Report(int64_t rows, int64_t bytes) {
    if (context().metrics != nullptr) {
      context().metrics->state_rows.store(rows, std::memory_order_relaxed);
      context().metrics->state_bytes.store(bytes, std::memory_order_relaxed);
    }
    return memory_.Set(bytes);
  }

  /// Of a sorted sequence: without OFFSET's rows, at most LIMIT's.
  template <typename Rows>
  Rows Cut(Rows rows) const {
    const auto skip = std::min<int64_t>(node_.offset, static_cast<int64_t>(rows.size()));
    rows.erase(rows.begin(), rows.begin() + skip);
    if (node_.limit && static_cast<int64_t>(rows.size()) > *node_.limit) rows.resize(*node_.limit);
    return rows;
  }

  const plan::SortNode& node_;
  const std::vector<SortColumn> columns_;

 private:
  MemoryReservation memory_;
};

/// Insert-only input: gathers all rows, or with a LIMIT only those that can still be among the first.
class SortAtEnd final : public SortBase {
 public:
  using SortBase::SortBase;

  arrow::Status Push(int, Batch batch, Emitter&) override {
    rows_ += batch.num_rows;
    bytes_ += BytesOf(batch);
    held_.push_back(std::move(batch));
    if (node_.limit && rows_ > kPruneFactor * (node_.offset + *node_.limit) + kPruneRows) ARROW_RETURN_NOT_OK(Prune());
    return Report(rows_, bytes_);
  }

  arrow::Status Finish(Emitter& out) override {
    if (held_.empty()) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(const Batch all, Concatenate(std::exchange(held_, {})));
    ARROW_ASSIGN_OR_RAISE(auto order, SortedOrder(all, columns_));
    ARROW_RETURN_NOT_OK(EmitInOrder(all, Cut(std::move(order)), context().batch_rows, out));
    return Report(0, 0);
  }

 private:
  static constexpr int64_t kPruneFactor = 2;
  static constexpr int64_t kPruneRows = 1 << 16;

  arrow::Status Prune() {
    ARROW_ASSIGN_OR_RAISE(const Batch all, Concatenate(std::exchange(held_, {})));
    ARROW_ASSIGN_OR_RAISE(auto order, SortedOrder(all, columns_));
    order.resize(node_.offset + *node_.limit);
    ARROW_ASSIGN_OR_RAISE(Batch first, Take(all, order));
    rows_ = first.num_rows;
    bytes_ = BytesOf(first);
    held_.push_back(std::move(first));
    return arrow::Status::OK();
  }

  std::vector<Batch> held_;
  int64_t rows_ = 0;
  int64_t bytes_ = 0;
};

/// A changelog whose rows may be taken back: kept in order, so that each is found again. Ties are ordered by the row's
/// bytes, which makes a removal a look-up. Emits the difference after each batch (Top-N), or everything at the end.
class SortChangelog final : public SortBase {
 public:
  explicit SortChangelog(const plan::SortNode& node)
      : SortBase(node), store_(node.schema()), only_at_end_(node.mode != plan::SortNode::Mode::kTopN) {}

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    ARROW_ASSIGN_OR_RAISE(const SortKeys keys, EncodeSortKeys(batch, columns_));
    ARROW_ASSIGN_OR_RAISE(const auto rows, store_.Encode(batch));
    std::string key;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      key.assign(keys.key(row)).append(rows[row]);
      if (IsAddition(batch.kind(row))) rows_.Insert(key, rows[row]);
      else rows_.Remove(key, rows[row]);
    }
    if (!only_at_end_) ARROW_RETURN_NOT_OK(EmitDifference(out));
    return Report(rows_.size(), rows_.memory_bytes());
  }

  arrow::Status Finish(Emitter& out) override {
    if (!only_at_end_) return arrow::Status::OK();
    const auto rows = First();
    for (size_t begin = 0; begin < rows.size(); begin += context().batch_rows) {
      const size_t end = std::min<size_t>(rows.size(), begin + context().batch_rows);
      ARROW_ASSIGN_OR_RAISE(Batch batch, store_.Decode({rows.begin() + begin, rows.begin() + end}));
      ARROW_RETURN_NOT_OK(out.Emit(std::move(batch)));
    }
    return arrow::Status::OK();
  }

 private:
  std::vector<const RowBytes*> First() {
    std::vector<const RowBytes*> first;
    const int64_t wanted = node_.limit ? node_.offset + *node_.limit : rows_.size();
    for (auto it = rows_.rows().begin(); it != rows_.rows().end() && static_cast<int64_t>(first.size()) < wanted; ++it) {
      first.push_back(&it->second);
    }
    return Cut(std::move(first));
  }

  arrow::Status EmitDifference(Emitter& out) {
    std::vector<RowBytes> now;
    for (const auto* row : First()) now.push_back(*row);
    ChangelogRows changes;
    DiffRows(emitted_, now, &changes);
    emitted_ = std::move(now);
    return changes.Emit(store_, context().batch_rows, out);
  }

  RowStore store_;
  const bool only_at_end_;
  OrderedRows rows_;
  std::vector<RowBytes> emitted_;
};

/// Streaming ORDER BY rowtime: what lies at or before the watermark is complete.
class SortByWatermark final : public SortBase {
 public:
  using SortBase::SortBase;

  arrow::Status Push(int, Batch batch, Emitter&) override {
    ARROW_ASSIGN_OR_RAISE(const auto times, ReadTimes(*batch.columns[columns_[0].column], context().label));
    std::vector<int32_t> on_time;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (times[row] > std::max(batch.watermark_before(row), watermark_)) on_time.push_back(static_cast<int32_t>(row));
    }
    const auto late = batch.num_rows - static_cast<int64_t>(on_time.size());
    if (late > 0) {
      if (context().metrics != nullptr) context().metrics->late_rows_dropped.fetch_add(late, std::memory_order_relaxed);
      ARROW_ASSIGN_OR_RAISE(batch, Take(batch, on_time));
    }
    batch.row_watermarks = nullptr;
    if (batch.num_rows > 0) held_.push_back(std::move(batch));
    return ReportHeld();
  }

  arrow::Status Advance(EventTimeMs watermark, Emitter& out) override {
    watermark_ = watermark;
    ARROW_RETURN_NOT_OK(EmitUntil(watermark, out));
    return out.EmitWatermark(watermark);
  }

  arrow::Status Finish(Emitter& out) override { return EmitUntil(kMaxWatermark, out); }

 private:
  arrow::Status EmitUntil(EventTimeMs watermark, Emitter& out) {
    if (held_.empty()) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(const Batch all, Concatenate(std::exchange(held_, {})));
    ARROW_ASSIGN_OR_RAISE(const auto times, ReadTimes(*all.columns[columns_[0].column], context().label));
    ARROW_ASSIGN_OR_RAISE(auto order, SortedOrder(all, columns_));
    const auto ready = std::find_if(order.begin(), order.end(), [&](int32_t row) { return times[row] > watermark; });
    std::vector<int32_t> waiting(ready, order.end());
    std::sort(waiting.begin(), waiting.end());  // arrival order, which decides ties later
    if (!waiting.empty()) {
      ARROW_ASSIGN_OR_RAISE(Batch rest, Take(all, waiting));
      held_.push_back(std::move(rest));
    }
    order.erase(ready, order.end());
    ARROW_RETURN_NOT_OK(EmitInOrder(all, order, context().batch_rows, out));
    return ReportHeld();
  }

  arrow::Status ReportHeld() {
    int64_t rows = 0;
    int64_t bytes = 0;
    for (const auto& batch : held_) {
      rows += batch.num_rows;
      bytes += BytesOf(batch);
    }
    return Report(rows, bytes);
  }

  std::vector<Batch> held_;
  EventTimeMs watermark_ = kMinWatermark;
};

/// LIMIT without ORDER BY: the first rows that come.
class LimitRows final : public SortBase {
 public:
  using SortBase::SortBase;

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    const int64_t begin = std::clamp<int64_t>(node_.offset - seen_, 0, batch.num_rows);
    const int64_t left = node_.limit ? node_.offset + *node_.limit - seen_ : batch.num_rows;
    const int64_t end = std::clamp<int64_t>(left, 0, batch.num_rows);
    seen_ += batch.num_rows;
    return begin < end ? out.Emit(batch.Slice(begin, end - begin)) : arrow::Status::OK();
  }

 private:
  int64_t seen_ = 0;
};

}  // namespace

std::unique_ptr<Operator> MakeSortOperator(const plan::SortNode& node) {
  switch (node.mode) {
    case plan::SortNode::Mode::kLimitOnly: return std::make_unique<LimitRows>(node);
    case plan::SortNode::Mode::kByWatermark: return std::make_unique<SortByWatermark>(node);
    case plan::SortNode::Mode::kTopN: return std::make_unique<SortChangelog>(node);
    case plan::SortNode::Mode::kAtEnd: break;
  }
  if (node.inputs()[0]->changelog().insert_only()) return std::make_unique<SortAtEnd>(node);
  return std::make_unique<SortChangelog>(node);
}

}  // namespace tidemark::exec
