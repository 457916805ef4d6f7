// SPDX-License-Identifier: Apache-2.0
// Printing of what stands in FROM, with MATCH_RECOGNIZE.

#include "sql/printer.h"
#include "sql/printer_rules.h"

namespace tidemark::sql {

namespace internal {

namespace {

void WriteJoin(const JoinRef& join, std::string* out) {
  WriteTable(*join.left, out);
  if (join.type == JoinType::kComma) {
    *out += ", ";
    return WriteTable(*join.right, out);
  }
  if (join.natural) *out += " NATURAL";
  switch (join.type) {
    case JoinType::kInner:
    case JoinType::kComma:
      *out += " JOIN ";
      break;
    case JoinType::kLeft:
      *out += " LEFT JOIN ";
      break;
    case JoinType::kRight:
      *out += " RIGHT JOIN ";
      break;
    case JoinType::kFull:
      *out += " FULL JOIN ";
      break;
    case JoinType::kCross:
      *out += " CROSS JOIN ";
      break;
  }
  const bool nested = join.right->Is<JoinRef>();
  if (nested) *out += '(';
  WriteTable(*join.right, out);
  if (nested) *out += ')';
  if (join.condition) {
    *out += " ON ";
    WriteExpression(*join.condition, out);
  }
  if (!join.using_columns.empty()) {
    *out += " USING";
    WriteColumns(join.using_columns, out);
  }
}

void WriteUnnest(const UnnestRef& unnest, std::string* out) {
  if (unnest.lateral) *out += "LATERAL ";
  *out += "UNNEST(";
  WriteExpressions(unnest.expressions, out);
  *out += ')';
  if (unnest.with_ordinality) *out += " WITH ORDINALITY";
}

void WriteSample(const TableSample& sample, std::string* out) {
  *out += sample.bernoulli ? " TABLESAMPLE BERNOULLI (" : " TABLESAMPLE SYSTEM (";
  *out += sample.percentage + ')';
  if (sample.repeatable_seed) *out += " REPEATABLE (" + *sample.repeatable_seed + ')';
}

void WriteRepeat(const Pattern& pattern, std::string* out) {
  const Pattern& inner = *pattern.children[0];
  const bool bare = inner.kind != PatternKind::kSequence && inner.kind != PatternKind::kAlternation &&
                    inner.kind != PatternKind::kRepeat;
  if (!bare) *out += '(';
  WritePattern(inner, out);
  if (!bare) *out += ')';
  if (pattern.count_min == 0 && !pattern.count_max) {
    *out += '*';
  } else if (pattern.count_min == 1 && !pattern.count_max) {
    *out += '+';
  } else if (pattern.count_min == 0 && pattern.count_max == 1) {
    *out += '?';
  } else {
    *out += '{' + std::to_string(pattern.count_min);
    if (pattern.count_max != pattern.count_min) *out += ',';
    if (pattern.count_max && *pattern.count_max != pattern.count_min) *out += std::to_string(*pattern.count_max);
    *out += '}';
  }
  if (pattern.reluctant) *out += '?';
}

void WritePatterns(const std::vector<PatternPtr>& patterns, const char* separator, bool group_sequences,
                   std::string* out) {
  for (size_t i = 0; i < patterns.size(); ++i) {
    if (i > 0) *out += separator;
    const PatternKind kind = patterns[i]->kind;
    const bool grouped = group_sequences && (kind == PatternKind::kSequence || kind == PatternKind::kAlternation);
    if (grouped) *out += '(';
    WritePattern(*patterns[i], out);
    if (grouped) *out += ')';
  }
}

void WriteAfterMatch(const AfterMatch& after, std::string* out) {
  switch (after.kind) {
    case AfterMatchKind::kUnspecified:
      return;
    case AfterMatchKind::kToNextRow:
      *out += "AFTER MATCH SKIP TO NEXT ROW ";
      return;
    case AfterMatchKind::kPastLastRow:
      *out += "AFTER MATCH SKIP PAST LAST ROW ";
      return;
    case AfterMatchKind::kToFirst:
      *out += "AFTER MATCH SKIP TO FIRST ";
      break;
    case AfterMatchKind::kToLast:
      *out += "AFTER MATCH SKIP TO LAST ";
      break;
  }
  WriteIdentifier(after.variable, out);
  *out += ' ';
}

void WriteMeasures(const std::vector<PatternMeasure>& measures, std::string* out) {
  if (measures.empty()) return;
  *out += "MEASURES ";
  WriteList(measures, out, [out](const PatternMeasure& measure) {
    WriteExpression(*measure.expression, out);
    *out += " AS ";
    WriteIdentifier(measure.name, out);
  });
  *out += ' ';
}

void WriteSubsets(const std::vector<PatternSubset>& subsets, std::string* out) {
  if (subsets.empty()) return;
  *out += " SUBSET ";
  WriteList(subsets, out, [out](const PatternSubset& subset) {
    WriteIdentifier(subset.name, out);
    *out += " =";
    WriteColumns(subset.variables, out);
  });
}

void WriteMatchRecognize(const MatchRecognizeRef& match, std::string* out) {
  WriteTable(*match.input, out);
  *out += " MATCH_RECOGNIZE (";
  if (!match.partition_by.empty()) {
    *out += "PARTITION BY ";
    WriteExpressions(match.partition_by, out);
    *out += ' ';
  }
  if (!match.order_by.empty()) {
    *out += "ORDER BY ";
    WriteOrderItems(match.order_by, out);
    *out += ' ';
  }
  WriteMeasures(match.measures, out);
  if (match.rows_per_match == RowsPerMatch::kOneRow) *out += "ONE ROW PER MATCH ";
  if (match.rows_per_match == RowsPerMatch::kAllRows) *out += "ALL ROWS PER MATCH ";
  WriteAfterMatch(match.after_match, out);
  *out += "PATTERN (";
  WritePattern(*match.pattern, out);
  *out += ')';
  if (match.within) {
    *out += " WITHIN ";
    WriteExpression(*match.within, out);
  }
  WriteSubsets(match.subsets, out);
  *out += " DEFINE ";
  WriteList(match.definitions, out, [out](const PatternDefinition& definition) {
    WriteIdentifier(definition.variable, out);
    *out += " AS ";
    WriteExpression(*definition.condition, out);
  });
  *out += ')';
}

void WriteBareTable(const TableRef& table, std::string* out) {
  switch (table.kind) {
    case TableRefKind::kNamed:
      WriteName(table.As<NamedTable>().name, out);
      return WriteHints(table.As<NamedTable>().hints, out);
    case TableRefKind::kDerived:
      *out += table.As<DerivedTable>().lateral ? "LATERAL (" : "(";
      WriteQuery(*table.As<DerivedTable>().query, out);
      *out += ')';
      return;
    case TableRefKind::kFunction:
      *out += table.As<TableFunctionRef>().lateral ? "LATERAL TABLE(" : "TABLE(";
      WriteExpression(*table.As<TableFunctionRef>().call, out);
      *out += ')';
      return;
    case TableRefKind::kUnnest:
      return WriteUnnest(table.As<UnnestRef>(), out);
    case TableRefKind::kJoin:
      return WriteJoin(table.As<JoinRef>(), out);
    case TableRefKind::kMatchRecognize:
      return WriteMatchRecognize(table.As<MatchRecognizeRef>(), out);
  }
}

}  // namespace

void WriteTable(const TableRef& table, std::string* out) {
  WriteBareTable(table, out);
  if (table.system_time) {
    *out += " FOR SYSTEM_TIME AS OF ";
    WriteExpression(*table.system_time, out);
  }
  if (table.alias) {
    *out += " AS ";
    WriteIdentifier(*table.alias, out);
    WriteColumns(table.column_aliases, out);
  }
  if (table.sample) WriteSample(*table.sample, out);
}

void WritePattern(const Pattern& pattern, std::string* out) {
  switch (pattern.kind) {
    case PatternKind::kVariable:
      return WriteIdentifier(pattern.variable, out);
    case PatternKind::kSequence:
      return WritePatterns(pattern.children, " ", true, out);
    case PatternKind::kAlternation: {
      for (size_t i = 0; i < pattern.children.size(); ++i) {
        if (i > 0) *out += " | ";
        const bool grouped = pattern.children[i]->kind == PatternKind::kAlternation;
        if (grouped) *out += '(';
        WritePattern(*pattern.children[i], out);
        if (grouped) *out += ')';
      }
      return;
    }
    case PatternKind::kRepeat:
      return WriteRepeat(pattern, out);
    case PatternKind::kExclude:
      *out += "{- ";
      WritePattern(*pattern.children[0], out);
      *out += " -}";
      return;
    case PatternKind::kPermute:
      *out += "PERMUTE(";
      WritePatterns(pattern.children, ", ", false, out);
      *out += ')';
      return;
    case PatternKind::kStart:
      *out += '^';
      return;
    case PatternKind::kEnd:
      *out += '$';
      return;
  }
}

}  // namespace internal

std::string ToSql(const TableRef& table) {
  std::string out;
  internal::WriteTable(table, &out);
  return out;
}

std::string ToSql(const Pattern& pattern) {
  std::string out;
  internal::WritePattern(pattern, &out);
  return out;
}

}  // namespace tidemark::sql
