// SPDX-License-Identifier: Apache-2.0
// ColumnBuilder: one Arrow column under construction, value by value, that can take back the values of a record that
// turned out to be bad. Nested types are a tree of builders.
#pragma once

#include <arrow/buffer.h>
#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string_view>
#include <vector>

#include "catalog/data_type.h"

namespace tidemark::formats {

/// Appends are inlined and free of Status: when memory runs out or a column of text passes 2 GiB, the builder remembers
/// it, stays usable, and Finish fails. One thread.
///
/// Invariants: the children of a ROW have its length; the child of a list-like type has as many values as the last
/// offset says. Validity exists only from the first NULL on.
class ColumnBuilder {
 public:
  /// How the values lie in memory.
  enum class Storage : uint8_t {
    kNothing,
    kBool,
    kFixed1,
    kFixed2,
    kFixed4,
    kFixed8,
    kFixed16,
    kBytes,
    kList,
    kStruct
  };

  explicit ColumnBuilder(DataType type);
  ColumnBuilder(ColumnBuilder&&) = default;
  ColumnBuilder& operator=(ColumnBuilder&&) = default;

  const DataType& type() const { return type_; }
  Storage storage() const { return storage_; }
  int64_t length() const { return length_; }

  /// ROW: one per field. ARRAY: the element. MAP, MULTISET: key and value, which grow side by side.
  ColumnBuilder& child(size_t index) { return children_[index]; }
  size_t num_children() const { return children_.size(); }

  /// This column is never read: it is not filled (length stays 0), and Finish gives NULLs.
  void SetUnused() { unused_ = true; }
  bool unused() const { return unused_; }

  /// Makes room for `count` more values at once.
  void Reserve(int64_t count) {
    if (length_ + count > capacity_) Grow(length_ + count);
  }

  /// Fixed-width types, by their width in Arrow; bool for BOOLEAN.
  template <typename T>
  void Append(T value) {
    if (length_ == capacity_) Grow(length_ + 1);
    std::memcpy(values_ + length_ * static_cast<int64_t>(sizeof(T)), &value, sizeof(T));
    ++length_;
  }

  /// Text and binary.
  void AppendBytes(std::string_view bytes) {
    char* target = BytesTail(static_cast<int64_t>(bytes.size()));
    if (!bytes.empty()) std::memcpy(target, bytes.data(), bytes.size());
    AdvanceBytes(static_cast<int64_t>(bytes.size()));
    EndBytes();
  }
  /// Room for `room` bytes of the value being written, after those advanced over so far.
  char* BytesTail(int64_t room) {
    if (bytes_length_ + room > bytes_capacity_) GrowBytes(room);
    return bytes_ + bytes_length_;
  }
  void AdvanceBytes(int64_t count) { bytes_length_ += count; }
  /// Drops what was advanced over since the last value.
  void DropBytes() { bytes_length_ = offsets()[length_]; }
  /// Ends the value.
  void EndBytes() {
    if (length_ == capacity_) Grow(length_ + 1);
    ++length_;
    offsets()[length_] = static_cast<int32_t>(bytes_length_);
  }

  /// ARRAY, MAP, MULTISET: ends a value whose elements were appended to the children.
  void EndList() {
    if (length_ == capacity_) Grow(length_ + 1);
    ++length_;
    offsets()[length_] = static_cast<int32_t>(children_[0].length_);
  }
  /// Where the elements of the value being written begin in the children.
  int64_t list_start() const { return offsets()[length_]; }
  /// ROW: ends a value whose fields were appended to the children.
  void EndStruct() {
    if (length_ == capacity_) Grow(length_ + 1);
    ++length_;
  }

  void AppendNull();
  /// Takes back all values from `length` on.
  void Truncate(int64_t length);

  /// Bytes of text, this column and its children.
  int64_t text_bytes() const;

  /// The column so far, `length` values long; the builder is empty again. A ROW is valid where its bit says so.
  arrow::Result<std::shared_ptr<arrow::Array>> Finish(int64_t length);

 private:
  int32_t* offsets() const { return reinterpret_cast<int32_t*>(values_); }
  bool has_offsets() const { return storage_ == Storage::kBytes || storage_ == Storage::kList; }
  void Grow(int64_t capacity);
  void GrowBytes(int64_t room);
  bool Resize(std::shared_ptr<arrow::ResizableBuffer>* buffer, int64_t size);
  arrow::Result<std::shared_ptr<arrow::Buffer>> TakeValidity();
  arrow::Result<std::shared_ptr<arrow::Buffer>> PackBools();
  arrow::Result<std::shared_ptr<arrow::Array>> AllNull(int64_t length);
  void Reset();

  DataType type_;
  std::shared_ptr<arrow::DataType> arrow_type_;
  Storage storage_ = Storage::kNothing;
  bool unused_ = false;
  bool failed_ = false;
  int width_ = 0;  ///< bytes per entry of values_
  int64_t length_ = 0;
  int64_t capacity_ = 0;
  char* values_ = nullptr;  ///< values, or offsets
  char* bytes_ = nullptr;
  int64_t bytes_length_ = 0;
  int64_t bytes_capacity_ = 0;
  int64_t last_bytes_length_ = 0;  ///< of the batch before: the next one's first guess
  int64_t null_count_ = 0;
  uint8_t* valid_ = nullptr;  ///< bits, ones from the end of the column on
  std::shared_ptr<arrow::ResizableBuffer> values_buffer_;
  std::shared_ptr<arrow::ResizableBuffer> bytes_buffer_;
  std::shared_ptr<arrow::ResizableBuffer> valid_buffer_;
  std::shared_ptr<arrow::Array> null_array_;  ///< for unused columns, as long as the longest asked for
  std::vector<ColumnBuilder> children_;
};

}  // namespace tidemark::formats
