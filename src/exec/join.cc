// SPDX-License-Identifier: Apache-2.0
// A batch of one side meets the kept rows of the other. Rows of the same side never meet, so the pairs of a whole batch
// are found and tested together; only counts and matches change row by row.
//
// Invariant: after each batch, what was emitted adds up to the join of the two kept sides (in final_only mode: less the
// unmatched rows, which Finish gives).
#include "exec/join.h"

#include <arrow/api.h>

#include <algorithm>

#include "exec/input_distribution.h"
#include "exec/join_growing.h"
#include "exec/join_side.h"
#include "exec/join_side_store.h"
#include "exec/joined_rows.h"
#include "exec/key_spill.h"
#include "exec/state_report.h"
#include "expr/evaluator.h"

namespace tidemark::exec {
namespace {

constexpr int kLeft = 0;
constexpr int kRight = 1;

/// Result rows as references, made into columns together.
struct JoinOutput {
  std::vector<RowKind> kinds;
  std::vector<int32_t> own;     ///< row of the batch at hand, or -1: NULLs
  std::vector<JoinRow*> other;  ///< row of the other side, or null: NULLs

  void Add(RowKind kind, int32_t own_row, JoinRow* other_row, int64_t times) {
    for (; times > 0; --times) {
      kinds.push_back(kind);
      own.push_back(own_row);
      other.push_back(other_row);
    }
  }
  size_t size() const { return kinds.size(); }
};

class ChangelogJoin final : public ChangelogJoinOperator {
 public:
  explicit ChangelogJoin(const plan::JoinNode& node)
      : node_(node),
        keys_{node.left_keys, node.right_keys},
        sides_{JoinSide(node.inputs()[kLeft]->schema(), node.left_keys, node.null_safe, node.left_ttl_ms),
               JoinSide(node.inputs()[kRight]->schema(), node.right_keys, node.null_safe, node.right_ttl_ms)} {
    const plan::JoinType type = node.type;
    left_only_ = type == plan::JoinType::kSemi || type == plan::JoinType::kAnti;
    preserved_[kLeft] = type == plan::JoinType::kLeft || type == plan::JoinType::kFull;
    preserved_[kRight] = type == plan::JoinType::kRight || type == plan::JoinType::kFull;
    for (int side : {kLeft, kRight}) {
      matches_count_[side] = preserved_[side] || (left_only_ && side == kLeft);
      changes_other_[1 - side] = matches_count_[side] || (left_only_ && sides_[side].has_ttl());
    }
  }

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    report_.Open(context);
    spills_ = KeySpill::IsPossible(context, node_.left_keys.size());
    for (int side : {kLeft, kRight}) {
      const auto owner = OwnerOfRows(*node_.inputs()[side]);
      sides_[side].Open(context, std::string(kLogs[side]), owner);
      if (spills_) sides_[side].SpillTo(context, side, KeySpill::GroupColumns(owner, keys_[side]));
    }
    if (!node_.residual) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(residual_, expr::Evaluator::Make({node_.residual}, context.functions));
    return arrow::Status::OK();
  }

  arrow::Status Push(int input, Batch batch, Emitter& out) override {
    JoinSide& own = sides_[input];
    JoinSide& other = sides_[1 - input];
    std::vector<JoinRow*> rows;
    std::vector<JoinRow*> heads;
    for (JoinSide& side : sides_) side.ReadClock();
    ARROW_RETURN_NOT_OK(own.FindOrInsert(batch, &rows));
    ARROW_RETURN_NOT_OK(other.FindMatches(batch, keys_[input], &heads));
    for (int64_t begin = 0; begin < batch.num_rows;) {
      Pairs pairs = GatherPairs(other, heads, begin);
      ARROW_RETURN_NOT_OK(TestPairs(input, batch, &pairs));
      if (changes_other_[input]) ARROW_RETURN_NOT_OK(other.BeforeMatching(pairs.other));
      JoinOutput output;
      size_t pair = 0;
      for (int64_t row = begin; row < pairs.end_row; ++row) {
        std::vector<JoinRow*>& matches = matches_;
        matches.clear();
        for (; pair < pairs.own.size() && pairs.own[pair] == row; ++pair) matches.push_back(pairs.other[pair]);
        Apply(input, batch.kind(row), static_cast<int32_t>(row), rows[row], matches, &output);
        if (static_cast<int64_t>(output.size()) >= context().batch_rows)
          ARROW_RETURN_NOT_OK(EmitOutput(input, batch, &output, out));
      }
      ARROW_RETURN_NOT_OK(EmitOutput(input, batch, &output, out));
      begin = pairs.end_row;
    }
    ARROW_RETURN_NOT_OK(own.Settle(std::move(rows)));
    return Report();
  }

