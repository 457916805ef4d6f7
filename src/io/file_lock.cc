// SPDX-License-Identifier: Apache-2.0
// Locks of open files (F_OFD_SETLK), which end with the process.
#include "io/file_lock.h"

#include <arrow/status.h>
#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string_view>

namespace tidemark::io {
namespace {

constexpr size_t kHolderBytesMax = 512;

arrow::Status Failure(const std::string& path) { return arrow::Status::IOError(path, ": ", std::strerror(errno)); }

int Open(const std::string& path, int flags) {
  int descriptor;
  do {
    descriptor = ::open(path.c_str(), flags | O_CLOEXEC, 0644);
  } while (descriptor < 0 && errno == EINTR);
  return descriptor;
}

/// The whole file.
struct flock Exclusive() {
  struct flock lock{};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  return lock;
}

/// What the holder wrote.
std::string ReadHolder(int descriptor) {
  char text[kHolderBytesMax];
  const ssize_t got = ::pread(descriptor, text, sizeof(text), 0);
  const std::string_view all(text, got > 0 ? static_cast<size_t>(got) : 0);
  const std::string_view line = all.substr(0, all.find('\n'));
  return line.empty() ? "another process" : std::string(line);  // it has not come to it yet
}

}  // namespace

FileLock::~FileLock() { ::close(descriptor_); }

arrow::Result<std::unique_ptr<FileLock>> FileLock::Take(const std::string& path, const std::string& holder) {
  const int descriptor = Open(path, O_RDWR | O_CREAT);
  if (descriptor < 0) return Failure(path);
  std::unique_ptr<FileLock> lock(new FileLock(descriptor));
  struct flock whole = Exclusive();
  if (::fcntl(descriptor, F_OFD_SETLK, &whole) != 0) {
    if (errno != EAGAIN && errno != EACCES) return Failure(path);
    return arrow::Status::Cancelled(ReadHolder(descriptor));
  }
  const std::string line = holder.substr(0, kHolderBytesMax - 1) + "\n";
  if (::ftruncate(descriptor, 0) != 0 ||
      ::pwrite(descriptor, line.data(), line.size(), 0) != static_cast<ssize_t>(line.size())) {
    return Failure(path);
  }
  return lock;
}

arrow::Result<std::optional<std::string>> FileLock::HolderOf(const std::string& path) {
  const int descriptor = Open(path, O_RDWR);
  if (descriptor < 0) {
    if (errno == ENOENT) return std::nullopt;
    return Failure(path);
  }
  const FileLock closes(descriptor);
  struct flock whole = Exclusive();
  if (::fcntl(descriptor, F_OFD_GETLK, &whole) != 0) return Failure(path);
  if (whole.l_type == F_UNLCK) return std::nullopt;
  return ReadHolder(descriptor);
}

}  // namespace tidemark::io
