// SPDX-License-Identifier: Apache-2.0
// Grammar of SHOW and DESCRIBE.

#include <array>

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

/// What may follow the words of a SHOW statement.
enum class Suffix {
  kNothing,
  /// [NOT] LIKE 'pattern'
  kPattern,
  /// [FROM | IN name] [[NOT] LIKE 'pattern']
  kParentAndPattern,
  /// FROM | IN table [[NOT] LIKE 'pattern']
  kTableAndPattern,
  /// table [PARTITION (...)]
  kPartitions,
};

struct ShowForm {
  std::array<std::string_view, 2> words;
  ShowKind show;
  Suffix suffix;
};

constexpr auto kForms = std::to_array<ShowForm>({
    {{"CATALOGS"}, ShowKind::kCatalogs, Suffix::kPattern},
    {{"CURRENT", "CATALOG"}, ShowKind::kCurrentCatalog, Suffix::kNothing},
    {{"DATABASES"}, ShowKind::kDatabases, Suffix::kParentAndPattern},
    {{"CURRENT", "DATABASE"}, ShowKind::kCurrentDatabase, Suffix::kNothing},
    {{"TABLES"}, ShowKind::kTables, Suffix::kParentAndPattern},
    {{"VIEWS"}, ShowKind::kViews, Suffix::kParentAndPattern},
    {{"MATERIALIZED", "TABLES"}, ShowKind::kMaterializedTables, Suffix::kParentAndPattern},
    {{"COLUMNS"}, ShowKind::kColumns, Suffix::kTableAndPattern},
    {{"PARTITIONS"}, ShowKind::kPartitions, Suffix::kPartitions},
    {{"FUNCTIONS"}, ShowKind::kFunctions, Suffix::kParentAndPattern},
    {{"USER", "FUNCTIONS"}, ShowKind::kUserFunctions, Suffix::kParentAndPattern},
    {{"PROCEDURES"}, ShowKind::kProcedures, Suffix::kParentAndPattern},
    {{"MODULES"}, ShowKind::kModules, Suffix::kNothing},
    {{"FULL", "MODULES"}, ShowKind::kFullModules, Suffix::kNothing},
    {{"MODELS"}, ShowKind::kModels, Suffix::kParentAndPattern},
    {{"JARS"}, ShowKind::kJars, Suffix::kNothing},
    {{"JOBS"}, ShowKind::kJobs, Suffix::kNothing},
});

bool AcceptForm(TokenCursor& cursor, const ShowForm& form) {
  const bool two_words = !form.words[1].empty();
  if (two_words ? !cursor.AreNext({form.words[0], form.words[1]}) : !cursor.Is(form.words[0])) {
    cursor.Note(form.words[0]);
    return false;
  }
  cursor.Take();
  if (two_words) cursor.Take();
  return true;
}

arrow::Status ParsePattern(TokenCursor& cursor, ShowStatement* show) {
  show->pattern_negated = cursor.Accept("NOT");
  if (cursor.Accept("ILIKE")) {
    show->pattern_ignores_case = true;
  } else if (!cursor.Accept("LIKE")) {
    return show->pattern_negated ? cursor.Unexpected() : arrow::Status::OK();
  }
  ARROW_ASSIGN_OR_RAISE(show->pattern, ParseString(cursor, "a pattern in quotes"));
  return arrow::Status::OK();
}

arrow::Status ParseSuffix(TokenCursor& cursor, Suffix suffix, ShowStatement* show) {
  if (suffix == Suffix::kNothing) return arrow::Status::OK();
  if (suffix == Suffix::kPartitions) {
    ARROW_ASSIGN_OR_RAISE(show->name, ParseName(cursor, "a table name"));
    if (cursor.Accept("PARTITION")) {
      ARROW_ASSIGN_OR_RAISE(show->partition, ParsePartitionSpec(cursor, false));
    }
    return arrow::Status::OK();
  }
  if (suffix != Suffix::kPattern) {
    const bool has_parent = cursor.Accept("FROM") || cursor.Accept("IN");
    const bool is_table = suffix == Suffix::kTableAndPattern;
    if (is_table && !has_parent) return cursor.Unexpected();
    if (has_parent) {
      ARROW_ASSIGN_OR_RAISE(show->name, ParseName(cursor, is_table ? "a table name" : "a name"));
    }
  }
  return ParsePattern(cursor, show);
}

/// SHOW CREATE object name, behind CREATE
arrow::Status ParseShowCreate(TokenCursor& cursor, ShowStatement* show) {
  show->show = ShowKind::kCreate;
  if (cursor.Accept("TABLE")) {
    show->object_type = ObjectType::kTable;
  } else if (cursor.Accept("VIEW")) {
    show->object_type = ObjectType::kView;
  } else if (cursor.Accept("CATALOG")) {
    show->object_type = ObjectType::kCatalog;
  } else if (cursor.Accept("MODEL")) {
    show->object_type = ObjectType::kModel;
  } else {
    ARROW_RETURN_NOT_OK(cursor.ExpectAll({"MATERIALIZED", "TABLE"}));
    show->object_type = ObjectType::kMaterializedTable;
  }
  ARROW_ASSIGN_OR_RAISE(show->name, ParseName(cursor, "a name"));
  return arrow::Status::OK();
}

/// The kind of object behind DESCRIBE. Most of the words may also be the name of a table, so a name must follow.
ObjectType ParseDescribedType(TokenCursor& cursor) {
  struct Entry {
    std::string_view word;
    ObjectType type;
  };
  static constexpr Entry kEntries[] = {{"TABLE", ObjectType::kTable},       {"CATALOG", ObjectType::kCatalog},
                                       {"DATABASE", ObjectType::kDatabase}, {"FUNCTION", ObjectType::kFunction},
                                       {"MODEL", ObjectType::kModel},       {"JOB", ObjectType::kJob}};
  for (const Entry& entry : kEntries) {
    const Token& next = cursor.Peek(1);
    const bool name_follows = IsName(next) || next.upper == "EXTENDED" || next.kind == TokenKind::kString;
    if (!cursor.Is(entry.word) || !name_follows) continue;
    cursor.Take();
    return entry.type;
  }
  return ObjectType::kTable;
}

}  // namespace

arrow::Result<StatementPtr> ParseShow(TokenCursor& cursor) {
  ARROW_RETURN_NOT_OK(cursor.Expect("SHOW"));
  auto node = std::make_unique<ShowStatement>();
  if (cursor.Accept("CREATE")) {
    ARROW_RETURN_NOT_OK(ParseShowCreate(cursor, node.get()));
    return StatementPtr(std::move(node));
  }
  for (const ShowForm& form : kForms) {
    if (!AcceptForm(cursor, form)) continue;
    node->show = form.show;
    ARROW_RETURN_NOT_OK(ParseSuffix(cursor, form.suffix, node.get()));
    return StatementPtr(std::move(node));
  }
  return cursor.Unexpected();
}

arrow::Result<StatementPtr> ParseDescribe(TokenCursor& cursor) {
  cursor.Take();
  auto node = std::make_unique<DescribeStatement>();
  node->object_type = ParseDescribedType(cursor);
  if (node->object_type == ObjectType::kJob) {
    ARROW_ASSIGN_OR_RAISE(node->job_id, ParseString(cursor, "the id of a job in quotes"));
    return StatementPtr(std::move(node));
  }
  node->extended = cursor.Accept("EXTENDED");
  ARROW_ASSIGN_OR_RAISE(node->name, ParseName(cursor, "a name"));
  return StatementPtr(std::move(node));
}

}  // namespace tidemark::sql::internal
