// SPDX-License-Identifier: Apache-2.0
// Parsing and printing of pictures, and the little machine that runs a script.
#include "exec/picture_testing.h"

#include <arrow/api.h>
#include <arrow/compute/initialize.h>
#include <arrow/json/from_string.h>

#include <algorithm>
#include <sstream>
#include <stdexcept>

#include "expr/aggregate_function.h"

namespace tidemark::exec {
namespace {

/// Words of a line; a quoted word loses its quotes and `quoted` tells.
struct Word {
  std::string text;
  bool quoted = false;
};

std::vector<Word> Split(std::string_view line) {
  std::vector<Word> words;
  for (size_t at = 0; at < line.size();) {
    if (line[at] == ' ') {
      ++at;
      continue;
    }
    Word word;
    if (line[at] == '\'') {
      const size_t end = line.find('\'', at + 1);
      word = {std::string(line.substr(at + 1, end - at - 1)), true};
      at = end + 1;
    } else {
      const size_t end = std::min(line.find(' ', at), line.size());
      word.text = std::string(line.substr(at, end - at));
      at = end;
    }
    words.push_back(std::move(word));
  }
  return words;
}

std::vector<std::string> Lines(std::string_view text) {
  std::vector<std::string> lines;
  std::istringstream stream{std::string(text)};
  for (std::string line; std::getline(stream, line);) {
    const size_t start = line.find_first_not_of(" \t");
    if (start == std::string::npos) continue;
    const size_t end = line.find_last_not_of(" \t");
    lines.push_back(line.substr(start, end - start + 1));
  }
  return lines;
}

RowKind ParseKind(const std::string& text) {
  for (RowKind kind : {RowKind::kInsert, RowKind::kUpdateBefore, RowKind::kUpdateAfter, RowKind::kDelete}) {
    if (text == RowKindName(kind)) return kind;
  }
  throw std::invalid_argument("not a row kind: " + text);
}

/// The type in which values are written: what Arrow stores, for times.
std::shared_ptr<arrow::DataType> WrittenType(const arrow::DataType& type) {
  switch (type.id()) {
    case arrow::Type::TIMESTAMP:
    case arrow::Type::DURATION:
      return arrow::int64();
    case arrow::Type::DATE32:
    case arrow::Type::TIME32:
    case arrow::Type::INTERVAL_MONTHS:
      return arrow::int32();
    default:
      return nullptr;
  }
}

std::string PrintValue(const arrow::Array& array, int64_t row) {
  if (array.IsNull(row)) return "null";
  if (const auto written = WrittenType(*array.type())) return PrintValue(**array.View(written), row);
  switch (array.type_id()) {
    case arrow::Type::STRING:
    case arrow::Type::BINARY: {
      const std::string text(static_cast<const arrow::BinaryArray&>(array).GetView(row));
      const bool plain = !text.empty() && text.find(' ') == std::string::npos && text != "null";
      return plain ? text : "'" + text + "'";
    }
    case arrow::Type::LIST: {
      const auto& list = static_cast<const arrow::ListArray&>(array);
      std::string text = "[";
      for (int64_t i = list.value_offset(row); i < list.value_offset(row + 1); ++i) {
        text += (text.size() > 1 ? "," : "") + PrintValue(*list.values(), i);
      }
      return text + "]";
    }
    default: {
      std::string text = array.GetScalar(row).ValueOrDie()->ToString();
      std::erase(text, ' ');
      return text;
    }
  }
}

std::string PrintRow(const Batch& batch, int64_t row) {
  std::string text;
  for (const auto& column : batch.columns) text += (text.empty() ? "" : " ") + PrintValue(*column, row);
  return text;
}

}  // namespace

Schema SchemaOf(std::vector<DataType> types) {
  Schema schema;
  for (size_t i = 0; i < types.size(); ++i) schema.push_back({std::string(1, static_cast<char>('a' + i)), types[i]});
  return schema;
}

plan::PhysicalPtr InputNode(Schema schema, plan::ChangelogMode changelog) {
  return std::make_shared<plan::UnionNode>(std::move(schema), std::vector<plan::PhysicalPtr>{}, changelog, "Input");
}

plan::ChangelogMode AllKinds() { return {.updates = true, .update_before = true, .deletes = true}; }
plan::ChangelogMode WithoutUpdateBefore() { return {.updates = true, .update_before = false, .deletes = true}; }

plan::AggregateCall Call(const Schema& input, std::string name, std::vector<int> args, bool distinct, int filter) {
  plan::AggregateCall call;
  call.name = std::move(name);
  call.args = std::move(args);
  call.distinct = distinct;
  call.filter = filter;
  std::vector<expr::ArgumentInfo> arguments;
  for (int column : call.args) arguments.push_back({input[column].type, nullptr});
  call.literal_args.resize(call.args.size());
  call.type = expr::ResolveAggregate(call.name, arguments).ValueOrDie().return_type;
  return call;
}

Batch ParseRows(const Schema& schema, std::string_view text) {
  std::vector<std::string> json(schema.size(), "[");
  std::vector<RowKind> kinds;
  std::vector<EventTimeMs> watermarks;
  bool any_kind = false;
  bool any_watermark = false;
  for (const std::string& line : Lines(text)) {
    std::vector<Word> words = Split(line);
    kinds.push_back(ParseKind(words.at(0).text));
    any_kind |= kinds.back() != RowKind::kInsert;
    watermarks.push_back(kMinWatermark);
    if (words.size() == schema.size() + 2 && words.back().text[0] == '@') {
      watermarks.back() = std::stoll(words.back().text.substr(1));
      any_watermark = true;
      words.pop_back();
    }
    if (words.size() != schema.size() + 1) throw std::invalid_argument("wrong number of values: " + line);
    for (size_t column = 0; column < schema.size(); ++column) {
      const DataType& type = schema[column].type;
      const Word& word = words[column + 1];
      const bool is_text = type.is_character() || type.is_binary() || type.kind() == TypeKind::kDecimal;
      const bool is_null = word.text == "null" && !word.quoted;
      json[column] +=
          (json[column].size() > 1 ? "," : "") + (is_text && !is_null ? "\"" + word.text + "\"" : word.text);
    }
  }
  Batch batch;
  batch.num_rows = static_cast<int64_t>(kinds.size());
  for (size_t column = 0; column < schema.size(); ++column) {
    const auto type = schema[column].type.ToArrow();
    const auto written = WrittenType(*type);
    auto array = arrow::json::ArrayFromJSONString(written ? written : type, json[column] + "]").ValueOrDie();
    batch.columns.push_back(written ? array->View(type).ValueOrDie() : array);
  }
  if (any_kind) batch.row_kinds = std::make_shared<std::vector<RowKind>>(std::move(kinds));
  if (any_watermark) batch.row_watermarks = std::make_shared<std::vector<EventTimeMs>>(std::move(watermarks));
  return batch;
}

std::string PrintRows(const Batch& batch) {
  std::string text;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    text += std::string(RowKindName(batch.kind(row))) + (batch.columns.empty() ? "" : " ") + PrintRow(batch, row);
    if (batch.row_watermarks && batch.watermark_before(row) != kMinWatermark) {
      text += " @" + std::to_string(batch.watermark_before(row));
    }
    text += "\n";
  }
  return text;
}

