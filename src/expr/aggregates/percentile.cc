// SPDX-License-Identifier: Apache-2.0
// PERCENTILE(x, p [, frequency]): the exact percentile with linear interpolation between the two nearest values; p may
// be an array of percentages.
#include <arrow/api.h>

#include <cmath>
#include <optional>

#include "expr/aggregates/definition.h"
#include "expr/aggregates/held_state.h"
#include "expr/aggregates/ordered_counts.h"

namespace tidemark::expr {
namespace {

struct DoubleLess {
  bool operator()(double a, double b) const {
    // NaN is the greatest, as in Java.
    return std::isnan(b) ? !std::isnan(a) : a < b;
  }
};

struct Percentiles {
  OrderedCounts<double, DoubleLess> counts;
  int64_t total = 0;
  /// Those of the first row: they are the same for all.
  std::vector<double> percentages;

  int64_t memory_bytes() const {
    return static_cast<int64_t>(sizeof(*this) + percentages.capacity() * sizeof(double)) + counts.bytes();
  }
  void Change(double value, int64_t delta) {
    counts.Change(value, delta);
    total += delta;
  }
};

/// The value at position `at` (from 0) of the sorted values, and the one after it.
struct Neighbours {
  double lower = 0;
  double upper = 0;
};

Neighbours FindNeighbours(const Percentiles& percentiles, int64_t at) {
  Neighbours found;
  int64_t passed = 0;
  percentiles.counts.ForEach([&](const auto& entry) {
    const int64_t end = passed + entry.count;
    if (passed <= at && at < end) found.lower = entry.value;
    if (passed <= at + 1 && at + 1 < end) found.upper = entry.value;
    passed = end;
  });
  return found;
}

double ValueAt(const Percentiles& percentiles, double percentage) {
  const double position = static_cast<double>(percentiles.total - 1) * percentage;
  const double below = std::floor(position);
  const double above = std::ceil(position);
  const Neighbours values = FindNeighbours(percentiles, static_cast<int64_t>(below));
  if (below == above || values.lower == values.upper) return values.lower;
  return (above - position) * values.lower + (position - below) * values.upper;
}

class Percentile final : public HeldAggregate<Percentiles> {
 public:
  explicit Percentile(DataType type) : many_(type.kind() == TypeKind::kArray) { type_ = std::move(type); }

  arrow::Status Update(const AggregateInput& input) const override {
    ARROW_ASSIGN_OR_RAISE(auto values, ColumnReader<double>::Make(input.args[0]));
    std::optional<ColumnReader<int64_t>> frequencies;
    if (input.args.size() > 2) {
      ARROW_ASSIGN_OR_RAISE(frequencies, ColumnReader<int64_t>::Make(input.args[2]));
    }
    arrow::Status status;
    ForEachRow(input, [&](size_t i, int32_t row, auto is_addition) {
      if (values.IsNull(row) || (frequencies && frequencies->IsNull(row))) return;
      const int64_t frequency = frequencies ? frequencies->Value(row) : 1;
      if (frequency <= 0) return;
      Percentiles& held = Make(input.states[i]);
      if (held.percentages.empty() && status.ok()) status = ReadPercentages(*input.args[1], row, &held.percentages);
      held.Change(values.Value(row), is_addition.value ? frequency : -frequency);
    });
    return status;
  }
  arrow::Status Merge(std::span<uint8_t* const> targets, std::span<uint8_t* const> sources) const override {
    for (size_t i = 0; i < targets.size(); ++i) {
      const Percentiles* source = HeldAt(sources[i]);
      if (source == nullptr) continue;
      Percentiles& target = Make(targets[i]);
      if (target.percentages.empty()) target.percentages = source->percentages;
      source->counts.ForEach([&](const auto& entry) { target.Change(entry.value, entry.count); });
    }
    return arrow::Status::OK();
  }
  arrow::Result<std::shared_ptr<arrow::Array>> Finalize(std::span<uint8_t* const> states) const override {
    arrow::DoubleBuilder values;
    arrow::ListBuilder lists(arrow::default_memory_pool(), std::make_shared<arrow::DoubleBuilder>());
    auto& elements = static_cast<arrow::DoubleBuilder&>(*lists.value_builder());
    for (const uint8_t* state : states) {
      const Percentiles* held = HeldAt(state);
      if (held == nullptr || held->total <= 0 || held->percentages.empty()) {
        ARROW_RETURN_NOT_OK(many_ ? lists.AppendNull() : values.AppendNull());
        continue;
      }
      if (!many_) {
        ARROW_RETURN_NOT_OK(values.Append(ValueAt(*held, held->percentages[0])));
        continue;
      }
      ARROW_RETURN_NOT_OK(lists.Append());
      for (double percentage : held->percentages) ARROW_RETURN_NOT_OK(elements.Append(ValueAt(*held, percentage)));
    }
    return many_ ? lists.Finish() : values.Finish();
  }

