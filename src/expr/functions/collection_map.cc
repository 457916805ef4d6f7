// SPDX-License-Identifier: Apache-2.0
// MAP_KEYS, MAP_VALUES, MAP_ENTRIES, MAP_FROM_ARRAYS, MAP_UNION. Where a key comes more than once, its last value
// counts.
#include <arrow/compute/api.h>

#include <limits>
#include <unordered_map>

#include "expr/functions/collection.h"
#include "expr/functions/list_column.h"

namespace tidemark::expr {
namespace {

enum class Part { kKeys, kValues, kEntries };

/// Arrow's maps are lists of (key, value) entries, so that keys, values and entries are lists with the same offsets.
class MapPart final : public ScalarKernel {
 public:
  MapPart(std::shared_ptr<arrow::DataType> type, Part part) : type_(std::move(type)), part_(part) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(auto maps, ListColumn::Make(args[0]));
    const auto& entries = static_cast<const arrow::StructArray&>(*maps.elements());
    const std::shared_ptr<arrow::Array> source = part_ == Part::kKeys     ? entries.field(0)
                                                 : part_ == Part::kValues ? entries.field(1)
                                                                          : maps.elements();
    const int64_t count = maps.is_scalar() ? 1 : num_rows;
    ListResult result(count);
    for (int64_t row = 0; row < count; ++row) {
      if (maps.IsNull(row)) {
        result.EndRowNull();
        continue;
      }
      const ElementRange range = maps.Row(row);
      for (int64_t at = range.begin; at < range.end; ++at) result.Add(at);
      result.EndRow();
    }
    return result.Finish(type_, *source, maps.is_scalar());
  }

 private:
  const std::shared_ptr<arrow::DataType> type_;
  const Part part_;
};

/// A MAP column under construction out of positions in a source of keys and one of values.
class MapResult {
 public:
  /// Adds an entry; where the current row has the key, its value is replaced or stays. NotImplemented for a NULL key.
  arrow::Status Put(const arrow::Array& keys, int64_t key, int64_t value, bool replace = true) {
    if (keys.IsNull(key)) return arrow::Status::NotImplemented("A NULL key of a map is not supported yet");
    auto [entry, is_new] = row_.emplace(encoded_.Encode(keys, key), values_.size());
    if (!is_new) {
      if (replace) values_[entry->second] = value;
      return arrow::Status::OK();
    }
    keys_.push_back(key);
    values_.push_back(value);
    return arrow::Status::OK();
  }
  void EndRow(bool valid) {
    row_.clear();
    offsets_.push_back(static_cast<int32_t>(keys_.size()));
    valid_.push_back(valid);
    has_nulls_ = has_nulls_ || !valid;
  }

  arrow::Result<arrow::Datum> Finish(const std::shared_ptr<arrow::DataType>& type, const arrow::Array& keys,
                                     const arrow::Array& values, bool scalar) {
    const auto& map_type = static_cast<const arrow::MapType&>(*type);
    const auto rows = static_cast<int64_t>(valid_.size());
    ARROW_ASSIGN_OR_RAISE(auto taken_keys, Taken(keys, keys_));
    ARROW_ASSIGN_OR_RAISE(auto taken_values, Taken(values, values_));
    auto entries = arrow::ArrayData::Make(map_type.value_type(), static_cast<int64_t>(keys_.size()), {nullptr},
                                          {taken_keys->data(), taken_values->data()}, 0);
    std::shared_ptr<arrow::Buffer> validity;
    if (has_nulls_) {
      ARROW_ASSIGN_OR_RAISE(validity, arrow::AllocateBitmap(rows));
      for (int64_t row = 0; row < rows; ++row)
        arrow::bit_util::SetBitTo(validity->mutable_data(), row, valid_[static_cast<size_t>(row)]);
    }
    auto array = arrow::MakeArray(arrow::ArrayData::Make(
        type, rows, {std::move(validity), arrow::Buffer::FromVector(std::move(offsets_))}, {std::move(entries)}));
    if (!scalar) return arrow::Datum(std::move(array));
    ARROW_ASSIGN_OR_RAISE(auto value, array->GetScalar(0));
    return arrow::Datum(std::move(value));
  }

 private:
  static arrow::Result<std::shared_ptr<arrow::Array>> Taken(const arrow::Array& source,
                                                            const std::vector<int64_t>& positions) {
    const arrow::Int64Array indices(static_cast<int64_t>(positions.size()), arrow::Buffer::Wrap(positions));
    return arrow::compute::Take(source, indices, arrow::compute::TakeOptions::NoBoundsCheck());
  }

  std::vector<int64_t> keys_;
  std::vector<int64_t> values_;
  std::vector<int32_t> offsets_ = {0};
  std::vector<bool> valid_;
  bool has_nulls_ = false;
  std::unordered_map<std::string, size_t> row_;
  EncodedElements encoded_;
};

class MapFromArrays final : public ScalarKernel {
 public:
  explicit MapFromArrays(std::shared_ptr<arrow::DataType> type) : type_(std::move(type)) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(auto keys, ListColumn::Make(args[0]));
    ARROW_ASSIGN_OR_RAISE(auto values, ListColumn::Make(args[1]));
    const bool scalar = keys.is_scalar() && values.is_scalar();
    const int64_t count = scalar ? 1 : num_rows;
    MapResult result;
    for (int64_t row = 0; row < count; ++row) {
      const bool valid = !keys.IsNull(row) && !values.IsNull(row);
      if (valid) ARROW_RETURN_NOT_OK(PutAll(keys, keys.Row(row), values.Row(row), &result));
      result.EndRow(valid);
    }
    return result.Finish(type_, *keys.elements(), *values.elements(), scalar);
  }

