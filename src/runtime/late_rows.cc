// SPDX-License-Identifier: Apache-2.0
// Rows of a late table.
#include "runtime/late_rows.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/type.h>

#include <algorithm>
#include <string>
#include <utility>

#include "formats/format.h"
#include "runtime/side_table.h"

namespace tidemark::runtime {
namespace {

/// Positions in LateRowSchema().
enum LateColumn {
  kOperatorName,
  kReason,
  kRowJson,
  kRowKind,
  kLateWatermark,
  kWindowStart,
  kWindowEnd,
  kSourceTable,
  kSourceSplit,
  kSourcePosition,
  kSeenAt
};

const char* ReasonText(exec::LateRows::Reason reason) {
  switch (reason) {
    case exec::LateRows::Reason::kWindow:
      return "the watermark had passed the row's window when it arrived";
    case exec::LateRows::Reason::kInstant:
      return "the watermark had passed the row's time when it arrived, and rows behind it were given already";
  }
  return "";
}

using ArrayResult = arrow::Result<std::shared_ptr<arrow::Array>>;

ArrayResult Times(const std::vector<EventTimeMs>& times, const std::shared_ptr<arrow::DataType>& type) {
  arrow::TimestampBuilder builder(type, arrow::default_memory_pool());
  for (EventTimeMs time : times) {
    ARROW_RETURN_NOT_OK(time == kMinWatermark ? builder.AppendNull() : builder.Append(time));
  }
  return builder.Finish();
}

ArrayResult Strings(const std::vector<std::string>& values) {
  arrow::StringBuilder builder;
  ARROW_RETURN_NOT_OK(builder.AppendValues(values));
  return builder.Finish();
}

class LateRowWriter final : public exec::LateRowSink {
 public:
  LateRowWriter(LateRowWriterOptions options, std::vector<std::unique_ptr<formats::Encoder>> encoders)
      : options_(std::move(options)),
        columns_(KnownColumns(*options_.sink_node, LateRowSchema())),
        encoders_(std::move(encoders)) {}

  arrow::Status Add(const exec::LateRows& late) override {
    Batch batch;
    batch.num_rows = late.rows.num_rows;
    for (int column : columns_) {
      ARROW_ASSIGN_OR_RAISE(auto values, Column(static_cast<LateColumn>(column), late));
      batch.columns.push_back(std::move(values));
    }
    return options_.sink->Write(batch);
  }

 private:
  ArrayResult Column(LateColumn column, const exec::LateRows& late) {
    const auto num_rows = static_cast<size_t>(late.rows.num_rows);
    const auto type = LateRowSchema()[column].type.ToArrow();
    switch (column) {
      case kOperatorName:
        return Strings(std::vector<std::string>(num_rows, options_.node->label()));
      case kReason:
        return Strings(std::vector<std::string>(num_rows, ReasonText(late.reason)));
      case kRowJson: {
        Batch rows = late.rows;
        rows.row_kinds = nullptr;  // a column of its own
        std::vector<std::string> texts;
        ARROW_RETURN_NOT_OK(encoders_[late.input]->EncodeMessages(rows, &texts));
        return Strings(texts);
      }
      case kRowKind: {
        std::vector<std::string> kinds;
        for (int64_t row = 0; row < late.rows.num_rows; ++row) kinds.push_back(RowKindName(late.rows.kind(row)));
        return Strings(kinds);
      }
      case kLateWatermark:
        return Times(late.watermarks, type);
      case kWindowStart:
        return WindowTimes(late.window_starts, late, type);
      case kWindowEnd:
        return WindowTimes(late.window_ends, late, type);
      case kSourceTable:
        return OriginNames(late.rows, &OriginText::table);
      case kSourceSplit:
        return OriginNames(late.rows, &OriginText::split);
      case kSourcePosition:
        return OriginPositions(late.rows);
      case kSeenAt:
        return Times(std::vector<EventTimeMs>(num_rows, options_.clock->NowMicros() / 1000), type);
    }
    return arrow::Status::UnknownError("no such column of a late table");
  }

  static ArrayResult WindowTimes(std::vector<EventTimeMs> times, const exec::LateRows& late,
                                 const std::shared_ptr<arrow::DataType>& type) {
    const auto num_rows = static_cast<size_t>(late.rows.num_rows);
    if (late.reason == exec::LateRows::Reason::kInstant) times.clear();
    times.resize(num_rows, kMinWatermark);
    return Times(times, type);
  }

  ArrayResult OriginNames(const Batch& rows, std::string OriginText::* part) const {
    arrow::StringBuilder builder;
    for (int64_t row = 0; row < rows.num_rows; ++row) {
      const RowOrigin origin = rows.origin(row);
      ARROW_RETURN_NOT_OK(origin.table == RowOrigin::kUnknown ? builder.AppendNull()
                                                              : builder.Append(options_.name_origin(origin).*part));
    }
    return builder.Finish();
  }

  static ArrayResult OriginPositions(const Batch& rows) {
    arrow::Int64Builder builder;
    for (int64_t row = 0; row < rows.num_rows; ++row) {
      const RowOrigin origin = rows.origin(row);
      ARROW_RETURN_NOT_OK(origin.table == RowOrigin::kUnknown ? builder.AppendNull() : builder.Append(origin.position));
    }
    return builder.Finish();
  }

  const LateRowWriterOptions options_;
  const std::vector<int> columns_;                           // positions in LateRowSchema(), in the table's order
  std::vector<std::unique_ptr<formats::Encoder>> encoders_;  // by input of the operator
};

}  // namespace

const Schema& LateRowSchema() {
  static const Schema schema = {
      {"operator_name", DataType::String()},      {"reason", DataType::String()},
      {"row_json", DataType::String()},           {"row_kind", DataType::String()},
      {"late_watermark", DataType::Timestamp(3)}, {"window_start", DataType::Timestamp(3)},
      {"window_end", DataType::Timestamp(3)},     {"source_table", DataType::String()},
      {"source_split", DataType::String()},       {"source_position", DataType::BigInt()},
      {"seen_at", DataType::TimestampLtz(3)},
  };
  return schema;
}

bool WantsOrigins(const plan::SinkNode& sink_node) {
  const std::vector<int> columns = KnownColumns(sink_node, LateRowSchema());
  return std::any_of(columns.begin(), columns.end(),
                     [](int column) { return column >= kSourceTable && column <= kSourcePosition; });
}

arrow::Result<std::unique_ptr<exec::LateRowSink>> MakeLateRowWriter(LateRowWriterOptions options) {
  const formats::Format* json = formats::FindFormat("json");
  if (json == nullptr) return arrow::Status::UnknownError("format 'json' is missing");
  std::vector<std::unique_ptr<formats::Encoder>> encoders;
  for (const auto& input : options.node->inputs()) {
    ARROW_ASSIGN_OR_RAISE(auto encoder, json->make_encoder({}, input->schema(), options.functions->local_time_zone));
    encoders.push_back(std::move(encoder));
  }
  return std::make_unique<LateRowWriter>(std::move(options), std::move(encoders));
}

}  // namespace tidemark::runtime
