// SPDX-License-Identifier: Apache-2.0
// Which of the records that a broker gives are handed on: each offset once, in order, up to the end.
#pragma once

#include <cstdint>

#include "connectors/kafka/partition_ranges.h"

namespace tidemark::connectors::kafka {

enum class Delivery {
  kNew,        ///< to be handed on
  kAgain,      ///< was handed on before: a batch of the broker may begin before what was asked for
  kBehindEnd,  ///< neither this one nor any that follows is read
};

/// What becomes of the record at `offset`. `end`: or PartitionRange::kNoEnd. `next`, the offset behind everything that
/// was handed on, moves behind it.
inline Delivery Receive(int64_t offset, int64_t end, int64_t* next) {
  if (offset < *next) return Delivery::kAgain;
  if (end != PartitionRange::kNoEnd && offset >= end) {
    *next = end;
    return Delivery::kBehindEnd;
  }
  *next = offset + 1;
  return Delivery::kNew;
}

}  // namespace tidemark::connectors::kafka
