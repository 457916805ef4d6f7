// SPDX-License-Identifier: Apache-2.0
// Listing keys, and reading their entries.
#include "exec/stored_changes.h"

#include <utility>

namespace tidemark::exec {
namespace {

/// To read entries in order costs so many times less than to look one up.
constexpr int64_t kLookUpCost = 8;

}  // namespace

arrow::Status StoredChanges::Write(const state::StoreValues& values, uint32_t generation, int64_t num_entries) {
  List& list = list_of(generation);
  if ((list.num_keys + values.num_listed()) * kLookUpCost > num_entries) list.is_cut = true;
  if (list.is_cut) return values.Write(keys_, store_, /*list=*/std::nullopt);
  list.num_keys += values.num_listed();
  return values.Write(keys_, store_, ListOf(generation));
}

StoredChanges::Reading StoredChanges::Read(uint32_t changes, int64_t num_entries) {
  const List& list = list_of(changes);
  const bool is_listed = changes != 0 && !list.is_cut;
  if (store_ == nullptr || (is_listed && list.num_keys == 0)) return {this, std::nullopt, changes};
  if (!is_listed || list.num_keys * kLookUpCost > num_entries) {
    return {this, state::StoreReading(&keys_, store_), changes};
  }
  is_reading_list_ = true;
  return {this, state::StoreReading::OfList(&keys_, store_, ListOf(changes)), changes};
}

arrow::Result<std::optional<state::StorePiece>> StoredChanges::Reading::Next(int64_t entries_max) {
  if (!entries_) return std::nullopt;
  bool more = true;
  ARROW_ASSIGN_OR_RAISE(auto piece, entries_->Read(entries_max, &more));
  if (more) return piece;
  entries_.reset();
  if (changes_ == 0) return piece;
  of_->is_reading_list_ = false;
  const List read = std::exchange(of_->list_of(changes_), List());
  if (read.num_keys > 0) ARROW_RETURN_NOT_OK(of_->store_->RemoveAll(of_->keys_.list_prefix(ListOf(changes_))));
  return piece;
}

}  // namespace tidemark::exec
