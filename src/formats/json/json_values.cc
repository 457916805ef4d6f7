// SPDX-License-Identifier: Apache-2.0
// Values: the quick way for what most records hold, and the way through text for everything else.
#include <cmath>
#include <limits>
#include <unordered_set>

#include "formats/json/json_plan.h"
#include "formats/json/json_row_reader.h"
#include "formats/json/json_scan.h"

namespace tidemark::formats {

using json::IsDigit;
using json::SkipSpace;

namespace {

bool IsNull(const char* text) { return std::memcmp(text, "null", 4) == 0; }

/// Ten to the power of 0..22: exact as doubles.
constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};

/// What a type wants its text to look like, for messages.
std::string TimestampHint(const DataType& type, TimestampStandard standard) {
  std::string layout = standard == TimestampStandard::kIso8601 ? "yyyy-MM-ddTHH:mm:ss[.f]" : "yyyy-MM-dd HH:mm:ss[.f]";
  if (type.kind() == TypeKind::kTimestampLtz) layout += "Z";
  return " written as " + layout + " (see option 'timestamp-format.standard')";
}

/// A number with fraction or exponent where an INT or BIGINT is wanted: the fraction is cut off, as Flink does.
bool TruncateToInteger(std::string_view text, TypeKind kind, ColumnBuilder* column) {
  double value = 0;
  if (!ParseDouble(text, &value)) return false;
  value = std::trunc(value);
  if (kind == TypeKind::kBigInt) {
    if (!(value >= -9223372036854775808.0 && value < 9223372036854775808.0)) return false;
    column->Append(static_cast<int64_t>(value));
    return true;
  }
  if (!(value >= std::numeric_limits<int32_t>::min() && value <= std::numeric_limits<int32_t>::max())) return false;
  column->Append(static_cast<int32_t>(value));
  return true;
}

}  // namespace

const char* JsonRowReader::ReadField(const char* text, FieldPlan& field) {
  const int64_t length = field.column->length();
  const char* end = ReadValue(text, field);
  if (end != nullptr) [[likely]]
    return end;
  if (problem_.repeated_key) return nullptr;
  if (problem_.syntax_at == nullptr && options_.ignore_parse_errors) {
    problem_ = Problem();
    field.column->Truncate(length);
    end = Skip(text);
    if (end != nullptr) field.column->AppendNull();
    return end;
  }
  if (!field.name.empty())
    problem_.path = problem_.path.empty() || problem_.path[0] == '[' ? field.name + problem_.path
                                                                     : field.name + "." + problem_.path;
  return nullptr;
}

const char* JsonRowReader::ReadValue(const char* text, FieldPlan& field) {
  if (*text == 'n' && IsNull(text)) {
    field.column->AppendNull();
    return text + 4;
  }
  switch (field.kind) {
    case TypeKind::kTinyInt:
      return ReadInteger<int8_t>(text, field);
    case TypeKind::kSmallInt:
      return ReadInteger<int16_t>(text, field);
    case TypeKind::kInt:
    case TypeKind::kIntervalYearMonth:
      return ReadInteger<int32_t>(text, field);
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime:
      return ReadInteger<int64_t>(text, field);
    case TypeKind::kDouble:
      return ReadDouble(text, field);
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      return ReadText(text, field);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return ReadTimestamp(text, field);
    case TypeKind::kArray:
      return ReadList(text, field);
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return ReadMap(text, field);
    case TypeKind::kRow: {
      if (*text != '{') return ReadThroughText(text, field);
      const char* end = ReadObject(text + 1, *field.object, field.column->length());
      if (end != nullptr) field.column->EndStruct();
      return end;
    }
    case TypeKind::kBoolean:
      if (std::memcmp(text, "true", 4) == 0) {
        field.column->Append(true);
        return text + 4;
      }
      if (std::memcmp(text, "false", 5) == 0) {
        field.column->Append(false);
        return text + 5;
      }
      return ReadThroughText(text, field);
    case TypeKind::kNull:
      field.column->AppendNull();
      return Skip(text);
    default:
      return ReadThroughText(text, field);
  }
}

template <typename T>
const char* JsonRowReader::ReadInteger(const char* text, FieldPlan& field) {
  const char* at = text;
  const bool negative = *at == '-';
  at += negative;
  uint64_t value = static_cast<unsigned char>(*at - '0');
  if (value > 9) return ReadThroughText(text, field);
  ++at;
  while (IsDigit(*at)) value = value * 10 + static_cast<uint64_t>(*at++ - '0');
  // Beyond 18 digits the sum may have run over; a leading zero or a fraction needs a closer look.
  const char* first = text + negative;
  if (at - first > 18 || *at == '.' || *at == 'e' || *at == 'E' || (*first == '0' && at - first > 1)) {
    return ReadThroughText(text, field);
  }
  const int64_t number = negative ? -static_cast<int64_t>(value) : static_cast<int64_t>(value);
  if constexpr (sizeof(T) < sizeof(int64_t)) {
    if (number < std::numeric_limits<T>::min() || number > std::numeric_limits<T>::max())
      return ReadThroughText(text, field);
  }
  field.column->Append(static_cast<T>(number));
  return at;
}

