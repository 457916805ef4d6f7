// SPDX-License-Identifier: Apache-2.0
// MIN and MAX of inserts only: one value per accumulator.
#include "expr/aggregates/min_max.h"

#include <arrow/array.h>

#include <cmath>
#include <optional>

#include "expr/aggregates/definition.h"
#include "expr/aggregates/owned_bytes.h"
#include "expr/aggregates/plain_state.h"
#include "expr/aggregates/result_column.h"

namespace tidemark::expr {
namespace {

/// BOOLEAN is kept as a number: what comes from a disk may be neither true nor false.
template <typename T>
struct Extreme {
  std::conditional_t<std::is_same_v<T, bool>, uint8_t, T> value;
  alignas(8) int64_t known;  // 0: no value yet
};

/// NaN gives way to every number, so that the order of rows does not matter.
template <typename T, bool kMax>
class FixedExtreme final : public PlainAggregate<Extreme<T>> {
 public:
  using State = Extreme<T>;
  explicit FixedExtreme(DataType type) { this->type_ = std::move(type); }

  arrow::Status Update(const AggregateInput& input) const override {
    ARROW_ASSIGN_OR_RAISE(auto column, ColumnReader<T>::Make(input.args[0]));
    ForEachValue<State>(
        input, column, [](State& state, const T& value) { Offer(state, value); }, [](State&, const T&) {});
    return arrow::Status::OK();
  }

  arrow::Status Merge(std::span<uint8_t* const> targets, std::span<uint8_t* const> sources) const override {
    for (size_t i = 0; i < targets.size(); ++i) {
      const State& source = StateAt<State>(sources[i]);
      if (source.known) Offer(StateAt<State>(targets[i]), static_cast<T>(source.value));
    }
    return arrow::Status::OK();
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Finalize(std::span<uint8_t* const> states) const override {
    return MakeResultColumn<T>(this->type_, static_cast<int64_t>(states.size()), [&](int64_t i) -> std::optional<T> {
      const State& state = StateAt<State>(states[i]);
      return state.known ? std::optional<T>(static_cast<T>(state.value)) : std::nullopt;
    });
  }

 private:
  static void Offer(State& state, const T& value) {
    bool better = !state.known || (kMax ? value > state.value : value < state.value);
    if constexpr (std::is_floating_point_v<T>) better = better || std::isnan(state.value);
    if (better) {
      state.value = value;
      state.known = 1;
    }
  }
};

/// Text and bytes, compared as unsigned bytes; for UTF-8 that is the order of code points.
template <bool kMax>
class TextExtreme final : public AggregateFunction {
 public:
  using State = OwnedBytes;
  explicit TextExtreme(DataType type) { type_ = std::move(type); }

  int32_t state_size() const override { return sizeof(State); }
  void Init(uint8_t* state) const override { new (state) State(); }
  void Destroy(uint8_t* state) const override { StateAt<State>(state).Free(); }
  bool trivially_destructible() const override { return false; }
  int64_t ExternalBytes(const uint8_t* state) const override { return StateAt<State>(state).capacity; }

  arrow::Status Update(const AggregateInput& input) const override {
    ARROW_ASSIGN_OR_RAISE(auto column, ColumnReader<std::string_view>::Make(input.args[0]));
    ForEachValue<State>(
        input, column, [](State& state, std::string_view value) { Offer(state, value); },
        [](State&, std::string_view) {});
    return arrow::Status::OK();
  }

  arrow::Status Merge(std::span<uint8_t* const> targets, std::span<uint8_t* const> sources) const override {
    for (size_t i = 0; i < targets.size(); ++i) {
      const State& source = StateAt<State>(sources[i]);
      if (source.present()) Offer(StateAt<State>(targets[i]), source.view());
    }
    return arrow::Status::OK();
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Finalize(std::span<uint8_t* const> states) const override {
    return MakeTextColumn(type_, static_cast<int64_t>(states.size()),
                          [&](int64_t i) -> std::optional<std::string_view> {
                            const State& state = StateAt<State>(states[i]);
                            return state.present() ? std::optional(state.view()) : std::nullopt;
                          });
  }

  /// Saved form: version (u8 = 1), known (u8), if known: length (u32) and bytes.
  arrow::Status Save(const uint8_t* state, std::string* out) const override {
    const State& saved = StateAt<State>(state);
    PutFixed(kVersion, out);
    PutFixed(static_cast<uint8_t>(saved.present()), out);
    if (saved.present()) PutBytes(saved.view(), out);
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Load(std::string_view saved, uint8_t* state) const override {
    const size_t length = saved.size();
    ARROW_RETURN_NOT_OK(TakeVersion(&saved, kVersion, "MIN or MAX"));
    uint8_t known = 0;
    std::string_view text;
    if (!TakeFixed(&saved, &known) || (known && !TakeBytes(&saved, &text))) return DamagedAccumulator("MIN or MAX");
    Init(state);
    if (known) StateAt<State>(state).Assign(text);
    return static_cast<int64_t>(length - saved.size());
  }

 private:
  static constexpr uint8_t kVersion = 1;

  static void Offer(State& state, std::string_view value) {
    if (!state.present() || (kMax ? value > state.view() : value < state.view())) state.Assign(value);
  }
};

template <bool kMax>
arrow::Result<std::unique_ptr<AggregateFunction>> MakeInsertOnly(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return std::make_unique<FixedExtreme<bool, kMax>>(type);
    case TypeKind::kTinyInt:
      return std::make_unique<FixedExtreme<int8_t, kMax>>(type);
    case TypeKind::kSmallInt:
      return std::make_unique<FixedExtreme<int16_t, kMax>>(type);
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      return std::make_unique<FixedExtreme<int32_t, kMax>>(type);
    case TypeKind::kBigInt:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return std::make_unique<FixedExtreme<int64_t, kMax>>(type);
    case TypeKind::kFloat:
      return std::make_unique<FixedExtreme<float, kMax>>(type);
    case TypeKind::kDouble:
      return std::make_unique<FixedExtreme<double, kMax>>(type);
    case TypeKind::kDecimal:
      return std::make_unique<FixedExtreme<arrow::Decimal128, kMax>>(type);
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      return std::make_unique<TextExtreme<kMax>>(type);
    default:
      return arrow::Status::TypeError("MIN and MAX do not take ", type.ToString());
  }
}

bool IsOrdered(const DataType& type) {
  return type.is_numeric() || type.is_character() || type.is_datetime() || type.kind() == TypeKind::kBoolean;
}

AggregateDefinition Define(const std::string& name, bool max) {
  AggregateDefinition definition;
  definition.name = name;
  definition.resolve =
      ResolveBy(name, {Signature{{ArgWhere("<number, text, date, time or boolean>", IsOrdered)},
                                 [](std::span<const ArgumentInfo> arguments) -> arrow::Result<DataType> {
                                   return arguments[0].type.WithTimeAttribute(TimeAttribute::kNone);
                                 }}});
  definition.make = [max](const AggregateCallSite& site, const DataType& type) {
    if (site.retractable) return MakeRetractableExtreme(type, max);
    return max ? MakeInsertOnly<true>(type) : MakeInsertOnly<false>(type);
  };
  definition.ignores_repetition = true;
  definition.signature_text = name + "(value)";
  definition.description = max ? "Greatest value that is not NULL" : "Least value that is not NULL";
  return definition;
}

}  // namespace

void AddMinMax(AggregateList* list) {
  list->push_back(Define("MIN", /*max=*/false));
  list->push_back(Define("MAX", /*max=*/true));
}

}  // namespace tidemark::expr
