// SPDX-License-Identifier: Apache-2.0
// From the fast form of a join to the one that can spill, in the middle of its life.
#include "exec/join_growing.h"

#include <arrow/api.h>
#include <arrow/util/byte_size.h>

#include <deque>
#include <limits>
#include <map>
#include <string>

#include "exec/join.h"
#include "exec/join_insert_only.h"
#include "exec/join_rows_log.h"
#include "exec/key_spill.h"
#include "state/state_columns.h"

namespace tidemark::exec {
namespace {

constexpr std::string_view kTables[2] = {"left", "right"};
/// What the join over changelogs writes goes by other names: rows of both forms may come together from several workers.
constexpr std::string_view kCounted = "counted.";

/// Keeps what an operator saves.
class TakenRows final : public state::StateWriter {
 public:
  arrow::Status Write(std::string_view table, const Batch& rows, const state::RowOwner&) override {
    tables[std::string(table)].push_back(rows);
    return arrow::Status::OK();
  }
  arrow::Status WriteChanges(std::string_view table, const Batch& rows, const state::RowOwner& owner) override {
    return Write(table, rows, owner);
  }
  arrow::Status RestartLog(std::string_view table) override {
    tables.erase(std::string(table));
    return arrow::Status::OK();
  }
  std::map<std::string, std::deque<Batch>, std::less<>> tables;
};

class CountedWriter final : public state::StateWriter {
 public:
  explicit CountedWriter(state::StateWriter* out) : out_(out) {}
  arrow::Status Write(std::string_view table, const Batch& rows, const state::RowOwner& owner) override {
    return out_->Write(std::string(kCounted) + std::string(table), rows, owner);
  }
  arrow::Status WriteChanges(std::string_view table, const Batch& rows, const state::RowOwner& owner) override {
    return out_->WriteChanges(std::string(kCounted) + std::string(table), rows, owner);
  }
  arrow::Status RestartLog(std::string_view table) override {
    return out_->RestartLog(std::string(kCounted) + std::string(table));
  }

 private:
  state::StateWriter* out_;
};

class CountedReader final : public state::StateReader {
 public:
  explicit CountedReader(const state::StateReader* in) : in_(in) {}
  std::vector<std::string> tables() const override {
    std::vector<std::string> counted;
    for (const std::string& table : in_->tables()) {
      if (table.starts_with(kCounted)) counted.push_back(table.substr(kCounted.size()));
    }
    return counted;
  }
  arrow::Status Visit(std::string_view table, const state::RowVisitor& visit) const override {
    return in_->Visit(std::string(kCounted) + std::string(table), visit);
  }
  int64_t ExpectedKeys(std::string_view log) const override {
    return in_->ExpectedKeys(std::string(kCounted) + std::string(log));
  }
  EventTimeMs watermark() const override { return in_->watermark(); }

 private:
  const state::StateReader* in_;
};

/// Where no rows may come out.
class NoEmitter final : public Emitter {
 public:
  arrow::Status Emit(Batch) override {
    return arrow::Status::NotImplemented("a batch join over state of several forms is not supported yet");
  }
  arrow::Status EmitWatermark(EventTimeMs) override { return arrow::Status::OK(); }
};

class GrowingJoin final : public Operator {
 public:
  explicit GrowingJoin(const plan::JoinNode& node) : node_(node), small_(MakeInsertOnlyJoinOperator(node)) {}

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    // The fast form keeps columns, out of which no single row goes.
    return node_.left_ttl_ms > 0 || node_.right_ttl_ms > 0 ? BecomeLarge() : small_->Open(context);
  }

  arrow::Status Push(int input, Batch batch, Emitter& out) override {
    ARROW_RETURN_NOT_OK(now().Push(input, std::move(batch), out));
    return IsTooLarge() ? Grow(out) : arrow::Status::OK();
  }
  arrow::Status Tick(Emitter& out) override { return now().Tick(out); }
  arrow::Status FinishInput(int input, Emitter& out) override {
    input_ended_ = true;
    return now().FinishInput(input, out);
  }
  arrow::Status Finish(Emitter& out) override { return now().Finish(out); }

  arrow::Status Save(state::StateWriter& out) const override {
    if (small_) return small_->Save(out);
    CountedWriter counted(&out);
    return large_->Save(counted);
  }

  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) override {
    if (small_) return small_->BeginSave(changes_only, out);
    // What earlier checkpoints have of the fast form counts no more.
    for (const JoinLogTables& logs : kJoinLogs) {
      for (std::string_view log : logs.all()) ARROW_RETURN_NOT_OK(out.RestartLog(log));
    }
    counted_ = std::make_unique<CountedWriter>(&out);
    return large_->BeginSave(changes_only, *counted_);
  }
  arrow::Result<bool> SaveMore(int64_t rows) override { return now().SaveMore(rows); }