const char* JsonRowReader::ReadDouble(const char* text, FieldPlan& field) {
  const char* at = text;
  const bool negative = *at == '-';
  at += negative;
  const char* first = at;
  uint64_t digits = 0;
  while (IsDigit(*at)) digits = digits * 10 + static_cast<uint64_t>(*at++ - '0');
  const auto whole = at - first;
  int64_t fraction = 0;
  if (*at == '.') {
    const char* point = at++;
    while (IsDigit(*at)) digits = digits * 10 + static_cast<uint64_t>(*at++ - '0');
    fraction = at - point - 1;
    if (fraction == 0) return ReadThroughText(text, field);
  }
  // With at most 15 digits both parts are exact doubles, and so the quotient is rounded once.
  const bool simple = whole > 0 && whole + fraction <= 15 && *at != 'e' && *at != 'E' && !(*first == '0' && whole > 1);
  if (!simple) return ReadThroughText(text, field);
  const double value = static_cast<double>(digits) / kPowersOfTen[fraction];
  field.column->Append(negative ? -value : value);
  return at;
}

const char* JsonRowReader::ReadText(const char* text, FieldPlan& field) {
  if (*text != '"') return ReadThroughText(text, field);
  const char* at = text + 1;
  ColumnBuilder& column = *field.column;
  while (true) {
    // Copies more than may be wanted, and counts only what is.
    char* target = column.BytesTail(json::kScanWidth);
    std::memcpy(target, at, json::kScanWidth);
    const uint32_t special = json::SpecialBytes(at);
    if (special == 0) {
      column.AdvanceBytes(json::kScanWidth);
      at += json::kScanWidth;
      continue;
    }
    const int plain = __builtin_ctz(special);
    column.AdvanceBytes(plain);
    at += plain;
    if (*at == '"') {
      column.EndBytes();
      return at + 1;
    }
    at = ReadTextWithEscapes(at, column);
    if (at == nullptr) return nullptr;
  }
}

const char* JsonRowReader::ReadTextWithEscapes(const char* text, ColumnBuilder& column) {
  char* const begin = column.BytesTail(4);
  char* end = begin;
  const char* after = *text == '\\' ? json::ReadEscape(text, &end) : nullptr;
  if (after == nullptr) {
    column.DropBytes();
    return FailSyntax(text,
                      *text == '\\' ? "this is no escape sequence" : "a control character must be escaped in a string");
  }
  column.AdvanceBytes(end - begin);
  return after;
}

const char* JsonRowReader::ReadTimestamp(const char* text, FieldPlan& field) {
  if (*text != '"') return ReadThroughText(text, field);
  int64_t value = 0;
  const char* end =
      field.timestamp.Read(text + 1, options_.timestamps == TimestampStandard::kIso8601 ? 'T' : ' ', &value);
  if (end == nullptr) return ReadThroughText(text, field);
  if (field.kind == TypeKind::kTimestampLtz) {
    if (*end != 'Z') return ReadThroughText(text, field);
    ++end;
  }
  if (*end != '"') return ReadThroughText(text, field);
  field.column->Append(value);
  return end + 1;
}

const char* JsonRowReader::ReadThroughText(const char* text, FieldPlan& field) {
  const char* end = nullptr;
  std::string_view value;
  bool integer = true;
  scratch_.clear();
  if (*text == '"') {
    end = json::ReadString(text, &scratch_, &problem_.syntax_at, &problem_.syntax_reason);
    value = scratch_;
  } else {
    end = Skip(text);
    value = std::string_view(text, end == nullptr ? 0 : static_cast<size_t>(end - text));
  }
  if (end == nullptr) return nullptr;
  const bool container = *text == '{' || *text == '[';
  const bool number = !container && *text != '"' && json::FindNumberEnd(text, &integer) == end;
  if (field.column->storage() == ColumnBuilder::Storage::kBytes) {
    if (container) {
      json::AppendCompact(value, &scratch_);
      value = scratch_;
    }
    const bool binary = field.column->type().is_binary();
    if (binary && *text != '"')
      return FailValue(DescribeMismatch(value, field.column->type()) + " (text in Base64 is expected)");
  } else if (container || field.column->type().is_nested()) {
    return FailValue(DescribeMismatch({text, static_cast<size_t>(end - text)}, field.column->type()));
  }
  if (number && !integer && (field.kind == TypeKind::kInt || field.kind == TypeKind::kBigInt)) {
    if (TruncateToInteger(value, field.kind, field.column)) return end;
    return FailValue(DescribeMismatch(value, field.column->type()));
  }
  if (AppendText(value, options_.timestamps, field.column)) return end;
  std::string reason = DescribeMismatch(value, field.column->type());
  if (field.column->type().is_timestamp()) reason += TimestampHint(field.column->type(), options_.timestamps);
  return FailValue(std::move(reason));
}

