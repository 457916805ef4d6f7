// SPDX-License-Identifier: Apache-2.0
// Grammar of statements: which one begins here, and those that are no definitions and no SHOW.

#include <array>

#include "sql/diagnostic.h"
#include "sql/keywords.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

using StatementRule = arrow::Result<StatementPtr> (*)(TokenCursor&);

arrow::Result<StatementPtr> ParseQueryStatement(TokenCursor& cursor) {
  auto node = std::make_unique<QueryStatement>();
  ARROW_ASSIGN_OR_RAISE(node->query, ParseWholeQuery(cursor));
  return StatementPtr(std::move(node));
}

/// [AS] alias of UPDATE and DELETE.
arrow::Status ParseTargetAlias(TokenCursor& cursor, std::optional<Identifier>* alias) {
  std::vector<Identifier> columns;
  ARROW_RETURN_NOT_OK(ParseTableAlias(cursor, alias, &columns));
  if (columns.empty()) return arrow::Status::OK();
  return SyntaxError(columns[0].range, "The table to change takes no list of columns here");
}

arrow::Result<StatementPtr> ParseUpdate(TokenCursor& cursor) {
  auto node = std::make_unique<UpdateStatement>();
  cursor.Take();
  ARROW_ASSIGN_OR_RAISE(node->table, ParseName(cursor, "a table name"));
  ARROW_RETURN_NOT_OK(ParseTargetAlias(cursor, &node->alias));
  ARROW_RETURN_NOT_OK(cursor.Expect("SET"));
  do {
    Assignment assignment;
    ARROW_ASSIGN_OR_RAISE(assignment.column, ParseName(cursor, "a column name"));
    ARROW_RETURN_NOT_OK(cursor.Expect("="));
    ARROW_ASSIGN_OR_RAISE(assignment.value, ParseAnyExpression(cursor));
    node->assignments.push_back(std::move(assignment));
  } while (cursor.Accept(","));
  if (cursor.Accept("WHERE")) {
    ARROW_ASSIGN_OR_RAISE(node->where, ParseAnyExpression(cursor));
  }
  return StatementPtr(std::move(node));
}

arrow::Result<StatementPtr> ParseDelete(TokenCursor& cursor) {
  auto node = std::make_unique<DeleteStatement>();
  cursor.Take();
  ARROW_RETURN_NOT_OK(cursor.Expect("FROM"));
  ARROW_ASSIGN_OR_RAISE(node->table, ParseName(cursor, "a table name"));
  ARROW_RETURN_NOT_OK(ParseTargetAlias(cursor, &node->alias));
  if (cursor.Accept("WHERE")) {
    ARROW_ASSIGN_OR_RAISE(node->where, ParseAnyExpression(cursor));
  }
  return StatementPtr(std::move(node));
}

arrow::Result<StatementPtr> ParseTruncate(TokenCursor& cursor) {
  auto node = std::make_unique<TruncateStatement>();
  cursor.Take();
  ARROW_RETURN_NOT_OK(cursor.Expect("TABLE"));
  ARROW_ASSIGN_OR_RAISE(node->table, ParseName(cursor, "a table name"));
  return StatementPtr(std::move(node));
}

/// What EXPLAIN and COMPILE PLAN can be about.
arrow::Result<StatementPtr> ParseExplained(TokenCursor& cursor) {
  const SourceRange range = cursor.Peek().range;
  if (cursor.Is("EXECUTE")) cursor.Take();
  if (cursor.Is("STATEMENT")) return ParseStatementSet(cursor);
  ARROW_ASSIGN_OR_RAISE(StatementPtr statement, ParseOneStatement(cursor));
  const auto* create = statement->TryAs<CreateTableStatement>();
  const bool has_plan = statement->Is<QueryStatement>() || statement->Is<InsertStatement>() ||
                        statement->Is<StatementSetStatement>() || (create != nullptr && create->query);
  if (has_plan) return statement;
  return SyntaxError(range, "This statement has no plan",
                     "A plan is made of a query, an INSERT, a CREATE TABLE AS or a STATEMENT SET.");
}

