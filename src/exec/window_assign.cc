// SPDX-License-Identifier: Apache-2.0
// Window columns for rows that are not aggregated.
#include "exec/window_assign.h"

#include <arrow/api.h>

#include "exec/time_column.h"
#include "exec/window_zone.h"
#include "time/window.h"

namespace tidemark::exec {
namespace {

class WindowAssign final : public StatelessOperator {
 public:
  explicit WindowAssign(const plan::WindowAssignNode& node) : node_(node) {}

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    const DataType& time_type = node_.inputs()[0]->schema()[node_.time_column].type;
    ARROW_ASSIGN_OR_RAISE(zone_, WindowZone::Make(time_type, context.functions->local_time_zone));
    return arrow::Status::OK();
  }

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    ARROW_ASSIGN_OR_RAISE(const auto times, ReadTimes(*batch.columns[node_.time_column], context().label));
    std::vector<time::Window> windows;
    std::vector<int32_t> rows;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      time::AssignWindows(node_.window, zone_.ToWall(times[row]), &windows);
      rows.resize(windows.size(), static_cast<int32_t>(row));
      const bool full = static_cast<int64_t>(rows.size()) >= context().batch_rows;
      if (!full && row + 1 < batch.num_rows) continue;
      ARROW_RETURN_NOT_OK(EmitRows(batch, rows, windows, out));
      windows.clear();
      rows.clear();
    }
    return arrow::Status::OK();
  }

 private:
  /// Emits rows of the batch, each with its window.
  arrow::Status EmitRows(const Batch& batch, const std::vector<int32_t>& rows, const std::vector<time::Window>& windows,
                         Emitter& out) const {
    if (rows.empty()) return arrow::Status::OK();
    bool all = static_cast<int64_t>(rows.size()) == batch.num_rows;
    for (size_t i = 0; all && i < rows.size(); ++i) all = rows[i] == static_cast<int32_t>(i);
    Batch result = batch;
    if (!all) {
      ARROW_ASSIGN_OR_RAISE(result, Take(batch, rows));
    }
    std::vector<int64_t> starts;
    std::vector<int64_t> ends;
    std::vector<int64_t> times;
    for (const auto& window : windows) {
      starts.push_back(window.start);
      ends.push_back(window.end);
      times.push_back(zone_.ToInstant(window.end - 1));
    }
    for (const auto& values : {starts, ends, times}) {
      const DataType& type = node_.schema()[result.columns.size()].type;
      arrow::TimestampBuilder builder(type.ToArrow(), arrow::default_memory_pool());
      ARROW_RETURN_NOT_OK(builder.AppendValues(values));
      ARROW_ASSIGN_OR_RAISE(auto column, builder.Finish());
      result.columns.push_back(std::move(column));
    }
    return out.Emit(std::move(result));
  }

  const plan::WindowAssignNode& node_;
  WindowZone zone_;
};

}  // namespace

arrow::Result<std::unique_ptr<Operator>> MakeWindowAssignOperator(const plan::WindowAssignNode& node) {
  if (node.window.kind == time::WindowKind::kSession) {
    return arrow::Status::NotImplemented("A SESSION window without an aggregation is not supported yet");
  }
  ARROW_RETURN_NOT_OK(time::CheckWindowSpec(node.window));
  return std::make_unique<WindowAssign>(node);
}

}  // namespace tidemark::exec
