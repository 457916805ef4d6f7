// SPDX-License-Identifier: Apache-2.0
// The groups of temporal functions, one file each, and what they share.
#pragma once

#include <arrow/result.h>

#include <optional>
#include <string>

#include "expr/function.h"
#include "sql/ast_type.h"

namespace tidemark::expr {

void RegisterTemporalParts(FunctionRegistry* registry);   ///< EXTRACT, YEAR ... SECOND
void RegisterTemporalRound(FunctionRegistry* registry);   ///< FLOOR and CEIL to a unit
void RegisterTemporalShift(FunctionRegistry* registry);   ///< TIMESTAMPADD, TIMESTAMPDIFF, OVERLAPS
void RegisterTemporalNow(FunctionRegistry* registry);     ///< CURRENT_TIMESTAMP and its kin
void RegisterTemporalFormat(FunctionRegistry* registry);  ///< DATE_FORMAT, FROM_UNIXTIME, CONVERT_TZ
void RegisterTemporalParse(FunctionRegistry* registry);   ///< TO_DATE, TO_TIMESTAMP, TO_TIMESTAMP_LTZ, UNIX_TIMESTAMP

/// The unit that a symbol argument names; TypeError naming `function` for anything else.
arrow::Result<sql::TimeUnit> UnitArgument(const std::string& function, const ArgumentInfo& argument);

}  // namespace tidemark::expr
