// SPDX-License-Identifier: Apache-2.0
// Grammar of CREATE TABLE and CREATE MATERIALIZED TABLE: columns, watermarks, constraints, clauses.

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

/// ENFORCED, NOT ENFORCED or nothing.
Enforcement ParseEnforcement(TokenCursor& cursor) {
  if (cursor.Accept("ENFORCED")) return Enforcement::kEnforced;
  if (cursor.AcceptAll({"NOT", "ENFORCED"})) return Enforcement::kNotEnforced;
  return Enforcement::kUnspecified;
}

bool BeginsConstraint(const TokenCursor& cursor) {
  return cursor.Is("CONSTRAINT") || cursor.Is("PRIMARY") || cursor.Is("UNIQUE");
}

/// `[CONSTRAINT name] PRIMARY KEY [(columns)] [NOT ENFORCED]`. Behind a column there is no list: `column` is given.
arrow::Result<KeyConstraint> ParseConstraint(TokenCursor& cursor, const Identifier* column) {
  KeyConstraint constraint;
  const size_t begin = cursor.Peek().range.begin;
  if (cursor.Accept("CONSTRAINT")) {
    ARROW_ASSIGN_OR_RAISE(constraint.name, ParseIdentifier(cursor, "the name of the constraint"));
  }
  constraint.is_unique = cursor.Accept("UNIQUE");
  if (!constraint.is_unique) ARROW_RETURN_NOT_OK(cursor.ExpectAll({"PRIMARY", "KEY"}));
  if (column != nullptr) {
    constraint.columns.push_back(*column);
  } else {
    ARROW_ASSIGN_OR_RAISE(constraint.columns, ParseColumnList(cursor));
  }
  constraint.enforcement = ParseEnforcement(cursor);
  SetRange(cursor, begin, &constraint);
  return constraint;
}

arrow::Result<WatermarkDefinition> ParseWatermark(TokenCursor& cursor) {
  WatermarkDefinition watermark;
  const size_t begin = cursor.Take().range.begin;
  ARROW_RETURN_NOT_OK(cursor.Expect("FOR"));
  ARROW_ASSIGN_OR_RAISE(watermark.column, ParseName(cursor, "a column name"));
  ARROW_RETURN_NOT_OK(cursor.Expect("AS"));
  ARROW_ASSIGN_OR_RAISE(watermark.expression, ParseAnyExpression(cursor));
  SetRange(cursor, begin, &watermark);
  return watermark;
}

/// What other databases allow behind a column's type and Flink does not.
arrow::Status CheckColumnSuffix(const TokenCursor& cursor) {
  struct Suffix {
    std::string_view word;
    std::string_view hint;
  };
  static constexpr Suffix kSuffixes[] = {
      {"DEFAULT", "There are no defaults: write COALESCE(column, value) in the query."},
      {"AUTO_INCREMENT", "Tables do not number their rows; leave it out."},
      {"IDENTITY", "Tables do not number their rows; leave it out."},
      {"REFERENCES", "There are no foreign keys; leave it out."},
      {"CHECK", "There are no checks; leave it out, and filter with WHERE in the query."},
      {"GENERATED", "For a value computed from other columns write: name AS expression."},
      {"COLLATE", "There are no collations; leave it out."}};
  const SourceRange range = cursor.Peek().range;
  for (const Suffix& suffix : kSuffixes) {
    if (!cursor.Is(suffix.word)) continue;
    return SyntaxError(range, std::string(suffix.word) + " is not part of Flink SQL's column definitions",
                       std::string(suffix.hint));
  }
  if (cursor.AreNext({"NOT", "NULL"})) {
    return SyntaxError(range, "NOT NULL stands directly behind the type of the column");
  }
  return arrow::Status::OK();
}

