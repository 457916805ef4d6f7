// SPDX-License-Identifier: Apache-2.0
// Grammar of ALTER.

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

/// `COLUMN` of other databases: ALTER TABLE t ADD COLUMN a INT.
arrow::Status CheckNoColumnWord(const TokenCursor& cursor) {
  if (!cursor.Is("COLUMN")) return arrow::Status::OK();
  return SyntaxError(cursor.Peek().range, "Unexpected 'COLUMN': expected a column name",
                     "Flink SQL leaves the word COLUMN out.");
}

/// RENAME TO table, RENAME column TO column
arrow::Status ParseRename(TokenCursor& cursor, AlterTableStatement* alter) {
  if (cursor.Accept("TO")) {
    alter->action = AlterTableAction::kRenameTable;
    ARROW_ASSIGN_OR_RAISE(alter->new_name, ParseName(cursor, "a table name"));
    return arrow::Status::OK();
  }
  ARROW_RETURN_NOT_OK(CheckNoColumnWord(cursor));
  alter->action = AlterTableAction::kRenameColumn;
  ARROW_ASSIGN_OR_RAISE(alter->column, ParseName(cursor, "a column name"));
  ARROW_RETURN_NOT_OK(cursor.Expect("TO"));
  ARROW_ASSIGN_OR_RAISE(alter->new_column, ParseIdentifier(cursor, "a column name"));
  return arrow::Status::OK();
}

/// PARTITION (a = 1) [WITH (...)] ..., behind ADD [IF NOT EXISTS]
arrow::Status ParseAddPartitions(TokenCursor& cursor, AlterTableStatement* alter) {
  alter->action = AlterTableAction::kAddPartitions;
  do {
    AlterPartition partition;
    ARROW_RETURN_NOT_OK(cursor.Expect("PARTITION"));
    ARROW_ASSIGN_OR_RAISE(partition.spec, ParsePartitionSpec(cursor, false));
    if (cursor.Accept("WITH")) {
      ARROW_ASSIGN_OR_RAISE(partition.options, ParseOptions(cursor));
    }
    alter->partitions.push_back(std::move(partition));
  } while (cursor.Is("PARTITION"));
  return arrow::Status::OK();
}

/// ADD and MODIFY of columns, constraints, watermarks, a distribution
arrow::Status ParseAddOrModify(TokenCursor& cursor, bool is_add, AlterTableStatement* alter) {
  // The columns of a materialized table follow from its query; only its distribution can be altered.
  if (alter->materialized) {
    alter->action = is_add ? AlterTableAction::kAdd : AlterTableAction::kModify;
    ARROW_RETURN_NOT_OK(cursor.Expect("DISTRIBUTION"));
    ARROW_ASSIGN_OR_RAISE(alter->distribution, ParseDistribution(cursor));
    return arrow::Status::OK();
  }
  alter->if_partition_not_exists = is_add && cursor.AcceptAll({"IF", "NOT", "EXISTS"});
  if (alter->if_partition_not_exists || (is_add && cursor.Is("PARTITION"))) return ParseAddPartitions(cursor, alter);
  alter->action = is_add ? AlterTableAction::kAdd : AlterTableAction::kModify;
  ARROW_RETURN_NOT_OK(CheckNoColumnWord(cursor));
  if (cursor.Accept("DISTRIBUTION")) {
    ARROW_ASSIGN_OR_RAISE(alter->distribution, ParseDistribution(cursor));
    return arrow::Status::OK();
  }
  if (cursor.Is("(")) {
    ARROW_ASSIGN_OR_RAISE(alter->elements, ParseTableElements(cursor, true));
    return arrow::Status::OK();
  }
  return ParseTableElement(cursor, true, &alter->elements);
}

/// [IF EXISTS] PARTITION (a = 1), PARTITION (...), behind DROP
arrow::Status ParseDropPartitions(TokenCursor& cursor, AlterTableStatement* alter) {
  alter->action = AlterTableAction::kDropPartitions;
  do {
    AlterPartition partition;
    ARROW_RETURN_NOT_OK(cursor.Expect("PARTITION"));
    ARROW_ASSIGN_OR_RAISE(partition.spec, ParsePartitionSpec(cursor, false));
    alter->partitions.push_back(std::move(partition));
  } while (cursor.Accept(","));
  return arrow::Status::OK();
}

arrow::Status ParseDropColumns(TokenCursor& cursor, AlterTableStatement* alter) {
  ARROW_RETURN_NOT_OK(CheckNoColumnWord(cursor));
  alter->action = AlterTableAction::kDropColumns;
  const SourceRange open = cursor.Peek().range;
  if (cursor.Accept("(")) {
    ARROW_ASSIGN_OR_RAISE(alter->columns, ParseNameList(cursor, "a column name"));
    return cursor.ExpectClosing(")", open);
  }
  ARROW_ASSIGN_OR_RAISE(Name column, ParseName(cursor, "a column name"));
  alter->columns.push_back(std::move(column));
  return arrow::Status::OK();
}

