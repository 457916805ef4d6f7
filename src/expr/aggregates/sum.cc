// SPDX-License-Identifier: Apache-2.0
// SUM and SUM0. Integers wrap like Java's, FLOAT and DOUBLE are added in row order, a DECIMAL sum of more than 38
// digits is NULL. SUM of no value (all NULL, or all retracted) is NULL; SUM0 gives 0.
#include <arrow/array.h>

#include <optional>

#include "expr/aggregates/definition.h"
#include "expr/aggregates/plain_state.h"
#include "expr/aggregates/result_column.h"
#include "expr/aggregates/wide_sum.h"

namespace tidemark::expr {
namespace {

/// Integer sums are kept in 64 bits and cut to T at the end, which gives the same as wrapping at every step.
template <typename T>
struct NumberSum {
  using Total = std::conditional_t<std::is_integral_v<T>, uint64_t, T>;
  alignas(8) Total total;
  int64_t count;

  void Add(T value) {
    total += static_cast<Total>(value);
    ++count;
  }
  void Retract(T value) {
    total -= static_cast<Total>(value);
    --count;
  }
  void Add(const NumberSum& other) {
    total += other.total;
    count += other.count;
  }
  std::optional<T> Result() const { return static_cast<T>(total); }
};

struct DecimalSum {
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
  void Add(const DecimalSum& other) {
    total.Add(other.total);
    count += other.count;
  }
  std::optional<arrow::Decimal128> Result() const { return total.ToDecimal(); }
};

template <typename T, typename State>
class Sum final : public PlainAggregate<State> {
 public:
  Sum(DataType type, bool null_if_empty) : null_if_empty_(null_if_empty) { this->type_ = std::move(type); }

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
      return null_if_empty_ && state.count == 0 ? std::nullopt : state.Result();
    });
  }

 private:
  const bool null_if_empty_;
};

template <typename T>
std::unique_ptr<AggregateFunction> MakeNumberSum(const DataType& type, bool null_if_empty) {
  return std::make_unique<Sum<T, NumberSum<T>>>(type, null_if_empty);
}

arrow::Result<std::unique_ptr<AggregateFunction>> MakeSum(const DataType& type, bool null_if_empty) {
  switch (type.kind()) {
    case TypeKind::kTinyInt:
      return MakeNumberSum<int8_t>(type, null_if_empty);
    case TypeKind::kSmallInt:
      return MakeNumberSum<int16_t>(type, null_if_empty);
    case TypeKind::kInt:
      return MakeNumberSum<int32_t>(type, null_if_empty);
    case TypeKind::kBigInt:
      return MakeNumberSum<int64_t>(type, null_if_empty);
    case TypeKind::kFloat:
      return MakeNumberSum<float>(type, null_if_empty);
    case TypeKind::kDouble:
      return MakeNumberSum<double>(type, null_if_empty);
    case TypeKind::kDecimal:
      return std::make_unique<Sum<arrow::Decimal128, DecimalSum>>(type, null_if_empty);
    default:
      return arrow::Status::TypeError("SUM takes (<numeric>), not (", type.ToString(), ")");
  }
}

DataType SumType(const DataType& argument) {
  if (argument.kind() != TypeKind::kDecimal) return argument;
  return DataType::Decimal(DataType::kMaxDecimalPrecision, argument.scale()).WithNullable(argument.nullable());
}

AggregateDefinition Define(const std::string& name, bool null_if_empty) {
  AggregateDefinition sum;
  sum.name = name;
  auto returns = [null_if_empty](std::span<const ArgumentInfo> arguments) -> arrow::Result<DataType> {
    const DataType type = SumType(arguments[0].type);
    // A DECIMAL sum can be NULL by overflow, which Flink's types do not show either.
    return null_if_empty ? type : type.NotNull();
  };
  sum.resolve = ResolveBy(name, {Signature{{NumericArg()}, returns}});
  sum.make = [null_if_empty](const AggregateCallSite&, const DataType& type) { return MakeSum(type, null_if_empty); };
  sum.order_sensitive = [](std::span<const ArgumentInfo> arguments) { return arguments[0].type.is_approximate(); };
  sum.two_phase = [](std::span<const ArgumentInfo> arguments) { return !arguments[0].type.is_approximate(); };
  sum.signature_text = name + "([DISTINCT] number)";
  sum.description =
      null_if_empty ? "Sum of the values that are not NULL" : "Sum of the values that are not NULL; 0 if there is none";
  return sum;
}

}  // namespace

void AddSum(AggregateList* list) {
  list->push_back(Define("SUM", /*null_if_empty=*/true));
  list->push_back(Define("SUM0", /*null_if_empty=*/false));
}

}  // namespace tidemark::expr
