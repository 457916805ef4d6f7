// SPDX-License-Identifier: Apache-2.0
// Small operators for tests of the runtime, and the check that they are called as promised.
#include <arrow/api.h>

#include <map>
#include <utility>

#include "runtime/runtime_testing.h"
#include "time/window.h"

namespace tidemark::runtime {
namespace {

int64_t Int64At(const arrow::Array& column, int64_t row) {
  return column.data()->GetValues<int64_t>(1)[row];  // a timestamp's too
}

/// Rows of BIGINT columns, the first of them a time where asked.
class RowsBuilder {
 public:
  explicit RowsBuilder(size_t columns) : columns_(columns) {}
  void Add(std::initializer_list<int64_t> row) {
    size_t column = 0;
    for (int64_t value : row) columns_[column++].push_back(value);
  }
  int64_t num_rows() const { return static_cast<int64_t>(columns_[0].size()); }
  arrow::Result<Batch> Finish() {
    Batch batch;
    batch.num_rows = num_rows();
    for (auto& values : columns_) {
      arrow::Int64Builder builder;
      ARROW_RETURN_NOT_OK(builder.AppendValues(values));
      batch.columns.emplace_back();
      ARROW_RETURN_NOT_OK(builder.Finish(&batch.columns.back()));
      values.clear();
    }
    return batch;
  }

 private:
  std::vector<std::vector<int64_t>> columns_;
};

struct Sums {
  int64_t rows = 0;
  int64_t total = 0;
};

class PassOn : public exec::Operator {
 public:
  arrow::Status Push(int /*input*/, Batch batch, exec::Emitter& out) override { return out.Emit(std::move(batch)); }
};

class Repeat final : public exec::Operator {
 public:
  explicit Repeat(int copies) : copies_(copies) {}
  arrow::Status Push(int /*input*/, Batch batch, exec::Emitter& out) override {
    for (int i = 0; i < copies_; ++i) ARROW_RETURN_NOT_OK(out.Emit(batch));
    return arrow::Status::OK();
  }

 private:
  int copies_;
};

class TumblingSums final : public exec::Operator {
 public:
  TumblingSums(int64_t size_ms, bool tolerant) : size_ms_(size_ms), tolerant_(tolerant) {}

  arrow::Status Push(int /*input*/, Batch batch, exec::Emitter& /*out*/) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const EventTimeMs end = time::WindowStart(Int64At(*batch.columns[0], row), 0, size_ms_) + size_ms_;
      if (time::WindowIsComplete(end, batch.watermark_before(row))) {
        context().metrics->late_rows_dropped.fetch_add(1);
        continue;
      }
      if (time::WindowIsComplete(end, watermark_) && !tolerant_) {
        return arrow::Status::Invalid("A row of the window ending at ", end, " came on time, but the watermark is ",
                                      watermark_);
      }
      Sums& sums = windows_[{end, Int64At(*batch.columns[2], row)}];
      ++sums.rows;
      sums.total += Int64At(*batch.columns[3], row);
    }
    return arrow::Status::OK();
  }

  arrow::Status Advance(EventTimeMs watermark, exec::Emitter& out) override {
    watermark_ = watermark;
    ARROW_RETURN_NOT_OK(EmitUntil(watermark, out));
    return out.EmitWatermark(watermark);
  }
  arrow::Status Finish(exec::Emitter& out) override { return EmitUntil(kMaxWatermark, out); }

 private:
  arrow::Status EmitUntil(EventTimeMs watermark, exec::Emitter& out) {
    RowsBuilder rows(4);
    while (!windows_.empty() && time::WindowIsComplete(windows_.begin()->first.first, watermark)) {
      const auto& [key, sums] = *windows_.begin();
      rows.Add({key.first, key.second, sums.rows, sums.total});
      windows_.erase(windows_.begin());
      if (rows.num_rows() < context().batch_rows) continue;
      ARROW_ASSIGN_OR_RAISE(Batch batch, rows.Finish());
      ARROW_RETURN_NOT_OK(out.Emit(std::move(batch)));
    }
    if (rows.num_rows() == 0) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(Batch batch, rows.Finish());
    return out.Emit(std::move(batch));
  }

  const int64_t size_ms_;
  const bool tolerant_;
  EventTimeMs watermark_ = kMinWatermark;
  std::map<std::pair<EventTimeMs, int64_t>, Sums> windows_;
};

class Totals final : public exec::Operator {
 public:
  Totals(int key_column, int value_column) : key_column_(key_column), value_column_(value_column) {}