arrow::Status ParseDropAction(TokenCursor& cursor, AlterTableStatement* alter) {
  if (alter->materialized) {
    alter->action = AlterTableAction::kDropDistribution;
    return cursor.Expect("DISTRIBUTION");
  }
  alter->if_partition_exists = cursor.AcceptAll({"IF", "EXISTS"});
  if (alter->if_partition_exists || cursor.Is("PARTITION")) return ParseDropPartitions(cursor, alter);
  if (cursor.Accept("PRIMARY")) {
    alter->action = AlterTableAction::kDropPrimaryKey;
    return cursor.Expect("KEY");
  }
  if (cursor.Accept("CONSTRAINT")) {
    alter->action = AlterTableAction::kDropConstraint;
    ARROW_ASSIGN_OR_RAISE(alter->constraint, ParseIdentifier(cursor, "the name of the constraint"));
    return arrow::Status::OK();
  }
  if (cursor.Accept("WATERMARK")) {
    alter->action = AlterTableAction::kDropWatermark;
    return arrow::Status::OK();
  }
  if (cursor.Accept("DISTRIBUTION")) {
    alter->action = AlterTableAction::kDropDistribution;
    return arrow::Status::OK();
  }
  return ParseDropColumns(cursor, alter);
}

arrow::Status ParseSetAction(TokenCursor& cursor, AlterTableStatement* alter) {
  if (alter->materialized && cursor.Accept("FRESHNESS")) {
    alter->action = AlterTableAction::kSetFreshness;
    ARROW_ASSIGN_OR_RAISE(alter->freshness, ParseFreshness(cursor));
    return arrow::Status::OK();
  }
  if (alter->materialized && cursor.Accept("REFRESH_MODE")) {
    alter->action = AlterTableAction::kSetRefreshMode;
    ARROW_ASSIGN_OR_RAISE(alter->refresh_mode, ParseRefreshMode(cursor));
    return arrow::Status::OK();
  }
  alter->action = AlterTableAction::kSetOptions;
  ARROW_ASSIGN_OR_RAISE(alter->options, ParseOptions(cursor));
  return arrow::Status::OK();
}

/// SUSPEND, RESUME, REFRESH, AS query of materialized tables; false when none of them is at the cursor.
arrow::Result<bool> ParseMaterializedAction(TokenCursor& cursor, AlterTableStatement* alter) {
  if (cursor.Accept("SUSPEND")) {
    alter->action = AlterTableAction::kSuspend;
  } else if (cursor.Accept("RESUME")) {
    alter->action = AlterTableAction::kResume;
    if (cursor.Accept("WITH")) {
      ARROW_ASSIGN_OR_RAISE(alter->options, ParseOptions(cursor));
    }
  } else if (cursor.Accept("REFRESH")) {
    alter->action = AlterTableAction::kRefresh;
    if (cursor.Accept("PARTITION")) {
      AlterPartition partition;
      ARROW_ASSIGN_OR_RAISE(partition.spec, ParsePartitionSpec(cursor, false));
      alter->partitions.push_back(std::move(partition));
    }
  } else if (cursor.Accept("AS")) {
    alter->action = AlterTableAction::kAsQuery;
    ARROW_ASSIGN_OR_RAISE(alter->query, ParseWholeQuery(cursor));
  } else {
    return false;
  }
  return true;
}

