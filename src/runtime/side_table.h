// SPDX-License-Identifier: Apache-2.0
// Side tables: tables that a job writes beside its query's result: late rows, bad records. The user declares the table
// and picks the columns wanted by their names.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <string>
#include <vector>

#include "catalog/table.h"
#include "plan/physical_plan.h"

namespace tidemark::runtime {

/// The sink node of a side table. Fails, naming what there is, when a column of `table` is not, by name and type, one
/// of `known`. `purpose` is for the label: "LateRows".
arrow::Result<std::unique_ptr<plan::SinkNode>> MakeSideSinkNode(TablePtr table, const Schema& known,
                                                                const std::string& purpose);

/// For each column of a side table's sink node, its position in `known`.
std::vector<int> KnownColumns(const plan::SinkNode& node, const Schema& known);

}  // namespace tidemark::runtime