/// METADATA [FROM 'key'] [VIRTUAL] or a key constraint, behind the type.
arrow::Status ParsePhysicalOrMetadata(TokenCursor& cursor, ColumnDefinition* column) {
  ARROW_ASSIGN_OR_RAISE(column->type, ParseType(cursor, true));
  if (cursor.Accept("METADATA")) {
    column->kind = ColumnKind::kMetadata;
    if (cursor.Accept("FROM")) {
      ARROW_ASSIGN_OR_RAISE(column->metadata_key, ParseString(cursor, "a metadata key in quotes"));
    }
    column->is_virtual = cursor.Accept("VIRTUAL");
    return arrow::Status::OK();
  }
  for (std::string_view word : {"PRIMARY", "NOT"}) cursor.Note(word);
  if (BeginsConstraint(cursor)) {
    ARROW_ASSIGN_OR_RAISE(column->key, ParseConstraint(cursor, &column->name));
  }
  return CheckColumnSuffix(cursor);
}

arrow::Status ParseColumnPosition(TokenCursor& cursor, ColumnDefinition* column) {
  if (cursor.Accept("FIRST")) {
    column->position = ColumnPosition::kFirst;
  } else if (cursor.Accept("AFTER")) {
    column->position = ColumnPosition::kAfter;
    ARROW_ASSIGN_OR_RAISE(column->after, ParseIdentifier(cursor, "a column name"));
  }
  return arrow::Status::OK();
}

arrow::Result<ColumnDefinition> ParseColumn(TokenCursor& cursor, bool in_alter) {
  ColumnDefinition column;
  const size_t begin = cursor.Peek().range.begin;
  for (std::string_view word : {"WATERMARK", "PRIMARY", "CONSTRAINT"}) cursor.Note(word);
  ARROW_ASSIGN_OR_RAISE(column.name, ParseIdentifier(cursor, "a column name"));
  if (cursor.AreNext({"KEY", "("})) {
    return SyntaxError(column.name.range, "Unexpected '" + column.name.value + "'", "Did you mean PRIMARY KEY?");
  }
  if (cursor.Is(".")) return NotSupportedYet(cursor.Peek().range, "Defining a field of a row column");
  if (cursor.Accept("AS")) {
    column.kind = ColumnKind::kComputed;
    ARROW_ASSIGN_OR_RAISE(column.expression, ParseAnyExpression(cursor));
  } else if (!in_alter && (cursor.Is(",") || cursor.Is(")"))) {
    column.kind = ColumnKind::kNameOnly;
    SetRange(cursor, begin, &column);
    return column;
  } else {
    ARROW_RETURN_NOT_OK(ParsePhysicalOrMetadata(cursor, &column));
  }
  ARROW_ASSIGN_OR_RAISE(column.comment, ParseComment(cursor));
  if (in_alter) ARROW_RETURN_NOT_OK(ParseColumnPosition(cursor, &column));
  SetRange(cursor, begin, &column);
  return column;
}

/// Columns without types make sense only when all are so and a query gives them their types.
arrow::Status CheckColumnTypes(const TableElements& elements, bool has_query) {
  bool all_name_only = true;
  for (const ColumnDefinition& column : elements.columns) all_name_only &= column.kind == ColumnKind::kNameOnly;
  for (const ColumnDefinition& column : elements.columns) {
    if (column.kind != ColumnKind::kNameOnly || (all_name_only && has_query)) continue;
    return SyntaxError(column.range, "Column '" + column.name.value + "' has no data type");
  }
  return arrow::Status::OK();
}

