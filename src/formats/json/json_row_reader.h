// SPDX-License-Identifier: Apache-2.0
// JsonRowReader: JSON objects straight into Arrow columns, field by field, without a document in between.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "catalog/data_type.h"
#include "formats/column_builder.h"
#include "formats/format.h"
#include "formats/json/json_options.h"

namespace tidemark::formats {

/// Reads objects whose fields are the columns of a table. Records of one source tend to have the same fields in the
/// same order, so the reader remembers the order in which keys came, and first compares a key with the one that
/// followed last time; any other order, unknown keys, missing and repeated ones (the last counts) are read as well.
///
/// Text must be as json_scan.h asks: ended by '\n', with 64 readable bytes after it, and valid UTF-8. One thread.
class JsonRowReader {
 public:
  /// `fields`: the columns to fill. `used_fields`: as in DecodeRequest, but keyed by position in `fields`.
  JsonRowReader(const std::vector<Field>& fields, const std::map<int, std::vector<std::vector<int>>>& used_fields,
                const JsonOptions& options);
  ~JsonRowReader();

  void Reserve(int64_t rows);
  /// Rows read since the last Finish.
  int64_t rows() const { return rows_; }

  /// Reads the object at `text` as one row. Gives the character after it. Null when it cannot be read: no row was
  /// added, and problem() says why.
  const char* ReadRow(const char* text);

  /// What was wrong: "field 'price': 'abc' is not a BIGINT", or "not valid JSON at character 17: …" counted from
  /// `begin`.
  std::string DescribeProblem(const char* begin) const;
  /// For a caller that found something wrong itself.
  void SetProblem(const char* at, const char* reason);

  /// Takes back the rows from `rows` on.
  void Truncate(int64_t rows);
  /// The columns; the reader is empty again.
  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Finish();

  /// One key of an object as it was written, and which field it names.
  struct Key;
  struct FieldPlan;
  struct ObjectPlan;

 private:
  const char* ReadObject(const char* text, ObjectPlan& plan, int64_t row);
  const char* ReadKnownKey(const char* text, ObjectPlan& plan, size_t* next, FieldPlan** field);
  const char* ReadOtherKey(const char* text, ObjectPlan& plan, size_t* next, FieldPlan** field);
  const char* ReadObjectWithRepeatedKeys(const char* text, ObjectPlan& plan);
  bool AddMissing(ObjectPlan& plan, int64_t row);

  const char* ReadField(const char* text, FieldPlan& field);
  const char* ReadValue(const char* text, FieldPlan& field);
  template <typename T>
  const char* ReadInteger(const char* text, FieldPlan& field);
  const char* ReadDouble(const char* text, FieldPlan& field);
  const char* ReadText(const char* text, FieldPlan& field);
  const char* ReadTextWithEscapes(const char* text, ColumnBuilder& column);
  const char* ReadTimestamp(const char* text, FieldPlan& field);
  const char* ReadList(const char* text, FieldPlan& field);
  const char* ReadMap(const char* text, FieldPlan& field);
  const char* ReadMapWithRepeatedKeys(const char* text, FieldPlan& field);
  /// Any scalar through its text: numbers in quotes, fractions for integers, and whatever the quick ways leave.
  const char* ReadThroughText(const char* text, FieldPlan& field);

  const char* FailSyntax(const char* at, const char* reason);
  const char* FailValue(std::string reason);
  const char* Skip(const char* text);

  const JsonOptions options_;
  std::vector<ColumnBuilder> columns_;
  std::unique_ptr<ObjectPlan> root_;
  int64_t rows_ = 0;

  /// Read with care: a key came twice in this record.
  bool careful_ = false;
  std::string scratch_;

  struct Problem {
    const char* syntax_at = nullptr;  ///< null: the text is JSON, but a value does not fit its type
    const char* syntax_reason = "";
    std::string reason;
    std::string path;
    bool repeated_key = false;
  };
  Problem problem_;
  bool had_problem_ = false;  ///< the last record left its problem to be read
};

}  // namespace tidemark::formats
