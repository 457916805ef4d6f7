// SPDX-License-Identifier: Apache-2.0
// DISTINCT: a set of argument tuples before the accumulator of the function proper. The function sees a tuple when it
// comes first and, where the input retracts, again when its last copy is taken back.
#include <arrow/api.h>

#include "expr/aggregates/definition.h"
#include "expr/aggregates/distinct_keys.h"

namespace tidemark::expr {
namespace {

/// Accumulator: pointer to the set (null while empty), then the inner function's accumulator.
template <typename Keys>
class Distinct final : public AggregateFunction {
 public:
  using Key = typename Keys::Reader::Key;

  Distinct(std::vector<std::shared_ptr<arrow::DataType>> argument_types, bool ignores_null_rows,
           std::unique_ptr<AggregateFunction> inner)
      : argument_types_(std::move(argument_types)), ignores_null_rows_(ignores_null_rows), inner_(std::move(inner)) {
    type_ = inner_->type();
  }

  int32_t state_size() const override { return static_cast<int32_t>(sizeof(Keys*)) + inner_->state_size(); }
  void Init(uint8_t* state) const override {
    KeysOf(state) = nullptr;
    inner_->Init(Inner(state));
  }
  void Destroy(uint8_t* state) const override {
    delete KeysOf(state);
    inner_->Destroy(Inner(state));
  }
  bool trivially_destructible() const override { return false; }
  int64_t ExternalBytes(const uint8_t* state) const override {
    const Keys* keys = StateAt<Keys*>(state);
    return (keys == nullptr ? 0 : keys->memory_bytes()) + inner_->ExternalBytes(state + sizeof(Keys*));
  }

  arrow::Status Update(const AggregateInput& input) const override {
    for (const auto& argument : input.args) {
      // A column of nothing but NULL has no values to read.
      if (ignores_null_rows_ && argument->null_count() == argument->length()) return arrow::Status::OK();
    }
    typename Keys::Reader reader(input.args);
    std::vector<int32_t> rows;
    std::vector<uint8_t*> states;
    ForEachRow(input, [&](size_t i, int32_t row, auto is_addition) {
      if (ignores_null_rows_ && HasNull(input.args, row)) return;
      uint8_t* state = input.states[i];
      constexpr int64_t kDelta = is_addition.value ? 1 : -1;
      if (Change(state, reader.KeyAt(row), kDelta) == DistinctChange::kNone) return;
      rows.push_back(row);
      states.push_back(Inner(state));
    });
    if (rows.empty()) return arrow::Status::OK();
    return inner_->Update({input.args, rows, states, input.row_kinds});
  }

