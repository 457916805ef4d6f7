// SPDX-License-Identifier: Apache-2.0
// ColumnWriter<T> and StringSink: write a result column straight into Arrow buffers.
#pragma once

#include <arrow/array/data.h>
#include <arrow/buffer.h>
#include <arrow/buffer_builder.h>
#include <arrow/memory_pool.h>
#include <arrow/result.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/decimal.h>

#include <cstring>
#include <limits>
#include <memory>
#include <string_view>

namespace tidemark::expr {

/// The validity of a result under construction: free as long as no row is NULL.
class ValidityWriter {
 public:
  /// `validity` null: all rows are valid so far. Else a bitmap with offset 0 that this writer may change.
  void Reset(int64_t num_rows, std::shared_ptr<arrow::Buffer> validity) {
    num_rows_ = num_rows;
    buffer_ = std::move(validity);
    bits_ = buffer_ ? buffer_->mutable_data() : nullptr;
  }
  arrow::Status SetNull(int64_t row) {
    if (bits_ == nullptr) {
      ARROW_ASSIGN_OR_RAISE(buffer_, arrow::AllocateBuffer(arrow::bit_util::BytesForBits(num_rows_)));
      bits_ = buffer_->mutable_data();
      std::memset(bits_, 0xFF, static_cast<size_t>(buffer_->size()));
    }
    arrow::bit_util::ClearBit(bits_, row);
    return arrow::Status::OK();
  }
  /// Null when every row is valid.
  std::shared_ptr<arrow::Buffer> buffer() const { return buffer_; }

 private:
  int64_t num_rows_ = 0;
  std::shared_ptr<arrow::Buffer> buffer_;
  uint8_t* bits_ = nullptr;
};

/// Appends the bytes of one string column, row after row, without an allocation per row. Text beyond 2 GiB in one
/// column gives CapacityError from Finish.
class StringSink {
 public:
  arrow::Status Reset(int64_t num_rows) {
    bytes_.Reset();
    offsets_.Reset();
    too_big_ = false;
    ARROW_RETURN_NOT_OK(offsets_.Reserve(num_rows + 1));
    offsets_.UnsafeAppend(0);
    return arrow::Status::OK();
  }

  /// Adds to the current row.
  void Append(std::string_view text) {
    if (text.empty()) return;
    if (char* target = Extend(static_cast<int64_t>(text.size()))) std::memcpy(target, text.data(), text.size());
  }
  void Append(char c) { Append(std::string_view(&c, 1)); }
  /// Room for `length` more bytes of the current row, to be filled by the caller; null when the column is full.
  char* Extend(int64_t length) {
    if (length == 0) return empty_;
    if (bytes_.length() + length > std::numeric_limits<int32_t>::max() || !bytes_.Reserve(length).ok()) {
      too_big_ = true;
      return nullptr;
    }
    char* target = reinterpret_cast<char*>(bytes_.mutable_data()) + bytes_.length();
    bytes_.UnsafeAdvance(length);
    return target;
  }
  /// Takes back the last `length` bytes of the current row.
  void Shrink(int64_t length) { bytes_.Rewind(bytes_.length() - length); }
  /// Bytes of the current row so far.
  std::string_view current() const {
    const int32_t start = offsets_.data()[offsets_.length() - 1];
    return {reinterpret_cast<const char*>(bytes_.data()) + start, static_cast<size_t>(bytes_.length() - start)};
  }

  /// Ends the current row. REQUIRES: called once per row, NULL rows included.
  void EndRow() { offsets_.UnsafeAppend(static_cast<int32_t>(bytes_.length())); }
  /// Drops the current row's bytes and ends it, for NULL.
  void EndRowEmpty() {
    Shrink(bytes_.length() - offsets_.data()[offsets_.length() - 1]);
    EndRow();
  }

  arrow::Result<std::shared_ptr<arrow::ArrayData>> Finish(std::shared_ptr<arrow::DataType> type, int64_t num_rows,
                                                          std::shared_ptr<arrow::Buffer> validity) {
    if (too_big_) return arrow::Status::CapacityError("Text of one batch exceeds 2 GiB");
    ARROW_ASSIGN_OR_RAISE(auto offsets, offsets_.Finish());
    ARROW_ASSIGN_OR_RAISE(auto bytes, bytes_.Finish());
    return arrow::ArrayData::Make(std::move(type), num_rows,
                                  {std::move(validity), std::move(offsets), std::move(bytes)});
  }

 private:
  arrow::BufferBuilder bytes_;
  arrow::TypedBufferBuilder<int32_t> offsets_;
  bool too_big_ = false;
  char empty_[1] = {0};
};

/// Fixed-width values by row index. Values of NULL rows are zero, so that equal columns have equal bytes.
template <typename T>
class ColumnWriter {
 public:
  /// `validity`: as for ValidityWriter.
  arrow::Status Reset(int64_t num_rows, std::shared_ptr<arrow::Buffer> validity) {
    num_rows_ = num_rows;
    const bool has_gaps = validity != nullptr;
    validity_.Reset(num_rows, std::move(validity));
    ARROW_ASSIGN_OR_RAISE(buffer_, arrow::AllocateBuffer(num_rows * static_cast<int64_t>(sizeof(T))));
    values_ = reinterpret_cast<T*>(buffer_->mutable_data());
    if (has_gaps) std::memset(static_cast<void*>(values_), 0, static_cast<size_t>(buffer_->size()));
    return arrow::Status::OK();
  }
  void Set(int64_t row, T value) { values_[row] = value; }
  arrow::Status SetNull(int64_t row) {
    values_[row] = T{};
    return validity_.SetNull(row);
  }
  T* values() { return values_; }
  arrow::Result<std::shared_ptr<arrow::ArrayData>> Finish(std::shared_ptr<arrow::DataType> type) {
    return arrow::ArrayData::Make(std::move(type), num_rows_, {validity_.buffer(), std::move(buffer_)});
  }

 private:
  int64_t num_rows_ = 0;
  ValidityWriter validity_;
  std::shared_ptr<arrow::Buffer> buffer_;
  T* values_ = nullptr;
};

template <>
class ColumnWriter<bool> {
 public:
  arrow::Status Reset(int64_t num_rows, std::shared_ptr<arrow::Buffer> validity) {
    num_rows_ = num_rows;
    validity_.Reset(num_rows, std::move(validity));
    ARROW_ASSIGN_OR_RAISE(buffer_, arrow::AllocateBuffer(arrow::bit_util::BytesForBits(num_rows)));
    bits_ = buffer_->mutable_data();
    std::memset(bits_, 0, static_cast<size_t>(buffer_->size()));
    return arrow::Status::OK();
  }
  /// REQUIRES: each row is set at most once.
  void Set(int64_t row, bool value) { bits_[row >> 3] |= static_cast<uint8_t>(value) << (row & 7); }
  arrow::Status SetNull(int64_t row) { return validity_.SetNull(row); }
  arrow::Result<std::shared_ptr<arrow::ArrayData>> Finish(std::shared_ptr<arrow::DataType> type) {
    return arrow::ArrayData::Make(std::move(type), num_rows_, {validity_.buffer(), std::move(buffer_)});
  }

 private:
  int64_t num_rows_ = 0;
  ValidityWriter validity_;
  std::shared_ptr<arrow::Buffer> buffer_;
  uint8_t* bits_ = nullptr;
};

}  // namespace tidemark::expr
