// SPDX-License-Identifier: Apache-2.0
// COLLECT(x): the values that are not NULL as a MULTISET.
#include <arrow/api.h>

#include "expr/aggregates/definition.h"
#include "expr/aggregates/held_state.h"
#include "expr/aggregates/key_counts.h"
#include "expr/aggregates/value_codec.h"

namespace tidemark::expr {
namespace {

class Collect final : public HeldAggregate<TextCounts> {
 public:
  explicit Collect(DataType type) { type_ = std::move(type); }

  arrow::Status Update(const AggregateInput& input) const override {
    const arrow::Array& column = *input.args[0];
    std::string encoded;
    ForEachRow(input, [&](size_t i, int32_t row, auto is_addition) {
      if (column.IsNull(row)) return;
      encoded.clear();
      AppendValue(column, row, &encoded);
      Make(input.states[i]).Change(encoded, is_addition.value ? 1 : -1);
    });
    return arrow::Status::OK();
  }
  arrow::Status Merge(std::span<uint8_t* const> targets, std::span<uint8_t* const> sources) const override {
    for (size_t i = 0; i < targets.size(); ++i) {
      const TextCounts* source = HeldAt(sources[i]);
      if (source == nullptr) continue;
      TextCounts& target = Make(targets[i]);
      source->ForEach([&](std::string_view value, int64_t count) { target.Change(value, count); });
    }
    return arrow::Status::OK();
  }
  arrow::Result<std::shared_ptr<arrow::Array>> Finalize(std::span<uint8_t* const> states) const override {
    std::unique_ptr<arrow::ArrayBuilder> made;
    ARROW_RETURN_NOT_OK(arrow::MakeBuilder(arrow::default_memory_pool(), type_.ToArrow(), &made));
    auto& builder = static_cast<arrow::MapBuilder&>(*made);
    auto& counts = static_cast<arrow::Int32Builder&>(*builder.item_builder());
    for (const uint8_t* state : states) {
      ARROW_RETURN_NOT_OK(builder.Append());
      const TextCounts* values = HeldAt(state);
      if (values == nullptr) continue;
      arrow::Status status;
      values->ForEach([&](std::string_view value, int64_t count) {
        if (!status.ok() || count <= 0) return;
        status = ReadValue(&value, builder.key_builder());
        if (status.ok()) status = counts.Append(static_cast<int32_t>(count));
      });
      ARROW_RETURN_NOT_OK(status);
    }
    return builder.Finish();
  }

  /// Saved form: version (u8 = 1), number of values (u32), then each value (length u32 and encoding) and count (i64).
  arrow::Status Save(const uint8_t* state, std::string* out) const override {
    PutFixed(kVersion, out);
    const TextCounts* values = HeldAt(state);
    PutFixed(static_cast<uint32_t>(values == nullptr ? 0 : values->size()), out);
    if (values == nullptr) return arrow::Status::OK();
    values->ForEach([out](std::string_view value, int64_t count) {
      PutBytes(value, out);
      PutFixed(count, out);
    });
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Load(std::string_view saved, uint8_t* state) const override {
    const size_t length = saved.size();
    ARROW_RETURN_NOT_OK(TakeVersion(&saved, kVersion, "COLLECT"));
    uint32_t size = 0;
    if (!TakeFixed(&saved, &size)) return DamagedAccumulator("COLLECT");
    auto values = std::make_unique<TextCounts>();
    for (uint32_t i = 0; i < size; ++i) {
      std::string_view value;
      int64_t count = 0;
      if (!TakeBytes(&saved, &value) || !TakeFixed(&saved, &count)) return DamagedAccumulator("COLLECT");
      // Values are keys of a map, of which Arrow ends the process over one that is NULL.
      if (value.empty() || value.front() == '\0') return DamagedAccumulator("COLLECT");
      values->Change(value, count);
    }
    new (state) State(size > 0 ? values.release() : nullptr);
    return static_cast<int64_t>(length - saved.size());
  }

 private:
  static constexpr uint8_t kVersion = 1;
};

}  // namespace

void AddCollect(AggregateList* list) {
  AggregateDefinition definition;
  definition.name = "COLLECT";
  definition.resolve = ResolveBy(
      "COLLECT",
      {Signature{{AnyArg()}, [](std::span<const ArgumentInfo> arguments) -> arrow::Result<DataType> {
                   return DataType::Multiset(arguments[0].type.WithTimeAttribute(TimeAttribute::kNone)).NotNull();
                 }}});
  definition.make = [](const AggregateCallSite&,
                       const DataType& type) -> arrow::Result<std::unique_ptr<AggregateFunction>> {
    return std::make_unique<Collect>(type);
  };
  definition.signature_text = "COLLECT([DISTINCT] value)";
  definition.description = "A multiset of the values that are not NULL";
  list->push_back(std::move(definition));
}

}  // namespace tidemark::expr
