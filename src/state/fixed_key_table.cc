// SPDX-License-Identifier: Apache-2.0
// KeyedTable for keys of fixed width: a row is the key's words, then the payload.
#include <algorithm>
#include <cstring>

#include "state/hash_directory.h"
#include "state/key_codec.h"
#include "state/keyed_table_kinds.h"
#include "state/row_pages.h"
#include "state/single_key.h"

namespace tidemark::state {
namespace {

/// Row sizes that do not straddle cache lines more than they must.
int32_t RowBytes(int32_t words, int32_t payload_bytes) {
  const int32_t bytes = words * 8 + (payload_bytes + 7) / 8 * 8;
  return bytes == 24 ? 32 : bytes == 56 ? 64 : bytes;
}

/// Keys of `kWords` words; 0: as many as the codec says.
template <int kWords>
class FixedKeyTable final : public KeyedTable {
 public:
  FixedKeyTable(std::vector<DataType> key_types, int32_t payload_bytes, KeyCodec::Floats floats, int words)
      : single_(key_types.size() == 1 && IsSingleWordKey(key_types[0])),
        words_(words),
        payload_bytes_(payload_bytes),
        floats_(floats),
        codec_(std::move(key_types), floats),
        pages_(RowBytes(words, payload_bytes)) {}

  arrow::Status FindOrInsert(Columns keys, int64_t num_rows, const std::vector<int32_t>* rows,
                             std::vector<uint8_t*>* payloads, std::vector<int32_t>* created) override {
    created->clear();
    ARROW_RETURN_NOT_OK(ReadKeys(keys, num_rows, rows));
    payloads->resize(keys_.count + keys_.null_positions.size());
    InsertKeys(payloads, created);
    return arrow::Status::OK();
  }

  arrow::Status Find(Columns keys, int64_t num_rows, const std::vector<int32_t>* rows,
                     std::vector<uint8_t*>* payloads) override {
    ARROW_RETURN_NOT_OK(ReadKeys(keys, num_rows, rows));
    payloads->resize(keys_.count + keys_.null_positions.size());
    for (int32_t position : keys_.null_positions) (*payloads)[position] = null_row_ ? PayloadOf(null_row_) : nullptr;
    ProbeDirectory<false>(&directory_, keys_.count, Probe{this, payloads->data(), nullptr});
    return arrow::Status::OK();
  }

  void FindOrInsertFrom(const KeyedTable& other, std::span<uint8_t* const> others, std::vector<uint8_t*>* payloads,
                        std::vector<int32_t>* created) override {
    const auto& source = static_cast<const FixedKeyTable&>(other);
    created->clear();
    keys_ = SingleKeys{};
    scratch_.words.resize(others.size() * words_);
    scratch_.positions.resize(others.size());
    for (size_t i = 0; i < others.size(); ++i) {
      const uint8_t* row = source.RowOf(others[i]);
      if (row == source.null_row_) {
        keys_.null_positions.push_back(static_cast<int32_t>(i));
        continue;
      }
      std::memcpy(&scratch_.words[keys_.count * words_], row, words_ * sizeof(uint64_t));
      scratch_.positions[keys_.count++] = static_cast<int32_t>(i);
    }
    keys_.words = scratch_.words.data();
    keys_.positions = scratch_.positions.data();
    payloads->resize(others.size());
    InsertKeys(payloads, created);
  }

  void Erase(std::span<uint8_t* const> payloads) override {
    for (uint8_t* payload : payloads) {
      uint8_t* row = RowOf(payload);
      if (row == null_row_) {
        null_row_ = nullptr;
      } else {
        directory_.Erase(HashOf(WordsAt(row)), row);
      }
      pages_.Free(row);
    }
  }

