// SPDX-License-Identifier: Apache-2.0
#include "exec/checkpointed_life_testing.h"

#include <gtest/gtest.h>

#include <utility>

namespace tidemark::exec {
namespace {

void Check(const arrow::Status& status) { ASSERT_TRUE(status.ok()) << status.ToString(); }

}  // namespace

void CheckpointChain::Add(const state::StateSnapshot::Part& newest) {
  state::StateSnapshot::Part& part = all_.parts["op"];
  part.watermark = newest.watermark;
  std::erase_if(part.tables, [](const auto& table) { return !table.second.is_log; });
  for (const auto& [name, table] : newest.tables) {
    auto& all = part.tables[name];
    if (table.restarts) all.batches.clear();
    all.owner = table.owner;
    all.is_log = table.is_log;
    all.batches.insert(all.batches.end(), table.batches.begin(), table.batches.end());
    for (const Batch& batch : table.batches) rows_ += table.is_log ? batch.num_rows : 0;
  }
}

std::unique_ptr<state::StateReader> CheckpointChain::Reader(int worker, int workers) const {
  return state::MakeSnapshotReader(
      std::make_shared<const std::vector<state::StateSnapshot>>(std::vector<state::StateSnapshot>{all_}), "op", worker,
      workers);
}

void SaveInto(OperatorPicture* op, bool changes_only, CheckpointChain* chain) {
  state::StateSnapshot::Part part;
  const auto writer = state::MakeSnapshotWriter(&part);
  ASSERT_TRUE(op->Tick().ok());
  ASSERT_TRUE(op->BeginSave(changes_only, *writer).ok());
  while (true) {
    const auto complete = op->SaveMore(16);
    ASSERT_TRUE(complete.ok());
    if (*complete) break;
  }
  chain->Add(part);
}

void ExpectExpiredStaysGone(OperatorPicture* op, OperatorPicture* lasting) {
  CheckpointChain chain;
  SaveInto(op, /*changes_only=*/false, &chain);
  ASSERT_GT(op->metrics().state_disk_bytes.load(), 0);
  op->Run("sleep 700\ntick\nsleep 700\ntick");
  ASSERT_EQ(op->metrics().state_rows.load(), 0);
  SaveInto(op, /*changes_only=*/true, &chain);
  ASSERT_TRUE(lasting->Restore(*chain.Reader()).ok());
  EXPECT_EQ(lasting->metrics().state_rows.load(), 0);
}

void ExpectLogsWhatTablesHad(const std::function<std::unique_ptr<OperatorPicture>()>& make, OperatorPicture* op,
                             EventTimeMs watermark) {
  MemoryState tables(1);
  ASSERT_TRUE(op->Save(tables.writer(0)).ok());
  const auto second = make();
  ASSERT_TRUE(second->Restore(*tables.reader(0, 1, watermark)).ok());
  CheckpointChain chain;
  SaveInto(second.get(), /*changes_only=*/true, &chain);
  const auto third = make();
  ASSERT_TRUE(third->Restore(*chain.Reader()).ok());
  EXPECT_GT(op->metrics().state_rows.load(), 0);
  EXPECT_EQ(third->metrics().state_rows.load(), op->metrics().state_rows.load());
  ASSERT_TRUE(third->Finish().ok());
  op->out().TakeText();
  ASSERT_TRUE(op->Finish().ok());
  EXPECT_EQ(third->out().TakeText(), op->out().TakeText());
}

std::map<std::string, int64_t> CheckpointedLife::Run() {
  Restart();
  while (!testing::Test::HasFailure()) {
    if (is_disturbed_) Disturb();
    if (at_ == events_.size()) break;
    Check(Apply(events_[at_++]));
  }
  Check(op_->Finish());
  return TableNow();
}

void CheckpointedLife::Disturb() {
  if (part_ == nullptr && random_() % 4 == 0) Begin();
  if (part_ != nullptr && random_() % 2 == 0) SaveMore();
  if (crashes_ < 6 && random_() % 15 == 0) {
    ++crashes_;
    Restart();
  }
}

arrow::Status CheckpointedLife::Apply(const Event& event) {
  switch (event.kind) {
    case Event::Kind::kPush:
      return op_->Push(event.input, event.batch);
    case Event::Kind::kAdvance:
      watermark_ = event.watermark;
      return op_->Advance(event.watermark);
    case Event::Kind::kTick:
      return op_->Tick();
    case Event::Kind::kSleep:
      now_ms_ += event.sleep_ms;
      op_->clock().Advance(event.sleep_ms * 1000);
      break;
  }
  return arrow::Status::OK();
}

std::map<std::string, int64_t> CheckpointedLife::TableNow() {
  std::map<std::string, int64_t> table = table_;
  for (const auto& [row, count] : op_->out().table()) {
    if ((table[row] += count) == 0) table.erase(row);
  }
  return table;
}

void CheckpointedLife::Begin() {
  part_ = std::make_unique<state::StateSnapshot::Part>();
  part_->watermark = watermark_;
  writer_ = state::MakeSnapshotWriter(part_.get());
  Check(op_->Tick());
  Check(op_->BeginSave(is_chain_, *writer_));
  saved_at_ = at_;
  saved_now_ms_ = now_ms_;
  saved_table_ = TableNow();
}

void CheckpointedLife::SaveMore() {
  const auto complete = op_->SaveMore(static_cast<int64_t>(1 + random_() % 5));
  Check(complete.status());
  if (!complete.ok() || !*complete) return;
  chain_.Add(*part_);
  part_ = nullptr;
  is_chain_ = true;
  resume_at_ = saved_at_;
  resume_now_ms_ = saved_now_ms_;
  resume_table_ = saved_table_;
}

void CheckpointedLife::Restart() {
  op_ = make_();
  Check(op_->status());
  watermark_ = kMinWatermark;
  now_ms_ = resume_now_ms_;
  op_->clock().Advance(now_ms_ * 1000);
  if (resume_at_) {
    const auto state = chain_.Reader();
    watermark_ = state->watermark();
    Check(op_->Restore(*state));
  }
  at_ = resume_at_.value_or(0);
  table_ = resume_table_;
  part_ = nullptr;
  is_chain_ = resume_at_.has_value();
}

}  // namespace tidemark::exec
