// SPDX-License-Identifier: Apache-2.0
// KeyedTable for keys of any length: a row is the key's hash, its length and bytes (or where they are), then the
// payload.
#include <arrow/array.h>
#include <arrow/builder.h>

#include <algorithm>
#include <cstring>
#include <string_view>

#include "state/hash_bytes.h"
#include "state/hash_directory.h"
#include "state/key_codec.h"
#include "state/keyed_table_kinds.h"
#include "state/row_heap.h"
#include "state/row_pages.h"

namespace tidemark::state {
namespace {

/// The start of every row. A key of up to kInline bytes lies in the row, a longer one in the heap, with its first bytes
/// in the row so that most unequal keys are told apart without a visit to the heap.
struct KeyHeader {
  static constexpr uint32_t kInline = 12;

  uint64_t hash;
  uint32_t length;
  uint8_t bytes[kInline];

  const uint8_t* data() const {
    if (length <= kInline) return bytes;
    const uint8_t* heap;
    std::memcpy(&heap, bytes + 4, sizeof(heap));
    return heap;
  }
  std::string_view view() const { return {reinterpret_cast<const char*>(data()), length}; }
};
static_assert(sizeof(KeyHeader) == 24);

class BytesKeyTable final : public KeyedTable {
 public:
  BytesKeyTable(std::vector<DataType> key_types, int32_t payload_bytes, KeyCodec::Floats floats)
      : raw_(key_types.size() == 1 && (key_types[0].is_character() || key_types[0].is_binary())),
        payload_bytes_(payload_bytes),
        codec_(std::move(key_types), floats),
        pages_(static_cast<int32_t>(sizeof(KeyHeader)) + (payload_bytes + 7) / 8 * 8) {}

  arrow::Status FindOrInsert(Columns keys, int64_t num_rows, const std::vector<int32_t>* rows,
                             std::vector<uint8_t*>* payloads, std::vector<int32_t>* created) override {
    created->clear();
    ARROW_RETURN_NOT_OK(ReadKeys(keys, num_rows, rows));
    InsertKeys(payloads, created);
    return arrow::Status::OK();
  }

  arrow::Status Find(Columns keys, int64_t num_rows, const std::vector<int32_t>* rows,
                     std::vector<uint8_t*>* payloads) override {
    ARROW_RETURN_NOT_OK(ReadKeys(keys, num_rows, rows));
    payloads->resize(keys_.size() + null_positions_.size());
    for (int32_t position : null_positions_) (*payloads)[position] = null_row_ ? PayloadOf(null_row_) : nullptr;
    ProbeDirectory<false>(&directory_, static_cast<int64_t>(keys_.size()), Probe{this, payloads->data(), nullptr});
    return arrow::Status::OK();
  }

  void FindOrInsertFrom(const KeyedTable& other, std::span<uint8_t* const> others, std::vector<uint8_t*>* payloads,
                        std::vector<int32_t>* created) override {
    const auto& source = static_cast<const BytesKeyTable&>(other);
    created->clear();
    StartKeys(others.size());
    for (size_t i = 0; i < others.size(); ++i) {
      const uint8_t* row = RowOf(others[i]);
      if (row == source.null_row_) {
        null_positions_.push_back(static_cast<int32_t>(i));
      } else {
        AddKey(HeaderOf(row).view(), HeaderOf(row).hash, static_cast<int32_t>(i));
      }
    }
    InsertKeys(payloads, created);
  }

  void Erase(std::span<uint8_t* const> payloads) override {
    for (uint8_t* payload : payloads) {
      uint8_t* row = RowOf(payload);
      if (row == null_row_) {
        null_row_ = nullptr;
      } else {
        const KeyHeader& header = HeaderOf(row);
        directory_.Erase(header.hash, row);
        if (header.length > KeyHeader::kInline) heap_.Free(const_cast<uint8_t*>(header.data()), header.length);
      }
      pages_.Free(row);
    }
  }

  void Clear() override {
    pages_.Clear();
    heap_.Clear();
    directory_.Reset(0);
    null_row_ = nullptr;
  }

  bool RetireOldest(std::vector<uint8_t*>* payloads) override {
    const size_t first = payloads->size();
    const bool any = pages_.RetireOldest(payloads);
    for (size_t i = first; i < payloads->size(); ++i) (*payloads)[i] = PayloadOf((*payloads)[i]);
    return any;
  }

