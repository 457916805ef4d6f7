// SPDX-License-Identifier: Apache-2.0
// Lookup and checks of the dead-letter table.
#include "server/dead_letter_table.h"

#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include "connectors/bad_records.h"
#include "runtime/dead_letters.h"
#include "runtime/side_table.h"
#include "sql/diagnostic.h"

namespace tidemark::server {
namespace {

/// A table below `node` whose bad records are to be kept, or null.
const TableDefinition* AskingSource(const plan::PhysicalNode& node,
                                    std::unordered_set<const plan::PhysicalNode*>* seen) {
  if (!seen->insert(&node).second) return nullptr;
  if (node.kind() == plan::PhysicalNode::Kind::kSource) {
    const TableDefinition& table = *static_cast<const plan::SourceNode&>(node).table;
    if (connectors::BadRecordsOf(table, {}) == connectors::BadRecords::kDeadLetter) return &table;
  }
  for (const auto& input : node.inputs()) {
    if (const auto* found = AskingSource(*input, seen)) return found;
  }
  return nullptr;
}

const TableDefinition* AskingSource(const plan::PhysicalPlan& job) {
  std::unordered_set<const plan::PhysicalNode*> seen;
  for (const auto& sink : job.sinks) {
    if (const auto* found = AskingSource(*sink, &seen)) return found;
  }
  return nullptr;
}

std::string HowToDeclare(const std::string& name) {
  std::string columns;
  for (const Field& field : runtime::DeadLetterSchema())
    columns += (columns.empty() ? "`" : ", `") + field.name + "` " + field.type.ToString();
  return "Write before this statement: CREATE TABLE `" + name + "` (" + columns +
         ") WITH (...); any of these columns will do.";
}

arrow::Result<TablePtr> FindTable(const std::string& name, const plan::PlanContext& context, sql::SourceRange place) {
  const std::string option = std::string("'") + config::kDeadLetterTable + "' = '" + name + "': ";
  ARROW_ASSIGN_OR_RAISE(const auto path, context.catalog->Qualify({name}));
  const CatalogObject* object = context.catalog->Find(path);
  if (object == nullptr || !std::holds_alternative<TablePtr>(*object))
    return sql::SqlError(place, option + "there is no such table", HowToDeclare(name));
  const TablePtr table = std::get<TablePtr>(*object);
  if (!context.tables->CanWrite(*table))
    return sql::SqlError(place, option + "the table's connector takes no rows", HowToDeclare(name));
  const auto sink = runtime::MakeSideSinkNode(table, runtime::DeadLetterSchema(), "DeadLetters");
  if (!sink.ok()) return sql::SqlError(place, option + sink.status().message(), HowToDeclare(name));
  return table;
}

}  // namespace

arrow::Result<TablePtr> FindDeadLetterTable(const plan::PhysicalPlan& job, const plan::PlanContext& context,
                                            sql::SourceRange place) {
  const std::string name = context.configuration->GetString(config::kDeadLetterTable);
  if (!name.empty()) return FindTable(name, context, place);
  const TableDefinition* asking = AskingSource(job);
  if (asking == nullptr) return TablePtr();
  return sql::SqlError(
      place,
      "Table '" + asking->name() +
          "' has 'tidemark.bad-records' = 'dead-letter', and no table is named "
          "that takes them",
      std::string("Write before this statement: SET '") + config::kDeadLetterTable + "' = 'name of a table';");
}

}  // namespace tidemark::server
