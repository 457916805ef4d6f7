// SPDX-License-Identifier: Apache-2.0
// Writing entries to the log, and making entries of it.
#include "exec/entry_log.h"

#include <arrow/api.h>
#include <arrow/util/byte_size.h>

#include <algorithm>
#include <iterator>
#include <utility>

namespace tidemark::exec {
namespace {

/// A column of `num_rows` values of a fact that nobody asks for.
arrow::Result<std::shared_ptr<arrow::Array>> AnyFact(const arrow::DataType& type, int64_t num_rows) {
  const auto rows = static_cast<size_t>(num_rows);
  if (type.id() == arrow::Type::INT64) return state::Int64Column(std::vector<int64_t>(rows, 0));
  if (type.id() == arrow::Type::BOOL) return state::BooleanColumn(std::vector<bool>(rows, false));
  return arrow::MakeArrayFromScalar(arrow::BinaryScalar(std::string()), num_rows);
}

/// So many batches of few removed keys wait to be joined.
constexpr int64_t kSmallBatchesMax = 64;

/// What the keys take, with the objects around them.
int64_t BytesOf(const Batch& keys) {
  constexpr int64_t kBytesPerBuffer = sizeof(arrow::ResizableBuffer) + 64;  // it is rounded up to 64 bytes
  int64_t bytes = sizeof(Batch);
  for (const auto& column : keys.columns) {
    bytes += static_cast<int64_t>(sizeof(arrow::Array) + sizeof(arrow::ArrayData)) +
             std::ssize(column->data()->buffers) * kBytesPerBuffer + arrow::util::TotalBufferSize(*column);
  }
  return bytes;
}

}  // namespace

EntryLog::EntryLog(LoggedEntries* entries, EntryLogForm form, const OperatorContext& context)
    : entries_(*entries),
      form_(std::move(form)),
      context_(context),
      tracker_([entries](auto* cursor, int64_t rows, const auto& visit) { return entries->Walk(cursor, rows, visit); },
               form_.mark_offset) {}

arrow::Status EntryLog::SaveFirst(std::span<uint8_t* const> entries) {
  if (!tracker_.is_saving()) return arrow::Status::OK();
  std::vector<uint8_t*> first;
  tracker_.AddUnsaved(entries, &first);
  return Write(first);
}

arrow::Status EntryLog::BeforeErase(std::span<uint8_t* const> entries) {
  ARROW_RETURN_NOT_OK(SaveFirst(entries));
  // Of those that no checkpoint has there is nothing to say.
  std::vector<uint8_t*> known;
  for (uint8_t* entry : entries) {
    tracker_.Unlist(entry);
    if (tracker_.MarkOf(entry).saved != 0) known.push_back(entry);
  }
  return NoteRemoved(known);
}

arrow::Status EntryLog::NoteRemoved(std::span<uint8_t* const> entries) {
  for (std::span<uint8_t* const> rest = entries; !rest.empty();) {
    const auto piece = rest.first(std::min(rest.size(), static_cast<size_t>(context_.batch_rows)));
    Batch keys;
    keys.num_rows = static_cast<int64_t>(piece.size());
    ARROW_ASSIGN_OR_RAISE(keys.columns, entries_.KeysOf(piece));
    ARROW_RETURN_NOT_OK(AddRemoved(std::move(keys)));
    rest = rest.subspan(piece.size());
  }
  return arrow::Status::OK();
}

int64_t EntryLog::RemovedBytesMax() const {
  constexpr int64_t kShare = 32;
  return context_.memory == nullptr ? 0 : context_.memory->limit_bytes() / kShare;
}

arrow::Status EntryLog::AfterErase(Batch keys) {
  return was_saved_ ? AddRemoved(std::move(keys)) : arrow::Status::OK();
}

arrow::Status EntryLog::AddRemoved(Batch keys) {
  if (has_lost_removed_) return arrow::Status::OK();
  removed_bytes_ += BytesOf(keys);
  if (RemovedBytesMax() > 0 && removed_before_bytes_ + removed_bytes_ > RemovedBytesMax()) {
    has_lost_removed_ = true;
    removed_.clear();
    removed_bytes_ = 0;
    return arrow::Status::OK();
  }
  removed_.push_back(std::move(keys));
  // Where entries go one by one, a batch for each would be much larger than its keys, as would be what is written.
  auto first = removed_.end();
  for (int64_t rows = 0; first != removed_.begin(); --first) {
    rows += std::prev(first)->num_rows;
    if (rows > context_.batch_rows) break;
  }
  if (std::distance(first, removed_.end()) < kSmallBatchesMax) return arrow::Status::OK();
  const std::vector<Batch> small(first, removed_.end());
  ARROW_ASSIGN_OR_RAISE(Batch joined, Concatenate(small));
  removed_.erase(first, removed_.end());
  for (const Batch& batch : small) removed_bytes_ -= BytesOf(batch);
  removed_bytes_ += BytesOf(joined);
  removed_.push_back(std::move(joined));
  return arrow::Status::OK();
}

arrow::Status EntryLog::BeforeMove(std::span<uint8_t* const> entries) {
  ARROW_RETURN_NOT_OK(SaveFirst(entries));
  // Those that ended lately are known to be changed here only: the disk just forgets them.
  std::vector<uint8_t*> ended;
  for (uint8_t* entry : entries) {
    const ChangeMark& mark = tracker_.MarkOf(entry);
    if (mark.generation == generation() && mark.saved != 0 && entries_.HasEnded(entry)) ended.push_back(entry);
    if (!is_restoring()) tracker_.Unlist(entry);
  }
  return NoteRemoved(ended);
}

void EntryLog::AfterMove(std::span<uint8_t* const> entries) {
  if (is_restoring()) return;
  for (uint8_t* entry : entries) tracker_.Relist(entry);
}

void EntryLog::AfterLoad(std::span<uint8_t* const> entries) {
  if (is_restoring()) return;
  for (uint8_t* entry : entries) {
    ChangeMark& mark = tracker_.MarkOf(entry);
    if (mark.saved == 0 && mark.generation != generation()) mark.saved = kMaybeSavedFromDisk;
    tracker_.Relist(entry);
  }
}

arrow::Status EntryLog::BeginSave(bool changes_only, state::StateWriter& out) {
  out_ = &out;
  was_saved_ = true;
  const bool everything = !changes_only || is_of_other_form_ || has_lost_removed_;
  is_of_other_form_ = false;
  has_lost_removed_ = false;
  const uint32_t ended = tracker_.generation();
  tracker_.Begin(everything);
  leaving_ = std::exchange(removed_, {});
  leaving_bytes_ = std::exchange(removed_bytes_, 0);
  // Less than what is on disk, or in memory, of an entry that was made anew since.
  leaving_generation_ = ended - 1;
  removed_before_bytes_ = everything ? 0 : removed_before_bytes_ + leaving_bytes_;
  stored_ = entries_.ReadStored(everything ? 0 : ended);
  if (!everything) return arrow::Status::OK();
  leaving_.clear();
  leaving_bytes_ = 0;
  return out.RestartLog(form_.name);
}

arrow::Result<bool> EntryLog::SaveMore(int64_t rows) {
  if (stored_ != nullptr) {
    ARROW_ASSIGN_OR_RAISE(auto piece, stored_->Next(std::min(rows, context_.batch_rows)));
    if (!piece) stored_.reset();
    if (!piece || piece->num_rows == 0) return false;
    ARROW_ASSIGN_OR_RAISE(auto removed, AnyFact(*arrow::boolean(), piece->num_rows));
    piece->columns.insert(piece->columns.begin() + static_cast<std::ptrdiff_t>(generation_column()) + 1,
                          std::move(removed));
    ARROW_RETURN_NOT_OK(out_->WriteChanges(form_.name, *piece, form_.owner));
    return false;
  }
  while (!leaving_.empty() && rows > 0) {
    rows -= leaving_.back().num_rows;
    leaving_bytes_ -= BytesOf(leaving_.back());
    ARROW_RETURN_NOT_OK(WriteRemoved(std::move(leaving_.back()), leaving_generation_));
    leaving_.pop_back();
  }
  if (rows <= 0) return false;
  if (!tracker_.is_saving()) return true;
  std::vector<uint8_t*> entries;
  const bool more = tracker_.Next(rows, &entries);
  ARROW_RETURN_NOT_OK(Write(entries));
  return !more;
}

arrow::Status EntryLog::Write(const std::vector<uint8_t*>& entries) {
  std::vector<uint8_t*> alive;
  std::vector<uint8_t*> ended;
  for (uint8_t* entry : entries) (entries_.HasEnded(entry) ? ended : alive).push_back(entry);
  ARROW_RETURN_NOT_OK(WriteAlive(alive));
  if (ended.empty()) return arrow::Status::OK();
  Batch keys;
  keys.num_rows = static_cast<int64_t>(ended.size());
  ARROW_ASSIGN_OR_RAISE(keys.columns, entries_.KeysOf(ended));
  removed_before_bytes_ += BytesOf(keys);
  return WriteRemoved(std::move(keys), tracker_.saved_generation());
}

arrow::Status EntryLog::WriteAlive(const std::vector<uint8_t*>& entries) {
  for (size_t next = 0; next < entries.size();) {
    ARROW_ASSIGN_OR_RAISE(EntryRows piece, entries_.RowsOf(entries, context_.batch_rows, &next));
    Batch& rows = piece.rows;
    const auto num_rows = static_cast<size_t>(rows.num_rows);
    ARROW_ASSIGN_OR_RAISE(rows.columns.emplace_back(),
                          state::Int64Column(std::vector<int64_t>(num_rows, tracker_.saved_generation())));
    ARROW_ASSIGN_OR_RAISE(rows.columns.emplace_back(), AnyFact(*arrow::boolean(), rows.num_rows));
    if (has_ttl()) {
      std::vector<int64_t> written;
      for (const uint8_t* entry : piece.entries) written.push_back(WrittenMs(entry, form_.written_offset));
      ARROW_ASSIGN_OR_RAISE(rows.columns.emplace_back(), state::Int64Column(written));
    }
    ARROW_RETURN_NOT_OK(out_->WriteChanges(form_.name, rows, form_.owner));
  }
  return arrow::Status::OK();
}

arrow::Status EntryLog::WriteRemoved(Batch keys, int64_t generation) {
  const auto num_rows = static_cast<size_t>(keys.num_rows);
  auto& columns = keys.columns;
  for (const auto& type : form_.values) {
    ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), arrow::MakeArrayOfNull(type, keys.num_rows));
  }
  for (const auto& type : form_.facts) {
    ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), AnyFact(*type, keys.num_rows));
  }
  ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), state::Int64Column(std::vector<int64_t>(num_rows, generation)));
  ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), state::BooleanColumn(std::vector<bool>(num_rows, true)));
  if (has_ttl()) {
    ARROW_ASSIGN_OR_RAISE(columns.emplace_back(), AnyFact(*arrow::int64(), keys.num_rows));
  }
  return out_->WriteChanges(form_.name, keys, form_.owner);
}

