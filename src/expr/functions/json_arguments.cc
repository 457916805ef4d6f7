// SPDX-License-Identifier: Apache-2.0
// Flattening the clauses of SQL/JSON calls.
#include "expr/functions/json_arguments.h"

namespace tidemark::expr {
namespace {

using Arguments = std::vector<JsonCallArgument>;

const sql::JsonClauses& ClausesOf(const sql::FunctionCall& call) {
  static const sql::JsonClauses none;
  return call.json ? *call.json : none;
}

std::string BehaviorText(const sql::JsonBehavior& behavior, const std::string& unspecified) {
  switch (behavior.kind) {
    case sql::JsonBehaviorKind::kUnspecified:
      return unspecified;
    case sql::JsonBehaviorKind::kNull:
      return "NULL";
    case sql::JsonBehaviorKind::kError:
      return "ERROR";
    case sql::JsonBehaviorKind::kDefault:
      return "DEFAULT";
    case sql::JsonBehaviorKind::kEmptyArray:
      return "EMPTY ARRAY";
    case sql::JsonBehaviorKind::kEmptyObject:
      return "EMPTY OBJECT";
    case sql::JsonBehaviorKind::kTrue:
      return "TRUE";
    case sql::JsonBehaviorKind::kFalse:
      return "FALSE";
    case sql::JsonBehaviorKind::kUnknown:
      return "UNKNOWN";
  }
  return unspecified;
}

JsonCallArgument DefaultOf(const sql::JsonBehavior& behavior, const sql::JsonClauses& clauses) {
  if (behavior.default_value) return behavior.default_value.get();
  return clauses.returning.get();
}

std::string WrapperText(sql::JsonWrapper wrapper) {
  switch (wrapper) {
    case sql::JsonWrapper::kConditional:
      return "CONDITIONAL";
    case sql::JsonWrapper::kUnconditional:
      return "UNCONDITIONAL";
    default:
      return "WITHOUT";
  }
}

std::string NullsText(const sql::JsonClauses& clauses, const std::string& unspecified) {
  if (clauses.nulls == sql::JsonNulls::kUnspecified) return unspecified;
  return clauses.nulls == sql::JsonNulls::kNullOnNull ? "NULL" : "ABSENT";
}

std::string UpperCase(std::string text) {
  for (char& c : text) c = static_cast<char>(c >= 'a' && c <= 'z' ? c - 32 : c);
  return text;
}

bool IsJsonText(const sql::Expression& value) {
  const auto* call = value.TryAs<sql::FunctionCall>();
  if (call == nullptr) return false;
  const std::string name = UpperCase(call->name.last().value);
  return name == "JSON_OBJECT" || name == "JSON_ARRAY" || name == "JSON";
}

/// A letter for each value: every `step`-th argument from `first` on.
std::string RawLetters(const sql::FunctionCall& call, size_t first, size_t step) {
  std::string letters;
  for (size_t i = first; i < call.arguments.size(); i += step)
    letters += IsJsonText(*call.arguments[i].value) ? 'J' : 'V';
  return letters;
}

}  // namespace

std::vector<JsonCallArgument> JsonCallArguments(const std::string& name, const sql::FunctionCall& call) {
  const sql::JsonClauses& clauses = ClausesOf(call);
  Arguments written;
  for (const auto& argument : call.arguments) written.emplace_back(argument.value.get());
  if (name == "JSON_EXISTS") {
    written.emplace_back(BehaviorText(clauses.on_error, "FALSE"));
  } else if (name == "JSON_VALUE") {
    written.emplace_back(clauses.returning.get());
    written.emplace_back(BehaviorText(clauses.on_empty, "NULL"));
    written.push_back(DefaultOf(clauses.on_empty, clauses));
    written.emplace_back(BehaviorText(clauses.on_error, "NULL"));
    written.push_back(DefaultOf(clauses.on_error, clauses));
  } else if (name == "JSON_QUERY") {
    written.emplace_back(clauses.returning.get());
    written.emplace_back(WrapperText(clauses.wrapper));
    written.emplace_back(BehaviorText(clauses.on_empty, "NULL"));
    written.emplace_back(BehaviorText(clauses.on_error, "NULL"));
  } else if (name == "JSON_OBJECT" || name == "JSON_ARRAY") {
    const bool object = name == "JSON_OBJECT";
    Arguments arguments = {NullsText(clauses, object ? "NULL" : "ABSENT"),
                           RawLetters(call, object ? 1 : 0, object ? 2 : 1)};
    arguments.insert(arguments.end(), written.begin(), written.end());
    return arguments;
  } else if (name == "JSON_STRING") {
    written.emplace_back(RawLetters(call, 0, 1));
  } else if (name == "JSON_OBJECTAGG" || name == "JSON_ARRAYAGG") {
    const bool object = name == "JSON_OBJECTAGG";
    written.emplace_back(NullsText(clauses, object ? "NULL" : "ABSENT"));
    written.emplace_back(RawLetters(call, object ? 1 : 0, 2));
  }
  return written;
}

}  // namespace tidemark::expr
