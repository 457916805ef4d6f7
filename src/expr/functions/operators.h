// SPDX-License-Identifier: Apache-2.0
// The groups of operators, registered one file each by RegisterOperators.
#pragma once

#include "expr/function.h"

namespace tidemark::expr {

void RegisterArithmetic(FunctionRegistry* registry);    ///< + - * / %
void RegisterComparison(FunctionRegistry* registry);    ///< = <> < <= > >=, IS [NOT] DISTINCT FROM
void RegisterLogic(FunctionRegistry* registry);         ///< NOT, IS [NOT] NULL / TRUE / FALSE / UNKNOWN
void RegisterLike(FunctionRegistry* registry);          ///< [NOT] LIKE, [NOT] SIMILAR TO
void RegisterIn(FunctionRegistry* registry);            ///< IN over a list
void RegisterConstructors(FunctionRegistry* registry);  ///< ARRAY, MAP, ROW, ||
void RegisterItem(FunctionRegistry* registry);          ///< subscripts

/// Arithmetic on dates, times and intervals, which shares + - * with numbers.
arrow::Result<ResolvedSignature> ResolveTemporalArithmetic(const std::string& op,
                                                           std::span<const ArgumentInfo> arguments);
arrow::Result<std::unique_ptr<ScalarKernel>> MakeTemporalArithmetic(const std::string& op, const CallSite& site);

/// Whether + - * on these arguments is about dates, times or intervals.
bool IsTemporalArithmetic(std::span<const ArgumentInfo> arguments);

}  // namespace tidemark::expr