  arrow::Status Tick(Emitter&) override {
    return sides_[kLeft].has_ttl() || sides_[kRight].has_ttl() ? Report() : arrow::Status::OK();
  }

  arrow::Status Finish(Emitter& out) override {
    if (!node_.final_only) return arrow::Status::OK();
    if (node_.type == plan::JoinType::kAnti || preserved_[kLeft]) ARROW_RETURN_NOT_OK(EmitUnmatched(kLeft, out));
    return preserved_[kRight] ? EmitUnmatched(kRight, out) : arrow::Status::OK();
  }

  arrow::Status Save(state::StateWriter& out) const override {
    for (int side : {kLeft, kRight}) {
      const auto owner = OwnerOfRows(*node_.inputs()[side]);
      ARROW_RETURN_NOT_OK(sides_[side].Save(kTables[side], owner, context().batch_rows, out));
    }
    return arrow::Status::OK();
  }

  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) override {
    if (!context().checkpointed) return Save(out);
    for (JoinSide& side : sides_) ARROW_RETURN_NOT_OK(side.BeginSave(changes_only, out));
    return arrow::Status::OK();
  }

  arrow::Result<bool> SaveMore(int64_t rows) override {
    if (!context().checkpointed) return true;
    ARROW_ASSIGN_OR_RAISE(const bool complete, sides_[kLeft].SaveMore(rows));
    return complete ? sides_[kRight].SaveMore(rows) : false;
  }

  arrow::Status Restore(const state::StateReader& in) override {
    for (int side : {kLeft, kRight}) {
      ARROW_RETURN_NOT_OK(sides_[side].Restore(kTables[side], in, [this] { return MakeRoom(); }));
    }
    return Report();
  }