arrow::Status PictureEmitter::Emit(Batch batch) {
  if (batch.num_rows == 0) return arrow::Status::Invalid("An empty batch was emitted");
  if (batch.columns.size() != schema_.size()) {
    return arrow::Status::Invalid(batch.columns.size(), " columns were emitted, not ", schema_.size());
  }
  for (size_t column = 0; column < schema_.size(); ++column) {
    const auto& array = batch.columns[column];
    ARROW_RETURN_NOT_OK(array->ValidateFull());
    if (array->length() != batch.num_rows || !array->type()->Equals(schema_[column].type.ToArrow())) {
      return arrow::Status::Invalid("Column ", column, " is ", array->length(), " of ", array->type()->ToString(),
                                    ", not ", batch.num_rows, " of ", schema_[column].type.ToString());
    }
  }
  ++batches_;
  largest_batch_ = std::max(largest_batch_, batch.num_rows);
  if (keep_text_) text_ += PrintRows(batch);
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    const auto place = table_.try_emplace(PrintRow(batch, row), 0).first;
    place->second += IsAddition(batch.kind(row)) ? 1 : -1;
    if (place->second == 0) table_.erase(place);
  }
  return arrow::Status::OK();
}

arrow::Status PictureEmitter::EmitWatermark(EventTimeMs watermark) {
  if (keep_text_) text_ += "watermark " + std::to_string(watermark) + "\n";
  return arrow::Status::OK();
}

