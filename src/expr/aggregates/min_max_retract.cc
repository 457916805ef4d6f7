// SPDX-License-Identifier: Apache-2.0
// MIN and MAX that take values back: an ordered multiset per accumulator.
#include <arrow/array.h>

#include <bit>
#include <optional>
#include <string>

#include "expr/aggregates/held_state.h"
#include "expr/aggregates/min_max.h"
#include "expr/aggregates/ordered_counts.h"
#include "expr/aggregates/plain_state.h"
#include "expr/aggregates/result_column.h"

namespace tidemark::expr {
namespace {

/// Java's total order of doubles: -0.0 before 0.0, NaN last.
struct DoubleLess {
  bool operator()(double a, double b) const {
    if (a < b) return true;
    if (a > b) return false;
    return Rank(a) < Rank(b);
  }
  static int64_t Rank(double value) {
    if (value != value) return std::numeric_limits<int64_t>::max();
    return std::bit_cast<int64_t>(value);  // only reached for equal values: tells the zeros apart
  }
};

/// How values of column type T are kept: few stored types, so that the multiset is compiled only for those.
template <typename T>
struct Stored {
  using Type = int64_t;
  using Less = std::less<int64_t>;
  static constexpr bool kNegatedForMax = false;
  static T Back(int64_t value) { return static_cast<T>(value); }
};
template <typename T>
  requires std::is_floating_point_v<T>
struct Stored<T> {
  using Type = double;
  using Less = DoubleLess;
  // MAX is then the smallest too, and NaN comes last for both.
  static constexpr bool kNegatedForMax = true;
  static T Back(double value) { return static_cast<T>(value); }
};
template <>
struct Stored<arrow::Decimal128> {
  using Type = arrow::Decimal128;
  using Less = std::less<arrow::Decimal128>;
  static constexpr bool kNegatedForMax = false;
  static arrow::Decimal128 Back(const arrow::Decimal128& value) { return value; }
};
template <>
struct Stored<std::string_view> {
  using Type = std::string;
  using Less = std::less<>;
  static constexpr bool kNegatedForMax = false;
  static std::string_view Back(const std::string& value) { return value; }
};

template <typename T>
struct ExtremeValues {
  OrderedCounts<typename Stored<T>::Type, typename Stored<T>::Less> counts;
  int64_t text_bytes = 0;
  int64_t memory_bytes() const { return static_cast<int64_t>(sizeof(*this)) + counts.bytes() + text_bytes; }
};

template <typename T>
class RetractableExtreme final : public HeldAggregate<ExtremeValues<T>> {
 public:
  using Value = typename Stored<T>::Type;
  using Values = ExtremeValues<T>;
  using State = Values*;

  RetractableExtreme(DataType type, bool max) : max_(max) { this->type_ = std::move(type); }

  arrow::Status Update(const AggregateInput& input) const override {
    ARROW_ASSIGN_OR_RAISE(auto column, ColumnReader<T>::Make(input.args[0]));
    ForEachValue<State>(
        input, column, [this](State& state, const T& value) { Change(state, Signed(value), 1); },
        [this](State& state, const T& value) { Change(state, Signed(value), -1); });
    return arrow::Status::OK();
  }

