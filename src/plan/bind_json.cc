// SPDX-License-Identifier: Apache-2.0
// The clauses of JSON functions (RETURNING, ON EMPTY, ON ERROR, wrappers) as further arguments.
#include "plan/bind_expression.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

arrow::Status ExpressionBinder::AddJsonClauses(const sql::FunctionCall& call, const std::string& name,
                                               std::vector<expr::ExpressionPtr>* args) {
  (void)args;
  return sql::NotSupportedYet(call.range, "A clause of " + name);
}

}  // namespace tidemark::plan
