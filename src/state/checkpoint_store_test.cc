// SPDX-License-Identifier: Apache-2.0
#include "state/checkpoint_store.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>

#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"
#include "state/key_groups.h"

namespace tidemark::state {
namespace {

Batch Numbers(int64_t begin, int64_t end) {
  arrow::Int64Builder numbers;
  arrow::StringBuilder names;
  for (int64_t i = begin; i < end; ++i) {
    EXPECT_TRUE(numbers.Append(i).ok());
    EXPECT_TRUE((i % 5 == 0 ? names.AppendNull() : names.Append("name " + std::to_string(i))).ok());
  }
  return Batch{end - begin, {*numbers.Finish(), *names.Finish()}};
}

StateSnapshot SnapshotOf(int64_t begin, int64_t end) {
  StateSnapshot snapshot;
  auto& part = snapshot.parts["groups"];
  part.watermark = begin;
  const auto writer = MakeSnapshotWriter(&part);
  EXPECT_TRUE(writer->Write("rows", Numbers(begin, end), RowOwner::Key({0})).ok());
  EXPECT_TRUE(writer->Write("facts", Numbers(begin, begin + 1), RowOwner::EveryWorker()).ok());
  EXPECT_TRUE(writer->Write("held", Numbers(begin, begin + 2), RowOwner::OneWorker()).ok());
  return snapshot;
}

std::vector<int64_t> NumbersOf(const std::vector<Batch>& batches) {
  std::vector<int64_t> numbers;
  for (const Batch& batch : batches) {
    const auto& column = static_cast<const arrow::Int64Array&>(*batch.columns[0]);
    for (int64_t row = 0; row < batch.num_rows; ++row) numbers.push_back(column.Value(row));
  }
  return numbers;
}

CheckpointManifest Number(int64_t number) {
  CheckpointManifest manifest;
  manifest.number = number;
  manifest.job_id = "job";
  manifest.parts = {{"groups", "GroupAggregate(a)"}};
  return manifest;
}

/// A whole checkpoint, each worker's state in one piece.
arrow::Result<CheckpointManifest> Write(CheckpointStore* store, CheckpointManifest manifest,
                                        const std::vector<StateSnapshot>& snapshots) {
  ARROW_ASSIGN_OR_RAISE(const auto writer,
                        store->Begin(manifest.number, manifest.savepoint, static_cast<int>(snapshots.size())));
  for (size_t worker = 0; worker < snapshots.size(); ++worker) {
    ARROW_RETURN_NOT_OK(writer->Add(static_cast<int>(worker), snapshots[worker]));
  }
  return store->Complete(writer.get(), std::move(manifest));
}

TEST(CheckpointStore, GivesBackWhatWasWritten) {
  io::MemoryFileSystem files;
  CheckpointStore store(&files, "/state/job", 2);
  const auto written = Write(&store, Number(7), {SnapshotOf(0, 100), SnapshotOf(100, 150)});
  ASSERT_TRUE(written.ok()) << written.status();
  const auto listed = store.List();
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->size(), 1u);
  const CheckpointManifest& manifest = listed->front();
  EXPECT_EQ(manifest.number, 7);
  EXPECT_EQ(manifest.job_id, "job");
  EXPECT_EQ(manifest.workers(), 2);
  EXPECT_EQ(manifest.rows, 156);
  ASSERT_EQ(manifest.parts.size(), 1u);
  EXPECT_EQ(manifest.parts[0].label, "GroupAggregate(a)");

