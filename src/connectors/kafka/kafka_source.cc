// SPDX-License-Identifier: Apache-2.0
// Which partitions a worker reads, in which turn, and what the group is told of it. Each is a split, read whole and in
// order by one worker (partition_reader.h).
//
// The simple consumer of librdkafka is used rather than its consumer groups: which worker reads which
// partition, and from where, is decided here, the same on every worker and in every run.
#include "connectors/kafka/kafka_source.h"

#include <arrow/status.h>

#include <algorithm>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include "connectors/kafka/client.h"
#include "connectors/kafka/kafka_options.h"
#include "connectors/kafka/partition_ranges.h"
#include "connectors/kafka/partition_reader.h"
#include "connectors/kafka/record_decoder.h"
#include "connectors/name_hash.h"
#include "connectors/source_positions.h"
#include "io/standard_streams.h"

namespace tidemark::connectors::kafka {
namespace {

/// With nothing at hand, ask again after this time.
constexpr int64_t kRetryMicros = 1'000;
/// After so many batches in a row, silent partitions are given a chance to be seen.
constexpr int kBatchesInARow = 64;
/// Looking for new partitions, and whether brokers are back, waits so long at most.
constexpr int kGlanceMs = 1'000;
/// When the job ends, commits that are under way are waited for, in slices.
constexpr int kLastCommitsMs = 1'000;
constexpr int kSliceMs = 10;

class KafkaSource final : public Source {
 public:
  KafkaSource(const SourceRequest& request, const ConnectorContext& context, KafkaOptions options)
      : node_(*request.node), context_(context), options_(std::move(options)) {
    if (request.start != nullptr) start_ = *request.start;
    // Partitions that the checkpoint does not know have come since.
    if (!start_.empty()) options_.start = {.mode = OffsetMode::kEarliest};
  }

  ~KafkaSource() override {
    // The last commits are on their way; nobody depends on them.
    for (int waited = 0; client_ && client_->commits_under_way() > 0 && waited < kLastCommitsMs; waited += kSliceMs)
      client_->Serve(kSliceMs);
  }

  arrow::Status Open() {
    ARROW_ASSIGN_OR_RAISE(decoder_, RecordDecoder::Make(node_, options_.upsert, context_, &metrics()));
    ARROW_RETURN_NOT_OK(WarnOfIgnored());
    ARROW_ASSIGN_OR_RAISE(const auto ranges, FirstRanges());
    looked_micros_ = context_.clock->SteadyMicros();
    std::vector<PartitionRange> mine;
    for (PartitionRange range : ranges) {
      if (CameSince(range, ranges)) continue;
      TakeUp(&range);
      const bool is_mine = Know(range);
      if (is_mine && !start_.HasEnded(range.split())) mine.push_back(range);
    }
    if (mine.empty() && !watches()) return arrow::Status::OK();
    PlanAhead(mine.size());
    ARROW_ASSIGN_OR_RAISE(client_, MakeClient());
    reading_.client = client_.get();
    reading_.decoder = decoder_.get();
    reading_.metrics = &metrics();
    reading_.batch_rows = context_.batch_rows;
    reading_.row_positions = context_.row_positions;
    for (const auto& range : mine) ARROW_RETURN_NOT_OK(Add(range));
    return arrow::Status::OK();
  }

  /// Of each partition, whatever the startup and bounded modes would say later.
  void MarkBegin(SourcePositions* positions) const override {
    for (const auto& reader : mine_) {
      const PartitionRange& range = reader->range();
      positions->Begin(range.split(), range.begin, range.bounded() ? std::optional(range.end) : std::nullopt);
    }
  }

  arrow::Result<Poll> Next() override {
    Poll poll;
    poll.retry_after_micros = kRetryMicros;
    if (client_) {
      client_->Serve(0);
      ARROW_RETURN_NOT_OK(CheckReachable());
      ARROW_RETURN_NOT_OK(LookForNew());
    }
    if (batches_in_a_row_ >= kBatchesInARow) {
      batches_in_a_row_ = 0;
      poll.retry_after_micros = 1;
      return poll;
    }
    bool open = watches();
    for (size_t tried = 0; tried < mine_.size(); ++tried) {
      PartitionReader& reader = *mine_[turn_];
      open |= !reader.ended();
      if (!reader.ended() && !paused_.contains(reader.range().split())) {
        ARROW_ASSIGN_OR_RAISE(const bool gave, reader.Read(&poll));
        if (gave) {
          ++batches_in_a_row_;
          if (!InTurnOnly() || reader.ended()) turn_ = (turn_ + 1) % mine_.size();
          return poll;
        }
        if (InTurnOnly()) break;
      }
      turn_ = (turn_ + 1) % mine_.size();
    }
    batches_in_a_row_ = 0;
    if (!open) poll.state = Poll::State::kEnd;
    return poll;
  }

