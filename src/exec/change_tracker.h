// SPDX-License-Identifier: Apache-2.0
// ChangeTracker: which entries of a table a checkpoint has to hold, and which of them it has not got yet.
//
// Time is cut into epochs by the beginnings of checkpoints. An entry's mark says when it changed last. A checkpoint
// saves the entries that changed in the epoch that it ends, or all of them, while the next epoch goes on: piece by
// piece, and an entry that is about to change before its turn first. So what is saved is what there was when it began.
//
// Generations put in order what a log says of one entry. In epoch e, and by the checkpoint that ends it:
//   2e - 1  the entry was removed
//   2e      it changed; the checkpoint has this number with it where it got it from the disk
//   2e + 1  the checkpoint got it from memory
#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "state/row_pages.h"

namespace tidemark::exec {

/// Part of an entry; all 0 when it is made.
struct ChangeMark {
  /// When the entry changed last: twice the epoch. Of an entry restored from a checkpoint: the generation of its row,
  /// which is odd, but may be even where the entry was on disk when it was saved. 0: it was only just made.
  uint32_t generation = 0;
  /// The epoch ended by the last checkpoint that got the entry from memory. 0: none did.
  uint32_t saved = 0;
  uint32_t places[2] = {};  ///< in the lists of changed entries: of an even and of an odd epoch
};
static_assert(sizeof(ChangeMark) == 16);

/// `saved` of an entry that no checkpoint got from memory, but maybe one from the disk: that is not noted when it does.
inline constexpr uint32_t kMaybeSavedFromDisk = std::numeric_limits<uint32_t>::max();

/// Whether an entry on disk changed last with the generation `changes`, and the checkpoint that ended this epoch has
/// not got it from memory.
inline bool IsStoredChange(uint32_t generation, uint32_t saved, uint32_t changes) {
  return generation == changes && saved != changes / 2;
}

/// Entries are rows of one table, with a ChangeMark at the same place in each. One thread.
class ChangeTracker {
 public:
  /// See state::RowPages::Walk.
  using Walk =
      std::function<bool(state::RowCursor* cursor, int64_t rows, const std::function<void(uint8_t* entry)>& visit)>;

  /// `walk`: over all entries. `mark_offset`: of the mark within an entry.
  ChangeTracker(Walk walk, int32_t mark_offset) : walk_(std::move(walk)), mark_offset_(mark_offset) {}

  ChangeMark& MarkOf(uint8_t* entry) const { return *reinterpret_cast<ChangeMark*>(entry + mark_offset_); }

  /// What is saved now came to be before this generation: twice the epoch that the checkpoint ended, and one.
  uint32_t saved_generation() const { return 2 * saving_ + 1; }
  uint32_t generation() const { return 2 * epoch_; }

  /// A checkpoint begins. REQUIRES: the one before is through.
  void Begin(bool everything);
  bool is_saving() const { return is_saving_; }
  /// Adds to `entries` about as many as `rows` that are to be saved, and takes them as saved. False: that was all.
  bool Next(int64_t rows, std::vector<uint8_t*>* entries);
  /// Adds those of `entries` that are to be saved before they change to `first`, and takes them as saved.
  void AddUnsaved(std::span<uint8_t* const> entries, std::vector<uint8_t*>* first);
  /// The entries are about to change, or were made. REQUIRES: AddUnsaved was called.
  void NoteChanged(std::span<uint8_t* const> entries) {
    for (uint8_t* entry : entries) {
      if (MarkOf(entry).generation != generation()) NoteChange(entry);
    }
  }
  /// The entry is about to be removed from the table, or to get another place. REQUIRES: AddUnsaved was called.
  void Unlist(uint8_t* entry);
  /// The entry has a new place, or came from the disk, with the mark that it had. Where everything is saved, the walk
  /// comes to new places last.
  void Relist(uint8_t* entry);
  /// After entries were restored with marks of up to this generation.
  void GoOnAfter(uint32_t generation) { epoch_ = std::max(epoch_, generation / 2 + 1); }

  int64_t memory_bytes() const {
    return static_cast<int64_t>((changed_.capacity() + saved_.capacity()) * sizeof(void*));
  }

 private:
  bool IsUnsaved(const ChangeMark& mark) const {
    if (!is_saving_ || mark.saved == saving_ || mark.generation == 0) return false;
    return everything_ ? mark.generation <= 2 * saving_ + 1 : mark.generation == 2 * saving_;
  }
  void NoteChange(uint8_t* entry);

  const Walk walk_;
  const int32_t mark_offset_;
  uint32_t epoch_ = 1;
  std::vector<uint8_t*> changed_;  ///< in this epoch, each once

  // The checkpoint under way.
  bool is_saving_ = false;
  bool everything_ = false;
  uint32_t saving_ = 0;          ///< the epoch that it ended
  std::vector<uint8_t*> saved_;  ///< changed in that epoch; null: it was erased since
  size_t next_saved_ = 0;
  state::RowCursor cursor_;
};

}  // namespace tidemark::exec
