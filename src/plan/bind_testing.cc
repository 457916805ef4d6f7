// SPDX-License-Identifier: Apache-2.0
// Connectors that hold no data, and a run of a script through the binder and the planner.
#include "plan/bind_testing.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

#include "plan/print_logical.h"
#include "sql/diagnostic.h"
#include "sql/parser.h"
#include "sql/printer.h"

namespace tidemark::plan {
namespace {

std::string OptionOf(const TableDefinition& table, const std::string& key) {
  const auto option = table.options.find(key);
  return option == table.options.end() ? "" : option->second;
}

std::string TableToString(const TableDefinition& table) {
  std::string text = fmt::format("table {}\n", fmt::join(table.path, "."));
  for (const TableColumn& column : table.columns) {
    text += fmt::format("  {} {}", column.name, column.type.ToString());
    if (column.computed) text += " AS " + sql::ToSql(*column.computed);
    if (column.kind == TableColumn::Kind::kMetadata) {
      text += fmt::format(" METADATA FROM '{}'{}", column.metadata_key, column.metadata_virtual ? " VIRTUAL" : "");
    }
    text += "\n";
  }
  if (table.watermark) {
    text += fmt::format("  watermark {} AS {}\n", table.watermark->column, sql::ToSql(*table.watermark->expression));
  }
  if (!table.primary_key.empty()) text += fmt::format("  primary key ({})\n", fmt::join(table.primary_key, ", "));
  if (!table.partition_keys.empty())
    text += fmt::format("  partitioned by ({})\n", fmt::join(table.partition_keys, ", "));
  for (const auto& [key, value] : table.options) text += fmt::format("  '{}' = '{}'\n", key, value);
  return text;
}

std::string QueryToString(const BoundQuery& query) {
  std::string text;
  if (query.sink) text = fmt::format("{} {}\n", query.overwrite ? "overwrite" : "insert into", query.sink->name());
  return text + SchemaToString(query.root->schema()) + "\n" + LogicalToString(*query.root);
}

/// One session: what earlier statements define, later ones see.
class Session {
 public:
  Session() {
    context_.catalog = &catalog_;
    context_.configuration = &configuration_;
    context_.tables = &tables_;
    context_.functions = &functions_;
  }

  arrow::Result<std::string> Run(sql::StatementPtr statement, const std::string& text) {
    std::shared_ptr<sql::Statement> shared = std::move(statement);
    switch (shared->kind) {
      case sql::StatementKind::kCreateTable: {
        auto create = std::static_pointer_cast<const sql::CreateTableStatement>(shared);
        ARROW_ASSIGN_OR_RAISE(TablePtr table, BindCreateTable(create, context_));
        ARROW_RETURN_NOT_OK(catalog_.Add(table));
        return TableToString(*table);
      }
      case sql::StatementKind::kCreateView: {
        auto create = std::static_pointer_cast<const sql::CreateViewStatement>(shared);
        ARROW_ASSIGN_OR_RAISE(ViewPtr view, BindCreateView(create, text, context_));
        ARROW_RETURN_NOT_OK(catalog_.Add(view));
        return fmt::format("view {}\n", fmt::join(view->path, "."));
      }
      case sql::StatementKind::kDrop: {
        ARROW_ASSIGN_OR_RAISE(auto path, catalog_.Qualify({shared->As<sql::DropStatement>().name.ToString()}));
        ARROW_RETURN_NOT_OK(catalog_.Drop(path));
        return "dropped\n";
      }
      case sql::StatementKind::kSet: {
        const auto& set = shared->As<sql::SetStatement>();
        ARROW_RETURN_NOT_OK(configuration_.Set(set.option->key.value, set.option->value.value));
        return "set\n";
      }
      case sql::StatementKind::kInsert: {
        ARROW_ASSIGN_OR_RAISE(BoundQuery query, BindInsert(shared->As<sql::InsertStatement>(), context_));
        return Bound(std::move(query));
      }
      case sql::StatementKind::kQuery: {
        ARROW_ASSIGN_OR_RAISE(BoundQuery query, BindQuery(*shared->As<sql::QueryStatement>().query, context_));
        return Bound(std::move(query));
      }
      default:
        return arrow::Status::NotImplemented("This statement in a test of the binder");
    }
  }

