// SPDX-License-Identifier: Apache-2.0
// Standard streams over the process's file descriptors, and in memory.
#include "io/standard_streams.h"

#include <arrow/status.h>
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <mutex>

namespace tidemark::io {
namespace {

arrow::Status WriteAll(int descriptor, const char* name, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0) {
      if (errno == EINTR) continue;
      return arrow::Status::IOError(name, ": ", std::strerror(errno));
    }
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return arrow::Status::OK();
}

class DescriptorStreams final : public StandardStreams {
 public:
  arrow::Result<int64_t> ReadInput(int64_t length, int64_t timeout_micros, void* out) override {
    const std::lock_guard lock(input_mutex_);
    pollfd ready{STDIN_FILENO, POLLIN, 0};
    // Rounded up, so that a short wait does not become a busy loop.
    const int polled = ::poll(&ready, 1, static_cast<int>((timeout_micros + 999) / 1000));
    if (polled == 0 || (polled < 0 && errno == EINTR)) return 0;
    if (polled < 0) return arrow::Status::IOError("Standard input: ", std::strerror(errno));
    const ssize_t got = ::read(STDIN_FILENO, out, static_cast<size_t>(length));
    if (got < 0 && (errno == EINTR || errno == EAGAIN)) return 0;
    if (got < 0) return arrow::Status::IOError("Standard input: ", std::strerror(errno));
    return got == 0 ? -1 : static_cast<int64_t>(got);
  }

  arrow::Status WriteOutput(std::string_view bytes) override {
    const std::lock_guard lock(output_mutex_);
    return WriteAll(STDOUT_FILENO, "Standard output", bytes);
  }

  arrow::Status WriteError(std::string_view bytes) override {
    const std::lock_guard lock(error_mutex_);
    return WriteAll(STDERR_FILENO, "Standard error", bytes);
  }

 private:
  std::mutex input_mutex_;
  std::mutex output_mutex_;
  std::mutex error_mutex_;
};

}  // namespace

StandardStreams* ProcessStreams() {
  static DescriptorStreams streams;
  return &streams;
}

arrow::Result<int64_t> MemoryStreams::ReadInput(int64_t length, int64_t /*timeout_micros*/, void* out) {
  const std::lock_guard lock(mutex_);
  if (position_ == input_.size()) return -1;
  const size_t count = std::min(static_cast<size_t>(length), input_.size() - position_);
  std::memcpy(out, input_.data() + position_, count);
  position_ += count;
  return static_cast<int64_t>(count);
}

arrow::Status MemoryStreams::WriteOutput(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  output_ += bytes;
  return arrow::Status::OK();
}

arrow::Status MemoryStreams::WriteError(std::string_view bytes) {
  const std::lock_guard lock(mutex_);
  error_ += bytes;
  return arrow::Status::OK();
}

std::string MemoryStreams::output() const {
  const std::lock_guard lock(mutex_);
  return output_;
}

std::string MemoryStreams::error() const {
  const std::lock_guard lock(mutex_);
  return error_;
}

}  // namespace tidemark::io
