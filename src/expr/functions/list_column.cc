// SPDX-License-Identifier: Apache-2.0
// Reading and making ARRAY columns.
#include "expr/functions/list_column.h"

#include <cmath>

#include <arrow/compute/api.h>

#include "expr/aggregates/value_codec.h"

namespace tidemark::expr {
namespace {

/// A FLOAT or DOUBLE; 1 for everything else.
double FloatingValue(const arrow::Array& elements, int64_t position) {
  if (elements.IsNull(position)) return 1;
  if (elements.type_id() == arrow::Type::DOUBLE)
    return static_cast<const arrow::DoubleArray&>(elements).Value(position);
  if (elements.type_id() == arrow::Type::FLOAT) return static_cast<const arrow::FloatArray&>(elements).Value(position);
  return 1;
}

}  // namespace
namespace {

arrow::Result<std::shared_ptr<arrow::Array>> ArrayOf(const arrow::Datum& datum) {
  if (datum.is_scalar()) return arrow::MakeArrayFromScalar(*datum.scalar(), 1);
  return datum.make_array();
}

}  // namespace

arrow::Result<ListColumn> ListColumn::Make(const arrow::Datum& datum) {
  ListColumn column;
  ARROW_ASSIGN_OR_RAISE(auto array, ArrayOf(datum));
  column.array_ = std::static_pointer_cast<arrow::ListArray>(array);
  column.elements_ = column.array_->values();
  column.step_ = datum.is_scalar() ? 0 : 1;
  return column;
}

arrow::Result<ValueColumn> ValueColumn::Make(const arrow::Datum& datum) {
  ValueColumn column;
  ARROW_ASSIGN_OR_RAISE(column.array_, ArrayOf(datum));
  column.step_ = datum.is_scalar() ? 0 : 1;
  return column;
}

void ListResult::EndRowNull() {
  positions_.resize(static_cast<size_t>(offsets_.back()));
  nulls_.resize(offsets_.size() - 1, false);
  nulls_.push_back(true);
  has_nulls_ = true;
  EndRow();
}

arrow::Result<arrow::Datum> ListResult::Finish(const std::shared_ptr<arrow::DataType>& type, const arrow::Array& source,
                                               bool scalar) {
  const auto rows = static_cast<int64_t>(offsets_.size()) - 1;
  const arrow::Int64Array positions(static_cast<int64_t>(positions_.size()), arrow::Buffer::Wrap(positions_));
  ARROW_ASSIGN_OR_RAISE(auto values,
                        arrow::compute::Take(source, positions, arrow::compute::TakeOptions::NoBoundsCheck()));
  std::shared_ptr<arrow::Buffer> validity;
  if (has_nulls_) {
    nulls_.resize(static_cast<size_t>(rows), false);
    ARROW_ASSIGN_OR_RAISE(validity, arrow::AllocateBitmap(rows));
    for (int64_t row = 0; row < rows; ++row)
      arrow::bit_util::SetBitTo(validity->mutable_data(), row, !nulls_[static_cast<size_t>(row)]);
  }
  auto offsets = arrow::Buffer::FromVector(std::move(offsets_));
  // The source may have another name or NULLability of fields (the entries of a map) than the result's elements.
  auto elements = values->data()->Copy();
  elements->type = static_cast<const arrow::ListType&>(*type).value_type();
  auto data = arrow::ArrayData::Make(type, rows, {std::move(validity), std::move(offsets)}, {std::move(elements)});
  auto array = arrow::MakeArray(std::move(data));
  if (!scalar) return arrow::Datum(std::move(array));
  ARROW_ASSIGN_OR_RAISE(auto value, array->GetScalar(0));
  return arrow::Datum(std::move(value));
}

std::string_view EncodedElements::Encode(const arrow::Array& elements, int64_t position) {
  bytes_.clear();
  const double number = FloatingValue(elements, position);
  if (std::isnan(number)) {
    // Unlike every other, also those of other encoders.
    ++nans_;
    bytes_.append(reinterpret_cast<const char*>(&nans_), sizeof(nans_));
    const auto* self = this;
    bytes_.append(reinterpret_cast<const char*>(&self), sizeof(self));
  } else if (number == 0) {
    bytes_ = "0";
  } else {
    AppendValue(elements, position, &bytes_);
  }
  return bytes_;
}

}  // namespace tidemark::expr
