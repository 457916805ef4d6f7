// SPDX-License-Identifier: Apache-2.0
// Keys first, then the values of records whose keys are good, then rows out of both.
#include "connectors/kafka/record_decoder.h"

#include <arrow/array.h>
#include <arrow/compute/api.h>
#include <arrow/status.h>

#include <algorithm>

#include "expr/evaluator.h"
#include "formats/column_builder.h"

namespace tidemark::connectors::kafka {
namespace {

constexpr int32_t kNoRow = -1;
constexpr int32_t kRefused = -2;

std::string PositionOf(const rd_kafka_message_t& message) {
  return std::string(rd_kafka_topic_name(message.rkt)) + "-" + std::to_string(message.partition) + "@" +
         std::to_string(message.offset);
}

std::string_view KeyOf(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.key), message.key == nullptr ? 0 : message.key_len};
}

std::string_view ValueOf(const rd_kafka_message_t& message) {
  return {static_cast<const char*>(message.payload), message.payload == nullptr ? 0 : message.len};
}

arrow::Result<std::shared_ptr<arrow::Array>> TakeRows(const std::shared_ptr<arrow::Array>& column,
                                                      const std::vector<int32_t>& rows) {
  formats::ColumnBuilder indices(DataType::Int());
  indices.Reserve(static_cast<int64_t>(rows.size()));
  for (const int32_t row : rows) row < 0 ? indices.AppendNull() : indices.Append(row);
  ARROW_ASSIGN_OR_RAISE(const auto array, indices.Finish(static_cast<int64_t>(rows.size())));
  ARROW_ASSIGN_OR_RAISE(const auto taken, arrow::compute::Take(arrow::Datum(column), arrow::Datum(array),
                                                               arrow::compute::TakeOptions::NoBoundsCheck()));
  return taken.make_array();
}

void AppendHeaders(const rd_kafka_message_t& message, formats::ColumnBuilder* column) {
  rd_kafka_headers_t* headers = nullptr;
  if (rd_kafka_message_headers(&message, &headers) == RD_KAFKA_RESP_ERR_NO_ERROR) {
    const char* name = nullptr;
    const void* value = nullptr;
    size_t size = 0;
    for (size_t i = 0; rd_kafka_header_get_all(headers, i, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++i) {
      column->child(0).AppendBytes(name);
      value == nullptr ? column->child(1).AppendNull()
                       : column->child(1).AppendBytes({static_cast<const char*>(value), size});
    }
  }
  column->EndList();
}

void AppendMetadata(const std::string& name, const rd_kafka_message_t& message, formats::ColumnBuilder* column) {
  if (name == "topic") return column->AppendBytes(rd_kafka_topic_name(message.rkt));
  if (name == "partition") return column->Append(message.partition);
  if (name == "offset") return column->Append(message.offset);
  if (name == "headers") return AppendHeaders(message, column);
  if (name == "leader-epoch") {
#if RD_KAFKA_VERSION >= 0x020100ff
    const int32_t epoch = rd_kafka_message_leader_epoch(&message);
    return epoch < 0 ? column->AppendNull() : column->Append(epoch);
#else
    return column->AppendNull();
#endif
  }
  rd_kafka_timestamp_type_t type = RD_KAFKA_TIMESTAMP_NOT_AVAILABLE;
  const int64_t timestamp = rd_kafka_message_timestamp(&message, &type);
  if (name == "timestamp") return column->Append(timestamp);
  column->AppendBytes(type == RD_KAFKA_TIMESTAMP_CREATE_TIME       ? "CreateTime"
                      : type == RD_KAFKA_TIMESTAMP_LOG_APPEND_TIME ? "LogAppendTime"
                                                                   : "NoTimestampType");
}

DataType MetadataType(const std::string& name) {
  for (const auto& field : RecordMetadata()) {
    if (field.name == name) return field.type;
  }
  return DataType::String();
}

}  // namespace

arrow::Status RecordDecoder::Refused::Handle(const formats::BadRecord& bad) {
  formats::BadRecord placed = bad;
  const auto index = static_cast<size_t>(bad.line - 1);
  if (bad.line >= 1 && index < messages_->size()) policy_.Start(PositionOf(*(*messages_)[index]), nullptr);
  placed.line = -1;
  if (*part_ != '\0') placed.reason = std::string(part_) + ": " + bad.reason;
  return policy_.Handle(placed);
}

arrow::Result<std::unique_ptr<RecordDecoder>> RecordDecoder::Make(const plan::SourceNode& node, bool upsert,
                                                                  const ConnectorContext& context,
                                                                  SourceMetrics* metrics) {
  ARROW_ASSIGN_OR_RAISE(const RecordLayout layout, RecordLayout::Of(*node.table, upsert));
  BadRecordPolicy policy(BadRecordsOf(*node.table, layout.value.options), metrics, context.dead_letters);
  std::unique_ptr<RecordDecoder> decoder(new RecordDecoder(node, upsert, context, std::move(policy)));
  ARROW_RETURN_NOT_OK(decoder->Open(layout));
  return decoder;
}