arrow::Result<StatementPtr> ParseAlterTable(TokenCursor& cursor, bool materialized) {
  auto node = std::make_unique<AlterTableStatement>();
  node->materialized = materialized;
  node->if_exists = !materialized && cursor.AcceptAll({"IF", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(node->name, ParseName(cursor, "a table name"));
  const size_t begin = cursor.Peek().range.begin;
  bool done = false;
  if (materialized) {
    ARROW_ASSIGN_OR_RAISE(done, ParseMaterializedAction(cursor, node.get()));
  }
  if (done) {
    // The action is complete.
  } else if (!materialized && cursor.Accept("RENAME")) {
    ARROW_RETURN_NOT_OK(ParseRename(cursor, node.get()));
  } else if (cursor.Accept("SET")) {
    ARROW_RETURN_NOT_OK(ParseSetAction(cursor, node.get()));
  } else if (cursor.Accept("RESET")) {
    node->action = AlterTableAction::kResetOptions;
    ARROW_ASSIGN_OR_RAISE(node->keys, ParseKeys(cursor));
  } else if (cursor.Accept("ADD")) {
    ARROW_RETURN_NOT_OK(ParseAddOrModify(cursor, true, node.get()));
  } else if (cursor.Accept("MODIFY")) {
    ARROW_RETURN_NOT_OK(ParseAddOrModify(cursor, false, node.get()));
  } else if (cursor.Accept("DROP")) {
    ARROW_RETURN_NOT_OK(ParseDropAction(cursor, node.get()));
  } else {
    return cursor.Unexpected();
  }
  node->action_range = cursor.RangeFrom(begin);
  return StatementPtr(std::move(node));
}

arrow::Result<StatementPtr> ParseAlterFunction(TokenCursor& cursor, bool temporary, bool system) {
  auto node = std::make_unique<AlterFunctionStatement>();
  node->temporary = temporary;
  node->system = system;
  node->if_exists = cursor.AcceptAll({"IF", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(node->name, ParseName(cursor, "a function name"));
  ARROW_RETURN_NOT_OK(cursor.Expect("AS"));
  ARROW_ASSIGN_OR_RAISE(node->class_name, ParseString(cursor, "a class name in quotes"));
  ARROW_ASSIGN_OR_RAISE(node->language, ParseFunctionLanguage(cursor));
  return StatementPtr(std::move(node));
}

/// The actions of views, databases, catalogs and models; `cursor` is behind the name.
arrow::Status ParseSimpleAction(TokenCursor& cursor, AlterSimpleStatement* alter) {
  const ObjectType type = alter->object_type;
  const bool may_rename = type == ObjectType::kView || type == ObjectType::kModel;
  const bool has_options = type != ObjectType::kView;
  const bool may_reset = type == ObjectType::kCatalog || type == ObjectType::kModel;
  if (may_rename && cursor.Accept("RENAME")) {
    alter->action = AlterSimpleAction::kRename;
    ARROW_RETURN_NOT_OK(cursor.Expect("TO"));
    ARROW_ASSIGN_OR_RAISE(alter->new_name, ParseName(cursor, "a name"));
    return arrow::Status::OK();
  }
  if (has_options && cursor.Accept("SET")) {
    alter->action = AlterSimpleAction::kSetOptions;
    ARROW_ASSIGN_OR_RAISE(alter->options, ParseOptions(cursor));
    return arrow::Status::OK();
  }
  if (may_reset && cursor.Accept("RESET")) {
    alter->action = AlterSimpleAction::kResetOptions;
    ARROW_ASSIGN_OR_RAISE(alter->keys, ParseKeys(cursor));
    return arrow::Status::OK();
  }
  if (type == ObjectType::kCatalog && cursor.Is("COMMENT")) {
    alter->action = AlterSimpleAction::kSetComment;
    ARROW_ASSIGN_OR_RAISE(alter->comment, ParseComment(cursor));
    return arrow::Status::OK();
  }
  return cursor.Unexpected();
}

arrow::Result<StatementPtr> ParseAlterSimple(TokenCursor& cursor, ObjectType type) {
  auto node = std::make_unique<AlterSimpleStatement>();
  node->object_type = type;
  node->if_exists = type == ObjectType::kModel && cursor.AcceptAll({"IF", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(node->name, ParseName(cursor, "a name"));
  if (type == ObjectType::kView && cursor.Accept("AS")) {
    auto view = std::make_unique<AlterViewStatement>();
    view->name = std::move(node->name);
    ARROW_ASSIGN_OR_RAISE(view->query, ParseWholeQuery(cursor));
    return StatementPtr(std::move(view));
  }
  ARROW_RETURN_NOT_OK(ParseSimpleAction(cursor, node.get()));
  return StatementPtr(std::move(node));
}

}  // namespace

arrow::Result<StatementPtr> ParseAlter(TokenCursor& cursor) {
  ARROW_RETURN_NOT_OK(cursor.Expect("ALTER"));
  if (cursor.Accept("TABLE")) return ParseAlterTable(cursor, false);
  if (cursor.Accept("MATERIALIZED")) {
    ARROW_RETURN_NOT_OK(cursor.Expect("TABLE"));
    return ParseAlterTable(cursor, true);
  }
  if (cursor.Accept("VIEW")) return ParseAlterSimple(cursor, ObjectType::kView);
  if (cursor.Accept("DATABASE")) return ParseAlterSimple(cursor, ObjectType::kDatabase);
  if (cursor.Accept("CATALOG")) return ParseAlterSimple(cursor, ObjectType::kCatalog);
  if (cursor.Accept("MODEL")) return ParseAlterSimple(cursor, ObjectType::kModel);
  const bool temporary = cursor.Accept("TEMPORARY");
  const bool system = temporary && cursor.Accept("SYSTEM");
  ARROW_RETURN_NOT_OK(cursor.Expect("FUNCTION"));
  return ParseAlterFunction(cursor, temporary, system);
}

}  // namespace tidemark::sql::internal
