// SPDX-License-Identifier: Apache-2.0
// EntryWatcher: who wants to know when entries of a table are moved between memory and disk.
#pragma once

#include <arrow/status.h>

#include <cstdint>
#include <span>

#include "columnar/batch.h"

namespace tidemark::exec {

/// Told of entries that move. Entries are payloads of a KeyedTable.
class EntryWatcher {
 public:
  virtual ~EntryWatcher() = default;
  /// Of what changes now (see ChangeMark): entries that have it when they go to disk are listed there as changed ones.
  /// 0: none are to be listed.
  virtual uint32_t generation() const = 0;
  /// The entries are about to get other places, or none.
  virtual arrow::Status BeforeMove(std::span<uint8_t* const> entries) = 0;
  /// Those of them that stay in memory have their new places.
  virtual void AfterMove(std::span<uint8_t* const> entries) = 0;
  /// Entries were made of what the disk has.
  virtual void AfterLoad(std::span<uint8_t* const> entries) = 0;
  /// Entries on disk were removed there, which begin with these key columns.
  virtual arrow::Status AfterErase(Batch keys) = 0;
  /// Entries that have ended, and stay only because the disk does not know yet, are about to be used anew. One may be
  /// among them more than once.
  virtual arrow::Status BeforeReuse(std::span<uint8_t* const> entries) = 0;
};

}  // namespace tidemark::exec
