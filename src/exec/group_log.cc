// SPDX-License-Identifier: Apache-2.0
// Writing groups to the log, and making groups of it.
#include "exec/group_log.h"

#include <arrow/api.h>
#include <arrow/util/byte_size.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "state/state_columns.h"

namespace tidemark::exec {
namespace {

/// The columns behind the key.
enum Fact { kRowCount, kAccumulators, kIsEmitted, kGeneration, kIsRemoved };

const state::ArrowTypes& FactTypes() {
  static const state::ArrowTypes types = {arrow::int64(), arrow::binary(), arrow::boolean(), arrow::int64(),
                                          arrow::boolean()};
  return types;
}

/// Makes rows of the log of keys whose groups are gone.
arrow::Status AddRemovedFacts(int64_t generation, bool with_time, Batch* keys) {
  const auto num_rows = static_cast<size_t>(keys->num_rows);
  auto& columns = keys->columns;
  ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), state::Int64Column(std::vector<int64_t>(num_rows, 0)));
  ARROW_ASSIGN_OR_RAISE(columns.emplace_back(),
                        arrow::MakeArrayFromScalar(arrow::BinaryScalar(std::string()), keys->num_rows));
  ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), state::BooleanColumn(std::vector<bool>(num_rows, false)));
  ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), state::Int64Column(std::vector<int64_t>(num_rows, generation)));
  ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), state::BooleanColumn(std::vector<bool>(num_rows, true)));
  if (!with_time) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), state::Int64Column(std::vector<int64_t>(num_rows, 0)));
  return arrow::Status::OK();
}

}  // namespace

/// The groups that a log says are gone, with the generation in which they went. A row of a group may be read before it
/// is known that the group went later: such groups are erased at the end.
class GroupLog::Tombstones {
 public:
  Tombstones(const std::string& log, const std::vector<DataType>& key_types)
      : log_(log), num_keys_(key_types.size()), table_(state::KeyedTable::Make(key_types, sizeof(int64_t))) {}

  arrow::Status Add(const Batch& rows) {
    std::vector<int32_t> removed;
    const int64_t* generations = state::Int64Values(rows, num_keys_ + kGeneration);
    const auto& is_removed = static_cast<const arrow::BooleanArray&>(*rows.columns[num_keys_ + kIsRemoved]);
    for (int64_t row = 0; row < rows.num_rows; ++row) {
      if (generations[row] < 1 || generations[row] >= std::numeric_limits<int32_t>::max()) {
        return state::DamagedState(log_, "has a group that cannot be");
      }
      if (is_removed.Value(row)) removed.push_back(static_cast<int32_t>(row));
    }
    if (removed.empty()) return arrow::Status::OK();
    std::vector<uint8_t*> found;
    std::vector<int32_t> created;
    ARROW_RETURN_NOT_OK(table_->FindOrInsert(KeysOf(rows), rows.num_rows, &removed, &found, &created));
    for (size_t i = 0; i < removed.size(); ++i) {
      auto& generation = *reinterpret_cast<int64_t*>(found[i]);
      generation = std::max(generation, generations[removed[i]]);
      greatest_ = std::max(greatest_, static_cast<uint32_t>(generation));
    }
    return arrow::Status::OK();
  }
  uint32_t greatest() const { return greatest_; }

  /// The rows that say what a group is, and are younger than its last removal as far as that was read.
  arrow::Result<std::vector<int32_t>> Alive(const Batch& rows) {
    const auto& is_removed = static_cast<const arrow::BooleanArray&>(*rows.columns[num_keys_ + kIsRemoved]);
    std::vector<uint8_t*> found(static_cast<size_t>(rows.num_rows), nullptr);
    if (table_->size() > 0) ARROW_RETURN_NOT_OK(table_->Find(KeysOf(rows), rows.num_rows, nullptr, &found));
    const int64_t* generations = state::Int64Values(rows, num_keys_ + kGeneration);
    std::vector<int32_t> alive;
    for (int64_t row = 0; row < rows.num_rows; ++row) {
      if (is_removed.Value(row)) continue;
      if (found[row] != nullptr && *reinterpret_cast<int64_t*>(found[row]) >= generations[row]) continue;
      alive.push_back(static_cast<int32_t>(row));
    }
    return alive;
  }

