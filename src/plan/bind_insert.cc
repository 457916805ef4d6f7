// SPDX-License-Identifier: Apache-2.0
// Binds INSERT: which query column goes into which table column, with what cast.
#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <variant>

#include "expr/evaluator.h"
#include "plan/bind_call.h"
#include "plan/bind_expression.h"
#include "plan/bind_from.h"
#include "plan/bind_literal.h"
#include "plan/bind_type.h"
#include "plan/sink_cast.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::plan {

using expr::ExpressionPtr;

namespace {

/// A column of the sink that takes values, and where its value comes from.
struct Target {
  const TableColumn* column;
  ExpressionPtr constant;  ///< static PARTITION value
  int query_column = -1;   ///< -1 without a constant: NULL
};

class InsertBinder {
 public:
  InsertBinder(const sql::Query& query, const BindEnvironment& environment)
      : query_(query), environment_(environment) {}

  arrow::Result<BoundQuery> Bind(const sql::InsertStatement& statement) {
    ARROW_RETURN_NOT_OK(FindTable(statement));
    AddTargets();
    ARROW_RETURN_NOT_OK(BindPartition(statement.partition));
    ARROW_ASSIGN_OR_RAISE(BoundRelation query, BindRelation(query_, environment_));
    ARROW_RETURN_NOT_OK(statement.columns.empty() ? MatchByPosition(query) : MatchByName(query, statement.columns));
    ARROW_ASSIGN_OR_RAISE(BoundQuery bound, Store(std::move(query)));
    bound.overwrite = statement.overwrite;
    return bound;
  }

  arrow::Result<BoundQuery> BindFill(TablePtr table) {
    table_ = std::move(table);
    AddTargets();
    ARROW_ASSIGN_OR_RAISE(BoundRelation query, BindRelation(query_, environment_));
    for (int i = 0; i < query.width(); ++i) {
      Target* target = FindTarget(query.schema()[i].name);
      if (target == nullptr) return UnknownTarget({query.schema()[i].name, PlaceOfColumn(query_, i)});
      target->query_column = i;
    }
    ARROW_RETURN_NOT_OK(CheckNotNull(query_.range));
    return Store(std::move(query));
  }

 private:
  void AddTargets() {
    for (const TableColumn& column : table_->columns) {
      if (column.takes_values()) targets_.push_back({&column, nullptr, -1});
    }
  }

  arrow::Status FindTable(const sql::InsertStatement& statement) {
    const sql::Name& name = statement.table;
    if (name.parts.size() > 3) return UnknownTable(name, environment_);
    const CatalogObject* object = environment_.context().catalog->Find(environment_.Qualify(name));
    if (object == nullptr) return UnknownTable(name, environment_);
    if (std::holds_alternative<ViewPtr>(*object)) {
      return sql::SqlError(name.range, fmt::format("'{}' is a view and takes no rows", name.ToString()),
                           "INSERT INTO a table.");
    }
    ARROW_ASSIGN_OR_RAISE(table_, ApplyHints(std::get<TablePtr>(*object), statement.hints, environment_));
    if (environment_.context().tables->CanWrite(*table_)) return arrow::Status::OK();
    const auto connector = table_->options.find("connector");
    const std::string by =
        connector == table_->options.end() ? "" : fmt::format(" (connector '{}')", connector->second);
    return sql::SqlError(name.range, fmt::format("Table '{}'{} can be read, not written", table_->name(), by),
                         "INSERT INTO a table whose connector is a sink.");
  }

  Target* FindTarget(const std::string& name) {
    const auto found =
        std::find_if(targets_.begin(), targets_.end(), [&](const Target& t) { return t.column->name == name; });
    return found == targets_.end() ? nullptr : &*found;
  }

  arrow::Status UnknownTarget(const sql::Identifier& name) const {
    if (const TableColumn* column = table_->FindColumn(name.value)) {
      const char* why = column->kind == TableColumn::Kind::kComputed ? "computed" : "METADATA VIRTUAL";
      return sql::SqlError(
          name.range, fmt::format("Column '{}' of '{}' is {} and takes no values", name.value, table_->name(), why),
          "Leave it out.");
    }
    std::vector<std::string> known;
    for (const Target& target : targets_) known.push_back(target.column->name);
    std::string hint = sql::DidYouMean(name.value, known);
    if (hint.empty()) hint = fmt::format("The table has {}.", fmt::join(known, ", "));
    return sql::SqlError(name.range, fmt::format("Unknown column of '{}': {}", table_->name(), name.value), hint);
  }

