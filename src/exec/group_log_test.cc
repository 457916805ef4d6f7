// SPDX-License-Identifier: Apache-2.0
// Checkpoints of a GROUP BY that are written while it goes on: a job that is killed anywhere and goes on from the
// newest complete one gives what an undisturbed one gives.
#include "exec/group_log.h"

#include <gtest/gtest.h>

#include <optional>
#include <random>

#include "exec/make_operator.h"
#include "exec/state_events_testing.h"
#include "state/state_snapshot.h"

namespace tidemark::exec {
namespace {

const Schema kRows = RandomSchema();

std::shared_ptr<plan::GroupAggregateNode> Node(std::vector<int> groups, bool retracts) {
  auto calls =
      std::vector<plan::AggregateCall>{Call(kRows, "COUNT", {}), Call(kRows, "SUM", {kAmount}),
                                       Call(kRows, "MAX", {kText}), Call(kRows, "COUNT", {kText}, /*distinct=*/true)};
  Schema output;
  for (int column : groups) output.push_back(kRows[column]);
  for (const auto& call : calls) output.push_back({call.name, call.type});
  auto node = std::make_shared<plan::GroupAggregateNode>(output, ExchangedInput(groups, retracts), AllKinds(),
                                                         "GroupAggregate");
  node->group_columns = std::move(groups);
  node->calls = std::move(calls);
  node->input_retracts = retracts;
  node->mini_batch_rows = 20;
  return node;
}

/// The state in a chain of checkpoints, as CheckpointStore::Load gives it.
class Chain {
 public:
  void Add(const state::StateSnapshot::Part& newest) {
    std::erase_if(part().tables, [](const auto& table) { return !table.second.is_log; });
    for (const auto& [name, table] : newest.tables) {
      auto& all = part().tables[name];
      if (table.restarts) all.batches.clear();
      all.owner = table.owner;
      all.is_log = table.is_log;
      all.batches.insert(all.batches.end(), table.batches.begin(), table.batches.end());
      rows_ += table.is_log ? Rows(table) : 0;
    }
  }
  std::unique_ptr<state::StateReader> Reader() const {
    return state::MakeSnapshotReader(
        std::make_shared<const std::vector<state::StateSnapshot>>(std::vector<state::StateSnapshot>{all_}), "op", 0, 1);
  }
  /// Rows of logs that were added so far.
  int64_t rows() const { return rows_; }

 private:
  static int64_t Rows(const state::StateSnapshot::Table& table) {
    int64_t rows = 0;
    for (const Batch& batch : table.batches) rows += batch.num_rows;
    return rows;
  }
  state::StateSnapshot::Part& part() { return all_.parts["op"]; }

  state::StateSnapshot all_;
  int64_t rows_ = 0;
};

std::unique_ptr<OperatorPicture> Make(const plan::GroupAggregateNode& node, int64_t spill_from_bytes) {
  return std::make_unique<OperatorPicture>(MakeOperator(node), std::vector<Schema>{kRows}, node.schema(),
                                           /*batch_rows=*/7, /*memory_limit_bytes=*/0, "UTC", spill_from_bytes);
}

/// A life with checkpoints and crashes, drawn from a seed.
class Life {
 public:
  Life(const plan::GroupAggregateNode& node, const std::vector<Event>& events, int64_t spill_from_bytes, uint64_t seed)
      : node_(node), events_(events), spill_from_bytes_(spill_from_bytes), random_(seed) {}

  std::map<std::string, int64_t> Run() {
    Restart();
    while (!testing::Test::HasFailure()) {
      if (part_ == nullptr && random_() % 4 == 0) Begin();
      if (part_ != nullptr && random_() % 2 == 0) SaveMore();
      if (crashes_ < 6 && random_() % 15 == 0) {
        ++crashes_;
        Restart();
      }
      if (at_ == events_.size()) break;
      const Event& event = events_[at_++];
      Check(event.kind == Event::Kind::kTick ? op_->Tick() : op_->Push(0, event.batch));
    }
    Check(op_->Finish());
    return TableNow();
  }

 private:
  static void Check(const arrow::Status& status) { ASSERT_TRUE(status.ok()) << status.ToString(); }

  std::map<std::string, int64_t> TableNow() {
    std::map<std::string, int64_t> table = table_;
    for (const auto& [row, count] : op_->out().table()) {
      if ((table[row] += count) == 0) table.erase(row);
    }
    return table;
  }

  void Begin() {
    part_ = std::make_unique<state::StateSnapshot::Part>();
    writer_ = state::MakeSnapshotWriter(part_.get());
    Check(op_->Tick());
    Check(op_->BeginSave(is_chain_, *writer_));
    saved_at_ = at_;
    saved_table_ = TableNow();
  }

  void SaveMore() {
    const auto complete = op_->SaveMore(1 + random_() % 5);
    Check(complete.status());
    if (!complete.ok() || !*complete) return;
    chain_.Add(*part_);
    part_ = nullptr;
    is_chain_ = true;
    resume_at_ = saved_at_;
    resume_table_ = saved_table_;
  }

  void Restart() {
    op_ = Make(node_, spill_from_bytes_);
    Check(op_->status());
    if (resume_at_) Check(op_->Restore(*chain_.Reader()));
    at_ = resume_at_.value_or(0);
    table_ = resume_table_;
    part_ = nullptr;
    is_chain_ = resume_at_.has_value();
  }

