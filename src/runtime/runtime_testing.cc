// SPDX-License-Identifier: Apache-2.0
// Fake tables, their sources and sinks, plans over them, and the plain computation of their results.
#include "runtime/runtime_testing.h"

#include <arrow/api.h>

#include <algorithm>
#include <random>
#include <set>
#include <utility>

#include "time/window.h"

namespace tidemark::runtime {

using connectors::Poll;
using connectors::SplitId;

/// One worker's share of a fake table.
class FakeReader final : public connectors::Source {
 public:
  FakeReader(const std::string& name, const connectors::ConnectorContext& context, FakeComponents* owner)
      : name_(name), table_(owner->tables_.at(name)), batch_rows_(context.batch_rows), owner_(*owner) {
    int number = 0;
    for (size_t split = 0; split < table_.splits.size(); ++split) {
      const std::lock_guard<std::mutex> lock(owner_.mutex_);
      owner_.latest_.try_emplace({name_, split}, kMinWatermark);
      for (size_t piece = 0; piece < table_.splits[split].size(); ++piece, ++number) {
        const int turn = table_.pausable ? static_cast<int>(split) : number;
        if (turn % context.workers == context.worker) pieces_.push_back({split, piece, number});
      }
    }
  }

  arrow::Result<Poll> Next() override {
    ++polls_;
    if (table_.nothing_every > 0 && polls_ % table_.nothing_every == 0) return Poll{};
    const bool limited = table_.rows_per_worker_max >= 0 && given_ >= table_.rows_per_worker_max;
    if (at_ == pieces_.size() || limited) {
      return Poll{.state = table_.unbounded ? Poll::State::kNothing : Poll::State::kEnd};
    }
    if (table_.pausable && !TurnToNextSplit()) return Poll{};
    return Read();
  }

  void Pause(const std::set<SplitId>& splits) override { paused_ = splits; }
  bool CanPause() const override { return table_.pausable; }

  std::vector<SplitId> ActiveSplits() const override {
    std::vector<SplitId> splits;
    for (size_t i = 0; i < table_.splits.size() + table_.silent_splits; ++i) {
      const auto split = static_cast<SplitId>(i);
      if (!ended_.contains(split)) splits.push_back(split);
    }
    return splits;
  }

  bool CaughtUp(SplitId split) const override {
    return table_.unbounded &&
           std::none_of(pieces_.begin() + static_cast<int64_t>(at_), pieces_.end(),
                        [&](const Piece& piece) { return static_cast<SplitId>(piece.split) == split; });
  }

 private:
  struct Piece {
    size_t split;
    size_t piece;
    int number;
    size_t row = 0;  ///< the next to be read
  };

  /// Another split than before, if there is one that need not wait.
  bool TurnToNextSplit() {
    const auto first = pieces_.begin() + static_cast<int64_t>(at_);
    const auto may_go_on = [&](const Piece& piece) { return !paused_.contains(static_cast<SplitId>(piece.split)); };
    const auto other = std::find_if(first, pieces_.end(),
                                    [&](const Piece& piece) { return piece.split != turn_ && may_go_on(piece); });
    const auto next = other != pieces_.end() ? other : std::find_if(first, pieces_.end(), may_go_on);
    if (next == pieces_.end()) return false;
    turn_ = next->split;
    std::rotate(first, next, next + 1);
    return true;
  }

  /// Notes how far ahead of all others the split is that is read on now.
  void NoteProgress(size_t split, EventTimeMs latest, bool ended) {
    const std::lock_guard<std::mutex> lock(owner_.mutex_);
    EventTimeMs& own = owner_.latest_[{name_, split}];
    EventTimeMs least = own;
    for (const auto& [other, time] : owner_.latest_) least = std::min(least, time);
    if (least != kMinWatermark) owner_.furthest_ahead_ms = std::max(owner_.furthest_ahead_ms.load(), own - least);
    own = std::max(own, latest);
    if (ended) owner_.latest_.erase({name_, split});
  }

