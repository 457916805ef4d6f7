// SPDX-License-Identifier: Apache-2.0
// The whole syntax tree of a SQL script, for code that handles every kind of node.
#pragma once

#include "sql/ast_call.h"
#include "sql/ast_ddl.h"
#include "sql/ast_expression.h"
#include "sql/ast_node.h"
#include "sql/ast_pattern.h"
#include "sql/ast_query.h"
#include "sql/ast_statement.h"
#include "sql/ast_type.h"
