// SPDX-License-Identifier: Apache-2.0
// Binds TUMBLE, HOP, CUMULATE and SESSION as table functions.
#include <fmt/format.h>

#include <array>
#include <cstdlib>
#include <utility>

#include "plan/bind_expression.h"
#include "plan/bind_from.h"
#include "plan/bind_type.h"
#include "plan/window_interval.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::plan {
namespace {

using time::WindowKind;

/// One window function: the names of its arguments in order; the first `required` must be given.
struct WindowForm {
  const char* name;
  WindowKind kind;
  std::array<const char*, 5> parameters;
  size_t required;
  const char* example;
};

constexpr WindowForm kForms[] = {
    {"TUMBLE",
     WindowKind::kTumble,
     {"DATA", "TIMECOL", "SIZE", "OFFSET", nullptr},
     3,
     "TUMBLE(TABLE t, DESCRIPTOR(ts), INTERVAL '10' MINUTE)"},
    {"HOP",
     WindowKind::kHop,
     {"DATA", "TIMECOL", "SLIDE", "SIZE", "OFFSET"},
     4,
     "HOP(TABLE t, DESCRIPTOR(ts), INTERVAL '5' MINUTE, INTERVAL '10' MINUTE), the slide before the size"},
    {"CUMULATE",
     WindowKind::kCumulate,
     {"DATA", "TIMECOL", "STEP", "SIZE", "OFFSET"},
     4,
     "CUMULATE(TABLE t, DESCRIPTOR(ts), INTERVAL '1' HOUR, INTERVAL '1' DAY), the step before the size"},
    {"SESSION",
     WindowKind::kSession,
     {"DATA", "TIMECOL", "GAP", nullptr, nullptr},
     3,
     "SESSION(TABLE t PARTITION BY key, DESCRIPTOR(ts), INTERVAL '10' MINUTE)"},
};

const WindowForm* FindForm(const std::string& upper_name) {
  for (const WindowForm& form : kForms) {
    if (upper_name == form.name) return &form;
  }
  return nullptr;
}

/// The call's arguments by parameter; null where not given.
using Arguments = std::array<const sql::Expression*, 5>;

arrow::Result<size_t> ParameterOf(const WindowForm& form, const sql::Identifier& name) {
  std::vector<std::string> known;
  for (size_t i = 0; i < form.parameters.size() && form.parameters[i] != nullptr; ++i) {
    if (UpperCaseName(name.value) == form.parameters[i]) return i;
    known.emplace_back(form.parameters[i]);
  }
  std::string hint = sql::DidYouMean(name.value, known);
  if (hint.empty()) hint = fmt::format("Its arguments are {}.", fmt::join(known, ", "));
  return sql::SqlError(name.range, fmt::format("{} has no argument {}", form.name, name.value), hint);
}

arrow::Result<Arguments> MatchArguments(const WindowForm& form, const sql::FunctionCall& call) {
  Arguments matched{};
  const auto usage = [&](const std::string& what) {
    return sql::SqlError(call.range, what, fmt::format("Write {}.", form.example));
  };
  for (size_t i = 0; i < call.arguments.size(); ++i) {
    const sql::FunctionArgument& argument = call.arguments[i];
    size_t parameter = i;
    if (argument.name) {
      ARROW_ASSIGN_OR_RAISE(parameter, ParameterOf(form, *argument.name));
    } else if (i > 0 && call.arguments[i - 1].name) {
      return sql::SqlError(argument.value->range, "An argument without a name behind one with a name",
                           "Name all of them, or none.");
    }
    if (parameter >= form.parameters.size() || form.parameters[parameter] == nullptr) {
      return usage(fmt::format("{} takes fewer arguments: {} given", form.name, call.arguments.size()));
    }
    if (matched[parameter] != nullptr) {
      return sql::SqlError(argument.value->range, fmt::format("{} is given twice", form.parameters[parameter]));
    }
    matched[parameter] = argument.value.get();
  }
  for (size_t i = 0; i < form.required; ++i) {
    if (matched[i] == nullptr) return usage(fmt::format("{} needs the argument {}", form.name, form.parameters[i]));
  }
  return matched;
}

struct WindowInput {
  BoundRelation relation;
  std::vector<int> partition_columns;
};

arrow::Result<WindowInput> BindData(const WindowForm& form, const sql::Expression& data,
                                    const BindEnvironment& environment) {
  WindowInput input;
  std::vector<std::string> path;
  const auto* argument = data.TryAs<sql::TableArgument>();
  const auto* subquery = data.TryAs<sql::SubqueryExpression>();
  if (subquery != nullptr) {
    ARROW_ASSIGN_OR_RAISE(input.relation, BindRelation(*subquery->query, environment));
    return input;
  }
  if (argument == nullptr || argument->is_model) {
    return sql::SqlError(data.range, fmt::format("{} takes a table as its first argument", form.name),
                         fmt::format("Write {}.", form.example));
  }
  if (argument->query) {
    ARROW_ASSIGN_OR_RAISE(input.relation, BindRelation(*argument->query, environment));
  } else {
    ARROW_ASSIGN_OR_RAISE(input.relation, BindTableName(argument->name, {}, environment, &path));
  }
  if (!argument->order_by.empty())
    return sql::NotSupportedYet(argument->order_by[0].range, "ORDER BY of a table argument");
  if (argument->partition_by.empty()) return input;
  if (form.kind != WindowKind::kSession) {
    return sql::SqlError(argument->partition_by[0]->range, fmt::format("{} takes no PARTITION BY", form.name),
                         "Only SESSION has windows per key; for the others name the key in GROUP BY.");
  }
  const Scope scope(input.relation.schema(), path, argument->range);
  ExpressionBinder binder(environment, scope, "PARTITION BY");
  for (const auto& written : argument->partition_by) {
    ARROW_ASSIGN_OR_RAISE(auto key, binder.Bind(*written));
    if (key->kind() != expr::Expression::Kind::kColumn) {
      return sql::NotSupportedYet(written->range, "An expression in PARTITION BY of SESSION",
                                  "Compute it in a subquery: SESSION((SELECT ..., x + 1 AS key FROM t) ...).");
    }
    input.partition_columns.push_back(key->column_index());
  }
  return input;
}

arrow::Result<int> BindTimeColumn(const WindowForm& form, const sql::Expression& argument,
                                  const BoundRelation& relation, const BindEnvironment& environment) {
  const auto* descriptor = argument.TryAs<sql::DescriptorExpression>();
  if (descriptor == nullptr) {
    return sql::SqlError(argument.range, fmt::format("{} takes its time column as DESCRIPTOR(column)", form.name),
                         fmt::format("Write {}.", form.example));
  }
  if (descriptor->columns.size() != 1) {
    return sql::SqlError(descriptor->range, fmt::format("{} takes one time column", form.name),
                         "Write DESCRIPTOR(ts).");
  }
  const sql::Name& name = descriptor->columns[0];
  const Scope scope(relation.schema(), {}, argument.range);
  ARROW_ASSIGN_OR_RAISE(auto found, scope.Find(name));
  if (!found) return UnknownColumn(name, scope, environment);
  if (found->parts != name.parts.size()) {
    return sql::SqlError(name.range, "The time column must be a column of its own, not a field of a ROW",
                         "Add a computed column with its value to CREATE TABLE, and WATERMARK FOR it.");
  }
  const int column = found->expression->column_index();
  ARROW_RETURN_NOT_OK(CheckTimeColumn(relation, column, form.name, name.range, environment));
  return column;
}

arrow::Result<time::WindowSpec> BindSpec(const WindowForm& form, const Arguments& arguments,
                                         const sql::FunctionCall& call, const BindEnvironment& environment) {
  time::WindowSpec spec;
  spec.kind = form.kind;
  for (size_t i = 2; i < arguments.size(); ++i) {
    if (arguments[i] == nullptr) continue;
    const std::string parameter = form.parameters[i];
    ARROW_ASSIGN_OR_RAISE(const int64_t ms, BindWindowInterval(*arguments[i], form.name, environment));
    const bool is_offset = parameter == "OFFSET";
    if (is_offset) {
      spec.offset_ms = ms;
    } else if (parameter == "SLIDE" || parameter == "STEP") {
      spec.slide_ms = ms;
    } else {
      spec.size_ms = ms;
    }
  }
  ARROW_RETURN_NOT_OK(CheckWindowSpec(spec, form.name, call.range));
  return spec;
}

}  // namespace

