// SPDX-License-Identifier: Apache-2.0
// The groups of functions of arrays and maps, registered one file each by RegisterCollection, and their types.
#pragma once

#include <span>
#include <string>

#include "expr/functions/define.h"

namespace tidemark::expr {

void RegisterArrayElement(
    FunctionRegistry* registry);  ///< collection_element.cc: CARDINALITY, ELEMENT, ARRAY_CONTAINS, ARRAY_POSITION ...
void RegisterArrayChange(
    FunctionRegistry* registry);  ///< collection_change.cc: ARRAY_APPEND, ARRAY_REMOVE, ARRAY_SLICE ...
void RegisterArraySet(FunctionRegistry* registry);  ///< collection_set.cc: ARRAY_UNION, ARRAY_CONCAT, ARRAY_EXCEPT ...
void RegisterArrayOrder(FunctionRegistry* registry);  ///< collection_order.cc: ARRAY_SORT, ARRAY_MAX, ARRAY_MIN
void RegisterArrayJoin(FunctionRegistry* registry);   ///< collection_join.cc: ARRAY_JOIN
void RegisterMap(FunctionRegistry* registry);         ///< collection_map.cc: MAP_KEYS ... MAP_UNION

/// Resolves (ARRAY, element): the element is cast to the array's element type. `returns` gets the resolved types.
Resolver ResolveArrayAndElement(std::string name, ReturnRule returns);

/// Resolves any number of ARRAYs (or MAPs), at least `least`, by their common type, which is also the result's;
/// nullable if any is.
Resolver ResolveCommon(std::string name, TypeKind kind, size_t least, size_t most);

}  // namespace tidemark::expr