  /// Saved form: version (u8 = 1), number of percentages (u32), they (f64); number of values (u32), each with count
  /// (i64).
  arrow::Status Save(const uint8_t* state, std::string* out) const override {
    const Percentiles none;
    const Percentiles& held = HeldAt(state) != nullptr ? *HeldAt(state) : none;
    PutFixed(kVersion, out);
    PutFixed(static_cast<uint32_t>(held.percentages.size()), out);
    for (double percentage : held.percentages) PutFixed(percentage, out);
    PutFixed(static_cast<uint32_t>(held.counts.size()), out);
    held.counts.ForEach([out](const auto& entry) {
      PutFixed(entry.value, out);
      PutFixed(entry.count, out);
    });
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Load(std::string_view saved, uint8_t* state) const override {
    const size_t length = saved.size();
    ARROW_RETURN_NOT_OK(TakeVersion(&saved, kVersion, "PERCENTILE"));
    auto held = std::make_unique<Percentiles>();
    if (!LoadInto(&saved, held.get())) return DamagedAccumulator("PERCENTILE");
    new (state) State(held->percentages.empty() ? nullptr : held.release());
    return static_cast<int64_t>(length - saved.size());
  }

 private:
  static constexpr uint8_t kVersion = 1;

  static bool LoadInto(std::string_view* saved, Percentiles* held) {
    uint32_t size = 0;
    if (!TakeFixed(saved, &size)) return false;
    double value = 0;
    for (uint32_t i = 0; i < size; ++i) {
      if (!TakeFixed(saved, &value)) return false;
      held->percentages.push_back(value);
    }
    if (!TakeFixed(saved, &size)) return false;
    for (uint32_t i = 0; i < size; ++i) {
      int64_t count = 0;
      if (!TakeFixed(saved, &value) || !TakeFixed(saved, &count)) return false;
      held->Change(value, count);
    }
    return true;
  }

  arrow::Status ReadPercentages(const arrow::Array& column, int64_t row, std::vector<double>* out) const {
    const arrow::Array* values = &column;
    int64_t begin = row;
    int64_t end = row + 1;
    if (many_) {
      const auto& list = static_cast<const arrow::ListArray&>(column);
      values = list.values().get();
      begin = list.value_offset(row);
      end = column.IsNull(row) ? begin : list.value_offset(row + 1);
    }
    for (int64_t i = begin; i < end; ++i) {
      const double value = values->IsNull(i) ? -1 : static_cast<const arrow::DoubleArray&>(*values).Value(i);
      if (!(value >= 0 && value <= 1))
        return arrow::Status::Invalid("A percentage of PERCENTILE is not between 0 and 1");
      out->push_back(value);
    }
    return arrow::Status::OK();
  }

  const bool many_;
};

bool IsNumericArray(const DataType& type) { return type.kind() == TypeKind::kArray && type.element().is_numeric(); }

}  // namespace

void AddPercentile(AggregateList* list) {
  Parameter percentages = ArgWhere("ARRAY<numeric>", IsNumericArray);
  percentages.cast_to = DataType::Array(DataType::Double());
  Parameter percentage = DoubleArg();
  percentage.accepts = [](const DataType& type) { return type.is_numeric(); };
  AggregateDefinition definition;
  definition.name = "PERCENTILE";
  definition.resolve = ResolveBy(
      "PERCENTILE", {Signature{{DoubleArg(), percentage, Optional(BigIntArg())}, ReturnsNullable(DataType::Double())},
                     Signature{{DoubleArg(), percentages, Optional(BigIntArg())},
                               ReturnsNullable(DataType::Array(DataType::Double()))}});
  definition.make = [](const AggregateCallSite&,
                       const DataType& type) -> arrow::Result<std::unique_ptr<AggregateFunction>> {
    return std::make_unique<Percentile>(type);
  };
  definition.signature_text = "PERCENTILE(number, percentage [, frequency])";
  definition.description = "The exact percentile, interpolated; percentage is between 0 and 1, or an array of such";
  list->push_back(std::move(definition));
}

}  // namespace tidemark::expr
