// SPDX-License-Identifier: Apache-2.0
// Rules become offsets: a few requests for all partitions together.
#include "connectors/kafka/partition_ranges.h"

#include <arrow/status.h>

#include <algorithm>

namespace tidemark::connectors::kafka {
namespace {

/// Between two tries of a question that could not be answered yet.
constexpr int kAgainMs = 100;

/// Offsets of all partitions, asked for together. A question that finds nothing has RD_KAFKA_OFFSET_INVALID or _END.
class Offsets {
 public:
  Offsets(const std::vector<PartitionRange>& ranges, Client* client) : ranges_(ranges), client_(*client) {}

  arrow::Result<std::vector<int64_t>> First() const { return AtTime(RD_KAFKA_OFFSET_BEGINNING); }
  /// Behind the last record; with isolation.level read_committed, behind the last that is committed.
  arrow::Result<std::vector<int64_t>> Last() const { return AtTime(RD_KAFKA_OFFSET_END); }

  /// The first record of this time or later; where there is none, behind the last.
  arrow::Result<std::vector<int64_t>> AtOrAfter(int64_t timestamp_ms) const {
    ARROW_ASSIGN_OR_RAISE(auto offsets, AtTime(timestamp_ms));
    if (std::all_of(offsets.begin(), offsets.end(), [](int64_t offset) { return offset >= 0; })) return offsets;
    ARROW_ASSIGN_OR_RAISE(const auto last, Last());
    for (size_t i = 0; i < offsets.size(); ++i) {
      if (offsets[i] < 0) offsets[i] = last[i];
    }
    return offsets;
  }

  /// Negative: the group has none.
  arrow::Result<std::vector<int64_t>> Committed() const {
    return Ask(RD_KAFKA_OFFSET_INVALID, rd_kafka_committed, "Asking for the offsets of a consumer group");
  }

 private:
  PartitionList List(int64_t offset) const {
    PartitionList list(rd_kafka_topic_partition_list_new(static_cast<int>(ranges_.size())));
    for (const auto& range : ranges_)
      rd_kafka_topic_partition_list_add(list.get(), range.topic.c_str(), range.partition)->offset = offset;
    return list;
  }

  /// Also takes the two special times for begin and end.
  arrow::Result<std::vector<int64_t>> AtTime(int64_t timestamp_ms) const {
    return Ask(timestamp_ms, rd_kafka_offsets_for_times, "Asking for offsets");
  }

  using Question = rd_kafka_resp_err_t (*)(rd_kafka_t* handle, rd_kafka_topic_partition_list_t* list, int timeout_ms);

  /// Brokers that have just started, or partitions that change their leader, are asked again.
  arrow::Result<std::vector<int64_t>> Ask(int64_t about, Question question, const std::string& doing) const {
    for (int waited_ms = 0;; waited_ms += kAgainMs) {
      const PartitionList list = List(about);
      const auto error = question(client_.handle(), list.get(), client_.timeout_ms());
      const auto* begin = list->elems;
      const bool passing = IsPassing(error) || std::any_of(begin, begin + list->cnt,
                                                           [](const auto& entry) { return IsPassing(entry.err); });
      if (!passing || waited_ms >= client_.timeout_ms()) return Answer(*list, error, doing);
      client_.Serve(kAgainMs);
    }
  }

  arrow::Result<std::vector<int64_t>> Answer(const rd_kafka_topic_partition_list_t& list, rd_kafka_resp_err_t error,
                                             const std::string& doing) const {
    client_.Serve(0);
    if (error != RD_KAFKA_RESP_ERR_NO_ERROR) return client_.ToStatus(error, doing);
    std::vector<int64_t> offsets;
    for (int i = 0; i < list.cnt; ++i) {
      const auto& entry = list.elems[i];
      if (entry.err != RD_KAFKA_RESP_ERR_NO_ERROR)
        return client_.ToStatus(entry.err, doing + " of " + ranges_[static_cast<size_t>(i)].name());
      offsets.push_back(entry.offset);
    }
    return offsets;
  }

