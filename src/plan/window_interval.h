// SPDX-License-Identifier: Apache-2.0
// What window table functions and GROUP BY windows share: constant intervals, and sizes that fit together. Internal to
// the binder.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <string>

#include "plan/bind_environment.h"
#include "sql/ast_query.h"

namespace tidemark::plan {

/// A constant day-time interval in milliseconds. `window` is for messages.
arrow::Result<int64_t> BindWindowInterval(const sql::Expression& expression, const std::string& window,
                                          const BindEnvironment& environment);

/// Sizes are positive, a HOP's size a multiple of its slide, a CUMULATE's of its step, the offset below the period.
arrow::Status CheckWindowSpec(const time::WindowSpec& spec, const std::string& window, sql::SourceRange range);

}  // namespace tidemark::plan
