// SPDX-License-Identifier: Apache-2.0
// ARRAY_AGG(x [RESPECT NULLS | IGNORE NULLS]): the values in order of arrival; NULL when there is none.
#include <arrow/api.h>

#include "expr/aggregates/definition.h"
#include "expr/aggregates/held_state.h"
#include "expr/aggregates/value_codec.h"
#include "expr/aggregates/value_list.h"

namespace tidemark::expr {
namespace {

class ArrayAgg final : public HeldAggregate<ValueList> {
 public:
  ArrayAgg(DataType type, bool ignore_nulls) : ignore_nulls_(ignore_nulls) { type_ = std::move(type); }

  arrow::Status Update(const AggregateInput& input) const override {
    const arrow::Array& column = *input.args[0];
    std::string encoded;
    ForEachRow(input, [&](size_t i, int32_t row, auto is_addition) {
      if (ignore_nulls_ && column.IsNull(row)) return;
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
    std::unique_ptr<arrow::ArrayBuilder> made;
    ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), type_.ToArrow(), &made));
    auto& builder = static_cast<arrow::ListBuilder&>(*made);
    for (const uint8_t* state : states) {
      const ValueList* list = HeldAt(state);
      if (list == nullptr || list->size() == 0) {
        ARROW_RETURN_NOT_OK(builder.AppendNull());
        continue;
      }
      ARROW_RETURN_NOT_OK(builder.Append());
      arrow::Status status;
      list->ForEach([&](std::string_view value) {
        if (status.ok()) status = ReadValue(&value, builder.value_builder());
      });
      ARROW_RETURN_NOT_OK(status);
    }
    return builder.Finish();
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
  const bool ignore_nulls_;
};

}  // namespace

void AddArrayAgg(AggregateList* list) {
  AggregateDefinition definition;
  definition.name = "ARRAY_AGG";
  definition.resolve = ResolveBy(
      "ARRAY_AGG", {Signature{{AnyArg()}, [](std::span<const ArgumentInfo> arguments) -> arrow::Result<DataType> {
                                const DataType element = arguments[0].type.WithTimeAttribute(TimeAttribute::kNone);
                                return DataType::Array(element).WithNullable(element.nullable());
                              }}});
  definition.make = [](const AggregateCallSite& site,
                       const DataType& type) -> arrow::Result<std::unique_ptr<AggregateFunction>> {
    return std::make_unique<ArrayAgg>(type, site.ignore_nulls.value_or(false));
  };
  definition.ignores_null_rows = false;
  definition.order_sensitive = [](std::span<const ArgumentInfo>) { return true; };
  definition.signature_text = "ARRAY_AGG([DISTINCT] value [RESPECT NULLS | IGNORE NULLS])";
  definition.description = "An array of the values in order of arrival, NULLs included unless IGNORE NULLS";
  list->push_back(std::move(definition));
}

}  // namespace tidemark::expr
