// SPDX-License-Identifier: Apache-2.0
// Options of the parquet format.
#include "formats/parquet/parquet_options.h"

#include <arrow/status.h>
#include <arrow/util/compression.h>

#include <algorithm>
#include <cctype>

namespace tidemark::formats {
namespace {

const std::vector<std::string>& Codecs() {
  static const std::vector<std::string> names = {"UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD", "LZ4", "LZ4_RAW", "BROTLI"};
  return names;
}

arrow::Result<arrow::Compression::type> CodecOf(std::string name) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return std::toupper(c); });
  arrow::Compression::type codec = arrow::Compression::UNCOMPRESSED;
  if (name == "SNAPPY")
    codec = arrow::Compression::SNAPPY;
  else if (name == "GZIP")
    codec = arrow::Compression::GZIP;
  else if (name == "ZSTD")
    codec = arrow::Compression::ZSTD;
  else if (name == "LZ4" || name == "LZ4_RAW")
    codec = arrow::Compression::LZ4;
  else if (name == "BROTLI")
    codec = arrow::Compression::BROTLI;
  else if (name != "UNCOMPRESSED") {
    std::string all;
    for (const auto& known : Codecs()) all += (all.empty() ? "" : ", ") + known;
    return arrow::Status::Invalid("'parquet.compression' cannot be '", name, "'; there are ", all);
  }
  if (!arrow::util::Codec::IsAvailable(codec)) {
    return arrow::Status::NotImplemented("'parquet.compression' = '", name,
                                         "' is not supported by the Arrow library in use");
  }
  return codec;
}

OptionSpec Size(const char* key, const char* default_value, const char* description) {
  return {.key = key, .type = OptionType::kMemorySize, .default_value = default_value, .description = description};
}

OptionSpec Flag(const char* key, const char* default_value, const char* description) {
  return {.key = key, .type = OptionType::kBoolean, .default_value = default_value, .description = description};
}

arrow::Status CheckType(const std::string& path, const DataType& type) {
  if (type.is_interval()) {
    return arrow::Status::TypeError("Format 'parquet' has no form for column '", path, "' of type ", type.ToString());
  }
  for (const auto& field : type.fields()) ARROW_RETURN_NOT_OK(CheckType(path + "." + field.name, field.type));
  return arrow::Status::OK();
}

}  // namespace

const std::vector<OptionSpec>& ParquetOptions::Specs() {
  static const std::vector<OptionSpec> specs = {
      {.key = "compression",
       .type = OptionType::kString,
       .default_value = "SNAPPY",
       .description = "UNCOMPRESSED, SNAPPY, GZIP, ZSTD, LZ4 or BROTLI."},
      Size("block.size", "134217728", "Bytes of a row group."),
      Size("page.size", "1048576", "Bytes of a page."),
      Size("dictionary.page.size", "1048576", "Bytes of a column's dictionary, beyond which it is written plainly."),
      Flag("enable.dictionary", "true", "Write columns with few different values as a dictionary."),
      Flag("utc-timezone", "false",
           "Instants in a file stand for their wall clock in UTC, not in table.local-time-zone."),
      Flag("write.int64.timestamp", "true", "Write timestamps as INT64; false: as INT96, which old readers need."),
      {.key = "timestamp.time.unit",
       .type = OptionType::kEnum,
       .default_value = "micros",
       .description = "Unit of INT64 timestamps that are written.",
       .enum_values = {"nanos", "micros", "millis"}},
      {.key = "batch-size",
       .type = OptionType::kInteger,
       .default_value = "2048",
       .description = "Has no effect here."},
      {.key = "writer.version", .type = OptionType::kString, .default_value = "", .description = "Has no effect here."},
  };
  return specs;
}

arrow::Result<ParquetOptions> ParquetOptions::Parse(const TableOptions& options) {
  ParquetOptions parsed;
  const auto find = [&](const char* key) -> const std::string* {
    const auto found = options.find(key);
    return found == options.end() ? nullptr : &found->second;
  };
  const auto size = [&](const char* key, int64_t* out) -> arrow::Status {
    const std::string* value = find(key);
    return value == nullptr ? arrow::Status::OK() : ParseMemorySizeBytes(*value).Value(out);
  };
  const auto flag = [&](const char* key, bool* out) -> arrow::Status {
    const std::string* value = find(key);
    return value == nullptr ? arrow::Status::OK() : ParseBoolean(*value).Value(out);
  };
  if (const std::string* codec = find("compression")) {
    ARROW_ASSIGN_OR_RAISE(parsed.compression, CodecOf(*codec));
  }
  ARROW_RETURN_NOT_OK(size("block.size", &parsed.row_group_bytes));
  ARROW_RETURN_NOT_OK(size("page.size", &parsed.page_bytes));
  ARROW_RETURN_NOT_OK(size("dictionary.page.size", &parsed.dictionary_page_bytes));
  ARROW_RETURN_NOT_OK(flag("enable.dictionary", &parsed.dictionary));
  ARROW_RETURN_NOT_OK(flag("utc-timezone", &parsed.utc_time_zone));
  bool int64 = true;
  ARROW_RETURN_NOT_OK(flag("write.int64.timestamp", &int64));
  parsed.write_int96 = !int64;
  if (const std::string* unit = find("timestamp.time.unit")) {
    parsed.timestamp_unit = *unit == "nanos"    ? arrow::TimeUnit::NANO
                            : *unit == "millis" ? arrow::TimeUnit::MILLI
                                                : arrow::TimeUnit::MICRO;
  }
  return parsed;
}

arrow::Status CheckParquetTypes(const Schema& schema) {
  for (const auto& field : schema) ARROW_RETURN_NOT_OK(CheckType(field.name, field.type));
  return arrow::Status::OK();
}

}  // namespace tidemark::formats
