// SPDX-License-Identifier: Apache-2.0
// Printing of CREATE and DROP. Columns and options stand on lines of their own.

#include "sql/printer_rules.h"

namespace tidemark::sql::internal {

namespace {

void WriteEnforcement(Enforcement enforcement, std::string* out) {
  if (enforcement == Enforcement::kEnforced) *out += " ENFORCED";
  if (enforcement == Enforcement::kNotEnforced) *out += " NOT ENFORCED";
}

/// Without its columns behind a column definition.
void WriteConstraint(const KeyConstraint& constraint, bool with_columns, std::string* out) {
  if (constraint.name) {
    *out += "CONSTRAINT ";
    WriteIdentifier(*constraint.name, out);
    *out += ' ';
  }
  *out += constraint.is_unique ? "UNIQUE" : "PRIMARY KEY";
  if (with_columns) WriteColumns(constraint.columns, out);
  WriteEnforcement(constraint.enforcement, out);
}

void WriteColumn(const ColumnDefinition& column, std::string* out) {
  WriteIdentifier(column.name, out);
  if (column.kind == ColumnKind::kNameOnly) return;
  *out += ' ';
  if (column.kind == ColumnKind::kComputed) {
    *out += "AS ";
    WriteExpression(*column.expression, out);
  } else {
    WriteType(*column.type, out);
  }
  if (column.kind == ColumnKind::kMetadata) {
    *out += " METADATA";
    if (column.metadata_key) {
      *out += " FROM ";
      WriteString(*column.metadata_key, out);
    }
    if (column.is_virtual) *out += " VIRTUAL";
  }
  if (column.key) {
    *out += ' ';
    WriteConstraint(*column.key, false, out);
  }
  WriteComment(column.comment, out);
  if (column.position == ColumnPosition::kFirst) *out += " FIRST";
  if (column.position == ColumnPosition::kAfter) {
    *out += " AFTER ";
    WriteIdentifier(column.after, out);
  }
}

template <typename Create>
void WriteTableClauses(const Create& create, std::string* out) {
  if (!create.elements.empty()) {
    *out += ' ';
    WriteElements(create.elements, out);
  }
  WriteComment(create.comment, out);
  if (create.distribution) {
    *out += " DISTRIBUTED";
    WriteDistribution(*create.distribution, out);
  }
  if (!create.partitioned_by.empty()) {
    *out += " PARTITIONED BY";
    WriteColumns(create.partitioned_by, out);
  }
  WriteWithOptions(create.options, out);
}

const char* LikeStrategyWord(LikeStrategy strategy) {
  switch (strategy) {
    case LikeStrategy::kIncluding:
      return "INCLUDING";
    case LikeStrategy::kExcluding:
      return "EXCLUDING";
    case LikeStrategy::kOverwriting:
      return "OVERWRITING";
  }
  return "?";
}

const char* LikeFeatureWord(LikeFeature feature) {
  switch (feature) {
    case LikeFeature::kAll:
      return "ALL";
    case LikeFeature::kConstraints:
      return "CONSTRAINTS";
    case LikeFeature::kDistribution:
      return "DISTRIBUTION";
    case LikeFeature::kGenerated:
      return "GENERATED";
    case LikeFeature::kMetadata:
      return "METADATA";
    case LikeFeature::kOptions:
      return "OPTIONS";
    case LikeFeature::kPartitions:
      return "PARTITIONS";
    case LikeFeature::kWatermarks:
      return "WATERMARKS";
  }
  return "?";
}

void WriteLike(const TableLike& like, std::string* out) {
  *out += " LIKE ";
  WriteName(like.source, out);
  const char* separator = " (";
  for (const LikeOption& option : like.options) {
    *out += std::string(separator) + LikeStrategyWord(option.strategy) + " " + LikeFeatureWord(option.feature);
    separator = " ";
  }
  if (!like.options.empty()) *out += ')';
}

void WriteAsQuery(const QueryPtr& query, std::string* out) {
  if (!query) return;
  *out += " AS ";
  WriteQuery(*query, out);
}

void WriteModelColumns(const char* word, const std::vector<ColumnDefinition>& columns, std::string* out) {
  if (columns.empty()) return;
  *out += std::string(" ") + word + " (";
  WriteList(columns, out, [out](const ColumnDefinition& column) { WriteColumn(column, out); });
  *out += ')';
}

}  // namespace

void WriteElements(const TableElements& elements, std::string* out) {
  const char* separator = "(\n  ";
  for (const ColumnDefinition& column : elements.columns) {
    *out += separator;
    WriteColumn(column, out);
    separator = ",\n  ";
  }
  for (const WatermarkDefinition& watermark : elements.watermarks) {
    *out += separator;
    *out += "WATERMARK FOR ";
    WriteName(watermark.column, out);
    *out += " AS ";
    WriteExpression(*watermark.expression, out);
    separator = ",\n  ";
  }
  for (const KeyConstraint& constraint : elements.constraints) {
    *out += separator;
    WriteConstraint(constraint, true, out);
    separator = ",\n  ";
  }
  *out += "\n)";
}

void WriteDistribution(const Distribution& distribution, std::string* out) {
  if (!distribution.columns.empty()) {
    *out += " BY";
    if (distribution.kind == DistributionKind::kHash) *out += " HASH";
    if (distribution.kind == DistributionKind::kRange) *out += " RANGE";
    WriteColumns(distribution.columns, out);
  }
  if (distribution.bucket_count) *out += " INTO " + std::to_string(*distribution.bucket_count) + " BUCKETS";
}

void WriteRefreshMode(RefreshMode mode, std::string* out) {
  *out += mode == RefreshMode::kFull ? "REFRESH_MODE = FULL" : "REFRESH_MODE = CONTINUOUS";
}

void WriteLanguage(FunctionLanguage language, std::string* out) {
  switch (language) {
    case FunctionLanguage::kUnspecified:
      return;
    case FunctionLanguage::kJava:
      *out += " LANGUAGE JAVA";
      return;
    case FunctionLanguage::kScala:
      *out += " LANGUAGE SCALA";
      return;
    case FunctionLanguage::kPython:
      *out += " LANGUAGE PYTHON";
      return;
    case FunctionLanguage::kSql:
      *out += " LANGUAGE SQL";
      return;
  }
}

void WriteCreateTable(const CreateTableStatement& create, std::string* out) {
  *out += create.create ? "CREATE " : "";
  if (create.replace) *out += create.create ? "OR REPLACE " : "REPLACE ";
  if (create.temporary) *out += "TEMPORARY ";
  *out += create.if_not_exists ? "TABLE IF NOT EXISTS " : "TABLE ";
  WriteName(create.name, out);
  WriteTableClauses(create, out);
  if (create.like) WriteLike(*create.like, out);
  WriteAsQuery(create.query, out);
}

void WriteCreateMaterializedTable(const CreateMaterializedTableStatement& create, std::string* out) {
  *out += "CREATE MATERIALIZED TABLE ";
  WriteName(create.name, out);
  WriteTableClauses(create, out);
  if (create.freshness) {
    *out += " FRESHNESS = ";
    WriteExpression(*create.freshness, out);
  }
  if (create.refresh_mode) {
    *out += ' ';
    WriteRefreshMode(*create.refresh_mode, out);
  }
  WriteAsQuery(create.query, out);
}

void WriteCreateView(const CreateViewStatement& create, std::string* out) {
  *out += create.or_replace ? "CREATE OR REPLACE " : "CREATE ";
  if (create.temporary) *out += "TEMPORARY ";
  *out += create.if_not_exists ? "VIEW IF NOT EXISTS " : "VIEW ";
  WriteName(create.name, out);
  WriteColumns(create.columns, out);
  WriteComment(create.comment, out);
  WriteAsQuery(create.query, out);
}

void WriteCreateFunction(const CreateFunctionStatement& create, std::string* out) {
  *out += create.temporary ? "CREATE TEMPORARY " : "CREATE ";
  if (create.system) *out += "SYSTEM ";
  *out += create.if_not_exists ? "FUNCTION IF NOT EXISTS " : "FUNCTION ";
  WriteName(create.name, out);
  *out += " AS ";
  WriteString(create.class_name, out);
  WriteLanguage(create.language, out);
  if (!create.jars.empty()) {
    *out += " USING ";
    WriteList(create.jars, out, [out](const StringValue& path) {
      *out += "JAR ";
      WriteString(path, out);
    });
  }
  WriteWithOptions(create.options, out);
}

void WriteCreateModel(const CreateModelStatement& create, std::string* out) {
  *out += create.temporary ? "CREATE TEMPORARY MODEL " : "CREATE MODEL ";
  if (create.if_not_exists) *out += "IF NOT EXISTS ";
  WriteName(create.name, out);
  WriteModelColumns("INPUT", create.input, out);
  WriteModelColumns("OUTPUT", create.output, out);
  WriteComment(create.comment, out);
  WriteWithOptions(create.options, out);
  WriteAsQuery(create.query, out);
}

void WriteCreateSimple(const CreateSimpleStatement& create, std::string* out) {
  *out += std::string("CREATE ") + ObjectTypeName(create.object_type) + " ";
  if (create.if_not_exists) *out += "IF NOT EXISTS ";
  WriteName(create.name, out);
  WriteComment(create.comment, out);
  WriteWithOptions(create.options, out);
}

void WriteDrop(const DropStatement& drop, std::string* out) {
  *out += drop.temporary ? "DROP TEMPORARY " : "DROP ";
  if (drop.system) *out += "SYSTEM ";
  *out += std::string(ObjectTypeName(drop.object_type)) + " ";
  if (drop.if_exists) *out += "IF EXISTS ";
  WriteName(drop.name, out);
  if (drop.behavior == DropBehavior::kRestrict) *out += " RESTRICT";
  if (drop.behavior == DropBehavior::kCascade) *out += " CASCADE";
}

}  // namespace tidemark::sql::internal