  const auto loaded = store.Load(manifest, LogRows::kRead);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const auto snapshots = std::make_shared<const std::vector<StateSnapshot>>(*loaded);
  const auto reader = MakeSnapshotReader(snapshots, "groups", 1, 2);
  EXPECT_EQ(reader->watermark(), 0);
  EXPECT_EQ(reader->tables(), (std::vector<std::string>{"facts", "held", "rows"}));
  EXPECT_EQ(NumbersOf(*reader->Read("rows")).size(), 50u);
  EXPECT_EQ(NumbersOf(*reader->Read("facts")), (std::vector<int64_t>{0, 100}));
  EXPECT_EQ(NumbersOf(*reader->Read("held")), (std::vector<int64_t>{100, 101}));
  EXPECT_TRUE(reader->Read("nothing")->empty());
}

TEST(CheckpointStore, KnowsTheMostWorkersThatAJobHasHad) {
  io::MemoryFileSystem files;
  for (const auto& [workers, most] : {std::pair{2, 2}, std::pair{5, 5}, std::pair{1, 5}}) {
    EXPECT_EQ(*CheckpointStore(&files, "/state/job", 1).NoteWorkers(workers), most);
  }
  files.Put("/state/job/workers", "many");
  EXPECT_FALSE(CheckpointStore(&files, "/state/job", 1).NoteWorkers(1).ok());
}

TEST(CheckpointStore, ARunThatLostTheJobLeavesItsNotesAlone) {
  io::MemoryFileSystem files;
  const std::string job = "s3://bucket/job";
  CheckpointStore first(&files, job, 1);
  ASSERT_TRUE(first.TakeOver("a1", "the first").ok());
  CheckpointStore second(&files, job, 1);
  ASSERT_TRUE(second.TakeOver("b2", "the second").ok());
  EXPECT_TRUE(first.JobId("wrong").status().IsCancelled());
  EXPECT_TRUE(first.NoteWorkers(3).status().IsCancelled());
  EXPECT_FALSE(files.Exists(job + "/job-id"));
  EXPECT_FALSE(files.Exists(job + "/workers"));
  EXPECT_EQ(second.JobId("right").ValueOr("?"), "right");
  EXPECT_EQ(second.NoteWorkers(6).ValueOr(0), 6);
  EXPECT_EQ(first.NoteWorkers(7).status().code(), arrow::StatusCode::Cancelled);
  EXPECT_EQ(files.Get(job + "/workers"), "6");
}

TEST(CheckpointStore, EveryRowHasOneOwnerForAnyNumberOfWorkers) {
  const auto snapshots = std::make_shared<const std::vector<StateSnapshot>>(
      std::vector<StateSnapshot>{SnapshotOf(0, 100), SnapshotOf(100, 150)});
  for (int workers : {1, 3, 5}) {
    std::vector<int64_t> rows;
    std::vector<int64_t> held;
    for (int worker = 0; worker < workers; ++worker) {
      const auto reader = MakeSnapshotReader(snapshots, "groups", worker, workers);
      for (const Batch& batch : *reader->Read("rows")) {
        const auto groups = *KeyGroups(std::span(batch.columns).first(1), batch.num_rows);
        for (const uint8_t group : groups) EXPECT_EQ(WorkerOfKeyGroup(group, workers), worker);
      }
      for (int64_t number : NumbersOf(*reader->Read("rows"))) rows.push_back(number);
      for (int64_t number : NumbersOf(*reader->Read("held"))) held.push_back(number);
    }
    std::sort(rows.begin(), rows.end());
    std::sort(held.begin(), held.end());
    ASSERT_EQ(rows.size(), 150u);
    EXPECT_EQ(rows.front(), 0);
    EXPECT_EQ(rows.back(), 149);
    EXPECT_EQ(held, (std::vector<int64_t>{0, 1, 100, 101}));
  }
}

TEST(CheckpointStore, KeepsTheNewestAndAllSavepoints) {
  io::MemoryFileSystem files;
  CheckpointStore store(&files, "/state", 2);
  for (int64_t number = 1; number <= 5; ++number) {
    auto manifest = Number(number);
    manifest.savepoint = number == 2;
    ASSERT_TRUE(Write(&store, manifest, {SnapshotOf(0, 3)}).ok());
  }
  std::vector<int64_t> numbers;
  for (const auto& manifest : *store.List()) numbers.push_back(manifest.number);
  EXPECT_EQ(numbers, (std::vector<int64_t>{2, 4, 5}));
  EXPECT_FALSE(files.Exists("/state/chk-1"));
}

/// What a worker adds to a log, and a table that is whole each time.
StateSnapshot LogOf(int64_t begin, int64_t end) {
  StateSnapshot snapshot;
  const auto writer = MakeSnapshotWriter(&snapshot.parts["groups"]);
  EXPECT_TRUE(writer->WriteChanges("log", Numbers(begin, end), RowOwner::Key({0})).ok());
  EXPECT_TRUE(writer->Write("facts", Numbers(begin, begin + 1), RowOwner::EveryWorker()).ok());
  snapshot.parts["groups"].watermark = end;
  return snapshot;
}

TEST(CheckpointStore, AddsChangesToTheBasesTheyBuildOn) {
  io::MemoryFileSystem files;
  CheckpointStore store(&files, "/state/job", 1);
  for (int64_t number = 1; number <= 3; ++number) {
    CheckpointManifest manifest = Number(number);
    for (int64_t base = 1; base < number; ++base) manifest.bases.push_back(base);
    ASSERT_TRUE(
        Write(&store, manifest, {LogOf(number * 10, number * 10 + 2), LogOf(number * 100, number * 100 + 1)}).ok());
  }
  const auto listed = store.List();
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->size(), 3u) << "bases are kept";
  const auto loaded = store.Load(listed->back(), LogRows::kRead);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const auto snapshots = std::make_shared<const std::vector<StateSnapshot>>(*loaded);
  const auto reader = MakeSnapshotReader(snapshots, "groups", 0, 2);
  EXPECT_EQ(NumbersOf(*reader->Read("log")), (std::vector<int64_t>{10, 11, 20, 21, 30, 31}));
  EXPECT_EQ(NumbersOf(*reader->Read("facts")), (std::vector<int64_t>{30, 300}));
  EXPECT_EQ(reader->watermark(), 32);

