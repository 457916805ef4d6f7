// SPDX-License-Identifier: Apache-2.0
// Paths that name objects in a store instead of files: "s3://bucket/key".
#pragma once

#include <string>
#include <string_view>

namespace tidemark::io {

inline constexpr std::string_view kObjectScheme = "s3://";

/// Whether the path lies in an object store. There several machines may write at once and no FileLock keeps them apart;
/// an object appears whole, and is replaced but never changed.
inline bool IsObjectPath(const std::string& path) { return path.starts_with(kObjectScheme); }

}  // namespace tidemark::io
