// SPDX-License-Identifier: Apache-2.0
// Types that several types are brought to where CommonType (catalog/data_type.h) is not what Flink takes, and the exact
// decimals that they build on.
#pragma once

#include <arrow/result.h>

#include <vector>

#include "catalog/data_type.h"

namespace tidemark {

/// The type that COALESCE, GREATEST and other functions bring their arguments to: as CommonType, but FLOAT beside
/// DOUBLE is DOUBLE, FLOAT behind DECIMAL is FLOAT, and DATE goes with TIMESTAMP. TypeError when there is none.
arrow::Result<DataType> MergedType(const std::vector<DataType>& types);

/// The DECIMAL that holds every value of an integer type; a DECIMAL as it is.
DataType AsDecimalType(const DataType& type);

}  // namespace tidemark
