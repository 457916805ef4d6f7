// SPDX-License-Identifier: Apache-2.0
// Gathering state, and handing it out to workers.
#include "state/state_snapshot.h"

#include <arrow/util/byte_size.h>

#include <algorithm>
#include <set>
#include <utility>

#include "state/key_groups.h"

namespace tidemark::state {
namespace {

class SnapshotWriter final : public StateWriter {
 public:
  explicit SnapshotWriter(StateSnapshot::Part* part) : part_(part) {}

  arrow::Status Write(std::string_view table, const Batch& rows, const RowOwner& owner) override {
    Add(table, rows, owner, /*is_log=*/false);
    return arrow::Status::OK();
  }
  arrow::Status WriteChanges(std::string_view table, const Batch& rows, const RowOwner& owner) override {
    Add(table, rows, owner, /*is_log=*/true);
    return arrow::Status::OK();
  }
  arrow::Status RestartLog(std::string_view table) override {
    StateSnapshot::Table& restarted = part_->tables[std::string(table)];
    restarted.batches.clear();
    restarted.stored.clear();
    restarted.is_log = restarted.restarts = true;
    return arrow::Status::OK();
  }

 private:
  void Add(std::string_view table, const Batch& rows, const RowOwner& owner, bool is_log) {
    if (rows.num_rows == 0) return;
    auto found = part_->tables.find(table);
    if (found == part_->tables.end()) found = part_->tables.emplace(table, StateSnapshot::Table{}).first;
    found->second.owner = owner;
    found->second.is_log = is_log;
    found->second.batches.push_back(Batch{rows.num_rows, rows.columns});
  }

  StateSnapshot::Part* part_;
};

class SnapshotReader final : public StateReader {
 public:
  SnapshotReader(std::shared_ptr<const std::vector<StateSnapshot>> snapshots, const std::string& id, int worker,
                 int workers)
      : snapshots_(std::move(snapshots)), worker_(worker), workers_(workers) {
    for (const StateSnapshot& snapshot : *snapshots_) {
      const auto part = snapshot.parts.find(id);
      parts_.push_back(part == snapshot.parts.end() ? nullptr : &part->second);
      if (parts_.back() == nullptr) continue;
      watermark_ = found_ ? std::min(watermark_, part->second.watermark) : part->second.watermark;
      found_ = true;
    }
  }

  std::vector<std::string> tables() const override {
    std::set<std::string> names;
    for (const auto* part : parts_) {
      if (part == nullptr) continue;
      for (const auto& [name, table] : part->tables) {
        if (!name.starts_with("runtime.")) names.insert(name);
      }
    }
    return {names.begin(), names.end()};
  }

  arrow::Status Visit(std::string_view name, const RowVisitor& visit) const override {
    for (int then = 0; then < static_cast<int>(parts_.size()); ++then) {
      if (parts_[then] == nullptr) continue;
      const auto found = parts_[then]->tables.find(name);
      if (found == parts_[then]->tables.end() || !MayOwn(found->second.owner, then)) continue;
      const StateSnapshot::Table& table = found->second;
      const auto visit_owned = [&](const Batch& rows) -> arrow::Status {
        ARROW_ASSIGN_OR_RAISE(Batch owned, Owned(rows, table.owner));
        return owned.num_rows > 0 ? visit(std::move(owned)) : arrow::Status::OK();
      };
      for (const auto& stored : table.stored) ARROW_RETURN_NOT_OK(stored->Visit(visit_owned));
      for (const Batch& rows : table.batches) ARROW_RETURN_NOT_OK(visit_owned(rows));
    }
    return arrow::Status::OK();
  }

  /// A log begins with all of them in one file; what follows is mostly the same once more.
  int64_t ExpectedKeys(std::string_view log) const override {
    int64_t keys = 0;
    for (int then = 0; then < static_cast<int>(parts_.size()); ++then) {
      if (parts_[then] == nullptr) continue;
      const auto table = parts_[then]->tables.find(log);
      if (table == parts_[then]->tables.end() || !MayOwn(table->second.owner, then)) continue;
      if (!table->second.stored.empty()) keys += table->second.stored.front()->num_rows();
    }
    return static_cast<int>(parts_.size()) == workers_ ? keys : keys / workers_;
  }

  EventTimeMs watermark() const override { return watermark_; }

 private:
  /// Whether rows that worker `then` wrote can be this worker's now.
  bool MayOwn(const RowOwner& owner, int then) const {
    switch (owner.kind) {
      case RowOwner::Kind::kEveryWorker:
        return true;
      case RowOwner::Kind::kOneWorker:
        return then % workers_ == worker_;
      case RowOwner::Kind::kKey:
        return static_cast<int>(parts_.size()) != workers_ || then == worker_;
    }
    return true;
  }

  /// REQUIRES: MayOwn.
  arrow::Result<Batch> Owned(const Batch& batch, const RowOwner& owner) const {
    if (owner.kind != RowOwner::Kind::kKey || static_cast<int>(parts_.size()) == workers_) return batch;
    std::vector<std::shared_ptr<arrow::Array>> keys;
    for (int column : owner.key_columns) {
      if (column < 0 || column >= static_cast<int>(batch.columns.size())) {
        return arrow::Status::Invalid("the state has a key column ", column, " in a table of ", batch.columns.size());
      }
      keys.push_back(batch.columns[column]);
    }
    ARROW_ASSIGN_OR_RAISE(const auto groups, KeyGroups(keys, batch.num_rows));
    std::vector<int32_t> rows;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (WorkerOfKeyGroup(groups[row], workers_) == worker_) rows.push_back(static_cast<int32_t>(row));
    }
    if (static_cast<int64_t>(rows.size()) == batch.num_rows) return batch;
    return Take(batch, rows);
  }

  const std::shared_ptr<const std::vector<StateSnapshot>> snapshots_;
  std::vector<const StateSnapshot::Part*>
      parts_;  ///< by the number of the worker that wrote; null: it had no such part
  const int worker_;
  const int workers_;
  bool found_ = false;
  EventTimeMs watermark_ = kMinWatermark;
};

}  // namespace

int64_t StateSnapshot::num_rows() const {
  int64_t rows = 0;
  for (const auto& [id, part] : parts) {
    for (const auto& [name, table] : part.tables) {
      for (const Batch& batch : table.batches) rows += batch.num_rows;
    }
  }
  return rows;
}

int64_t StateSnapshot::memory_bytes() const {
  int64_t bytes = 0;
  for (const auto& [id, part] : parts) {
    for (const auto& [name, table] : part.tables) {
      for (const Batch& batch : table.batches) {
        for (const auto& column : batch.columns) bytes += arrow::util::TotalBufferSize(*column);
      }
    }
  }
  return bytes;
}

std::unique_ptr<StateWriter> MakeSnapshotWriter(StateSnapshot::Part* part) {
  return std::make_unique<SnapshotWriter>(part);
}

std::unique_ptr<StateReader> MakeSnapshotReader(std::shared_ptr<const std::vector<StateSnapshot>> snapshots,
                                                const std::string& id, int worker, int workers) {
  return std::make_unique<SnapshotReader>(std::move(snapshots), id, worker, workers);
}

}  // namespace tidemark::state
