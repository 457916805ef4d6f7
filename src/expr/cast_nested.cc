// SPDX-License-Identifier: Apache-2.0
// Casts of ARRAY, MAP, MULTISET and ROW: the parts are cast as columns, the outer shape stays.
#include <arrow/api.h>
#include <arrow/util/bitmap_ops.h>

#include <vector>

#include "expr/cast_kernels.h"

namespace tidemark::expr {
namespace {

using ArrayResult = arrow::Result<std::shared_ptr<arrow::Array>>;

ArrayResult CastPart(ScalarKernel* cast, const std::shared_ptr<arrow::Array>& values) {
  const arrow::Datum args[] = {values};
  ARROW_ASSIGN_OR_RAISE(auto result, cast->Run(args, values->length()));
  if (result.is_scalar()) return arrow::MakeArrayFromScalar(*result.scalar(), values->length());
  return result.make_array();
}

/// The array's validity as a bitmap of offset 0, or null.
arrow::Result<std::shared_ptr<arrow::Buffer>> ValidityOf(const arrow::Array& array) {
  if (array.null_count() == 0) return std::shared_ptr<arrow::Buffer>();
  return arrow::internal::CopyBitmap(arrow::default_memory_pool(), array.null_bitmap_data(), array.offset(),
                                     array.length());
}

/// Offsets of a list or map array that start at 0, to go with the slice of values that they span.
ArrayResult CastListLike(const arrow::ListArray& list, const std::shared_ptr<arrow::DataType>& type,
                         const std::function<ArrayResult(const std::shared_ptr<arrow::Array>&)>& cast_values) {
  const int32_t first = list.value_offset(0);
  const int32_t last = list.value_offset(list.length());
  ARROW_ASSIGN_OR_RAISE(auto values, cast_values(list.values()->Slice(first, last - first)));
  ARROW_ASSIGN_OR_RAISE(auto offsets,
                        arrow::AllocateBuffer((list.length() + 1) * static_cast<int64_t>(sizeof(int32_t))));
  auto* out = reinterpret_cast<int32_t*>(offsets->mutable_data());
  for (int64_t i = 0; i <= list.length(); ++i) out[i] = list.value_offset(i) - first;
  ARROW_ASSIGN_OR_RAISE(auto validity, ValidityOf(list));
  auto data = arrow::ArrayData::Make(type, list.length(), {std::move(validity), std::move(offsets)}, {values->data()});
  return arrow::MakeArray(std::move(data));
}

/// CAST of whole columns of a nested type.
class NestedCast final : public ScalarKernel {
 public:
  NestedCast(std::vector<std::unique_ptr<ScalarKernel>> parts, const DataType& to)
      : parts_(std::move(parts)), kind_(to.kind()), type_(to.ToArrow()) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t) override {
    if (args[0].is_scalar()) {
      ARROW_ASSIGN_OR_RAISE(auto one, arrow::MakeArrayFromScalar(*args[0].scalar(), 1));
      ARROW_ASSIGN_OR_RAISE(auto cast, CastArray(*one));
      ARROW_ASSIGN_OR_RAISE(auto value, cast->GetScalar(0));
      return arrow::Datum(std::move(value));
    }
    ARROW_ASSIGN_OR_RAISE(auto cast, CastArray(*args[0].make_array()));
    return arrow::Datum(std::move(cast));
  }

 private:
  ArrayResult CastArray(const arrow::Array& array) {
    switch (kind_) {
      case TypeKind::kArray:
        return CastListLike(static_cast<const arrow::ListArray&>(array), type_,
                            [this](const auto& values) { return CastPart(parts_[0].get(), values); });
      case TypeKind::kRow:
        return CastRow(static_cast<const arrow::StructArray&>(array));
      default:
        return CastListLike(static_cast<const arrow::MapArray&>(array), type_, [this](const auto& entries) {
          return CastEntries(static_cast<const arrow::StructArray&>(*entries));
        });
    }
  }

  /// Keys and values of a MAP; of a MULTISET the counts stay.
  ArrayResult CastEntries(const arrow::StructArray& entries) {
    ARROW_ASSIGN_OR_RAISE(auto keys, CastPart(parts_[0].get(), entries.field(0)));
    std::shared_ptr<arrow::Array> values = entries.field(1);
    if (parts_.size() > 1) {
      ARROW_ASSIGN_OR_RAISE(values, CastPart(parts_[1].get(), values));
    }
    const auto& entry_type = static_cast<const arrow::MapType&>(*type_).value_type();
    return std::make_shared<arrow::StructArray>(entry_type, entries.length(), arrow::ArrayVector{keys, values});
  }

  ArrayResult CastRow(const arrow::StructArray& row) {
    arrow::ArrayVector fields;
    for (size_t i = 0; i < parts_.size(); ++i) {
      // Fields of a NULL row may hold anything: flattened, they are NULL and cannot fail.
      ARROW_ASSIGN_OR_RAISE(auto field, row.GetFlattenedField(static_cast<int>(i)));
      ARROW_ASSIGN_OR_RAISE(auto cast, CastPart(parts_[i].get(), field));
      fields.push_back(std::move(cast));
    }
    ARROW_ASSIGN_OR_RAISE(auto validity, ValidityOf(row));
    return std::make_shared<arrow::StructArray>(type_, row.length(), std::move(fields), std::move(validity));
  }

  std::vector<std::unique_ptr<ScalarKernel>> parts_;
  TypeKind kind_;
  std::shared_ptr<arrow::DataType> type_;
};

/// TRY_CAST of a nested type: one bad part makes the whole value NULL.
class NestedTryCast final : public ScalarKernel {
 public:
  NestedTryCast(std::unique_ptr<ScalarKernel> cast, const DataType& to) : cast_(std::move(cast)), type_(to.ToArrow()) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    auto all = cast_->Run(args, num_rows);
    if (all.ok()) return all;
    if (args[0].is_scalar()) return arrow::Datum(arrow::MakeNullScalar(type_));
    // Row by row, to find the bad ones.
    const auto values = args[0].make_array();
    arrow::ArrayVector pieces;
    for (int64_t row = 0; row < num_rows; ++row) {
      const arrow::Datum one[] = {values->Slice(row, 1)};
      auto cast = cast_->Run(one, 1);
      if (cast.ok()) {
        pieces.push_back(cast->make_array());
      } else {
        ARROW_ASSIGN_OR_RAISE(auto null, arrow::MakeArrayOfNull(type_, 1));
        pieces.push_back(std::move(null));
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto joined, arrow::Concatenate(pieces));
    return arrow::Datum(std::move(joined));
  }

 private:
  std::unique_ptr<ScalarKernel> cast_;
  std::shared_ptr<arrow::DataType> type_;
};

}  // namespace

KernelResult MakeNestedCast(const DataType& from, const DataType& to, bool is_try, const FunctionContext& context) {
  std::vector<std::unique_ptr<ScalarKernel>> parts;
  for (size_t i = 0; i < from.fields().size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto part, MakeCast(from.fields()[i].type, to.fields()[i].type, /*is_try=*/false, context));
    parts.push_back(std::move(part));
  }
  std::unique_ptr<ScalarKernel> cast = std::make_unique<NestedCast>(std::move(parts), to);
  if (is_try && CastCanFail(from, to)) return std::make_unique<NestedTryCast>(std::move(cast), to);
  return cast;
}

}  // namespace tidemark::expr
