// SPDX-License-Identifier: Apache-2.0
// Readers of files whose records are lines or otherwise follow one another as text.
#pragma once

#include "connectors/files/file_reader.h"

namespace tidemark::connectors {

/// The records that begin in the piece. The file is plain and its format splittable, so every line end ends a record.
arrow::Result<std::unique_ptr<FileReader>> OpenLines(const ReadPlan& plan, const FilePiece& piece, const formats::Format& format);

/// A whole file from its beginning, compressed or not.
arrow::Result<std::unique_ptr<FileReader>> OpenStream(const ReadPlan& plan, const io::FileInfo& file, const formats::Format& format);

}  // namespace tidemark::connectors
