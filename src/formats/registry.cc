// SPDX-License-Identifier: Apache-2.0
// The formats there are: one line each.
#include <algorithm>

#include "formats/csv/csv_format.h"
#include "formats/debezium/debezium_format.h"
#include "formats/format.h"
#include "formats/json/json_format.h"
#include "formats/parquet/parquet_format.h"
#include "formats/raw/raw_format.h"

namespace tidemark::formats {
namespace {

const std::vector<const Format*>& All() {
  static const std::vector<const Format*> formats = {
      &CsvFormat(), &DebeziumJsonFormat(), &JsonFormat(), &ParquetFormat(), &RawFormat(),
  };
  return formats;
}

}  // namespace

const Format* FindFormat(const std::string& name) {
  const auto found =
      std::find_if(All().begin(), All().end(), [&](const Format* format) { return format->name == name; });
  return found == All().end() ? nullptr : *found;
}

std::vector<std::string> FormatNames() {
  std::vector<std::string> names;
  for (const Format* format : All()) names.push_back(format->name);
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace tidemark::formats