  /// Calls `visit` with the keys and, in a column behind them, the generations, in pieces.
  arrow::Status VisitKeys(int64_t rows_max, const state::RowVisitor& visit) {
    const std::vector<uint8_t*> all = table_->Payloads();
    for (size_t begin = 0; begin < all.size();) {
      const auto piece = std::span(all).subspan(begin, std::min(all.size() - begin, static_cast<size_t>(rows_max)));
      Batch keys;
      keys.num_rows = static_cast<int64_t>(piece.size());
      ARROW_ASSIGN_OR_RAISE(keys.columns, table_->Keys(piece));
      std::vector<int64_t> generations;
      for (const uint8_t* payload : piece) generations.push_back(*reinterpret_cast<const int64_t*>(payload));
      ARROW_ASSIGN_OR_RAISE(keys.columns.emplace_back(), state::Int64Column(generations));
      ARROW_RETURN_NOT_OK(visit(std::move(keys)));
      begin += piece.size();
    }
    return arrow::Status::OK();
  }

 private:
  state::KeyedTable::Columns KeysOf(const Batch& rows) const {
    return state::KeyedTable::Columns(rows.columns).first(num_keys_);
  }

  const std::string& log_;
  const size_t num_keys_;
  std::unique_ptr<state::KeyedTable> table_;
  uint32_t greatest_ = 0;
};

GroupLog::GroupLog(AggregateTable* table, const AggregateTableLayout& layout, const OperatorContext& context,
                   state::RowOwner owner, GroupSpill* spill, const StateTtl* ttl, std::string name)
    : table_(*table),
      layout_(layout),
      context_(context),
      ttl_(ttl),
      owner_(std::move(owner)),
      spill_(spill),
      name_(std::move(name)),
      tracker_(&table->rows(), sizeof(GroupHeader)) {}

arrow::Status GroupLog::SaveFirst(std::span<uint8_t* const> groups) {
  if (!tracker_.is_saving()) return arrow::Status::OK();
  std::vector<uint8_t*> first;
  tracker_.AddUnsaved(groups, &first);
  return Write(first);
}

arrow::Status GroupLog::BeforeChange(std::span<uint8_t* const> groups) {
  ARROW_RETURN_NOT_OK(SaveFirst(groups));
  tracker_.NoteChanged(groups);
  return arrow::Status::OK();
}

arrow::Status GroupLog::BeforeErase(std::span<uint8_t* const> groups) {
  if (groups.empty()) return arrow::Status::OK();
  ARROW_RETURN_NOT_OK(SaveFirst(groups));
  for (uint8_t* group : groups) tracker_.NoteErased(group);
  if (!tracker_.lists_changes()) return arrow::Status::OK();
  Batch keys;
  keys.num_rows = static_cast<int64_t>(groups.size());
  ARROW_ASSIGN_OR_RAISE(keys.columns, table_.Keys({groups.begin(), groups.end()}));
  for (const auto& column : keys.columns) removed_bytes_ += arrow::util::TotalBufferSize(*column);
  removed_.push_back(std::move(keys));
  return arrow::Status::OK();
}

arrow::Status GroupLog::BeforeMove(std::span<uint8_t* const> groups) {
  if (tracker_.lists_changes()) {
    // What was listed is saved while it can still be found.
    if (tracker_.is_saving()) {
      std::vector<uint8_t*> rest;
      while (tracker_.Next(std::numeric_limits<int32_t>::max(), &rest)) {
      }
      ARROW_RETURN_NOT_OK(Write(rest));
    }
    tracker_.StopListing();
    removed_.clear();
    removed_bytes_ = 0;
  }
  return SaveFirst(groups);
}

