// SPDX-License-Identifier: Apache-2.0
// Which values INSERT stores into a column of another type without a CAST. Internal to the binder.
#pragma once

#include "catalog/data_type.h"

namespace tidemark::plan {

/// Flink's implicit casts: numbers to wider ones, any number to DECIMAL and DOUBLE, text to text, timestamps to each
/// other and to DATE and TIME; nested types part by part. NULLability is checked row by row when the job runs.
bool MayStore(const DataType& from, const DataType& to);

}  // namespace tidemark::plan