  arrow::Result<Poll> Read() {
    Piece& piece = pieces_[at_];
    if (piece.number == table_.failing_piece) return arrow::Status::IOError("piece ", piece.number, " is damaged");
    const auto& rows = table_.splits[piece.split][piece.piece];
    int64_t count = std::min<int64_t>(batch_rows_, static_cast<int64_t>(rows.size() - piece.row));
    if (table_.rows_per_worker_max >= 0) count = std::min(count, table_.rows_per_worker_max - given_);
    Poll poll;
    poll.state = Poll::State::kBatch;
    poll.split = static_cast<SplitId>(piece.split);
    poll.piece = static_cast<int64_t>(piece.piece);
    ARROW_ASSIGN_OR_RAISE(poll.batch, MakeBatch(rows, piece.row, static_cast<size_t>(count)));
    EventTimeMs latest = kMinWatermark;
    for (size_t row = 0; row < piece.row + static_cast<size_t>(count); ++row) latest = std::max(latest, rows[row].time);
    piece.row += static_cast<size_t>(count);
    given_ += count;
    owner_.rows_read += count;
    const size_t split = piece.split;
    if (piece.row == rows.size()) {
      poll.piece_end = true;
      poll.split_end = piece.piece + 1 == table_.splits[piece.split].size() && !table_.unbounded;
      if (poll.split_end) ended_.insert(poll.split);
      ++at_;
    }
    NoteProgress(split, latest, poll.split_end);
    return poll;
  }

  arrow::Result<Batch> MakeBatch(const std::vector<FakeRow>& rows, size_t offset, size_t count) const {
    arrow::TimestampBuilder times(arrow::timestamp(arrow::TimeUnit::MILLI), arrow::default_memory_pool());
    arrow::TimestampBuilder watermarks(arrow::timestamp(arrow::TimeUnit::MILLI), arrow::default_memory_pool());
    arrow::Int64Builder keys;
    arrow::Int64Builder values;
    for (size_t i = offset; i < offset + count; ++i) {
      ARROW_RETURN_NOT_OK(times.Append(rows[i].time));
      ARROW_RETURN_NOT_OK(watermarks.Append(rows[i].time - table_.delay_ms));
      ARROW_RETURN_NOT_OK(keys.Append(rows[i].key));
      ARROW_RETURN_NOT_OK(values.Append(rows[i].value));
    }
    Batch batch;
    batch.num_rows = static_cast<int64_t>(count);
    batch.columns.resize(4);
    ARROW_RETURN_NOT_OK(times.Finish(&batch.columns[0]));
    ARROW_RETURN_NOT_OK(watermarks.Finish(&batch.columns[1]));
    ARROW_RETURN_NOT_OK(keys.Finish(&batch.columns[2]));
    ARROW_RETURN_NOT_OK(values.Finish(&batch.columns[3]));
    return batch;
  }

  const std::string name_;
  const FakeTable& table_;
  const int64_t batch_rows_;
  FakeComponents& owner_;
  std::vector<Piece> pieces_;
  size_t at_ = 0;
  size_t turn_ = 0;  ///< the split read last, of a pausable table
  std::set<SplitId> paused_;
  int64_t given_ = 0;
  int polls_ = 0;
  std::set<SplitId> ended_;
};

class FakeSink final : public connectors::Sink {
 public:
  FakeSink(FakeComponents* owner, std::shared_ptr<FakeSinkRecord> record) : owner_(owner), record_(std::move(record)) {}

  arrow::Status Write(const Batch& batch) override {
    record_->rows += batch.num_rows;
    return arrow::Status::OK();
  }
  arrow::Status Advance(EventTimeMs watermark) override {
    record_->watermark = watermark;
    return arrow::Status::OK();
  }
  arrow::Status Close(bool /*complete*/) override {
    if (record_->worker == owner_->failing_sink_worker) return arrow::Status::IOError("no space left");
    record_->closed = true;
    MoveToEnd();
    return arrow::Status::OK();
  }
  void Abort() override {
    record_->aborted = true;
    MoveToEnd();
  }

 private:
  void MoveToEnd() {
    const std::lock_guard<std::mutex> lock(owner_->mutex_);
    std::erase(owner_->sinks_, record_);
    owner_->sinks_.push_back(record_);
  }

