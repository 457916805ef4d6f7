// SPDX-License-Identifier: Apache-2.0
// AVG: the result has the argument's type, so that an average of integers is cut towards zero; a DECIMAL(p, s) average
// is DECIMAL(38, max(s, 6)), rounded half up.
#include <arrow/array.h>

#include <optional>

#include "expr/aggregates/definition.h"
#include "expr/aggregates/plain_state.h"
#include "expr/aggregates/result_column.h"
#include "expr/aggregates/wide_sum.h"

namespace tidemark::expr {
namespace {

constexpr int32_t kMinAverageScale = 6;

/// Integers are summed in 64 bits (wrapping), FLOAT and DOUBLE in DOUBLE.
template <typename T>
struct NumberAverage {
  using Total = std::conditional_t<std::is_integral_v<T>, uint64_t, double>;
  Total total;
  int64_t count;

  void Add(T value) {
    total += static_cast<Total>(value);
    ++count;
  }
  void Retract(T value) {
    total -= static_cast<Total>(value);
    --count;
  }
  void Add(const NumberAverage& other) {
    total += other.total;
    count += other.count;
  }
  std::optional<T> Result(int32_t) const {
    if constexpr (std::is_integral_v<T>) {
      return static_cast<T>(static_cast<int64_t>(total) / count);
    } else {
      return static_cast<T>(total / static_cast<double>(count));
    }
  }
};

struct DecimalAverage {
  WideSum total;
  int64_t count;

  void Add(const arrow::Decimal128& value) {
    total.Add(value);
    ++count;
  }
  void Retract(const arrow::Decimal128& value) {
    total.Subtract(value);
    --count;
  }
  void Add(const DecimalAverage& other) {
    total.Add(other.total);
    count += other.count;
  }
  /// `more_digits`: by how much the result's scale exceeds the argument's.
  std::optional<arrow::Decimal128> Result(int32_t more_digits) const {
    const auto sum = total.ToDecimal();
    if (!sum) return std::nullopt;
    const arrow::Decimal256 dividend = arrow::Decimal256(*sum).IncreaseScaleBy(more_digits);
    const arrow::Decimal256 divisor(count);
    auto divided = dividend.Divide(divisor);
    if (!divided.ok()) return std::nullopt;
    auto [quotient, remainder] = *divided;
    const bool negative = sum->IsNegative();
    const arrow::Decimal256 twice = arrow::Decimal256::Abs(remainder) * arrow::Decimal256(2);
    if (twice >= arrow::Decimal256::Abs(divisor)) quotient += arrow::Decimal256(negative ? -1 : 1);
    if (!quotient.FitsInPrecision(DataType::kMaxDecimalPrecision)) return std::nullopt;
    const auto& words = quotient.little_endian_array();
    return arrow::Decimal128(static_cast<int64_t>(words[1]), words[0]);
  }
};

template <typename T, typename State>
class Average final : public PlainAggregate<State> {
 public:
  Average(DataType type, int32_t more_digits) : more_digits_(more_digits) { this->type_ = std::move(type); }

  arrow::Status Update(const AggregateInput& input) const override {
    ARROW_ASSIGN_OR_RAISE(auto column, ColumnReader<T>::Make(input.args[0]));
    ForEachValue<State>(
        input, column, [](State& state, const T& value) { state.Add(value); },
        [](State& state, const T& value) { state.Retract(value); });
    return arrow::Status::OK();
  }

  arrow::Status Merge(std::span<uint8_t* const> targets, std::span<uint8_t* const> sources) const override {
    for (size_t i = 0; i < targets.size(); ++i) StateAt<State>(targets[i]).Add(StateAt<State>(sources[i]));
    return arrow::Status::OK();
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Finalize(std::span<uint8_t* const> states) const override {
    return MakeResultColumn<T>(this->type_, static_cast<int64_t>(states.size()), [&](int64_t i) -> std::optional<T> {
      const State& state = StateAt<State>(states[i]);
      return state.count <= 0 ? std::nullopt : state.Result(more_digits_);
    });
  }

 private:
  const int32_t more_digits_;
};

DataType AverageType(const DataType& argument) {
  if (argument.kind() != TypeKind::kDecimal) return argument;
  const int32_t scale = std::max(kMinAverageScale, argument.scale());
  return DataType::Decimal(DataType::kMaxDecimalPrecision, scale).WithNullable(argument.nullable());
}

template <typename T>
std::unique_ptr<AggregateFunction> MakeNumberAverage(const DataType& type) {
  return std::make_unique<Average<T, NumberAverage<T>>>(type, 0);
}

arrow::Result<std::unique_ptr<AggregateFunction>> MakeAverage(const AggregateCallSite& site, const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kTinyInt:
      return MakeNumberAverage<int8_t>(type);
    case TypeKind::kSmallInt:
      return MakeNumberAverage<int16_t>(type);
    case TypeKind::kInt:
      return MakeNumberAverage<int32_t>(type);
    case TypeKind::kBigInt:
      return MakeNumberAverage<int64_t>(type);
    case TypeKind::kFloat:
      return MakeNumberAverage<float>(type);
    case TypeKind::kDouble:
      return MakeNumberAverage<double>(type);
    case TypeKind::kDecimal:
      return std::make_unique<Average<arrow::Decimal128, DecimalAverage>>(
          type, type.scale() - site.arguments[0].type.scale());
    default:
      return arrow::Status::TypeError("AVG takes (<numeric>), not (", type.ToString(), ")");
  }
}

}  // namespace

void AddAverage(AggregateList* list) {
  AggregateDefinition average;
  average.name = "AVG";
  average.resolve = ResolveBy(
      "AVG", {Signature{{NumericArg()}, [](std::span<const ArgumentInfo> arguments) -> arrow::Result<DataType> {
                          return AverageType(arguments[0].type);
                        }}});
  average.make = MakeAverage;
  average.order_sensitive = [](std::span<const ArgumentInfo> arguments) { return arguments[0].type.is_approximate(); };
  average.two_phase = [](std::span<const ArgumentInfo> arguments) { return !arguments[0].type.is_approximate(); };
  average.signature_text = "AVG([DISTINCT] number)";
  average.description = "Arithmetic mean of the values that are not NULL";
  list->push_back(std::move(average));
}

}  // namespace tidemark::expr
