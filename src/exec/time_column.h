// SPDX-License-Identifier: Apache-2.0
// Event times out of a timestamp column.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <string>
#include <vector>

#include "base/event_time.h"

namespace tidemark::exec {

/// The column's values in ms, rounded towards the past. Columns are timestamps in s, ms, us or ns. Invalid, naming
/// `label`, where a value is NULL: an event without a time belongs nowhere.
arrow::Result<std::vector<EventTimeMs>> ReadTimes(const arrow::Array& column, const std::string& label);

}  // namespace tidemark::exec