arrow::Status GroupLog::BeforeReuse(uint8_t* group) { return SaveFirst(std::span(&group, 1)); }

arrow::Status GroupLog::BeginSave(bool changes_only, state::StateWriter& out) {
  out_ = &out;
  was_saved_ = true;
  const bool everything = !changes_only || is_of_other_form_ || !tracker_.lists_changes();
  is_of_other_form_ = false;
  const auto ended = static_cast<int64_t>(tracker_.generation());
  tracker_.Begin(everything);
  if (everything) {
    ARROW_RETURN_NOT_OK(out.RestartLog(name_));
    if (spill_ != nullptr) stored_ = spill_->ReadAll();
  } else {
    for (Batch& keys : removed_) {
      ARROW_RETURN_NOT_OK(AddRemovedFacts(ended, has_ttl(), &keys));
      ARROW_RETURN_NOT_OK(out.WriteChanges(name_, keys, owner_));
    }
  }
  removed_.clear();
  removed_bytes_ = 0;
  return arrow::Status::OK();
}

arrow::Result<bool> GroupLog::SaveMore(int64_t rows) {
  if (stored_) {
    ARROW_ASSIGN_OR_RAISE(Batch piece, stored_->Next(std::min(rows, context_.batch_rows)));
    if (piece.num_rows == 0) {
      stored_.reset();
      return false;
    }
    const auto num_rows = static_cast<size_t>(piece.num_rows);
    ARROW_ASSIGN_OR_RAISE(auto removed, state::BooleanColumn(std::vector<bool>(num_rows, false)));
    const auto place = static_cast<std::ptrdiff_t>(layout_.key_types.size()) + kIsRemoved;
    piece.columns.insert(piece.columns.begin() + place, std::move(removed));
    ARROW_RETURN_NOT_OK(out_->WriteChanges(name_, piece, owner_));
    return false;
  }
  if (!tracker_.is_saving()) return true;
  std::vector<uint8_t*> groups;
  const bool more = tracker_.Next(rows, &groups);
  ARROW_RETURN_NOT_OK(Write(groups));
  return !more;
}

arrow::Status GroupLog::Write(const std::vector<uint8_t*>& groups) {
  for (size_t next = 0; next < groups.size();) {
    const size_t begin = next;
    ARROW_ASSIGN_OR_RAISE(Batch piece, table_.Save(groups, context_.batch_rows, &next));
    std::vector<bool> emitted;
    std::vector<bool> removed;
    std::vector<int64_t> written;
    for (size_t i = begin; i < next; ++i) {
      emitted.push_back(HeaderOf(groups[i])->is_emitted != 0);
      removed.push_back(HeaderOf(groups[i])->is_erased != 0);
      if (has_ttl()) written.push_back(WrittenMs(groups[i], WrittenOffset(layout_)));
    }
    ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::BooleanColumn(emitted));
    const std::vector<int64_t> generations(next - begin, tracker_.saved_generation());
    ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::Int64Column(generations));
    ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::BooleanColumn(removed));
    if (has_ttl()) {
      ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::Int64Column(written));
    }
    ARROW_RETURN_NOT_OK(out_->WriteChanges(name_, piece, owner_));
  }
  return arrow::Status::OK();
}

