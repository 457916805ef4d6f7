// SPDX-License-Identifier: Apache-2.0
// LISTAGG(text [, separator]): the values that are not NULL, joined in order of arrival.
#include <arrow/array.h>

#include <optional>

#include "expr/aggregates/definition.h"
#include "expr/aggregates/held_state.h"
#include "expr/aggregates/owned_bytes.h"
#include "expr/aggregates/result_column.h"
#include "expr/aggregates/value_list.h"

namespace tidemark::expr {
namespace {

/// Inserts only: the accumulator is the joined text itself.
class ListAgg final : public AggregateFunction {
 public:
  using State = OwnedBytes;
  ListAgg(DataType type, std::string separator) : separator_(std::move(separator)) { type_ = std::move(type); }

  int32_t state_size() const override { return sizeof(State); }
  void Init(uint8_t* state) const override { new (state) State(); }
  void Destroy(uint8_t* state) const override { StateAt<State>(state).Free(); }
  bool trivially_destructible() const override { return false; }
  int64_t ExternalBytes(const uint8_t* state) const override { return StateAt<State>(state).capacity; }

  arrow::Status Update(const AggregateInput& input) const override {
    ARROW_ASSIGN_OR_RAISE(auto column, ColumnReader<std::string_view>::Make(input.args[0]));
    ForEachValue<State>(
        input, column, [this](State& state, std::string_view value) { Join(state, value); },
        [](State&, std::string_view) {});
    return arrow::Status::OK();
  }
  arrow::Status Merge(std::span<uint8_t* const> targets, std::span<uint8_t* const> sources) const override {
    for (size_t i = 0; i < targets.size(); ++i) {
      const State& source = StateAt<State>(sources[i]);
      if (source.present()) Join(StateAt<State>(targets[i]), source.view());
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

  /// Saved form: version (u8 = 1), known (u8), if known: length (u32) and joined text.
  arrow::Status Save(const uint8_t* state, std::string* out) const override {
    const State& joined = StateAt<State>(state);
    PutFixed(kVersion, out);
    PutFixed(static_cast<uint8_t>(joined.present()), out);
    if (joined.present()) PutBytes(joined.view(), out);
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Load(std::string_view saved, uint8_t* state) const override {
    const size_t length = saved.size();
    ARROW_RETURN_NOT_OK(TakeVersion(&saved, kVersion, "LISTAGG"));
    uint8_t known = 0;
    std::string_view text;
    if (!TakeFixed(&saved, &known) || (known && !TakeBytes(&saved, &text))) return DamagedAccumulator("LISTAGG");
    Init(state);
    if (known) StateAt<State>(state).Assign(text);
    return static_cast<int64_t>(length - saved.size());
  }

 private:
  static constexpr uint8_t kVersion = 1;

  void Join(State& state, std::string_view value) const {
    if (!state.present()) {
      state.Assign(value);
      return;
    }
    state.Append(separator_);
    state.Append(value);
  }

  const std::string separator_;
};

class RetractableListAgg final : public HeldAggregate<ValueList> {
 public:
  RetractableListAgg(DataType type, std::string separator) : separator_(std::move(separator)) {
    type_ = std::move(type);
  }

  arrow::Status Update(const AggregateInput& input) const override {
    ARROW_ASSIGN_OR_RAISE(auto column, ColumnReader<std::string_view>::Make(input.args[0]));
    ForEachRow(input, [&](size_t i, int32_t row, auto is_addition) {
      if (column.IsNull(row)) return;
      ValueList& list = Make(input.states[i]);
      if constexpr (is_addition.value) {
        list.Add(column.Value(row));
      } else {
        list.Retract(column.Value(row));
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
    std::string joined;
    return MakeTextColumn(type_, static_cast<int64_t>(states.size()),
                          [&](int64_t i) -> std::optional<std::string_view> {
                            const ValueList* list = HeldAt(states[i]);
                            if (list == nullptr || list->size() == 0) return std::nullopt;
                            joined.clear();
                            bool first = true;
                            list->ForEach([&](std::string_view value) {
                              if (!first) joined.append(separator_);
                              first = false;
                              joined.append(value);
                            });
                            return joined;
                          });
  }

  arrow::Status Save(const uint8_t* state, std::string* out) const override {
    return SaveValueList(HeldAt(state), out);
  }
  arrow::Result<int64_t> Load(std::string_view saved, uint8_t* state) const override {
    ARROW_ASSIGN_OR_RAISE(auto loaded, LoadValueList(saved));
    new (state) State(loaded.list.release());
    return loaded.consumed;
  }

 private:
  const std::string separator_;
};

arrow::Result<DataType> ReturnType(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() > 1 && !LiteralText(arguments[1])) {
    return arrow::Status::TypeError("The separator of LISTAGG must be a literal");
  }
  return arguments[0].type;
}

arrow::Result<std::unique_ptr<AggregateFunction>> MakeListAgg(const AggregateCallSite& site, const DataType& type) {
  std::string separator = ",";
  if (site.arguments.size() > 1) separator = LiteralText(site.arguments[1]).value_or(separator);
  if (site.retractable) return std::make_unique<RetractableListAgg>(type, std::move(separator));
  return std::make_unique<ListAgg>(type, std::move(separator));
}

}  // namespace

void AddListAgg(AggregateList* list) {
  AggregateDefinition definition;
  definition.name = "LISTAGG";
  const auto text = ArgWhere("STRING", [](const DataType& type) { return type.is_character(); });
  definition.resolve = ResolveBy("LISTAGG", {Signature{{text, Optional(text)}, ReturnType}});
  definition.make = MakeListAgg;
  definition.order_sensitive = [](std::span<const ArgumentInfo>) { return true; };
  definition.signature_text = "LISTAGG([DISTINCT] text [, separator])";
  definition.description = "The texts that are not NULL, joined in order of arrival with the separator, ',' by default";
  list->push_back(std::move(definition));
}

}  // namespace tidemark::expr
