// SPDX-License-Identifier: Apache-2.0
// Encoding a batch at a time; what metadata columns say goes into the record itself.
#include "connectors/kafka/record_encoder.h"

#include <arrow/array.h>
#include <arrow/status.h>

#include <map>
#include <optional>
#include <utility>

namespace tidemark::connectors::kafka {
namespace {

Batch Part(const Batch& batch, const std::vector<int>& columns) {
  std::vector<std::shared_ptr<arrow::Array>> part;
  for (const int column : columns) part.push_back(batch.columns[static_cast<size_t>(column)]);
  return batch.WithColumns(std::move(part));
}

/// A part of format 'raw' has no bytes of its own for NULL: it is left out.
bool IsLeftOut(bool raw, const Batch& batch, const std::vector<int>& columns, int64_t row) {
  return raw && batch.columns[static_cast<size_t>(columns[0])]->IsNull(row);
}

}  // namespace

arrow::Result<std::unique_ptr<RecordEncoder>> RecordEncoder::Make(const TableDefinition& table,
                                                                  const KafkaOptions& options,
                                                                  const std::string& zone) {
  std::unique_ptr<RecordEncoder> encoder(new RecordEncoder());
  ARROW_RETURN_NOT_OK(encoder->Plan(table, options, zone));
  return encoder;
}

arrow::Status RecordEncoder::Plan(const TableDefinition& table, const KafkaOptions& options, const std::string& zone) {
  ARROW_ASSIGN_OR_RAISE(const RecordLayout layout, RecordLayout::Of(table, options.upsert));
  upsert_ = options.upsert;
  std::map<int, int> position;  // of a table's column in a batch
  for (size_t i = 0; i < table.columns.size(); ++i) {
    const auto& column = table.columns[i];
    if (!column.takes_values()) continue;
    const int at = static_cast<int>(position.size());
    position[static_cast<int>(i)] = at;
    if (column.kind == TableColumn::Kind::kMetadata) ARROW_RETURN_NOT_OK(PlanMetadata(column, at));
  }
  const auto make = [&](const RecordPart& part, std::vector<int>* columns) {
    for (const int column : part.columns) columns->push_back(position.at(column));
    return part.format->make_encoder(part.options, part.schema, zone);
  };
  if (layout.key) {
    ARROW_ASSIGN_OR_RAISE(key_encoder_, make(*layout.key, &key_columns_));
  }
  ARROW_ASSIGN_OR_RAISE(value_encoder_, make(layout.value, &value_columns_));
  raw_key_ = layout.key && layout.key->format->name == "raw";
  raw_value_ = layout.value.format->name == "raw";
  if (topic_column_ < 0 && options.topics.size() != 1) {
    return arrow::Status::Invalid("Table '", table.name(),
                                  "' is written to several topics, so it needs a column that says which: topic STRING "
                                  "METADATA");
  }
  if (topic_column_ < 0) topic_ = options.topics[0];
  return arrow::Status::OK();
}

arrow::Status RecordEncoder::PlanMetadata(const TableColumn& column, int at) {
  const std::string key = column.metadata_key.empty() ? column.name : column.metadata_key;
  const bool is_text = column.type.is_character();
  const bool is_time = column.type.kind() == TypeKind::kTimestampLtz || column.type.kind() == TypeKind::kTimestamp;
  const bool is_map = column.type.kind() == TypeKind::kMap && column.type.map_key().is_character() &&
                      (column.type.map_value().is_binary() || column.type.map_value().is_character());
  if (key == "topic" && is_text) {
    topic_column_ = at;
  } else if (key == "timestamp" && is_time) {
    timestamp_column_ = at;
    timestamp_per_milli_ = column.type.precision() <= 3 ? 1 : column.type.precision() <= 6 ? 1'000 : 1'000'000;
  } else if (key == "headers" && is_map) {
    headers_column_ = at;
  } else if (key == "topic" || key == "timestamp" || key == "headers") {
    return arrow::Status::Invalid("Metadata column '", column.name, "' of type ", column.type.ToString(),
                                  " cannot be written as '", key, "'");
  } else {
    return arrow::Status::Invalid("Metadata '", key, "' is decided by Kafka: declare column '", column.name,
                                  "' VIRTUAL to write to the table");
  }
  return arrow::Status::OK();
}

arrow::Status RecordEncoder::Encode(const Batch& batch) {
  keys_.clear();
  values_.clear();
  if (key_encoder_) ARROW_RETURN_NOT_OK(key_encoder_->EncodeMessages(Part(batch, key_columns_), &keys_));
  return value_encoder_->EncodeMessages(Part(batch, value_columns_), &values_);
}

arrow::Result<OutRecord> RecordEncoder::RecordOf(const Batch& batch, int64_t row) {
  OutRecord record;
  if (key_encoder_ && !IsLeftOut(raw_key_, batch, key_columns_, row))
    record.key = std::move(keys_[static_cast<size_t>(row)]);
  const bool tombstone = upsert_ && !IsAddition(batch.kind(row));
  if (!tombstone && !IsLeftOut(raw_value_, batch, value_columns_, row))
    record.value = std::move(values_[static_cast<size_t>(row)]);
  record.topic = topic_;
  if (topic_column_ >= 0) {
    const auto& topics = static_cast<const arrow::StringArray&>(*batch.columns[static_cast<size_t>(topic_column_)]);
    if (topics.IsNull(row)) return arrow::Status::Invalid("Column 'topic' is NULL: the record has nowhere to go");
    record.topic = topics.GetString(row);
  }
  if (timestamp_column_ >= 0) ARROW_RETURN_NOT_OK(SetTimestamp(batch, row, &record));
  if (headers_column_ >= 0) SetHeaders(batch, row, &record);
  return record;
}

arrow::Status RecordEncoder::SetTimestamp(const Batch& batch, int64_t row, OutRecord* record) const {
  const auto& times = static_cast<const arrow::TimestampArray&>(*batch.columns[static_cast<size_t>(timestamp_column_)]);
  if (times.IsNull(row)) return arrow::Status::OK();
  const int64_t value = times.Value(row);
  const int64_t millis = value / timestamp_per_milli_ - (value % timestamp_per_milli_ < 0 ? 1 : 0);
  if (millis < 0) return arrow::Status::Invalid("Kafka has no timestamps before 1970: ", millis, " ms");
  if (millis == 0) {
    return arrow::Status::Invalid(
        "The timestamp 1970-01-01 00:00:00.000 cannot be written to Kafka: to the client library it means now. Write "
        "NULL for the time of writing, or any later time");
  }
  record->timestamp_ms = millis;
  return arrow::Status::OK();
}

void RecordEncoder::SetHeaders(const Batch& batch, int64_t row, OutRecord* record) const {
  const auto& maps = static_cast<const arrow::MapArray&>(*batch.columns[static_cast<size_t>(headers_column_)]);
  if (maps.IsNull(row)) return;
  const auto& names = static_cast<const arrow::BinaryArray&>(*maps.keys());
  const auto& values = static_cast<const arrow::BinaryArray&>(*maps.items());
  for (int64_t i = maps.value_offset(row); i < maps.value_offset(row + 1); ++i) {
    record->headers.emplace_back(names.GetString(i),
                                 values.IsNull(i) ? std::nullopt : std::optional<std::string>(values.GetString(i)));
  }
}

}  // namespace tidemark::connectors::kafka
