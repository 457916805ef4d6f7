// SPDX-License-Identifier: Apache-2.0
// Two views of one disk: as processes see it, and as a power failure leaves it.
#include "io/simulated_disk.h"

#include <arrow/status.h>

#include <algorithm>
#include <set>
#include <utility>

namespace tidemark::io {
namespace {

std::string ParentOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  return slash == std::string::npos ? "" : path.substr(0, slash);
}

}  // namespace

class SimulatedDisk::Writer final : public WritableFile {
 public:
  Writer(SimulatedDisk* disk, std::string path, std::string temporary, std::shared_ptr<File> file)
      : disk_(disk), path_(std::move(path)), temporary_(std::move(temporary)), file_(std::move(file)) {}
  ~Writer() override {
    if (open_) (void)Abort();  // nobody reads the file
  }
  arrow::Status Append(std::string_view bytes) override {
    if (!open_ || finished_) return arrow::Status::Invalid(path_, ": written after it was finished or aborted");
    bytes_written_ += static_cast<int64_t>(bytes.size());
    return disk_->Append(temporary_, file_.get(), bytes);
  }
  int64_t bytes_written() const override { return bytes_written_; }
  arrow::Status Finish() override {
    if (!open_) return arrow::Status::Invalid(path_, ": finished after it was committed or aborted");
    if (!finished_) ARROW_RETURN_NOT_OK(disk_->Sync(path_, file_.get()));
    finished_ = true;
    return arrow::Status::OK();
  }
  arrow::Status Commit() override {
    ARROW_RETURN_NOT_OK(Finish());
    ARROW_RETURN_NOT_OK(disk_->MoveName(temporary_, path_));
    open_ = false;
    return disk_->SyncFolder(ParentOf(path_));
  }
  arrow::Status Abort() override {
    if (!open_) return arrow::Status::OK();
    open_ = false;
    return disk_->Remove(temporary_);
  }

 private:
  SimulatedDisk* const disk_;
  const std::string path_;
  const std::string temporary_;
  const std::shared_ptr<File> file_;
  bool open_ = true;
  bool finished_ = false;
  int64_t bytes_written_ = 0;
};

int64_t SimulatedDisk::Draw(int64_t bound) {
  random_ += 0x9E3779B97F4A7C15u;
  uint64_t value = random_;
  value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9u;
  value = (value ^ (value >> 27)) * 0x94D049BB133111EBu;
  return static_cast<int64_t>((value ^ (value >> 31)) % static_cast<uint64_t>(bound));
}

arrow::Status SimulatedDisk::Operation(const std::string& path) {
  if (faults_.off_at >= 0 && operations_ >= faults_.off_at) off_ = true;
  if (off_) return arrow::Status::IOError(path, ": the power is off");
  ++operations_;
  if (OneIn(faults_.slow_one_in)) {
    ++events_.slow;
    faults_.on_slow(1 + Draw(faults_.slow_micros_max));
  }
  return arrow::Status::OK();
}

arrow::Status SimulatedDisk::TakeSpace(const std::string& path) {
  if (faults_.full_from < 0 || operations_ <= faults_.full_from) return arrow::Status::OK();
  ++events_.full;
  return arrow::Status::IOError(path, ": No space left on device");
}

bool SimulatedDisk::Lies(const std::string& path) {
  if (path.find(faults_.lost_sync_within) == std::string::npos || !OneIn(faults_.lost_sync_one_in)) return false;
  ++events_.lies;
  return true;
}

void SimulatedDisk::Put(const std::string& path, const std::string& bytes) {
  const auto file = std::make_shared<File>(File{bytes, bytes.size()});
  for (std::string folder = ParentOf(path); !folder.empty(); folder = ParentOf(folder)) {
    names_[folder] = durable_[folder] = nullptr;
  }
  names_[path] = durable_[path] = file;
  now_.Put(path, bytes);
}

arrow::Status SimulatedDisk::Append(const std::string& temporary, File* file, std::string_view bytes) {
  ARROW_RETURN_NOT_OK(Operation(temporary));
  const arrow::Status space = TakeSpace(temporary);
  // A full disk takes as much as fits.
  if (!space.ok()) bytes = bytes.substr(0, static_cast<size_t>(Draw(static_cast<int64_t>(bytes.size()) + 1)));
  file->bytes += bytes;
  return space;
}