  arrow::Status Merge(std::span<uint8_t* const> targets, std::span<uint8_t* const> sources) const override {
    std::vector<std::string> tuples;
    std::vector<uint8_t*> states;
    std::vector<RowKind> kinds;
    for (size_t i = 0; i < targets.size(); ++i) {
      const Keys* source = StateAt<Keys*>(static_cast<const uint8_t*>(sources[i]));
      if (source == nullptr) continue;
      source->ForEach([&](Key key, int64_t count) {
        const DistinctChange change = Change(targets[i], key, count);
        if (change == DistinctChange::kNone) return;
        tuples.push_back(EncodedTuple(key));
        states.push_back(Inner(targets[i]));
        kinds.push_back(change == DistinctChange::kAppeared ? RowKind::kInsert : RowKind::kDelete);
      });
    }
    if (tuples.empty()) return arrow::Status::OK();
    std::vector<int32_t> rows(tuples.size());
    for (size_t i = 0; i < rows.size(); ++i) rows[i] = static_cast<int32_t>(i);
    ARROW_ASSIGN_OR_RAISE(auto args, DecodeTuples(tuples));
    return inner_->Update({args, rows, states, Keys::kCounted ? &kinds : nullptr});
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Finalize(std::span<uint8_t* const> states) const override {
    std::vector<uint8_t*> inner;
    inner.reserve(states.size());
    for (uint8_t* state : states) inner.push_back(Inner(state));
    return inner_->Finalize(inner);
  }

  /// Saved form: version (u8 = 1), number of keys (u32), each key (u64; or length u32 and bytes) with its count (i64)
  /// where counted; then the inner accumulator.
  arrow::Status Save(const uint8_t* state, std::string* out) const override {
    PutFixed(kVersion, out);
    const Keys* keys = StateAt<Keys*>(state);
    PutFixed(static_cast<uint32_t>(keys == nullptr ? 0 : keys->size()), out);
    if (keys != nullptr) {
      keys->ForEach([out](Key key, int64_t count) {
        PutKey(key, out);
        if (Keys::kCounted) PutFixed(count, out);
      });
    }
    return inner_->Save(state + sizeof(Keys*), out);
  }
  arrow::Result<int64_t> Load(std::string_view saved, uint8_t* state) const override {
    const size_t length = saved.size();
    ARROW_RETURN_NOT_OK(TakeVersion(&saved, kVersion, "DISTINCT"));
    uint32_t size = 0;
    if (!TakeFixed(&saved, &size)) return DamagedAccumulator("DISTINCT");
    auto keys = std::make_unique<Keys>();
    for (uint32_t i = 0; i < size; ++i) {
      Key key;
      int64_t count = 1;
      if (!TakeKey(&saved, &key) || (Keys::kCounted && !TakeFixed(&saved, &count)))
        return DamagedAccumulator("DISTINCT");
      keys->Change(key, count);
    }
    ARROW_ASSIGN_OR_RAISE(const int64_t inner_size, inner_->Load(saved, Inner(state)));
    KeysOf(state) = size > 0 ? keys.release() : nullptr;
    return static_cast<int64_t>(length - saved.size()) + inner_size;
  }

 private:
  static constexpr uint8_t kVersion = 1;

  static Keys*& KeysOf(uint8_t* state) { return StateAt<Keys*>(state); }
  static uint8_t* Inner(uint8_t* state) { return state + sizeof(Keys*); }

  static bool HasNull(ArrayPointers args, int64_t row) {
    for (const auto& argument : args) {
      if (argument->IsNull(row)) return true;
    }
    return false;
  }

  static DistinctChange Change(uint8_t* state, Key key, int64_t delta) {
    Keys*& keys = KeysOf(state);
    if (keys == nullptr) keys = new Keys();
    const DistinctChange change = keys->Change(key, delta);
    if (keys->size() == 0) {
      delete keys;
      keys = nullptr;
    }
    return change;
  }

  std::string EncodedTuple(std::string_view key) const { return std::string(key); }
  std::string EncodedTuple(uint64_t key) const {
    const arrow::DataType& type = *argument_types_[0];
    const int width = type.id() == arrow::Type::BOOL ? 1 : type.byte_width();
    std::string encoded(1, '\1');
    encoded.append(reinterpret_cast<const char*>(&key), static_cast<size_t>(width));
    return encoded;
  }

  arrow::Result<arrow::ArrayVector> DecodeTuples(const std::vector<std::string>& tuples) const {
    std::vector<std::unique_ptr<arrow::ArrayBuilder>> builders(argument_types_.size());
    for (size_t i = 0; i < builders.size(); ++i) {
      ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), argument_types_[i], &builders[i]));
    }
    for (std::string_view tuple : tuples) {
      for (const auto& builder : builders) ARROW_RETURN_NOT_OK(ReadValue(&tuple, builder.get()));
    }
    arrow::ArrayVector columns;
    for (const auto& builder : builders) {
      ARROW_ASSIGN_OR_RAISE(auto column, builder->Finish());
      columns.push_back(std::move(column));
    }
    return columns;
  }

  const std::vector<std::shared_ptr<arrow::DataType>> argument_types_;
  const bool ignores_null_rows_;
  const std::unique_ptr<AggregateFunction> inner_;
};

bool IsWord(const arrow::DataType& type) {
  return type.id() == arrow::Type::BOOL ||
         (arrow::is_primitive(type.id()) && type.byte_width() <= static_cast<int>(sizeof(uint64_t)));
}

}  // namespace

arrow::Result<std::unique_ptr<AggregateFunction>> MakeDistinct(const AggregateCallSite& site, bool ignores_null_rows,
                                                               std::unique_ptr<AggregateFunction> inner) {
  std::vector<std::shared_ptr<arrow::DataType>> types;
  for (const auto& argument : site.arguments) types.push_back(argument.type.ToArrow());
  if (types.empty()) return arrow::Status::TypeError(site.name, "(DISTINCT ...) takes at least one argument");
  // Sets of words have no order, which shows when slices of a window are merged: FIRST_VALUE, sums of DOUBLE.
  const bool ordered = IsOrderSensitive(site.name, site.arguments);
  const bool words = !ordered && ignores_null_rows && types.size() == 1 && IsWord(*types[0]);
  using CountedWords = CountedKeys<WordCounts, WordKeyReader>;
  using CountedTexts = CountedKeys<TextCounts, TextKeyReader>;
  if (!words) return std::make_unique<Distinct<CountedTexts>>(std::move(types), ignores_null_rows, std::move(inner));
  if (site.retractable)
    return std::make_unique<Distinct<CountedWords>>(std::move(types), ignores_null_rows, std::move(inner));
  return std::make_unique<Distinct<PlainWordKeys>>(std::move(types), ignores_null_rows, std::move(inner));
}

}  // namespace tidemark::expr
