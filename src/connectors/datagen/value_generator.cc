// SPDX-License-Identifier: Apache-2.0
// Random and sequential values per type.
#include "connectors/datagen/value_generator.h"

#include <arrow/api.h>

#include <charconv>
#include <cmath>
#include <functional>
#include <limits>

#include "catalog/configuration.h"
#include "connectors/name_hash.h"

namespace tidemark::connectors {
namespace {

/// A stream of pseudo-random numbers for one cell (SplitMix64, Steele et al., "Fast splittable pseudorandom number
/// generators", OOPSLA 2014).
class CellRandom {
 public:
  CellRandom(uint64_t column_seed, int64_t row)
      : state_(column_seed + static_cast<uint64_t>(row) * 0x9E3779B97F4A7C15ull) {
    Next();
  }
  uint64_t Next() {
    uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
    return z ^ (z >> 31);
  }
  double NextUnit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  int64_t NextBetween(int64_t low, int64_t high) {
    const auto range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low) + 1;
    return range == 0 ? static_cast<int64_t>(Next())
                      : static_cast<int64_t>(static_cast<uint64_t>(low) + Next() % range);
  }

 private:
  uint64_t state_;
};

int64_t LowestOf(TypeKind kind) {
  return kind == TypeKind::kTinyInt    ? std::numeric_limits<int8_t>::min()
         : kind == TypeKind::kSmallInt ? std::numeric_limits<int16_t>::min()
         : kind == TypeKind::kInt      ? std::numeric_limits<int32_t>::min()
                                       : std::numeric_limits<int64_t>::min();
}

int64_t HighestOf(TypeKind kind) { return -(LowestOf(kind) + 1); }

/// The options of one column.
class FieldOptions {
 public:
  FieldOptions(const TableDefinition& table, const std::string& column)
      : table_(table), prefix_("fields." + column + ".") {}

  std::optional<std::string> Find(const std::string& key) const {
    const auto found = table_.options.find(prefix_ + key);
    return found == table_.options.end() ? std::nullopt : std::optional(found->second);
  }
  arrow::Status Bad(const std::string& key, const std::string& expected) const {
    return arrow::Status::Invalid("Option '", prefix_, key, "' = '", Find(key).value_or(""), "' is not ", expected);
  }
  arrow::Result<int64_t> Integer(const std::string& key, int64_t otherwise) const {
    const auto text = Find(key);
    if (!text) return otherwise;
    auto value = ParseInteger(*text);
    return value.ok() ? value : Bad(key, "an integer");
  }
  /// An integer that a column of this type can hold.
  arrow::Result<int64_t> IntegerOf(const DataType& type, const std::string& key, int64_t otherwise) const {
    ARROW_ASSIGN_OR_RAISE(const int64_t value, Integer(key, otherwise));
    const bool fits = !type.is_integer() || (value >= LowestOf(type.kind()) && value <= HighestOf(type.kind()));
    return fits ? arrow::Result<int64_t>(value) : Bad(key, "a value of " + type.ToString());
  }
  arrow::Result<double> Number(const std::string& key, double otherwise) const {
    const auto text = Find(key);
    if (!text) return otherwise;
    double value = 0;
    const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), value);
    return error == std::errc() && end == text->data() + text->size() ? arrow::Result<double>(value)
                                                                      : Bad(key, "a number");
  }
  arrow::Result<int64_t> DurationMicros(const std::string& key) const {
    const auto text = Find(key);
    if (!text) return 0;
    auto millis = ParseDurationMillis(*text);
    return millis.ok() ? arrow::Result<int64_t>(*millis * 1000) : Bad(key, "a duration such as '10 s'");
  }

 private:
  const TableDefinition& table_;
  std::string prefix_;
};

using AppendCell =
    std::function<arrow::Status(CellRandom& random, int64_t row, int64_t now_micros, arrow::ArrayBuilder* builder)>;

class CellGenerator final : public ValueGenerator {
 public:
  CellGenerator(std::shared_ptr<arrow::DataType> type, uint64_t seed, double null_rate, std::optional<int64_t> rows,
                AppendCell append)
      : type_(std::move(type)), seed_(seed), null_rate_(null_rate), rows_(rows), append_(std::move(append)) {}

