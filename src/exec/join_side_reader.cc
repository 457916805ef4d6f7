// SPDX-License-Identifier: Apache-2.0
// Reading the rows that a join side has on disk, all at once or while it goes on.
#include <arrow/api.h>

#include <algorithm>
#include <optional>
#include <set>
#include <utility>

#include "exec/join_side.h"
#include "exec/join_side_store.h"
#include "state/state_columns.h"

namespace tidemark::exec {

/// The rows of a scan, without those of keys that are in memory: what the store has of these is out of date.
class JoinSideStore::Reader final : public StoredEntries {
 public:
  /// `watches`: keys may be moved while it reads.
  Reader(JoinSideStore* store, uint32_t changes, bool watches)
      : store_(*store), reading_(store->changes_.Read(changes, store->rows_on_disk_)) {
    if (watches) store_.reader_ = this;
  }
  ~Reader() override {
    if (store_.reader_ == this) store_.reader_ = nullptr;
  }

  arrow::Result<std::optional<Batch>> Next(int64_t rows_max) override {
    if (next_ == rows_.num_rows) {
      ARROW_ASSIGN_OR_RAISE(const bool more, ReadPiece(rows_max));
      if (!more) return std::nullopt;
    }
    const int64_t length = std::min(rows_max, rows_.num_rows - next_);
    Batch piece = rows_.Slice(next_, length);
    next_ += length;
    return piece;
  }

  /// A key that was in memory goes to disk, or is forgotten there. The scan sees what it was before.
  void NoteOutdated(std::string_view key) {
    if (key <= std::string_view(last_)) return;
    const auto [place, is_new] = outdated_.emplace(key);
    if (is_new) outdated_bytes_ += BytesOf(*place);
  }

  int64_t memory_bytes() const { return outdated_bytes_; }

 private:
  static int64_t BytesOf(const std::string& key) {
    constexpr int64_t kNodeBytes = 40;
    return static_cast<int64_t>(sizeof(key) + key.capacity()) + kNodeBytes;
  }

  /// False: there was no more to read.
  arrow::Result<bool> ReadPiece(int64_t keys_max) {
    ARROW_ASSIGN_OR_RAISE(const auto entries, reading_.Next(keys_max));
    if (!entries) return false;
    const std::vector<std::string_view> keys = entries->Keys();
    ARROW_ASSIGN_OR_RAISE(const auto columns, store_.keys_.Decode(keys));
    std::vector<uint8_t*> in_memory;
    ARROW_RETURN_NOT_OK(store_.side_.keys_->Find(columns, entries->size(), nullptr, &in_memory));
    StoredRows stored;
    for (int64_t i = 0; i < entries->size(); ++i) {
      if (in_memory[i] == nullptr && !TakeOutdated(keys[i])) {
        ARROW_RETURN_NOT_OK(store_.Parse(entries->value(i), &reading_, &stored));
      }
    }
    if (!keys.empty()) last_ = keys.back();
    next_ = 0;
    ARROW_RETURN_NOT_OK(ToColumns(stored));
    return true;
  }

  /// Whether the key is outdated. Keys come in order: those up to this one are not asked for again.
  bool TakeOutdated(std::string_view key) {
    while (!outdated_.empty()) {
      const auto first = outdated_.begin();
      if (*first > key) return false;
      const bool is_found = *first == key;
      outdated_bytes_ -= BytesOf(*first);
      outdated_.erase(first);
      if (is_found) return true;
    }
    return false;
  }

  arrow::Status ToColumns(const StoredRows& stored) {
    ARROW_ASSIGN_OR_RAISE(rows_, store_.Columns(stored));
    ARROW_ASSIGN_OR_RAISE(rows_.columns.emplace_back(), state::Int64Column(stored.counts));
    ARROW_ASSIGN_OR_RAISE(rows_.columns.emplace_back(), state::Int64Column(stored.matches));
    if (store_.has_log()) {
      ARROW_ASSIGN_OR_RAISE(rows_.columns.emplace_back(), state::Int64Column(stored.generations));
    }
    if (store_.side_.has_ttl()) {
      ARROW_ASSIGN_OR_RAISE(rows_.columns.emplace_back(), state::Int64Column(stored.written_ms));
    }
    return arrow::Status::OK();
  }

  JoinSideStore& store_;
  StoredChanges::Reading reading_;
  Batch rows_;  ///< the last piece read, given up to next_
  int64_t next_ = 0;
  std::string last_;  ///< the last key read
  std::set<std::string, std::less<>> outdated_;
  int64_t outdated_bytes_ = 0;
};

std::unique_ptr<StoredEntries> JoinSideStore::ReadForCheckpoint(uint32_t changes) {
  return std::make_unique<Reader>(this, changes, /*watches=*/true);
}

int64_t JoinSideStore::reader_bytes() const { return reader_ == nullptr ? 0 : reader_->memory_bytes(); }

void JoinSideStore::NoteOutdated(int64_t i) {
  if (reader_ != nullptr) reader_->NoteOutdated(keys_.key(i));
}

arrow::Status JoinSideStore::ReadStored(int64_t rows_max,
                                        const std::function<arrow::Status(const Batch& rows)>& visit) {
  Reader reader(this, /*changes=*/0, /*watches=*/false);
  while (true) {
    ARROW_ASSIGN_OR_RAISE(auto rows, reader.Next(rows_max));
    if (!rows) return arrow::Status::OK();
    if (rows->num_rows == 0) continue;
    const auto generation = static_cast<std::ptrdiff_t>(side_.types_.size()) + 2;
    if (has_log()) rows->columns.erase(rows->columns.begin() + generation);
    ARROW_RETURN_NOT_OK(visit(*rows));
  }
}

}  // namespace tidemark::exec
