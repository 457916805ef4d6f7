// SPDX-License-Identifier: Apache-2.0
// A table from open windows to operators, those that end first in front.
#include "exec/per_window.h"

#include <arrow/api.h>

#include <algorithm>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "exec/late_rows.h"
#include "exec/make_operator.h"
#include "exec/time_column.h"
#include "exec/window_zone.h"
#include "state/state_columns.h"

namespace tidemark::exec {
namespace {

class PerWindow final : public Operator {
 public:
  explicit PerWindow(const plan::PerWindowNode& node) : node_(node) {}

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    const DataType time_type = node_.window_is_local ? DataType::TimestampLtz(3) : DataType::Timestamp(3);
    ARROW_ASSIGN_OR_RAISE(zone_, WindowZone::Make(time_type, context.functions->local_time_zone));
    return arrow::Status::OK();
  }

  arrow::Status Push(int input, Batch batch, Emitter& out) override {
    ARROW_RETURN_NOT_OK(Assign(input, batch));
    ARROW_RETURN_NOT_OK(late_.HandOver(batch, context(), input));
    for (OpenWindow* window : touched_) {
      const bool all = static_cast<int64_t>(window->rows.size()) == batch.num_rows;
      Batch rows = batch;
      if (!all) {
        ARROW_ASSIGN_OR_RAISE(rows, Take(batch, window->rows));
      }
      window->rows.clear();
      ARROW_RETURN_NOT_OK(window->op->Push(input, std::move(rows), out));
    }
    touched_.clear();
    Report();
    return arrow::Status::OK();
  }

  arrow::Status Advance(EventTimeMs watermark, Emitter& out) override {
    watermark_ = watermark;
    ARROW_RETURN_NOT_OK(EndUntil(watermark, out));
    return out.EmitWatermark(watermark);
  }

  arrow::Status Finish(Emitter& out) override { return EndUntil(kMaxWatermark, out); }

  /// The tables of all windows' operators, with two more columns that say of which window a row is.
  arrow::Status Save(state::StateWriter& out) const override {
    for (const auto& [key, window] : windows_) {
      state::WithColumnsWriter writer(&out, [&key](int64_t num_rows) -> arrow::Result<arrow::ArrayVector> {
        const auto count = static_cast<size_t>(num_rows);
        ARROW_ASSIGN_OR_RAISE(auto ends, state::Int64Column(std::vector<int64_t>(count, key.first)));
        ARROW_ASSIGN_OR_RAISE(auto starts, state::Int64Column(std::vector<int64_t>(count, key.second)));
        return arrow::ArrayVector{std::move(ends), std::move(starts)};
      });
      ARROW_RETURN_NOT_OK(window->op->Save(writer));
    }
    return arrow::Status::OK();
  }

  arrow::Status Restore(const state::StateReader& in) override {
    watermark_ = in.watermark();
    std::map<WindowKey, WindowState> states;
    for (const std::string& table : in.tables()) {
      ARROW_RETURN_NOT_OK(in.Visit(table, [&](const Batch& rows) { return DivideByWindow(table, rows, &states); }));
    }
    for (const auto& [key, state] : states) {
      ARROW_ASSIGN_OR_RAISE(OpenWindow * window, WindowOf(key));
      ARROW_RETURN_NOT_OK(window->op->Restore(state));
    }
    Report();
    return arrow::Status::OK();
  }

 private:
  /// What is restored to the operator of one window. It has seen no watermark.
  class WindowState final : public state::StateReader {
   public:
    void Add(const std::string& table, Batch rows) { tables_[table].push_back(std::move(rows)); }
    std::vector<std::string> tables() const override {
      std::vector<std::string> names;
      for (const auto& [name, batches] : tables_) names.push_back(name);
      return names;
    }
    arrow::Status Visit(std::string_view table, const state::RowVisitor& visit) const override {
      const auto found = tables_.find(table);
      if (found == tables_.end()) return arrow::Status::OK();
      for (const Batch& rows : found->second) ARROW_RETURN_NOT_OK(visit(rows));
      return arrow::Status::OK();
    }
    EventTimeMs watermark() const override { return kMinWatermark; }

   private:
    std::map<std::string, std::vector<Batch>, std::less<>> tables_;
  };

  /// End, then start.
  using WindowKey = std::pair<EventTimeMs, EventTimeMs>;

