// SPDX-License-Identifier: Apache-2.0
// Printing of calls: the special forms of SQL come back in their own syntax.

#include <array>

#include "sql/keywords.h"
#include "sql/parser_rules.h"
#include "sql/printer_rules.h"

namespace tidemark::sql::internal {

namespace {

/// Prints the arguments with these words between them: {" PLACING ", " FROM ", " FOR "} for OVERLAY.
void WriteSeparated(const FunctionCall& call, std::initializer_list<const char*> separators, std::string* out) {
  auto separator = separators.begin();
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    if (i > 0) *out += separator != separators.end() ? *separator++ : ", ";
    WriteExpression(*call.arguments[i].value, out);
  }
}

/// POSITION(a IN b [FROM n]): operators of the first argument stand in parentheses, lest IN be taken for one of them.
void WritePositionArguments(const FunctionCall& call, std::string* out) {
  static constexpr const char* kSeparators[] = {"", " IN ", " FROM "};
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    *out += i < std::size(kSeparators) ? kSeparators[i] : ", ";
    WriteExpression(*call.arguments[i].value, i == 0 ? kPrecedencePrimary : 0, out);
  }
}

bool IsSymbol(const FunctionCall& call, size_t index) {
  return index < call.arguments.size() && call.arguments[index].value->Is<Symbol>();
}

/// The arguments of a function with a syntax of its own; false when `name` is none.
bool WriteSpecialArguments(std::string_view name, const FunctionCall& call, std::string* out) {
  if (name == "EXTRACT") {
    WriteSeparated(call, {" FROM "}, out);
  } else if (name == "POSITION") {
    WritePositionArguments(call, out);
  } else if (name == "OVERLAY") {
    WriteSeparated(call, {" PLACING ", " FROM ", " FOR "}, out);
  } else if (name == "TRIM" && IsSymbol(call, 0)) {
    WriteSeparated(call, {" ", " FROM "}, out);
  } else if ((name == "CEIL" || name == "CEILING" || name == "FLOOR") && IsSymbol(call, 1)) {
    WriteSeparated(call, {" TO "}, out);
  } else if ((name == "CONVERT" || name == "TRANSLATE") && IsSymbol(call, 1)) {
    WriteSeparated(call, {" USING "}, out);
  } else {
    return false;
  }
  return true;
}

void WriteBehavior(const JsonBehavior& behavior, const char* event, std::string* out) {
  switch (behavior.kind) {
    case JsonBehaviorKind::kUnspecified:
      return;
    case JsonBehaviorKind::kNull:
      *out += " NULL";
      break;
    case JsonBehaviorKind::kError:
      *out += " ERROR";
      break;
    case JsonBehaviorKind::kDefault:
      *out += " DEFAULT ";
      WriteExpression(*behavior.default_value, out);
      break;
    case JsonBehaviorKind::kEmptyArray:
      *out += " EMPTY ARRAY";
      break;
    case JsonBehaviorKind::kEmptyObject:
      *out += " EMPTY OBJECT";
      break;
    case JsonBehaviorKind::kTrue:
      *out += " TRUE";
      break;
    case JsonBehaviorKind::kFalse:
      *out += " FALSE";
      break;
    case JsonBehaviorKind::kUnknown:
      *out += " UNKNOWN";
      break;
  }
  *out += std::string(" ON ") + event;
}

void WriteJsonClauses(const JsonClauses& json, std::string* out) {
  if (json.returning) {
    *out += " RETURNING ";
    WriteType(*json.returning, out);
  }
  switch (json.wrapper) {
    case JsonWrapper::kUnspecified:
      break;
    case JsonWrapper::kWithout:
      *out += " WITHOUT WRAPPER";
      break;
    case JsonWrapper::kConditional:
      *out += " WITH CONDITIONAL WRAPPER";
      break;
    case JsonWrapper::kUnconditional:
      *out += " WITH UNCONDITIONAL WRAPPER";
      break;
  }
  WriteBehavior(json.on_empty, "EMPTY", out);
  WriteBehavior(json.on_error, "ERROR", out);
  if (json.nulls == JsonNulls::kNullOnNull) *out += " NULL ON NULL";
  if (json.nulls == JsonNulls::kAbsentOnNull) *out += " ABSENT ON NULL";
}