  FakeComponents* owner_;
  std::shared_ptr<FakeSinkRecord> record_;
};

std::vector<FakeSinkRecord> FakeComponents::sinks() {
  const std::lock_guard<std::mutex> lock(mutex_);
  std::vector<FakeSinkRecord> all;
  for (const auto& record : sinks_) all.push_back(*record);
  return all;
}

arrow::Result<std::unique_ptr<connectors::Source>> FakeComponents::MakeSource(
    const connectors::SourceRequest& request, const connectors::ConnectorContext& context) {
  return std::make_unique<FakeReader>(request.node->table->name(), context, this);
}

arrow::Result<std::unique_ptr<connectors::Sink>> FakeComponents::MakeSink(const plan::SinkNode& node,
                                                                          const connectors::ConnectorContext& context) {
  auto record = std::make_shared<FakeSinkRecord>();
  record->table = node.table->name();
  record->worker = context.worker;
  const std::lock_guard<std::mutex> lock(mutex_);
  sinks_.push_back(record);
  return std::make_unique<FakeSink>(this, record);
}

namespace {

int64_t Int64At(const arrow::Array& column, int64_t row) {
  return column.data()->GetValues<int64_t>(1)[row];  // a timestamp lies alike
}

std::string RowText(const Batch& batch, int64_t row) {
  std::string text = RowKindName(batch.kind(row));
  for (const auto& column : batch.columns) text += " " + std::to_string(Int64At(*column, row));
  return text;
}

TablePtr MakeTable(const std::string& name, std::map<std::string, std::string> options = {}) {
  auto table = std::make_shared<TableDefinition>();
  table->path = {"default_catalog", "default_database", name};
  table->options = std::move(options);
  return table;
}

}  // namespace

arrow::Status TextCollector::Collect(const plan::SinkNode& /*sink*/, const Batch& batch) {
  for (int64_t row = 0; row < batch.num_rows; ++row) rows_.push_back(RowText(batch, row));
  return arrow::Status::OK();
}

std::vector<std::string> TextCollector::SortedRows() const {
  auto sorted = rows_;
  std::sort(sorted.begin(), sorted.end());
  return sorted;
}

plan::PhysicalPtr FakeSource(const std::string& table, bool ordered, std::map<std::string, std::string> options) {
  const Schema schema = {{"time", DataType::Timestamp(3)},
                         {"watermark", DataType::Timestamp(3)},
                         {"key", DataType::BigInt()},
                         {"value", DataType::BigInt()}};
  auto source = std::make_shared<plan::SourceNode>(schema, plan::ChangelogMode{}, "Source(" + table + ")");
  source->table = MakeTable(table, std::move(options));
  source->read_columns = {0, 1, 2, 3};
  source->watermark = expr::Expression::Column(1, DataType::Timestamp(3), "watermark");
  source->rowtime_column = 0;
  source->ordered = ordered;
  return source;
}

plan::PhysicalPtr FakeExchange(plan::PhysicalPtr input, std::vector<int> hash_columns) {
  return std::make_shared<plan::ExchangeNode>(std::move(input), std::move(hash_columns), "Exchange");
}

plan::PhysicalPtr FakeWindows(plan::PhysicalPtr input, int64_t size_ms) {
  const Schema schema = {{"window_end", DataType::Timestamp(3)},
                         {"key", DataType::BigInt()},
                         {"rows", DataType::BigInt()},
                         {"total", DataType::BigInt()}};
  auto windows = std::make_shared<plan::WindowAggregateNode>(plan::PhysicalNode::Kind::kWindowAggregate, schema,
                                                             std::move(input), "WindowAggregate(key)");
  windows->window.size_ms = size_ms;
  windows->time_column = 0;
  windows->group_columns = {2};
  return windows;
}

plan::PhysicalPtr FakeTotals(plan::PhysicalPtr input, int key_column, int value_column) {
  const Schema schema = {{"key", DataType::BigInt()}, {"rows", DataType::BigInt()}, {"total", DataType::BigInt()}};
  auto totals = std::make_shared<plan::GroupAggregateNode>(schema, std::move(input), plan::ChangelogMode{},
                                                           "GroupAggregate(key)");
  totals->group_columns = {key_column, value_column};  // the double sums the second
  totals->final_only = true;
  return totals;
}

plan::PhysicalPtr FakeUnion(std::vector<plan::PhysicalPtr> inputs) {
  const Schema schema = inputs[0]->schema();
  return std::make_shared<plan::UnionNode>(schema, std::move(inputs), plan::ChangelogMode{}, "Union");
}

plan::PhysicalPtr FakeJoin(plan::PhysicalPtr left, plan::PhysicalPtr right) {
  const Schema schema = left->schema();
  return std::make_shared<plan::JoinNode>(schema, std::move(left), std::move(right), plan::ChangelogMode{}, "Join");
}

plan::PhysicalPtr FakeExpand(plan::PhysicalPtr input) {
  const Schema schema = input->schema();
  return std::make_shared<plan::ExpandNode>(schema, std::move(input), std::vector<std::vector<bool>>(),
                                            std::vector<int64_t>(), "Expand");
}

plan::PhysicalPtr FakeCalc(plan::PhysicalPtr input) {
  const Schema schema = input->schema();
  return std::make_shared<plan::CalcNode>(schema, std::move(input), nullptr, std::vector<expr::ExpressionPtr>(),
                                          "Calc");
}

plan::PhysicalPtr FakeCollect(plan::PhysicalPtr input) {
  return std::make_shared<plan::SinkNode>(std::move(input), nullptr, "Collect");
}

plan::PhysicalPtr FakeTableSink(plan::PhysicalPtr input, const std::string& table) {
  return std::make_shared<plan::SinkNode>(std::move(input), MakeTable(table), "Sink(" + table + ")");
}

FakeTable RandomTable(uint64_t seed, int splits, int pieces, int rows_per_piece) {
  std::mt19937_64 random(seed);
  const auto draw = [&](int64_t limit) { return static_cast<int64_t>(random() % static_cast<uint64_t>(limit)); };
  FakeTable table;
  table.delay_ms = draw(30);
  for (int s = 0; s < splits; ++s) {
    FakeSplit split(static_cast<size_t>(pieces));
    int64_t time = draw(200) - 500;
    for (auto& piece : split) {
      const int64_t rows = draw(2 * rows_per_piece + 1);
      for (int64_t row = 0; row < rows; ++row) {
        time += draw(12);
        const int64_t behind = draw(8) == 0 ? draw(150) : draw(20);
        piece.push_back({time - behind, draw(20), draw(100)});
      }
    }
    table.splits.push_back(std::move(split));
  }
  return table;
}

namespace {

struct Sums {
  int64_t rows = 0;
  int64_t total = 0;
};

std::string KindlessText(std::initializer_list<int64_t> values) {
  std::string text = "+I";
  for (int64_t value : values) text += " " + std::to_string(value);
  return text;
}

}  // namespace

ExpectedWindows ComputeWindows(const std::vector<FakeTable>& tables, int64_t size_ms) {
  ExpectedWindows expected;
  std::map<std::pair<EventTimeMs, int64_t>, Sums> windows;
  for (const FakeTable& table : tables) {
    for (const FakeSplit& split : table.splits) {
      EventTimeMs watermark = kMinWatermark;
      for (const auto& piece : split) {
        for (const FakeRow& row : piece) {
          const EventTimeMs end = time::WindowStart(row.time, 0, size_ms) + size_ms;
          if (time::WindowIsComplete(end, watermark)) {
            ++expected.late_rows;
          } else {
            Sums& sums = windows[{end, row.key}];
            ++sums.rows;
            sums.total += row.value;
          }
          watermark = std::max(watermark, row.time - table.delay_ms);
        }
      }
    }
  }
  for (const auto& [key, sums] : windows) {
    expected.rows.push_back(KindlessText({key.first, key.second, sums.rows, sums.total}));
  }
  std::sort(expected.rows.begin(), expected.rows.end());
  return expected;
}

std::vector<std::string> ComputeTotals(const std::vector<FakeTable>& tables) {
  std::map<int64_t, Sums> keys;
  for (const FakeTable& table : tables) {
    for (const FakeSplit& split : table.splits) {
      for (const auto& piece : split) {
        for (const FakeRow& row : piece) {
          ++keys[row.key].rows;
          keys[row.key].total += row.value;
        }
      }
    }
  }
  std::vector<std::string> rows;
  for (const auto& [key, sums] : keys) rows.push_back(KindlessText({key, sums.rows, sums.total}));
  std::sort(rows.begin(), rows.end());
  return rows;
}

arrow::Status WordConsumer::Push(int /*input*/, Batch batch) {
  rows += batch.num_rows;
  words.push_back(WordOf(batch));
  last = std::move(batch);
  return arrow::Status::OK();
}

arrow::Status WordConsumer::Advance(int /*input*/, EventTimeMs watermark) {
  words.push_back("watermark " + std::to_string(watermark));
  return arrow::Status::OK();
}

arrow::Status WordConsumer::SetIdle(int /*input*/, bool idle) {
  words.push_back(idle ? "idle" : "active");
  return arrow::Status::OK();
}

arrow::Status WordConsumer::End(int /*input*/, bool complete) {
  words.push_back(complete ? "end" : "stopped");
  return arrow::Status::OK();
}

}  // namespace tidemark::runtime
