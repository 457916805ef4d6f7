// SPDX-License-Identifier: Apache-2.0
// A batch of one side is looked up among the kept rows of the other as a whole, then kept itself. Rows of one side
// never meet, so the order within a batch matters only for who finds an unmatched row first.
//
// When an input has ended, nothing more is looked up among the rows of the other one: they are freed, after what has
// stayed without a match was padded, and what comes later is not kept at all.
#include "exec/join_insert_only.h"

#include <arrow/array.h>
#include <arrow/array/util.h>

#include <algorithm>

#include "exec/batch_collector.h"
#include "exec/input_distribution.h"
#include "exec/join_rows_log.h"
#include "exec/state_report.h"
#include "expr/evaluator.h"

namespace tidemark::exec {
namespace {

constexpr int kLeft = 0;
constexpr int kRight = 1;

/// Result rows as references: a row of the batch at hand (or -1) beside a kept row of the other side (or -1).
struct OutputRows {
  std::vector<RowKind> kinds;
  std::vector<int32_t> own;
  std::vector<int64_t> other;

  void Add(RowKind kind, int32_t own_row, int64_t other_row) {
    kinds.push_back(kind);
    own.push_back(own_row);
    other.push_back(other_row);
  }
};

class InsertOnlyJoin final : public InsertOnlyJoinOperator {
 public:
  explicit InsertOnlyJoin(const plan::JoinNode& node)
      : node_(node),
        keys_{node.left_keys, node.right_keys},
        left_only_(node.type == plan::JoinType::kSemi || node.type == plan::JoinType::kAnti),
        padded_{node.type == plan::JoinType::kLeft || node.type == plan::JoinType::kFull,
                node.type == plan::JoinType::kRight || node.type == plan::JoinType::kFull},
        sides_{JoinRows(SchemaOf(kLeft), node.left_keys, node.null_safe, padded_[kLeft] || left_only_),
               JoinRows(SchemaOf(kRight), node.right_keys, node.null_safe, padded_[kRight])} {}

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    report_.Open(context);
    for (int side : {kLeft, kRight}) logs_[side].Open(OwnerOfRows(*node_.inputs()[side]), context);
    if (!node_.residual) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(residual_, expr::Evaluator::Make({node_.residual}, context.functions));
    return arrow::Status::OK();
  }

  arrow::Status Push(int input, Batch batch, Emitter& out) override {
    JoinRows& other = sides_[1 - input];
    std::vector<uint8_t> matched(static_cast<size_t>(batch.num_rows), 0);
    ARROW_RETURN_NOT_OK(other.Lookup(batch, keys_[input]));
    for (int64_t next = 0; next < batch.num_rows;) {
      other.FindPairs(kPairsAtOnce, &next, &pairs_);
      ARROW_RETURN_NOT_OK(TestPairs(input, batch));
      OutputRows output;
      if (left_only_) {
        AddLeftOnly(input, &matched, &output);
      } else {
        AddJoined(input, &matched, &output);
      }
      ARROW_RETURN_NOT_OK(Emit(input, batch, output, out));
    }
    ARROW_RETURN_NOT_OK(EmitUnmatchedOf(input, batch, matched, out));
    if (!finished_[1 - input]) ARROW_RETURN_NOT_OK(Keep(input, batch, matched));
    return Report();
  }

  int64_t memory_bytes() const override {
    int64_t bytes = 0;
    for (int side : {kLeft, kRight}) bytes += sides_[side].memory_bytes() + logs_[side].memory_bytes();
    return bytes;
  }

  arrow::Status FinishInput(int input, Emitter& out) override { return EndInput(input, out); }

  arrow::Status Finish(Emitter& out) override {
    for (int input : {kLeft, kRight}) {
      if (!finished_[input]) ARROW_RETURN_NOT_OK(EndInput(input, out));
    }
    return arrow::Status::OK();
  }

  arrow::Status Save(state::StateWriter& out) const override {
    for (int side : {kLeft, kRight}) {
      const auto owner = OwnerOfRows(*node_.inputs()[side]);
      ARROW_RETURN_NOT_OK(sides_[side].Save(kTables[side], owner, context().batch_rows, out));
    }
    return arrow::Status::OK();
  }

  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) override {
    for (JoinRowsLog& log : logs_) ARROW_RETURN_NOT_OK(log.BeginSave(changes_only, out));
    return arrow::Status::OK();
  }

  arrow::Result<bool> SaveMore(int64_t rows) override {
    ARROW_ASSIGN_OR_RAISE(const bool complete, logs_[kLeft].SaveMore(rows));
    return complete ? logs_[kRight].SaveMore(rows) : false;
  }