  std::vector<SplitId> ActiveSplits() const override { return splits_; }
  int64_t splits_version() const override { return static_cast<int64_t>(splits_.size()); }

  bool CaughtUp(SplitId split) const override {
    const auto found = by_split_.find(split);
    return found != by_split_.end() && found->second->CaughtUp();  // else another worker's
  }

  bool NeverWritten(SplitId split) const override {
    const auto found = by_split_.find(split);
    return found != by_split_.end() && found->second->NeverWritten();
  }

  std::optional<int64_t> PendingRows(SplitId split) const override {
    const auto found = by_split_.find(split);
    return found == by_split_.end() ? std::nullopt : found->second->PendingRows();
  }

  std::string SplitName(SplitId split) const override {
    const auto found = names_.find(split);
    return found == names_.end() ? std::to_string(split) : found->second;
  }

  void Pause(const std::set<SplitId>& splits) override { paused_ = splits; }
  bool CanPause() const override { return !InTurnOnly(); }

  /// For the group's readers and for tools that show how far behind it is.
  arrow::Status CheckpointCompleted(const SourcePositions& positions) override {
    if (!client_ || options_.properties.group_id.empty()) return arrow::Status::OK();
    const PartitionList offsets(rd_kafka_topic_partition_list_new(static_cast<int>(mine_.size())));
    for (const auto& reader : mine_) {
      const PartitionRange& range = reader->range();
      const auto begun = positions.StartOf(range.split(), 0);
      const int64_t committed = client_->committed(range.topic, range.partition);
      int64_t offset = begun ? begun->source_position : committed;
      if (positions.HasEnded(range.split())) offset = range.end;
      if (offset < 0 || offset == committed) continue;
      rd_kafka_topic_partition_list_add(offsets.get(), range.topic.c_str(), range.partition)->offset = offset;
    }
    if (offsets->cnt > 0) client_->CommitOffsets(*offsets);
    return WarnOfCommits();
  }

 private:
  arrow::Status WarnOfCommits() {
    if (client_->commit_error().empty() || std::exchange(commits_warned_, true)) return arrow::Status::OK();
    auto* streams = context_.streams != nullptr ? context_.streams : io::ProcessStreams();
    return streams->WriteError("warning: table '" + node_.table->name() + "': offsets of group '" +
                               options_.properties.group_id + "' are not committed: " + client_->commit_error() + "\n");
  }

  /// New partitions may come while the source runs.
  bool watches() const { return options_.stop.mode == OffsetMode::kUnbounded && options_.discovery_interval_ms > 0; }
  /// Bounded partitions whose order matters are read one after the other, so that every run gives the same rows.
  bool InTurnOnly() const { return node_.ordered && options_.stop.mode != OffsetMode::kUnbounded; }

  arrow::Status WarnOfIgnored() const {
    if (context_.worker != 0 || options_.properties.ignored.empty()) return arrow::Status::OK();
    std::string text = "warning: table '" + node_.table->name() + "': no effect here:";
    for (const auto& option : options_.properties.ignored) text += " '" + option + "'";
    auto* streams = context_.streams != nullptr ? context_.streams : io::ProcessStreams();
    return streams->WriteError(text + "\n");
  }

  arrow::Result<std::unique_ptr<Client>> MakeClient() const {
    return Client::MakeConsumer(options_.properties,
                                {
                                    {"queued.min.messages", std::to_string(reading_.ahead.messages)},
                                    {"queued.max.messages.kbytes", std::to_string(reading_.ahead.kilobytes)},
                                    {"fetch.message.max.bytes", "4194304"},
                                    {"fetch.wait.max.ms", "100"},
                                });
  }

