// SPDX-License-Identifier: Apache-2.0
// By event time: rows whose partition has none yet wait until the watermark brings them in order, so that the first to
// come out is the first there is. Which partitions had theirs is kept for good, or for its time-to-live.
#include "exec/first_row.h"

#include <arrow/api.h>

#include <algorithm>
#include <numeric>
#include <span>

#include "catalog/column_types.h"
#include "columnar/select_columns.h"
#include "exec/input_distribution.h"
#include "exec/key_log.h"
#include "exec/key_spill.h"
#include "exec/key_ttl.h"
#include "exec/rank.h"
#include "exec/sort_by_watermark.h"
#include "exec/state_report.h"
#include "state/keyed_table.h"
#include "state/state_columns.h"

namespace tidemark::exec {
namespace {

class FirstRow final : public Operator, public SpilledValues {
 public:
  explicit FirstRow(const plan::RankNode& node) : node_(node), ttl_(node.state_ttl_ms, 0) {
    const Schema& input = node.inputs()[0]->schema();
    key_types_ = ColumnTypes(input, node.partition_columns);
    key_arrow_types_ = state::ArrowTypesOf(key_types_);
    if (input[node.keys[0].column].type.time_attribute() == TimeAttribute::kRowtime) {
      sort_ = MakeSortByWatermarkOperator(*node.inputs()[0], SortColumns(node.keys), /*by_watermark=*/true);
    }
  }

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    report_.Open(context);
    const bool spills = KeySpill::IsPossible(context, key_types_.size());
    given_ = state::KeyedTable::Make(
        key_types_, ttl_.own_bytes() + (spills ? KeySpill::kBytes : 0) + (context.checkpointed ? KeyLog::kBytes : 0));
    state::RowOwner owner;
    if (spills || context.checkpointed) {
      ARROW_ASSIGN_OR_RAISE(owner, OwnerOfKept(*node_.inputs()[0], node_.partition_columns));
    }
    if (spills) {
      spill_ = std::make_unique<KeySpill>(given_.get(), ttl_.own_bytes(), this, key_types_, owner.key_columns,
                                          &ttl_.ttl(), context);
    }
    if (context.checkpointed) {
      KeyLogForm form;
      form.name = "given-log";
      for (const DataType& type : key_types_) form.rows.push_back({"", type});
      form.key_columns.resize(key_types_.size());
      std::iota(form.key_columns.begin(), form.key_columns.end(), 0);
      form.owner = owner;
      log_ = std::make_unique<KeyLog>(form, LoggedKeys{given_.get(), this, nullptr, spill_.get(), &ttl_}, context);
    }
    ttl_.Open(context, given_.get(), this, spill_.get(), log_ ? log_->entries() : nullptr);
    if (!sort_) return arrow::Status::OK();
    sort_context_ = context;
    sort_context_.metrics = &sort_metrics_;
    sort_context_.spill = nullptr;
    return sort_->Open(sort_context_);
  }

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    ttl_.ReadClock();
    if (!sort_) {
      ARROW_RETURN_NOT_OK(EmitFirst(batch, out));
      return Report();
    }
    ARROW_ASSIGN_OR_RAISE(Batch waiting, WithoutGiven(batch));
    if (waiting.num_rows > 0) {
      Firsts firsts(this, &out);
      ARROW_RETURN_NOT_OK(sort_->Push(0, std::move(waiting), firsts));
    }
    return Report();
  }

  arrow::Status Advance(EventTimeMs watermark, Emitter& out) override {
    if (!sort_) return out.EmitWatermark(watermark);
    ttl_.ReadClock();
    Firsts firsts(this, &out);
    ARROW_RETURN_NOT_OK(sort_->Advance(watermark, firsts));
    return Report();
  }

  arrow::Status Tick(Emitter&) override { return ttl_.is_on() ? Report() : arrow::Status::OK(); }

