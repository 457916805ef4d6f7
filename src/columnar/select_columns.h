// SPDX-License-Identifier: Apache-2.0
// SelectColumns: some columns of a batch, such as those of a key.
#pragma once

#include <arrow/type_fwd.h>

#include <memory>
#include <vector>

#include "columnar/batch.h"

namespace tidemark {

/// Those at `columns`, in that order.
std::vector<std::shared_ptr<arrow::Array>> SelectColumns(const Batch& batch, const std::vector<int>& columns);

}  // namespace tidemark
