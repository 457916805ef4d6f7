// SPDX-License-Identifier: Apache-2.0
// Binds scalar expressions: every name becomes a column position, every operator a function, every type known.
// Internal to the binder.
#pragma once

#include <arrow/result.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "plan/bind_environment.h"
#include "sql/ast_query.h"

namespace tidemark::plan {

class ExpressionBinder;

/// `EXISTS (query)`, or `operand IN (query)`; `= ANY` is IN and `<> ALL` is NOT IN.
struct SubqueryTest {
  const sql::Expression* operand = nullptr;  ///< null for EXISTS
  /// How the operand compares with one row at least. `x > ALL` is NOT `x <= ANY`.
  sql::BinaryOperator comparison = sql::BinaryOperator::kEqual;
  const sql::Query* query = nullptr;
  bool negated = false;
  sql::SourceRange range;
};
/// nullopt for every other expression.
std::optional<SubqueryTest> AsSubqueryTest(const sql::Expression& expression);

/// What a clause allows in its expressions beyond scalar functions of columns.
class ExpressionExtension {
 public:
  virtual ~ExpressionExtension() = default;
  /// Null: a call that is bound as any other.
  virtual arrow::Result<expr::ExpressionPtr> BindCall(const sql::FunctionCall& call) = 0;
  /// Null: subqueries are not allowed here.
  virtual arrow::Result<expr::ExpressionPtr> BindScalarSubquery(const sql::SubqueryExpression& subquery) = 0;
  /// Null: tests of subqueries are not allowed here. `binder` binds the operand.
  virtual arrow::Result<expr::ExpressionPtr> BindSubqueryTest(const SubqueryTest& test, ExpressionBinder* binder) {
    (void)test;
    (void)binder;
    return nullptr;
  }
  /// Null: a column of the scope. Aliases that ORDER BY may use come from here.
  virtual arrow::Result<expr::ExpressionPtr> BindColumn(const sql::ColumnRef& column) {
    (void)column;
    return nullptr;
  }
};

/// Binds the expressions of one clause. `scope` and `extension` (which may be null) outlive it.
class ExpressionBinder {
 public:
  /// `clause` is for messages: "WHERE", "the ON condition".
  ExpressionBinder(const BindEnvironment& environment, const Scope& scope, std::string clause,
                   ExpressionExtension* extension = nullptr)
      : environment_(environment), scope_(scope), clause_(std::move(clause)), extension_(extension) {}

  arrow::Result<expr::ExpressionPtr> Bind(const sql::Expression& expression);
  arrow::Result<std::vector<expr::ExpressionPtr>> BindAll(const std::vector<sql::ExpressionPtr>& expressions);
  /// The expression must be BOOLEAN.
  arrow::Result<expr::ExpressionPtr> BindCondition(const sql::Expression& expression);

  /// Columns of the enclosing query become Placeholder::kOuter instead of "not supported yet".
  void AllowOuterColumns() { outer_allowed_ = true; }
  /// Aliases that the user may take for columns, for a better error.
  void ExplainAliases(const std::vector<sql::SelectItem>* items) { select_items_ = items; }
  /// `expression` with fresh column references, remembered as standing at `range`.
  expr::ExpressionPtr Placed(const expr::ExpressionPtr& expression, sql::SourceRange range);
  /// Where the text names a column reference that this binder made.
  sql::SourceRange PlaceOf(const expr::Expression& column) const;
  /// All column references made so far, in order.
  const std::vector<std::pair<expr::ExpressionPtr, sql::SourceRange>>& places() const { return places_; }

  const BindEnvironment& environment() const { return environment_; }
  const Scope& scope() const { return scope_; }
  const std::string& clause() const { return clause_; }

 private:
  // bind_expression.cc: names and fields
  arrow::Result<expr::ExpressionPtr> BindColumn(const sql::ColumnRef& column);
  arrow::Result<expr::ExpressionPtr> BindOuterColumn(const sql::Name& name);
  arrow::Result<expr::ExpressionPtr> BindFieldAccess(const sql::FieldAccess& access);
  arrow::Result<expr::ExpressionPtr> BindSubscript(const sql::SubscriptExpression& subscript);
  arrow::Result<expr::ExpressionPtr> BindCast(const sql::CastExpression& cast);
  arrow::Result<expr::ExpressionPtr> BindConstructor(const sql::ConstructorExpression& constructor);
  arrow::Result<expr::ExpressionPtr> BindSubquery(const sql::SubqueryExpression& subquery);
  arrow::Result<expr::ExpressionPtr> BindTest(const sql::Expression& expression);

  // bind_operator.cc
  arrow::Result<expr::ExpressionPtr> BindUnary(const sql::UnaryExpression& unary);
  arrow::Result<expr::ExpressionPtr> BindBinary(const sql::BinaryExpression& binary);
  arrow::Result<expr::ExpressionPtr> BindLogical(const sql::LogicalExpression& logical);
  arrow::Result<expr::ExpressionPtr> BindBetween(const sql::BetweenExpression& between);
  arrow::Result<expr::ExpressionPtr> BindInList(const sql::InListExpression& in);
  arrow::Result<expr::ExpressionPtr> BindQuantifiedList(const sql::QuantifiedExpression& quantified);
  arrow::Result<expr::ExpressionPtr> BindLike(const sql::LikeExpression& like);
  arrow::Result<expr::ExpressionPtr> BindIs(const sql::IsExpression& is);
  arrow::Result<expr::ExpressionPtr> CompareRows(const sql::ConstructorExpression& left,
                                                 const sql::ConstructorExpression& right, const std::string& op,
                                                 sql::SourceRange range);

  // bind_case.cc
  arrow::Result<expr::ExpressionPtr> BindCase(const sql::CaseExpression& expression);
  arrow::Result<expr::ExpressionPtr> BindConditional(const sql::FunctionCall& call, const std::string& name);

  // bind_function_call.cc
  arrow::Result<expr::ExpressionPtr> BindFunctionCall(const sql::FunctionCall& call);
  arrow::Result<expr::ExpressionPtr> BindScalarCall(const sql::FunctionCall& call, const std::string& name);
  arrow::Status CheckPlainCall(const sql::FunctionCall& call) const;
  arrow::Result<std::vector<expr::ExpressionPtr>> BindArguments(const sql::FunctionCall& call);

  // bind_json.cc
  arrow::Result<expr::ExpressionPtr> BindJsonCall(const sql::FunctionCall& call, const std::string& name,
                                                  const expr::ScalarFunction& function);

  const BindEnvironment& environment_;
  const Scope& scope_;
  std::string clause_;
  ExpressionExtension* extension_;
  bool outer_allowed_ = false;
  const std::vector<sql::SelectItem>* select_items_ = nullptr;
  /// Each column reference made, with its place; keeps the references alive so that addresses stay unique.
  std::vector<std::pair<expr::ExpressionPtr, sql::SourceRange>> places_;
};

/// Upper case of an ASCII name, as functions are looked up.
std::string UpperCaseName(const std::string& name);

/// BOOLEAN, or an error that names the type and says what to write.
arrow::Result<expr::ExpressionPtr> AsCondition(expr::ExpressionPtr expression, sql::SourceRange range,
                                               const std::string& clause);

/// The field `name` of a ROW expression.
arrow::Result<expr::ExpressionPtr> MakeField(expr::ExpressionPtr base, const sql::Identifier& name);

}  // namespace tidemark::plan
