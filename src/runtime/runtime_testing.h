// SPDX-License-Identifier: Apache-2.0
// Doubles to run plans with: tables in memory whose splits are cut into pieces, small operators that check how they are
// called, sinks that remember. And what a run over such tables must give, computed the plain way.
#pragma once

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "connectors/connector.h"
#include "plan/physical_plan.h"
#include "runtime/components.h"
#include "runtime/flow.h"
#include "runtime/job_options.h"
#include "runtime/result_collector.h"

namespace tidemark::runtime {

/// Remembers what comes down, as words: watermarks, idleness, ends, and for rows what WordOf says.
class WordConsumer : public Consumer {
 public:
  arrow::Status Push(int input, Batch batch) final;
  arrow::Status Advance(int input, EventTimeMs watermark) final;
  arrow::Status SetIdle(int input, bool idle) final;
  arrow::Status End(int input, bool complete) final;
  arrow::Status Tick() final { return arrow::Status::OK(); }
  void CollectSenders(std::vector<ExchangeSender*>* /*senders*/) final {}

  std::vector<std::string> words;
  int64_t rows = 0;
  Batch last;

 private:
  virtual std::string WordOf(const Batch& batch) const { return "rows " + std::to_string(batch.num_rows); }
};

struct FakeRow {
  EventTimeMs time = 0;
  int64_t key = 0;
  int64_t value = 0;
};

/// A split's rows, piece by piece.
using FakeSplit = std::vector<std::vector<FakeRow>>;

/// A table with the columns time TIMESTAMP(3), watermark TIMESTAMP(3) (time - delay), key BIGINT, value BIGINT. Piece k
/// of all pieces of all splits is read by worker k % workers.
struct FakeTable {
  std::vector<FakeSplit> splits;
  int64_t delay_ms = 0;
  /// Nothing more comes, but the end does not either: the splits stay open and are caught up.
  bool unbounded = false;
  /// Splits are read whole by one worker each, piece by piece in turns, and can wait for others (Source::Pause).
  bool pausable = false;
  /// Splits of this table that never say anything, though they exist.
  int silent_splits = 0;
  /// Every n-th poll says "nothing now"; 0: none does.
  int nothing_every = 0;
  /// The worker that reads this global piece fails there; -1: none.
  int failing_piece = -1;
  /// Stops early, as a reader with a LIMIT does, without saying that its piece ended; -1: reads all.
  int64_t rows_per_worker_max = -1;
};

using FakeTables = std::map<std::string, FakeTable>;

/// What became of one sink of one worker.
struct FakeSinkRecord {
  std::string table;
  int worker = 0;
  int64_t rows = 0;
  EventTimeMs watermark = kMinWatermark;
  bool closed = false;
  bool aborted = false;
};

/// Sources over FakeTables, sinks that record, and for operators:
///   Calc             passes rows on
///   WindowAggregate  tumbling count and sum per key: (window_end, key, count, sum); fails on a row that is on time by
///   its
///                    stamp but whose window was emitted already, unless `tolerant_windows`
///   GroupAggregate   count and sum per first column, at the end: (key, count, sum); fails with a label past its budget
///   Union, Join      pass rows on, and count the ends of their inputs
///   Expand           emits each batch `expand_copies` times
/// Each is wrapped in a check of the order of calls that exec::Operator promises.
class FakeComponents : public Components {
 public:
  explicit FakeComponents(FakeTables tables) : tables_(std::move(tables)) {}

  arrow::Result<std::unique_ptr<exec::Operator>> MakeOperator(const plan::PhysicalNode& node) override;
  arrow::Result<std::unique_ptr<connectors::Source>> MakeSource(const connectors::SourceRequest& request,
                                                                const connectors::ConnectorContext& context) override;
  arrow::Result<std::unique_ptr<connectors::Sink>> MakeSink(const plan::SinkNode& node,
                                                            const connectors::ConnectorContext& context) override;

  bool tolerant_windows = false;
  int expand_copies = 1;
  int failing_sink_worker = -1;  ///< its Close fails

  /// In the order of Close and Abort, then those still open.
  std::vector<FakeSinkRecord> sinks();
  std::atomic<int> finished_inputs{0};
  std::atomic<int> finished_operators{0};
  std::atomic<int64_t> rows_read{0};
  /// Of any split, ahead of the one that was least far when it was read on: by the times of their latest rows.
  std::atomic<int64_t> furthest_ahead_ms{0};

 private:
  friend class FakeSink;
  friend class FakeReader;
  FakeTables tables_;
  std::mutex mutex_;
  std::vector<std::shared_ptr<FakeSinkRecord>> sinks_;
  std::map<std::pair<std::string, size_t>, EventTimeMs> latest_;  ///< rows read of splits that go on
};

/// Keeps rows as text: "+I 1000 7 2 30" (time columns in ms).
class TextCollector final : public ResultCollector {
 public:
  arrow::Status Collect(const plan::SinkNode& sink, const Batch& batch) override;
  std::vector<std::string> SortedRows() const;
  const std::vector<std::string>& rows() const { return rows_; }

 private:
  std::vector<std::string> rows_;
};

/// The plan's nodes over fake tables.
plan::PhysicalPtr FakeSource(const std::string& table, bool ordered = false,
                             std::map<std::string, std::string> options = {});
plan::PhysicalPtr FakeExchange(plan::PhysicalPtr input, std::vector<int> hash_columns);
/// Tumbling windows over column 0, keyed by column 2 of a source's rows.
plan::PhysicalPtr FakeWindows(plan::PhysicalPtr input, int64_t size_ms);
/// Count and sum of `value_column` per `key_column`, at the end.
plan::PhysicalPtr FakeTotals(plan::PhysicalPtr input, int key_column, int value_column);
plan::PhysicalPtr FakeUnion(std::vector<plan::PhysicalPtr> inputs);
plan::PhysicalPtr FakeJoin(plan::PhysicalPtr left, plan::PhysicalPtr right);
plan::PhysicalPtr FakeExpand(plan::PhysicalPtr input);
plan::PhysicalPtr FakeCalc(plan::PhysicalPtr input);
plan::PhysicalPtr FakeCollect(plan::PhysicalPtr input);
plan::PhysicalPtr FakeTableSink(plan::PhysicalPtr input, const std::string& table);

/// Random rows: times move forward with some disorder, so that some rows are late.
FakeTable RandomTable(uint64_t seed, int splits, int pieces, int rows_per_piece);

/// What FakeWindows over tables, keyed and collected, gives, sorted; and how many rows are late. Reads each split
/// alone, in order.
struct ExpectedWindows {
  std::vector<std::string> rows;
  int64_t late_rows = 0;
};
ExpectedWindows ComputeWindows(const std::vector<FakeTable>& tables, int64_t size_ms);

/// What FakeTotals by key gives for all rows of tables.
std::vector<std::string> ComputeTotals(const std::vector<FakeTable>& tables);

}  // namespace tidemark::runtime
