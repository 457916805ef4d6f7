// SPDX-License-Identifier: Apache-2.0
// Saved state in memory, and cut runs.
#include "exec/state_testing.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/api.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>

#include "columnar/select_columns.h"
#include "exec/input_distribution.h"
#include "exec/make_operator.h"
#include "state/key_groups.h"

namespace tidemark::exec {
namespace {

/// Large tables come in pieces: those of the tests have batch_rows of at most this.
constexpr int64_t kRowsMax = 64;

arrow::Result<Batch> ThroughFile(const Batch& batch) {
  arrow::FieldVector fields;
  for (const auto& column : batch.columns) fields.push_back(arrow::field("c", column->type()));
  const auto rows = arrow::RecordBatch::Make(arrow::schema(fields), batch.num_rows, batch.columns);
  ARROW_ASSIGN_OR_RAISE(const auto file, arrow::io::BufferOutputStream::Create());
  ARROW_ASSIGN_OR_RAISE(const auto writer, arrow::ipc::MakeStreamWriter(file, rows->schema()));
  ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*rows));
  ARROW_RETURN_NOT_OK(writer->Close());
  ARROW_ASSIGN_OR_RAISE(const auto bytes, file->Finish());
  ARROW_ASSIGN_OR_RAISE(const auto reader,
                        arrow::ipc::RecordBatchStreamReader::Open(std::make_shared<arrow::io::BufferReader>(bytes)));
  ARROW_ASSIGN_OR_RAISE(const auto read, reader->Next());
  return Batch{read->num_rows(), read->columns()};
}

/// The rows of `batch` that belong to `worker` by its columns.
arrow::Result<Batch> RowsOfWorker(const Batch& batch, const std::vector<int>& columns, int worker, int workers) {
  const auto keys = SelectColumns(batch, columns);
  ARROW_ASSIGN_OR_RAISE(const auto groups, state::KeyGroups(keys, batch.num_rows));
  std::vector<int32_t> own;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    if (state::WorkerOfKeyGroup(groups[row], workers) == worker) own.push_back(static_cast<int32_t>(row));
  }
  return Take(batch, own);
}

}  // namespace

class MemoryState::Reader final : public state::StateReader {
 public:
  Reader(const MemoryState* state, int worker, int workers, EventTimeMs watermark)
      : state_(state), worker_(worker), workers_(workers), watermark_(watermark) {}

  std::vector<std::string> tables() const override {
    std::map<std::string, bool> names;
    for (const Writer& writer : state_->writers_) {
      for (const auto& [name, table] : writer.tables) names[name] = true;
    }
    std::vector<std::string> listed;
    for (const auto& [name, any] : names) listed.push_back(name);
    return listed;
  }

  arrow::Status Visit(std::string_view name, const state::RowVisitor& visit) const override {
    int saved_by = 0;
    for (const Writer& writer : state_->writers_) {
      const auto table = writer.tables.find(std::string(name));
      const int writer_number = saved_by++;
      if (table == writer.tables.end()) continue;
      const state::RowOwner& owner = table->second.owner;
      if (owner.kind == state::RowOwner::Kind::kOneWorker && writer_number % workers_ != worker_) continue;
      for (const Batch& batch : table->second.batches) {
        Batch own = batch;
        if (owner.kind == state::RowOwner::Kind::kKey) {
          ARROW_ASSIGN_OR_RAISE(own, RowsOfWorker(batch, owner.key_columns, worker_, workers_));
        }
        if (own.num_rows > 0) ARROW_RETURN_NOT_OK(visit(std::move(own)));
      }
    }
    return arrow::Status::OK();
  }

  EventTimeMs watermark() const override { return watermark_; }

 private:
  const MemoryState* state_;
  const int worker_;
  const int workers_;
  const EventTimeMs watermark_;
};

std::unique_ptr<state::StateReader> MemoryState::reader(int worker, int workers, EventTimeMs watermark) const {
  return std::make_unique<Reader>(this, worker, workers, watermark);
}