arrow::Status EntryLog::Restore(const state::StateReader& in, const std::function<arrow::Status()>& report) {
  was_saved_ = true;
  tombstones_ = std::make_unique<LogTombstones>(form_.name, form_.key_types, form_.key_floats, generation_column());
  const arrow::Status status = RestoreRows(in, report);
  removed_before_bytes_ = tombstones_->memory_bytes();
  tombstones_.reset();
  return status;
}

arrow::Status EntryLog::RestoreRows(const state::StateReader& in, const std::function<arrow::Status()>& report) {
  state::ArrowTypes values = state::ArrowTypesOf(form_.key_types);
  values.insert(values.end(), form_.values.begin(), form_.values.end());
  state::ArrowTypes facts = form_.facts;
  facts.push_back(arrow::int64());
  facts.push_back(arrow::boolean());
  uint32_t greatest = 0;
  const auto take_in = [&](const state::TimedRows& piece) -> arrow::Status {
    is_of_other_form_ |= piece.is_timed != has_ttl();
    ARROW_RETURN_NOT_OK(tombstones_->Add(piece.rows));
    ARROW_RETURN_NOT_OK(RestorePiece(piece, &greatest));
    return report();
  };
  const int64_t now_ms = has_ttl() ? form_.ttl->now_ms() : 1;
  ARROW_RETURN_NOT_OK(state::VisitTimedRows(in, form_.name, values, facts, now_ms, take_in));
  ARROW_RETURN_NOT_OK(tombstones_->VisitKeys(context_.batch_rows, [&](const Batch& removed) -> arrow::Status {
    ARROW_RETURN_NOT_OK(RemoveOld(removed));
    return report();
  }));
  tracker_.GoOnAfter(std::max(greatest, tombstones_->greatest_generation()));
  return arrow::Status::OK();
}

