// SPDX-License-Identifier: Apache-2.0
// What sorting operators share: LIMIT with OFFSET, and the size of held batches.
#pragma once

#include <cstdint>
#include <memory>

#include "columnar/batch.h"
#include "exec/operator.h"

namespace tidemark::exec {

/// How many rows, from the first on, `LIMIT limit OFFSET offset` reads. Does not overflow.
int64_t RowsWanted(int64_t limit, int64_t offset);

/// Takes all and gives nothing: LIMIT 0.
std::unique_ptr<Operator> MakeNoRowsOperator();

/// Bytes of the buffers that a batch keeps alive, children included. Buffers shared with other batches count fully.
int64_t BufferBytes(const Batch& batch);

}  // namespace tidemark::exec