arrow::Status MemoryState::Writer::Write(std::string_view name, const Batch& rows, const state::RowOwner& owner) {
  Table& table = tables[std::string(name)];
  if (table.batches.empty()) table.owner = owner;
  if (owner.kind != table.owner.kind || owner.key_columns != table.owner.key_columns) {
    return arrow::Status::Invalid("Two owners of table ", name);
  }
  if (rows.num_rows > kRowsMax) return arrow::Status::Invalid(rows.num_rows, " rows in one piece of table ", name);
  ARROW_ASSIGN_OR_RAISE(Batch kept, ThroughFile(rows));
  for (size_t i = 0; i < kept.columns.size(); ++i) {
    const auto& other = table.batches.empty() ? kept : table.batches[0];
    if (other.columns.size() != kept.columns.size() || !other.columns[i]->type()->Equals(kept.columns[i]->type())) {
      return arrow::Status::Invalid("Two kinds of rows in table ", name);
    }
  }
  table.batches.push_back(std::move(kept));
  return arrow::Status::OK();
}

int64_t MemoryState::rows() const {
  int64_t rows = 0;
  for (const Writer& writer : writers_) {
    for (const auto& [name, table] : writer.tables) {
      for (const Batch& batch : table.batches) rows += batch.num_rows;
    }
  }
  return rows;
}

void MemoryState::ForEachBatch(const std::function<void(const std::string& table, Batch* batch)>& change) {
  for (Writer& writer : writers_) {
    for (auto& [name, table] : writer.tables) {
      for (Batch& batch : table.batches) change(name, &batch);
    }
  }
}

StateCase CaseOf(std::string name, plan::PhysicalPtr node, std::vector<Event> events) {
  StateCase test;
  test.name = std::move(name);
  test.node = node;
  test.make = [node] { return MakeOperator(*node); };
  test.events = std::move(events);
  return test;
}

namespace {

/// The operator on some workers, and what they gave all together.
class Run {
 public:
  Run(const StateCase& test, int workers, int64_t spill_from_bytes, int64_t now_ms = 0) : test_(test) {
    std::vector<Schema> inputs;
    for (const auto& input : test.node->inputs()) inputs.push_back(input->schema());
    for (int worker = 0; worker < workers; ++worker) {
      workers_.push_back(std::make_unique<OperatorPicture>(test.make(), inputs, test.node->schema(), test.batch_rows,
                                                           /*memory_limit_bytes=*/0, "UTC", spill_from_bytes));
      workers_.back()->context().worker = worker;
      workers_.back()->context().workers = workers;
    }
    Sleep(now_ms);
  }

  arrow::Status Do(const Event& event) {
    if (event.kind == Event::Kind::kAdvance) watermark_ = event.watermark;
    if (event.kind == Event::Kind::kSleep) {
      Sleep(event.sleep_ms);
      return arrow::Status::OK();
    }
    const auto columns = DistributionColumns(*test_.node->inputs()[event.input]);
    for (int worker = 0; worker < std::ssize(workers_); ++worker) {
      OperatorPicture& picture = *workers_[worker];
      if (event.kind == Event::Kind::kTick) ARROW_RETURN_NOT_OK(picture.Tick());
      if (event.kind == Event::Kind::kAdvance) ARROW_RETURN_NOT_OK(picture.Advance(event.watermark));
      if (event.kind != Event::Kind::kPush) continue;
      Batch batch = event.batch;
      if (workers_.size() > 1 && columns) {
        ARROW_ASSIGN_OR_RAISE(batch, RowsOfWorker(batch, *columns, worker, static_cast<int>(workers_.size())));
      } else if (worker > 0) {
        continue;
      }
      if (batch.num_rows > 0) ARROW_RETURN_NOT_OK(picture.Push(event.input, std::move(batch)));
    }
    return arrow::Status::OK();
  }

  arrow::Status Finish() {
    for (auto& worker : workers_) ARROW_RETURN_NOT_OK(worker->Finish());
    return arrow::Status::OK();
  }

  arrow::Result<std::unique_ptr<MemoryState>> Save() {
    auto state = std::make_unique<MemoryState>(static_cast<int>(workers_.size()));
    for (int worker = 0; worker < std::ssize(workers_); ++worker) {
      ARROW_RETURN_NOT_OK(workers_[worker]->Tick());
      ARROW_RETURN_NOT_OK(SaveInto(workers_[worker].get(), &state->writer(worker)));
    }
    return state;
  }