  void Renew(std::span<uint8_t*> payloads) override {
    for (uint8_t*& payload : payloads) {
      uint8_t* row = RowOf(payload);
      uint8_t* renewed = pages_.Allocate();
      std::memcpy(renewed, row, static_cast<size_t>(pages_.row_bytes()));
      if (row == null_row_) {
        null_row_ = renewed;
      } else {
        directory_.Replace(HeaderOf(row).hash, row, renewed);
      }
      pages_.Free(row);
      payload = PayloadOf(renewed);
    }
  }

  void Shrink() override {
    if (directory_.capacity() > kShrinkFrom && pages_.size() * 6 < directory_.capacity()) RebuildFor(pages_.size() * 2);
  }
  Growth growth() const override { return {directory_.GrowthBytes(), directory_.GrowsAt(pages_.size())}; }

  void Reserve(int64_t rows) override {
    if (rows > directory_.capacity()) RebuildFor(rows);
  }

  void ForEach(const std::function<void(uint8_t*)>& visit) const override {
    pages_.ForEach([&](uint8_t* row) { visit(PayloadOf(row)); });
  }

  bool Walk(RowCursor* cursor, int64_t rows, const std::function<void(uint8_t*)>& visit) const override {
    return pages_.Walk(cursor, rows, [&](uint8_t* row) { visit(PayloadOf(row)); });
  }

  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Keys(std::span<uint8_t* const> payloads) const override;

  int64_t size() const override { return pages_.size(); }
  int64_t memory_bytes() const override {
    return static_cast<int64_t>(sizeof(*this)) + pages_.memory_bytes() + heap_.memory_bytes() +
           directory_.memory_bytes();
  }

 private:
  static constexpr int64_t kShrinkFrom = 1024;

  struct Key {
    std::string_view bytes;
    uint64_t hash;
    int32_t position;
  };

  /// What ProbeDirectory asks of the keys in keys_.
  struct Probe {
    BytesKeyTable* table;
    uint8_t** payloads;
    std::vector<int32_t>* created;

    const Key& At(int64_t i) const { return table->keys_[i]; }
    uint64_t Hash(int64_t i) const { return At(i).hash; }
    bool Equal(int64_t i, const uint8_t* row) const {
      const KeyHeader& header = HeaderOf(row);
      const Key& key = At(i);
      return header.hash == key.hash && header.length == key.bytes.size() && header.view() == key.bytes;
    }
    void Found(int64_t i, uint8_t* row) const { payloads[At(i).position] = row ? PayloadOf(row) : nullptr; }
    uint8_t* Make(int64_t i, uint64_t) const {
      created->push_back(At(i).position);
      return table->MakeRow(At(i));
    }
    void Rebuild() const { table->RebuildFor(table->directory_.RemadeFor(table->pages_.size())); }
  };

  static const KeyHeader& HeaderOf(const uint8_t* row) { return *reinterpret_cast<const KeyHeader*>(row); }
  static uint8_t* PayloadOf(uint8_t* row) { return row + sizeof(KeyHeader); }
  static uint8_t* RowOf(uint8_t* payload) { return payload - sizeof(KeyHeader); }

  uint8_t* MakeRow(const Key& key) {
    uint8_t* row = pages_.Allocate();
    auto* header = reinterpret_cast<KeyHeader*>(row);
    header->hash = key.hash;
    header->length = static_cast<uint32_t>(key.bytes.size());
    uint8_t* bytes = header->bytes;
    if (header->length > KeyHeader::kInline) {
      bytes = heap_.Allocate(header->length);
      std::memcpy(header->bytes, key.bytes.data(), 4);
      std::memcpy(header->bytes + 4, &bytes, sizeof(bytes));
    }
    if (!key.bytes.empty()) std::memcpy(bytes, key.bytes.data(), key.bytes.size());
    std::memset(PayloadOf(row), 0, static_cast<size_t>(payload_bytes_));
    return row;
  }

  void StartKeys(size_t count) {
    keys_.clear();
    keys_.reserve(count);
    null_positions_.clear();
  }
  void AddKey(std::string_view bytes, uint64_t hash, int32_t position) { keys_.push_back({bytes, hash, position}); }
  void AddKey(std::string_view bytes, int32_t position) { AddKey(bytes, HashBytes(bytes), position); }

