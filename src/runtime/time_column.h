// SPDX-License-Identifier: Apache-2.0
// Timestamps of any precision as the milliseconds that watermarks count in.
#pragma once

#include <arrow/status.h>
#include <arrow/type_fwd.h>

#include <vector>

#include "base/event_time.h"

namespace tidemark::runtime {

/// Fills `millis` with one value per row of a timestamp column, rounded down; `null_value` where it is NULL.
arrow::Status TimestampMillis(const arrow::Array& column, EventTimeMs null_value, std::vector<EventTimeMs>* millis);

}  // namespace tidemark::runtime
