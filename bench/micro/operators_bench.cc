// SPDX-License-Identifier: Apache-2.0
// The operators alone, over batches that lie ready in memory: what they cost beside decoding the input.
#include <arrow/api.h>
#include <arrow/compute/initialize.h>
#include <benchmark/benchmark.h>

#include <random>
#include <vector>

#include "exec/make_operator.h"
#include "expr/aggregate_function.h"
#include "plan/physical_plan.h"

namespace tidemark {
namespace {

constexpr int64_t kRows = 2'000'000;
constexpr int64_t kBatchRows = 8192;
constexpr int64_t kRowsPerSecond = 10'000;  // of event time

/// Takes results and counts them.
class CountingEmitter final : public exec::Emitter {
 public:
  arrow::Status Emit(Batch batch) override {
    rows += batch.num_rows;
    return arrow::Status::OK();
  }
  arrow::Status EmitWatermark(EventTimeMs) override { return arrow::Status::OK(); }
  int64_t rows = 0;
};

/// Columns: auction, bidder, price, time.
const Schema kBids = {{"auction", DataType::BigInt().NotNull()},
                      {"bidder", DataType::BigInt().NotNull()},
                      {"price", DataType::BigInt().NotNull()},
                      {"time", DataType::Timestamp(3).NotNull().WithTimeAttribute(TimeAttribute::kRowtime)}};

/// Bids in order of time. Half of them go to the newest auctions, as in Nexmark; `distinct` auctions are open.
std::vector<Batch> Bids(int64_t distinct) {
  std::mt19937_64 random(1);
  std::vector<Batch> batches;
  for (int64_t at = 0; at < kRows; at += kBatchRows) {
    const int64_t length = std::min(kBatchRows, kRows - at);
    arrow::Int64Builder auctions;
    arrow::Int64Builder bidders;
    arrow::Int64Builder prices;
    arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::MILLI), arrow::default_memory_pool());
    for (int64_t i = 0; i < length; ++i) {
      const int64_t newest = (at + i) / 15;
      const bool hot = random() % 2 == 0;
      (void)auctions.Append(hot ? newest - newest % 100 : newest - static_cast<int64_t>(random() % distinct));
      (void)bidders.Append(static_cast<int64_t>(random() % distinct));
      (void)prices.Append(static_cast<int64_t>(random() % 1'000'000));
      (void)times.Append((at + i) * 1000 / kRowsPerSecond);
    }
    batches.push_back(Batch{length,
                            {auctions.Finish().ValueOrDie(), bidders.Finish().ValueOrDie(),
                             prices.Finish().ValueOrDie(), times.Finish().ValueOrDie()}});
  }
  return batches;
}

plan::PhysicalPtr Input(const Schema& schema) {
  return std::make_shared<plan::UnionNode>(schema, std::vector<plan::PhysicalPtr>{}, plan::ChangelogMode{}, "Input");
}

plan::AggregateCall Call(const std::string& name, std::vector<int> args) {
  plan::AggregateCall call;
  call.name = name;
  call.args = std::move(args);
  std::vector<expr::ArgumentInfo> arguments;
  for (int column : call.args) arguments.push_back({kBids[column].type, nullptr});
  call.literal_args.resize(call.args.size());
  call.type = expr::ResolveAggregate(name, arguments).ValueOrDie().return_type;
  return call;
}

/// Pushes everything once per iteration, with a watermark after each batch.
void Run(benchmark::State& state, const plan::PhysicalNode& node, const std::vector<std::vector<Batch>>& inputs) {
  (void)arrow::compute::Initialize();
  ManualClock clock;
  MemoryBudget memory(0);
  exec::OperatorMetrics metrics;
  expr::FunctionContext functions;
  functions.clock = &clock;
  exec::OperatorContext context;
  context.functions = &functions;
  context.clock = &clock;
  context.memory = &memory;
  context.metrics = &metrics;
  context.label = "bench";
  int64_t rows_in = 0;
  int64_t rows_out = 0;
  for (auto _ : state) {
    auto made = exec::MakeOperator(node).ValueOrDie();
    CountingEmitter out;
    (void)made->Open(context);
    for (size_t i = 0; i < inputs[0].size(); ++i) {
      for (size_t input = 0; input < inputs.size(); ++input) {
        if (i >= inputs[input].size()) continue;
        const Batch& batch = inputs[input][i];
        rows_in += batch.num_rows;
        if (const auto status = made->Push(static_cast<int>(input), batch, out); !status.ok())
          state.SkipWithError(status.message().c_str());
      }
      (void)made->Advance((static_cast<int64_t>(i) + 1) * kBatchRows * 1000 / kRowsPerSecond - 4000, out);
    }
    (void)made->Finish(out);
    rows_out = out.rows;
  }
  state.SetItemsProcessed(rows_in);
  state.counters["rows_out"] = static_cast<double>(rows_out);
}

