// SPDX-License-Identifier: Apache-2.0
// Operators by pictures: batches, watermarks and results as lines of text, both to parse and to print.
#pragma once

#include <map>
#include <memory>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "catalog/data_type.h"
#include "exec/operator.h"
#include "plan/physical_plan.h"

namespace tidemark::exec {

/// Rows as text, one a line: "+I 1 'a b' null", values separated by spaces. A value is written as in JSON (nested ones
/// without spaces), text without quotes unless it has a space or is empty ('like this'). Timestamps, dates and times
/// are the numbers that Arrow stores. A last word "@5" says that the watermark before the row was 5.
Batch ParseRows(const Schema& schema, std::string_view text);
/// The lines of a batch, with row watermarks where it has them.
std::string PrintRows(const Batch& batch);

/// Columns "a", "b", ... of the given types.
Schema SchemaOf(std::vector<DataType> types);

/// A plan node that only stands for an input.
plan::PhysicalPtr InputNode(Schema schema, plan::ChangelogMode changelog = {});
/// All row kinds; all but -U.
plan::ChangelogMode AllKinds();
plan::ChangelogMode WithoutUpdateBefore();

/// An aggregate call; its type is that of ResolveAggregate.
plan::AggregateCall Call(const Schema& input, std::string name, std::vector<int> args, bool distinct = false,
                         int filter = -1);

/// Keeps what an operator emits: as text, and as the table that the changelog describes.
class PictureEmitter final : public Emitter {
 public:
  explicit PictureEmitter(Schema schema) : schema_(std::move(schema)) {}
  arrow::Status Emit(Batch batch) override;
  arrow::Status EmitWatermark(EventTimeMs watermark) override;

  /// Everything since the last call: rows and "watermark N" lines.
  std::string TakeText();
  /// Rows in the table, with how often they are there. A row taken away that is not there has a negative count.
  const std::map<std::string, int64_t>& table() const { return table_; }
  int64_t largest_batch() const { return largest_batch_; }
  int64_t batches() const { return batches_; }
  /// Off: the table only, for large inputs.
  void set_keep_text(bool keep) { keep_text_ = keep; }

 private:
  Schema schema_;
  std::string text_;
  std::map<std::string, int64_t> table_;
  int64_t largest_batch_ = 0;
  int64_t batches_ = 0;
  bool keep_text_ = true;
};

/// Late rows as text: "row @watermark window_end".
class PictureLateRows final : public LateRowSink {
 public:
  arrow::Status Add(const LateRows& late) override;
  std::string TakeText();

 private:
  std::string text_;
};

/// An operator with all it needs, driven by a script.
class OperatorPicture {
 public:
  /// `inputs`: the schemas of its inputs. State beyond `spill_from_bytes` goes to a store in memory; 0: none. Opens the
  /// operator; a failure shows in status().
  OperatorPicture(arrow::Result<std::unique_ptr<Operator>> made, std::vector<Schema> inputs, Schema output,
                  int64_t batch_rows = 8192, int64_t memory_limit_bytes = 0, std::string time_zone = "UTC",
                  int64_t spill_from_bytes = 0);

  /// Runs a script and returns what came out. Lines: rows for input 0 (or "1: +I ..." for input 1), which form one
  /// batch until another kind of line; "---" ends a batch; "watermark 5"; "tick"; "sleep 100" (turns the clock, in ms);
  /// "finish 0" (input 0 ends); "finish" (all inputs end). An error ends the script with a line "error: ...".
  std::string Run(std::string_view script);

  arrow::Status Push(int input, Batch batch);
  arrow::Status Advance(EventTimeMs watermark);
  arrow::Status Tick();
  arrow::Status Finish();
  arrow::Status Save(state::StateWriter& state) const { return operator_->Save(state); }
  arrow::Status BeginSave(bool changes_only, state::StateWriter& state) {
    return operator_->BeginSave(changes_only, state);
  }
  arrow::Result<bool> SaveMore(int64_t rows) { return operator_->SaveMore(rows); }
  arrow::Status Restore(const state::StateReader& state) { return operator_->Restore(state); }

  PictureEmitter& out() { return out_; }
  PictureLateRows& late() { return late_; }
  OperatorMetrics& metrics() { return metrics_; }
  MemoryBudget& memory() { return memory_; }
  arrow::Status status() const { return status_; }
  /// For tests of what happens without a sink for late rows, and of other workers than the first.
  OperatorContext& context() { return context_; }
  ManualClock& clock() { return clock_; }

 private:
  arrow::Status RunLine(const std::string& line);
  arrow::Status FlushRows();

  std::vector<Schema> inputs_;
  PictureEmitter out_;
  PictureLateRows late_;
  OperatorMetrics metrics_;
  ManualClock clock_;
  MemoryBudget memory_;
  std::unique_ptr<state::SpillSpace> spill_;
  expr::FunctionContext functions_;
  OperatorContext context_;
  arrow::Status status_;
  std::string pending_rows_;
  int pending_input_ = 0;
  std::unique_ptr<Operator> operator_;  // last: uses the rest
};

/// Splits a batch at random places.
std::vector<Batch> CutAtRandom(const Batch& batch, int64_t rows_max, std::mt19937* random);

}  // namespace tidemark::exec