  arrow::Result<std::string> RunScript(const std::string& script) {
    ARROW_ASSIGN_OR_RAISE(auto statements, sql::ParseScript(script));
    std::string last;
    for (auto& statement : statements) {
      ARROW_ASSIGN_OR_RAISE(last, Run(std::move(statement), script));
    }
    return last;
  }

  /// The physical plan of all queries and INSERTs so far.
  arrow::Result<std::string> ExplainAll() {
    std::vector<BoundQuery> optimized;
    for (auto& query : queries_) {
      ARROW_ASSIGN_OR_RAISE(auto better, Optimize(std::move(query), context_));
      optimized.push_back(std::move(better));
    }
    ARROW_ASSIGN_OR_RAISE(const PhysicalPlan plan, MakePhysicalPlan(optimized, context_));
    return Explain(plan);
  }

 private:
  std::string Bound(BoundQuery query) {
    queries_.push_back(std::move(query));
    return QueryToString(queries_.back());
  }

  std::vector<BoundQuery> queries_;
  Catalog catalog_;
  Configuration configuration_;
  FakeTables tables_;
  expr::FunctionContext functions_;
  PlanContext context_;
};

}  // namespace

arrow::Status FakeTables::Validate(const TableDefinition& table) const {
  const std::string connector = OptionOf(table, "connector");
  if (connector.empty()) return arrow::Status::Invalid("Missing option 'connector'");
  const std::vector<std::string> connectors = {"fake", "fake-source", "fake-sink"};
  if (std::find(connectors.begin(), connectors.end(), connector) == connectors.end()) {
    return sql::SqlError({}, "Unknown connector: '" + connector + "'", sql::DidYouMean(connector, connectors));
  }
  for (const auto& [key, value] : table.options) {
    if (key == "rows") ARROW_RETURN_NOT_OK(ParseInteger(value).status());
    if (key == "format" && value != "json" && value != "csv")
      return arrow::Status::Invalid("Unknown format: '", value, "'");
    if (key != "connector" && key != "rows" && key != "format") {
      return sql::SqlError({}, "Unknown option: '" + key + "'", sql::DidYouMean(key, {"connector", "rows", "format"}));
    }
  }
  return arrow::Status::OK();
}

bool FakeTables::IsBounded(const TableDefinition&) const { return false; }

bool FakeTables::CanRead(const TableDefinition& table) const { return OptionOf(table, "connector") != "fake-sink"; }

bool FakeTables::CanWrite(const TableDefinition& table) const { return OptionOf(table, "connector") != "fake-source"; }

ChangelogMode FakeTables::SourceChangelog(const TableDefinition&) const { return {}; }

ChangelogMode FakeTables::SinkChangelog(const TableDefinition&) const { return {true, true, true}; }

std::vector<Field> FakeTables::MetadataColumns(const TableDefinition&) const {
  return {{"offset", DataType::BigInt().NotNull()}, {"timestamp", DataType::TimestampLtz(3).NotNull()}};
}

bool FakeTables::PushesFilters(const TableDefinition&) const { return false; }

namespace {

/// `give` makes the text out of the session and what its last statement gave.
template <typename Give>
std::string RunForTest(const std::string& setup, const std::string& script, const Give& give) {
  Session session;
  const arrow::Status ready = session.RunScript(setup).status();
  if (!ready.ok()) return "setup: " + sql::RenderDiagnostic(ready, "setup.sql", setup);
  auto result = session.RunScript(script);
  if (result.ok()) result = give(session, *result);
  return result.ok() ? *result : sql::RenderDiagnostic(result.status(), "q.sql", script);
}

}  // namespace

std::string BindForTest(const std::string& setup, const std::string& script) {
  return RunForTest(setup, script,
                    [](Session&, const std::string& last) -> arrow::Result<std::string> { return last; });
}

std::string PlanForTest(const std::string& setup, const std::string& script) {
  return RunForTest(setup, script, [](Session& session, const std::string&) { return session.ExplainAll(); });
}

}  // namespace tidemark::plan
