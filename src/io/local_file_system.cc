// SPDX-License-Identifier: Apache-2.0
// The machine's own files through POSIX calls: temporary beside the target, fsync, rename, fsync of the folder.
#include <arrow/status.h>
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cctype>
#include <cerrno>
#include <cstring>
#include <set>
#include <utility>

#include "io/file_system.h"

namespace tidemark::io {
namespace {

constexpr size_t kWriteBufferBytes = 256 << 10;

arrow::Status Failure(const std::string& path, int error_number) {
  return arrow::Status::IOError(path, ": ", std::strerror(error_number));
}

arrow::Status FolderFailure(const std::string& path, int error_number) {
  return arrow::Status::IOError(path, ": the folder cannot be made: ", std::strerror(error_number));
}

/// Owns a file descriptor.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept {
    std::swap(descriptor_, other.descriptor_);
    return *this;
  }
  ~Descriptor() {
    // Nothing was lost if this fails: whoever needs the bytes on disk has called fsync and looked at its result.
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }

 private:
  int descriptor_ = -1;
};

arrow::Result<Descriptor> Open(const std::string& path, int flags, mode_t mode = 0) {
  int descriptor;
  do {
    descriptor = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  } while (descriptor < 0 && errno == EINTR);
  if (descriptor < 0) return Failure(path, errno);
  return Descriptor(descriptor);
}

