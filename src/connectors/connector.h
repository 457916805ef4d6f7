// SPDX-License-Identifier: Apache-2.0
// Connectors: where tables come from and go to. A connector describes its options, checks them, and makes sources and
// sinks; each is one folder under connectors/ and one registration line in connectors/registry.cc.
#pragma once

#include <arrow/result.h>

#include <atomic>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/clock.h"
#include "base/random.h"
#include "catalog/configuration.h"
#include "catalog/table.h"
#include "columnar/batch.h"
#include "expr/function.h"
#include "io/file_system.h"
#include "io/standard_streams.h"
#include "plan/physical_plan.h"

namespace tidemark::connectors {

/// How sources cut what they read. Rows and their order are the same for any sizes, so the simulator draws them. Both
/// at least 1, and the same for all workers of a job: rows get their order from their piece.
struct ReadSizes {
  int64_t piece_bytes = int64_t{4} << 20;  ///< of a plain text file in one piece
  int64_t block_bytes = int64_t{1} << 20;  ///< of text read at once
};

/// What the first source of a table found (the files of a folder), for the table's sources on other workers: they
/// divide it among them, so it must not change in between. One for each job, whose sources are made on one thread.
using SharedFindings = std::map<const TableDefinition*, std::shared_ptr<const void>>;

/// What sources and sinks may use. Outlives them.
struct ConnectorContext {
  io::FileSystem* files = nullptr;
  Clock* clock = nullptr;
  /// For what must differ from run to run, whatever the seed of the query; null: the machine's.
  RandomSource* random = nullptr;
  /// Standard input, output and error; null: the process's own.
  io::StandardStreams* streams = nullptr;
  const Configuration* configuration = nullptr;
  const expr::FunctionContext* functions = nullptr;
  int worker = 0;
  int workers = 1;
  /// Tells the sinks of a job apart, of which several may write to the same table; the same on every worker.
  int sink_number = 0;
  /// Set when the job keeps checkpoints: names the job also after it was resumed (job_id.h). Sinks then show nothing
  /// before Commit.
  std::string job_id;
  /// Set when another machine may take the job over while this run still goes on: names the run, and is greater than
  /// that of any earlier one (RunClaims). Part of the names of what is hidden, so that no run touches what a later one
  /// has prepared.
  std::string claim;
  /// The number of the checkpoint that the job was resumed from, whose prepared results will be committed; what a sink
  /// had prepared for later ones is to be removed when worker 0's sink is made. 0: a new job.
  int64_t resumed_checkpoint = 0;
  /// The highest number that a checkpoint of the job has had: the next one's is higher.
  int64_t last_checkpoint = 0;
  /// The user named the checkpoint to go on from: results of later ones may be visible, and are given again. Otherwise
  /// such results mean that a checkpoint was lost.
  bool set_back = false;
  /// The most workers that any run of the job has had on which this sink was; one may go on writing without knowing
  /// that it is over. Set with job_id.
  int workers_ever = 1;
  int64_t batch_rows = 8192;
  ReadSizes read_sizes;
  /// Used while a source is made. Null: each source looks for itself.
  SharedFindings* findings = nullptr;
  /// Sources say of each row where it lies (Poll::row_positions), if they know.
  bool row_positions = false;
  /// Takes records that could not be decoded, when the table names a dead-letter table; null otherwise.
  class DeadLetterSink* dead_letters = nullptr;
};

/// Receives bad records for a dead-letter table: source position, reason, raw bytes.
class DeadLetterSink {
 public:
  virtual ~DeadLetterSink() = default;
  virtual arrow::Status Add(const std::string& position, const std::string& reason, std::string_view record) = 0;
};

/// Names a split within its source; equal on every worker and in every run.
using SplitId = int64_t;

/// One answer of a source.
struct Poll {
  enum class State {
    kBatch,    ///< `batch` holds rows of `split`
    kNothing,  ///< nothing at hand now; ask again (after `retry_after_micros`)
    kEnd,      ///< this source instance will never give another row
  };
  State state = State::kNothing;
  Batch batch;
  SplitId split = 0;
  /// A split may be cut into pieces that several workers read. Pieces are numbered 0.. in the split's order, each is
  /// read by one worker, and every batch says which piece it belongs to. Watermarks then follow the split's order: rows
  /// of a piece wait, decoded, until the pieces before it are complete. So each worker reads a split's pieces in
  /// ascending order, and all workers take splits in one common order.
  int64_t piece = 0;
  bool piece_end = false;  ///< last batch of its piece (may be empty)
  bool split_end = false;  ///< last batch of its split (may be empty); said of every split, else the watermark waits
  int64_t retry_after_micros = 1000;
  /// Where the piece goes on after this batch, in the source's own terms (the offset of the next record): rises. A
  /// resumed source begins there. Without it the source begins the piece anew, and as many rows as were handed on
  /// before are skipped.
  std::optional<int64_t> next_position;
  /// Of each row its place in the split, for people (a Kafka offset). Null: its number in the split says as much, or
  /// nobody asked (ConnectorContext::row_positions).
  std::shared_ptr<const std::vector<int64_t>> row_positions;
};

/// Progress and lag, for the progress line and metrics. Written by the worker, read by others.
struct SourceMetrics {
  std::atomic<int64_t> rows{0};
  std::atomic<int64_t> bytes{0};
  std::atomic<int64_t> bad_records_skipped{0};
  std::atomic<int64_t> total_bytes{-1};  ///< -1: unknown
};

/// Reads this worker's share of a table. One thread; Next never blocks for long (files are read in slices).
/// Gives the plan's read_columns, in order, before computed columns.
class Source {
 public:
  virtual ~Source() = default;
  virtual arrow::Result<Poll> Next() = 0;
  /// Splits that exist and are not ended, on whichever worker: the watermark waits for all of them. Asked before the
  /// first Next and again whenever `splits_version` changed (a watched folder found a file).
  virtual std::vector<SplitId> ActiveSplits() const = 0;
  virtual int64_t splits_version() const { return 0; }
  /// The split is caught up to its end offset, so that silence means idle.
  virtual bool CaughtUp(SplitId split) const {
    (void)split;
    return false;
  }
  /// The split has never held a record: it is known to be empty from its very beginning, on this worker. Such a one
  /// does not hold the watermark back.
  virtual bool NeverWritten(SplitId split) const {
    (void)split;
    return false;
  }
  /// Rows of this worker's split that are known to be there and were not given yet.
  virtual std::optional<int64_t> PendingRows(SplitId split) const {
    (void)split;
    return std::nullopt;
  }
  /// What people call the split, on whichever worker it is read: a file's path, "orders-3".
  virtual std::string SplitName(SplitId split) const { return std::to_string(split); }