std::string PictureEmitter::TakeText() { return std::exchange(text_, ""); }

arrow::Status PictureLateRows::Add(const LateRows& late) {
  for (int64_t row = 0; row < late.rows.num_rows; ++row) {
    text_ += PrintRow(late.rows, row) + " @" + std::to_string(late.watermarks[row]) + " " +
             std::to_string(late.window_ends[row]) + "\n";
  }
  return arrow::Status::OK();
}

std::string PictureLateRows::TakeText() { return std::exchange(text_, ""); }

OperatorPicture::OperatorPicture(arrow::Result<std::unique_ptr<Operator>> made, std::vector<Schema> inputs,
                                 Schema output, int64_t batch_rows, int64_t memory_limit_bytes, std::string time_zone,
                                 int64_t spill_from_bytes)
    : inputs_(std::move(inputs)),
      out_(std::move(output)),
      memory_(memory_limit_bytes, spill_from_bytes),
      spill_(state::MakeMemorySpillSpace()),
      status_(made.status()) {
  (void)arrow::compute::Initialize();
  functions_.clock = &clock_;
  functions_.local_time_zone = std::move(time_zone);
  context_.functions = &functions_;
  context_.clock = &clock_;
  context_.memory = &memory_;
  context_.checkpointed = true;
  if (spill_from_bytes > 0) context_.spill = spill_.get();
  context_.metrics = &metrics_;
  context_.late_rows = &late_;
  context_.label = "TestOperator(k)";
  context_.batch_rows = batch_rows;
  if (!status_.ok()) return;
  operator_ = std::move(made).ValueUnsafe();
  status_ = operator_->Open(context_);
}

arrow::Status OperatorPicture::Push(int input, Batch batch) { return operator_->Push(input, std::move(batch), out_); }
arrow::Status OperatorPicture::Advance(EventTimeMs watermark) { return operator_->Advance(watermark, out_); }
arrow::Status OperatorPicture::Tick() { return operator_->Tick(out_); }
arrow::Status OperatorPicture::Finish() { return operator_->Finish(out_); }

arrow::Status OperatorPicture::FlushRows() {
  if (pending_rows_.empty()) return arrow::Status::OK();
  const std::string rows = std::exchange(pending_rows_, "");
  return Push(pending_input_, ParseRows(inputs_[pending_input_], rows));
}

arrow::Status OperatorPicture::RunLine(const std::string& line) {
  const bool has_input = line.size() > 2 && line[1] == ':';
  const std::string body = has_input ? line.substr(3) : line;
  const int input = has_input ? line[0] - '0' : 0;
  if (body[0] == '+' || (body[0] == '-' && body != "---")) {
    if (input != pending_input_) ARROW_RETURN_NOT_OK(FlushRows());
    pending_input_ = input;
    pending_rows_ += body + "\n";
    return arrow::Status::OK();
  }
  ARROW_RETURN_NOT_OK(FlushRows());
  const std::vector<Word> words = Split(body);
  const std::string& command = words[0].text;
  if (command == "---") return arrow::Status::OK();
  if (command == "watermark") return Advance(std::stoll(words.at(1).text));
  if (command == "tick") return operator_->Tick(out_);
  if (command == "sleep") {
    clock_.Advance(std::stoll(words.at(1).text) * 1000);
    return arrow::Status::OK();
  }
  if (command == "finish") return words.size() > 1 ? operator_->FinishInput(std::stoi(words[1].text), out_) : Finish();
  throw std::invalid_argument("not a line of a picture: " + line);
}

std::string OperatorPicture::Run(std::string_view script) {
  arrow::Status status = status_;
  for (const std::string& line : Lines(script)) {
    if (!status.ok()) break;
    status = RunLine(line);
  }
  if (status.ok()) status = FlushRows();
  std::string text = out_.TakeText();
  if (!status.ok()) text += "error: " + status.message() + "\n";
  return text;
}

std::vector<Batch> CutAtRandom(const Batch& batch, int64_t rows_max, std::mt19937* random) {
  std::vector<Batch> pieces;
  for (int64_t at = 0; at < batch.num_rows;) {
    const int64_t length = std::min<int64_t>(1 + static_cast<int64_t>((*random)() % rows_max), batch.num_rows - at);
    pieces.push_back(batch.Slice(at, length));
    at += length;
  }
  return pieces;
}

}  // namespace tidemark::exec
