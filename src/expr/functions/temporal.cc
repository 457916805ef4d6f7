// SPDX-License-Identifier: Apache-2.0
// Registers all temporal functions.
#include "expr/functions/temporal.h"

#include "expr/functions/register.h"
#include "expr/signature.h"

namespace tidemark::expr {

void RegisterTemporal(FunctionRegistry* registry) {
  RegisterTemporalParts(registry);
  RegisterTemporalRound(registry);
  RegisterTemporalShift(registry);
  RegisterTemporalNow(registry);
  RegisterTemporalFormat(registry);
  RegisterTemporalParse(registry);
}

arrow::Result<sql::TimeUnit> UnitArgument(const std::string& function, const ArgumentInfo& argument) {
  const auto name = LiteralText(argument);
  const auto unit = name ? sql::TimeUnitFromName(*name) : std::nullopt;
  if (!unit) {
    return arrow::Status::TypeError(function, " takes a time unit such as SECOND, DAY or MONTH",
                                    name ? ", not " + *name : "");
  }
  return *unit;
}

}  // namespace tidemark::expr