arrow::Status SimulatedDisk::Sync(const std::string& path, File* file) {
  ARROW_RETURN_NOT_OK(Operation(path));
  if (Lies(path)) {
    file->lied = true;
  } else {
    file->synced = file->bytes.size();
  }
  return arrow::Status::OK();
}

arrow::Status SimulatedDisk::MoveName(const std::string& from, const std::string& to) {
  ARROW_RETURN_NOT_OK(Operation(from));
  std::vector<Change> moved;
  for (auto named = names_.lower_bound(from); named != names_.end() && named->first.starts_with(from); ++named) {
    const std::string within = named->first.substr(from.size());
    if (within.empty() || within[0] == '/')
      moved.push_back({.path = to + within, .from = named->first, .file = named->second});
  }
  if (moved.empty()) return arrow::Status::IOError(from, ": No such file or directory");
  for (const Change& change : moved) {
    if (change.file != nullptr) now_.Put(change.path, change.file->bytes);
    Do(change);
  }
  return now_.Remove(from);
}

arrow::Status SimulatedDisk::SyncFolder(const std::string& folder) {
  ARROW_RETURN_NOT_OK(Operation(folder));
  const auto here = pending_.find(folder);
  if (here == pending_.end()) return arrow::Status::OK();
  std::vector<Change> lost;
  for (Change& change : std::exchange(here->second, {})) {
    change.lied = change.lied || Lies(change.path);
    if (change.lied) {
      lost.push_back(std::move(change));
    } else {
      MakeDurable(change);
    }
  }
  if (lost.empty()) {
    pending_.erase(folder);
  } else {
    pending_[folder] = std::move(lost);
  }
  return arrow::Status::OK();
}

void SimulatedDisk::MakeDurable(const Change& change) {
  Apply(change, &durable_);
  if (!change.removed) return;
  // What was in a folder that is gone for good cannot come back.
  const auto within = [&](const auto& entry) {
    return entry.first == change.path || entry.first.starts_with(change.path + "/");
  };
  std::erase_if(durable_, within);
  std::erase_if(pending_, within);
}

void SimulatedDisk::Do(Change change) {
  Apply(change, &names_);
  pending_[ParentOf(change.path)].push_back(std::move(change));
}