arrow::Status EntryLog::RestorePiece(const state::TimedRows& piece, uint32_t* greatest) {
  ARROW_ASSIGN_OR_RAISE(const std::vector<int32_t> alive, tombstones_->Alive(piece.rows));
  if (alive.empty()) return arrow::Status::OK();
  Batch rows = piece.rows;
  if (static_cast<int64_t>(alive.size()) < rows.num_rows) {
    ARROW_ASSIGN_OR_RAISE(rows, Take(piece.rows, alive));
  }
  std::vector<uint8_t*> found;
  ARROW_RETURN_NOT_OK(entries_.FindOrMake(rows, &found));
  const int64_t* generations = state::Int64Values(rows, generation_column());
  for (int64_t row = 0; row < rows.num_rows; ++row) {
    ChangeMark& mark = tracker_.MarkOf(found[row]);
    const auto of_row = static_cast<uint32_t>(generations[row]);
    if (mark.generation >= of_row) continue;
    if (mark.generation != 0) entries_.Clear(found[row]);
    mark.generation = of_row;
    mark.saved = of_row / 2;
    *greatest = std::max(*greatest, of_row);
  }
  std::vector<int32_t> newest;
  std::vector<uint8_t*> entries;
  for (int64_t row = 0; row < rows.num_rows; ++row) {
    if (tracker_.MarkOf(found[row]).generation != static_cast<uint32_t>(generations[row])) continue;
    newest.push_back(static_cast<int32_t>(row));
    entries.push_back(found[row]);
    if (has_ttl()) SetWrittenMs(found[row], form_.written_offset, piece.written_ms[alive[row]]);
  }
  if (static_cast<int64_t>(newest.size()) == rows.num_rows) return entries_.Load(rows, entries);
  ARROW_ASSIGN_OR_RAISE(const Batch taken, Take(rows, newest));
  return entries_.Load(taken, entries);
}

arrow::Status EntryLog::RemoveOld(const Batch& removed) {
  std::vector<uint8_t*> found;
  ARROW_RETURN_NOT_OK(entries_.FindOrMake(removed, &found));
  const int64_t* generations = state::Int64Values(removed, form_.key_types.size());
  std::vector<uint8_t*> old;
  for (int64_t row = 0; row < removed.num_rows; ++row) {
    if (static_cast<int64_t>(tracker_.MarkOf(found[row]).generation) <= generations[row]) old.push_back(found[row]);
  }
  return old.empty() ? arrow::Status::OK() : entries_.Remove(old);
}

}  // namespace tidemark::exec