  StateSnapshot restarted;
  const auto writer = MakeSnapshotWriter(&restarted.parts["groups"]);
  ASSERT_TRUE(writer->RestartLog("log").ok());
  ASSERT_TRUE(writer->WriteChanges("log", Numbers(70, 71), RowOwner::Key({0})).ok());
  CheckpointManifest fourth = Number(4);
  fourth.bases = {1, 2, 3};
  ASSERT_TRUE(Write(&store, fourth, {restarted, LogOf(400, 401)}).ok());
  const auto again = store.Load(store.List()->back(), LogRows::kRead);
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_EQ(NumbersOf((*again)[0].parts.at("groups").tables.at("log").batches), (std::vector<int64_t>{70}));
  EXPECT_EQ(NumbersOf((*again)[1].parts.at("groups").tables.at("log").batches),
            (std::vector<int64_t>{100, 200, 300, 400}));

  ASSERT_TRUE(Write(&store, Number(5), {LogOf(0, 1)}).ok());
  EXPECT_EQ(store.List()->size(), 1u) << "nobody builds on the old ones any more";
}

TEST(CheckpointStore, ABaseThatIsGoneOrAnotherIsAnError) {
  io::MemoryFileSystem files;
  CheckpointStore store(&files, "/state", 1);
  ASSERT_TRUE(Write(&store, Number(1), {LogOf(0, 2)}).ok());
  CheckpointManifest second = Number(2);
  second.bases = {1};
  const auto manifest = Write(&store, second, {LogOf(2, 4)});
  ASSERT_TRUE(manifest.ok());
  CheckpointManifest other = Number(1);
  other.job_id = "another";
  ASSERT_TRUE(Write(&store, other, {LogOf(0, 2)}).ok());
  EXPECT_NE(store.Load(*manifest, LogRows::kRead).status().message().find("is not the one that"), std::string::npos);
  ASSERT_TRUE(files.Remove("/state/chk-1").ok());
  EXPECT_NE(store.Load(*manifest, LogRows::kRead).status().message().find("chk-1"), std::string::npos);
}

/// A log of one worker: rows begin to end, which follow those of the checkpoint before or take their place.
StateSnapshot LogOf(int64_t begin, int64_t end, bool restarts) {
  StateSnapshot snapshot;
  const auto writer = MakeSnapshotWriter(&snapshot.parts["groups"]);
  if (restarts) EXPECT_TRUE(writer->RestartLog("log").ok());
  for (int64_t at = begin; at < end; at += 50) {
    EXPECT_TRUE(writer->WriteChanges("log", Numbers(at, std::min(at + 50, end)), RowOwner::Key({0})).ok());
  }
  return snapshot;
}