void SimulatedDisk::Apply(const Change& change, Names* names) {
  if (!change.from.empty()) names->erase(change.from);
  if (change.removed) {
    names->erase(change.path);
  } else {
    (*names)[change.path] = change.file;
  }
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::With(const Names& names, const Names& durable, Pending pending) const {
  auto disk = std::make_unique<SimulatedDisk>(random_ ^ static_cast<uint64_t>(operations_));
  // Files that are complete never change again; the others are written to by whoever has them open.
  std::map<const File*, std::shared_ptr<File>> copies;
  const auto own = [&](const std::shared_ptr<File>& file) {
    if (file == nullptr || file->synced == file->bytes.size()) return file;
    auto& copy = copies[file.get()];
    if (copy == nullptr) copy = std::make_shared<File>(*file);
    return copy;
  };
  for (const auto& [path, file] : names) {
    disk->names_[path] = own(file);
    if (file == nullptr) {
      (void)disk->now_.CreateFolders(path);  // cannot fail: names are unique
    } else {
      disk->now_.Put(path, file->bytes);
    }
  }
  for (const auto& [path, file] : durable) disk->durable_[path] = own(file);
  for (auto& [folder, changes] : pending) {
    for (Change& change : changes) change.file = own(change.file);
  }
  disk->pending_ = std::move(pending);
  disk->events_ = events_;
  disk->operations_ = operations_;
  disk->next_temporary_ = next_temporary_;
  return disk;
}

std::unique_ptr<SimulatedDisk> SimulatedDisk::AfterKill() { return With(names_, durable_, pending_); }

std::unique_ptr<SimulatedDisk> SimulatedDisk::AfterPowerFailure() {
  const DiskEvents before = events_;
  Names names = durable_;
  KeepSome(&names);
  DropOrphans(&names);
  Tear(&names);
  auto disk = With(names, names, {});
  events_ = before;
  return disk;
}

void SimulatedDisk::KeepSome(Names* names) {
  const int64_t kept_of_four = Draw(5);
  for (const auto& [folder, changes] : pending_) {
    for (const Change& change : changes) {
      if (Draw(4) < kept_of_four) {
        Apply(change, names);
      } else {
        ++(change.lied ? events_.lost_syncs : events_.lost_names);
      }
    }
  }
}

void SimulatedDisk::DropOrphans(Names* names) {
  // Parents come before what is in them.
  std::erase_if(*names, [kept = std::set<std::string>{""}](const auto& name) mutable {
    if (!kept.contains(ParentOf(name.first))) return true;
    if (name.second == nullptr) kept.insert(name.first);
    return false;
  });
}

void SimulatedDisk::Tear(Names* names) {
  for (auto& [path, file] : *names) {
    if (file == nullptr || file->synced == file->bytes.size()) continue;
    const auto unsure = static_cast<int64_t>(file->bytes.size() - file->synced);
    auto left = std::make_shared<File>();
    left->bytes = file->bytes.substr(0, file->synced + static_cast<size_t>(Draw(unsure + 1)));
    const bool garbled = OneIn(3);
    if (garbled) left->bytes.resize(file->bytes.size());
    left->synced = left->bytes.size();
    if (left->bytes != file->bytes) ++(file->lied ? events_.lost_syncs : events_.torn_writes);
    file = left;
  }
}

arrow::Result<std::unique_ptr<ReadableFile>> SimulatedDisk::OpenForRead(const std::string& path) {
  if (off_) return arrow::Status::IOError(path, ": the power is off");
  return now_.OpenForRead(path);
}

arrow::Result<std::unique_ptr<WritableFile>> SimulatedDisk::OpenForWrite(const std::string& path) {
  ARROW_RETURN_NOT_OK(Operation(path));
  ARROW_RETURN_NOT_OK(TakeSpace(path));
  const size_t name = path.find_last_of('/') + 1;
  std::string temporary =
      path.substr(0, name) + "." + path.substr(name) + ".inprogress." + std::to_string(next_temporary_++);
  auto file = std::make_shared<File>();
  Do({.path = temporary, .from = {}, .file = file});
  now_.Put(temporary, "");
  return std::make_unique<Writer>(this, path, std::move(temporary), std::move(file));
}

arrow::Result<FileInfo> SimulatedDisk::Stat(const std::string& path) {
  if (off_) return arrow::Status::IOError(path, ": the power is off");
  return now_.Stat(path);
}

arrow::Result<std::vector<FileInfo>> SimulatedDisk::List(const std::string& folder, bool recursive) {
  if (off_) return arrow::Status::IOError(folder, ": the power is off");
  return now_.List(folder, recursive);
}

arrow::Status SimulatedDisk::CreateFolders(const std::string& path) {
  const auto named = names_.find(path);
  if (path.empty()) return arrow::Status::OK();
  if (named != names_.end() && named->second == nullptr) return SyncFolder(ParentOf(path));
  ARROW_RETURN_NOT_OK(CreateFolders(ParentOf(path)));
  ARROW_RETURN_NOT_OK(Operation(path));
  ARROW_RETURN_NOT_OK(TakeSpace(path));
  ARROW_RETURN_NOT_OK(now_.CreateFolders(path));
  Do({.path = path, .from = {}, .file = nullptr});
  return SyncFolder(ParentOf(path));
}

arrow::Status SimulatedDisk::Rename(const std::string& from, const std::string& to) {
  if (from != to || !Exists(from)) ARROW_RETURN_NOT_OK(MoveName(from, to));
  return SyncFolder(ParentOf(to));
}

arrow::Status SimulatedDisk::Remove(const std::string& path) {
  ARROW_RETURN_NOT_OK(Operation(path));
  std::vector<std::string> gone;
  for (auto named = names_.lower_bound(path); named != names_.end() && named->first.starts_with(path); ++named) {
    if (named->first.size() == path.size() || named->first[path.size()] == '/') gone.push_back(named->first);
  }
  // What lies within goes first.
  for (auto name = gone.rbegin(); name != gone.rend(); ++name) {
    Do({.path = *name, .from = {}, .file = nullptr, .removed = true});
  }
  return now_.Remove(path);
}

}  // namespace tidemark::io