arrow::Result<StatementPtr> ParseExplain(TokenCursor& cursor) {
  struct Entry {
    std::string_view word;
    ExplainDetail detail;
  };
  static constexpr Entry kEntries[] = {{"ESTIMATED_COST", ExplainDetail::kEstimatedCost},
                                       {"CHANGELOG_MODE", ExplainDetail::kChangelogMode},
                                       {"JSON_EXECUTION_PLAN", ExplainDetail::kJsonExecutionPlan},
                                       {"PLAN_ADVICE", ExplainDetail::kPlanAdvice}};
  auto node = std::make_unique<ExplainStatement>();
  cursor.Take();
  node->plan_for = cursor.AcceptAll({"PLAN", "FOR"});
  bool more = !node->plan_for;
  while (more) {
    const size_t count = node->details.size();
    for (const Entry& entry : kEntries) {
      if (!cursor.Accept(entry.word)) continue;
      node->details.push_back(entry.detail);
      break;
    }
    const bool found = node->details.size() > count;
    if (!found && count > 0) return cursor.Unexpected();
    more = found && cursor.Accept(",");
  }
  ARROW_ASSIGN_OR_RAISE(node->statement, ParseExplained(cursor));
  return StatementPtr(std::move(node));
}

/// EXECUTE INSERT | query | STATEMENT SET | PLAN
arrow::Result<StatementPtr> ParseExecute(TokenCursor& cursor) {
  cursor.Take();
  if (cursor.Accept("PLAN")) {
    auto node = std::make_unique<ExecutePlanStatement>();
    ARROW_ASSIGN_OR_RAISE(node->path, ParseString(cursor, "a path in quotes"));
    return StatementPtr(std::move(node));
  }
  for (std::string_view word : {"STATEMENT", "INSERT", "SELECT"}) cursor.Note(word);
  if (cursor.Is("STATEMENT")) return ParseStatementSet(cursor);
  if (cursor.Is("INSERT")) return ParseInsert(cursor);
  if (BeginsQuery(cursor) || cursor.Is("(")) return ParseQueryStatement(cursor);
  return cursor.Unexpected();
}

/// COMPILE PLAN 'path' [IF NOT EXISTS] FOR ..., COMPILE AND EXECUTE PLAN 'path' FOR ...
arrow::Result<StatementPtr> ParseCompile(TokenCursor& cursor) {
  auto node = std::make_unique<CompilePlanStatement>();
  cursor.Take();
  if (cursor.Accept("AND")) {
    node->execute = true;
    ARROW_RETURN_NOT_OK(cursor.Expect("EXECUTE"));
  }
  ARROW_RETURN_NOT_OK(cursor.Expect("PLAN"));
  ARROW_ASSIGN_OR_RAISE(node->path, ParseString(cursor, "a path in quotes"));
  node->if_not_exists = !node->execute && cursor.AcceptAll({"IF", "NOT", "EXISTS"});
  ARROW_RETURN_NOT_OK(cursor.Expect("FOR"));
  for (std::string_view word : {"STATEMENT", "INSERT"}) cursor.Note(word);
  if (!cursor.Is("STATEMENT") && !cursor.Is("INSERT")) return cursor.Unexpected();
  ARROW_ASSIGN_OR_RAISE(node->statement, ParseExplained(cursor));
  return StatementPtr(std::move(node));
}

arrow::Result<StatementPtr> ParseCallStatement(TokenCursor& cursor) {
  auto node = std::make_unique<CallStatement>();
  cursor.Take();
  ARROW_ASSIGN_OR_RAISE(Name name, ParseName(cursor, "the name of a procedure"));
  if (!cursor.Is("(")) return cursor.Unexpected("(");
  ARROW_ASSIGN_OR_RAISE(node->call, ParseCall(cursor, std::move(name)));
  return StatementPtr(std::move(node));
}

