// SPDX-License-Identifier: Apache-2.0
// SimulatedBroker: a broker of partitioned logs with transactions that lives outside of the jobs under the simulator.
// It survives their crashes, and misbehaves as its seed says: requests fail, or have their effect and no answer, or end
// with the machine that made them.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "connectors/kafka/exactly_once.h"
#include "io/simulated_disk.h"
#include "runtime/fault_counts.h"
#include "runtime/seeded_chooser.h"

namespace tidemark::golden {

/// Values of records, by topic and partition. Of a topic whose name ends with "+" (which is not part of it), the last
/// partition is found only when a job has been reading for a while.
using BrokerTopics = std::map<std::string, std::vector<std::vector<std::string>>>;

struct BrokerRecord {
  std::string topic;
  std::string key;
  std::string value;
};

/// One in so many requests; 0: never.
struct BrokerFaults {
  int error_one_in = 0;
  int unknown_one_in = 0;
  int duplicate_one_in = 0;
  int silent_one_in = 0;
  int budget = 0;  ///< errors and unknown outcomes in all: then requests succeed, so that jobs come to their end
};

/// One thread.
class SimulatedBroker {
 public:
  explicit SimulatedBroker(uint64_t seed) : chooser_(seed) {}

  /// Draws how it misbehaves.
  void DrawFaults();
  runtime::FaultCounts& counts() { return counts_; }
  /// Of errors that pass: a job that fails with one is started again.
  static constexpr char kPassingError[] = "the simulated broker";

  // Producing. `machine`: that of the process which asks.
  /// Opens a transactional id: aborts what was open under it, and fences whoever had it. Gives the epoch.
  arrow::Result<int64_t> InitProducer(io::SimulatedDisk* machine, const std::string& transactional_id);
  /// Adds to the transaction under way; with the same records twice in a row, once.
  arrow::Status Produce(io::SimulatedDisk* machine, const std::string& transactional_id, int64_t epoch,
                        std::vector<BrokerRecord> records);
  arrow::Status SetMarker(io::SimulatedDisk* machine, const std::string& transactional_id, int64_t epoch,
                          const std::string& group, const connectors::kafka::Marker& marker);
  /// Makes records and marker visible, or drops them.
  arrow::Status EndTransaction(io::SimulatedDisk* machine, const std::string& transactional_id, int64_t epoch,
                               bool commit);
  arrow::Result<connectors::kafka::Marker> MarkerOf(io::SimulatedDisk* machine, const std::string& group);
  /// Never the same number twice.
  uint64_t NewNonce() { return ++nonces_; }

  // Reading. `topics` outlives the broker.
  void SetTopics(const BrokerTopics* topics);
  /// How many partitions a topic has, and how many of them are known by now.
  int Partitions(const std::string& topic) const { return static_cast<int>(topics_.at(topic).values->size()); }
  int KnownPartitions(const std::string& topic) const { return topics_.at(topic).known; }
  struct Fetched {
    int64_t offset = 0;  ///< of the first
    std::vector<const std::string*> values;
    bool at_end = false;
  };
  /// Records from `offset` on, or from a little before it, or none though there are some.
  arrow::Result<Fetched> Fetch(io::SimulatedDisk* machine, const std::string& topic, int partition, int64_t offset,
                               int64_t count);

  const std::vector<BrokerRecord>& log() const { return log_; }
  /// Committed records of a topic, in the order of their commits.
  std::vector<BrokerRecord> Committed(const std::string& topic) const;
  /// Requests that a process made which was fenced.
  int64_t fenced() const { return fenced_; }

 private:
  struct Transaction {
    int64_t epoch = 0;
    std::vector<BrokerRecord> records;
    std::string group;
    connectors::kafka::Marker marker;
  };
  struct Topic {
    const std::vector<std::vector<std::string>>* values;
    int known;               ///< partitions
    int fetches_until_more;  ///< then the last is known
    bool counted = false;    ///< as a fault that was drawn
  };
  arrow::Status Request(io::SimulatedDisk* machine, const std::string& what,
                        const std::function<arrow::Status()>& effect);
  bool Spend(int one_in);
  arrow::Result<Transaction*> Find(const std::string& transactional_id, int64_t epoch);

  runtime::SeededChooser chooser_;
  BrokerFaults faults_;
  runtime::FaultCounts counts_;
  std::map<std::string, Transaction> transactions_;  ///< by transactional id
  std::map<std::string, connectors::kafka::Marker> markers_;
  std::vector<BrokerRecord> log_;
  std::map<std::string, Topic> topics_;
  uint64_t nonces_ = 0;
  int64_t fenced_ = 0;
};

/// Transactions of one writer, for the process on `machine`. Both outlive it.
arrow::Result<std::unique_ptr<connectors::kafka::TransactionPort>> OpenBrokerTransactions(
    SimulatedBroker* broker, io::SimulatedDisk* machine, const connectors::kafka::PreparingWriter& writer);

}  // namespace tidemark::golden