  arrow::Status Finish(Emitter& out) override {
    if (!sort_) return arrow::Status::OK();
    Firsts firsts(this, &out);
    return sort_->Finish(firsts);
  }

  arrow::Status Save(state::StateWriter& out) const override {
    ARROW_ASSIGN_OR_RAISE(const auto owner, OwnerOfKept(*node_.inputs()[0], node_.partition_columns));
    const auto write = [&](const std::vector<uint8_t*>& given) -> arrow::Status {
      for (size_t at = 0; at < given.size(); at += context().batch_rows) {
        const size_t end = std::min<size_t>(at + context().batch_rows, given.size());
        Batch piece;
        piece.num_rows = static_cast<int64_t>(end - at);
        ARROW_ASSIGN_OR_RAISE(piece.columns, given_->Keys(std::span(given).subspan(at, end - at)));
        // Without partitions there is no key column, but the one partition.
        ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::BooleanColumn(std::vector<bool>(end - at, true)));
        if (ttl_.is_on()) {
          std::vector<int64_t> written;
          for (size_t i = at; i < end; ++i) written.push_back(ttl_.written_ms(given[i]));
          ARROW_ASSIGN_OR_RAISE(piece.columns.emplace_back(), state::Int64Column(written));
        }
        ARROW_RETURN_NOT_OK(out.Write(kGiven, piece, owner));
      }
      return arrow::Status::OK();
    };
    ARROW_RETURN_NOT_OK(write(given_->Payloads()));
    if (spill_) ARROW_RETURN_NOT_OK(spill_->VisitStored(context().batch_rows, write));
    return sort_ ? sort_->Save(out) : arrow::Status::OK();
  }

  /// The rows that wait are written at once.
  arrow::Status BeginSave(bool changes_only, state::StateWriter& out) override {
    ARROW_RETURN_NOT_OK(log_->BeginSave(changes_only, out));
    return sort_ ? sort_->Save(out) : arrow::Status::OK();
  }
  arrow::Result<bool> SaveMore(int64_t rows) override { return log_->SaveMore(rows); }

  arrow::Status Restore(const state::StateReader& in) override {
    ttl_.ReadClock();
    if (log_) ARROW_RETURN_NOT_OK(log_->Restore(in, [this] { return MakeRoom(); }));
    ARROW_ASSIGN_OR_RAISE(const auto batches,
                          state::ReadTimedRows(in, kGiven, key_arrow_types_, {arrow::boolean()}, ttl_.ttl().now_ms()));
    for (const auto& [batch, written_ms, is_timed] : batches) {
      const auto keys = std::span(batch.columns).first(key_arrow_types_.size());
      ARROW_RETURN_NOT_OK(FindOrInsert(keys, batch.num_rows));
      for (int64_t row = 0; row < batch.num_rows; ++row) ttl_.SetWritten(payloads_[row], written_ms[row]);
      ARROW_RETURN_NOT_OK(Report());
    }
    if (sort_) ARROW_RETURN_NOT_OK(sort_->Restore(in));
    return Report();
  }

 private:
  static constexpr std::string_view kGiven = "given";

  /// Takes rows in order and passes on the first of each partition.
  class Firsts final : public Emitter {
   public:
    Firsts(FirstRow* owner, Emitter* out) : owner_(owner), out_(out) {}
    arrow::Status Emit(Batch batch) override { return owner_->EmitFirst(batch, *out_); }
    arrow::Status EmitWatermark(EventTimeMs watermark) override { return out_->EmitWatermark(watermark); }

   private:
    FirstRow* owner_;
    Emitter* out_;
  };

  arrow::Result<Batch> WithoutGiven(const Batch& batch) {
    const auto keys = SelectColumns(batch, node_.partition_columns);
    ARROW_RETURN_NOT_OK(given_->Find(keys, batch.num_rows, nullptr, &payloads_));
    std::vector<bool> stored(payloads_.size(), false);
    if (spill_) ARROW_RETURN_NOT_OK(spill_->FindStored(keys, batch.num_rows, payloads_, &stored));
    std::vector<int32_t> open;
    for (size_t row = 0; row < payloads_.size(); ++row) {
      const bool is_open = payloads_[row] == nullptr ? !stored[row] : ttl_.IsExpired(payloads_[row]);
      if (is_open) open.push_back(static_cast<int32_t>(row));
    }
    return static_cast<int64_t>(open.size()) == batch.num_rows ? batch : Take(batch, open);
  }

  arrow::Status FindOrInsert(state::KeyedTable::Columns keys, int64_t num_rows) {
    ARROW_RETURN_NOT_OK(given_->FindOrInsert(keys, num_rows, nullptr, &payloads_, &created_));
    if (spill_) ARROW_RETURN_NOT_OK(spill_->Load(keys, num_rows, payloads_, &created_));
    ARROW_RETURN_NOT_OK(ttl_.RenewExpired(payloads_, &created_));
    // That a partition had its row is written once, however often it is met again.
    for (int32_t row : created_) {
      ttl_.NoteWritten(payloads_[row]);
      if (log_) log_->NoteChanged(std::span(&payloads_[row], 1));
    }
    return arrow::Status::OK();
  }

  // A key is all there is.
  void AppendValue(const uint8_t*, std::string*) const override {}
  arrow::Status LoadValue(std::string_view, uint8_t*) override { return arrow::Status::OK(); }
  void ReleaseValue(uint8_t*) override {}

  arrow::Status EmitFirst(const Batch& batch, Emitter& out) {
    ARROW_RETURN_NOT_OK(FindOrInsert(SelectColumns(batch, node_.partition_columns), batch.num_rows));
    if (created_.empty()) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(Batch first, Take(batch, created_));
    first.row_watermarks = nullptr;
    if (node_.schema().size() > node_.inputs()[0]->schema().size()) {
      const arrow::Int64Scalar rank(1);
      ARROW_ASSIGN_OR_RAISE(first.columns.emplace_back(), arrow::MakeArrayFromScalar(rank, first.num_rows));
    }
    return out.Emit(std::move(first));
  }

  /// The sort reports into metrics of its own: what it holds is the operator's, as its late rows are.
  arrow::Status Report() {
    const int64_t late = sort_metrics_.late_rows_dropped.exchange(0, std::memory_order_relaxed);
    if (context().metrics != nullptr) {
      context().metrics->late_rows_dropped.fetch_add(late, std::memory_order_relaxed);
    }
    ARROW_RETURN_NOT_OK(ttl_.DropExpired(&report_));
    return MakeRoom();
  }
  arrow::Status MakeRoom() {
    if (!spill_) return ReportHeld();
    return spill_->MakeRoom([this] { return given_->memory_bytes(); }, [this] { return ReportHeld(); }, &report_);
  }
  arrow::Status ReportHeld() {
    const int64_t keys = given_->size() + (spill_ ? spill_->more_keys() : 0);
    return report_.Set(keys + sort_metrics_.state_rows.load(std::memory_order_relaxed),
                       given_->memory_bytes() + (log_ ? log_->memory_bytes() : 0));
  }

  const plan::RankNode& node_;
  std::vector<DataType> key_types_;
  state::ArrowTypes key_arrow_types_;
  std::unique_ptr<state::KeyedTable> given_;  ///< partitions that had their row
  std::unique_ptr<KeySpill> spill_;           ///< null: all stay in memory
  KeyTtl ttl_;
  std::unique_ptr<KeyLog> log_;     ///< null: there are no checkpoints
  std::unique_ptr<Operator> sort_;  ///< null: by processing time
  OperatorMetrics sort_metrics_;
  OperatorContext sort_context_;
  StateReport report_;
  std::vector<uint8_t*> payloads_;
  std::vector<int32_t> created_;
};

}  // namespace

std::unique_ptr<Operator> MakeFirstRowOperator(const plan::RankNode& node) { return std::make_unique<FirstRow>(node); }

}  // namespace tidemark::exec
