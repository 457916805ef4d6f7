// SPDX-License-Identifier: Apache-2.0
// RocksDB as a StateStore: options, files that are ingested, batched reads.
#include "state/rocks_state_store.h"

#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_writer.h>
#include <rocksdb/table.h>

#include <algorithm>
#include <filesystem>
#include <functional>
#include <system_error>
#include <thread>

#include "state/unsynced_file_system.h"

namespace tidemark::state {
namespace {

constexpr double kFilterBitsPerKey = 10;
constexpr int kBackgroundJobs = 2;

rocksdb::Slice SliceOf(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view ViewOf(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

/// For all stores, which share its threads: half as many as there are cores.
rocksdb::Env* UnsyncedEnv() {
  static const std::unique_ptr<rocksdb::Env> env = [] {
    auto made = rocksdb::NewCompositeEnv(UnsyncedFileSystem());
    const int threads = static_cast<int>(std::thread::hardware_concurrency() / 2);
    made->SetBackgroundThreads(std::max(1, threads), rocksdb::Env::Priority::LOW);
    return made;
  }();
  return env.get();
}

rocksdb::Options MakeOptions() {
  rocksdb::BlockBasedTableOptions table;
  table.no_block_cache = true;  // the system's page cache has the blocks, and is not counted as the job's
  table.filter_policy.reset(rocksdb::NewBloomFilterPolicy(kFilterBitsPerKey));
  table.format_version = 5;
  table.checksum = rocksdb::kXXH3;
  rocksdb::Options options;
  options.env = UnsyncedEnv();
  options.create_if_missing = true;
  options.error_if_exists = true;
  options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
  options.compression = rocksdb::kNoCompression;  // a read is one block, of which a key is small
  options.write_buffer_size = 1 << 20;            // memtables stay empty
  options.max_background_jobs = kBackgroundJobs;
  options.max_open_files = -1;
  options.max_manifest_file_size = 16 << 20;
  options.info_log_level = rocksdb::ERROR_LEVEL;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

class RocksScan final : public StoreScan {
 public:
  RocksScan(std::unique_ptr<rocksdb::Iterator> iterator, std::string prefix, std::string from, std::string folder)
      : iterator_(std::move(iterator)),
        prefix_(std::move(prefix)),
        from_(std::move(from)),
        folder_(std::move(folder)) {}

  arrow::Result<bool> Next() override {
    if (started_) {
      iterator_->Next();
    } else {
      iterator_->Seek(from_);
      started_ = true;
    }
    if (iterator_->Valid()) return iterator_->key().starts_with(prefix_);
    if (iterator_->status().ok()) return false;
    return arrow::Status::IOError("Cannot read state in ", folder_, ": ", iterator_->status().ToString());
  }
  std::string_view key() const override { return ViewOf(iterator_->key()); }
  std::string_view value() const override { return ViewOf(iterator_->value()); }

 private:
  std::unique_ptr<rocksdb::Iterator> iterator_;
  const std::string prefix_;
  const std::string from_;
  const std::string folder_;
  bool started_ = false;
};

class RocksStateStore final : public StateStore {
 public:
  RocksStateStore(const RocksStoreOptions& store, rocksdb::Options options, std::unique_ptr<rocksdb::DB> db)
      : folder_(store.folder),
        options_(std::move(options)),
        db_(std::move(db)),
        memory_(store.memory, "the index of state on disk") {}

  ~RocksStateStore() override {
    (void)db_->Close();
    db_.reset();
    std::error_code ignored;  // what is left is wiped by the next run
    std::filesystem::remove_all(folder_, ignored);
  }

  arrow::Status Write(std::span<const StoreEntry> entries) override {
    if (entries.empty()) return arrow::Status::OK();
    return AddFile([&](rocksdb::SstFileWriter* file) {
      rocksdb::Status status;
      for (const StoreEntry& entry : entries) {
        if (!status.ok()) break;
        status = entry.removed ? file->Delete(SliceOf(entry.key)) : file->Put(SliceOf(entry.key), SliceOf(entry.value));
      }
      return status;
    });
  }

  arrow::Status RemoveAll(std::string_view prefix) override {
    const std::string end = EndOf(prefix);
    return AddFile([&](rocksdb::SstFileWriter* file) { return file->DeleteRange(SliceOf(prefix), SliceOf(end)); });
  }

  arrow::Status MultiGet(std::span<const std::string_view> keys,
                         std::vector<std::optional<std::string_view>>* values) override {
    const size_t count = keys.size();
    values->assign(count, std::nullopt);
    keys_.resize(count);
    statuses_.resize(count);
    if (values_.size() < count) values_.resize(count);
    for (size_t i = 0; i < count; ++i) {
      keys_[i] = SliceOf(keys[i]);
      values_[i].Reset();
    }
    db_->MultiGet(rocksdb::ReadOptions(), db_->DefaultColumnFamily(), count, keys_.data(), values_.data(),
                  statuses_.data(), /*sorted_input=*/true);
    for (size_t i = 0; i < count; ++i) {
      if (statuses_[i].IsNotFound()) continue;
      ARROW_RETURN_NOT_OK(Check(statuses_[i], "read"));
      (*values)[i] = ViewOf(values_[i]);
    }
    return arrow::Status::OK();
  }

  std::unique_ptr<StoreScan> Scan(std::string_view prefix, std::string_view from) override {
    rocksdb::ReadOptions read;
    read.fill_cache = false;
    read.readahead_size = 1 << 20;
    return std::make_unique<RocksScan>(std::unique_ptr<rocksdb::Iterator>(db_->NewIterator(read)), std::string(prefix),
                                       std::string(from), folder_);
  }

  int64_t disk_bytes() const override {
    uint64_t bytes = 0;
    db_->GetIntProperty(rocksdb::DB::Properties::kTotalSstFilesSize, &bytes);
    return static_cast<int64_t>(bytes);
  }

  int64_t disk_bytes(std::string_view prefix) const override {
    const std::string end = EndOf(prefix);
    const rocksdb::Range range(SliceOf(prefix), end);
    uint64_t bytes = 0;
    const rocksdb::SizeApproximationOptions how;
    if (!db_->GetApproximateSizes(how, db_->DefaultColumnFamily(), &range, 1, &bytes).ok()) return 0;
    return static_cast<int64_t>(bytes);
  }

 private:
  /// The first key behind all that begin with `prefix`.
  static std::string EndOf(std::string_view prefix) {
    std::string end(prefix);
    while (end.back() == '\xFF') end.pop_back();
    ++end.back();
    return end;
  }

  /// Takes in a file with what `fill` puts into it.
  arrow::Status AddFile(const std::function<rocksdb::Status(rocksdb::SstFileWriter* file)>& fill) {
    const std::string path = folder_ + "/incoming-" + std::to_string(next_file_++) + ".sst";
    // The pages just written are read again soon.
    rocksdb::SstFileWriter file(rocksdb::EnvOptions(options_), options_, nullptr, /*invalidate_page_cache=*/false);
    rocksdb::Status status = file.Open(path);
    if (status.ok()) status = fill(&file);
    if (status.ok()) status = file.Finish();
    rocksdb::IngestExternalFileOptions ingest;
    ingest.move_files = true;
    ingest.snapshot_consistency = false;
    if (status.ok()) status = db_->IngestExternalFile({path}, ingest);
    ARROW_RETURN_NOT_OK(Check(status, "write"));
    CountMemory();
    return arrow::Status::OK();
  }

  arrow::Status Check(const rocksdb::Status& status, const char* what) const {
    if (status.ok()) return arrow::Status::OK();
    return arrow::Status::IOError("Cannot ", what, " state in ", folder_, ": ", status.ToString(),
                                  ". Free some space there, name another folder with SET 'tidemark.spill.folder' = "
                                  "'...', or raise 'tidemark.memory'");
  }

  void CountMemory() {
    uint64_t readers = 0;
    db_->GetIntProperty(rocksdb::DB::Properties::kEstimateTableReadersMem, &readers);
    // Too much is an error of the operator that needs more next, when it has nothing left to move to disk.
    (void)memory_.Set(static_cast<int64_t>(readers));
  }

  const std::string folder_;
  const rocksdb::Options options_;
  std::unique_ptr<rocksdb::DB> db_;
  MemoryReservation memory_;
  int64_t next_file_ = 0;

  // Of the last MultiGet.
  std::vector<rocksdb::Slice> keys_;
  std::vector<rocksdb::PinnableSlice> values_;
  std::vector<rocksdb::Status> statuses_;
};

}  // namespace

arrow::Result<std::unique_ptr<StateStore>> OpenRocksStateStore(const RocksStoreOptions& store) {
  std::error_code error;
  std::filesystem::remove_all(store.folder, error);
  if (!error) std::filesystem::create_directories(store.folder, error);
  if (error) return arrow::Status::IOError("Cannot make the folder ", store.folder, ": ", error.message());
  rocksdb::Options options = MakeOptions();
  rocksdb::DB* db = nullptr;
  const rocksdb::Status status = rocksdb::DB::Open(options, store.folder, &db);
  if (!status.ok()) return arrow::Status::IOError("Cannot open state in ", store.folder, ": ", status.ToString());
  return std::make_unique<RocksStateStore>(store, std::move(options), std::unique_ptr<rocksdb::DB>(db));
}

}  // namespace tidemark::state