  arrow::Status BindPartition(const sql::PartitionSpec& partition) {
    for (const sql::PartitionEntry& entry : partition) {
      const auto& keys = table_->partition_keys;
      Target* target = FindTarget(entry.column.value);
      if (target == nullptr) return UnknownTarget(entry.column);
      if (std::find(keys.begin(), keys.end(), entry.column.value) == keys.end()) {
        return sql::SqlError(
            entry.column.range, fmt::format("'{}' is no partition column of '{}'", entry.column.value, table_->name()),
            keys.empty() ? "The table has none." : fmt::format("It is PARTITIONED BY ({}).", fmt::join(keys, ", ")));
      }
      if (target->constant)
        return sql::SqlError(entry.column.range, "Partition column given twice: " + entry.column.value);
      if (!entry.value)
        return sql::SqlError(entry.column.range, "PARTITION needs a value",
                             "Write PARTITION (" + entry.column.value + " = value).");
      const Scope nothing;
      ExpressionBinder binder(environment_, nothing, "PARTITION");
      ARROW_ASSIGN_OR_RAISE(ExpressionPtr value, binder.Bind(*entry.value));
      const DataType& type = target->column->type;
      if (!expr::CheckCast(value->type(), type).ok()) {
        return sql::SqlError(entry.value->range, fmt::format("'{}' is {}, which {} cannot become", entry.column.value,
                                                             TypeText(type), TypeText(value->type())));
      }
      target->constant = CastTo(std::move(value), type);
    }
    return arrow::Status::OK();
  }

  arrow::Status MatchByPosition(const BoundRelation& query) {
    std::vector<Target*> open;
    std::vector<std::string> names;
    for (Target& target : targets_) {
      if (target.constant) continue;
      open.push_back(&target);
      names.push_back(target.column->name);
    }
    ARROW_RETURN_NOT_OK(
        CheckCount(query, open.size(), fmt::format("{} takes {}", table_->name(), fmt::join(names, ", "))));
    for (size_t i = 0; i < open.size(); ++i) open[i]->query_column = static_cast<int>(i);
    return arrow::Status::OK();
  }

  arrow::Status MatchByName(const BoundRelation& query, const std::vector<sql::Name>& columns) {
    for (size_t i = 0; i < columns.size(); ++i) {
      const sql::Name& name = columns[i];
      if (name.parts.size() > 1) return sql::NotSupportedYet(name.range, "INSERT into a field of a ROW");
      Target* target = FindTarget(name.parts[0].value);
      if (target == nullptr) return UnknownTarget(name.parts[0]);
      if (target->query_column >= 0 || target->constant) {
        return sql::SqlError(name.range, "Column given twice: " + name.ToString(), "Name each column once.");
      }
      target->query_column = static_cast<int>(i);
    }
    ARROW_RETURN_NOT_OK(CheckCount(query, columns.size(), "the column list names " + std::to_string(columns.size())));
    return CheckNotNull(sql::Cover(columns.front().range, columns.back().range));
  }

  arrow::Status CheckNotNull(sql::SourceRange range) const {
    for (const Target& target : targets_) {
      if (target.constant || target.query_column >= 0 || target.column->type.nullable()) continue;
      return sql::SqlError(
          range, fmt::format("Column '{}' of '{}' is NOT NULL and gets no value", target.column->name, table_->name()),
          "Add it to the column list.");
    }
    return arrow::Status::OK();
  }

  arrow::Status CheckCount(const BoundRelation& query, size_t wanted, const std::string& hint) const {
    if (static_cast<size_t>(query.width()) == wanted) return arrow::Status::OK();
    std::vector<std::string> names;
    for (const Field& field : query.schema()) names.push_back(field.name);
    return sql::SqlError(
        query_.range,
        fmt::format("The query gives {} columns, but {} are stored into '{}'", names.size(), wanted, table_->name()),
        fmt::format("The query gives {}; {}.", fmt::join(names, ", "), hint));
  }

  arrow::Result<BoundQuery> Store(BoundRelation query) {
    std::vector<OutputColumn> columns;
    for (const Target& target : targets_) {
      const TableColumn& column = *target.column;
      if (target.constant) {
        columns.push_back({column.name, target.constant, column.name});
        continue;
      }
      if (target.query_column < 0) {
        columns.push_back({column.name, NullLiteral(column.type), column.name});
        continue;
      }
      ExpressionPtr value = ColumnOf(query.schema(), target.query_column);
      if (!MayStore(value->type(), column.type)) {
        const Field& field = query.schema()[target.query_column];
        return sql::SqlError(
            PlaceOfColumn(query_, target.query_column),
            fmt::format("Column '{}' of '{}' is {}, but the query gives {} ('{}')", column.name, table_->name(),
                        TypeText(column.type), TypeText(field.type), field.name),
            fmt::format("Write CAST({} AS {}), or check the order of the columns.",
                        field.name.rfind("EXPR$", 0) == 0 ? "..." : field.name, TypeText(column.type)));
      }
      columns.push_back({column.name, CastTo(std::move(value), column.type), column.name});
    }
    BoundQuery bound;
    bound.root = Project(std::move(query), columns, query_.range).plan;
    bound.sink = table_;
    return bound;
  }

  const sql::Query& query_;
  const BindEnvironment& environment_;
  TablePtr table_;
  std::vector<Target> targets_;
};

}  // namespace

arrow::Result<BoundQuery> BindInsert(const sql::InsertStatement& statement, const PlanContext& context) {
  BindSession session(context);
  const BindEnvironment environment = BindEnvironment::Top(&session);
  return InsertBinder(*statement.query, environment).Bind(statement);
}

arrow::Result<BoundQuery> BindTableFill(const sql::Query& query, TablePtr table, const PlanContext& context) {
  BindSession session(context);
  const BindEnvironment environment = BindEnvironment::Top(&session);
  return InsertBinder(query, environment).BindFill(std::move(table));
}

}  // namespace tidemark::plan
