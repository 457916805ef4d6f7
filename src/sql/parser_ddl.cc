// SPDX-License-Identifier: Apache-2.0
// Grammar of CREATE and DROP, but for tables (parser_table).

#include <array>

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

/// The words between CREATE or DROP and the kind of object.
struct Prefix {
  bool replace = false;
  bool temporary = false;
  bool system = false;
  SourceRange range;
};

arrow::Result<Prefix> ParsePrefix(TokenCursor& cursor) {
  Prefix prefix;
  const size_t begin = cursor.Peek().range.begin;
  if (cursor.Is("OR")) {
    ARROW_RETURN_NOT_OK(cursor.ExpectAll({"OR", "REPLACE"}));
    prefix.replace = true;
  }
  prefix.temporary = cursor.Accept("TEMPORARY");
  if (cursor.Is("SYSTEM")) {
    cursor.Take();
    prefix.system = true;
  }
  prefix.range = cursor.RangeFrom(begin);
  return prefix;
}

/// Fails when a word was written that this kind of object does not take.
arrow::Status CheckPrefix(const Prefix& prefix, std::string_view object, bool may_replace, bool may_be_temporary) {
  if (prefix.replace && !may_replace) {
    return SyntaxError(prefix.range, "OR REPLACE is not part of CREATE " + std::string(object));
  }
  if (prefix.temporary && !may_be_temporary) {
    return SyntaxError(prefix.range, "A " + std::string(object) + " cannot be TEMPORARY");
  }
  if (prefix.system && object != "FUNCTION") {
    return SyntaxError(prefix.range, "SYSTEM is only for functions");
  }
  return arrow::Status::OK();
}

