// SPDX-License-Identifier: Apache-2.0
// Rows of a late table.
#include "runtime/late_rows.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/type.h>

#include <string>
#include <utility>

#include "formats/format.h"
#include "runtime/side_table.h"

namespace tidemark::runtime {
namespace {

/// Positions in LateRowSchema().
enum LateColumn { kOperatorName, kReason, kRowJson, kRowKind, kLateWatermark, kWindowEnd, kSeenAt };

arrow::Result<std::shared_ptr<arrow::Array>> Times(const std::vector<EventTimeMs>& times,
                                                   const std::shared_ptr<arrow::DataType>& type) {
  arrow::TimestampBuilder builder(type, arrow::default_memory_pool());
  for (EventTimeMs time : times) {
    ARROW_RETURN_NOT_OK(time == kMinWatermark ? builder.AppendNull() : builder.Append(time));
  }
  return builder.Finish();
}

arrow::Result<std::shared_ptr<arrow::Array>> Strings(const std::vector<std::string>& values) {
  arrow::StringBuilder builder;
  ARROW_RETURN_NOT_OK(builder.AppendValues(values));
  return builder.Finish();
}

class LateRowWriter final : public exec::LateRowSink {
 public:
  LateRowWriter(std::string label, std::vector<int> columns, std::unique_ptr<formats::Encoder> encoder,
                connectors::Sink* sink, Clock* clock)
      : label_(std::move(label)),
        columns_(std::move(columns)),
        encoder_(std::move(encoder)),
        sink_(sink),
        clock_(clock) {}

  arrow::Status Add(const exec::LateRows& late) override {
    Batch batch;
    batch.num_rows = late.rows.num_rows;
    for (int column : columns_) {
      ARROW_ASSIGN_OR_RAISE(auto values, Column(static_cast<LateColumn>(column), late));
      batch.columns.push_back(std::move(values));
    }
    return sink_->Write(batch);
  }

 private:
  arrow::Result<std::shared_ptr<arrow::Array>> Column(LateColumn column, const exec::LateRows& late) {
    const auto num_rows = static_cast<size_t>(late.rows.num_rows);
    const auto type = LateRowSchema()[column].type.ToArrow();
    switch (column) {
      case kOperatorName:
        return Strings(std::vector<std::string>(num_rows, label_));
      case kReason: {
        return Strings(std::vector<std::string>(num_rows, "the watermark had passed the row's window when it arrived"));
      }
      case kRowJson: {
        Batch rows = late.rows;
        rows.row_kinds = nullptr;  // a column of its own
        std::vector<std::string> texts;
        ARROW_RETURN_NOT_OK(encoder_->EncodeMessages(rows, &texts));
        return Strings(texts);
      }
      case kRowKind: {
        std::vector<std::string> kinds;
        for (int64_t row = 0; row < late.rows.num_rows; ++row) kinds.push_back(RowKindName(late.rows.kind(row)));
        return Strings(kinds);
      }
      case kLateWatermark:
        return Times(late.watermarks, type);
      case kWindowEnd: {
        auto ends = late.window_ends;
        ends.resize(num_rows, kMinWatermark);
        return Times(ends, type);
      }
      case kSeenAt:
        return Times(std::vector<EventTimeMs>(num_rows, clock_->NowMicros() / 1000), type);
    }
    return arrow::Status::UnknownError("no such column of a late table");
  }

  const std::string label_;
  const std::vector<int> columns_;  // positions in LateRowSchema(), in the table's order
  std::unique_ptr<formats::Encoder> encoder_;
  connectors::Sink* sink_;
  Clock* clock_;
};

}  // namespace

const Schema& LateRowSchema() {
  static const Schema schema = {
      {"operator_name", DataType::String()},      {"reason", DataType::String()},
      {"row_json", DataType::String()},           {"row_kind", DataType::String()},
      {"late_watermark", DataType::Timestamp(3)}, {"window_end", DataType::Timestamp(3)},
      {"seen_at", DataType::TimestampLtz(3)},
  };
  return schema;
}

arrow::Result<std::unique_ptr<exec::LateRowSink>> MakeLateRowWriter(const plan::PhysicalNode& node,
                                                                    const plan::SinkNode& sink_node,
                                                                    connectors::Sink* sink,
                                                                    const expr::FunctionContext* functions,
                                                                    Clock* clock) {
  const formats::Format* json = formats::FindFormat("json");
  if (json == nullptr) return arrow::Status::UnknownError("format 'json' is missing");
  ARROW_ASSIGN_OR_RAISE(auto encoder, json->make_encoder({}, node.inputs()[0]->schema(), functions->local_time_zone));
  return std::make_unique<LateRowWriter>(node.label(), KnownColumns(sink_node, LateRowSchema()), std::move(encoder),
                                         sink, clock);
}

}  // namespace tidemark::runtime