  arrow::Status Merge(std::span<uint8_t* const> targets, std::span<uint8_t* const> sources) const override {
    for (size_t i = 0; i < targets.size(); ++i) {
      const Values* source = this->HeldAt(sources[i]);
      if (source == nullptr) continue;
      State& target = StateAt<State>(targets[i]);
      source->counts.ForEach([&](const auto& entry) { Change(target, entry.value, entry.count); });
    }
    return arrow::Status::OK();
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Finalize(std::span<uint8_t* const> states) const override {
    auto value_at = [&](int64_t i) -> std::optional<T> {
      const Values* values = this->HeldAt(states[i]);
      if (values == nullptr) return std::nullopt;
      const bool last = max_ && !Stored<T>::kNegatedForMax;
      const Value* value = last ? values->counts.Largest() : values->counts.Smallest();
      return value == nullptr ? std::nullopt : std::optional<T>(Signed(Stored<T>::Back(*value)));
    };
    const auto count = static_cast<int64_t>(states.size());
    if constexpr (std::is_same_v<T, std::string_view>) {
      return MakeTextColumn(this->type_, count, value_at);
    } else {
      return MakeResultColumn<T>(this->type_, count, value_at);
    }
  }

  /// Saved form: version (u8 = 1), number of values (u32), then each value as kept (text: length u32 and bytes; DOUBLE
  /// under MAX: negated) and count (i64).
  arrow::Status Save(const uint8_t* state, std::string* out) const override {
    PutFixed(kVersion, out);
    const Values* values = this->HeldAt(state);
    PutFixed(static_cast<uint32_t>(values == nullptr ? 0 : values->counts.size()), out);
    if (values == nullptr) return arrow::Status::OK();
    values->counts.ForEach([&](const auto& entry) {
      if constexpr (std::is_same_v<Value, std::string>) {
        PutBytes(entry.value, out);
      } else {
        PutFixed(entry.value, out);
      }
      PutFixed(entry.count, out);
    });
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Load(std::string_view saved, uint8_t* state) const override {
    const size_t length = saved.size();
    ARROW_RETURN_NOT_OK(TakeVersion(&saved, kVersion, "MIN or MAX"));
    uint32_t count = 0;
    if (!TakeFixed(&saved, &count)) return DamagedAccumulator("MIN or MAX");
    this->Init(state);
    for (uint32_t i = 0; i < count; ++i) {
      if (!LoadEntry(&saved, StateAt<State>(state))) {
        this->Destroy(state);
        return DamagedAccumulator("MIN or MAX");
      }
    }
    return static_cast<int64_t>(length - saved.size());
  }

 private:
  static constexpr uint8_t kVersion = 1;
  static constexpr size_t kInlineText = 15;  // std::string keeps so much without an allocation

  T Signed(const T& value) const {
    if constexpr (Stored<T>::kNegatedForMax) {
      return max_ ? -value : value;
    } else {
      return value;
    }
  }

  static bool LoadEntry(std::string_view* saved, State& state) {
    std::conditional_t<std::is_same_v<Value, std::string>, std::string_view, Value> value;
    int64_t count = 0;
    if constexpr (std::is_same_v<Value, std::string>) {
      if (!TakeBytes(saved, &value)) return false;
    } else {
      if (!TakeFixed(saved, &value)) return false;
    }
    if (!TakeFixed(saved, &count)) return false;
    Change(state, value, count);
    return true;
  }

  template <typename V>
  static void Change(State& state, const V& value, int64_t delta) {
    if (state == nullptr) state = new Values();
    if constexpr (std::is_same_v<Value, std::string>) {
      const int change = state->counts.Change(std::string_view(value), delta);
      if (value.size() > kInlineText) state->text_bytes += change * static_cast<int64_t>(value.size());
    } else {
      state->counts.Change(static_cast<Value>(value), delta);
    }
    if (state->counts.empty()) {
      delete state;
      state = nullptr;
    }
  }

  const bool max_;
};

}  // namespace

arrow::Result<std::unique_ptr<AggregateFunction>> MakeRetractableExtreme(const DataType& type, bool max) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return std::make_unique<RetractableExtreme<bool>>(type, max);
    case TypeKind::kTinyInt:
      return std::make_unique<RetractableExtreme<int8_t>>(type, max);
    case TypeKind::kSmallInt:
      return std::make_unique<RetractableExtreme<int16_t>>(type, max);
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
      return std::make_unique<RetractableExtreme<int32_t>>(type, max);
    case TypeKind::kBigInt:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
      return std::make_unique<RetractableExtreme<int64_t>>(type, max);
    case TypeKind::kFloat:
      return std::make_unique<RetractableExtreme<float>>(type, max);
    case TypeKind::kDouble:
      return std::make_unique<RetractableExtreme<double>>(type, max);
    case TypeKind::kDecimal:
      return std::make_unique<RetractableExtreme<arrow::Decimal128>>(type, max);
    case TypeKind::kChar:
    case TypeKind::kVarChar:
      return std::make_unique<RetractableExtreme<std::string_view>>(type, max);
    default:
      return arrow::Status::TypeError("MIN and MAX do not take ", type.ToString());
  }
}

}  // namespace tidemark::expr
