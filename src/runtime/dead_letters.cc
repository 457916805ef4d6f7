// SPDX-License-Identifier: Apache-2.0
// Rows of a dead-letter table.
#include "runtime/dead_letters.h"

#include <arrow/array.h>
#include <arrow/builder.h>
#include <arrow/type.h>

#include <utility>

#include "formats/utf8_gate.h"
#include "runtime/side_table.h"

namespace tidemark::runtime {
namespace {

/// Written at once beyond either.
constexpr size_t kGatheredLettersMax = 1024;
constexpr size_t kGatheredBytesMax = size_t{4} << 20;

/// Positions in DeadLetterSchema().
enum DeadLetterColumn { kTableName, kPosition, kReason, kRecord, kRaw, kSeenAt };

std::string AsUtf8(const std::string& bytes) {
  if (formats::IsUtf8(bytes)) return bytes;
  std::string text;
  for (const char c : bytes) {
    if (static_cast<unsigned char>(c) < 0x80)
      text += c;
    else
      text += "\xEF\xBF\xBD";
  }
  return text;
}

}  // namespace

const Schema& DeadLetterSchema() {
  static const Schema schema = {{"table_name", DataType::String()}, {"position", DataType::String()},
                                {"reason", DataType::String()},     {"record", DataType::String()},
                                {"raw", DataType::Bytes()},         {"seen_at", DataType::TimestampLtz(3)}};
  return schema;
}

DeadLetterWriter::DeadLetterWriter(std::string table_name, const plan::SinkNode& sink_node, connectors::Sink* sink,
                                   Clock* clock)
    : table_name_(std::move(table_name)),
      columns_(KnownColumns(sink_node, DeadLetterSchema())),
      sink_(sink),
      clock_(clock) {}

arrow::Status DeadLetterWriter::Add(const std::string& position, const std::string& reason, std::string_view record) {
  added_.push_back({position, reason, std::string(record), clock_->NowMicros() / 1000});
  return arrow::Status::OK();
}

arrow::Status DeadLetterWriter::Give(std::vector<Letter> letters) {
  for (Letter& letter : letters) {
    gathered_bytes_ += letter.position.size() + letter.reason.size() + letter.record.size();
    letters_.push_back(std::move(letter));
    if (letters_.size() < kGatheredLettersMax && gathered_bytes_ < kGatheredBytesMax) continue;
    ARROW_RETURN_NOT_OK(Flush());
  }
  return arrow::Status::OK();
}

arrow::Status DeadLetterWriter::Flush() {
  if (letters_.empty()) return arrow::Status::OK();
  Batch batch;
  batch.num_rows = static_cast<int64_t>(letters_.size());
  for (int column : columns_) {
    ARROW_ASSIGN_OR_RAISE(auto values, Column(column));
    batch.columns.push_back(std::move(values));
  }
  letters_.clear();
  gathered_bytes_ = 0;
  return sink_->Write(batch);
}

arrow::Result<std::shared_ptr<arrow::Array>> DeadLetterWriter::Column(int column) const {
  arrow::StringBuilder strings;
  arrow::BinaryBuilder bytes;
  arrow::TimestampBuilder times(DeadLetterSchema()[kSeenAt].type.ToArrow(), arrow::default_memory_pool());
  for (const Letter& letter : letters_) {
    switch (column) {
      case kTableName:
        ARROW_RETURN_NOT_OK(strings.Append(table_name_));
        break;
      case kPosition:
        ARROW_RETURN_NOT_OK(strings.Append(AsUtf8(letter.position)));
        break;
      case kReason:
        ARROW_RETURN_NOT_OK(strings.Append(AsUtf8(letter.reason)));
        break;
      case kRecord:
        ARROW_RETURN_NOT_OK(strings.Append(AsUtf8(letter.record)));
        break;
      case kRaw:
        ARROW_RETURN_NOT_OK(bytes.Append(letter.record));
        break;
      case kSeenAt:
        ARROW_RETURN_NOT_OK(times.Append(letter.seen_ms));
        break;
      default:
        break;
    }
  }
  if (column == kRaw) return bytes.Finish();
  if (column == kSeenAt) return times.Finish();
  return strings.Finish();
}

}  // namespace tidemark::runtime