  /// How far librdkafka reads ahead for each of so many partitions.
  void PlanAhead(size_t partitions) {
    const auto count = std::max<int64_t>(1, static_cast<int64_t>(partitions));
    const auto share = [&](const char* key, int64_t all, int64_t min, int64_t max) {
      const auto given = options_.properties.settings.find(key);
      return given != options_.properties.settings.end() ? ParseInteger(given->second).ValueOr(min)
                                                         : std::clamp(all / count, min, max);
    };
    reading_.ahead.kilobytes = share("queued.max.messages.kbytes", 64 << 10, 1 << 10, 32 << 10);
    reading_.ahead.messages = share("queued.min.messages", 400'000, 10'000, 200'000);
  }

  /// The same on all workers, although the cluster changes meanwhile.
  arrow::Result<std::vector<PartitionRange>> FirstRanges() {
    std::shared_ptr<const void> own;
    auto& shared = context_.findings == nullptr ? own : (*context_.findings)[node_.table.get()];
    if (shared == nullptr) {
      ARROW_ASSIGN_OR_RAISE(const auto asking, MakeClient());
      ARROW_ASSIGN_OR_RAISE(auto found, FindPartitions(options_, asking.get()));
      shared = std::make_shared<const std::vector<PartitionRange>>(std::move(found));
    }
    return *static_cast<const std::vector<PartitionRange>*>(shared.get());
  }

  /// Whether a bounded partition was not there when the job first started: had it gone on, it would not have seen it
  /// either. A topic that the table names now, and did not then, is read whole.
  bool CameSince(const PartitionRange& range, const std::vector<PartitionRange>& all) const {
    if (!range.bounded() || start_.EndOf(range.split())) return false;
    return std::any_of(all.begin(), all.end(), [&](const PartitionRange& other) {
      const bool same_name = !options_.topic_pattern.empty() || other.topic == range.topic;
      return same_name && start_.EndOf(other.split());
    });
  }

  /// Sets where the partition goes on, and ends, in a job that was resumed.
  void TakeUp(PartitionRange* range) const {
    range->end = start_.EndOf(range->split()).value_or(range->end);
    if (const auto position = start_.StartOf(range->split(), 0)) {
      range->begin = position->source_position;
      range->from_earliest = false;
    }
  }

  /// Notes a partition, on whichever worker; true when it is this one's. Partitions of a topic follow each other around
  /// the workers.
  bool Know(const PartitionRange& range) {
    known_.emplace(range.topic, range.partition);
    names_[range.split()] = range.name();
    if (!start_.HasEnded(range.split())) splits_.push_back(range.split());
    if (node_.ordered) return context_.worker == 0;
    const uint64_t place =
        HashOfName(range.topic) % static_cast<uint64_t>(context_.workers) + static_cast<uint64_t>(range.partition);
    return static_cast<int>(place % static_cast<uint64_t>(context_.workers)) == context_.worker;
  }

  arrow::Status Add(const PartitionRange& range) {
    auto& topic = topics_[range.topic];
    if (topic == nullptr) {
      ARROW_ASSIGN_OR_RAISE(topic, client_->OpenTopic(range.topic));
      // A client that does not know yet who leads a partition waits half a second before it asks.
      ARROW_RETURN_NOT_OK(client_->LearnLeaders(topic.get()));
    }
    auto reader = std::make_unique<PartitionReader>(range, topic.get(), &reading_);
    by_split_[range.split()] = reader.get();
    mine_.push_back(std::move(reader));
    return arrow::Status::OK();
  }

  /// Brokers may go and come back; when all stay away for as long as an answer is waited for, the job fails.
  arrow::Status CheckReachable() {
    if (!client_->all_down()) {
      down_micros_ = -1;
      return arrow::Status::OK();
    }
    const int64_t now = context_.clock->SteadyMicros();
    if (down_micros_ < 0) down_micros_ = now;
    if (now - down_micros_ < int64_t{1000} * client_->timeout_ms()) return arrow::Status::OK();
    down_micros_ = now;
    return client_->ListTopics(kGlanceMs).status();
  }

  arrow::Status LookForNew() {
    if (!watches()) return arrow::Status::OK();
    const int64_t now = context_.clock->SteadyMicros();
    if (now - looked_micros_ < options_.discovery_interval_ms * 1000) return arrow::Status::OK();
    looked_micros_ = now;
    const auto found = FindNewPartitions(options_, known_, kGlanceMs, client_.get());
    if (!found.ok()) return arrow::Status::OK();  // next time; a cluster that stays away is CheckReachable's
    for (const auto& range : *found) {
      if (Know(range)) ARROW_RETURN_NOT_OK(Add(range));
    }
    return arrow::Status::OK();
  }

  const plan::SourceNode& node_;
  const ConnectorContext context_;
  KafkaOptions options_;
  SourcePositions start_;  ///< of a resumed job
  std::unique_ptr<RecordDecoder> decoder_;
  std::unique_ptr<Client> client_;  ///< null: this worker has nothing to read
  std::map<std::string, TopicHandle> topics_;
  ReadingContext reading_;
  std::vector<std::unique_ptr<PartitionReader>> mine_;  ///< after all that they use
  std::unordered_map<SplitId, const PartitionReader*> by_split_;
  std::vector<SplitId> splits_;  ///< of all workers
  std::unordered_map<SplitId, std::string> names_;
  std::set<SplitId> paused_;
  std::set<std::pair<std::string, int32_t>> known_;
  size_t turn_ = 0;  ///< index in mine_
  int batches_in_a_row_ = 0;
  bool commits_warned_ = false;
  int64_t looked_micros_ = 0;
  int64_t down_micros_ = -1;  ///< since when no broker was seen
};

}  // namespace

arrow::Result<std::unique_ptr<Source>> MakeKafkaSource(const SourceRequest& request, const ConnectorContext& context,
                                                       bool upsert) {
  ARROW_ASSIGN_OR_RAISE(auto options, ReadKafkaOptions(*request.node->table, upsert));
  auto source = std::make_unique<KafkaSource>(request, context, std::move(options));
  ARROW_RETURN_NOT_OK(source->Open());
  return source;
}

}  // namespace tidemark::connectors::kafka