  /// Fills keys_ and null_positions_. The bytes belong to `keys` or encoded_.
  arrow::Status ReadKeys(Columns keys, int64_t num_rows, const std::vector<int32_t>* rows) {
    const int64_t count = rows ? static_cast<int64_t>(rows->size()) : num_rows;
    StartKeys(static_cast<size_t>(count));
    if (raw_) {
      const auto* text = dynamic_cast<const arrow::BinaryArray*>(keys[0].get());
      if (text == nullptr) {
        return arrow::Status::TypeError("A key column of type ", codec_.types()[0].ToString(), " is stored as ",
                                        keys[0]->type()->ToString());
      }
      for (int64_t i = 0; i < count; ++i) {
        const int64_t row = rows ? (*rows)[i] : i;
        if (text->IsNull(row)) {
          null_positions_.push_back(static_cast<int32_t>(i));
        } else {
          AddKey(text->GetView(row), static_cast<int32_t>(i));
        }
      }
      return arrow::Status::OK();
    }
    ARROW_RETURN_NOT_OK(codec_.Encode(keys, num_rows, rows, &encoded_));
    const char* bytes = reinterpret_cast<const char*>(encoded_.bytes.data());
    for (int64_t i = 0; i < count; ++i) {
      const int64_t start = encoded_.offsets[i];
      AddKey({bytes + start, static_cast<size_t>(encoded_.offsets[i + 1] - start)}, static_cast<int32_t>(i));
    }
    return arrow::Status::OK();
  }

  /// FindOrInsert of keys_ and null_positions_.
  void InsertKeys(std::vector<uint8_t*>* payloads, std::vector<int32_t>* created) {
    payloads->resize(keys_.size() + null_positions_.size());
    ProbeDirectory<true>(&directory_, static_cast<int64_t>(keys_.size()), Probe{this, payloads->data(), created});
    if (null_positions_.empty()) return;
    if (null_row_ == nullptr) {
      const int32_t position = null_positions_[0];
      null_row_ = MakeRow(Key{{}, 0, position});
      created->insert(std::upper_bound(created->begin(), created->end(), position), position);
    }
    for (int32_t position : null_positions_) (*payloads)[position] = PayloadOf(null_row_);
  }

  void RebuildFor(int64_t rows) {
    directory_.Reset(rows);
    DirectoryFiller filler(&directory_);
    pages_.ForEach([&](uint8_t* row) {
      if (row != null_row_) filler.Add(HeaderOf(row).hash, row);
    });
    filler.Flush();
  }

  const bool raw_;  ///< one column of text or binary: the key is its bytes, and NULL has a row of its own
  const int32_t payload_bytes_;
  const KeyCodec codec_;
  RowPages pages_;
  RowHeap heap_;
  HashDirectory directory_;
  uint8_t* null_row_ = nullptr;

  std::vector<Key> keys_;  ///< the keys of the call under way
  std::vector<int32_t> null_positions_;
  EncodedRows encoded_;
};

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> BytesKeyTable::Keys(
    std::span<uint8_t* const> payloads) const {
  if (!raw_) {
    std::vector<const uint8_t*> rows;
    rows.reserve(payloads.size());
    for (uint8_t* payload : payloads) rows.push_back(HeaderOf(RowOf(payload)).data());
    return codec_.Decode(rows);
  }
  arrow::BinaryBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(payloads.size())));
  for (uint8_t* payload : payloads) {
    const uint8_t* row = RowOf(payload);
    if (row == null_row_) {
      builder.UnsafeAppendNull();
    } else {
      ARROW_RETURN_NOT_OK(builder.Append(HeaderOf(row).view()));
    }
  }
  std::shared_ptr<arrow::Array> column;
  ARROW_RETURN_NOT_OK(builder.Finish(&column));
  ARROW_ASSIGN_OR_RAISE(column, column->View(codec_.types()[0].ToArrow()));
  return std::vector<std::shared_ptr<arrow::Array>>{std::move(column)};
}

}  // namespace

std::unique_ptr<KeyedTable> MakeBytesKeyTable(std::vector<DataType> key_types, int32_t payload_bytes,
                                              KeyCodec::Floats floats) {
  return std::make_unique<BytesKeyTable>(std::move(key_types), payload_bytes, floats);
}

}  // namespace tidemark::state