  const plan::GroupAggregateNode& node_;
  const std::vector<Event>& events_;
  const int64_t spill_from_bytes_;
  std::mt19937_64 random_;
  int crashes_ = 0;

  std::unique_ptr<state::StateSnapshot::Part> part_;  // of the checkpoint under way; outlives the operator
  std::unique_ptr<state::StateWriter> writer_;
  std::unique_ptr<OperatorPicture> op_;
  size_t at_ = 0;
  std::map<std::string, int64_t> table_;  // what came out before op_
  bool is_chain_ = false;                 // there is a complete checkpoint, which the next may build on

  size_t saved_at_ = 0;
  std::map<std::string, int64_t> saved_table_;
  Chain chain_;
  std::optional<size_t> resume_at_;
  std::map<std::string, int64_t> resume_table_;
};

class GroupLogLives : public testing::TestWithParam<uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Random, GroupLogLives, testing::Range<uint64_t>(1, 17));

TEST_P(GroupLogLives, GiveTheSameRows) {
  for (const bool retracts : {false, true}) {
    for (const int64_t spill_from_bytes : {0, 3000}) {
      const auto node = Node({kText, kSmall}, retracts);
      const auto events =
          RandomEvents({.events = 120, .rows_max = 20, .retracts = retracts, .ticks = true}, GetParam());
      const auto undisturbed = Make(*node, 0);
      for (const Event& event : events) {
        ASSERT_TRUE((event.kind == Event::Kind::kTick ? undisturbed->Tick() : undisturbed->Push(0, event.batch)).ok());
      }
      ASSERT_TRUE(undisturbed->Finish().ok());
      SCOPED_TRACE(testing::Message() << "retracts " << retracts << ", spill from " << spill_from_bytes);
      EXPECT_EQ(Life(*node, events, spill_from_bytes, GetParam()).Run(), undisturbed->out().table());
      if (HasFailure()) return;
    }
  }
}

Batch Keys(int64_t begin, int64_t end) {
  std::string text;
  for (int64_t key = begin; key < end; ++key) text += "+I k" + std::to_string(key) + " 1 1 1 0.5 1.00 [1]\n";
  return ParseRows(kRows, text);
}

TEST(GroupLog, ACheckpointOfChangesHoldsThoseOnly) {
  const auto node = Node({kText}, /*retracts=*/false);
  const auto op = Make(*node, 0);
  ASSERT_TRUE(op->Push(0, Keys(0, 1000)).ok());
  Chain chain;
  for (int64_t changed = 10; changed <= 30; changed += 10) {
    state::StateSnapshot::Part part;
    const auto writer = state::MakeSnapshotWriter(&part);
    const int64_t rows_before = chain.rows();
    ASSERT_TRUE(op->Tick().ok());
    ASSERT_TRUE(op->BeginSave(/*changes_only=*/changed > 10, *writer).ok());
    while (true) {
      const auto complete = op->SaveMore(16);
      ASSERT_TRUE(complete.ok());
      if (*complete) break;
    }
    chain.Add(part);
    EXPECT_EQ(chain.rows() - rows_before, changed == 10 ? 1000 : changed - 10);
    ASSERT_TRUE(op->Push(0, Keys(0, changed)).ok());
  }
}

/// Saves everything, or what has changed, into `chain`.
void SaveInto(OperatorPicture* op, bool changes_only, Chain* chain) {
  state::StateSnapshot::Part part;
  const auto writer = state::MakeSnapshotWriter(&part);
  ASSERT_TRUE(op->BeginSave(changes_only, *writer).ok());
  while (true) {
    const auto complete = op->SaveMore(16);
    ASSERT_TRUE(complete.ok());
    if (*complete) break;
  }
  chain->Add(part);
}

TEST(GroupLog, WhoGoesOnFromAChainMayBuildOnIt) {
  const auto node = Node({kText}, /*retracts=*/true);
  auto op = Make(*node, 0);
  ASSERT_TRUE(op->Push(0, Keys(0, 100)).ok());
  Chain chain;
  SaveInto(op.get(), /*changes_only=*/false, &chain);
  // All groups go, in an epoch that is later than that of any group which is left.
  std::string gone;
  for (int key = 0; key < 100; ++key) gone += "-D k" + std::to_string(key) + " 1 1 1 0.5 1.00 [1]\n";
  ASSERT_TRUE(op->Push(0, ParseRows(kRows, gone)).ok());
  SaveInto(op.get(), /*changes_only=*/true, &chain);

  auto second = Make(*node, 0);
  ASSERT_TRUE(second->Restore(*chain.Reader()).ok());
  EXPECT_EQ(second->metrics().state_rows.load(), 0);
  // What comes now is younger than what went.
  ASSERT_TRUE(second->Push(0, Keys(10, 20)).ok());
  SaveInto(second.get(), /*changes_only=*/true, &chain);

  auto third = Make(*node, 0);
  ASSERT_TRUE(third->Restore(*chain.Reader()).ok());
  EXPECT_EQ(third->metrics().state_rows.load(), 10);
}

}  // namespace
}  // namespace tidemark::exec
