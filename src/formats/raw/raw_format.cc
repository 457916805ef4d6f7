// SPDX-License-Identifier: Apache-2.0
// Records as they are: text and bytes unchanged, numbers in binary.
#include "formats/raw/raw_format.h"

#include <arrow/array.h>
#include <arrow/status.h>

#include <algorithm>
#include <cstring>

#include "formats/column_builder.h"
#include "formats/utf8_gate.h"

namespace tidemark::formats {
namespace {

bool IsLittleEndian(const TableOptions& options) {
  const auto found = options.find("endianness");
  return found != options.end() && found->second == "little-endian";
}

arrow::Status Check(const TableOptions& options, const Schema& schema) {
  if (schema.size() != 1) {
    return arrow::Status::Invalid("Format 'raw' needs a table of exactly one physical column, not ", schema.size());
  }
  const DataType& type = schema[0].type;
  const bool fits = type.is_character() || type.is_binary() || type.is_integer() || type.is_approximate() ||
                    type.kind() == TypeKind::kBoolean;
  if (!fits)
    return arrow::Status::TypeError("Format 'raw' has no form for column '", schema[0].name, "' of type ",
                                    type.ToString());
  const auto charset = options.find("charset");
  if (charset != options.end() && charset->second != "UTF-8" && charset->second != "utf-8") {
    return arrow::Status::NotImplemented("'raw.charset' = '", charset->second, "' is not supported yet; UTF-8 is");
  }
  return arrow::Status::OK();
}

int WidthOf(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
    case TypeKind::kTinyInt:
      return 1;
    case TypeKind::kSmallInt:
      return 2;
    case TypeKind::kInt:
    case TypeKind::kFloat:
      return 4;
    case TypeKind::kBigInt:
    case TypeKind::kDouble:
      return 8;
    default:
      return 0;
  }
}

class RawDecoder final : public Decoder {
 public:
  RawDecoder(const DecodeRequest& request, bool little_endian)
      : name_(request.physical_schema[0].name),
        column_(request.physical_schema[0].type),
        width_(WidthOf(column_.type())),
        little_endian_(little_endian),
        wanted_(!request.projection.empty()),
        bad_records_(request.bad_records),
        max_record_bytes_(request.max_record_bytes) {}

  arrow::Status Start(std::string_view /*header*/) override {
    line_ = 0;
    return arrow::Status::OK();
  }

  arrow::Result<Batch> Decode(std::string_view bytes, bool at_end, int64_t max_rows, int64_t* consumed) override {
    size_t at = 0;
    while (at < bytes.size() && column_.length() < max_rows) {
      const void* newline = std::memchr(bytes.data() + at, '\n', bytes.size() - at);
      if (newline == nullptr && !at_end) break;
      const size_t end =
          newline == nullptr ? bytes.size() : static_cast<size_t>(static_cast<const char*>(newline) - bytes.data());
      std::string_view record = bytes.substr(at, end - at);
      if (record.ends_with('\r')) record.remove_suffix(1);
      ARROW_RETURN_NOT_OK(Append(record));
      at = std::min(end + 1, bytes.size());
    }
    *consumed = static_cast<int64_t>(at);
    return Finish();
  }

  using Decoder::DecodeMessages;
  arrow::Result<Batch> DecodeMessages(const std::vector<std::string_view>& messages,
                                      std::vector<int64_t>* rows_after) override {
    if (rows_after != nullptr) rows_after->clear();
    for (size_t i = 0; i < messages.size(); ++i) {
      line_ = static_cast<int64_t>(i);
      if (messages[i].data() == nullptr) {
        column_.AppendNull();
      } else {
        ARROW_RETURN_NOT_OK(Append(messages[i]));
      }
      if (rows_after != nullptr) rows_after->push_back(column_.length());
    }
    return Finish();
  }

 private:
  arrow::Status Append(std::string_view record) {
    ++line_;
    if (static_cast<int64_t>(record.size()) > max_record_bytes_) {
      return Refuse(record, "longer than " + std::to_string(max_record_bytes_) + " bytes (tidemark.max-record-size)");
    }
    if (width_ == 0) {
      if (column_.type().is_character() && !IsUtf8(record)) return Refuse(record, "not valid UTF-8");
      column_.AppendBytes(record);
      return arrow::Status::OK();
    }
    if (record.size() != static_cast<size_t>(width_)) {
      return Refuse(record, "field '" + name_ + "': " + std::to_string(record.size()) + " bytes where " +
                                column_.type().ToString() + " has " + std::to_string(width_));
    }
    char value[8];
    std::memcpy(value, record.data(), record.size());
    if (!little_endian_) std::reverse(value, value + width_);
    AppendFixed(value);
    return arrow::Status::OK();
  }