arrow::Result<StatementPtr> ParseCreateView(TokenCursor& cursor, const Prefix& prefix) {
  auto node = std::make_unique<CreateViewStatement>();
  node->temporary = prefix.temporary;
  node->or_replace = prefix.replace;
  node->if_not_exists = cursor.AcceptAll({"IF", "NOT", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(node->name, ParseName(cursor, "a view name"));
  if (cursor.Is("(")) {
    ARROW_ASSIGN_OR_RAISE(node->columns, ParseColumnList(cursor));
  }
  ARROW_ASSIGN_OR_RAISE(node->comment, ParseComment(cursor));
  ARROW_RETURN_NOT_OK(cursor.Expect("AS"));
  ARROW_ASSIGN_OR_RAISE(node->query, ParseWholeQuery(cursor));
  return StatementPtr(std::move(node));
}

arrow::Result<StatementPtr> ParseCreateFunction(TokenCursor& cursor, const Prefix& prefix) {
  auto node = std::make_unique<CreateFunctionStatement>();
  node->temporary = prefix.temporary;
  node->system = prefix.system;
  node->if_not_exists = cursor.AcceptAll({"IF", "NOT", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(node->name, ParseName(cursor, "a function name"));
  ARROW_RETURN_NOT_OK(cursor.Expect("AS"));
  ARROW_ASSIGN_OR_RAISE(node->class_name, ParseString(cursor, "a class name in quotes"));
  ARROW_ASSIGN_OR_RAISE(node->language, ParseFunctionLanguage(cursor));
  if (cursor.Accept("USING")) {
    do {
      ARROW_RETURN_NOT_OK(cursor.Expect("JAR"));
      ARROW_ASSIGN_OR_RAISE(StringValue path, ParseString(cursor, "a path in quotes"));
      node->jars.push_back(std::move(path));
    } while (cursor.Accept(","));
  }
  if (cursor.Accept("WITH")) {
    ARROW_ASSIGN_OR_RAISE(node->options, ParseOptions(cursor));
  }
  return StatementPtr(std::move(node));
}

/// `(name type [COMMENT 'text'], ...)` of INPUT and OUTPUT.
arrow::Result<std::vector<ColumnDefinition>> ParseModelColumns(TokenCursor& cursor) {
  const SourceRange open = cursor.Peek().range;
  ARROW_ASSIGN_OR_RAISE(TableElements elements, ParseTableElements(cursor, false));
  for (const ColumnDefinition& column : elements.columns) {
    if (column.kind != ColumnKind::kPhysical || column.key) {
      return SyntaxError(column.range, "A column of a model has a name, a type and maybe a comment");
    }
  }
  if (!elements.watermarks.empty() || !elements.constraints.empty()) {
    return SyntaxError(open, "A model has only columns, no watermarks and no constraints");
  }
  return std::move(elements.columns);
}

arrow::Result<StatementPtr> ParseCreateModel(TokenCursor& cursor, const Prefix& prefix) {
  auto node = std::make_unique<CreateModelStatement>();
  node->temporary = prefix.temporary;
  node->if_not_exists = cursor.AcceptAll({"IF", "NOT", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(node->name, ParseName(cursor, "a model name"));
  if (cursor.Accept("INPUT")) {
    ARROW_ASSIGN_OR_RAISE(node->input, ParseModelColumns(cursor));
  }
  if (cursor.Accept("OUTPUT")) {
    ARROW_ASSIGN_OR_RAISE(node->output, ParseModelColumns(cursor));
  }
  ARROW_ASSIGN_OR_RAISE(node->comment, ParseComment(cursor));
  if (cursor.Accept("WITH")) {
    ARROW_ASSIGN_OR_RAISE(node->options, ParseOptions(cursor));
  }
  if (cursor.Accept("AS")) {
    ARROW_ASSIGN_OR_RAISE(node->query, ParseWholeQuery(cursor));
  }
  return StatementPtr(std::move(node));
}

arrow::Result<StatementPtr> ParseCreateSimple(TokenCursor& cursor, ObjectType type) {
  auto node = std::make_unique<CreateSimpleStatement>();
  node->object_type = type;
  node->if_not_exists = cursor.AcceptAll({"IF", "NOT", "EXISTS"});
  const bool is_catalog = type == ObjectType::kCatalog;
  ARROW_ASSIGN_OR_RAISE(node->name, ParseName(cursor, is_catalog ? "a catalog name" : "a database name"));
  ARROW_ASSIGN_OR_RAISE(node->comment, ParseComment(cursor));
  if (cursor.Accept("WITH")) {
    ARROW_ASSIGN_OR_RAISE(node->options, ParseOptions(cursor));
  }
  return StatementPtr(std::move(node));
}

struct ObjectWord {
  std::string_view word;
  ObjectType type;
};

constexpr auto kObjectWords = std::to_array<ObjectWord>({
    {"TABLE", ObjectType::kTable},
    {"VIEW", ObjectType::kView},
    {"MATERIALIZED", ObjectType::kMaterializedTable},
    {"FUNCTION", ObjectType::kFunction},
    {"DATABASE", ObjectType::kDatabase},
    {"CATALOG", ObjectType::kCatalog},
    {"MODEL", ObjectType::kModel},
});

/// The kind of object that CREATE or DROP is about.
arrow::Result<ObjectType> ParseObjectType(TokenCursor& cursor) {
  for (const ObjectWord& entry : kObjectWords) {
    if (!cursor.Accept(entry.word)) continue;
    if (entry.type != ObjectType::kMaterializedTable) return entry.type;
    if (cursor.Is("VIEW")) {
      return SyntaxError(cursor.Peek().range, "Flink SQL has no materialized views", "Write MATERIALIZED TABLE.");
    }
    ARROW_RETURN_NOT_OK(cursor.Expect("TABLE"));
    return entry.type;
  }
  if (cursor.Is("SCHEMA")) {
    return SyntaxError(cursor.Peek().range, "Flink SQL has no schemas besides databases", "Write DATABASE.");
  }
  return cursor.Unexpected();
}

}  // namespace

arrow::Result<std::optional<StringValue>> ParseComment(TokenCursor& cursor) {
  std::optional<StringValue> comment;
  if (cursor.Accept("COMMENT")) {
    ARROW_ASSIGN_OR_RAISE(comment, ParseString(cursor, "a comment in quotes"));
  }
  return comment;
}

arrow::Result<FunctionLanguage> ParseFunctionLanguage(TokenCursor& cursor) {
  struct Entry {
    std::string_view word;
    FunctionLanguage language;
  };
  static constexpr Entry kEntries[] = {{"JAVA", FunctionLanguage::kJava},
                                       {"SCALA", FunctionLanguage::kScala},
                                       {"PYTHON", FunctionLanguage::kPython},
                                       {"SQL", FunctionLanguage::kSql}};
  if (!cursor.Accept("LANGUAGE")) return FunctionLanguage::kUnspecified;
  for (const Entry& entry : kEntries) {
    if (cursor.Accept(entry.word)) return entry.language;
  }
  return cursor.Unexpected();
}

arrow::Result<StatementPtr> ParseCreate(TokenCursor& cursor) {
  ARROW_RETURN_NOT_OK(cursor.Expect("CREATE"));
  ARROW_ASSIGN_OR_RAISE(const Prefix prefix, ParsePrefix(cursor));
  ARROW_ASSIGN_OR_RAISE(const ObjectType type, ParseObjectType(cursor));
  const bool may_replace = type == ObjectType::kTable || type == ObjectType::kView;
  const bool may_be_temporary = may_replace || type == ObjectType::kFunction || type == ObjectType::kModel;
  ARROW_RETURN_NOT_OK(CheckPrefix(prefix, ObjectTypeName(type), may_replace, may_be_temporary));
  if (prefix.system && !prefix.temporary) {
    return SyntaxError(prefix.range, "A system function can only be temporary", "Write TEMPORARY SYSTEM FUNCTION.");
  }
  switch (type) {
    case ObjectType::kTable:
      return ParseCreateTable(cursor, prefix.temporary, true, prefix.replace);
    case ObjectType::kView:
      return ParseCreateView(cursor, prefix);
    case ObjectType::kMaterializedTable:
      return ParseCreateMaterializedTable(cursor);
    case ObjectType::kFunction:
      return ParseCreateFunction(cursor, prefix);
    case ObjectType::kModel:
      return ParseCreateModel(cursor, prefix);
    case ObjectType::kDatabase:
    case ObjectType::kCatalog:
    case ObjectType::kJob:
      break;
  }
  return ParseCreateSimple(cursor, type);
}

arrow::Result<StatementPtr> ParseDrop(TokenCursor& cursor) {
  ARROW_RETURN_NOT_OK(cursor.Expect("DROP"));
  auto node = std::make_unique<DropStatement>();
  ARROW_ASSIGN_OR_RAISE(const Prefix prefix, ParsePrefix(cursor));
  ARROW_ASSIGN_OR_RAISE(node->object_type, ParseObjectType(cursor));
  const bool may_be_temporary = node->object_type == ObjectType::kTable || node->object_type == ObjectType::kView ||
                                node->object_type == ObjectType::kFunction || node->object_type == ObjectType::kModel;
  ARROW_RETURN_NOT_OK(CheckPrefix(prefix, ObjectTypeName(node->object_type), false, may_be_temporary));
  node->temporary = prefix.temporary;
  node->system = prefix.system;
  node->if_exists = cursor.AcceptAll({"IF", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(node->name, ParseName(cursor, "a name"));
  if (node->object_type == ObjectType::kDatabase) {
    if (cursor.Accept("RESTRICT")) {
      node->behavior = DropBehavior::kRestrict;
    } else if (cursor.Accept("CASCADE")) {
      node->behavior = DropBehavior::kCascade;
    }
  }
  return StatementPtr(std::move(node));
}

}  // namespace tidemark::sql::internal
