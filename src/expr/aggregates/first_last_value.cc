// SPDX-License-Identifier: Apache-2.0
// FIRST_VALUE and LAST_VALUE: the first or last value in order of arrival that is not NULL.
#include <arrow/api.h>

#include <optional>

#include "expr/aggregates/definition.h"
#include "expr/aggregates/held_state.h"
#include "expr/aggregates/owned_bytes.h"
#include "expr/aggregates/plain_state.h"
#include "expr/aggregates/result_column.h"
#include "expr/aggregates/value_codec.h"
#include "expr/aggregates/value_list.h"

namespace tidemark::expr {
namespace {

/// BOOLEAN is kept as a number: what comes from a disk may be neither true nor false.
template <typename T>
struct Edge {
  std::conditional_t<std::is_same_v<T, bool>, uint8_t, T> value;
  alignas(8) int64_t known;  // 0: no value yet
};

/// Fixed-width values, inserts only.
template <typename T, bool kLast>
class FixedEdge final : public PlainAggregate<Edge<T>> {
 public:
  using State = Edge<T>;
  explicit FixedEdge(DataType type) { this->type_ = std::move(type); }

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
    if (!kLast && state.known) return;
    state.value = value;
    state.known = 1;
  }
};

/// Values of any type by their encoding, inserts only.
template <bool kLast>
class EncodedEdge final : public AggregateFunction {
 public:
  using State = OwnedBytes;
  explicit EncodedEdge(DataType type) { type_ = std::move(type); }

  int32_t state_size() const override { return sizeof(State); }
  void Init(uint8_t* state) const override { new (state) State(); }
  void Destroy(uint8_t* state) const override { StateAt<State>(state).Free(); }
  bool trivially_destructible() const override { return false; }
  int64_t ExternalBytes(const uint8_t* state) const override { return StateAt<State>(state).capacity; }

  arrow::Status Update(const AggregateInput& input) const override {
    const arrow::Array& column = *input.args[0];
    std::string encoded;
    ForEachRow(input, [&](size_t i, int32_t row, auto) {
      State& state = StateAt<State>(input.states[i]);
      if (column.IsNull(row) || (!kLast && state.present())) return;
      encoded.clear();
      AppendValue(column, row, &encoded);
      state.Assign(encoded);
    });
    return arrow::Status::OK();
  }
  arrow::Status Merge(std::span<uint8_t* const> targets, std::span<uint8_t* const> sources) const override {
    for (size_t i = 0; i < targets.size(); ++i) {
      const State& source = StateAt<State>(sources[i]);
      State& target = StateAt<State>(targets[i]);
      if (source.present() && (kLast || !target.present())) target.Assign(source.view());
    }
    return arrow::Status::OK();
  }
  arrow::Result<std::shared_ptr<arrow::Array>> Finalize(std::span<uint8_t* const> states) const override {
    std::vector<std::string_view> values;
    values.reserve(states.size());
    for (const uint8_t* state : states) {
      const State& edge = StateAt<State>(state);
      values.push_back(edge.present() ? edge.view() : kEncodedNull);
    }
    return ReadValues(type_.ToArrow(), values);
  }

  /// Saved form: version (u8 = 1), known (u8), if known: length (u32) and encoded value.
  arrow::Status Save(const uint8_t* state, std::string* out) const override {
    const State& edge = StateAt<State>(state);
    PutFixed(kVersion, out);
    PutFixed(static_cast<uint8_t>(edge.present()), out);
    if (edge.present()) PutBytes(edge.view(), out);
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Load(std::string_view saved, uint8_t* state) const override {
    const size_t length = saved.size();
    ARROW_RETURN_NOT_OK(TakeVersion(&saved, kVersion, "FIRST_VALUE or LAST_VALUE"));
    uint8_t known = 0;
    std::string_view value;
    if (!TakeFixed(&saved, &known) || (known && !TakeBytes(&saved, &value))) {
      return DamagedAccumulator("FIRST_VALUE or LAST_VALUE");
    }
    Init(state);
    if (known) StateAt<State>(state).Assign(value);
    return static_cast<int64_t>(length - saved.size());
  }

 private:
  static constexpr uint8_t kVersion = 1;
  static constexpr std::string_view kEncodedNull{"\0", 1};
};

/// Any type; keeps all values, so that the next one is known when the first or last is retracted.
class RetractableEdge final : public HeldAggregate<ValueList> {
 public:
  RetractableEdge(DataType type, bool last) : last_(last) { type_ = std::move(type); }