/// ANALYZE TABLE t [PARTITION (...)] COMPUTE STATISTICS [FOR COLUMNS a, b | FOR ALL COLUMNS]
arrow::Result<StatementPtr> ParseAnalyze(TokenCursor& cursor) {
  auto node = std::make_unique<AnalyzeTableStatement>();
  cursor.Take();
  ARROW_RETURN_NOT_OK(cursor.Expect("TABLE"));
  ARROW_ASSIGN_OR_RAISE(node->table, ParseName(cursor, "a table name"));
  if (cursor.Accept("PARTITION")) {
    ARROW_ASSIGN_OR_RAISE(node->partition, ParsePartitionSpec(cursor, true));
  }
  ARROW_RETURN_NOT_OK(cursor.ExpectAll({"COMPUTE", "STATISTICS"}));
  if (!cursor.Accept("FOR")) return StatementPtr(std::move(node));
  node->all_columns = cursor.Accept("ALL");
  ARROW_RETURN_NOT_OK(cursor.Expect("COLUMNS"));
  while (!node->all_columns) {
    ARROW_ASSIGN_OR_RAISE(Identifier column, ParseIdentifier(cursor, "a column name"));
    node->columns.push_back(std::move(column));
    if (!cursor.Accept(",")) break;
  }
  return StatementPtr(std::move(node));
}

arrow::Result<StatementPtr> ParseUse(TokenCursor& cursor) {
  cursor.Take();
  if (cursor.Is("MODULES")) {
    auto modules = std::make_unique<UseModulesStatement>();
    cursor.Take();
    do {
      ARROW_ASSIGN_OR_RAISE(Identifier module, ParseIdentifier(cursor, "the name of a module"));
      modules->modules.push_back(std::move(module));
    } while (cursor.Accept(","));
    return StatementPtr(std::move(modules));
  }
  auto node = std::make_unique<UseStatement>();
  // CATALOG is no reserved word: a database may have that name.
  if (cursor.Is("CATALOG") && IsName(cursor.Peek(1))) {
    cursor.Take();
    node->object_type = ObjectType::kCatalog;
  }
  const bool is_catalog = node->object_type == ObjectType::kCatalog;
  ARROW_ASSIGN_OR_RAISE(node->name, ParseName(cursor, is_catalog ? "a catalog name" : "a database name"));
  return StatementPtr(std::move(node));
}

arrow::Result<StatementPtr> ParseLoad(TokenCursor& cursor) {
  auto node = std::make_unique<LoadModuleStatement>();
  cursor.Take();
  ARROW_RETURN_NOT_OK(cursor.Expect("MODULE"));
  ARROW_ASSIGN_OR_RAISE(node->module, ParseIdentifier(cursor, "the name of a module"));
  if (cursor.Accept("WITH")) {
    ARROW_ASSIGN_OR_RAISE(node->options, ParseOptions(cursor));
  }
  return StatementPtr(std::move(node));
}

arrow::Result<StatementPtr> ParseUnload(TokenCursor& cursor) {
  auto node = std::make_unique<UnloadModuleStatement>();
  cursor.Take();
  ARROW_RETURN_NOT_OK(cursor.Expect("MODULE"));
  ARROW_ASSIGN_OR_RAISE(node->module, ParseIdentifier(cursor, "the name of a module"));
  return StatementPtr(std::move(node));
}

/// ADD JAR 'path', REMOVE JAR 'path'
arrow::Result<StatementPtr> ParseJar(TokenCursor& cursor) {
  auto node = std::make_unique<JarStatement>();
  node->remove = cursor.Take().upper == "REMOVE";
  ARROW_RETURN_NOT_OK(cursor.Expect("JAR"));
  ARROW_ASSIGN_OR_RAISE(node->path, ParseString(cursor, "a path in quotes"));
  return StatementPtr(std::move(node));
}