  arrow::Result<std::shared_ptr<arrow::Array>> Generate(int64_t first, int64_t count,
                                                        int64_t now_micros) const override {
    ARROW_ASSIGN_OR_RAISE(auto builder, arrow::MakeBuilder(type_));
    ARROW_RETURN_NOT_OK(builder->Reserve(count));
    for (int64_t row = first; row < first + count; ++row) {
      CellRandom random(seed_, row);
      const bool is_null = null_rate_ > 0 && random.NextUnit() < null_rate_;
      ARROW_RETURN_NOT_OK(is_null ? builder->AppendNull() : append_(random, row, now_micros, builder.get()));
    }
    return builder->Finish();
  }
  std::optional<int64_t> rows() const override { return rows_; }

 private:
  std::shared_ptr<arrow::DataType> type_;
  uint64_t seed_;
  double null_rate_;
  std::optional<int64_t> rows_;
  AppendCell append_;
};

arrow::Status AppendInteger(const DataType& type, int64_t value, arrow::ArrayBuilder* builder) {
  switch (type.kind()) {
    case TypeKind::kTinyInt:
      return static_cast<arrow::Int8Builder*>(builder)->Append(static_cast<int8_t>(value));
    case TypeKind::kSmallInt:
      return static_cast<arrow::Int16Builder*>(builder)->Append(static_cast<int16_t>(value));
    case TypeKind::kInt:
      return static_cast<arrow::Int32Builder*>(builder)->Append(static_cast<int32_t>(value));
    default:
      return static_cast<arrow::Int64Builder*>(builder)->Append(value);
  }
}

arrow::Status AppendDecimal(const DataType& type, double value, arrow::ArrayBuilder* builder) {
  ARROW_ASSIGN_OR_RAISE(const auto decimal, arrow::Decimal128::FromReal(value, type.precision(), type.scale()));
  return static_cast<arrow::Decimal128Builder*>(builder)->Append(decimal);
}

int64_t TimestampUnit(const DataType& type, int64_t micros) {
  if (type.precision() <= 3) return micros / 1000;
  return type.precision() <= 6 ? micros : micros * 1000;
}

std::string HexText(CellRandom& random, int64_t length) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  text.reserve(length);
  while (static_cast<int64_t>(text.size()) < length) {
    uint64_t bits = random.Next();
    for (int i = 0; i < 16 && static_cast<int64_t>(text.size()) < length; ++i, bits >>= 4) text += kDigits[bits & 15];
  }
  return text;
}