  arrow::Status Update(const AggregateInput& input) const override {
    const arrow::Array& column = *input.args[0];
    std::string encoded;
    ForEachRow(input, [&](size_t i, int32_t row, auto is_addition) {
      if (column.IsNull(row)) return;
      encoded.clear();
      AppendValue(column, row, &encoded);
      ValueList& list = Make(input.states[i]);
      if constexpr (is_addition.value) {
        list.Add(encoded);
      } else {
        list.Retract(encoded);
      }
      if (list.empty()) Drop(input.states[i]);
    });
    return arrow::Status::OK();
  }
  arrow::Status Merge(std::span<uint8_t* const> targets, std::span<uint8_t* const> sources) const override {
    for (size_t i = 0; i < targets.size(); ++i) {
      if (const ValueList* source = HeldAt(sources[i])) Make(targets[i]).Merge(*source);
    }
    return arrow::Status::OK();
  }
  arrow::Result<std::shared_ptr<arrow::Array>> Finalize(std::span<uint8_t* const> states) const override {
    std::vector<std::string_view> values;
    values.reserve(states.size());
    for (const uint8_t* state : states) {
      const ValueList* list = HeldAt(state);
      const bool known = list != nullptr && list->size() > 0;
      values.push_back(!known ? std::string_view("\0", 1) : last_ ? list->last() : list->first());
    }
    return ReadValues(type_.ToArrow(), values);
  }

  /// Saved form: version (u8 = 1), ValueList.
  arrow::Status Save(const uint8_t* state, std::string* out) const override {
    return SaveValueList(HeldAt(state), out);
  }
  arrow::Result<int64_t> Load(std::string_view saved, uint8_t* state) const override {
    ARROW_ASSIGN_OR_RAISE(auto loaded, LoadValueList(saved));
    new (state) State(loaded.list.release());
    return loaded.consumed;
  }

 private:
  const bool last_;
};

template <bool kLast>
std::unique_ptr<AggregateFunction> MakeInsertOnly(const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return std::make_unique<FixedEdge<bool, kLast>>(type);
    case TypeKind::kTinyInt:
      return std::make_unique<FixedEdge<int8_t, kLast>>(type);
    case TypeKind::kSmallInt:
      return std::make_unique<FixedEdge<int16_t, kLast>>(type);
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth:
      return std::make_unique<FixedEdge<int32_t, kLast>>(type);
    case TypeKind::kBigInt:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
    case TypeKind::kIntervalDayTime:
      return std::make_unique<FixedEdge<int64_t, kLast>>(type);
    case TypeKind::kFloat:
      return std::make_unique<FixedEdge<float, kLast>>(type);
    case TypeKind::kDouble:
      return std::make_unique<FixedEdge<double, kLast>>(type);
    case TypeKind::kDecimal:
      return std::make_unique<FixedEdge<arrow::Decimal128, kLast>>(type);
    default:
      return std::make_unique<EncodedEdge<kLast>>(type);
  }
}

AggregateDefinition Define(const std::string& name, bool last) {
  AggregateDefinition definition;
  definition.name = name;
  definition.resolve =
      ResolveBy(name, {Signature{{AnyArg()}, [](std::span<const ArgumentInfo> arguments) -> arrow::Result<DataType> {
                                   return arguments[0].type.WithTimeAttribute(TimeAttribute::kNone);
                                 }}});
  definition.make = [last](const AggregateCallSite& site,
                           const DataType& type) -> arrow::Result<std::unique_ptr<AggregateFunction>> {
    if (site.retractable) return std::make_unique<RetractableEdge>(type, last);
    return last ? MakeInsertOnly<true>(type) : MakeInsertOnly<false>(type);
  };
  definition.order_sensitive = [](std::span<const ArgumentInfo>) { return true; };
  definition.signature_text = name + "(value)";
  definition.description =
      last ? "Last value, in order of arrival, that is not NULL" : "First value, in order of arrival, that is not NULL";
  return definition;
}

}  // namespace

void AddFirstLastValue(AggregateList* list) {
  list->push_back(Define("FIRST_VALUE", /*last=*/false));
  list->push_back(Define("LAST_VALUE", /*last=*/true));
}

}  // namespace tidemark::expr