  arrow::Status Restore(const state::StateReader& in) override {
    if (small_) {
      ARROW_ASSIGN_OR_RAISE(const bool fits, FitsIntoMemory(in));
      if (fits) return small_->Restore(in);
      ARROW_RETURN_NOT_OK(BecomeLarge());
    }
    ARROW_RETURN_NOT_OK(large_->Restore(CountedReader(&in)));
    NoEmitter nowhere;
    for (int side : {0, 1}) {
      const state::ArrowTypes types = state::ArrowTypesOf(node_.inputs()[side]->schema());
      ARROW_RETURN_NOT_OK(state::VisitRows(in, kTables[side], types, {arrow::boolean()},
                                           [&](Batch piece) { return TakeOver(side, std::move(piece), nowhere); }));
      ARROW_RETURN_NOT_OK(VisitLoggedRows(in, kJoinLogs[side], types,
                                          [&](const Batch& rows, const std::vector<bool>& matched, const int64_t*) {
                                            return large_->TakeOver(side, rows, matched, nowhere);
                                          }));
    }
    return arrow::Status::OK();
  }

 private:
  Operator& now() { return small_ ? static_cast<Operator&>(*small_) : *large_; }

  bool CanSpill() const { return KeySpill::IsPossible(context(), node_.left_keys.size()); }
  /// When an input has ended, the rows of the other are freed, and state grows no more.
  bool IsTooLarge() const {
    if (!small_ || input_ended_ || !CanSpill()) return false;
    const int64_t bytes = small_->memory_bytes();
    return bytes > context().memory->spill_from_bytes() / 2 || context().memory->ExcessOf(bytes) > 0;
  }

  static arrow::Result<bool> HasRows(const state::StateReader& in, const std::string& table) {
    bool any = false;
    const arrow::Status status = in.Visit(table, [&](const Batch&) {
      any = true;
      return arrow::Status::Cancelled("one piece says it");
    });
    if (!any) ARROW_RETURN_NOT_OK(status);
    return any;
  }

  arrow::Result<bool> FitsIntoMemory(const state::StateReader& in) const {
    for (std::string_view table : {"left", "right", "left-log", "right-log"}) {
      ARROW_ASSIGN_OR_RAISE(const bool any, HasRows(in, std::string(kCounted) + std::string(table)));
      if (any) return false;
    }
    if (!CanSpill()) return true;
    int64_t bytes = 0;
    for (int side : {0, 1}) {
      for (std::string_view table : {kTables[side], kJoinLogs[side].rows, kJoinLogs[side].numbered}) {
        ARROW_RETURN_NOT_OK(in.Visit(table, [&](const Batch& piece) {
          for (const auto& column : piece.columns) bytes += arrow::util::TotalBufferSize(*column);
          return arrow::Status::OK();
        }));
      }
    }
    return bytes <= context().memory->spill_from_bytes() / 2;
  }

  arrow::Status BecomeLarge() {
    small_ = nullptr;  // gives its memory back first
    large_ = MakeChangelogJoinOperator(node_);
    return large_->Open(context());
  }

  arrow::Status Grow(Emitter& out) {
    // What a checkpoint still waits for goes first.
    while (true) {
      ARROW_ASSIGN_OR_RAISE(const bool complete, small_->SaveMore(std::numeric_limits<int64_t>::max()));
      if (complete) break;
    }
    TakenRows taken;
    ARROW_RETURN_NOT_OK(small_->Save(taken));
    ARROW_RETURN_NOT_OK(BecomeLarge());
    for (int side : {0, 1}) {
      auto& rows = taken.tables[std::string(kTables[side])];
      for (; !rows.empty(); rows.pop_front()) ARROW_RETURN_NOT_OK(TakeOver(side, rows.front(), out));
    }
    return arrow::Status::OK();
  }

  /// `rows`: as an insert-only join saves them.
  arrow::Status TakeOver(int side, Batch rows, Emitter& out) {
    std::vector<bool> matched;
    for (int64_t row = 0; row < rows.num_rows; ++row) {
      matched.push_back(state::BooleanValue(rows, rows.columns.size() - 1, row));
    }
    rows.columns.pop_back();
    return large_->TakeOver(side, rows, matched, out);
  }

  const plan::JoinNode& node_;
  std::unique_ptr<InsertOnlyJoinOperator> small_;  ///< null: large_ has taken over
  std::unique_ptr<CountedWriter> counted_;         ///< of the checkpoint under way
  std::unique_ptr<ChangelogJoinOperator> large_;
  bool input_ended_ = false;
};

}  // namespace

std::unique_ptr<Operator> MakeGrowingJoinOperator(const plan::JoinNode& node) {
  return std::make_unique<GrowingJoin>(node);
}

}  // namespace tidemark::exec
