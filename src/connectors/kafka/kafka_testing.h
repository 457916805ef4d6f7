// SPDX-License-Identifier: Apache-2.0
// MockCluster: a Kafka cluster inside of the test, librdkafka's own, on loopback.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "catalog/table.h"

namespace tidemark::connectors::kafka {

/// A record as tests write and read it. No key, no value: nullopt.
struct TestRecord {
  std::optional<std::string> key;
  std::optional<std::string> value;
  std::vector<std::pair<std::string, std::string>> headers;
  int64_t timestamp_ms = 0;  ///< 0: now
  std::string topic;         ///< when read
  int32_t partition = 0;
};

/// A value of a table (a BIGINT, b STRING) in JSON.
std::string TestRow(int a, const std::string& b);

class MockCluster {
 public:
  explicit MockCluster(int brokers = 1);
  ~MockCluster();
  MockCluster(const MockCluster&) = delete;
  MockCluster& operator=(const MockCluster&) = delete;

  std::string bootstrap() const { return rd_kafka_mock_cluster_bootstraps(cluster_); }
  rd_kafka_mock_cluster_t* cluster() { return cluster_; }
  void CreateTopic(const std::string& topic, int partitions);
  void Put(const std::string& topic, int32_t partition, const std::vector<TestRecord>& records);
  void PutValues(const std::string& topic, int32_t partition, const std::vector<std::string>& values);
  void Commit(const std::string& group, const std::string& topic, int32_t partition, int64_t offset,
              const std::string& metadata = "");
  /// All records of a topic, by partition and offset.
  std::vector<TestRecord> Take(const std::string& topic, int partitions);

  /// Lets the cluster's threads work, for a millisecond at most.
  void Breathe() { rd_kafka_poll(owner_, 1); }

  /// Options of a table of this cluster, with `more`.
  TableOptions Options(const std::string& topic, const TableOptions& more = {}) const;

 private:
  rd_kafka_t* owner_;
  rd_kafka_mock_cluster_t* cluster_;
  rd_kafka_t* producer_ = nullptr;
};

}  // namespace tidemark::connectors::kafka