  /// Hands the rows of a saved table to their windows, without the last two columns.
  static arrow::Status DivideByWindow(const std::string& table, const Batch& rows,
                                      std::map<WindowKey, WindowState>* states) {
    ARROW_RETURN_NOT_OK(state::CheckFacts(table, rows, {arrow::int64(), arrow::int64()}));
    const size_t num_columns = rows.columns.size() - 2;
    const int64_t* ends = state::Int64Values(rows, num_columns);
    const int64_t* starts = state::Int64Values(rows, num_columns + 1);
    Batch plain = rows;
    plain.columns.resize(num_columns);
    for (int64_t begin = 0, end = 0; begin < rows.num_rows; begin = end) {
      while (end < rows.num_rows && ends[end] == ends[begin] && starts[end] == starts[begin]) ++end;
      (*states)[{ends[begin], starts[begin]}].Add(table, plain.Slice(begin, end - begin));
    }
    return arrow::Status::OK();
  }

  struct OpenWindow {
    OperatorMetrics metrics;
    OperatorContext context;
    std::unique_ptr<Operator> op;
    std::vector<int32_t> rows;  ///< of the batch under way
  };

  /// The watermark that completes the window ending at `end`.
  EventTimeMs CompletedBy(EventTimeMs end) const { return zone_.ToTimer(end - 1); }

  arrow::Status Assign(int input, const Batch& batch) {
    ARROW_ASSIGN_OR_RAISE(const auto starts, ReadTimes(*batch.columns[node_.windows[input].start], context().label));
    ARROW_ASSIGN_OR_RAISE(const auto ends, ReadTimes(*batch.columns[node_.windows[input].end], context().label));
    OpenWindow* window = nullptr;
    WindowKey key;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      const EventTimeMs watermark = std::max(batch.watermark_before(row), watermark_);
      if (watermark >= CompletedBy(ends[row])) {
        late_.Add(static_cast<int32_t>(row), watermark, {starts[row], ends[row]});
        continue;
      }
      if (window == nullptr || key != WindowKey{ends[row], starts[row]}) {
        key = {ends[row], starts[row]};
        ARROW_ASSIGN_OR_RAISE(window, WindowOf(key));
      }
      if (window->rows.empty()) touched_.push_back(window);
      window->rows.push_back(static_cast<int32_t>(row));
    }
    return arrow::Status::OK();
  }

  arrow::Result<OpenWindow*> WindowOf(const WindowKey& key) {
    std::unique_ptr<OpenWindow>& window = windows_[key];
    if (!window) {
      window = std::make_unique<OpenWindow>();
      window->context = context();
      window->context.checkpointed = false;        // saved whole (see Save)
      window->context.spill = nullptr;             // windows come and go; all have the number of this operator
      window->context.metrics = &window->metrics;  // the memory budget is the job's, so its limit holds here too
      ARROW_ASSIGN_OR_RAISE(window->op, MakeOperator(*node_.each));
      ARROW_RETURN_NOT_OK(window->op->Open(window->context));
    }
    return window.get();
  }

  arrow::Status EndUntil(EventTimeMs watermark, Emitter& out) {
    while (!windows_.empty()) {
      const auto first = windows_.begin();
      if (watermark != kMaxWatermark && watermark < CompletedBy(first->first.first)) break;
      ARROW_RETURN_NOT_OK(first->second->op->Finish(out));
      windows_.erase(first);
    }
    Report();
    return arrow::Status::OK();
  }

  void Report() {
    int64_t rows = 0;
    int64_t bytes = 0;
    for (const auto& [key, window] : windows_) {
      rows += window->metrics.state_rows.load(std::memory_order_relaxed);
      bytes += window->metrics.state_bytes.load(std::memory_order_relaxed);
    }
    context().metrics->state_rows.store(rows, std::memory_order_relaxed);
    context().metrics->state_bytes.store(bytes, std::memory_order_relaxed);
  }

  const plan::PerWindowNode& node_;
  WindowZone zone_;
  std::map<WindowKey, std::unique_ptr<OpenWindow>> windows_;  ///< those that end first come first
  std::vector<OpenWindow*> touched_;                          ///< windows with rows of the batch under way
  LateRowCollector late_;
  EventTimeMs watermark_ = kMinWatermark;
};

}  // namespace

std::unique_ptr<Operator> MakePerWindowOperator(const plan::PerWindowNode& node) {
  return std::make_unique<PerWindow>(node);
}

}  // namespace tidemark::exec
