// SPDX-License-Identifier: Apache-2.0
// Our files as Arrow's: what its Parquet reader and writer work on.
#pragma once

#include <arrow/io/interfaces.h>
#include <arrow/result.h>

#include <memory>
#include <string>

#include "io/file_system.h"

namespace tidemark::formats {

/// Opens `path` for random reads of its first `size_bytes` bytes.
arrow::Result<std::shared_ptr<arrow::io::RandomAccessFile>> OpenArrowFile(io::FileSystem* files,
                                                                          const std::string& path, int64_t size_bytes);

/// A stream into `file`, which is not owned and outlives it. Closing the stream does not commit the file.
std::shared_ptr<arrow::io::OutputStream> MakeArrowStream(io::WritableFile* file);

}  // namespace tidemark::formats