arrow::Status RecordDecoder::Open(const RecordLayout& layout) {
  std::vector<int> key_projection;
  std::vector<int> value_projection;
  PlanColumns(layout, &key_projection, &value_projection);
  if (!key_projection.empty()) {
    ARROW_ASSIGN_OR_RAISE(key_decoder_, MakePart(*layout.key, key_projection));
  }
  ARROW_ASSIGN_OR_RAISE(value_decoder_, MakePart(layout.value, value_projection));
  return arrow::Status::OK();
}

arrow::Result<std::unique_ptr<formats::Decoder>> RecordDecoder::MakePart(const RecordPart& part,
                                                                         std::vector<int> projection) {
  formats::DecodeRequest request;
  request.physical_schema = part.schema;
  request.projection = std::move(projection);
  request.local_time_zone = context_.functions->local_time_zone;
  request.max_record_bytes = context_.configuration->GetMemoryBytes(config::kMaxRecordBytes);
  request.bad_records = &refused_;
  for (const int position : request.projection) {
    const auto used = node_.used_fields.find(part.columns[static_cast<size_t>(position)]);
    if (used != node_.used_fields.end()) request.used_fields[position] = used->second;
  }
  return part.format->make_decoder(part.options, request);
}

void RecordDecoder::PlanColumns(const RecordLayout& layout, std::vector<int>* key_projection,
                                std::vector<int>* value_projection) {
  const auto is_read = [&](int column) {
    return std::find(node_.read_columns.begin(), node_.read_columns.end(), column) != node_.read_columns.end();
  };
  std::map<int, int> position;  // of a table's column in the decoded part
  const auto project = [&](const RecordPart& part, bool from_key, std::vector<int>* projection) {
    for (size_t i = 0; i < part.columns.size(); ++i) {
      const int column = part.columns[i];
      if (!is_read(column) || layout.IsReadFromKey(column, upsert_) != from_key) continue;
      position[column] = static_cast<int>(projection->size());
      projection->push_back(static_cast<int>(i));
    }
  };
  if (layout.key) project(*layout.key, true, key_projection);
  project(layout.value, false, value_projection);
  for (const int column : node_.read_columns) {
    const TableColumn& declared = node_.table->columns[static_cast<size_t>(column)];
    Output output{Output::Kind::kMetadata, 0, declared.metadata_key, declared.type};
    if (output.name.empty()) output.name = declared.name;
    if (declared.kind == TableColumn::Kind::kPhysical) {
      output.kind = layout.IsReadFromKey(column, upsert_) ? Output::Kind::kKey : Output::Kind::kValue;
      output.position = position.at(column);
    }
    outputs_.push_back(std::move(output));
  }
}

arrow::Status RecordDecoder::DecodeKeys(const std::vector<rd_kafka_message_t*>& messages) {
  asked_.clear();
  asked_from_.clear();
  texts_.clear();
  key_of_.assign(messages.size(), kNoRow);
  for (size_t i = 0; i < messages.size(); ++i) {
    if (messages[i]->key == nullptr) continue;
    asked_.push_back(messages[i]);
    asked_from_.push_back(static_cast<int32_t>(i));
    texts_.push_back(KeyOf(*messages[i]));
  }
  refused_.Start("key", &asked_);
  ARROW_ASSIGN_OR_RAISE(keys_, key_decoder_->DecodeMessages(texts_, &rows_after_));
  int64_t before = 0;
  for (size_t i = 0; i < asked_.size(); ++i) {
    key_of_[static_cast<size_t>(asked_from_[i])] = rows_after_[i] > before ? static_cast<int32_t>(before) : kRefused;
    before = rows_after_[i];
  }
  if (!upsert_) return arrow::Status::OK();
  for (size_t i = 0; i < messages.size(); ++i) {
    if (key_of_[i] != kNoRow) continue;
    const std::vector<const rd_kafka_message_t*> one = {messages[i]};
    refused_.Start("", &one);
    ARROW_RETURN_NOT_OK(
        refused_.Handle({1, "the record has no key, which connector 'upsert-kafka' needs", ValueOf(*messages[i])}));
    key_of_[i] = kRefused;
  }
  return arrow::Status::OK();
}

arrow::Status RecordDecoder::DecodeValues(const std::vector<rd_kafka_message_t*>& messages) {
  asked_.clear();
  asked_from_.clear();
  texts_.clear();
  for (size_t i = 0; i < messages.size(); ++i) {
    if (key_decoder_ && key_of_[i] == kRefused) continue;
    if (upsert_ && messages[i]->payload == nullptr) continue;
    asked_.push_back(messages[i]);
    asked_from_.push_back(static_cast<int32_t>(i));
    texts_.push_back(ValueOf(*messages[i]));
  }
  refused_.Start("", &asked_);
  ARROW_ASSIGN_OR_RAISE(values_, value_decoder_->DecodeMessages(texts_, &rows_after_));
  return arrow::Status::OK();
}

