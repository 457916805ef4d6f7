// SPDX-License-Identifier: Apache-2.0
// A disk in memory that knows what is durable, and keeps only that when the power fails: for the simulator.
//
// Bytes are durable once their file was synced, names once their folder was. What is not may be lost when the power
// fails, or half of it, as the seed says: of a file a part of its bytes, of a folder's changes any, each by itself. A
// process that is killed loses nothing that it had written.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "io/memory_file_system.h"

namespace tidemark::io {

/// What goes wrong. Operations are numbered as operations() counts them: each write, sync, rename and removal.
struct DiskFaults {
  int64_t off_at = -1;      ///< from this operation on nothing works any more; -1: never
  int64_t full_from = -1;   ///< from this operation on there is no space for writing
  int64_t slow_one_in = 0;  ///< one in so many operations takes `slow_micros_max` at most; 0: none
  int64_t slow_micros_max = 0;
  std::function<void(int64_t micros)> on_slow;  ///< passes the time
  int64_t lost_sync_one_in = 0;                 ///< one in so many syncs does nothing and says it did; 0: none
  std::string lost_sync_within;                 ///< of files whose path contains this
};

/// What really went wrong so far, on this disk and those that it was before crashes.
struct DiskEvents {
  int64_t full = 0;         ///< writes that found no space
  int64_t slow = 0;         ///< operations that took long
  int64_t lies = 0;         ///< syncs that did nothing
  int64_t torn_writes = 0;  ///< files of which a crash left a part
  int64_t lost_names = 0;   ///< changes in folders that a crash undid
  int64_t lost_syncs = 0;   ///< files or names that were lost although they were said to be durable
};

/// One thread.
class SimulatedDisk final : public FileSystem {
 public:
  explicit SimulatedDisk(uint64_t seed) : random_(seed) {}

  /// Puts a file in place, durable.
  void Put(const std::string& path, const std::string& bytes);
  std::string Get(const std::string& path) { return now_.Get(path); }
  std::vector<std::string> Paths() { return now_.Paths(); }

  DiskFaults& faults() { return faults_; }
  const DiskEvents& events() const { return events_; }
  int64_t operations() const { return operations_; }
  /// Counts something else that the same machine does, as an operation of the disk: fails when the power is off.
  arrow::Status Operate(const std::string& what) { return Operation(what); }
  /// DiskFaults::off_at has come.
  bool off() const { return off_; }

  /// What another process finds when the one that used this disk was killed, or when the power is back. This one stays
  /// as it is, for a process that does not know that it is over. Without faults.
  std::unique_ptr<SimulatedDisk> AfterKill();
  std::unique_ptr<SimulatedDisk> AfterPowerFailure();

  arrow::Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override;
  arrow::Result<std::unique_ptr<WritableFile>> OpenForWrite(const std::string& path) override;
  arrow::Result<FileInfo> Stat(const std::string& path) override;
  bool Exists(const std::string& path) override { return now_.Exists(path); }
  arrow::Result<std::vector<FileInfo>> List(const std::string& folder, bool recursive) override;
  arrow::Status CreateFolders(const std::string& path) override;
  arrow::Status Rename(const std::string& from, const std::string& to) override;
  arrow::Status Remove(const std::string& path) override;

 private:
  class Writer;
  struct File {
    std::string bytes;
    size_t synced = 0;  ///< so many of them are durable
    bool lied = false;  ///< all were said to be
  };
  /// By path; null: a folder.
  using Names = std::map<std::string, std::shared_ptr<File>>;
  /// One change in a folder that is not durable yet: `path` names `file`, and `from`, if any, names nothing any more.
  struct Change {
    std::string path;
    std::string from;
    std::shared_ptr<File> file;
    bool removed = false;
    bool lied = false;  ///< it was said to be durable
  };
  /// By folder, in order.
  using Pending = std::map<std::string, std::vector<Change>>;

  /// A number below `bound`.
  int64_t Draw(int64_t bound);
  bool OneIn(int64_t count) { return count > 0 && Draw(count) == 0; }
  /// Every change begins with it: counts, is slow, or fails.
  arrow::Status Operation(const std::string& path);
  arrow::Status TakeSpace(const std::string& path);
  bool Lies(const std::string& path);
  arrow::Status Append(const std::string& temporary, File* file, std::string_view bytes);
  arrow::Status Sync(const std::string& path, File* file);
  arrow::Status MoveName(const std::string& from, const std::string& to);
  arrow::Status SyncFolder(const std::string& folder);
  static void Apply(const Change& change, Names* names);
  void Do(Change change);
  void MakeDurable(const Change& change);
  void KeepSome(Names* names);
  void Tear(Names* names);
  static void DropOrphans(Names* names);
  std::unique_ptr<SimulatedDisk> With(const Names& names, const Names& durable, Pending pending) const;

  uint64_t random_;
  DiskFaults faults_;
  DiskEvents events_;
  int64_t operations_ = 0;
  int64_t next_temporary_ = 0;
  bool off_ = false;
  MemoryFileSystem now_;  ///< what readers see; of the same names as names_
  Names names_;           ///< as they are
  Names durable_;         ///< as a power failure leaves them at least
  Pending pending_;       ///< what happened to names_ and not yet to durable_
};

}  // namespace tidemark::io