  arrow::Status Restore(const state::StateReader& in) override {
    for (int side : {kLeft, kRight}) {
      ARROW_RETURN_NOT_OK(sides_[side].Restore(kTables[side], in));
      ARROW_RETURN_NOT_OK(logs_[side].Restore(in));
    }
    return Report();
  }

 private:
  static constexpr std::string_view kTables[2] = {"left", "right"};
  static constexpr int64_t kPairsAtOnce = 1 << 15;

  const Schema& SchemaOf(int input) const { return node_.inputs()[input]->schema(); }
  /// Rows of this side come out without a match too.
  bool IsPreserved(int input) const {
    return padded_[input] || (input == kLeft && node_.type == plan::JoinType::kAnti);
  }
  /// Unmatched rows of this side wait for the end of the other, instead of being sent and taken back.
  bool UnmatchedWaits(int input) const { return node_.final_only && !finished_[1 - input]; }

  /// Keeps of pairs_ those that fulfil the residual condition.
  arrow::Status TestPairs(int input, const Batch& batch) {
    if (!residual_ || pairs_.rows.empty()) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(const Batch candidates, MakeRows(input, batch, pairs_.probes, pairs_.rows, false));
    ARROW_ASSIGN_OR_RAISE(const auto results, residual_->Evaluate(candidates));
    const auto& passes = static_cast<const arrow::BooleanArray&>(*results[0]);
    size_t kept = 0;
    for (size_t i = 0; i < pairs_.rows.size(); ++i) {
      if (passes.IsNull(static_cast<int64_t>(i)) || !passes.Value(static_cast<int64_t>(i))) continue;
      pairs_.probes[kept] = pairs_.probes[i];
      pairs_.rows[kept++] = pairs_.rows[i];
    }
    pairs_.probes.resize(kept);
    pairs_.rows.resize(kept);
    return arrow::Status::OK();
  }

  void AddJoined(int input, std::vector<uint8_t>* matched, OutputRows* output) {
    JoinRows& other = sides_[1 - input];
    const bool other_padded = padded_[1 - input];
    for (size_t i = 0; i < pairs_.rows.size(); ++i) {
      const int64_t row = pairs_.rows[i];
      (*matched)[pairs_.probes[i]] = 1;
      if (other_padded && !other.matched(row)) {
        // Its row padded with NULLs is part of the result so far.
        if (!node_.final_only) output->Add(RowKind::kDelete, -1, row);
        logs_[1 - input].SetMatched(row);
      }
      output->Add(RowKind::kInsert, pairs_.probes[i], row);
    }
  }

  /// SEMI and ANTI: a left row comes out, or is taken back, when its first match is known.
  void AddLeftOnly(int input, std::vector<uint8_t>* matched, OutputRows* output) {
    const bool anti = node_.type == plan::JoinType::kAnti;
    for (size_t i = 0; i < pairs_.rows.size(); ++i) {
      if (input == kLeft) {
        if ((*matched)[pairs_.probes[i]]) continue;
        (*matched)[pairs_.probes[i]] = 1;
        if (!anti) output->Add(RowKind::kInsert, pairs_.probes[i], JoinRows::kNone);
        continue;
      }
      JoinRows& left = sides_[kLeft];
      if (left.matched(pairs_.rows[i])) continue;
      logs_[kLeft].SetMatched(pairs_.rows[i]);
      if (!anti) output->Add(RowKind::kInsert, -1, pairs_.rows[i]);
      if (anti && !node_.final_only) output->Add(RowKind::kDelete, -1, pairs_.rows[i]);
    }
  }

  arrow::Status EmitUnmatchedOf(int input, const Batch& batch, const std::vector<uint8_t>& matched, Emitter& out) {
    if (!IsPreserved(input)) return arrow::Status::OK();
    OutputRows output;
    if (!UnmatchedWaits(input)) {
      for (int64_t row = 0; row < batch.num_rows; ++row) {
        if (!matched[row]) output.Add(RowKind::kInsert, static_cast<int32_t>(row), JoinRows::kNone);
      }
    }
    return Emit(input, batch, output, out);
  }

  arrow::Status Keep(int input, const Batch& batch, const std::vector<uint8_t>& matched) {
    JoinRows& own = sides_[input];
    if (left_only_ && input == kLeft) {
      // What becomes of a matched row is settled.
      std::vector<int32_t> unmatched;
      for (int64_t row = 0; row < batch.num_rows; ++row) {
        if (!matched[row]) unmatched.push_back(static_cast<int32_t>(row));
      }
      ARROW_ASSIGN_OR_RAISE(const Batch kept, Take(batch, unmatched));
      return own.Add(kept).status();
    }
    ARROW_ASSIGN_OR_RAISE(const int64_t first, own.Add(batch));
    for (int64_t row = 0; padded_[input] && row < batch.num_rows; ++row) {
      if (matched[row]) logs_[input].SetMatched(first + row);
    }
    return arrow::Status::OK();
  }