/// STOP JOB 'id' [WITH SAVEPOINT [WITH DRAIN]]
arrow::Result<StatementPtr> ParseStopJob(TokenCursor& cursor) {
  auto node = std::make_unique<StopJobStatement>();
  cursor.Take();
  ARROW_RETURN_NOT_OK(cursor.Expect("JOB"));
  ARROW_ASSIGN_OR_RAISE(node->job_id, ParseString(cursor, "the id of a job in quotes"));
  if (!cursor.Accept("WITH")) return StatementPtr(std::move(node));
  if (cursor.Is("DRAIN")) {
    return SyntaxError(cursor.Peek().range, "WITH DRAIN needs WITH SAVEPOINT before it");
  }
  ARROW_RETURN_NOT_OK(cursor.Expect("SAVEPOINT"));
  node->with_savepoint = true;
  node->with_drain = cursor.Accept("WITH");
  if (node->with_drain) ARROW_RETURN_NOT_OK(cursor.Expect("DRAIN"));
  return StatementPtr(std::move(node));
}

/// QUIT, EXIT, CLEAR, HELP: no keywords, so only when nothing follows.
StatementPtr ParseClientCommandIfAny(TokenCursor& cursor) {
  struct Entry {
    std::string_view word;
    ClientCommand command;
  };
  static constexpr Entry kEntries[] = {{"QUIT", ClientCommand::kQuit},
                                       {"EXIT", ClientCommand::kQuit},
                                       {"CLEAR", ClientCommand::kClear},
                                       {"HELP", ClientCommand::kHelp}};
  const bool alone = cursor.Is(";", 1) || cursor.Peek(1).kind == TokenKind::kEnd;
  for (const Entry& entry : kEntries) {
    if (!alone || !cursor.Is(entry.word)) continue;
    cursor.Take();
    auto node = std::make_unique<ClientCommandStatement>();
    node->command = entry.command;
    return node;
  }
  return nullptr;
}

arrow::Result<StatementPtr> ParseReplace(TokenCursor& cursor) {
  cursor.Take();
  ARROW_RETURN_NOT_OK(cursor.Expect("TABLE"));
  return ParseCreateTable(cursor, false, false, true);
}

struct StatementWord {
  std::string_view word;
  StatementRule rule;
};

constexpr auto kStatements = std::to_array<StatementWord>({
    {"SELECT", ParseQueryStatement},
    {"WITH", ParseQueryStatement},
    {"VALUES", ParseQueryStatement},
    {"TABLE", ParseQueryStatement},
    {"INSERT", ParseInsert},
    {"CREATE", ParseCreate},
    {"DROP", ParseDrop},
    {"ALTER", ParseAlter},
    {"REPLACE", ParseReplace},
    {"SHOW", ParseShow},
    {"DESCRIBE", ParseDescribe},
    {"DESC", ParseDescribe},
    {"EXPLAIN", ParseExplain},
    {"SET", ParseSet},
    {"RESET", ParseReset},
    {"USE", ParseUse},
    {"EXECUTE", ParseExecute},
    {"BEGIN", ParseStatementSet},
    {"UPDATE", ParseUpdate},
    {"DELETE", ParseDelete},
    {"TRUNCATE", ParseTruncate},
    {"ANALYZE", ParseAnalyze},
    {"CALL", ParseCallStatement},
    {"COMPILE", ParseCompile},
    {"LOAD", ParseLoad},
    {"UNLOAD", ParseUnload},
    {"ADD", ParseJar},
    {"REMOVE", ParseJar},
    {"STOP", ParseStopJob},
});

arrow::Status NotAStatement(TokenCursor& cursor) {
  const Token& token = cursor.Peek();
  if (token.kind == TokenKind::kError) return cursor.Unexpected();
  std::string hint = HintForForeignStatement(cursor);
  for (std::string_view word : {"MERGE", "UPSERT", "GRANT", "REVOKE", "COMMIT", "ROLLBACK"}) {
    if (cursor.Is(word)) return NotSupportedYet(token.range, word, std::move(hint));
  }
  std::vector<std::string> words = cursor.notes();
  for (const StatementWord& entry : kStatements) words.emplace_back(entry.word);
  if (hint.empty() && token.kind == TokenKind::kWord) {
    const std::vector<std::string> near = NearestNames(token.upper, words, 1);
    if (!near.empty()) hint = "Did you mean " + near[0] + "?";
  }
  return SyntaxError(token.range, "Unexpected " + DescribeToken(token) + ": expected a statement", std::move(hint));
}

}  // namespace

