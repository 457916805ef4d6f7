// SPDX-License-Identifier: Apache-2.0
// Lists of changed entries, and the walk over them.
#include "exec/change_tracker.h"

#include <algorithm>

namespace tidemark::exec {

void ChangeTracker::Begin(bool everything) {
  saving_ = epoch_++;
  is_saving_ = true;
  everything_ = everything;
  saved_ = std::move(changed_);
  changed_ = {};
  if (everything_) saved_ = {};
  next_saved_ = 0;
  cursor_ = {};
}

bool ChangeTracker::Next(int64_t rows, std::vector<uint8_t*>* entries) {
  const auto add = [&](uint8_t* entry) {
    ChangeMark& mark = MarkOf(entry);
    if (!IsUnsaved(mark)) return;
    mark.saved = saving_;
    entries->push_back(entry);
  };
  bool more = false;
  if (everything_) {
    more = walk_(&cursor_, rows, add);
  } else {
    const size_t end = std::min(saved_.size(), next_saved_ + static_cast<size_t>(rows));
    for (; next_saved_ < end; ++next_saved_) {
      if (saved_[next_saved_] != nullptr) add(saved_[next_saved_]);
    }
    more = end < saved_.size();
  }
  if (more) return true;
  is_saving_ = false;
  saved_ = {};
  return false;
}

void ChangeTracker::AddUnsaved(std::span<uint8_t* const> entries, std::vector<uint8_t*>* first) {
  if (!is_saving_) return;
  for (uint8_t* entry : entries) {
    ChangeMark& mark = MarkOf(entry);
    if (!IsUnsaved(mark)) continue;
    mark.saved = saving_;
    first->push_back(entry);
  }
}

void ChangeTracker::NoteChange(uint8_t* entry) {
  ChangeMark& mark = MarkOf(entry);
  mark.generation = generation();
  mark.places[epoch_ % 2] = static_cast<uint32_t>(changed_.size());
  changed_.push_back(entry);
}

void ChangeTracker::Relist(uint8_t* entry) {
  ChangeMark& mark = MarkOf(entry);
  if (mark.generation == generation()) return NoteChange(entry);
  if (everything_ || !IsUnsaved(mark)) return;
  mark.places[saving_ % 2] = static_cast<uint32_t>(saved_.size());
  saved_.push_back(entry);
}

void ChangeTracker::Unlist(uint8_t* entry) {
  const ChangeMark& mark = MarkOf(entry);
  // A place may be of an older list.
  const auto is_at = [entry](const std::vector<uint8_t*>& list, uint32_t place) {
    return place < list.size() && list[place] == entry;
  };
  // Where entries come and go, the list is to stay as long as those that are there.
  if (const uint32_t place = mark.places[epoch_ % 2]; is_at(changed_, place)) {
    changed_[place] = changed_.back();
    MarkOf(changed_[place]).places[epoch_ % 2] = place;
    changed_.pop_back();
  }
  if (const uint32_t place = mark.places[saving_ % 2]; is_at(saved_, place)) saved_[place] = nullptr;
}

}  // namespace tidemark::exec
