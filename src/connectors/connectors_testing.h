// SPDX-License-Identifier: Apache-2.0
// What tests of connectors share: tables by hand, sources read by several workers, sinks fed with rows.
#pragma once

#include <arrow/result.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "catalog/configuration.h"
#include "connectors/connector.h"
#include "expr/function.h"
#include "io/memory_file_system.h"
#include "io/standard_streams.h"
#include "plan/physical_plan.h"

namespace tidemark::connectors {

/// Rows from CSV, "NULL" for NULL. REQUIRES: text that fits the schema.
Batch RowsOf(const Schema& schema, std::string_view csv);

/// One table and the world it lives in: files, clock and streams in memory.
class ConnectorTable {
 public:
  ConnectorTable(const Schema& schema, TableOptions options, std::vector<std::string> partition_keys = {});

  /// Adds a metadata column at the end.
  void AddMetadata(const std::string& column, const DataType& type, const std::string& key);

  io::MemoryFileSystem& files() { return files_; }
  /// Instead of files(); not owned.
  void UseFiles(io::FileSystem* files) { used_files_ = files; }
  ManualClock& clock() { return clock_; }
  io::MemoryStreams& streams() { return *streams_; }
  /// Instead of streams(); not owned.
  void UseStreams(io::StandardStreams* streams) { used_streams_ = streams; }
  void SetInput(const std::string& text) { streams_ = std::make_unique<io::MemoryStreams>(text); }
  Configuration& configuration() { return configuration_; }
  TableDefinition& definition() { return *table_; }
  std::vector<plan::PushedFilter>& filters() { return filters_; }
  void ReadInOrder() { ordered_ = true; }
  void SetWatermark() { watermark_ = true; }
  void SetBatchMode() { batch_mode_ = true; }
  void SetOverwrite() { overwrite_ = true; }
  /// Sources go on from there; not owned.
  void SetStart(const class SourcePositions* start) { start_ = start; }
  /// Called when a source has nothing at hand, to wait a little for the world outside: by then it gives up later.
  void SetOnQuiet(std::function<void()> wait) { on_quiet_ = std::move(wait); }
  void SetBatchRows(int64_t rows) { batch_rows_ = rows; }
  void SetReadSizes(ReadSizes sizes) { read_sizes_ = sizes; }
  /// The job keeps checkpoints; its sinks go on from that one (0: from none), `set_back`: which the user has named.
  void KeepCheckpoints(const std::string& job_id, int64_t resumed_checkpoint = 0, bool set_back = false) {
    job_id_ = job_id;
    resumed_checkpoint_ = resumed_checkpoint;
    set_back_ = set_back;
  }
  /// Sinks that are made from now on are of that run (ConnectorContext::claim).
  void SetClaim(const std::string& claim) { claim_ = claim; }
  /// A run of the job had so many workers.
  void SetWorkersEver(int workers) { workers_ever_ = workers; }
  /// Not owned.
  void SetDeadLetters(DeadLetterSink* sink) { dead_letters_ = sink; }
  /// Which of the columns to read, instead of all.
  void Project(std::vector<int> columns) { read_columns_ = std::move(columns); }
  expr::FunctionContext& functions() { return functions_; }

  arrow::Status Validate() const;
  const Connector& connector() const;
  ConnectorContext Context(int worker, int workers);

  /// Worker 0 comes first: with it a job begins.
  arrow::Result<std::unique_ptr<Source>> MakeSource(int worker = 0, int workers = 1);
  /// Every row, in the order of files, pieces and rows, read by `workers` sources in turn; each as "+I[…]". Checks on
  /// the way what the runtime relies on: each piece is read by one worker and ended once, each split is ended once.
  arrow::Result<std::vector<std::string>> ReadRows(int workers = 1);
  /// Skipped records of the last ReadRows.
  int64_t skipped() const { return skipped_; }

  arrow::Result<std::unique_ptr<Sink>> MakeSink(int worker = 0, int workers = 1, int sink_number = 0);
  /// All rows through one sink, closed at the end; aborted when a write fails.
  arrow::Status WriteRows(const Batch& rows);

  Schema OutputSchema() const;

 private:
  struct Piece {
    std::vector<std::string> rows;
    int worker = 0;
    bool ended = false;
  };
  arrow::Status Take(int worker, Poll poll, std::map<std::pair<SplitId, int64_t>, Piece>* pieces,
                     std::vector<SplitId>* order, std::map<SplitId, int>* ends) const;
  std::shared_ptr<plan::SourceNode> MakeSourceNode() const;

  std::shared_ptr<TableDefinition> table_;
  io::MemoryFileSystem files_;
  io::FileSystem* used_files_ = nullptr;
  ManualClock clock_{1'700'000'000'000'000};
  std::unique_ptr<io::MemoryStreams> streams_ = std::make_unique<io::MemoryStreams>();
  io::StandardStreams* used_streams_ = nullptr;
  Configuration configuration_;
  expr::FunctionContext functions_;
  std::vector<plan::PushedFilter> filters_;
  std::vector<int> read_columns_;
  const SourcePositions* start_ = nullptr;
  std::function<void()> on_quiet_;
  bool ordered_ = false;
  bool watermark_ = false;
  bool batch_mode_ = false;
  bool overwrite_ = false;
  int64_t batch_rows_ = 100;
  ReadSizes read_sizes_;
  std::string job_id_;
  std::string claim_;
  int64_t resumed_checkpoint_ = 0;
  bool set_back_ = false;
  int workers_ever_ = 1;
  DeadLetterSink* dead_letters_ = nullptr;
  SharedFindings findings_;
  int64_t skipped_ = 0;
  std::vector<std::shared_ptr<const plan::PhysicalNode>> nodes_;  ///< sources and sinks refer to them
};

}  // namespace tidemark::connectors
