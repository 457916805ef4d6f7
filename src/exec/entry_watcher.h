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
  /// An entry that has ended, and stays only because the disk does not know yet, is about to be used anew.
  virtual arrow::Status BeforeReuse(uint8_t* entry) = 0;
};

}  // namespace tidemark::exec
