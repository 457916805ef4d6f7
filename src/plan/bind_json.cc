// SPDX-License-Identifier: Apache-2.0
// Calls of the JSON functions, whose clauses (RETURNING, ON EMPTY, ON ERROR, wrappers) become further arguments.
#include "expr/functions/json_arguments.h"
#include "plan/bind_call.h"
#include "plan/bind_expression.h"
#include "plan/bind_literal.h"
#include "plan/bind_type.h"
#include "sql/diagnostic.h"

namespace tidemark::plan {

using expr::ExpressionPtr;

namespace {

/// A call of JSON(...), which stands only where its text is put into an object or array as it is.
const sql::FunctionCall* AsJsonText(const sql::Expression& expression) {
  const auto* call = expression.TryAs<sql::FunctionCall>();
  const bool json = call != nullptr && call->name.parts.size() == 1 && UpperCaseName(call->name.last().value) == "JSON";
  return json ? call : nullptr;
}

}  // namespace

arrow::Result<ExpressionPtr> ExpressionBinder::BindJsonCall(const sql::FunctionCall& call, const std::string& name,
                                                            const expr::ScalarFunction& function) {
  if (name == "JSON") {
    return sql::SqlError(call.range, "JSON(...) stands only as a value of JSON_OBJECT or JSON_ARRAY",
                         "Write JSON_OBJECT('key' VALUE JSON('{}')); elsewhere the text itself is JSON.");
  }
  const bool builds = name == "JSON_OBJECT" || name == "JSON_ARRAY";
  std::vector<ExpressionPtr> args;
  for (const expr::JsonCallArgument& argument : expr::JsonCallArguments(name, call)) {
    if (const auto* symbol = std::get_if<std::string>(&argument)) {
      args.push_back(StringLiteral(*symbol));
    } else if (const auto* type = std::get_if<const sql::TypeName*>(&argument)) {
      DataType bound = DataType::String();
      if (*type != nullptr) {
        ARROW_ASSIGN_OR_RAISE(bound, BindType(**type));
      }
      args.push_back(NullLiteral(bound));
    } else {
      const sql::Expression& written = *std::get<const sql::Expression*>(argument);
      const sql::FunctionCall* json = builds ? AsJsonText(written) : nullptr;
      ExpressionPtr bound;
      if (json != nullptr) {
        ARROW_RETURN_NOT_OK(CheckPlainCall(*json));
        ARROW_ASSIGN_OR_RAISE(auto text, BindArguments(*json));
        ARROW_ASSIGN_OR_RAISE(bound, MakeNamedCall("JSON", std::move(text), json->range));
      } else {
        ARROW_ASSIGN_OR_RAISE(bound, Bind(written));
      }
      args.push_back(std::move(bound));
    }
  }
  return MakeCall(function, std::move(args), call.range);
}

}  // namespace tidemark::plan
