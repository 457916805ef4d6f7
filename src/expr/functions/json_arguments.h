// SPDX-License-Identifier: Apache-2.0
// How the clauses of SQL/JSON calls become plain arguments.
#pragma once

#include <string>
#include <variant>
#include <vector>

#include "sql/ast.h"

namespace tidemark::expr {

/// An argument as written, to be bound; a symbol, to be passed as a string literal; or a type, to be passed as a NULL
/// of that type (null: STRING).
using JsonCallArgument = std::variant<const sql::Expression*, std::string, const sql::TypeName*>;

/// The arguments of a call of the function `name` (upper case) in the order that the function takes them; for any
/// function that has nothing to do with JSON just the arguments as written.
///
///     JSON_EXISTS(json, path, on_error)                              on_error: 'TRUE', 'FALSE', 'UNKNOWN', 'ERROR'
///     JSON_VALUE(json, path, type, on_empty, default, on_error, default)
///                       type: a NULL of the RETURNING type; on_...: 'NULL', 'ERROR', 'DEFAULT'; default: the same NULL
///                       without DEFAULT
///     JSON_QUERY(json, path, type, wrapper, on_empty, on_error)
///                       wrapper: 'WITHOUT', 'CONDITIONAL', 'UNCONDITIONAL'; on_...: 'NULL', 'EMPTY ARRAY', 'EMPTY
///                       OBJECT', 'ERROR'
///     JSON_OBJECT(on_null, raw, key, value, ...)                     on_null: 'NULL' or 'ABSENT'
///     JSON_ARRAY(on_null, raw, value, ...)
///     JSON_STRING(value, raw)
///     JSON_OBJECTAGG(key, value, on_null, raw)
///     JSON_ARRAYAGG(value, on_null, raw)
///
/// `raw` has a letter for each value: 'J' where the value is JSON text already, because it comes from JSON_OBJECT,
/// JSON_ARRAY or JSON, else 'V'.
std::vector<JsonCallArgument> JsonCallArguments(const std::string& name, const sql::FunctionCall& call);

}  // namespace tidemark::expr