const char* JsonRowReader::ReadList(const char* text, FieldPlan& field) {
  if (*text != '[') return ReadThroughText(text, field);
  const int64_t start = field.column->list_start();
  text = SkipSpace(text + 1);
  if (*text == ']') {
    field.column->EndList();
    return text + 1;
  }
  while (true) {
    text = ReadField(text, *field.element);
    if (text == nullptr) {
      if (problem_.syntax_at == nullptr && !problem_.repeated_key) {
        const std::string index = "[" + std::to_string(field.element->column->length() - start) + "]";
        problem_.path = index + (problem_.path.empty() || problem_.path[0] == '[' ? "" : ".") + problem_.path;
      }
      return nullptr;
    }
    text = SkipSpace(text);
    if (*text == ']') break;
    if (*text != ',') return FailSyntax(text, "',' or ']' was expected here");
    text = SkipSpace(text + 1);
  }
  field.column->EndList();
  return text + 1;
}

const char* JsonRowReader::ReadMap(const char* text, FieldPlan& field) {
  if (*text != '{') return ReadThroughText(text, field);
  if (careful_) return ReadMapWithRepeatedKeys(text, field);
  ColumnBuilder& keys = field.column->child(0);
  std::unordered_set<std::string> seen;
  text = SkipSpace(text + 1);
  bool more = *text != '}';
  if (!more) ++text;
  while (more) {
    if (*text != '"') return FailSyntax(text, "a key in quotes was expected here");
    std::string key;
    text = json::ReadString(text, &key, &problem_.syntax_at, &problem_.syntax_reason);
    if (text == nullptr) return nullptr;
    text = SkipSpace(text);
    if (*text != ':') return FailSyntax(text, "':' was expected here");
    keys.AppendBytes(key);
    text = ReadField(SkipSpace(text + 1), *field.element);
    if (text == nullptr) {
      if (problem_.syntax_at == nullptr)
        problem_.path = "[" + key + "]" + (problem_.path.empty() ? "" : "." + problem_.path);
      return nullptr;
    }
    if (!seen.insert(std::move(key)).second) {
      problem_.repeated_key = true;
      return nullptr;
    }
    text = SkipSpace(text);
    if (*text != ',' && *text != '}') return FailSyntax(text, "',' or '}' was expected here");
    more = *text == ',';
    text = more ? SkipSpace(text + 1) : text + 1;
  }
  field.column->EndList();
  return text;
}

const char* JsonRowReader::ReadMapWithRepeatedKeys(const char* text, FieldPlan& field) {
  std::vector<std::pair<std::string, const char*>> entries;  // in order of first appearance, with the last value
  std::unordered_map<std::string, size_t> positions;
  text = SkipSpace(text + 1);
  bool more = *text != '}';
  if (!more) ++text;
  while (more) {
    if (*text != '"') return FailSyntax(text, "a key in quotes was expected here");
    std::string key;
    text = json::ReadString(text, &key, &problem_.syntax_at, &problem_.syntax_reason);
    if (text == nullptr) return nullptr;
    text = SkipSpace(text);
    if (*text != ':') return FailSyntax(text, "':' was expected here");
    text = SkipSpace(text + 1);
    const auto [position, is_new] = positions.emplace(key, entries.size());
    if (is_new) {
      entries.emplace_back(std::move(key), text);
    } else {
      entries[position->second].second = text;
    }
    text = Skip(text);
    if (text == nullptr) return nullptr;
    text = SkipSpace(text);
    if (*text != ',' && *text != '}') return FailSyntax(text, "',' or '}' was expected here");
    more = *text == ',';
    text = more ? SkipSpace(text + 1) : text + 1;
  }
  for (const auto& [key, value] : entries) {
    field.column->child(0).AppendBytes(key);
    if (ReadField(value, *field.element) == nullptr) return nullptr;
  }
  field.column->EndList();
  return text;
}

}  // namespace tidemark::formats