  arrow::Status Open(const exec::OperatorContext& context) override {
    memory_ = MemoryReservation(context.memory, context.label);
    return Operator::Open(context);
  }
  arrow::Status Push(int /*input*/, Batch batch, exec::Emitter& /*out*/) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      Sums& sums = keys_[Int64At(*batch.columns[key_column_], row)];
      ++sums.rows;
      sums.total += Int64At(*batch.columns[value_column_], row);
    }
    context().metrics->state_rows.store(static_cast<int64_t>(keys_.size()));
    context().metrics->state_bytes.store(static_cast<int64_t>(keys_.size()) * 64);
    return memory_.Set(static_cast<int64_t>(keys_.size()) * 64);
  }
  arrow::Status Finish(exec::Emitter& out) override {
    RowsBuilder rows(3);
    for (const auto& [key, sums] : keys_) rows.Add({key, sums.rows, sums.total});
    ARROW_ASSIGN_OR_RAISE(Batch batch, rows.Finish());
    return out.Emit(std::move(batch));
  }

 private:
  const int key_column_;
  const int value_column_;
  MemoryReservation memory_;
  std::map<int64_t, Sums> keys_;
};

/// Fails when the wrapped operator is called in another order than its interface says.
class CheckedOperator final : public exec::Operator {
 public:
  CheckedOperator(std::unique_ptr<exec::Operator> inner, FakeComponents* counts)
      : inner_(std::move(inner)), counts_(counts) {}

  arrow::Status Open(const exec::OperatorContext& context) override {
    opened_ = true;
    return inner_->Open(context);
  }
  arrow::Status Push(int input, Batch batch, exec::Emitter& out) override {
    ARROW_RETURN_NOT_OK(CheckLive("Push"));
    if (ended_inputs_[input]) return arrow::Status::Invalid("Push after the end of input ", input);
    if (batch.num_rows == 0) return arrow::Status::Invalid("Push of an empty batch");
    return inner_->Push(input, std::move(batch), out);
  }
  arrow::Status Advance(EventTimeMs watermark, exec::Emitter& out) override {
    ARROW_RETURN_NOT_OK(CheckLive("Advance"));
    if (watermark <= watermark_ || watermark == kMaxWatermark) {
      return arrow::Status::Invalid("Advance to ", watermark, " from ", watermark_);
    }
    watermark_ = watermark;
    return inner_->Advance(watermark, out);
  }
  arrow::Status Tick(exec::Emitter& out) override {
    ARROW_RETURN_NOT_OK(CheckLive("Tick"));
    return inner_->Tick(out);
  }
  arrow::Status FinishInput(int input, exec::Emitter& out) override {
    ARROW_RETURN_NOT_OK(CheckLive("FinishInput"));
    if (ended_inputs_[input]) return arrow::Status::Invalid("A second end of input ", input);
    ended_inputs_[input] = true;
    ++counts_->finished_inputs;
    return inner_->FinishInput(input, out);
  }
  arrow::Status Finish(exec::Emitter& out) override {
    ARROW_RETURN_NOT_OK(CheckLive("Finish"));
    finished_ = true;
    ++counts_->finished_operators;
    return inner_->Finish(out);
  }

 private:
  arrow::Status CheckLive(const char* call) const {
    if (opened_ && !finished_) return arrow::Status::OK();
    return arrow::Status::Invalid(call, opened_ ? " after Finish" : " before Open");
  }

  std::unique_ptr<exec::Operator> inner_;
  FakeComponents* counts_;
  bool opened_ = false;
  bool finished_ = false;
  EventTimeMs watermark_ = kMinWatermark;
  std::map<int, bool> ended_inputs_;
};

}  // namespace

arrow::Result<std::unique_ptr<exec::Operator>> FakeComponents::MakeOperator(const plan::PhysicalNode& node) {
  std::unique_ptr<exec::Operator> inner;
  switch (node.kind()) {
    case plan::PhysicalNode::Kind::kWindowAggregate: {
      const auto& windows = static_cast<const plan::WindowAggregateNode&>(node);
      inner = std::make_unique<TumblingSums>(windows.window.size_ms, tolerant_windows);
      break;
    }
    case plan::PhysicalNode::Kind::kGroupAggregate: {
      const auto& totals = static_cast<const plan::GroupAggregateNode&>(node);
      inner = std::make_unique<Totals>(totals.group_columns[0], totals.group_columns[1]);
      break;
    }
    case plan::PhysicalNode::Kind::kExpand:
      inner = std::make_unique<Repeat>(expand_copies);
      break;
    default:
      inner = std::make_unique<PassOn>();
  }
  return std::make_unique<CheckedOperator>(std::move(inner), this);
}

}  // namespace tidemark::runtime
