// SPDX-License-Identifier: Apache-2.0
// Objects: keys in their expected order, repeated and missing ones; and how a problem is put into words.
#include "formats/json/json_row_reader.h"

#include <arrow/status.h>

#include <algorithm>

#include "formats/json/json_plan.h"
#include "formats/json/json_scan.h"

namespace tidemark::formats {

using json::SkipSpace;

namespace {

/// Marks the children of a ROW builder that no path leads to.
void MarkUnused(ColumnBuilder* row, const std::vector<std::vector<int>>& paths, size_t depth) {
  for (size_t i = 0; i < row->num_children(); ++i) {
    bool whole = false;
    std::vector<std::vector<int>> below;
    for (const auto& path : paths) {
      if (path[depth] != static_cast<int>(i)) continue;
      whole |= path.size() == depth + 1;
      below.push_back(path);
    }
    ColumnBuilder& child = row->child(i);
    if (below.empty()) {
      child.SetUnused();
    } else if (!whole && child.type().kind() == TypeKind::kRow) {
      MarkUnused(&child, below, depth + 1);
    }
  }
}

}  // namespace

JsonRowReader::FieldPlan::FieldPlan(std::string field_name, ColumnBuilder* builder)
    : name(std::move(field_name)), column(builder), kind(builder->type().kind()), timestamp(builder->type()) {
  if (kind == TypeKind::kRow) object = std::make_unique<ObjectPlan>(builder);
  if (kind == TypeKind::kArray) element = std::make_unique<FieldPlan>("", &builder->child(0));
  if (kind == TypeKind::kMap || kind == TypeKind::kMultiset)
    element = std::make_unique<FieldPlan>("", &builder->child(1));
}

JsonRowReader::ObjectPlan::ObjectPlan(ColumnBuilder* row) {
  const auto& fields = row->type().fields();
  for (size_t i = 0; i < fields.size(); ++i) {
    if (!row->child(i).unused()) Add(fields[i].name, &row->child(i));
  }
}

void JsonRowReader::ObjectPlan::Add(const std::string& name, ColumnBuilder* column) {
  fields.push_back(std::make_unique<FieldPlan>(name, column));
  by_name.emplace(fields.back()->name, fields.back().get());
}

JsonRowReader::JsonRowReader(const std::vector<Field>& fields,
                             const std::map<int, std::vector<std::vector<int>>>& used_fields,
                             const JsonOptions& options)
    : options_(options), root_(std::make_unique<ObjectPlan>()) {
  columns_.reserve(fields.size());
  for (const auto& field : fields) columns_.emplace_back(field.type);
  for (const auto& [index, paths] : used_fields) {
    ColumnBuilder& column = columns_[static_cast<size_t>(index)];
    if (column.type().kind() == TypeKind::kRow) MarkUnused(&column, paths, 0);
  }
  for (size_t i = 0; i < fields.size(); ++i) root_->Add(fields[i].name, &columns_[i]);
}

JsonRowReader::~JsonRowReader() = default;

void JsonRowReader::Reserve(int64_t rows) {
  for (auto& column : columns_) column.Reserve(rows);
}

const char* JsonRowReader::ReadRow(const char* text) {
  if (had_problem_) [[unlikely]] {
    problem_ = Problem();
    had_problem_ = false;
  }
  const char* end = nullptr;
  if (*text != '{') {
    // Say what it is, if it is JSON at all.
    if (Skip(text) != nullptr) FailValue("the record is not a JSON object");
  } else {
    careful_ = false;
    end = ReadObject(text + 1, *root_, rows_);
    if (end == nullptr && problem_.repeated_key) {
      Truncate(rows_);
      problem_ = Problem();
      careful_ = true;
      end = ReadObject(text + 1, *root_, rows_);
    }
  }
  if (end == nullptr) {
    had_problem_ = true;
    Truncate(rows_);
    return nullptr;
  }
  ++rows_;
  return end;
}

const char* JsonRowReader::ReadObject(const char* text, ObjectPlan& plan, int64_t row) {
  if (careful_) return ReadObjectWithRepeatedKeys(text, plan);
  size_t next_key = 0;
  size_t found = 0;
  text = SkipSpace(text);
  if (*text == '}') {
    ++text;
  } else {
    while (true) {
      FieldPlan* field = nullptr;
      text = ReadKnownKey(text, plan, &next_key, &field);
      if (text == nullptr) return nullptr;
      text = SkipSpace(text);
      if (*text != ':') return FailSyntax(text, "':' was expected here");
      text = SkipSpace(text + 1);
      if (field == nullptr) {
        text = Skip(text);
      } else {
        if (field->column->length() != row) {
          problem_.repeated_key = true;
          return nullptr;
        }
        ++found;
        text = ReadField(text, *field);
      }
      if (text == nullptr) return nullptr;
      text = SkipSpace(text);
      if (*text == ',') {
        text = SkipSpace(text + 1);
        continue;
      }
      if (*text != '}') return FailSyntax(text, "',' or '}' was expected here");
      ++text;
      break;
    }
  }
  if (found != plan.fields.size() && !AddMissing(plan, row)) return nullptr;
  return text;
}

const char* JsonRowReader::ReadKnownKey(const char* text, ObjectPlan& plan, size_t* next, FieldPlan** field) {
  // The key that followed last time, or one of the next few when some are left out.
  const size_t end = std::min(*next + 3, plan.keys.size());
  for (size_t i = *next; i < end; ++i) {
    const Key& key = plan.keys[i];
    if (key.Matches(text)) {
      *next = i + 1;
      *field = key.field;
      return text + key.length;
    }
  }
  return ReadOtherKey(text, plan, next, field);
}

const char* JsonRowReader::ReadOtherKey(const char* text, ObjectPlan& plan, size_t* next, FieldPlan** field) {
  if (*text != '"') return FailSyntax(text, "a field name in quotes was expected here");
  std::string name;
  const char* end = json::ReadString(text, &name, &problem_.syntax_at, &problem_.syntax_reason);
  if (end == nullptr) return nullptr;
  const std::string written(text, end);
  const auto known = plan.key_positions.find(written);
  if (known != plan.key_positions.end()) {
    *next = known->second + 1;
    *field = plan.keys[known->second].field;
    return end;
  }
  const auto found = plan.by_name.find(name);
  *field = found == plan.by_name.end() ? nullptr : found->second;
  // Objects used as maps have ever new keys: only so many are remembered.
  if (plan.keys.size() < kKeysRemembered && written.size() <= kKeyLengthRemembered) {
    plan.key_positions.emplace(written, plan.keys.size());
    plan.keys.emplace_back(written, *field);
    *next = plan.keys.size();
  }
  return end;
}

const char* JsonRowReader::ReadObjectWithRepeatedKeys(const char* text, ObjectPlan& plan) {
  std::unordered_map<FieldPlan*, const char*> values;  // where the last one of each begins
  text = SkipSpace(text);
  bool more = *text != '}';
  if (!more) ++text;
  while (more) {
    if (*text != '"') return FailSyntax(text, "a field name in quotes was expected here");
    std::string name;
    text = json::ReadString(text, &name, &problem_.syntax_at, &problem_.syntax_reason);
    if (text == nullptr) return nullptr;
    text = SkipSpace(text);
    if (*text != ':') return FailSyntax(text, "':' was expected here");
    text = SkipSpace(text + 1);
    const auto found = plan.by_name.find(name);
    if (found != plan.by_name.end()) values[found->second] = text;
    text = Skip(text);
    if (text == nullptr) return nullptr;
    text = SkipSpace(text);
    if (*text != ',' && *text != '}') return FailSyntax(text, "',' or '}' was expected here");
    more = *text == ',';
    text = more ? SkipSpace(text + 1) : text + 1;
  }
  for (auto& field : plan.fields) {
    const auto value = values.find(field.get());
    if (value != values.end()) {
      if (ReadField(value->second, *field) == nullptr) return nullptr;
    } else if (options_.fail_on_missing_field) {
      return FailValue("field '" + field->name + "' is missing");
    } else {
      field->column->AppendNull();
    }
  }
  return text;
}

bool JsonRowReader::AddMissing(ObjectPlan& plan, int64_t row) {
  for (auto& field : plan.fields) {
    if (field->column->length() != row) continue;
    if (options_.fail_on_missing_field) {
      FailValue("field '" + field->name + "' is missing");
      return false;
    }
    field->column->AppendNull();
  }
  return true;
}

const char* JsonRowReader::FailSyntax(const char* at, const char* reason) {
  problem_.syntax_at = at;
  problem_.syntax_reason = *at == '\n' ? "the record ends here, in the middle" : reason;
  return nullptr;
}

const char* JsonRowReader::FailValue(std::string reason) {
  problem_.reason = std::move(reason);
  return nullptr;
}

const char* JsonRowReader::Skip(const char* text) {
  return json::SkipValue(text, &problem_.syntax_at, &problem_.syntax_reason);
}

void JsonRowReader::SetProblem(const char* at, const char* reason) {
  problem_ = Problem();
  had_problem_ = true;
  FailSyntax(at, reason);
}

std::string JsonRowReader::DescribeProblem(const char* begin) const {
  if (problem_.syntax_at != nullptr) {
    return "not valid JSON at character " + std::to_string(problem_.syntax_at - begin + 1) + ": " +
           problem_.syntax_reason;
  }
  if (problem_.path.empty()) return problem_.reason;
  return "field '" + problem_.path + "': " + problem_.reason;
}

void JsonRowReader::Truncate(int64_t rows) {
  for (auto& column : columns_) column.Truncate(rows);
  rows_ = rows;
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> JsonRowReader::Finish() {
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  arrays.reserve(columns_.size());
  for (auto& column : columns_) {
    ARROW_ASSIGN_OR_RAISE(auto array, column.Finish(rows_));
    arrays.push_back(std::move(array));
  }
  rows_ = 0;
  return arrays;
}

}  // namespace tidemark::formats