TEST(CheckpointStore, RowsOfLogsStayInTheirFilesUntilTheyAreVisited) {
  io::MemoryFileSystem files;
  CheckpointStore store(&files, "/state", 5);
  ASSERT_TRUE(Write(&store, Number(1), {LogOf(0, 3000, true), LogOf(3000, 3100, true)}).ok());
  auto second = Number(2);
  second.bases = {1};
  const auto manifest = Write(&store, second, {LogOf(0, 10, false), LogOf(7000, 7001, true)});
  ASSERT_TRUE(manifest.ok()) << manifest.status();

  auto loaded = store.Load(*manifest, LogRows::kLeft);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  EXPECT_EQ(loaded->front().num_rows(), 0);
  const auto snapshots = std::make_shared<const std::vector<StateSnapshot>>(*std::move(loaded));
  const auto first = MakeSnapshotReader(snapshots, "groups", 0, 2);
  EXPECT_EQ(first->ExpectedKeys("log"), 3000);
  int64_t most = 0;
  std::vector<int64_t> rows;
  ASSERT_TRUE(first
                  ->Visit("log",
                          [&](const Batch& batch) {
                            most = std::max(most, batch.num_rows);
                            for (const int64_t number : NumbersOf({batch})) rows.push_back(number);
                            return arrow::Status::OK();
                          })
                  .ok());
  EXPECT_LE(most, 50);
  EXPECT_EQ(rows, NumbersOf({Numbers(0, 3000), Numbers(0, 10)}));
  // The second worker's log began anew.
  EXPECT_EQ(NumbersOf(*MakeSnapshotReader(snapshots, "groups", 1, 2)->Read("log")), (std::vector<int64_t>{7000}));
  // Read at once it is the same, and so it is for another number of workers.
  const auto at_once = std::make_shared<const std::vector<StateSnapshot>>(*store.Load(*manifest, LogRows::kRead));
  for (int worker = 0; worker < 3; ++worker) {
    EXPECT_EQ(NumbersOf(*MakeSnapshotReader(snapshots, "groups", worker, 3)->Read("log")),
              NumbersOf(*MakeSnapshotReader(at_once, "groups", worker, 3)->Read("log")));
  }
}

TEST(CheckpointStore, EveryDamagedByteIsFoundWhereRowsAreLeft) {
  io::MemoryFileSystem files;
  CheckpointStore store(&files, "/state", 5);
  ASSERT_TRUE(Write(&store, Number(1), {LogOf(0, 3, true)}).ok());
  auto second = Number(2);
  second.bases = {1};
  const auto manifest = Write(&store, second, {LogOf(10, 13, true)});
  ASSERT_TRUE(manifest.ok());
  const auto sound = store.Load(*manifest, LogRows::kLeft);
  ASSERT_TRUE(sound.ok()) << sound.status();
  for (const char* path : {"/state/chk-1/worker-0.state", "/state/chk-2/worker-0.state"}) {
    const std::string whole = files.Get(path);
    for (size_t at = 0; at < whole.size(); ++at) {
      std::string damaged = whole;
      damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
      files.Put(path, damaged);
      EXPECT_FALSE(store.Load(*manifest, LogRows::kLeft).ok()) << path << " byte " << at;
      // Also when it happens in between.
      const auto snapshots = std::make_shared<const std::vector<StateSnapshot>>(*sound);
      const auto rows = MakeSnapshotReader(snapshots, "groups", 0, 1)->Read("log");
      if (rows.ok()) EXPECT_EQ(NumbersOf(*rows), (std::vector<int64_t>{10, 11, 12})) << path << " byte " << at;
    }
    files.Put(path, whole);
  }
}

TEST(CheckpointStore, WhereverWritingStopsTheOneBeforeIsWhole) {
  io::MemoryFileSystem target;
  io::FaultyFileSystem files(&target);
  CheckpointStore store(&files, "/state", 1);
  ASSERT_TRUE(Write(&store, Number(1), {SnapshotOf(0, 10)}).ok());
  const int64_t calls_before = files.calls();
  ASSERT_TRUE(Write(&store, Number(2), {SnapshotOf(0, 20)}).ok());
  const int64_t calls = files.calls() - calls_before;
  ASSERT_GT(calls, 5);
  int failed = 0;
  for (int64_t call = 1; call <= calls; ++call) {
    io::MemoryFileSystem disk;
    io::FaultyFileSystem failing(&disk);
    CheckpointStore attempt(&failing, "/state", 1);
    ASSERT_TRUE(Write(&attempt, Number(1), {SnapshotOf(0, 10)}).ok());
    failing.faults().fail_call = failing.calls() + call;
    failing.faults().fail_all_after = true;
    // Once the manifest is there, removing the old one may fail.
    const bool is_complete = Write(&attempt, Number(2), {SnapshotOf(0, 20)}).ok();
    CheckpointStore after(&disk, "/state", 1);
    const auto listed = after.List();
    ASSERT_TRUE(listed.ok()) << listed.status();
    ASSERT_FALSE(listed->empty()) << "call " << call;
    if (is_complete) EXPECT_EQ(listed->back().number, 2);
    failed += is_complete ? 0 : 1;
    const auto loaded = after.Load(listed->back(), LogRows::kRead);
    ASSERT_TRUE(loaded.ok()) << loaded.status();
    EXPECT_EQ(loaded->front().num_rows(), listed->back().number == 1 ? 13 : 23);
  }
  EXPECT_GT(failed, 5);
}