arrow::Result<StatementPtr> ParseInsert(TokenCursor& cursor) {
  auto node = std::make_unique<InsertStatement>();
  const size_t begin = cursor.Take().range.begin;
  node->overwrite = cursor.Accept("OVERWRITE");
  if (!node->overwrite) ARROW_RETURN_NOT_OK(cursor.Expect("INTO"));
  if (cursor.Is("TABLE")) {
    return SyntaxError(cursor.Peek().range, "Unexpected 'TABLE': expected a table name",
                       "Flink SQL leaves the word TABLE out.");
  }
  ARROW_ASSIGN_OR_RAISE(node->table, ParseName(cursor, "a table name"));
  ARROW_ASSIGN_OR_RAISE(node->hints, ParseHints(cursor));
  if (cursor.Accept("PARTITION")) {
    ARROW_ASSIGN_OR_RAISE(node->partition, ParsePartitionSpec(cursor, false));
  }
  const bool query_in_parentheses = cursor.Is("(") && (BeginsQuery(cursor, 1) || cursor.Is("(", 1));
  const SourceRange open = cursor.Peek().range;
  if (!query_in_parentheses && cursor.Accept("(")) {
    ARROW_ASSIGN_OR_RAISE(node->columns, ParseNameList(cursor, "a column name"));
    ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  }
  ARROW_ASSIGN_OR_RAISE(node->query, ParseWholeQuery(cursor));
  SetRange(cursor, begin, node.get());
  return StatementPtr(std::move(node));
}

arrow::Result<StatementPtr> ParseStatementSet(TokenCursor& cursor) {
  auto node = std::make_unique<StatementSetStatement>();
  const SourceRange begin = cursor.Peek().range;
  const bool begin_first = cursor.Accept("BEGIN");
  ARROW_RETURN_NOT_OK(cursor.ExpectAll({"STATEMENT", "SET", begin_first ? ";" : "BEGIN"}));
  while (!cursor.Accept("END")) {
    if (cursor.AtEnd()) {
      return SyntaxError(cursor.RangeFrom(begin.begin), "This statement set is never closed", "Write END; behind it.");
    }
    if (!cursor.Is("INSERT")) {
      return cursor.Unexpected("INSERT");
    }
    ARROW_ASSIGN_OR_RAISE(StatementPtr insert, ParseInsert(cursor));
    node->statements.push_back(std::move(insert));
    if (cursor.Is("END")) {
      return SyntaxError(cursor.Peek().range, "Unexpected 'END': expected ';'",
                         "Each INSERT of a statement set ends with ';', the last one too.");
    }
    ARROW_RETURN_NOT_OK(cursor.Expect(";"));
  }
  if (node->statements.empty()) {
    return SyntaxError(cursor.RangeFrom(begin.begin), "A statement set needs at least one INSERT");
  }
  return StatementPtr(std::move(node));
}

arrow::Result<StatementPtr> ParseOneStatement(TokenCursor& cursor) {
  NestingScope scope(cursor);
  ARROW_RETURN_NOT_OK(cursor.Deepen());
  const size_t begin = cursor.Peek().range.begin;
  StatementPtr statement = ParseClientCommandIfAny(cursor);
  if (!statement && cursor.Is("(")) {
    ARROW_ASSIGN_OR_RAISE(statement, ParseQueryStatement(cursor));
  }
  for (const StatementWord& entry : kStatements) {
    if (statement || !cursor.Is(entry.word)) continue;
    ARROW_ASSIGN_OR_RAISE(statement, entry.rule(cursor));
    break;
  }
  if (!statement) return NotAStatement(cursor);
  SetRange(cursor, begin, statement.get());
  return statement;
}

}  // namespace tidemark::sql::internal
