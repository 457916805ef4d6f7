// SPDX-License-Identifier: Apache-2.0
// EntryWatcher: who wants to know when entries of a table are moved between memory and disk.
#pragma once

#include <arrow/status.h>

#include <cstdint>
#include <span>

namespace tidemark::exec {

/// Told of entries before they are moved. Entries are payloads of a KeyedTable.
class EntryWatcher {
 public:
  virtual ~EntryWatcher() = default;
  /// The entries are about to get other places, or none.
  virtual arrow::Status BeforeMove(std::span<uint8_t* const> entries) = 0;
  /// Entries that have ended, and stay only because the disk does not know yet, are about to be used anew. One may be
  /// among them more than once.
  virtual arrow::Status BeforeReuse(std::span<uint8_t* const> entries) = 0;
};

}  // namespace tidemark::exec