  void Clear() override {
    pages_.Clear();
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
        directory_.Replace(HashOf(WordsAt(row)), row, renewed);
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

  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> Keys(std::span<uint8_t* const> payloads) const override {
    if (codec_.types().empty()) return std::vector<std::shared_ptr<arrow::Array>>{};
    if (single_) {
      std::vector<const uint64_t*> words;
      words.reserve(payloads.size());
      for (uint8_t* payload : payloads) {
        const uint8_t* row = RowOf(payload);
        words.push_back(row == null_row_ ? nullptr : WordsAt(row));
      }
      ARROW_ASSIGN_OR_RAISE(auto column, SingleKeyColumn(words, codec_.types()[0]));
      return std::vector<std::shared_ptr<arrow::Array>>{std::move(column)};
    }
    std::vector<const uint8_t*> rows;
    rows.reserve(payloads.size());
    for (uint8_t* payload : payloads) rows.push_back(RowOf(payload));
    return codec_.Decode(rows);
  }

  int64_t size() const override { return pages_.size(); }
  int64_t memory_bytes() const override {
    return static_cast<int64_t>(sizeof(*this)) + pages_.memory_bytes() + directory_.memory_bytes();
  }

 private:
  static constexpr int64_t kShrinkFrom = 1024;

  /// What ProbeDirectory asks of the keys in keys_.
  struct Probe {
    FixedKeyTable* table;
    uint8_t** payloads;
    std::vector<int32_t>* created;

    const uint64_t* Key(int64_t i) const { return table->keys_.words + i * table->words(); }
    int32_t Position(int64_t i) const {
      return table->keys_.positions ? table->keys_.positions[i] : static_cast<int32_t>(i);
    }
    uint64_t Hash(int64_t i) const { return table->HashOf(Key(i)); }
    bool Equal(int64_t i, const uint8_t* row) const { return table->EqualWords(Key(i), WordsAt(row)); }
    void Found(int64_t i, uint8_t* row) const { payloads[Position(i)] = row ? table->PayloadOf(row) : nullptr; }
    uint8_t* Make(int64_t i, uint64_t) const {
      uint8_t* row = table->MakeRow();
      std::memcpy(row, Key(i), table->words() * sizeof(uint64_t));
      created->push_back(Position(i));
      return row;
    }
    void Rebuild() const { table->RebuildFor(table->directory_.RemadeFor(table->pages_.size())); }
  };

  static const uint64_t* WordsAt(const uint8_t* row) { return reinterpret_cast<const uint64_t*>(row); }
  int words() const {
    if constexpr (kWords > 0) return kWords;
    return words_;
  }
  uint8_t* PayloadOf(uint8_t* row) const { return row + words() * 8; }
  uint8_t* RowOf(uint8_t* payload) const { return payload - words() * 8; }

  uint64_t HashOf(const uint64_t* key) const {
    uint64_t hash = MixHash(key[0]);
    for (int word = 1; word < words(); ++word) hash = CombineHash(hash, key[word]);
    return hash;
  }
  bool EqualWords(const uint64_t* a, const uint64_t* b) const {
    bool equal = true;
    for (int word = 0; word < words(); ++word) equal &= a[word] == b[word];
    return equal;
  }

  uint8_t* MakeRow() {
    uint8_t* row = pages_.Allocate();
    std::memset(PayloadOf(row), 0, static_cast<size_t>(payload_bytes_));
    return row;
  }

  /// FindOrInsert of keys_.
  void InsertKeys(std::vector<uint8_t*>* payloads, std::vector<int32_t>* created) {
    ProbeDirectory<true>(&directory_, keys_.count, Probe{this, payloads->data(), created});
    if (!keys_.null_positions.empty()) FindOrInsertNull(payloads, created);
  }

  void FindOrInsertNull(std::vector<uint8_t*>* payloads, std::vector<int32_t>* created) {
    if (null_row_ == nullptr) {
      null_row_ = MakeRow();
      const int32_t position = keys_.null_positions[0];
      created->insert(std::upper_bound(created->begin(), created->end(), position), position);
    }
    for (int32_t position : keys_.null_positions) (*payloads)[position] = PayloadOf(null_row_);
  }

  /// Fills keys_.
  arrow::Status ReadKeys(Columns keys, int64_t num_rows, const std::vector<int32_t>* rows) {
    if (single_) {
      ARROW_ASSIGN_OR_RAISE(keys_, ReadSingleKeys(*keys[0], codec_.types()[0], floats_, rows, &scratch_));
      return arrow::Status::OK();
    }
    keys_ = SingleKeys{};
    const int64_t count = rows ? static_cast<int64_t>(rows->size()) : num_rows;
    if (codec_.types().empty()) {
      // All rows share the one key of no columns, which is kept where the NULL key is.
      for (int64_t i = 0; i < count; ++i) keys_.null_positions.push_back(static_cast<int32_t>(i));
      return arrow::Status::OK();
    }
    ARROW_RETURN_NOT_OK(codec_.Encode(keys, num_rows, rows, &encoded_));
    keys_.words = WordsAt(encoded_.bytes.data());
    keys_.count = count;
    return arrow::Status::OK();
  }

  void RebuildFor(int64_t rows) {
    directory_.Reset(rows);
    DirectoryFiller filler(&directory_);
    pages_.ForEach([&](uint8_t* row) {
      if (row != null_row_) filler.Add(HashOf(WordsAt(row)), row);
    });
    filler.Flush();
  }

  const bool single_;
  const int words_;
  const int32_t payload_bytes_;
  const KeyCodec::Floats floats_;
  const KeyCodec codec_;
  RowPages pages_;
  HashDirectory directory_;
  uint8_t* null_row_ = nullptr;  ///< of the NULL key of a single column, or of the key of no columns

  SingleKeys keys_;  ///< the keys of the call under way
  SingleKeyScratch scratch_;
  EncodedRows encoded_;
};

}  // namespace

std::unique_ptr<KeyedTable> MakeFixedKeyTable(std::vector<DataType> key_types, int32_t payload_bytes,
                                              KeyCodec::Floats floats) {
  const bool single = key_types.size() == 1 && IsSingleWordKey(key_types[0]);
  const int words = single || key_types.empty() ? 1 : KeyCodec(key_types, floats).fixed_bytes() / 8;
  switch (words) {
    case 1:
      return std::make_unique<FixedKeyTable<1>>(std::move(key_types), payload_bytes, floats, words);
    case 2:
      return std::make_unique<FixedKeyTable<2>>(std::move(key_types), payload_bytes, floats, words);
    case 3:
      return std::make_unique<FixedKeyTable<3>>(std::move(key_types), payload_bytes, floats, words);
    case 4:
      return std::make_unique<FixedKeyTable<4>>(std::move(key_types), payload_bytes, floats, words);
    default:
      return std::make_unique<FixedKeyTable<0>>(std::move(key_types), payload_bytes, floats, words);
  }
}

}  // namespace tidemark::state
