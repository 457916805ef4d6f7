// SPDX-License-Identifier: Apache-2.0
// JsonWriter: SQL values as JSON text.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "catalog/data_type.h"

namespace tidemark::expr {

/// TypeError for types that have no JSON form: DATE, TIME, intervals, maps whose keys are no text.
arrow::Status CheckJsonType(const DataType& type);

/// Writes values of one type. Made once per column. One thread.
class JsonWriter {
 public:
  static arrow::Result<std::unique_ptr<JsonWriter>> Make(const DataType& type);
  virtual ~JsonWriter() = default;

  /// Appends the value, "null" for a NULL. Invalid for a map with a NULL key.
  arrow::Status Write(const arrow::Array& array, int64_t row, std::string* out);

 protected:
  /// REQUIRES: the value is not NULL.
  virtual arrow::Status WriteValue(const arrow::Array& array, int64_t row, std::string* out) = 0;
};

/// The members of one object under construction: sorted by key, the last value of a key counts.
class JsonMembers {
 public:
  void Clear() { members_.clear(); }
  void Put(std::string_view key, std::string json) { members_.emplace_back(std::string(key), std::move(json)); }
  /// Appends the object.
  void Write(std::string* out);

 private:
  std::vector<std::pair<std::string, std::string>> members_;
};

}  // namespace tidemark::expr
