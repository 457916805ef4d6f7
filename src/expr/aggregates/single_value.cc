// SPDX-License-Identifier: Apache-2.0
// SINGLE_VALUE(x): the value of the only row, NULL without rows, an error with more than one. What a scalar subquery
// means.
#include <arrow/array.h>

#include "expr/aggregates/definition.h"
#include "expr/aggregates/held_state.h"
#include "expr/aggregates/value_codec.h"
#include "expr/aggregates/value_list.h"

namespace tidemark::expr {
namespace {

class SingleValue final : public HeldAggregate<ValueList> {
 public:
  explicit SingleValue(DataType type) { type_ = std::move(type); }

  arrow::Status Update(const AggregateInput& input) const override {
    const arrow::Array& column = *input.args[0];
    std::string encoded;
    ForEachRow(input, [&](size_t i, int32_t row, auto is_addition) {
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
      if (list != nullptr && list->size() > 1) {
        return arrow::Status::Invalid("A scalar subquery gave more than one row: ", list->size());
      }
      values.push_back(list == nullptr || list->size() == 0 ? std::string_view("\0", 1) : list->first());
    }
    return ReadValues(type_.ToArrow(), values);
  }

  arrow::Status Save(const uint8_t* state, std::string* out) const override {
    return SaveValueList(HeldAt(state), out);
  }
  arrow::Result<int64_t> Load(std::string_view saved, uint8_t* state) const override {
    ARROW_ASSIGN_OR_RAISE(auto loaded, LoadValueList(saved));
    new (state) State(loaded.list.release());
    return loaded.consumed;
  }
};

}  // namespace

void AddSingleValue(AggregateList* list) {
  AggregateDefinition definition;
  definition.name = "SINGLE_VALUE";
  definition.resolve = ResolveBy(
      "SINGLE_VALUE", {Signature{{AnyArg()}, [](std::span<const ArgumentInfo> arguments) -> arrow::Result<DataType> {
                                   return arguments[0].type.WithTimeAttribute(TimeAttribute::kNone).WithNullable(true);
                                 }}});
  definition.make = [](const AggregateCallSite&,
                       const DataType& type) -> arrow::Result<std::unique_ptr<AggregateFunction>> {
    return std::make_unique<SingleValue>(type);
  };
  definition.ignores_null_rows = false;
  definition.signature_text = "SINGLE_VALUE(value)";
  definition.description = "The value of the only row; fails when there are more";
  list->push_back(std::move(definition));
}

}  // namespace tidemark::expr