  /// Splits of this worker that are not to be read on for now, since they are ahead of others; all others are. Only of
  /// sources that can (CanPause).
  virtual void Pause(const std::set<SplitId>& splits) { (void)splits; }
  /// Whether one split can wait while others are read. Files are read one after the other.
  virtual bool CanPause() const { return false; }

  /// What is known before the first Next and must not be found out again by a job that is resumed: where splits begin
  /// and end. Called once then, for this worker's splits; every checkpoint keeps it.
  virtual void MarkBegin(class SourcePositions* positions) const { (void)positions; }
  /// A checkpoint is complete in which this worker's rows were handed on as far as `positions` says. For what others
  /// are told of progress: a resumed job does not ask for it.
  virtual arrow::Status CheckpointCompleted(const class SourcePositions& positions) {
    (void)positions;
    return arrow::Status::OK();
  }
  SourceMetrics& metrics() { return metrics_; }

 private:
  SourceMetrics metrics_;
};

/// Writes one worker's share of the result. One thread. Nothing is visible as complete before Commit.
class Sink {
 public:
  virtual ~Sink() = default;
  virtual arrow::Status Write(const Batch& batch) = 0;
  /// Event time moved: partition commit triggers.
  virtual arrow::Status Advance(EventTimeMs watermark) {
    (void)watermark;
    return arrow::Status::OK();
  }
  /// Called regularly: rolling by time.
  virtual arrow::Status Tick() { return arrow::Status::OK(); }

