// SPDX-License-Identifier: Apache-2.0
// Small files that are written and read whole.
#pragma once

#include <arrow/result.h>

#include <string>

#include "io/file_system.h"

namespace tidemark::state {

arrow::Status WriteText(io::FileSystem* files, const std::string& path, const std::string& text);
arrow::Result<std::string> ReadText(io::FileSystem* files, const std::string& path);

/// As FileSystem::Exists, but a store that cannot be asked is an error: what it has must not be taken for absent.
arrow::Result<bool> IsThere(io::FileSystem* files, const std::string& path);

}  // namespace tidemark::state
