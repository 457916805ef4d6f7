// SPDX-License-Identifier: Apache-2.0
// KeyedTable: count and maximum per key, beside a bare loop over an open-addressing table without pages, NULLs or
// erasure, which is the limit to come near to.
#include <arrow/api.h>
#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <vector>

#include "state/hash_directory.h"
#include "state/key_groups.h"
#include "state/keyed_table.h"

namespace tidemark {
namespace {

constexpr int64_t kRows = 4 << 20;
constexpr int64_t kBatchRows = 8192;

struct CountAndMax {
  int64_t count;
  int64_t max;
};

std::vector<int64_t> RandomKeys(int64_t distinct) {
  std::mt19937_64 random(3);
  std::vector<int64_t> keys(kRows);
  for (int64_t& key : keys) key = static_cast<int64_t>(random() % distinct) * 7919;
  return keys;
}

std::shared_ptr<arrow::Array> Int64Array(const int64_t* values, int64_t length) {
  return std::make_shared<arrow::Int64Array>(length, arrow::Buffer::Wrap(values, length));
}

std::shared_ptr<arrow::Array> TextArray(const int64_t* values, int64_t length) {
  arrow::StringBuilder builder;
  for (int64_t i = 0; i < length; ++i) (void)builder.Append("user-" + std::to_string(values[i]));
  return builder.Finish().ValueOrDie();
}

void Update(const std::vector<uint8_t*>& payloads, const int64_t* values) {
  for (size_t i = 0; i < payloads.size(); ++i) {
    auto* state = reinterpret_cast<CountAndMax*>(payloads[i]);
    ++state->count;
    state->max = std::max(state->max, values[i]);
  }
}

using Columns = std::vector<std::shared_ptr<arrow::Array>>;

void RunTable(benchmark::State& state, const std::vector<DataType>& types, const std::vector<Columns>& batches,
              const std::vector<int64_t>& values, bool warm) {
  std::unique_ptr<state::KeyedTable> table;
  std::vector<uint8_t*> payloads;
  std::vector<int32_t> created;
  auto pass = [&] {
    int64_t at = 0;
    for (const Columns& keys : batches) {
      (void)table->FindOrInsert(keys, keys[0]->length(), nullptr, &payloads, &created);
      Update(payloads, &values[at]);
      at += keys[0]->length();
    }
  };
  if (warm) {
    table = state::KeyedTable::Make(types, sizeof(CountAndMax));
    pass();
  }
  for (auto _ : state) {
    if (!warm) table = state::KeyedTable::Make(types, sizeof(CountAndMax));
    pass();
  }
  state.SetItemsProcessed(state.iterations() * kRows);
  state.counters["groups"] = static_cast<double>(table->size());
  state.counters["bytes/group"] = static_cast<double>(table->memory_bytes()) / static_cast<double>(table->size());
}

template <typename MakeColumns>
std::vector<Columns> Batches(const std::vector<int64_t>& keys, MakeColumns make) {
  std::vector<Columns> batches;
  for (int64_t at = 0; at < kRows; at += kBatchRows)
    batches.push_back(make(&keys[at], std::min(kBatchRows, kRows - at)));
  return batches;
}

void BM_KeyedTableInt64(benchmark::State& state) {
  const auto keys = RandomKeys(state.range(0));
  const auto batches = Batches(keys, [](const int64_t* values, int64_t n) { return Columns{Int64Array(values, n)}; });
  RunTable(state, {DataType::BigInt()}, batches, keys, state.range(1) != 0);
}

void BM_KeyedTableTwoInt64(benchmark::State& state) {
  const auto keys = RandomKeys(state.range(0));
  const auto batches = Batches(
      keys, [](const int64_t* values, int64_t n) { return Columns{Int64Array(values, n), Int64Array(values, n)}; });
  RunTable(state, {DataType::BigInt(), DataType::BigInt()}, batches, keys, state.range(1) != 0);
}

void BM_KeyedTableText(benchmark::State& state) {
  const auto keys = RandomKeys(state.range(0));
  const auto batches = Batches(keys, [](const int64_t* values, int64_t n) { return Columns{TextArray(values, n)}; });
  RunTable(state, {DataType::String()}, batches, keys, state.range(1) != 0);
}

/// The limit: key, count and maximum in one slot of 24 bytes, no growth, no NULL, no erasure.
void BM_BareLoop(benchmark::State& state) {
  struct Slot {
    int64_t key;
    CountAndMax value;
  };
  const auto keys = RandomKeys(state.range(0));
  uint64_t slots = 1024;
  while (slots < static_cast<uint64_t>(std::min(state.range(0), kRows)) * 2) slots *= 2;
  state::MemoryBlock block(static_cast<int64_t>(slots * sizeof(Slot)), state::MemoryBlock::Contents::kZero);
  auto* table = reinterpret_cast<Slot*>(block.data());
  const uint64_t mask = slots - 1;
  std::vector<uint64_t> hashes(1024);
  for (auto _ : state) {
    for (int64_t at = 0; at < kRows; at += 1024) {
      for (int i = 0; i < 1024; ++i) hashes[i] = state::MixHash(static_cast<uint64_t>(keys[at + i]));
      for (int i = 0; i < 1024; ++i) {
        if (i + 16 < 1024) __builtin_prefetch(&table[hashes[i + 16] & mask], 1);
        uint64_t slot = hashes[i] & mask;
        while (table[slot].value.count != 0 && table[slot].key != keys[at + i]) slot = (slot + 1) & mask;
        table[slot].key = keys[at + i];
        ++table[slot].value.count;
        table[slot].value.max = std::max(table[slot].value.max, keys[at + i]);
      }
    }
  }
  state.SetItemsProcessed(state.iterations() * kRows);
}

void BM_KeyGroupsInt64(benchmark::State& state) {
  const auto keys = RandomKeys(1 << 20);
  const Columns columns = {Int64Array(keys.data(), kBatchRows)};
  for (auto _ : state) benchmark::DoNotOptimize(state::KeyGroups(columns, kBatchRows));
  state.SetItemsProcessed(state.iterations() * kBatchRows);
}

void KeyCounts(benchmark::internal::Benchmark* bench) {
  bench->ArgNames({"keys", "warm"})->Unit(benchmark::kMillisecond);
  for (int64_t keys : {1'000, 100'000, 1'000'000, 10'000'000}) {
    for (int64_t warm : {0, 1}) bench->Args({keys, warm});
  }
}

BENCHMARK(BM_KeyedTableInt64)->Apply(KeyCounts);
BENCHMARK(BM_KeyedTableTwoInt64)->Apply(KeyCounts);
BENCHMARK(BM_KeyedTableText)->Apply(KeyCounts);
BENCHMARK(BM_BareLoop)
    ->ArgName("keys")
    ->Arg(1'000)
    ->Arg(100'000)
    ->Arg(1'000'000)
    ->Arg(10'000'000)
    ->Unit(benchmark::kMillisecond);
BENCHMARK(BM_KeyGroupsInt64);

}  // namespace
}  // namespace tidemark