  arrow::Status Restore(const MemoryState& state, EventTimeMs watermark) {
    watermark_ = watermark;
    const int workers = static_cast<int>(workers_.size());
    for (int worker = 0; worker < workers; ++worker) {
      ARROW_RETURN_NOT_OK(workers_[worker]->Restore(*state.reader(worker, workers, watermark)));
    }
    return arrow::Status::OK();
  }

  /// Adds what came out to the table, and returns it as text.
  std::string Take(std::map<std::string, int64_t>* table, std::multiset<std::string>* late) {
    std::string text;
    for (auto& worker : workers_) {
      text += worker->out().TakeText();
      for (const auto& [row, count] : worker->out().table()) {
        if (((*table)[row] += count) == 0) table->erase(row);
      }
      std::istringstream lines(worker->late().TakeText());
      for (std::string line; std::getline(lines, line);) late->insert(line);
    }
    return text;
  }

  int64_t state_rows() {
    int64_t rows = 0;
    for (auto& worker : workers_) rows += worker->metrics().state_rows.load();
    return rows;
  }
  EventTimeMs watermark() const { return watermark_; }
  int64_t now_ms() const { return now_ms_; }

 private:
  arrow::Status SaveInto(OperatorPicture* worker, state::StateWriter* writer) {
    if (!test_.logged) return worker->Save(*writer);
    ARROW_RETURN_NOT_OK(worker->BeginSave(/*changes_only=*/false, *writer));
    for (bool complete = false; !complete;) {
      ARROW_ASSIGN_OR_RAISE(complete, worker->SaveMore(5));
    }
    return arrow::Status::OK();
  }

  void Sleep(int64_t ms) {
    now_ms_ += ms;
    for (auto& worker : workers_) worker->clock().Advance(ms * 1000);
  }

  const StateCase& test_;
  std::vector<std::unique_ptr<OperatorPicture>> workers_;
  EventTimeMs watermark_ = kMinWatermark;
  int64_t now_ms_ = 0;
};

struct Outcome {
  std::map<std::string, int64_t> table;
  std::multiset<std::string> late;
  std::string text;
};

/// Runs the events on workers[0] workers until cuts[0], then on workers[1] until cuts[1], and so on to the end.
arrow::Result<Outcome> RunInParts(const StateCase& test, const std::vector<size_t>& cuts,
                                  const std::vector<int>& workers, int64_t spill_from_bytes) {
  Outcome outcome;
  auto run = std::make_unique<Run>(test, workers[0], spill_from_bytes);
  size_t part = 0;
  for (size_t i = 0; i <= test.events.size(); ++i) {
    while (part < cuts.size() && cuts[part] == i) {
      ARROW_ASSIGN_OR_RAISE(const auto state, run->Save());
      outcome.text += run->Take(&outcome.table, &outcome.late);
      auto next = std::make_unique<Run>(test, workers[++part], spill_from_bytes, run->now_ms());
      ARROW_RETURN_NOT_OK(next->Restore(*state, run->watermark()));
      if (test.same_state_rows && state->rows() > 0) {
        EXPECT_EQ(next->state_rows(), run->state_rows()) << "cut at " << i;
      }
      run = std::move(next);
    }
    if (i < test.events.size()) ARROW_RETURN_NOT_OK(run->Do(test.events[i]));
  }
  ARROW_RETURN_NOT_OK(run->Finish());
  outcome.text += run->Take(&outcome.table, &outcome.late);
  return outcome;
}

/// The rows that one table has more often than the other.
std::string Difference(const std::map<std::string, int64_t>& parts, const std::map<std::string, int64_t>& whole) {
  std::map<std::string, int64_t> differences = parts;
  for (const auto& [row, count] : whole) differences[row] -= count;
  std::string text;
  for (const auto& [row, count] : differences) {
    if (count != 0) text += (count > 0 ? "more: " : "missing: ") + row + "\n";
  }
  return text;
}

void DamageBytes(std::mt19937_64* random, std::shared_ptr<arrow::Array>* column) {
  const auto& old = static_cast<const arrow::BinaryArray&>(**column);
  arrow::BinaryBuilder builder;
  for (int64_t row = 0; row < old.length(); ++row) {
    std::string bytes(old.GetView(row));
    switch ((*random)() % 4) {
      case 0:
        bytes.resize((*random)() % (bytes.size() + 1));
        break;
      case 1:
        bytes += "more";
        break;
      default:
        for (int i = 0; i < 3 && !bytes.empty(); ++i) bytes[(*random)() % bytes.size()] ^= 1 << (*random)() % 8;
    }
    ASSERT_TRUE(builder.Append(bytes).ok());
  }
  *column = builder.Finish().ValueOrDie();
}

void DamageNumbers(std::mt19937_64* random, std::shared_ptr<arrow::Array>* column) {
  const auto& old = static_cast<const arrow::Int64Array&>(**column);
  arrow::Int64Builder builder;
  for (int64_t row = 0; row < old.length(); ++row) {
    const int64_t values[] = {old.Value(row), -1, int64_t{1} << 40, std::numeric_limits<int64_t>::max(),
                              std::numeric_limits<int64_t>::min() + 1};
    ASSERT_TRUE(builder.Append(values[(*random)() % 5]).ok());
  }
  *column = builder.Finish().ValueOrDie();
}

}  // namespace

