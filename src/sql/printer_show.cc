// SPDX-License-Identifier: Apache-2.0
// Printing of SHOW.

#include "sql/printer_rules.h"

namespace tidemark::sql::internal {

namespace {

const char* ShowWords(ShowKind show) {
  switch (show) {
    case ShowKind::kCatalogs:
      return "CATALOGS";
    case ShowKind::kCurrentCatalog:
      return "CURRENT CATALOG";
    case ShowKind::kDatabases:
      return "DATABASES";
    case ShowKind::kCurrentDatabase:
      return "CURRENT DATABASE";
    case ShowKind::kTables:
      return "TABLES";
    case ShowKind::kViews:
      return "VIEWS";
    case ShowKind::kMaterializedTables:
      return "MATERIALIZED TABLES";
    case ShowKind::kColumns:
      return "COLUMNS";
    case ShowKind::kPartitions:
      return "PARTITIONS";
    case ShowKind::kFunctions:
      return "FUNCTIONS";
    case ShowKind::kUserFunctions:
      return "USER FUNCTIONS";
    case ShowKind::kProcedures:
      return "PROCEDURES";
    case ShowKind::kModules:
      return "MODULES";
    case ShowKind::kFullModules:
      return "FULL MODULES";
    case ShowKind::kModels:
      return "MODELS";
    case ShowKind::kJars:
      return "JARS";
    case ShowKind::kJobs:
      return "JOBS";
    case ShowKind::kCreate:
      return "CREATE";
  }
  return "?";
}

}  // namespace

void WriteShow(const ShowStatement& show, std::string* out) {
  *out += std::string("SHOW ") + ShowWords(show.show);
  if (show.show == ShowKind::kCreate) *out += std::string(" ") + ObjectTypeName(show.object_type);
  if (!show.name.empty()) {
    *out += show.show == ShowKind::kCreate || show.show == ShowKind::kPartitions ? " " : " FROM ";
    WriteName(show.name, out);
  }
  if (!show.partition.empty()) {
    *out += ' ';
    WritePartitionSpec(show.partition, out);
  }
  if (!show.pattern) return;
  if (show.pattern_negated) *out += " NOT";
  *out += show.pattern_ignores_case ? " ILIKE " : " LIKE ";
  WriteString(*show.pattern, out);
}

}  // namespace tidemark::sql::internal
