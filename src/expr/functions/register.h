// SPDX-License-Identifier: Apache-2.0
// The groups of built-in functions. Each group registers itself in files named after it; FunctionRegistry::BuiltIn()
// calls them all once.
#pragma once

#include "expr/function.h"

namespace tidemark::expr {

void RegisterOperators(FunctionRegistry* registry);    ///< operators_*.cc: + - = < IS NULL LIKE IN || ITEM ARRAY ...
void RegisterTemporal(FunctionRegistry* registry);     ///< temporal_*.cc: EXTRACT, DATE_FORMAT, TO_TIMESTAMP ...
void RegisterConditional(FunctionRegistry* registry);  ///< conditional*.cc: IF, NULLIF, GREATEST, IS_DIGIT ...
void RegisterConversion(FunctionRegistry* registry);   ///< conversion*.cc: TYPEOF
void RegisterString(FunctionRegistry* registry);       ///< string*.cc
void RegisterRegexp(FunctionRegistry* registry);       ///< regexp*.cc
void RegisterMath(FunctionRegistry* registry);         ///< math*.cc
void RegisterJson(FunctionRegistry* registry);         ///< json*.cc
void RegisterCollection(FunctionRegistry* registry);   ///< collection*.cc: CARDINALITY, ARRAY_*, MAP_*
void RegisterHash(FunctionRegistry* registry);         ///< hash*.cc: MD5, SHA*

}  // namespace tidemark::expr