void RecordDecoder::PairRows(const std::vector<rd_kafka_message_t*>& messages) {
  const auto count = static_cast<int64_t>(messages.size());
  const auto is_identity = [](const std::vector<int64_t>& after) {
    for (size_t i = 0; i < after.size(); ++i) {
      if (after[i] != static_cast<int64_t>(i) + 1) return false;
    }
    return true;
  };
  bool keys_match = true;
  for (size_t i = 0; key_decoder_ && keys_match && i < key_of_.size(); ++i)
    keys_match = key_of_[i] == static_cast<int32_t>(i);
  rows_.kinds.clear();
  rows_.one_to_one =
      values_.num_rows == count && asked_.size() == messages.size() && keys_match && is_identity(rows_after_);
  if (rows_.one_to_one) {
    if (upsert_) rows_.kinds.assign(messages.size(), RowKind::kUpdateAfter);
    return;
  }
  rows_.message.clear();
  rows_.key.clear();
  rows_.value.clear();
  const auto add = [&](size_t message, int64_t value_row, RowKind kind) {
    rows_.message.push_back(static_cast<int32_t>(message));
    rows_.key.push_back(key_decoder_ ? key_of_[message] : kNoRow);
    rows_.value.push_back(static_cast<int32_t>(value_row));
    rows_.kinds.push_back(kind);
  };
  size_t asked = 0;
  int64_t value_row = 0;
  for (size_t i = 0; i < messages.size(); ++i) {
    if (asked < asked_.size() && asked_from_[asked] == static_cast<int32_t>(i)) {
      for (; value_row < rows_after_[asked]; ++value_row)
        add(i, value_row, upsert_ ? RowKind::kUpdateAfter : values_.kind(value_row));
      ++asked;
    } else if (upsert_ && messages[i]->payload == nullptr && (!key_decoder_ || key_of_[i] >= 0)) {
      add(i, kNoRow, RowKind::kDelete);
    }
  }
  if (!upsert_ && values_.insert_only()) rows_.kinds.clear();
}

arrow::Result<std::shared_ptr<arrow::Array>> RecordDecoder::Metadata(
    const Output& output, const std::vector<rd_kafka_message_t*>& messages) const {
  const DataType type = MetadataType(output.name);
  formats::ColumnBuilder column(type);
  column.Reserve(static_cast<int64_t>(messages.size()));
  for (const auto* message : messages) AppendMetadata(output.name, *message, &column);
  ARROW_ASSIGN_OR_RAISE(auto array, column.Finish(static_cast<int64_t>(messages.size())));
  if (type.WithNullable(true) == output.type.WithNullable(true)) return array;
  ARROW_ASSIGN_OR_RAISE(const auto cast,
                        expr::CastValue(arrow::Datum(array), type, output.type, false, *context_.functions));
  return cast.make_array();
}

arrow::Result<std::shared_ptr<arrow::Array>> RecordDecoder::Column(
    const Output& output, const std::vector<rd_kafka_message_t*>& messages) const {
  switch (output.kind) {
    case Output::Kind::kKey:
      if (rows_.one_to_one) return keys_.columns[static_cast<size_t>(output.position)];
      return TakeRows(keys_.columns[static_cast<size_t>(output.position)], rows_.key);
    case Output::Kind::kValue:
      if (rows_.one_to_one) return values_.columns[static_cast<size_t>(output.position)];
      return TakeRows(values_.columns[static_cast<size_t>(output.position)], rows_.value);
    case Output::Kind::kMetadata:
      break;
  }
  ARROW_ASSIGN_OR_RAISE(auto array, Metadata(output, messages));
  return rows_.one_to_one ? array : TakeRows(array, rows_.message);
}

std::shared_ptr<const std::vector<int64_t>> RecordDecoder::Offsets(
    const std::vector<rd_kafka_message_t*>& messages) const {
  auto offsets = std::make_shared<std::vector<int64_t>>();
  if (rows_.one_to_one) {
    for (const auto* message : messages) offsets->push_back(message->offset);
  } else {
    for (const int32_t message : rows_.message) offsets->push_back(messages[static_cast<size_t>(message)]->offset);
  }
  return offsets;
}

arrow::Result<Batch> RecordDecoder::Decode(const std::vector<rd_kafka_message_t*>& messages) {
  if (key_decoder_) ARROW_RETURN_NOT_OK(DecodeKeys(messages));
  ARROW_RETURN_NOT_OK(DecodeValues(messages));
  PairRows(messages);
  Batch batch;
  batch.num_rows = static_cast<int64_t>(rows_.one_to_one ? messages.size() : rows_.message.size());
  if (batch.num_rows > 0) {
    for (const auto& output : outputs_) {
      ARROW_ASSIGN_OR_RAISE(auto column, Column(output, messages));
      batch.columns.push_back(std::move(column));
    }
    if (!rows_.kinds.empty()) batch.row_kinds = std::make_shared<const std::vector<RowKind>>(rows_.kinds);
    if (rows_.one_to_one && !upsert_) batch.row_kinds = values_.row_kinds;
  }
  keys_ = {};
  values_ = {};
  return batch;
}

}  // namespace tidemark::connectors::kafka