/// LIKE source [(INCLUDING ALL ...)]
arrow::Result<TableLike> ParseLike(TokenCursor& cursor) {
  struct Feature {
    std::string_view word;
    LikeFeature feature;
  };
  static constexpr Feature kFeatures[] = {{"ALL", LikeFeature::kAll},
                                          {"CONSTRAINTS", LikeFeature::kConstraints},
                                          {"DISTRIBUTION", LikeFeature::kDistribution},
                                          {"GENERATED", LikeFeature::kGenerated},
                                          {"METADATA", LikeFeature::kMetadata},
                                          {"OPTIONS", LikeFeature::kOptions},
                                          {"PARTITIONS", LikeFeature::kPartitions},
                                          {"WATERMARKS", LikeFeature::kWatermarks}};
  TableLike like;
  const size_t begin = cursor.Previous().range.begin;
  ARROW_ASSIGN_OR_RAISE(like.source, ParseName(cursor, "a table name"));
  const SourceRange open = cursor.Peek().range;
  if (cursor.Accept("(")) {
    do {
      LikeOption option;
      const size_t option_begin = cursor.Peek().range.begin;
      if (cursor.Accept("EXCLUDING")) {
        option.strategy = LikeStrategy::kExcluding;
      } else if (cursor.Accept("OVERWRITING")) {
        option.strategy = LikeStrategy::kOverwriting;
      } else {
        ARROW_RETURN_NOT_OK(cursor.Expect("INCLUDING"));
      }
      bool found = false;
      for (const Feature& entry : kFeatures) {
        found = cursor.Accept(entry.word);
        option.feature = entry.feature;
        if (found) break;
      }
      if (!found) return cursor.Unexpected();
      SetRange(cursor, option_begin, &option);
      like.options.push_back(option);
    } while (cursor.Is("INCLUDING") || cursor.Is("EXCLUDING") || cursor.Is("OVERWRITING"));
    for (std::string_view word : {"INCLUDING", "EXCLUDING", "OVERWRITING"}) cursor.Note(word);
    ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  }
  SetRange(cursor, begin, &like);
  return like;
}

/// The clauses that CREATE TABLE and CREATE MATERIALIZED TABLE share.
template <typename Create>
arrow::Status ParseTableClauses(TokenCursor& cursor, Create* create) {
  if (cursor.Is("(")) {
    ARROW_ASSIGN_OR_RAISE(create->elements, ParseTableElements(cursor, false));
  }
  ARROW_ASSIGN_OR_RAISE(create->comment, ParseComment(cursor));
  if (cursor.Accept("DISTRIBUTED")) {
    ARROW_ASSIGN_OR_RAISE(create->distribution, ParseDistribution(cursor));
  }
  if (cursor.Accept("PARTITIONED")) {
    ARROW_RETURN_NOT_OK(cursor.Expect("BY"));
    ARROW_ASSIGN_OR_RAISE(create->partitioned_by, ParseColumnList(cursor));
  }
  const size_t with_begin = cursor.Peek().range.begin;
  if (!cursor.Accept("WITH")) return arrow::Status::OK();
  ARROW_ASSIGN_OR_RAISE(create->options, ParseOptions(cursor));
  create->options_range = cursor.RangeFrom(with_begin);
  return arrow::Status::OK();
}

}  // namespace

arrow::Status ParseTableElement(TokenCursor& cursor, bool in_alter, TableElements* elements) {
  if (cursor.Is("WATERMARK")) {
    ARROW_ASSIGN_OR_RAISE(WatermarkDefinition watermark, ParseWatermark(cursor));
    elements->watermarks.push_back(std::move(watermark));
  } else if (BeginsConstraint(cursor)) {
    ARROW_ASSIGN_OR_RAISE(KeyConstraint constraint, ParseConstraint(cursor, nullptr));
    elements->constraints.push_back(std::move(constraint));
  } else {
    ARROW_ASSIGN_OR_RAISE(ColumnDefinition column, ParseColumn(cursor, in_alter));
    elements->columns.push_back(std::move(column));
  }
  return arrow::Status::OK();
}

arrow::Result<TableElements> ParseTableElements(TokenCursor& cursor, bool in_alter) {
  TableElements elements;
  const SourceRange open = cursor.Peek().range;
  ARROW_RETURN_NOT_OK(cursor.Expect("("));
  do {
    ARROW_RETURN_NOT_OK(ParseTableElement(cursor, in_alter, &elements));
  } while (cursor.Accept(","));
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  return elements;
}

