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

/// Sizes are positive, a CUMULATE's a multiple of its step, the offset is smaller than the size.
arrow::Status CheckWindowSpec(const time::WindowSpec& spec, const std::string& window, sql::SourceRange range);
/// The size is a multiple of the slide, as aggregation of a stream by HOP windows asks.
arrow::Status CheckWholeSlides(const time::WindowSpec& spec, const std::string& window, sql::SourceRange range);

}  // namespace tidemark::plan
