// SPDX-License-Identifier: Apache-2.0
// JoinSideStore: the rows of a join side that are on disk because memory was short.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "columnar/batch.h"
#include "exec/entry_log.h"
#include "exec/operator.h"
#include "exec/state_ttl.h"
#include "exec/stored_changes.h"
#include "state/key_codec.h"
#include "state/keyed_table.h"
#include "state/store_batch.h"

namespace tidemark::exec {

class JoinSide;

/// Moves the rows of join keys, all of a key together, between a JoinSide and a StateStore. The numbered invariants of
/// GroupSpill hold, with keys in the place of groups; keys whose rows are all gone stay in memory without any until the
/// store has forgotten them. Rows that were only looked up are as the store has them, and are written again. One
/// thread.
class JoinSideStore {
 public:
  /// `side` outlives the object.
  JoinSideStore(JoinSide* side, const OperatorContext& context, int side_number, std::vector<int> key_groups);

  /// Brings all rows of the join keys of a batch into memory, whose key is in `key_columns` of it.
  arrow::Status LoadKeys(const Batch& batch, const std::vector<int>& key_columns);

  /// Moves keys of about `bytes`, no more than a slice. Invalidates all rows. False: there was none left to move.
  /// REQUIRES: all rows are settled.
  arrow::Result<bool> Evict(int64_t bytes);

  /// Makes the store forget join keys that have no rows any more, and takes them out of the side.
  arrow::Status Forget(const std::vector<uint8_t*>& keys);
  /// Removes keys from the store of which all rows are expired, some of them at a time. True: there were any.
  arrow::Result<bool> SweepStore();

  /// Calls `visit` with the rows that are on disk, in batches of about `rows_max`: their columns, counts and matches,
  /// and where there is a time-to-live the times of their last writes.
  arrow::Status ReadStored(int64_t rows_max, const std::function<arrow::Status(const Batch& rows)>& visit);
  /// For LoggedEntries::ReadStored: the same as they are now, while rows are moved from and to the disk, with their
  /// generations behind the matches. Rows that were moved to memory before their turn came are left out: they are saved
  /// from there. One at a time; the object outlives it.
  std::unique_ptr<StoredEntries> ReadForCheckpoint(uint32_t changes);
  /// What the object that reads for a checkpoint holds.
  int64_t reader_bytes() const;

  int64_t rows_on_disk() const { return rows_on_disk_; }
  int64_t disk_bytes() const { return store_ ? store_->disk_bytes(keys_.prefix()) : 0; }
  /// About how many bytes of the side's tables wait for new rows.
  int64_t unused_bytes() const;
  /// Bytes that the side is about to take at once, for a larger directory of its tables; 0: none.
  int64_t growth_bytes() const;

 private:
  class Reader;

  /// Rows on their way from the store.
  struct StoredRows {
    std::vector<const uint8_t*> rows;
    std::vector<int64_t> counts;
    std::vector<int64_t> matches;
    std::vector<int64_t> generations;  ///< only with a log
    std::vector<uint32_t> saved;       ///< only with a log; see ChangeMark
    std::vector<int64_t> written_ms;   ///< only with a time-to-live
  };
  /// Adds the rows of a value; of those with a mark, only what `reading` wants (null: all).
  arrow::Status Parse(std::string_view value, const StoredChanges::Reading* reading, StoredRows* to) const;
  arrow::Result<Batch> Columns(const StoredRows& stored) const;
  arrow::Status Insert(const StoredRows& stored);
  arrow::Status Write(const std::vector<uint8_t*>& keys);
  bool has_log() const;
  /// What the store has of the i-th of the encoded keys is going to be another thing, or nothing.
  void NoteOutdated(int64_t i);

  JoinSide& side_;
  const OperatorContext& context_;
  const state::KeyCodec row_codec_;
  state::StoreKeys keys_;
  state::StateStore* store_ = nullptr;  ///< null: nothing was moved yet
  StoredChanges changes_{&keys_};
  Reader* reader_ = nullptr;  ///< for a checkpoint under way
  StoreSweep sweep_;
  int64_t rows_on_disk_ = 0;
  double bytes_per_row_ = 0;  ///< of a side without unused bytes
};

}  // namespace tidemark::exec
