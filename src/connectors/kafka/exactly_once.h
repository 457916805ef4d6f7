// SPDX-License-Identifier: Apache-2.0
// ExactlyOnceWriter: the rules by which records become visible exactly once, whoever is killed when. It knows nothing
// of the client that does the writing, so that the simulator tries the same rules against a broker of its own.
//
// 1. A checkpoint holds the records themselves; they are written, in one transaction, when it is complete.
// 2. With them the transaction sets the writer's marker to the checkpoint's number and the nonce of what was prepared,
// so
//    the marker tells in any process whether they are visible, and nothing visible is written again.
// 3. Opening a transactional id ends what anybody else may still be doing under it. A job that begins opens the ids of
//    all writers that any run of it has had, before it looks at a marker: what is not committed then never will be by
//    a process that does not know that it is over.
// 4. A marker beyond the checkpoint that a job goes on from says that a later checkpoint was lost. The job refuses to
//    begin, for it would write again what is visible; unless the user has named the checkpoint.
#pragma once

#include <arrow/result.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "connectors/connector.h"
#include "connectors/kafka/out_record.h"
#include "connectors/kafka/prepared_records.h"

namespace tidemark::connectors::kafka {

/// What a writer committed last.
struct Marker {
  int64_t checkpoint = 0;  ///< 0: nothing so far
  std::string nonce;
};

/// The transactions of one writer. One thread.
class TransactionPort {
 public:
  virtual ~TransactionPort() = default;
  /// A commit begins, of as many tries as it takes: limits of time count from now on.
  virtual void Begin() {}
  /// `topic`: where the first of the records goes that are to be committed.
  virtual arrow::Result<Marker> ReadMarker(const std::string& topic) = 0;
  /// Tries to write the records that `reader` holds, and the marker, in one transaction. When it fails, `again` says
  /// whether another try may succeed. Whether this one has is for the marker to tell.
  virtual arrow::Status Write(const PreparedReader& reader, const std::string& topic, bool* again) = 0;
};

/// Opens the transactions of a writer, and ends what was open in its name.
using OpenTransactions = std::function<arrow::Result<std::unique_ptr<TransactionPort>>(const PreparingWriter&)>;

/// What a port does not tell about a table.
struct ExactlyOnceSettings {
  std::function<PreparingWriter(int worker)> writer_of;
  OpenTransactions open;
  std::function<uint64_t()> new_nonce;  ///< never gives the same number twice
  std::string topic;                    ///< of all records; empty: it differs
};

/// One worker's records of one table. One thread; but Commit and Recycle may run on another one beside Add, empty,
/// gathered_bytes and prepared_bytes.
class ExactlyOnceWriter {
 public:
  /// Invalid by rule 4.
  static arrow::Result<std::unique_ptr<ExactlyOnceWriter>> Open(const std::string& table,
                                                                const ConnectorContext& context,
                                                                ExactlyOnceSettings settings);

  void Add(const OutRecord& record) { gathered_.Add(record); }
  bool empty() const { return gathered_.empty(); }
  int64_t gathered_bytes() const { return gathered_.size(); }
  /// Of checkpoints that are not committed, also of those that failed.
  int64_t prepared_bytes() const { return prepared_bytes_.load(std::memory_order_relaxed); }
  /// As Sink::Prepare and Sink::Commit.
  std::string Prepare(int64_t checkpoint);
  arrow::Status Commit(const std::string& prepared);
  /// As Sink::Recycle.
  void Recycle(std::string prepared) { gathered_.Recycle(std::move(prepared)); }

 private:
  ExactlyOnceWriter(std::string table, const ConnectorContext& context, ExactlyOnceSettings settings);
  arrow::Status Open();
  arrow::Status CheckNotAhead(TransactionPort* port) const;
  arrow::Status CommitBy(TransactionPort* port, const PreparedReader& prepared) const;
  arrow::Status Write(const std::string& prepared);

  const std::string table_;
  const ConnectorContext context_;
  const ExactlyOnceSettings settings_;
  const PreparingWriter writer_;
  PreparedWriter gathered_;
  std::atomic<int64_t> prepared_bytes_{0};
  std::unique_ptr<TransactionPort> port_;
};

}  // namespace tidemark::connectors::kafka