  const std::vector<PartitionRange>& ranges_;
  Client& client_;
};

arrow::Result<std::vector<TopicPartitions>> FindTopics(const KafkaOptions& options, Client* client) {
  std::vector<TopicPartitions> topics;
  for (const auto& name : options.topics) {
    ARROW_ASSIGN_OR_RAISE(auto topic, client->FindTopic(name, /*may_appear=*/false));
    topics.push_back(std::move(topic));
  }
  if (options.topic_pattern.empty()) return topics;
  ARROW_ASSIGN_OR_RAISE(const auto all, client->ListTopics(client->timeout_ms()));
  for (const auto& topic : all) {
    if (MatchesPattern(options.topic_pattern, topic.topic)) topics.push_back(topic);
  }
  std::sort(topics.begin(), topics.end(), [](const auto& a, const auto& b) { return a.topic < b.topic; });
  return topics;
}

/// The one answer to "no position": what the table says, or an error.
arrow::Result<int64_t> Reset(const KafkaOptions& options, const PartitionRange& range, int64_t first, int64_t last) {
  switch (options.properties.offset_reset) {
    case OffsetReset::kEarliest:
      return first;
    case OffsetReset::kLatest:
      return last;
    case OffsetReset::kNone:
      break;
  }
  return arrow::Status::Invalid("Consumer group '", options.properties.group_id, "' has no committed offset for ",
                                range.name(),
                                ". Set 'scan.startup.mode' = 'earliest-offset', or 'properties.auto.offset.reset' = "
                                "'earliest' for groups that have none");
}

/// Offsets for partitions that the topic does not have would be ignored.
arrow::Status CheckPartitions(const OffsetRule& rule, const char* key, const std::vector<TopicPartitions>& topics) {
  if (rule.mode != OffsetMode::kSpecific) return arrow::Status::OK();
  for (const auto& [partition, offset] : rule.offsets) {
    if (partition < topics[0].partitions) continue;
    return arrow::Status::Invalid("Option '", key, "': topic '", topics[0].topic, "' has no partition ", partition,
                                  "; it has ", topics[0].partitions, ", from 0 on");
  }
  return arrow::Status::OK();
}

arrow::Status SetBegins(const KafkaOptions& options, const Offsets& offsets, std::vector<PartitionRange>* ranges) {
  ARROW_ASSIGN_OR_RAISE(const auto first, offsets.First());
  ARROW_ASSIGN_OR_RAISE(const auto last, offsets.Last());
  std::vector<int64_t> begins;
  const OffsetRule& rule = options.start;
  if (rule.mode == OffsetMode::kGroup && options.properties.group_id.empty()) {
    return arrow::Status::Invalid(
        "The table is read from the offsets of its consumer group, and it names none: set 'properties.group.id', or "
        "'scan.startup.mode' = 'earliest-offset'");
  }
  const bool asks_group =
      rule.mode == OffsetMode::kGroup || (rule.mode == OffsetMode::kSpecific && !options.properties.group_id.empty());
  if (asks_group) {
    ARROW_ASSIGN_OR_RAISE(begins, offsets.Committed());
  } else if (rule.mode == OffsetMode::kTimestamp) {
    ARROW_ASSIGN_OR_RAISE(begins, offsets.AtOrAfter(rule.timestamp_ms));
  } else {
    begins = rule.mode == OffsetMode::kLatest ? last : first;
  }
  for (size_t i = 0; i < ranges->size(); ++i) {
    PartitionRange& range = (*ranges)[i];
    range.from_earliest = rule.mode == OffsetMode::kEarliest;
    if (rule.mode == OffsetMode::kSpecific) {
      const auto given = rule.offsets.find(range.partition);
      if (given != rule.offsets.end()) begins[i] = given->second;
      if (begins[i] < 0) begins[i] = first[i];
    }
    if (begins[i] < 0) {
      ARROW_ASSIGN_OR_RAISE(begins[i], Reset(options, range, first[i], last[i]));
    }
    range.begin = begins[i];
    if (range.begin >= first[i] && range.begin <= last[i]) continue;
    if (options.properties.offset_reset == OffsetReset::kNone) {
      return arrow::Status::Invalid("Offset ", range.begin, " of ", range.name(), " is not there: it has ", first[i],
                                    " to ", last[i],
                                    ". Set 'properties.auto.offset.reset' = 'earliest' to go on with what is left");
    }
    ARROW_ASSIGN_OR_RAISE(range.begin, Reset(options, range, first[i], last[i]));
  }
  return arrow::Status::OK();
}

arrow::Status SetEnds(const KafkaOptions& options, const Offsets& offsets, std::vector<PartitionRange>* ranges) {
  std::vector<int64_t> ends;
  const OffsetRule& rule = options.stop;
  switch (rule.mode) {
    case OffsetMode::kUnbounded:
    case OffsetMode::kEarliest:
      return arrow::Status::OK();
    case OffsetMode::kLatest: {
      ARROW_ASSIGN_OR_RAISE(ends, offsets.Last());
      break;
    }
    case OffsetMode::kTimestamp: {
      ARROW_ASSIGN_OR_RAISE(ends, offsets.AtOrAfter(rule.timestamp_ms));
      break;
    }
    case OffsetMode::kGroup: {
      ARROW_ASSIGN_OR_RAISE(ends, offsets.Committed());
      break;
    }
    case OffsetMode::kSpecific:
      for (const auto& range : *ranges) {
        const auto given = rule.offsets.find(range.partition);
        ends.push_back(given == rule.offsets.end() ? range.begin : given->second);
      }
  }
  for (size_t i = 0; i < ranges->size(); ++i) {
    PartitionRange& range = (*ranges)[i];
    if (ends[i] < 0) {
      return arrow::Status::Invalid("Consumer group '", options.properties.group_id, "' has no committed offset for ",
                                    range.name(), ", where 'scan.bounded.mode' = 'group-offsets' would end");
    }
    range.end = std::max(ends[i], range.begin);
  }
  return arrow::Status::OK();
}

}  // namespace

arrow::Result<std::vector<PartitionRange>> FindPartitions(const KafkaOptions& options, Client* client) {
  ARROW_ASSIGN_OR_RAISE(const auto topics, FindTopics(options, client));
  std::vector<PartitionRange> ranges;
  for (const auto& topic : topics) {
    for (int32_t partition = 0; partition < topic.partitions; ++partition) ranges.push_back({topic.topic, partition});
  }
  if (ranges.empty()) {
    const bool waits = options.stop.mode == OffsetMode::kUnbounded && options.discovery_interval_ms > 0;
    if (waits) return ranges;
    return arrow::Status::Invalid("No topic at Kafka '", client->brokers(), "' matches 'topic-pattern' = '",
                                  options.topic_pattern, "'");
  }
  ARROW_RETURN_NOT_OK(CheckPartitions(options.start, "scan.startup.specific-offsets", topics));
  ARROW_RETURN_NOT_OK(CheckPartitions(options.stop, "scan.bounded.specific-offsets", topics));
  const Offsets offsets(ranges, client);
  ARROW_RETURN_NOT_OK(SetBegins(options, offsets, &ranges));
  ARROW_RETURN_NOT_OK(SetEnds(options, offsets, &ranges));
  return ranges;
}

arrow::Result<std::vector<PartitionRange>> FindNewPartitions(const KafkaOptions& options,
                                                             const std::set<std::pair<std::string, int32_t>>& known,
                                                             int timeout_ms, Client* client) {
  ARROW_ASSIGN_OR_RAISE(const auto topics, client->ListTopics(timeout_ms));
  std::vector<PartitionRange> ranges;
  for (const auto& topic : topics) {
    const bool wanted = options.topic_pattern.empty() ? std::find(options.topics.begin(), options.topics.end(),
                                                                  topic.topic) != options.topics.end()
                                                      : MatchesPattern(options.topic_pattern, topic.topic);
    for (int32_t partition = 0; wanted && partition < topic.partitions; ++partition) {
      if (known.contains({topic.topic, partition})) continue;
      ranges.push_back({.topic = topic.topic, .partition = partition, .from_earliest = true});
    }
  }
  std::sort(ranges.begin(), ranges.end(), [](const auto& a, const auto& b) {
    return std::tie(a.topic, a.partition) < std::tie(b.topic, b.partition);
  });
  return ranges;
}

}  // namespace tidemark::connectors::kafka
