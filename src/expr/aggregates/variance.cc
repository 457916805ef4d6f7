// SPDX-License-Identifier: Apache-2.0
// VAR_POP, VAR_SAMP, VARIANCE, STDDEV_POP, STDDEV_SAMP, STDDEV from three sums, in the arithmetic of the argument's
// type as Flink does it: (SUM(x * x) - SUM(x) * SUM(x) / COUNT(x)) / n, where n is COUNT(x), or COUNT(x) - 1 for
// samples. So the variance of integers is made of integer divisions.
#include <arrow/array.h>

#include <cmath>
#include <limits>
#include <optional>

#include "expr/aggregates/definition.h"
#include "expr/aggregates/plain_state.h"
#include "expr/aggregates/result_column.h"
#include "expr/aggregates/variance_decimal.h"

namespace tidemark::expr {
namespace {

/// Java's (T) of a double: NaN is 0, out of range the nearest bound.
template <typename T>
T FromDouble(double value) {
  if constexpr (std::is_floating_point_v<T>) {
    return static_cast<T>(value);
  } else {
    using Wide = std::conditional_t<sizeof(T) == 8, int64_t, int32_t>;
    if (std::isnan(value)) return 0;
    if (value >= static_cast<double>(std::numeric_limits<Wide>::max()))
      return static_cast<T>(std::numeric_limits<Wide>::max());
    if (value <= static_cast<double>(std::numeric_limits<Wide>::min()))
      return static_cast<T>(std::numeric_limits<Wide>::min());
    return static_cast<T>(static_cast<Wide>(value));
  }
}

/// Integer sums wrap, kept in 64 bits and cut to T at the end.
template <typename T>
struct NumberSums {
  using Total = std::conditional_t<std::is_integral_v<T>, uint64_t, T>;
  alignas(8) Total squares;
  alignas(8) Total total;
  int64_t count;

  void Add(T value) {
    squares += static_cast<Total>(value) * static_cast<Total>(value);
    total += static_cast<Total>(value);
    ++count;
  }
  void Retract(T value) {
    squares -= static_cast<Total>(value) * static_cast<Total>(value);
    total -= static_cast<Total>(value);
    --count;
  }
  void Add(const NumberSums& other) {
    squares += other.squares;
    total += other.total;
    count += other.count;
  }
  std::optional<T> Result(const VarianceKind& kind, int32_t) const {
    const int64_t divisor = kind.sample ? count - 1 : count;
    if (count <= 0 || divisor == 0) return std::nullopt;
    if constexpr (std::is_integral_v<T>) {
      const T sum = static_cast<T>(total);
      const T square = static_cast<T>(static_cast<Total>(sum) * static_cast<Total>(sum));
      const uint64_t spread = static_cast<uint64_t>(static_cast<T>(squares)) - static_cast<uint64_t>(square / count);
      const int64_t variance = static_cast<int64_t>(spread) / divisor;
      return kind.root ? FromDouble<T>(std::pow(static_cast<double>(variance), 0.5)) : static_cast<T>(variance);
    } else {
      const T variance = (squares - total * total / static_cast<T>(count)) / static_cast<T>(divisor);
      return kind.root ? static_cast<T>(std::pow(static_cast<double>(variance), 0.5)) : variance;
    }
  }
};

template <typename T, typename State>
class Variance final : public PlainAggregate<State> {
 public:
  Variance(DataType type, VarianceKind kind, int32_t argument_scale) : kind_(kind), argument_scale_(argument_scale) {
    this->type_ = std::move(type);
  }

  arrow::Status Update(const AggregateInput& input) const override {
    ARROW_ASSIGN_OR_RAISE(auto column, ColumnReader<T>::Make(input.args[0]));
    ForEachValue<State>(
        input, column, [this](State& state, const T& value) { Change(state, value, true); },
        [this](State& state, const T& value) { Change(state, value, false); });
    return arrow::Status::OK();
  }
  arrow::Status Merge(std::span<uint8_t* const> targets, std::span<uint8_t* const> sources) const override {
    for (size_t i = 0; i < targets.size(); ++i) StateAt<State>(targets[i]).Add(StateAt<State>(sources[i]));
    return arrow::Status::OK();
  }
  arrow::Result<std::shared_ptr<arrow::Array>> Finalize(std::span<uint8_t* const> states) const override {
    return MakeResultColumn<T>(this->type_, static_cast<int64_t>(states.size()),
                               [&](int64_t i) { return StateAt<State>(states[i]).Result(kind_, argument_scale_); });
  }