  /// Nothing more comes from `input`, so the kept rows of the other side are final.
  arrow::Status EndInput(int input, Emitter& out) {
    finished_[input] = true;
    const int other = 1 - input;
    if (IsPreserved(other) && node_.final_only) {
      const Batch nothing;
      OutputRows output;
      for (int64_t row = 0; row < sides_[other].size(); ++row) {
        if (!sides_[other].matched(row)) output.Add(RowKind::kInsert, -1, row);
        if (static_cast<int64_t>(output.kinds.size()) >= context().batch_rows) {
          ARROW_RETURN_NOT_OK(Emit(input, nothing, output, out));
          output = OutputRows();
        }
      }
      ARROW_RETURN_NOT_OK(Emit(input, nothing, output, out));
    }
    ARROW_RETURN_NOT_OK(logs_[other].BeforeClear());
    sides_[other].Clear();
    return Report();
  }

  arrow::Status Emit(int input, const Batch& batch, const OutputRows& output, Emitter& out) {
    if (output.kinds.empty()) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(Batch rows, MakeRows(input, batch, output.own, output.other, left_only_));
    const bool insert_only =
        std::all_of(output.kinds.begin(), output.kinds.end(), [](RowKind kind) { return kind == RowKind::kInsert; });
    if (!insert_only) rows.row_kinds = std::make_shared<const std::vector<RowKind>>(output.kinds);
    return EmitInPieces(rows, context().batch_rows, out);
  }

  /// The columns of the left rows, then those of the right ones unless `left_only`.
  arrow::Result<Batch> MakeRows(int input, const Batch& batch, const std::vector<int32_t>& own,
                                const std::vector<int64_t>& other, bool left_only) {
    Batch rows;
    rows.num_rows = static_cast<int64_t>(own.size());
    for (int side : {kLeft, kRight}) {
      if (left_only && side == kRight) break;
      std::vector<std::shared_ptr<arrow::Array>> columns;
      if (side == input) {
        ARROW_ASSIGN_OR_RAISE(columns, OwnColumns(input, batch, own));
      } else {
        ARROW_ASSIGN_OR_RAISE(columns, sides_[side].Columns(other));
      }
      rows.columns.insert(rows.columns.end(), columns.begin(), columns.end());
    }
    return rows;
  }

  arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> OwnColumns(int input, const Batch& batch,
                                                                       const std::vector<int32_t>& own) {
    // A foreign key that always matches gives each row once, in order: nothing to copy then.
    bool identity = static_cast<int64_t>(own.size()) == batch.num_rows;
    for (size_t i = 0; identity && i < own.size(); ++i) identity = own[i] == static_cast<int32_t>(i);
    if (identity && batch.num_rows > 0) return batch.columns;
    return TakeOrNull(batch, own, SchemaOf(input));
  }

  /// Take where -1 stands for a row of NULLs.
  static arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> TakeOrNull(const Batch& batch,
                                                                              const std::vector<int32_t>& rows,
                                                                              const Schema& schema) {
    if (std::find(rows.begin(), rows.end(), -1) == rows.end()) {
      ARROW_ASSIGN_OR_RAISE(Batch taken, Take(Batch{batch.num_rows, batch.columns}, rows));
      return taken.columns;
    }
    std::vector<std::shared_ptr<arrow::DataType>> types;
    for (const auto& field : schema) types.push_back(field.type.ToArrow());
    RowChunks chunk(types);
    if (batch.num_rows > 0) ARROW_RETURN_NOT_OK(chunk.Append(batch));
    return chunk.Gather({rows.begin(), rows.end()});
  }

  arrow::Status Report() { return report_.Set(sides_[kLeft].size() + sides_[kRight].size(), memory_bytes()); }

  const plan::JoinNode& node_;
  const std::vector<int> keys_[2];
  const bool left_only_;
  const bool padded_[2];
  JoinRows sides_[2];
  JoinRowsLog logs_[2] = {{&sides_[kLeft], kJoinLogs[kLeft]}, {&sides_[kRight], kJoinLogs[kRight]}};
  bool finished_[2] = {false, false};
  std::unique_ptr<expr::Evaluator> residual_;
  StateReport report_;
  JoinRows::Pairs pairs_;  ///< of the batch under way
};

}  // namespace

std::unique_ptr<InsertOnlyJoinOperator> MakeInsertOnlyJoinOperator(const plan::JoinNode& node) {
  return std::make_unique<InsertOnlyJoin>(node);
}

}  // namespace tidemark::exec
