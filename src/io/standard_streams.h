// SPDX-License-Identifier: Apache-2.0
// The one door to standard input, output and error, so that tests can feed and read them and that lines written by
// several workers never mix.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

namespace tidemark::io {

/// Thread-safe.
class StandardStreams {
 public:
  virtual ~StandardStreams() = default;

  /// Reads what is at hand from standard input, up to `length` bytes: waits `timeout_micros` at most. 0: nothing came
  /// in time; -1: the end.
  virtual arrow::Result<int64_t> ReadInput(int64_t length, int64_t timeout_micros, void* out) = 0;

  /// Writes all of `bytes` before anything that another call writes. A reader that went away (closed pipe) is IOError.
  virtual arrow::Status WriteOutput(std::string_view bytes) = 0;
  virtual arrow::Status WriteError(std::string_view bytes) = 0;
};

/// The process's own streams. Lives for the whole process.
StandardStreams* ProcessStreams();

/// Streams in memory, for tests: input is what was given, output and error are kept.
class MemoryStreams final : public StandardStreams {
 public:
  explicit MemoryStreams(std::string input = "") : input_(std::move(input)) {}

  arrow::Result<int64_t> ReadInput(int64_t length, int64_t timeout_micros, void* out) override;
  arrow::Status WriteOutput(std::string_view bytes) override;
  arrow::Status WriteError(std::string_view bytes) override;

  std::string output() const;
  std::string error() const;

 private:
  mutable std::mutex mutex_;
  std::string input_;
  size_t position_ = 0;
  std::string output_;
  std::string error_;
};

}  // namespace tidemark::io