 private:
  void Change(State& state, const T& value, bool add) const {
    if constexpr (std::is_same_v<T, arrow::Decimal128>) {
      state.Change(value, argument_scale_, add);
    } else if (add) {
      state.Add(value);
    } else {
      state.Retract(value);
    }
  }

  const VarianceKind kind_;
  const int32_t argument_scale_;
};

template <typename T>
std::unique_ptr<AggregateFunction> MakeNumber(const DataType& type, VarianceKind kind) {
  return std::make_unique<Variance<T, NumberSums<T>>>(type, kind, 0);
}

arrow::Result<std::unique_ptr<AggregateFunction>> MakeVariance(const AggregateCallSite& site, const DataType& type,
                                                               VarianceKind kind) {
  switch (type.kind()) {
    case TypeKind::kTinyInt:
      return MakeNumber<int8_t>(type, kind);
    case TypeKind::kSmallInt:
      return MakeNumber<int16_t>(type, kind);
    case TypeKind::kInt:
      return MakeNumber<int32_t>(type, kind);
    case TypeKind::kBigInt:
      return MakeNumber<int64_t>(type, kind);
    case TypeKind::kFloat:
      return MakeNumber<float>(type, kind);
    case TypeKind::kDouble:
      return MakeNumber<double>(type, kind);
    case TypeKind::kDecimal:
      return std::make_unique<Variance<arrow::Decimal128, DecimalSums>>(type, kind, site.arguments[0].type.scale());
    default:
      return arrow::Status::TypeError(site.name, " takes (<numeric>), not (", type.ToString(), ")");
  }
}

AggregateDefinition Define(const std::string& name, VarianceKind kind, const std::string& description) {
  AggregateDefinition definition;
  definition.name = name;
  definition.resolve = ResolveBy(
      name, {Signature{{NumericArg()}, [kind](std::span<const ArgumentInfo> arguments) -> arrow::Result<DataType> {
                         const DataType& type = arguments[0].type;
                         // A sample of one row has no variance.
                         const bool nullable = kind.sample || type.nullable();
                         if (type.kind() != TypeKind::kDecimal) return type.WithNullable(nullable);
                         return DecimalVarianceType(type).WithNullable(nullable);
                       }}});
  definition.make = [kind](const AggregateCallSite& site, const DataType& type) {
    return MakeVariance(site, type, kind);
  };
  definition.order_sensitive = [](std::span<const ArgumentInfo> arguments) {
    return arguments[0].type.is_approximate();
  };
  definition.signature_text = name + "([DISTINCT] number)";
  definition.description = description;
  return definition;
}

}  // namespace

void AddVariance(AggregateList* list) {
  const VarianceKind var_pop{.sample = false, .root = false};
  const VarianceKind var_samp{.sample = true, .root = false};
  const VarianceKind stddev_pop{.sample = false, .root = true};
  const VarianceKind stddev_samp{.sample = true, .root = true};
  list->push_back(Define("VAR_POP", var_pop, "Population variance"));
  list->push_back(Define("VAR_SAMP", var_samp, "Sample variance"));
  list->push_back(Define("VARIANCE", var_samp, "Sample variance; the same as VAR_SAMP"));
  list->push_back(Define("STDDEV_POP", stddev_pop, "Population standard deviation"));
  list->push_back(Define("STDDEV_SAMP", stddev_samp, "Sample standard deviation"));
  list->push_back(Define("STDDEV", stddev_samp, "Sample standard deviation; the same as STDDEV_SAMP"));
}

}  // namespace tidemark::expr