  // With checkpoints, results become visible in two steps (D8): what was written before a checkpoint is prepared as
  // part of it, and committed once the checkpoint is complete. A job that is resumed commits again what its checkpoint
  // had prepared, since nobody knows how far that had come; what came later is written anew.

  /// Everything written since the last call becomes durable but stays hidden. Returns what Commit needs, in any
  /// process; empty: nothing is to be committed. A sink that cannot hide rows sees to it that they have arrived.
  virtual arrow::Result<std::string> Prepare(int64_t checkpoint) {
    (void)checkpoint;
    return std::string();
  }
  /// Makes visible what some worker's Prepare of the same table returned. Doing it twice is the same as once.
  virtual arrow::Status Commit(const std::string& prepared) {
    (void)prepared;
    return arrow::Status::OK();
  }

  /// Takes back the memory of what Prepare returned, when it was committed and nobody needs it any more. On the thread
  /// of Commit.
  virtual void Recycle(std::string prepared) { (void)prepared; }
  /// Whether Commit may run on another thread, beside Write, Advance, Tick and Abort. One commit follows the other, and
  /// Prepare and Close come when they are done. For sinks whose commits wait for somebody.
  virtual bool CommitsApart() const { return false; }
  /// False when nothing more should be written before the next commit is done: a checkpoint is then taken early, and
  /// until it is committed nothing is written, but for rows that are on the way already.
  virtual bool HasRoom() const { return true; }

  /// The job ended well, or was stopped cleanly: everything written becomes visible, unless half of it is worse than
  /// nothing. `complete`: all input was read to its end, else the job was stopped; equal on all workers. Called when
  /// every worker has written its last row; worker 0's comes after all others have returned.
  virtual arrow::Status Close(bool complete) = 0;
  /// The job failed: whatever is not yet visible is removed.
  virtual void Abort() = 0;
};

struct SourceRequest {
  const plan::SourceNode* node = nullptr;
  bool batch_mode = false;
  /// Null: from the beginning. Else what a checkpoint keeps of all workers' sources of this table: pieces that are done
  /// are not to be read again, splits that have ended are not active, and a piece that was begun goes on at its
  /// source_position, if the source gives such (Poll::next_position). Valid while the source is made.
  const class SourcePositions* start = nullptr;
};

/// A kind of table. Stateless; lives for the whole process.
class Connector {
 public:
  virtual ~Connector() = default;
  virtual std::string name() const = 0;
  /// Connector options. Format options ("json.…") are checked by the format.
  virtual std::vector<OptionSpec> options() const = 0;
  /// Checks beyond single options (columns that do not fit, missing format). The message says what to write.
  virtual arrow::Status Validate(const TableDefinition& table) const = 0;
  virtual bool can_read() const { return true; }
  virtual bool can_write() const { return true; }
  virtual bool IsBounded(const TableDefinition& table) const = 0;
  /// What a scan of this table may carry.
  virtual plan::ChangelogMode SourceChangelog(const TableDefinition& table) const {
    (void)table;
    return {};
  }
  /// What a sink of this table takes: insert-only, upserts by primary key (no update_before), or everything.
  virtual plan::ChangelogMode SinkChangelog(const TableDefinition& table) const {
    (void)table;
    return {};
  }
  /// Metadata columns: key to type.
  virtual std::vector<Field> MetadataColumns(const TableDefinition& table) const {
    (void)table;
    return {};
  }
  /// Which filters and whether projections reach the reader: for EXPLAIN and the planner. Default: projection only.
  virtual bool PushesFilters(const TableDefinition& table) const {
    (void)table;
    return false;
  }
  virtual arrow::Result<std::unique_ptr<Source>> MakeSource(const SourceRequest& request,
                                                            const ConnectorContext& context) const;
  virtual arrow::Result<std::unique_ptr<Sink>> MakeSink(const plan::SinkNode& node,
                                                        const ConnectorContext& context) const;
};

/// Null when unknown.
const Connector* FindConnector(const std::string& name);
std::vector<std::string> ConnectorNames();

/// Checks a table's options: connector known, each option known and well-formed, nothing required missing; nearest
/// names suggested.
arrow::Status ValidateTable(const TableDefinition& table);

}  // namespace tidemark::connectors