void RunWindow(benchmark::State& state, time::WindowSpec window, plan::PhysicalNode::Kind kind,
               std::vector<plan::AggregateCall> calls) {
  Schema output = {kBids[0]};
  for (const auto& call : calls) output.push_back({call.name, call.type});
  output.push_back({"window_end", DataType::Timestamp(3).NotNull()});
  plan::WindowAggregateNode node(kind, output, Input(kBids), "WindowAggregate");
  node.group_columns = {0};
  node.calls = std::move(calls);
  node.window = window;
  node.time_column = 3;
  node.properties = {plan::WindowProperty::kEnd};
  Run(state, node, {Bids(state.range(0))});
}

void BM_TumbleCount(benchmark::State& state) {
  RunWindow(state, {time::WindowKind::kTumble, 10'000}, plan::PhysicalNode::Kind::kWindowAggregate,
            {Call("COUNT", {})});
}

void BM_TumbleCountSumMax(benchmark::State& state) {
  RunWindow(state, {time::WindowKind::kTumble, 10'000}, plan::PhysicalNode::Kind::kWindowAggregate,
            {Call("COUNT", {}), Call("SUM", {2}), Call("MAX", {2})});
}

void BM_HopCount(benchmark::State& state) {
  RunWindow(state, {time::WindowKind::kHop, 10'000, 2'000}, plan::PhysicalNode::Kind::kWindowAggregate,
            {Call("COUNT", {})});
}

void BM_SessionCount(benchmark::State& state) {
  RunWindow(state, {time::WindowKind::kSession, 10'000}, plan::PhysicalNode::Kind::kSessionAggregate,
            {Call("COUNT", {})});
}

void RunGroup(benchmark::State& state, bool final_only) {
  const std::vector<plan::AggregateCall> calls = {Call("COUNT", {}), Call("SUM", {2})};
  Schema output = {kBids[0]};
  for (const auto& call : calls) output.push_back({call.name, call.type});
  plan::GroupAggregateNode node(output, Input(kBids), {true, true, false}, "GroupAggregate");
  node.group_columns = {0};
  node.calls = calls;
  node.final_only = final_only;
  Run(state, node, {Bids(state.range(0))});
}

void BM_GroupChangelog(benchmark::State& state) { RunGroup(state, false); }
void BM_GroupFinal(benchmark::State& state) { RunGroup(state, true); }

void BM_JoinForeignKey(benchmark::State& state) {
  // Auctions on the right, one row each; every bid finds its auction.
  std::vector<Batch> auctions;
  for (int64_t at = 0; at < kRows / 15 + 1; at += kBatchRows) {
    arrow::Int64Builder ids;
    arrow::StringBuilder names;
    for (int64_t i = 0; i < kBatchRows; ++i) {
      (void)ids.Append(at + i);
      (void)names.Append("item " + std::to_string(at + i));
    }
    auctions.push_back(Batch{kBatchRows, {ids.Finish().ValueOrDie(), names.Finish().ValueOrDie()}});
  }
  const Schema right = {{"id", DataType::BigInt().NotNull()}, {"item", DataType::String()}};
  Schema output = kBids;
  output.insert(output.end(), right.begin(), right.end());
  plan::JoinNode node(output, Input(kBids), Input(right), {}, "Join");
  node.left_keys = {0};
  node.right_keys = {0};
  node.null_safe = {false};
  Run(state, node, {Bids(state.range(0)), auctions});
}

void RunRank(benchmark::State& state, int64_t last, std::vector<int> partitions, plan::SortKey key) {
  plan::RankNode node(kBids, Input(kBids), {true, true, true}, "Rank");
  node.partition_columns = std::move(partitions);
  node.keys = {key};
  node.last = last;
  Run(state, node, {Bids(state.range(0))});
}

void BM_TopTenByPrice(benchmark::State& state) { RunRank(state, 10, {0}, {2, false, false}); }
void BM_KeepLastBid(benchmark::State& state) { RunRank(state, 1, {0, 1}, {3, false, false}); }

BENCHMARK(BM_TumbleCount)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_TumbleCountSumMax)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_HopCount)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_SessionCount)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_GroupChangelog)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_GroupFinal)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_JoinForeignKey)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_TopTenByPrice)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);
BENCHMARK(BM_KeepLastBid)->Arg(1'000)->Arg(100'000)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace tidemark