std::string ParentOf(const std::string& path) {
  const size_t slash = path.find_last_of('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

/// Makes names in `folder` (created, renamed, removed) survive a power failure.
arrow::Status SyncFolder(const std::string& folder) {
  ARROW_ASSIGN_OR_RAISE(const Descriptor descriptor, Open(folder, O_RDONLY | O_DIRECTORY));
  // Some file systems refuse to sync a folder; they have nothing to sync then.
  if (::fsync(descriptor.get()) != 0 && errno != EINVAL && errno != ENOTSUP) return Failure(folder, errno);
  return arrow::Status::OK();
}

/// Makes a folder's own name survive a power failure.
arrow::Status SyncNameOf(const std::string& folder) {
  const arrow::Status status = SyncFolder(ParentOf(folder));
  // Where one may pass but not look, the name was given by somebody else.
  return ::access(ParentOf(folder).c_str(), R_OK) == 0 ? status : arrow::Status::OK();
}

/// Pipes, sockets and devices have no size and no places to read at, so they are no files here.
arrow::Result<FileInfo> InfoOf(std::string path, const struct stat& status) {
  if (!S_ISDIR(status.st_mode) && !S_ISREG(status.st_mode)) {
    return arrow::Status::IOError(path,
                                  ": a pipe, socket or device, and not a file; what is piped into the program is ",
                                  "read with 'connector' = 'stdin'");
  }
  FileInfo info;
  info.path = std::move(path);
  info.is_directory = S_ISDIR(status.st_mode);
  info.size_bytes = info.is_directory ? 0 : status.st_size;
  info.identity = status.st_ino;
  info.modified_micros = static_cast<int64_t>(status.st_mtim.tv_sec) * 1'000'000 + status.st_mtim.tv_nsec / 1000;
  return info;
}

class LocalReadableFile final : public ReadableFile {
 public:
  LocalReadableFile(std::string path, Descriptor descriptor)
      : path_(std::move(path)), descriptor_(std::move(descriptor)) {}

  arrow::Result<int64_t> ReadAt(int64_t offset, int64_t length, void* out) override {
    int64_t done = 0;
    while (done < length) {
      const ssize_t got =
          ::pread(descriptor_.get(), static_cast<char*>(out) + done, static_cast<size_t>(length - done), offset + done);
      if (got < 0) {
        if (errno == EINTR) continue;
        return Failure(path_, errno);
      }
      if (got == 0) break;
      done += got;
    }
    return done;
  }

  arrow::Result<int64_t> Size() override {
    struct stat status;
    if (::fstat(descriptor_.get(), &status) != 0) return Failure(path_, errno);
    return status.st_size;
  }

 private:
  const std::string path_;
  const Descriptor descriptor_;
};

class LocalWritableFile final : public WritableFile {
 public:
  LocalWritableFile(std::string path, std::string temporary, Descriptor descriptor)
      : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(std::move(descriptor)) {}

  ~LocalWritableFile() override {
    // A destructor has nobody to tell; the file is hidden, so nobody reads it either.
    if (!over_) (void)Abort();
  }

  arrow::Status Append(std::string_view bytes) override {
    if (!descriptor_.is_open()) return arrow::Status::Invalid(path_, ": written after it was finished or aborted");
    bytes_written_ += static_cast<int64_t>(bytes.size());
    if (buffer_.size() + bytes.size() > kWriteBufferBytes) ARROW_RETURN_NOT_OK(Flush());
    if (bytes.size() >= kWriteBufferBytes) return WriteThrough(bytes);
    buffer_ += bytes;
    return arrow::Status::OK();
  }

  int64_t bytes_written() const override { return bytes_written_; }

  arrow::Status Finish() override {
    if (over_) return arrow::Status::Invalid(path_, ": finished after it was committed or aborted");
    if (!descriptor_.is_open()) return arrow::Status::OK();
    ARROW_RETURN_NOT_OK(Flush());
    if (::fsync(descriptor_.get()) != 0) return Failure(path_, errno);
    descriptor_ = Descriptor();
    return arrow::Status::OK();
  }

  arrow::Status Commit() override {
    ARROW_RETURN_NOT_OK(Finish());
    if (::rename(temporary_.c_str(), path_.c_str()) != 0) return Failure(path_, errno);
    over_ = true;
    return SyncFolder(ParentOf(path_));
  }

  arrow::Status Abort() override {
    if (over_) return arrow::Status::OK();
    over_ = true;
    descriptor_ = Descriptor();
    buffer_.clear();
    if (::unlink(temporary_.c_str()) != 0 && errno != ENOENT) return Failure(temporary_, errno);
    return arrow::Status::OK();
  }

 private:
  arrow::Status Flush() {
    const std::string pending = std::move(buffer_);
    buffer_.clear();
    return WriteThrough(pending);
  }

  arrow::Status WriteThrough(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(descriptor_.get(), bytes.data(), bytes.size());
      if (written < 0) {
        if (errno == EINTR) continue;
        return Failure(path_, errno);
      }
      bytes.remove_prefix(static_cast<size_t>(written));
    }
    return arrow::Status::OK();
  }

  const std::string path_;
  const std::string temporary_;
  Descriptor descriptor_;  ///< open until Finish or Abort
  std::string buffer_;
  int64_t bytes_written_ = 0;
  bool over_ = false;  ///< committed or aborted
};

class LocalFiles final : public FileSystem {
 public:
  arrow::Result<std::unique_ptr<ReadableFile>> OpenForRead(const std::string& path) override {
    ARROW_ASSIGN_OR_RAISE(Descriptor descriptor, Open(path, O_RDONLY));
    struct stat status;
    if (::fstat(descriptor.get(), &status) != 0) return Failure(path, errno);
    if (S_ISDIR(status.st_mode)) return Failure(path, EISDIR);
    return std::make_unique<LocalReadableFile>(path, std::move(descriptor));
  }

  arrow::Result<std::unique_ptr<WritableFile>> OpenForWrite(const std::string& path) override {
    const size_t slash = path.find_last_of('/');
    const size_t name = slash == std::string::npos ? 0 : slash + 1;
    // Process and counter keep writers of the same name apart: the last to commit wins, and none sees another's bytes.
    static std::atomic<int64_t> counter{0};
    std::string temporary = path.substr(0, name) + "." + path.substr(name) + ".inprogress." +
                            std::to_string(::getpid()) + "." + std::to_string(counter.fetch_add(1));
    auto opened = Open(temporary, O_WRONLY | O_CREAT | O_EXCL, 0644);
    if (!opened.ok()) return opened.status().WithMessage("Cannot write ", path, ": ", opened.status().message());
    return std::make_unique<LocalWritableFile>(path, std::move(temporary), opened.MoveValueUnsafe());
  }

  arrow::Result<FileInfo> Stat(const std::string& path) override {
    struct stat status;
    if (::stat(path.c_str(), &status) != 0) return Failure(path, errno);
    return InfoOf(path, status);
  }

  bool Exists(const std::string& path) override {
    struct stat status;
    return ::stat(path.c_str(), &status) == 0;
  }

  arrow::Result<std::vector<FileInfo>> List(const std::string& folder, bool recursive) override {
    std::vector<FileInfo> found;
    std::set<std::pair<dev_t, ino_t>> open_folders;
    ARROW_RETURN_NOT_OK(ListInto(folder, recursive, &open_folders, &found));
    std::sort(found.begin(), found.end(), [](const FileInfo& a, const FileInfo& b) { return a.path < b.path; });
    return found;
  }

  arrow::Status CreateFolders(const std::string& path) override {
    if (path.empty()) return arrow::Status::OK();
    const std::string parent = ParentOf(path);
    if (::mkdir(path.c_str(), 0755) == 0) return SyncNameOf(path);
    if (errno == EEXIST) {
      struct stat status;
      if (::stat(path.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) return FolderFailure(path, ENOTDIR);
      // Whoever made it may have been killed before its name was durable.
      return SyncNameOf(path);
    }
    if (errno != ENOENT || parent == path || parent == ".") return FolderFailure(path, errno);
    ARROW_RETURN_NOT_OK(CreateFolders(parent));
    // Another worker may have made it meanwhile.
    if (::mkdir(path.c_str(), 0755) != 0 && errno != EEXIST) return FolderFailure(path, errno);
    return SyncNameOf(path);
  }

  arrow::Status Rename(const std::string& from, const std::string& to) override {
    if (::rename(from.c_str(), to.c_str()) != 0) return Failure(from, errno);
    return SyncFolder(ParentOf(to));
  }

  arrow::Status Remove(const std::string& path) override {
    struct stat status;
    if (::lstat(path.c_str(), &status) != 0) return errno == ENOENT ? arrow::Status::OK() : Failure(path, errno);
    if (!S_ISDIR(status.st_mode)) {
      if (::unlink(path.c_str()) != 0 && errno != ENOENT) return Failure(path, errno);
      return arrow::Status::OK();
    }
    ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> names, NamesIn(path));
    for (const auto& name : names) ARROW_RETURN_NOT_OK(Remove(path + "/" + name));
    if (::rmdir(path.c_str()) != 0 && errno != ENOENT) return Failure(path, errno);
    return arrow::Status::OK();
  }

 private:
  static arrow::Result<std::vector<std::string>> NamesIn(const std::string& folder) {
    DIR* stream = ::opendir(folder.c_str());
    if (stream == nullptr) return Failure(folder, errno);
    std::vector<std::string> names;
    errno = 0;
    while (const dirent* entry = ::readdir(stream)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") names.push_back(name);
      errno = 0;
    }
    const int error_number = errno;
    ::closedir(stream);
    if (error_number != 0) return Failure(folder, error_number);
    return names;
  }

  /// `open_folders`: the folders being listed, so that a symbolic link to one of them is not followed for ever.
  static arrow::Status ListInto(const std::string& folder, bool recursive,
                                std::set<std::pair<dev_t, ino_t>>* open_folders, std::vector<FileInfo>* found) {
    struct stat own;
    if (::stat(folder.c_str(), &own) != 0) return Failure(folder, errno);
    const std::pair<dev_t, ino_t> identity{own.st_dev, own.st_ino};
    if (!open_folders->insert(identity).second) return arrow::Status::OK();
    ARROW_ASSIGN_OR_RAISE(const std::vector<std::string> names, NamesIn(folder));
    const std::string prefix = folder.ends_with('/') ? folder : folder + "/";
    for (const auto& name : names) {
      const std::string path = prefix + name;
      struct stat status;
      if (::stat(path.c_str(), &status) != 0) {
        if (errno == ENOENT || errno == ELOOP) continue;  // removed while we were listing, or a link that leads nowhere
        return Failure(path, errno);
      }
      if (S_ISSOCK(status.st_mode)) continue;  // somebody listens there (local_socket.h); it holds no bytes
      ARROW_ASSIGN_OR_RAISE(found->emplace_back(), InfoOf(path, status));
      if (recursive && S_ISDIR(status.st_mode)) ARROW_RETURN_NOT_OK(ListInto(path, recursive, open_folders, found));
    }
    open_folders->erase(identity);
    return arrow::Status::OK();
  }
};

}  // namespace