arrow::Status GroupLog::Restore(const state::StateReader& in, const std::function<arrow::Status()>& report) {
  was_saved_ = true;
  Tombstones tombstones(name_, layout_.key_types);
  uint32_t greatest = 0;
  // What is to go to disk again decides for itself how large the table gets.
  if (spill_ == nullptr) table_.Reserve(in.ExpectedKeys(name_));
  ARROW_RETURN_NOT_OK(state::VisitTimedRows(in, name_, state::ArrowTypesOf(layout_.key_types), FactTypes(),
                                            has_ttl() ? ttl_->now_ms() : 1,
                                            [&](const state::TimedRows& piece) -> arrow::Status {
                                              is_of_other_form_ |= piece.is_timed != has_ttl();
                                              ARROW_RETURN_NOT_OK(tombstones.Add(piece.rows));
                                              ARROW_RETURN_NOT_OK(RestorePiece(piece, &tombstones, &greatest));
                                              return report();
                                            }));
  greatest = std::max(greatest, tombstones.greatest());
  ARROW_RETURN_NOT_OK(tombstones.VisitKeys(context_.batch_rows, [&](const Batch& removed) -> arrow::Status {
    ARROW_RETURN_NOT_OK(EraseRemoved(removed));
    return report();
  }));
  tracker_.GoOnAfter(greatest);
  return arrow::Status::OK();
}

arrow::Status GroupLog::RestorePiece(const state::TimedRows& piece, Tombstones* tombstones, uint32_t* greatest) {
  const size_t num_keys = layout_.key_types.size();
  ARROW_ASSIGN_OR_RAISE(const std::vector<int32_t> alive, tombstones->Alive(piece.rows));
  if (alive.empty()) return arrow::Status::OK();
  Batch groups = piece.rows;
  if (static_cast<int64_t>(alive.size()) < piece.rows.num_rows) {
    ARROW_ASSIGN_OR_RAISE(groups, Take(piece.rows, alive));
  }
  ARROW_ASSIGN_OR_RAISE(const auto* found, table_.FindGroups(state::KeyedTable::Columns(groups.columns).first(num_keys),
                                                             groups.num_rows, nullptr));
  const int64_t* row_counts = state::Int64Values(groups, num_keys + kRowCount);
  const int64_t* generations = state::Int64Values(groups, num_keys + kGeneration);
  const auto& accumulators = static_cast<const arrow::BinaryArray&>(*groups.columns[num_keys + kAccumulators]);
  const auto& emitted = static_cast<const arrow::BooleanArray&>(*groups.columns[num_keys + kIsEmitted]);
  for (int64_t row = 0; row < groups.num_rows; ++row) {
    const int64_t generation = generations[row];
    if (row_counts[row] < 0) return state::DamagedState(name_, "has a group that cannot be");
    uint8_t* group = (*found)[row];
    if (static_cast<int64_t>(tracker_.MarkOf(group).generation) > generation) continue;
    const uint8_t was_stored = HeaderOf(group)->is_stored;
    table_.Reset(group);
    ARROW_RETURN_NOT_OK(table_.Load(row_counts[row], accumulators.GetView(row), group));
    HeaderOf(group)->is_stored = was_stored;
    HeaderOf(group)->is_emitted = emitted.Value(row) ? 1 : 0;
    if (has_ttl()) SetWrittenMs(group, WrittenOffset(layout_), piece.written_ms[alive[row]]);
    tracker_.MarkOf(group).generation = static_cast<uint32_t>(generation);
    *greatest = std::max(*greatest, static_cast<uint32_t>(generation));
  }
  return arrow::Status::OK();
}

arrow::Status GroupLog::EraseRemoved(const Batch& removed) {
  const size_t num_keys = layout_.key_types.size();
  ARROW_ASSIGN_OR_RAISE(
      const auto* found,
      table_.FindGroups(state::KeyedTable::Columns(removed.columns).first(num_keys), removed.num_rows, nullptr));
  const int64_t* generations = state::Int64Values(removed, num_keys);
  std::vector<uint8_t*> in_memory;
  std::vector<uint8_t*> stored;
  for (int64_t row = 0; row < removed.num_rows; ++row) {
    uint8_t* group = (*found)[row];
    if (static_cast<int64_t>(tracker_.MarkOf(group).generation) > generations[row]) continue;
    (HeaderOf(group)->is_stored != 0 ? stored : in_memory).push_back(group);
  }
  if (!stored.empty()) spill_->MarkErased(stored);
  table_.Erase(in_memory);
  return arrow::Status::OK();
}

}  // namespace tidemark::exec