arrow::Result<Distribution> ParseDistribution(TokenCursor& cursor) {
  Distribution distribution;
  const size_t begin = cursor.Previous().range.begin;
  const bool has_columns = cursor.Accept("BY");
  if (has_columns) {
    if (cursor.Accept("HASH")) {
      distribution.kind = DistributionKind::kHash;
    } else if (cursor.Accept("RANGE")) {
      distribution.kind = DistributionKind::kRange;
    }
    ARROW_ASSIGN_OR_RAISE(distribution.columns, ParseColumnList(cursor));
  }
  if (!has_columns || cursor.Is("INTO")) {
    ARROW_RETURN_NOT_OK(cursor.Expect("INTO"));
    ARROW_ASSIGN_OR_RAISE(distribution.bucket_count, ParseSmallNumber(cursor, "a number of buckets"));
    ARROW_RETURN_NOT_OK(cursor.Expect("BUCKETS"));
  }
  SetRange(cursor, begin, &distribution);
  return distribution;
}

arrow::Result<ExpressionPtr> ParseFreshness(TokenCursor& cursor) {
  ARROW_RETURN_NOT_OK(cursor.Expect("="));
  if (!cursor.Is("INTERVAL")) return cursor.Unexpected("INTERVAL");
  return ParseIntervalLiteral(cursor);
}

arrow::Result<RefreshMode> ParseRefreshMode(TokenCursor& cursor) {
  ARROW_RETURN_NOT_OK(cursor.Expect("="));
  if (cursor.Accept("FULL")) return RefreshMode::kFull;
  ARROW_RETURN_NOT_OK(cursor.Expect("CONTINUOUS"));
  return RefreshMode::kContinuous;
}

arrow::Result<StatementPtr> ParseCreateTable(TokenCursor& cursor, bool temporary, bool create, bool replace) {
  auto node = std::make_unique<CreateTableStatement>();
  node->temporary = temporary;
  node->create = create;
  node->replace = replace;
  node->if_not_exists = cursor.AcceptAll({"IF", "NOT", "EXISTS"});
  ARROW_ASSIGN_OR_RAISE(node->name, ParseName(cursor, "a table name"));
  ARROW_RETURN_NOT_OK(ParseTableClauses(cursor, node.get()));
  if (cursor.Accept("LIKE")) {
    ARROW_ASSIGN_OR_RAISE(node->like, ParseLike(cursor));
  } else if (cursor.Accept("AS")) {
    ARROW_ASSIGN_OR_RAISE(node->query, ParseWholeQuery(cursor));
  }
  ARROW_RETURN_NOT_OK(CheckColumnTypes(node->elements, node->query != nullptr));
  return StatementPtr(std::move(node));
}

arrow::Result<StatementPtr> ParseCreateMaterializedTable(TokenCursor& cursor) {
  auto node = std::make_unique<CreateMaterializedTableStatement>();
  ARROW_ASSIGN_OR_RAISE(node->name, ParseName(cursor, "a table name"));
  ARROW_RETURN_NOT_OK(ParseTableClauses(cursor, node.get()));
  if (cursor.Accept("FRESHNESS")) {
    ARROW_ASSIGN_OR_RAISE(node->freshness, ParseFreshness(cursor));
  }
  if (cursor.Accept("REFRESH_MODE")) {
    ARROW_ASSIGN_OR_RAISE(node->refresh_mode, ParseRefreshMode(cursor));
  }
  ARROW_RETURN_NOT_OK(cursor.Expect("AS"));
  ARROW_ASSIGN_OR_RAISE(node->query, ParseWholeQuery(cursor));
  ARROW_RETURN_NOT_OK(CheckColumnTypes(node->elements, true));
  return StatementPtr(std::move(node));
}

}  // namespace tidemark::sql::internal