  void AppendFixed(const char* value) {
    const auto append = [&](auto typed) {
      std::memcpy(&typed, value, sizeof(typed));
      column_.Append(typed);
    };
    switch (width_) {
      case 1:
        return column_.type().kind() == TypeKind::kBoolean ? column_.Append(value[0] != 0) : append(int8_t{});
      case 2:
        return append(int16_t{});
      case 4:
        return append(int32_t{});
      default:
        return append(int64_t{});
    }
  }

  arrow::Status Refuse(std::string_view record, std::string reason) {
    if (bad_records_ == nullptr) return arrow::Status::Invalid("record ", line_, ": ", reason);
    return bad_records_->Handle({line_, std::move(reason), record});
  }

  arrow::Result<Batch> Finish() {
    Batch batch;
    batch.num_rows = column_.length();
    ARROW_ASSIGN_OR_RAISE(auto array, column_.Finish(batch.num_rows));
    if (wanted_) batch.columns.push_back(std::move(array));
    return batch;
  }

  const std::string name_;
  ColumnBuilder column_;
  const int width_;  ///< 0: as many as there are
  const bool little_endian_;
  const bool wanted_;
  BadRecordHandler* const bad_records_;
  const int64_t max_record_bytes_;
  int64_t line_ = 0;
};

class RawEncoder final : public Encoder {
 public:
  RawEncoder(DataType type, bool little_endian)
      : type_(std::move(type)), width_(WidthOf(type_)), little_endian_(little_endian) {}

  arrow::Status Encode(const Batch& batch, std::string* out) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      AppendValue(*batch.columns[0], row, out);
      *out += '\n';
    }
    return arrow::Status::OK();
  }

  arrow::Status EncodeMessages(const Batch& batch, std::vector<std::string>* out) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) AppendValue(*batch.columns[0], row, &out->emplace_back());
    return arrow::Status::OK();
  }

 private:
  void AppendValue(const arrow::Array& array, int64_t row, std::string* out) const {
    if (array.IsNull(row)) return;
    if (width_ == 0) {
      *out += static_cast<const arrow::BinaryArray&>(array).GetView(row);
      return;
    }
    if (type_.kind() == TypeKind::kBoolean) {
      *out += static_cast<const arrow::BooleanArray&>(array).Value(row) ? '\1' : '\0';
      return;
    }
    char value[8];
    std::memcpy(value, array.data()->buffers[1]->data() + (array.offset() + row) * width_, static_cast<size_t>(width_));
    if (!little_endian_) std::reverse(value, value + width_);
    out->append(value, static_cast<size_t>(width_));
  }

  const DataType type_;
  const int width_;
  const bool little_endian_;
};

arrow::Result<std::unique_ptr<Decoder>> MakeDecoder(const TableOptions& options, const DecodeRequest& request) {
  ARROW_RETURN_NOT_OK(Check(options, request.physical_schema));
  return std::make_unique<RawDecoder>(request, IsLittleEndian(options));
}

arrow::Result<std::unique_ptr<Encoder>> MakeEncoder(const TableOptions& options, const Schema& schema,
                                                    const std::string& /*zone*/) {
  ARROW_RETURN_NOT_OK(Check(options, schema));
  return std::make_unique<RawEncoder>(schema[0].type, IsLittleEndian(options));
}

}  // namespace

const Format& RawFormat() {
  static const Format format = {
      .name = "raw",
      .options = {{.key = "charset",
                   .type = OptionType::kString,
                   .default_value = "UTF-8",
                   .description = "Encoding of text."},
                  {.key = "endianness",
                   .type = OptionType::kEnum,
                   .default_value = "big-endian",
                   .description = "Byte order of numbers.",
                   .enum_values = {"big-endian", "little-endian"}}},
      .check = Check,
      .make_decoder = MakeDecoder,
      .make_encoder = MakeEncoder,
  };
  return format;
}

}  // namespace tidemark::formats
