// SPDX-License-Identifier: Apache-2.0
// What CREATE TABLE / CREATE VIEW declares, after its names and types were resolved.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "catalog/data_type.h"
#include "sql/ast.h"

namespace tidemark {

/// Connector and format options as written in WITH (...). Ordered, so that printing is stable.
using TableOptions = std::map<std::string, std::string>;

struct TableColumn {
  enum class Kind { kPhysical, kComputed, kMetadata };
  std::string name;
  /// For a computed column: unset until the planner binds the expression.
  DataType type;
  Kind kind = Kind::kPhysical;
  /// kComputed: the expression as written. Bound anew by each query that reads it.
  std::shared_ptr<const sql::Expression> computed;
  /// kMetadata: the connector's key (FROM 'key', or the column name), and whether it is read-only.
  std::string metadata_key;
  bool metadata_virtual = false;
  std::string comment;

  /// Whether INSERT gives it a value. What reaches a sink are these columns, in the table's order.
  bool takes_values() const { return kind == Kind::kPhysical || (kind == Kind::kMetadata && !metadata_virtual); }
};

struct WatermarkDeclaration {
  /// Name of the rowtime column (may be a computed one, or a nested path joined by dots).
  std::string column;
  std::shared_ptr<const sql::Expression> expression;
};

/// A table of the catalog: a declaration only, no data. Immutable once registered; shared by plans.
struct TableDefinition {
  std::vector<std::string> path;  ///< catalog, database, name
  std::vector<TableColumn> columns;
  std::optional<WatermarkDeclaration> watermark;
  std::vector<std::string> primary_key;  ///< empty: none. Never enforced.
  std::string primary_key_name;          ///< as written, or PK_ and its columns
  std::vector<std::string> partition_keys;
  TableOptions options;
  std::string comment;
  bool temporary = false;

  const std::string& name() const { return path.back(); }
  const TableColumn* FindColumn(const std::string& column) const;
};

struct ViewDefinition {
  std::vector<std::string> path;
  std::vector<std::string> column_names;  ///< empty: those of the query
  std::shared_ptr<const sql::Query> query;
  std::string query_text;      ///< for SHOW CREATE VIEW and for error messages inside the view
  std::string query_catalog;   ///< the current catalog and database when the query was written: where its short names
  std::string query_database;  ///< are looked up
  std::string comment;
  bool temporary = false;
};

using TablePtr = std::shared_ptr<const TableDefinition>;
using ViewPtr = std::shared_ptr<const ViewDefinition>;

}  // namespace tidemark