arrow::Result<AppendCell> RandomCell(const DataType& type, const FieldOptions& options) {
  if (type.is_integer()) {
    ARROW_ASSIGN_OR_RAISE(const int64_t low, options.IntegerOf(type, "min", LowestOf(type.kind())));
    ARROW_ASSIGN_OR_RAISE(const int64_t high, options.IntegerOf(type, "max", HighestOf(type.kind())));
    if (low > high) return options.Bad("max", "at least the 'min'");
    return [=](CellRandom& random, int64_t, int64_t, arrow::ArrayBuilder* builder) {
      return AppendInteger(type, random.NextBetween(low, high), builder);
    };
  }
  if (type.is_approximate() || type.kind() == TypeKind::kDecimal) {
    const bool decimal = type.kind() == TypeKind::kDecimal;
    const double limit = decimal                           ? std::pow(10.0, type.precision() - type.scale()) - 1
                         : type.kind() == TypeKind::kFloat ? std::numeric_limits<float>::max() / 2
                                                           : std::numeric_limits<double>::max() / 2;
    ARROW_ASSIGN_OR_RAISE(const double low, options.Number("min", -limit));
    ARROW_ASSIGN_OR_RAISE(const double high, options.Number("max", limit));
    if (low > high) return options.Bad("max", "at least the 'min'");
    return [=](CellRandom& random, int64_t, int64_t, arrow::ArrayBuilder* builder) -> arrow::Status {
      const double value = low + random.NextUnit() * (high - low);
      if (decimal) return AppendDecimal(type, value, builder);
      if (type.kind() == TypeKind::kFloat)
        return static_cast<arrow::FloatBuilder*>(builder)->Append(static_cast<float>(value));
      return static_cast<arrow::DoubleBuilder*>(builder)->Append(value);
    };
  }
  if (type.is_character() || type.is_binary()) {
    const bool fixed = type.kind() == TypeKind::kChar || type.kind() == TypeKind::kBinary;
    ARROW_ASSIGN_OR_RAISE(const int64_t wanted, options.Integer("length", 100));
    if (wanted < 0 || wanted > 1 << 20) return options.Bad("length", "between 0 and 1048576");
    const int64_t length = fixed ? type.length() : std::min<int64_t>(wanted, type.length());
    return [=](CellRandom& random, int64_t, int64_t, arrow::ArrayBuilder* builder) {
      return static_cast<arrow::BinaryBuilder*>(builder)->Append(HexText(random, length));
    };
  }
  if (type.is_timestamp()) {
    ARROW_ASSIGN_OR_RAISE(const int64_t past, options.DurationMicros("max-past"));
    return [=](CellRandom& random, int64_t, int64_t now, arrow::ArrayBuilder* builder) {
      const int64_t micros = now - (past > 0 ? random.NextBetween(0, past) : 0);
      return static_cast<arrow::TimestampBuilder*>(builder)->Append(TimestampUnit(type, micros));
    };
  }
  if (type.kind() == TypeKind::kBoolean) {
    return [](CellRandom& random, int64_t, int64_t, arrow::ArrayBuilder* builder) {
      return static_cast<arrow::BooleanBuilder*>(builder)->Append((random.Next() & 1) != 0);
    };
  }
  if (type.kind() == TypeKind::kDate) {
    return [](CellRandom&, int64_t, int64_t now, arrow::ArrayBuilder* builder) {
      return static_cast<arrow::Date32Builder*>(builder)->Append(static_cast<int32_t>(now / 86'400'000'000));
    };
  }
  if (type.kind() == TypeKind::kTime) {
    return [](CellRandom&, int64_t, int64_t now, arrow::ArrayBuilder* builder) {
      return static_cast<arrow::Time32Builder*>(builder)->Append(static_cast<int32_t>(now % 86'400'000'000 / 1000));
    };
  }
  return arrow::Status::NotImplemented("datagen for a column of type ", type.ToString(), " is not supported yet");
}

arrow::Result<AppendCell> SequenceCell(const DataType& type, int64_t start) {
  const bool takes = type.is_numeric() || type.is_character();
  if (!takes)
    return arrow::Status::NotImplemented("A datagen sequence of type ", type.ToString(), " is not supported yet");
  return [=](CellRandom&, int64_t row, int64_t, arrow::ArrayBuilder* builder) -> arrow::Status {
    const int64_t value = start + row;
    if (type.is_integer()) return AppendInteger(type, value, builder);
    if (type.kind() == TypeKind::kFloat)
      return static_cast<arrow::FloatBuilder*>(builder)->Append(static_cast<float>(value));
    if (type.kind() == TypeKind::kDouble)
      return static_cast<arrow::DoubleBuilder*>(builder)->Append(static_cast<double>(value));
    if (type.kind() == TypeKind::kDecimal) return AppendDecimal(type, static_cast<double>(value), builder);
    return static_cast<arrow::StringBuilder*>(builder)->Append(std::to_string(value));
  };
}

}  // namespace

arrow::Result<std::unique_ptr<ValueGenerator>> MakeValueGenerator(const TableDefinition& table,
                                                                  const TableColumn& column) {
  const FieldOptions options(table, column.name);
  ARROW_ASSIGN_OR_RAISE(const double null_rate, options.Number("null-rate", 0));
  const std::string kind = options.Find("kind").value_or("random");
  AppendCell append;
  std::optional<int64_t> rows;
  if (kind == "sequence") {
    if (!options.Find("start") || !options.Find("end")) {
      return arrow::Status::Invalid("Column '", column.name, "' is a sequence and needs 'fields.", column.name,
                                    ".start' and 'fields.", column.name, ".end'");
    }
    ARROW_ASSIGN_OR_RAISE(const int64_t start, options.IntegerOf(column.type, "start", 0));
    ARROW_ASSIGN_OR_RAISE(const int64_t end, options.IntegerOf(column.type, "end", 0));
    if (end < start) return options.Bad("end", "at least the 'start'");
    const uint64_t steps = static_cast<uint64_t>(end) - static_cast<uint64_t>(start);
    if (steps >= static_cast<uint64_t>(std::numeric_limits<int64_t>::max()))
      return options.Bad("end", "near enough to the 'start': there are too many numbers between them");
    rows = static_cast<int64_t>(steps) + 1;
    ARROW_ASSIGN_OR_RAISE(append, SequenceCell(column.type, start));
  } else if (kind == "random") {
    ARROW_ASSIGN_OR_RAISE(append, RandomCell(column.type, options));
  } else {
    return options.Bad("kind", "'random' or 'sequence'");
  }
  return std::make_unique<CellGenerator>(column.type.ToArrow(), HashOfName(column.name), null_rate, rows,
                                         std::move(append));
}

}  // namespace tidemark::connectors