bool IsWindowFunctionName(const std::string& upper_name) { return FindForm(upper_name) != nullptr; }

arrow::Result<BoundRelation> BindWindowFunction(const sql::FunctionCall& call, const BindEnvironment& environment) {
  const WindowForm& form = *FindForm(UpperCaseName(call.name.last().value));
  ARROW_ASSIGN_OR_RAISE(const Arguments arguments, MatchArguments(form, call));
  ARROW_ASSIGN_OR_RAISE(WindowInput input, BindData(form, *arguments[0], environment));
  BoundRelation& relation = input.relation;
  ARROW_ASSIGN_OR_RAISE(const int time_column, BindTimeColumn(form, *arguments[1], relation, environment));
  ARROW_ASSIGN_OR_RAISE(const time::WindowSpec spec, BindSpec(form, arguments, call, environment));

  BoundRelation windowed;
  Schema schema = relation.schema();
  windowed.origins = relation.origins;
  Field& time_field = schema[time_column];
  const bool proctime = time_field.type.is_proctime();
  const DataType time_type =
      time_field.type.NotNull().WithTimeAttribute(proctime ? TimeAttribute::kProctime : TimeAttribute::kRowtime);
  windowed.origins[time_column] =
      LoseTime(time_field, relation.origins[time_column], TimeLoss::Cause::kWindow, form.name);
  time_field.type = time_field.type.WithTimeAttribute(TimeAttribute::kNone);
  const int id = static_cast<int>(environment.session->windows.size());
  environment.session->windows.push_back(spec);
  const DataType bound_type = DataType::Timestamp(3).NotNull();
  const std::pair<const char*, WindowRole> added[] = {
      {"window_start", WindowRole::kStart}, {"window_end", WindowRole::kEnd}, {"window_time", WindowRole::kTime}};
  for (const auto& [name, role] : added) {
    schema.push_back({name, role == WindowRole::kTime ? time_type : bound_type});
    ColumnOrigin origin;
    origin.window_role = role;
    origin.window_id = id;
    if (role != WindowRole::kTime) {
      origin.time_loss = std::make_shared<const TimeLoss>(TimeLoss{TimeLoss::Cause::kWindow, name, form.name});
    }
    windowed.origins.push_back(std::move(origin));
  }
  auto node = std::make_shared<LogicalWindowTvf>(std::move(schema), std::move(relation.plan), spec, time_column);
  node->partition_columns = std::move(input.partition_columns);
  node->range = call.range;
  windowed.plan = std::move(node);
  return windowed;
}

}  // namespace tidemark::plan