FileSystem* LocalFileSystem() {
  static LocalFiles files;
  return &files;
}

arrow::Result<std::string> LocalPath(const std::string& uri) {
  const size_t colon = uri.find(':');
  const size_t slash = uri.find('/');
  // A scheme ends before the first slash; a single letter would be a drive elsewhere and a file name here.
  if (colon == std::string::npos || (slash != std::string::npos && slash < colon)) return uri;
  const std::string scheme = uri.substr(0, colon);
  const bool is_scheme = scheme.size() > 1 && std::all_of(scheme.begin(), scheme.end(), [](unsigned char c) {
                           return std::isalnum(c) || c == '+' || c == '-' || c == '.';
                         });
  if (!is_scheme || slash != colon + 1) return uri;
  if (scheme != "file") {
    // Not the rest of it, which may hold credentials.
    return arrow::Status::NotImplemented("Files at '", scheme,
                                         "://' are not supported yet; local paths and file:// are");
  }
  std::string path = uri.substr(colon + 1);
  if (path.starts_with("//")) {
    const size_t root = path.find('/', 2);
    const std::string host = path.substr(2, root == std::string::npos ? std::string::npos : root - 2);
    if (!host.empty() && host != "localhost") {
      return arrow::Status::Invalid("'", uri, "' names the host '", host, "'; write file:///path for a local file");
    }
    path = root == std::string::npos ? "/" : path.substr(root);
  }
  return path;
}

}  // namespace tidemark::io
