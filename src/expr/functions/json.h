// SPDX-License-Identifier: Apache-2.0
// The groups of JSON functions, registered one file each by RegisterJson.
#pragma once

#include "expr/functions/define.h"

namespace tidemark::expr {

void RegisterJsonReads(FunctionRegistry* registry);   ///< json_read.cc: JSON_EXISTS, JSON_VALUE, JSON_QUERY
void RegisterJsonBuilds(FunctionRegistry* registry);  ///< json_build.cc: JSON_STRING, JSON_OBJECT, JSON_ARRAY, JSON
void RegisterJsonQuotes(FunctionRegistry* registry);  ///< json_quote.cc: JSON_QUOTE, JSON_UNQUOTE

}  // namespace tidemark::expr