  arrow::Status TakeOver(int input, const Batch& batch, const std::vector<bool>& matched, Emitter& out) override {
    std::vector<JoinRow*> rows;
    ARROW_RETURN_NOT_OK(sides_[input].FindOrInsert(batch, &rows));
    const bool is_padded = preserved_[input] || (input == kLeft && node_.type == plan::JoinType::kAnti);
    JoinOutput unmatchable;
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      if (rows[row] != nullptr) {
        ++rows[row]->count;
        rows[row]->matches = matched[row] ? 1 : 0;
      } else if (is_padded && node_.final_only && !matched[row]) {
        unmatchable.Add(RowKind::kInsert, static_cast<int32_t>(row), nullptr, 1);
      }
    }
    ARROW_RETURN_NOT_OK(EmitOutput(input, batch, &unmatchable, out));
    return Report();
  }

 private:
  static constexpr std::string_view kTables[2] = {"left", "right"};
  static constexpr std::string_view kLogs[2] = {"left-log", "right-log"};

  /// Candidate pairs of a run of rows; after TestPairs those that fulfil the residual condition.
  struct Pairs {
    std::vector<int32_t> own;
    std::vector<JoinRow*> other;
    int64_t end_row = 0;
  };

  static Pairs GatherPairs(const JoinSide& other, const std::vector<JoinRow*>& heads, int64_t begin) {
    constexpr size_t kPairsPerRun = 1 << 15;
    Pairs pairs;
    int64_t row = begin;
    for (; row < static_cast<int64_t>(heads.size()) && pairs.own.size() < kPairsPerRun; ++row) {
      for (JoinRow* match = heads[row]; match != nullptr; match = match->next) {
        if (match->count <= 0 || other.IsExpired(*match)) continue;
        pairs.own.push_back(static_cast<int32_t>(row));
        pairs.other.push_back(match);
      }
    }
    pairs.end_row = row;
    return pairs;
  }

  arrow::Status TestPairs(int input, const Batch& batch, Pairs* pairs) {
    if (!residual_ || pairs->own.empty()) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(Batch candidates, joined_rows_.Make(input, batch, pairs->own, pairs->other, true));
    ARROW_ASSIGN_OR_RAISE(const auto results, residual_->Evaluate(candidates));
    const auto& passes = static_cast<const arrow::BooleanArray&>(*results[0]);
    size_t kept = 0;
    for (size_t i = 0; i < pairs->own.size(); ++i) {
      if (passes.IsNull(i) || !passes.Value(i)) continue;
      pairs->own[kept] = pairs->own[i];
      pairs->other[kept++] = pairs->other[i];
    }
    pairs->own.resize(kept);
    pairs->other.resize(kept);
    return arrow::Status::OK();
  }

  /// One change of one row. `kept` is its JoinRow, null when its key can match nothing.
  void Apply(int input, RowKind kind, int32_t row, JoinRow* kept, const std::vector<JoinRow*>& matches,
             JoinOutput* output) {
    const bool adds = IsAddition(kind);
    const bool is_unknown = kept != nullptr && !adds && kept->count <= 0;
    // Takes back what was never there; or what is expired, while what it gave with others has come out.
    if (is_unknown && !sides_[input].has_ttl()) return;
    int64_t matched = 0;
    for (const JoinRow* match : matches) matched += match->count;
    if (kept != nullptr && !is_unknown) {
      kept->count += adds ? 1 : -1;
      if (matches_count_[input]) kept->matches = matched;
    }
    if (changes_other_[input]) {
      for (JoinRow* match : matches) sides_[1 - input].NoteMatched(match);
    }
    if (left_only_) return ApplyLeftOnly(input, adds, row, kept, matches, output);
    const RowKind joined =
        preserved_[kLeft] || preserved_[kRight] ? (adds ? RowKind::kInsert : RowKind::kDelete) : kind;
    for (JoinRow* match : matches) {
      if (is_unknown && preserved_[1 - input] && match->matches <= 0) continue;
      const bool first = adds && match->matches == 0;
      if (preserved_[1 - input] && first && !node_.final_only) output->Add(RowKind::kDelete, -1, match, match->count);
      output->Add(joined, row, match, match->count);
      if (!preserved_[1 - input]) continue;
      match->matches = std::max<int64_t>(0, match->matches + (adds ? 1 : -1));
      if (!adds && match->matches == 0) output->Add(RowKind::kInsert, -1, match, match->count);
    }
    // A row that can never match is final at once; others wait for Finish in final_only mode.
    const bool pads_now = !node_.final_only || kept == nullptr;
    if (matched == 0 && preserved_[input] && pads_now)
      output->Add(adds ? RowKind::kInsert : RowKind::kDelete, row, nullptr, 1);
  }

  /// SEMI and ANTI: only left rows come out, and only whether they have a match counts.
  void ApplyLeftOnly(int input, bool adds, int32_t row, const JoinRow* kept, const std::vector<JoinRow*>& matches,
                     JoinOutput* output) {
    const bool anti = node_.type == plan::JoinType::kAnti;
    // That a row has no match is known at the end only, unless its key can match nothing.
    const bool waits = anti && node_.final_only && kept != nullptr;
    if (input == kLeft) {
      if (matches.empty() == anti && !waits) output->Add(adds ? RowKind::kInsert : RowKind::kDelete, row, nullptr, 1);
      return;
    }
    for (JoinRow* match : matches) {
      const bool was_matched = match->matches > 0;
      if (!was_matched && !adds) continue;
      match->matches += adds ? 1 : -1;
      const bool is_matched = match->matches > 0;
      if (was_matched == is_matched || (anti && node_.final_only)) continue;
      output->Add(is_matched != anti ? RowKind::kInsert : RowKind::kDelete, -1, match, match->count);
    }
  }

  arrow::Status EmitUnmatched(int side, Emitter& out) {
    JoinOutput output;
    const Batch nothing;
    for (JoinRow* row : sides_[side].Rows()) {
      if (row->matches == 0) output.Add(RowKind::kInsert, -1, row, row->count);
      if (static_cast<int64_t>(output.size()) >= context().batch_rows)
        ARROW_RETURN_NOT_OK(EmitOutput(1 - side, nothing, &output, out));
    }
    ARROW_RETURN_NOT_OK(EmitOutput(1 - side, nothing, &output, out));
    return spills_ ? EmitUnmatchedOnDisk(side, out) : arrow::Status::OK();
  }

  arrow::Status EmitUnmatchedOnDisk(int side, Emitter& out) {
    return sides_[side].store()->ReadStored(context().batch_rows, [&](Batch rows) {
      const size_t num_columns = node_.inputs()[side]->schema().size();
      const int64_t* counts = state::Int64Values(rows, num_columns);
      const int64_t* matches = state::Int64Values(rows, num_columns + 1);
      const auto facts = std::span(rows.columns).subspan(num_columns);
      const std::vector<std::shared_ptr<arrow::Array>> kept_alive(facts.begin(), facts.end());
      rows.columns.resize(num_columns);
      JoinOutput output;
      for (int64_t row = 0; row < rows.num_rows; ++row) {
        if (matches[row] == 0) output.Add(RowKind::kInsert, static_cast<int32_t>(row), nullptr, counts[row]);
      }
      return EmitOutput(side, rows, &output, out);
    });
  }

  arrow::Status EmitOutput(int input, const Batch& batch, JoinOutput* output, Emitter& out) {
    if (output->size() == 0) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(Batch result, joined_rows_.Make(input, batch, output->own, output->other, !left_only_));
    const auto is_insert = [](RowKind kind) { return kind == RowKind::kInsert; };
    if (!std::all_of(output->kinds.begin(), output->kinds.end(), is_insert)) {
      result.row_kinds = std::make_shared<const std::vector<RowKind>>(std::move(output->kinds));
    }
    *output = JoinOutput();
    return out.Emit(std::move(result));
  }

  arrow::Status Report() {
    bool dropped = false;
    for (JoinSide& side : sides_) {
      ARROW_ASSIGN_OR_RAISE(const bool any, side.DropExpired());
      dropped |= any;
    }
    return MakeRoom(dropped);
  }

  /// Says what is held, and moves rows to disk where memory is short. `moved`: what lies on disk has changed.
  arrow::Status MakeRoom(bool moved = false) {
    arrow::Status status = ReportHeld();
    while (spills_) {
      const Surplus surplus = FindSurplus();
      if (surplus.bytes == 0) break;
      ARROW_ASSIGN_OR_RAISE(bool any, sides_[surplus.side].store()->Evict(surplus.bytes));
      if (!any) {
        ARROW_ASSIGN_OR_RAISE(any, sides_[1 - surplus.side].store()->Evict(surplus.bytes));
      }
      if (!any) break;
      moved = true;
      status = ReportHeld();
    }
    if (moved) report_.SetDisk(sides_[kLeft].store()->disk_bytes() + sides_[kRight].store()->disk_bytes());
    return status;
  }

  arrow::Status ReportHeld() {
    int64_t rows = sides_[kLeft].size() + sides_[kRight].size();
    if (spills_) rows += sides_[kLeft].store()->rows_on_disk() + sides_[kRight].store()->rows_on_disk();
    return report_.Set(rows, HeldBytes());
  }
  int64_t HeldBytes() const {
    int64_t bytes = 0;
    for (const JoinSide& side : sides_) bytes += side.memory_bytes() + side.log_bytes();
    return bytes;
  }

  /// What is to be moved to disk, and of which side first.
  struct Surplus {
    int64_t bytes = 0;
    int side = kLeft;
  };

  /// Room between rows, which a moved row leaves where others of its page stay, is used again before the tables grow,
  /// so it counts as free until memory is really short.
  Surplus FindSurplus() const {
    const MemoryBudget& memory = *context().memory;
    const int64_t unused = sides_[kLeft].store()->unused_bytes() + sides_[kRight].store()->unused_bytes();
    const int64_t short_from = (memory.limit_bytes() + memory.spill_from_bytes()) / 2;
    const bool is_short = memory.limit_bytes() > 0 && memory.used_bytes() > short_from;
    const int64_t room = is_short ? 0 : unused;
    const int larger = sides_[kLeft].memory_bytes() > sides_[kRight].memory_bytes() ? kLeft : kRight;
    if (const int64_t excess = memory.ExcessOf(HeldBytes(), -room)) return {excess, larger};
    // A large table is not to grow when this would not fit: then it keeps its size.
    for (int side : {larger, 1 - larger}) {
      const int64_t growth = sides_[side].store()->growth_bytes();
      const int64_t excess = growth == 0 ? 0 : memory.ExcessOf(HeldBytes(), growth - room);
      if (excess > 0) return {excess, side};
    }
    return {};
  }

  const plan::JoinNode& node_;
  const std::vector<int> keys_[2];
  JoinSide sides_[2];
  const JoinedRows joined_rows_{node_, sides_};
  bool left_only_ = false;
  bool preserved_[2] = {false, false};
  bool matches_count_[2] = {false, false};  ///< rows of the side have their matches
  bool changes_other_[2] = {false, false};  ///< rows of the input change those of the other that they match
  std::unique_ptr<expr::Evaluator> residual_;
  std::vector<JoinRow*> matches_;
  StateReport report_;
  bool spills_ = false;  ///< rows go to disk where memory is short
};

}  // namespace

std::unique_ptr<Operator> MakeJoinOperator(const plan::JoinNode& node) {
  const bool insert_only =
      node.inputs()[kLeft]->changelog().insert_only() && node.inputs()[kRight]->changelog().insert_only();
  if (insert_only) return MakeGrowingJoinOperator(node);
  return MakeChangelogJoinOperator(node);
}

std::unique_ptr<ChangelogJoinOperator> MakeChangelogJoinOperator(const plan::JoinNode& node) {
  return std::make_unique<ChangelogJoin>(node);
}

}  // namespace tidemark::exec