TEST(CheckpointStore, EveryDamagedByteIsFound) {
  io::MemoryFileSystem files;
  CheckpointStore store(&files, "/state", 1);
  const auto manifest = Write(&store, Number(1), {SnapshotOf(0, 4)});
  ASSERT_TRUE(manifest.ok());
  const std::string path = "/state/chk-1/worker-0.state";
  const std::string whole = files.Get(path);
  for (size_t at = 0; at < whole.size(); ++at) {
    std::string damaged = whole;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x40);
    files.Put(path, damaged);
    EXPECT_FALSE(store.Load(*manifest, LogRows::kRead).ok()) << "byte " << at;
  }
  for (size_t length = 0; length < whole.size(); length += 7) {
    files.Put(path, whole.substr(0, length));
    EXPECT_FALSE(store.Load(*manifest, LogRows::kRead).ok()) << "cut at " << length;
  }
  const std::string manifest_path = "/state/chk-1/manifest.json";
  const std::string text = files.Get(manifest_path);
  for (size_t at = 0; at < text.size(); ++at) {
    // Where there is no matter how: white space.
    if (text[at] == ' ' || text[at] == '\n') continue;
    std::string damaged = text;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x01);
    files.Put(manifest_path, damaged);
    EXPECT_FALSE(store.List().ok()) << "byte " << at << " of the manifest";
  }
  files.Put("/state/chk-1/manifest.json", "{\"format_version\": 4}");
  EXPECT_NE(store.List().status().message().find("this program reads versions 1 to 3"), std::string::npos);
  files.Put("/state/chk-1/manifest.json", "{");
  EXPECT_NE(store.List().status().message().find("is damaged"), std::string::npos);
}

/// What version 1 wrote, kept for good: later versions must read it. TIDEMARK_REWRITE=1 writes it anew.
TEST(CheckpointStore, ReadsWhatVersion1Wrote) {
  CheckpointStore store(io::LocalFileSystem(), "tests/state/version-1", 1);
  if (std::getenv("TIDEMARK_REWRITE") != nullptr) {
    ASSERT_TRUE(Write(&store, Number(7), {SnapshotOf(0, 20), SnapshotOf(20, 30)}).ok());
  }
  const auto listed = store.List();
  ASSERT_TRUE(listed.ok()) << listed.status();
  ASSERT_EQ(listed->size(), 1u);
  EXPECT_EQ(listed->front().number, 7);
  const auto loaded = store.Load(listed->front(), LogRows::kRead);
  ASSERT_TRUE(loaded.ok()) << loaded.status();
  const auto snapshots = std::make_shared<const std::vector<StateSnapshot>>(*loaded);
  const auto reader = MakeSnapshotReader(snapshots, "groups", 1, 2);
  EXPECT_EQ(reader->watermark(), 0);
  EXPECT_EQ(NumbersOf(*reader->Read("rows")), (std::vector<int64_t>{20, 21, 22, 23, 24, 25, 26, 27, 28, 29}));
  EXPECT_EQ(NumbersOf(*reader->Read("facts")), (std::vector<int64_t>{0, 20}));
  const auto rows = *reader->Read("rows");
  const auto& names = static_cast<const arrow::StringArray&>(*rows[0].columns[1]);
  EXPECT_TRUE(names.IsNull(0));
  EXPECT_EQ(names.GetString(1), "name 21");
}

}  // namespace
}  // namespace tidemark::state
