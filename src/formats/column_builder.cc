// SPDX-License-Identifier: Apache-2.0
// Growth, rollback and completion of columns under construction.
#include "formats/column_builder.h"

#include <arrow/array.h>
#include <arrow/array/util.h>
#include <arrow/memory_pool.h>
#include <arrow/status.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>

#include <algorithm>
#include <limits>

namespace tidemark::formats {
namespace {

constexpr int64_t kFirstCapacity = 64;
constexpr int64_t kFirstBytes = 4096;

ColumnBuilder::Storage StorageOf(const DataType& type) {
  using Storage = ColumnBuilder::Storage;
  switch (type.kind()) {
    case TypeKind::kNull:
      return Storage::kNothing;
    case TypeKind::kBoolean:
      return Storage::kBool;
    case TypeKind::kTinyInt:
      return Storage::kFixed1;
    case TypeKind::kSmallInt:
      return Storage::kFixed2;
    case TypeKind::kInt:
    case TypeKind::kFloat:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth:
      return Storage::kFixed4;
    case TypeKind::kBigInt:
    case TypeKind::kDouble:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
    case TypeKind::kIntervalDayTime:
      return Storage::kFixed8;
    case TypeKind::kDecimal:
      return Storage::kFixed16;
    case TypeKind::kChar:
    case TypeKind::kVarChar:
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return Storage::kBytes;
    case TypeKind::kArray:
    case TypeKind::kMap:
    case TypeKind::kMultiset:
      return Storage::kList;
    case TypeKind::kRow:
      return Storage::kStruct;
  }
  return Storage::kNothing;
}

int WidthOf(ColumnBuilder::Storage storage) {
  using Storage = ColumnBuilder::Storage;
  switch (storage) {
    case Storage::kBool:
    case Storage::kFixed1:
      return 1;
    case Storage::kFixed2:
      return 2;
    case Storage::kFixed4:
      return 4;
    case Storage::kFixed8:
      return 8;
    case Storage::kFixed16:
      return 16;
    case Storage::kBytes:
    case Storage::kList:
      return sizeof(int32_t);
    case Storage::kNothing:
    case Storage::kStruct:
      return 0;
  }
  return 0;
}

}  // namespace

ColumnBuilder::ColumnBuilder(DataType type)
    : type_(std::move(type)), arrow_type_(type_.ToArrow()), storage_(StorageOf(type_)), width_(WidthOf(storage_)) {
  for (const auto& field : type_.fields()) children_.emplace_back(field.type);
  if (type_.kind() == TypeKind::kMultiset) children_.emplace_back(DataType::Int().NotNull());
  Reset();
}

void ColumnBuilder::Reset() {
  length_ = 0;
  capacity_ = 0;
  values_ = nullptr;
  bytes_ = nullptr;
  bytes_length_ = 0;
  bytes_capacity_ = 0;
  null_count_ = 0;
  valid_ = nullptr;
  values_buffer_ = nullptr;
  bytes_buffer_ = nullptr;
  valid_buffer_ = nullptr;
  failed_ = false;
  // So that offsets()[0] can always be read.
  if (has_offsets() && !unused_) Grow(1);
}

bool ColumnBuilder::Resize(std::shared_ptr<arrow::ResizableBuffer>* buffer, int64_t size) {
  if (*buffer) return (*buffer)->Resize(size, /*shrink_to_fit=*/false).ok();
  auto made = arrow::AllocateResizableBuffer(size);
  if (made.ok()) *buffer = std::move(*made);
  return made.ok();
}

void ColumnBuilder::Grow(int64_t capacity) {
  capacity = std::max({capacity, capacity_ * 2, kFirstCapacity});
  const int64_t entries = capacity + (has_offsets() ? 1 : 0);
  bool grown = width_ == 0 || Resize(&values_buffer_, entries * width_);
  if (valid_ != nullptr) grown = grown && Resize(&valid_buffer_, arrow::bit_util::BytesForBits(capacity));
  if (!grown) {
    // Keep going in the memory there is; Finish reports it.
    failed_ = true;
    length_ = 0;
    bytes_length_ = 0;
    return;
  }
  if (width_ > 0) {
    const bool first = values_ == nullptr;
    values_ = reinterpret_cast<char*>(values_buffer_->mutable_data());
    if (first && has_offsets()) offsets()[0] = 0;
  }
  if (valid_ != nullptr) {
    valid_ = valid_buffer_->mutable_data();
    const int64_t used = arrow::bit_util::BytesForBits(capacity_);
    std::memset(valid_ + used, 0xFF, static_cast<size_t>(arrow::bit_util::BytesForBits(capacity) - used));
  }
  capacity_ = capacity;
}

void ColumnBuilder::GrowBytes(int64_t room) {
  const int64_t wanted = bytes_length_ + room;
  const int64_t capacity =
      std::max({wanted, bytes_capacity_ * 2, last_bytes_length_ + last_bytes_length_ / 8, kFirstBytes});
  if (bytes_length_ > std::numeric_limits<int32_t>::max() || !Resize(&bytes_buffer_, capacity)) {
    failed_ = true;
    length_ = 0;
    bytes_length_ = 0;
    // A value that alone exceeds all memory: there is nowhere to put it.
    if (room > bytes_capacity_ && !Resize(&bytes_buffer_, room)) std::abort();
  }
  bytes_ = reinterpret_cast<char*>(bytes_buffer_->mutable_data());
  bytes_capacity_ = bytes_buffer_->size();
}

void ColumnBuilder::AppendNull() {
  if (unused_) return;
  if (length_ == capacity_) Grow(length_ + 1);
  if (valid_ == nullptr && storage_ != Storage::kNothing) {
    if (!Resize(&valid_buffer_, arrow::bit_util::BytesForBits(capacity_))) {
      failed_ = true;
      return;
    }
    valid_ = valid_buffer_->mutable_data();
    std::memset(valid_, 0xFF, static_cast<size_t>(arrow::bit_util::BytesForBits(capacity_)));
  }
  if (valid_ != nullptr) arrow::bit_util::ClearBit(valid_, length_);
  ++null_count_;
  switch (storage_) {
    case Storage::kBytes:
      bytes_length_ = offsets()[length_];
      [[fallthrough]];
    case Storage::kList:
      offsets()[length_ + 1] = offsets()[length_];
      break;
    case Storage::kStruct:
      for (auto& field : children_) field.AppendNull();
      break;
    case Storage::kNothing:
      break;
    default:
      std::memset(values_ + length_ * width_, 0, static_cast<size_t>(width_));
      break;
  }
  ++length_;
}

void ColumnBuilder::Truncate(int64_t length) {
  if (unused_) return;
  if (storage_ == Storage::kStruct) {
    // Fields may be ahead of their ROW when a record broke off in the middle.
    for (auto& field : children_) field.Truncate(std::min(field.length_, length));
  }
  if (has_offsets() && length <= length_) {
    if (storage_ == Storage::kBytes) bytes_length_ = offsets()[length];
    if (storage_ == Storage::kList) {
      for (auto& element : children_) element.Truncate(offsets()[length]);
    }
  }
  if (length >= length_) return;
  if (valid_ != nullptr) {
    for (int64_t i = length; i < length_; ++i) {
      null_count_ -= !arrow::bit_util::GetBit(valid_, i);
      arrow::bit_util::SetBit(valid_, i);
    }
  }
  length_ = length;
}

int64_t ColumnBuilder::text_bytes() const {
  int64_t bytes = bytes_length_;
  for (const auto& column : children_) bytes += column.text_bytes();
  return bytes;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> ColumnBuilder::TakeValidity() {
  if (null_count_ == 0) return nullptr;
  ARROW_RETURN_NOT_OK(valid_buffer_->Resize(arrow::bit_util::BytesForBits(length_), /*shrink_to_fit=*/false));
  return std::move(valid_buffer_);
}

arrow::Result<std::shared_ptr<arrow::Buffer>> ColumnBuilder::PackBools() {
  ARROW_ASSIGN_OR_RAISE(auto bits, arrow::AllocateBuffer(arrow::bit_util::BytesForBits(length_)));
  uint8_t* out = bits->mutable_data();
  std::memset(out, 0, static_cast<size_t>(bits->size()));
  for (int64_t i = 0; i < length_; ++i) out[i >> 3] |= static_cast<uint8_t>((values_[i] != 0) << (i & 7));
  return std::shared_ptr<arrow::Buffer>(std::move(bits));
}

arrow::Result<std::shared_ptr<arrow::Array>> ColumnBuilder::AllNull(int64_t length) {
  if (!null_array_ || null_array_->length() < length) {
    ARROW_ASSIGN_OR_RAISE(null_array_, arrow::MakeArrayOfNull(arrow_type_, length));
  }
  return null_array_->Slice(0, length);
}

arrow::Result<std::shared_ptr<arrow::Array>> ColumnBuilder::Finish(int64_t length) {
  if (unused_ || storage_ == Storage::kNothing) {
    Reset();
    return AllNull(length);
  }
  if (failed_ || bytes_length_ > std::numeric_limits<int32_t>::max()) {
    Reset();
    return arrow::Status::CapacityError(
        "One batch of a column needs more memory than there is, or more than 2 GiB of text");
  }
  if (length_ != length)
    return arrow::Status::UnknownError("Column ", type_.ToString(), " has ", length_, " values, not ", length);
  if (capacity_ == 0) Grow(1);  // a column without values still has buffers
  const bool shrink = length_ * 4 < capacity_;
  const int64_t null_count = null_count_;
  ARROW_ASSIGN_OR_RAISE(auto validity, TakeValidity());
  arrow::BufferVector buffers{std::move(validity)};
  std::vector<std::shared_ptr<arrow::ArrayData>> children;
  if (storage_ == Storage::kBool) {
    ARROW_ASSIGN_OR_RAISE(auto bits, PackBools());
    buffers.push_back(std::move(bits));
  } else if (width_ > 0) {
    const int64_t entries = length_ + (has_offsets() ? 1 : 0);
    ARROW_RETURN_NOT_OK(values_buffer_->Resize(entries * width_, shrink));
    buffers.push_back(std::move(values_buffer_));
  }
  if (storage_ == Storage::kBytes) {
    last_bytes_length_ = bytes_length_;
    if (!bytes_buffer_ && !Resize(&bytes_buffer_, 1))
      return arrow::Status::OutOfMemory("No memory for an empty column");
    ARROW_RETURN_NOT_OK(bytes_buffer_->Resize(bytes_length_, shrink));
    buffers.push_back(std::move(bytes_buffer_));
  }
  const int64_t child_length = storage_ == Storage::kList ? children_[0].length() : length;
  for (auto& column : children_) {
    ARROW_ASSIGN_OR_RAISE(auto array, column.Finish(child_length));
    children.push_back(array->data());
  }
  if (type_.kind() == TypeKind::kMap || type_.kind() == TypeKind::kMultiset) {
    const auto& entries_type = static_cast<const arrow::MapType&>(*arrow_type_).value_type();
    children = {arrow::ArrayData::Make(entries_type, child_length, {nullptr}, std::move(children), 0)};
  }
  auto data = arrow::ArrayData::Make(arrow_type_, length, std::move(buffers), std::move(children), null_count);
  Reset();
  return arrow::MakeArray(std::move(data));
}

}  // namespace tidemark::formats
