// SPDX-License-Identifier: Apache-2.0
// Compressed files as streams: bytes come out as they are asked for, however big the file is.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "io/file_system.h"

namespace tidemark::io {

enum class Compression { kNone, kGzip, kZstd, kBzip2 };

/// By the file name's end: .gz, .gzip, .zst, .zstd, .bz2.
Compression CompressionOf(std::string_view path);
/// "none", "gzip", "zstd", "bzip2"; Invalid names what is accepted.
arrow::Result<Compression> ParseCompression(const std::string& name);

/// Bytes one after the other. One thread.
class InputStream {
 public:
  virtual ~InputStream() = default;
  /// Reads up to `length` bytes, at least one; 0 only at the end.
  virtual arrow::Result<int64_t> Read(int64_t length, void* out) = 0;
  /// Bytes of the file read so far, compressed ones where it is: for progress.
  virtual int64_t file_position() const = 0;
};

/// The plain bytes of a file whose size is `size_bytes` (as listed: what was appended later is left alone). A file that
/// ends earlier is IOError. Gzip members and zstd frames that follow one another read as one. Damaged or cut off
/// compressed data is IOError with the path.
arrow::Result<std::unique_ptr<InputStream>> OpenInput(FileSystem* files, const std::string& path, int64_t size_bytes,
                                                      Compression compression);

/// `bytes` compressed as one member or frame.
arrow::Result<std::string> Compress(std::string_view bytes, Compression compression);

/// A file whose bytes are compressed on the way. bytes_written() counts compressed bytes handed to `target` so far.
arrow::Result<std::unique_ptr<WritableFile>> CompressInto(std::unique_ptr<WritableFile> target,
                                                          Compression compression);

}  // namespace tidemark::io
