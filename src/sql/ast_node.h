// SPDX-License-Identifier: Apache-2.0
// What all nodes of the syntax tree share: a kind, a place, checked casts, and names.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sql/source_range.h"

namespace tidemark::sql {

namespace internal {
/// Ends the process: a cast to a node type that does not match the node's kind is a bug.
[[noreturn]] void FailNodeCast(const char* wanted);
}  // namespace internal

/// Base of the node families (Expression, TableRef, QueryBody, Statement). A concrete node type `T` states its kind as
/// `static constexpr auto kKind`; `As<T>()` checks it.
template <typename KindEnum>
struct AstNode {
  explicit AstNode(KindEnum node_kind) : kind(node_kind) {}
  AstNode(const AstNode&) = delete;
  AstNode& operator=(const AstNode&) = delete;
  virtual ~AstNode() = default;

  template <typename T>
  bool Is() const {
    return kind == T::kKind;
  }

  /// REQUIRES: the node is a T.
  template <typename T>
  const T& As() const {
    if (!Is<T>()) internal::FailNodeCast(T::kName);
    return static_cast<const T&>(*this);
  }
  template <typename T>
  T& As() {
    if (!Is<T>()) internal::FailNodeCast(T::kName);
    return static_cast<T&>(*this);
  }

  /// nullptr when the node is not a T.
  template <typename T>
  const T* TryAs() const {
    return Is<T>() ? static_cast<const T*>(this) : nullptr;
  }
  template <typename T>
  T* TryAs() {
    return Is<T>() ? static_cast<T*>(this) : nullptr;
  }

  const KindEnum kind;
  SourceRange range;
};

/// Gives a concrete node type its kind, its name for the message of a failed cast, and its constructor.
#define TIDEMARK_SQL_NODE(Type, Base, Kind)   \
  static constexpr auto kKind = Kind;         \
  static constexpr const char* kName = #Type; \
  Type() : Base(kKind) {}

/// One name as the user wrote it, without back-quotes. Identifiers are case-sensitive.
struct Identifier {
  std::string value;
  SourceRange range;
  /// Written in back-quotes; the printer quotes whenever it must, whatever this says.
  bool quoted = false;
};

/// A name of one or more parts: `t`, `db.t`, `catalog.db.t`.
struct Name {
  std::vector<Identifier> parts;
  SourceRange range;

  bool empty() const { return parts.empty(); }
  const Identifier& last() const { return parts.back(); }
  /// The parts joined with dots, unquoted: for messages and look-ups, not for SQL text.
  std::string ToString() const;
};

/// A 'string literal' where the grammar wants only that: comments, paths, option keys and values.
struct StringValue {
  std::string value;
  SourceRange range;
};

/// One `'key' = 'value'` of WITH (...), OPTIONS (...) and SET (...).
struct Option {
  StringValue key;
  StringValue value;
};
using OptionList = std::vector<Option>;

struct Expression;
struct Query;
struct TypeName;
struct TableRef;
struct QueryBody;
struct Statement;

using ExpressionPtr = std::unique_ptr<Expression>;
using QueryPtr = std::unique_ptr<Query>;
using TypeNamePtr = std::unique_ptr<TypeName>;
using TableRefPtr = std::unique_ptr<TableRef>;
using QueryBodyPtr = std::unique_ptr<QueryBody>;
using StatementPtr = std::unique_ptr<Statement>;

}  // namespace tidemark::sql