void ExpectGoesOnEverywhere(const StateCase& test, uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto whole = RunInParts(test, {}, {1}, /*spill_from_bytes=*/0);
  ASSERT_TRUE(whole.ok()) << test.name << ": " << whole.status().ToString();
  const std::vector<int> counts[] = {{1, 1, 1}, {1, 2, 1}, {3, 1, 2}, {1, 1, 1}, {2, 3, 2}};
  for (const auto& workers : counts) {
    const size_t cut = random() % (test.events.size() + 1);
    const size_t second_cut = cut + random() % (test.events.size() - cut + 1);
    SCOPED_TRACE(test.name + ", cut before events " + std::to_string(cut) + " and " + std::to_string(second_cut) +
                 ", workers " + testing::PrintToString(workers));
    const auto parts = RunInParts(test, {cut, second_cut}, workers, test.spill_from_bytes);
    ASSERT_TRUE(parts.ok()) << parts.status().ToString();
    EXPECT_EQ(Difference(parts->table, whole->table), "");
    EXPECT_EQ(parts->late, whole->late);
    if (test.exact && workers == std::vector<int>{1, 1, 1}) {
      EXPECT_EQ(parts->text, whole->text);
    }
    if (testing::Test::HasFailure()) return;
  }
}

void ExpectSurvivesDamage(const StateCase& test, uint64_t seed) {
  SCOPED_TRACE(test.name + " damaged, seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  Run whole(test, 1, test.spill_from_bytes);
  const size_t cut = test.events.size() / 2;
  for (size_t i = 0; i < cut; ++i) ASSERT_TRUE(whole.Do(test.events[i]).ok());
  const auto state = whole.Save();
  ASSERT_TRUE(state.ok()) << state.status().ToString();
  const uint64_t way = random() % 4;
  (*state)->ForEachBatch([&](const std::string&, Batch* batch) {
    auto& column = batch->columns[random() % batch->columns.size()];
    if (way == 0) batch->columns.pop_back();
    if (way == 1) column = arrow::MakeArrayOfNull(column->type(), batch->num_rows).ValueOrDie();
    if (way == 2) column = arrow::MakeArrayOfNull(arrow::date64(), batch->num_rows).ValueOrDie();
    if (way != 3) return;
    for (auto& each : batch->columns) {
      if (each->type_id() == arrow::Type::BINARY) DamageBytes(&random, &each);
      if (each->type_id() == arrow::Type::INT64 && random() % 2 == 0) DamageNumbers(&random, &each);
    }
  });
  Run next(test, 1, test.spill_from_bytes);
  const arrow::Status restored = next.Restore(**state, whole.watermark());
  if (way % 2 == 0) {
    EXPECT_EQ(restored.IsInvalid(), (*state)->rows() > 0) << restored.ToString();
  }
  for (size_t i = cut; restored.ok() && i < test.events.size(); ++i) {
    if (!next.Do(test.events[i]).ok()) return;
  }
}

}  // namespace tidemark::exec
