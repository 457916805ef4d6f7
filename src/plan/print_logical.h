// SPDX-License-Identifier: Apache-2.0
// The logical plan as text: one operator a line, inputs indented below. For tests and for debugging the planner.
#pragma once

#include <string>

#include "plan/logical_plan.h"

namespace tidemark::plan {

/// The tree below `node`, each line ended by a newline. Columns are shown by name and position (`price#2`), new columns
/// of a projection as `name := expression`.
std::string LogicalToString(const LogicalNode& node);

/// "a BIGINT, b STRING NOT NULL": the columns with their types and time attributes.
std::string SchemaToString(const Schema& schema);

}  // namespace tidemark::plan
