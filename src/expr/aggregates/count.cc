// SPDX-License-Identifier: Apache-2.0
// COUNT(*), COUNT(x) and COUNT(x, y, ...): rows, or rows in which no argument is NULL.
#include <arrow/array.h>

#include "expr/aggregates/definition.h"
#include "expr/aggregates/plain_state.h"
#include "expr/aggregates/result_column.h"

namespace tidemark::expr {
namespace {

class Count final : public PlainAggregate<int64_t> {
 public:
  explicit Count(DataType type) { type_ = std::move(type); }

  arrow::Status Update(const AggregateInput& input) const override {
    std::vector<const arrow::Array*> nullable;
    for (const auto& argument : input.args) {
      if (argument->null_count() > 0 || argument->type_id() == arrow::Type::NA) nullable.push_back(argument.get());
    }
    if (nullable.empty()) {
      CountRows(input, [](int32_t) { return true; });
    } else if (nullable.size() == 1) {
      CountRows(input, [array = nullable[0]](int32_t row) { return array->IsValid(row); });
    } else {
      CountRows(input, [&](int32_t row) {
        for (const arrow::Array* array : nullable) {
          if (array->IsNull(row)) return false;
        }
        return true;
      });
    }
    return arrow::Status::OK();
  }

  arrow::Status Merge(std::span<uint8_t* const> targets, std::span<uint8_t* const> sources) const override {
    for (size_t i = 0; i < targets.size(); ++i) StateAt<int64_t>(targets[i]) += StateAt<int64_t>(sources[i]);
    return arrow::Status::OK();
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Finalize(std::span<uint8_t* const> states) const override {
    return MakeResultColumn<int64_t>(type_, static_cast<int64_t>(states.size()),
                                     [&](int64_t i) { return std::optional(StateAt<int64_t>(states[i])); });
  }

 private:
  template <typename Counts>
  static void CountRows(const AggregateInput& input, Counts counts) {
    ForEachRow(input, [&](size_t i, int32_t row, auto is_addition) {
      StateAt<int64_t>(input.states[i]) += counts(row) ? (is_addition.value ? 1 : -1) : 0;
    });
  }
};

}  // namespace

void AddCount(AggregateList* list) {
  AggregateDefinition count;
  count.name = "COUNT";
  count.resolve = ResolveBy("COUNT", {Signature{{Optional(Repeated(AnyArg()))}, ReturnsNotNull(DataType::BigInt())}});
  count.make = [](const AggregateCallSite&, const DataType& type) -> arrow::Result<std::unique_ptr<AggregateFunction>> {
    return std::make_unique<Count>(type);
  };
  count.two_phase = [](std::span<const ArgumentInfo>) { return true; };
  count.signature_text = "COUNT(*) or COUNT([DISTINCT] value, ...)";
  count.description = "Number of rows, or of rows in which no value is NULL";
  list->push_back(std::move(count));
}

}  // namespace tidemark::expr