 private:
  static arrow::Status PutAll(const ListColumn& keys, const ElementRange& key_range, const ElementRange& value_range,
                              MapResult* result) {
    if (key_range.size() != value_range.size()) {
      return arrow::Status::Invalid("MAP_FROM_ARRAYS of arrays of different lengths: ", key_range.size(), " keys, ",
                                    value_range.size(), " values");
    }
    for (int64_t i = 0; i < key_range.size(); ++i) {
      ARROW_RETURN_NOT_OK(result->Put(*keys.elements(), key_range.begin + i, value_range.begin + i));
    }
    return arrow::Status::OK();
  }

  const std::shared_ptr<arrow::DataType> type_;
};

class MapUnion final : public ScalarKernel {
 public:
  explicit MapUnion(std::shared_ptr<arrow::DataType> type) : type_(std::move(type)) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    std::vector<ListColumn> maps;
    std::vector<int64_t> begins;
    arrow::ArrayVector keys;
    arrow::ArrayVector values;
    bool scalar = true;
    int64_t begin = 0;
    for (const auto& arg : args) {
      scalar = scalar && arg.is_scalar();
      ARROW_ASSIGN_OR_RAISE(maps.emplace_back(), ListColumn::Make(arg));
      const auto& entries = static_cast<const arrow::StructArray&>(*maps.back().elements());
      keys.push_back(entries.field(0));
      values.push_back(entries.field(1));
      begins.push_back(begin);
      begin += entries.length();
    }
    ARROW_ASSIGN_OR_RAISE(auto all_keys, arrow::Concatenate(keys));
    ARROW_ASSIGN_OR_RAISE(auto all_values, arrow::Concatenate(values));
    const int64_t count = scalar ? 1 : num_rows;
    MapResult result;
    for (int64_t row = 0; row < count; ++row) {
      bool valid = true;
      for (const auto& map : maps) valid = valid && !map.IsNull(row);
      // The last map comes first, and its values count.
      for (size_t i = maps.size(); i-- > 0 && valid;) {
        const ElementRange range = maps[i].Row(row);
        for (int64_t at = begins[i] + range.begin; at < begins[i] + range.end; ++at)
          ARROW_RETURN_NOT_OK(result.Put(*all_keys, at, at, /*replace=*/false));
      }
      result.EndRow(valid);
    }
    return result.Finish(type_, *all_keys, *all_values, scalar);
  }

 private:
  const std::shared_ptr<arrow::DataType> type_;
};

KernelFactory MakePart(Part part) {
  return [part](const CallSite& site) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
    return std::make_unique<MapPart>(site.return_type.ToArrow(), part);
  };
}

template <typename Kernel>
arrow::Result<std::unique_ptr<ScalarKernel>> MakeTyped(const CallSite& site) {
  return std::make_unique<Kernel>(site.return_type.ToArrow());
}

}  // namespace

void RegisterMap(FunctionRegistry* registry) {
  using Arguments = std::span<const ArgumentInfo>;
  auto keys = [](Arguments arguments) -> arrow::Result<DataType> {
    return DataType::Array(arguments[0].type.map_key()).WithNullable(arguments[0].type.nullable());
  };
  auto values = [](Arguments arguments) -> arrow::Result<DataType> {
    return DataType::Array(arguments[0].type.map_value()).WithNullable(arguments[0].type.nullable());
  };
  auto entries = [](Arguments arguments) -> arrow::Result<DataType> {
    const DataType& map = arguments[0].type;
    return DataType::Array(DataType::Row({{"key", map.map_key()}, {"value", map.map_value()}}))
        .WithNullable(map.nullable());
  };
  registry->Add(Define("MAP_KEYS", {Signature{{MapArg()}, keys}}, MakePart(Part::kKeys),
                       {"MAP_KEYS(map)", "The keys as an array"}));
  registry->Add(Define("MAP_VALUES", {Signature{{MapArg()}, values}}, MakePart(Part::kValues),
                       {"MAP_VALUES(map)", "The values as an array"}));
  registry->Add(Define("MAP_ENTRIES", {Signature{{MapArg()}, entries}}, MakePart(Part::kEntries),
                       {"MAP_ENTRIES(map)", "The entries as an array of rows (key, value)"}));
  auto from_arrays = [](Arguments arguments) -> arrow::Result<DataType> {
    return DataType::Map(arguments[0].type.element(), arguments[1].type.element()).WithNullable(AnyNullable(arguments));
  };
  registry->Add(DefineFallible("MAP_FROM_ARRAYS", {Signature{{ArrayArg(), ArrayArg()}, from_arrays}},
                               MakeTyped<MapFromArrays>,
                               {"MAP_FROM_ARRAYS(keys, values)", "A map from an array of keys and one of values"}));
  ScalarFunction map_union = DefineFallible("MAP_UNION", {}, MakeTyped<MapUnion>,
                                            {"MAP_UNION(map, ...)", "The entries of all maps; later ones win"});
  map_union.resolve = ResolveCommon("MAP_UNION", TypeKind::kMap, 1, std::numeric_limits<size_t>::max());
  registry->Add(std::move(map_union));
}

}  // namespace tidemark::expr
