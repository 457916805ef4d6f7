// SPDX-License-Identifier: Apache-2.0
// Records of a text format from files, or from pieces of them.
#pragma once

#include <arrow/result.h>

#include <memory>

#include "connectors/files/file_reader.h"
#include "formats/format.h"

namespace tidemark::connectors {

/// `plan` outlives the reader. Compressed files are always one piece.
arrow::Result<std::unique_ptr<FileReader>> MakeTextReader(const ReadPlan& plan, const formats::Format& format);

}  // namespace tidemark::connectors