/// `KEY k VALUE v, ...`
void WriteKeysAndValues(const FunctionCall& call, std::string* out) {
  for (size_t i = 0; i + 1 < call.arguments.size(); i += 2) {
    *out += i > 0 ? ", KEY " : "KEY ";
    WriteExpression(*call.arguments[i].value, out);
    *out += " VALUE ";
    WriteExpression(*call.arguments[i + 1].value, out);
  }
}

void WriteArguments(const FunctionCall& call, std::string* out) {
  if (call.quantifier == SetQuantifier::kDistinct) *out += "DISTINCT ";
  if (call.quantifier == SetQuantifier::kAll) *out += "ALL ";
  WriteList(call.arguments, out, [out](const FunctionArgument& argument) {
    if (argument.name) {
      WriteIdentifier(*argument.name, out);
      *out += " => ";
    }
    WriteExpression(*argument.value, out);
  });
}

void WriteSuffixes(const FunctionCall& call, std::string* out) {
  if (!call.within_group.empty()) {
    *out += " WITHIN GROUP (ORDER BY ";
    WriteOrderItems(call.within_group, out);
    *out += ')';
  }
  if (call.null_treatment == NullTreatment::kIgnoreNulls) *out += " IGNORE NULLS";
  if (call.null_treatment == NullTreatment::kRespectNulls) *out += " RESPECT NULLS";
  if (call.filter) {
    *out += " FILTER (WHERE ";
    WriteExpression(*call.filter, out);
    *out += ')';
  }
  if (call.over) {
    *out += " OVER ";
    WriteWindow(*call.over, out);
  }
}

/// (a - b) DAY TO SECOND
void WriteDifference(const FunctionCall& call, std::string* out) {
  *out += '(';
  WriteExpression(*call.arguments[0].value, kPrecedenceAdd, out);
  *out += " - ";
  WriteExpression(*call.arguments[1].value, kPrecedenceAdd + 1, out);
  *out += ") " + call.arguments[2].value->As<Symbol>().name;
}

bool IsDifference(const FunctionCall& call) {
  return call.arguments.size() == 3 && IsSymbol(call, 2) && call.name.parts.size() == 1 &&
         call.name.parts[0].value == "-" && !call.name.parts[0].quoted;
}

}  // namespace

void WriteCall(const FunctionCall& call, std::string* out) {
  if (IsDifference(call)) return WriteDifference(call, out);
  // A name in back-quotes is an ordinary function, even when the word is one that SQL gives a special syntax.
  const bool is_plain_word = call.name.parts.size() == 1 && !call.name.last().quoted;
  const std::string special = is_plain_word ? ToUpperAscii(call.name.last().value) : "";
  if (is_plain_word && (IsReservedWord(special) || call.without_parentheses)) {
    *out += special;
  } else if (is_plain_word && (special == "TIMESTAMPADD" || special == "TIMESTAMPDIFF" || special == "FINAL")) {
    *out += special;
  } else {
    WriteName(call.name, out);
  }
  if (call.without_parentheses) return;
  *out += '(';
  if (special == "JSON_OBJECT" || special == "JSON_OBJECTAGG") {
    WriteKeysAndValues(call, out);
  } else if (!WriteSpecialArguments(special, call, out)) {
    WriteArguments(call, out);
  }
  if (!call.order_by.empty()) {
    *out += " ORDER BY ";
    WriteOrderItems(call.order_by, out);
  }
  if (call.json) WriteJsonClauses(*call.json, out);
  *out += ')';
  WriteSuffixes(call, out);
}

}  // namespace tidemark::sql::internal
