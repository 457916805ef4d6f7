// SPDX-License-Identifier: Apache-2.0
// Folders of jobs that spill, and the stores in them.
#include "state/spill_space.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <map>
#include <mutex>
#include <system_error>
#include <vector>

#include "state/rocks_state_store.h"

namespace tidemark::state {
namespace {

namespace fs = std::filesystem;

constexpr char kPrefix[] = "tidemark-spill-";
constexpr char kLockFile[] = "/in-use";

/// A lock on a file, as long as the object lives; the system gives it back when the process ends in whatever way.
class FileLock {
 public:
  FileLock() = default;
  ~FileLock() {
    if (file_ >= 0) ::close(file_);
  }
  FileLock(const FileLock&) = delete;
  FileLock& operator=(const FileLock&) = delete;

  /// False: somebody else has it, or the file is not there (any more).
  bool Take(const std::string& path, int flags) {
    file_ = ::open(path.c_str(), O_RDWR | O_CLOEXEC | O_NOFOLLOW | flags, 0600);
    if (file_ < 0 || ::flock(file_, LOCK_EX | LOCK_NB) != 0) return false;
    struct stat opened;
    struct stat named;
    return ::fstat(file_, &opened) == 0 && ::stat(path.c_str(), &named) == 0 && opened.st_ino == named.st_ino;
  }

 private:
  int file_ = -1;
};

std::string SystemFolder() {
  std::error_code error;
  const fs::path path = fs::temp_directory_path(error);
  return error ? "/tmp" : path.string();
}

/// Removes the folders of runs that have ended without doing so. What cannot be looked at is left alone.
void RemoveLeftovers(const std::string& root) {
  std::error_code error;
  for (fs::directory_iterator entry(root, error), end; !error && entry != end; entry.increment(error)) {
    const std::string path = entry->path().string();
    struct stat info;
    if (entry->path().filename().string().rfind(kPrefix, 0) != 0) continue;
    if (::lstat(path.c_str(), &info) != 0 || !S_ISDIR(info.st_mode) || info.st_uid != ::geteuid()) continue;
    FileLock lock;
    std::error_code ignored;
    if (lock.Take(path + kLockFile, 0)) fs::remove_all(path, ignored);
  }
}

class DiskSpillSpace final : public SpillSpace {
 public:
  explicit DiskSpillSpace(const SpillSpaceOptions& options) : options_(options), stores_(options.workers) {
    if (options_.root.empty()) options_.root = SystemFolder();
    RemoveLeftovers(options_.root);
  }

  ~DiskSpillSpace() override {
    stores_.clear();
    std::error_code ignored;  // the next run looks again
    if (!folder_.empty()) fs::remove_all(folder_, ignored);
  }

  arrow::Result<StateStore*> StoreOf(int worker) override {
    auto& store = stores_[worker];
    if (store) return store.get();
    RocksStoreOptions options;
    ARROW_ASSIGN_OR_RAISE(const std::string folder, Folder());
    options.folder = folder + "/worker-" + std::to_string(worker);
    options.memory = options_.memory;
    ARROW_ASSIGN_OR_RAISE(store, OpenRocksStateStore(options));
    return store.get();
  }

 private:
  arrow::Result<std::string> Folder() {
    const std::lock_guard<std::mutex> guard(mutex_);
    if (!folder_.empty()) return folder_;
    std::error_code error;
    fs::create_directories(options_.root, error);
    // Another run that cleans up may take a folder away before it is locked.
    for (int attempt = 0; attempt < 10; ++attempt) {
      std::string name = options_.root + "/" + kPrefix + "XXXXXX";
      if (::mkdtemp(name.data()) == nullptr) {
        return arrow::Status::IOError("Cannot make a folder in ", options_.root, " for state that does not fit into ",
                                      "memory: ", std::strerror(errno), ". SET 'tidemark.spill.folder' names another");
      }
      lock_ = std::make_unique<FileLock>();
      if (!lock_->Take(name + kLockFile, O_CREAT)) continue;
      folder_ = std::move(name);
      return folder_;
    }
    return arrow::Status::IOError("Cannot lock a folder in ", options_.root);
  }

  SpillSpaceOptions options_;
  std::mutex mutex_;
  std::string folder_;  ///< empty: not made yet
  std::unique_ptr<FileLock> lock_;
  std::vector<std::unique_ptr<StateStore>> stores_;
};

class MemorySpillSpace final : public SpillSpace {
 public:
  arrow::Result<StateStore*> StoreOf(int worker) override {
    auto& store = stores_[worker];
    if (!store) store = MakeMemoryStateStore();
    return store.get();
  }

 private:
  std::map<int, std::unique_ptr<StateStore>> stores_;
};

}  // namespace

std::unique_ptr<SpillSpace> MakeDiskSpillSpace(const SpillSpaceOptions& options) {
  return std::make_unique<DiskSpillSpace>(options);
}

std::unique_ptr<SpillSpace> MakeMemorySpillSpace() { return std::make_unique<MemorySpillSpace>(); }

}  // namespace tidemark::state
