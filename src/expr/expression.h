// SPDX-License-Identifier: Apache-2.0
// Bound scalar expressions: every name resolved to a column position, every operator to a function, every type known.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <memory>
#include <string>
#include <vector>

#include "catalog/data_type.h"

namespace tidemark::expr {

struct ScalarFunction;  // expr/function.h

class Expression;
using ExpressionPtr = std::shared_ptr<const Expression>;

/// A node of a bound expression tree. Immutable and shared. Made by the static functions, which check their arguments
/// only by assertion: the binder has reported user errors before.
class Expression {
 public:
  enum class Kind {
    kColumn,    ///< column `column_index` of the input batch
    kLiteral,   ///< constant
    kCall,      ///< function of the children; all children are evaluated for all rows
    kCast,      ///< child brought to `type`; fails on bad values, or gives NULL where `is_try`
    kAnd,       ///< three-valued AND; a later child is evaluated only for rows the earlier ones left open
    kOr,        ///< likewise
    kCase,      ///< children: when1, then1, when2, then2, ..., else; a branch is evaluated only for its rows
    kCoalesce,  ///< first child that is not NULL; later ones evaluated only where needed
    kField,     ///< field `field_index` of the ROW child
  };

  static ExpressionPtr Column(int index, DataType type, std::string name);
  static ExpressionPtr Literal(std::shared_ptr<arrow::Scalar> value, DataType type);
  static ExpressionPtr Call(const ScalarFunction* function, std::vector<ExpressionPtr> args, DataType type);
  static ExpressionPtr Cast(ExpressionPtr child, DataType type, bool is_try);
  static ExpressionPtr And(std::vector<ExpressionPtr> children);
  static ExpressionPtr Or(std::vector<ExpressionPtr> children);
  static ExpressionPtr Case(std::vector<ExpressionPtr> children, DataType type);
  static ExpressionPtr Coalesce(std::vector<ExpressionPtr> children, DataType type);
  static ExpressionPtr Field(ExpressionPtr child, int field_index, DataType type);

  Kind kind() const { return kind_; }
  const DataType& type() const { return type_; }
  const std::vector<ExpressionPtr>& children() const { return children_; }
  int column_index() const { return index_; }               ///< kColumn
  int field_index() const { return index_; }                ///< kField
  const std::string& column_name() const { return name_; }  ///< kColumn: for EXPLAIN only
  const std::shared_ptr<arrow::Scalar>& literal() const {
    return literal_;
  }  ///< kLiteral; its type is type().ToArrow()
  const ScalarFunction* function() const { return function_; }  ///< kCall
  bool is_try() const { return is_try_; }                       ///< kCast

  /// The same result for the same row at any time (no RAND, UUID, NOW, PROCTIME below).
  bool deterministic() const;
  /// For EXPLAIN and for operator identity: `(price * 0.908)`, `CAST(a AS BIGINT)`.
  std::string ToString() const;
  /// Structural equality (types, functions, literals).
  bool Equals(const Expression& other) const;

 private:
  Expression() = default;
  Kind kind_ = Kind::kLiteral;
  DataType type_;
  std::vector<ExpressionPtr> children_;
  int index_ = 0;
  std::string name_;
  std::shared_ptr<arrow::Scalar> literal_;
  const ScalarFunction* function_ = nullptr;
  bool is_try_ = false;
};

/// The distinct column indexes that `expression` reads, ascending.
std::vector<int> ReferencedColumns(const Expression& expression);

/// `expression` with column i replaced by `replacements[i]` (null: keep, must then not be referenced).
ExpressionPtr ReplaceColumns(const ExpressionPtr& expression, const std::vector<ExpressionPtr>& replacements);

/// How many nodes the tree that ReplaceColumns makes has, each of a shared subtree counted where it stands; counted no
/// further than to `max`.
size_t CountNodes(const Expression& expression, const std::vector<ExpressionPtr>& replacements, size_t max);

}  // namespace tidemark::expr
