// SPDX-License-Identifier: Apache-2.0
// Window columns for rows that are not aggregated.
#include "exec/window_assign.h"

#include <arrow/api.h>

#include "exec/time_column.h"
#include "exec/window_zone.h"
#include "time/window.h"

namespace tidemark::exec {
namespace {

class WindowAssign final : public Operator {
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
    for (size_t row = 0; row < times.size(); ++row) {
      time::AssignWindows(node_.window, zone_.ToWall(times[row]), &windows);
      rows.resize(windows.size(), static_cast<int32_t>(row));
    }
    const bool one_each = static_cast<int64_t>(rows.size()) == batch.num_rows;
    Batch result = batch;
    if (!one_each) {
      ARROW_ASSIGN_OR_RAISE(result, Take(batch, rows));
    }
    return AddColumns(windows, std::move(result), out);
  }

 private:
  arrow::Status AddColumns(const std::vector<time::Window>& windows, Batch batch, Emitter& out) const {
    std::vector<int64_t> starts;
    std::vector<int64_t> ends;
    std::vector<int64_t> window_times;
    for (const auto& window : windows) {
      starts.push_back(window.start);
      ends.push_back(window.end);
      window_times.push_back(zone_.ToInstant(window.end - 1));
    }
    const size_t first = node_.schema().size() - 3;
    for (const auto* values : {&starts, &ends, &window_times}) {
      const size_t column = first + (values == &starts ? 0 : values == &ends ? 1 : 2);
      arrow::TimestampBuilder builder(node_.schema()[column].type.ToArrow(), arrow::default_memory_pool());
      ARROW_RETURN_NOT_OK(builder.AppendValues(*values));
      ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
      batch.columns.push_back(std::move(array));
    }
    return out.Emit(std::move(batch));
  }

  const plan::WindowAssignNode& node_;
  WindowZone zone_;
};

}  // namespace

arrow::Result<std::unique_ptr<Operator>> MakeWindowAssignOperator(const plan::WindowAssignNode& node) {
  if (node.window.kind == time::WindowKind::kSession) {
    return arrow::Status::NotImplemented("A SESSION window without an aggregation is not supported yet");
  }
  return std::make_unique<WindowAssign>(node);
}

}  // namespace tidemark::exec
