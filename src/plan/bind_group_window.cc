// SPDX-License-Identifier: Apache-2.0
// GROUP BY TUMBLE(ts, INTERVAL ...), HOP and SESSION, and the functions that read such a window.
#include <fmt/format.h>

#include "plan/bind_aggregate.h"
#include "plan/bind_from.h"
#include "plan/bind_type.h"
#include "plan/placeholder.h"
#include "plan/window_interval.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::plan {
namespace {

struct GroupWindowForm {
  const char* name;
  time::WindowKind kind;
  const char* usage;
};

constexpr GroupWindowForm kForms[] = {
    {"TUMBLE", time::WindowKind::kTumble, "TUMBLE(ts, INTERVAL '10' MINUTE)"},
    {"HOP", time::WindowKind::kHop, "HOP(ts, INTERVAL '5' MINUTE, INTERVAL '10' MINUTE), the slide before the size"},
    {"SESSION", time::WindowKind::kSession, "SESSION(ts, INTERVAL '10' MINUTE)"},
};

const GroupWindowForm* FindForm(const std::string& upper_name) {
  for (const GroupWindowForm& form : kForms) {
    if (upper_name == form.name) return &form;
  }
  return nullptr;
}

}  // namespace

bool IsGroupWindowName(const std::string& upper_name) { return FindForm(upper_name) != nullptr; }

std::optional<NamedProperty> FindWindowProperty(const std::string& upper_name) {
  const size_t underscore = upper_name.find('_');
  if (underscore == std::string::npos || !IsGroupWindowName(upper_name.substr(0, underscore))) return std::nullopt;
  const std::string property = upper_name.substr(underscore + 1);
  const std::string window = upper_name.substr(0, underscore);
  if (property == "START") return NamedProperty{window, WindowProperty::kStart};
  if (property == "END") return NamedProperty{window, WindowProperty::kEnd};
  if (property == "ROWTIME") return NamedProperty{window, WindowProperty::kTime};
  if (property == "PROCTIME") return NamedProperty{window, WindowProperty::kProctime};
  return std::nullopt;
}

arrow::Result<GroupWindow> BindGroupWindow(const sql::FunctionCall& call, const std::string& window,
                                           const BoundRelation& input, ExpressionBinder* binder) {
  const GroupWindowForm& form = *FindForm(window);
  const bool hop = form.kind == time::WindowKind::kHop;
  const size_t intervals = hop ? 2 : 1;
  if (call.arguments.size() == intervals + 2) {
    return sql::NotSupportedYet(call.arguments.back().value->range, "An offset of a window in GROUP BY",
                                "Window table functions take one: FROM TABLE(" + window + "(TABLE t, ...)).");
  }
  if (call.arguments.size() != intervals + 1) {
    return sql::SqlError(
        call.range,
        fmt::format("{} in GROUP BY takes {} arguments, not {}", window, intervals + 1, call.arguments.size()),
        fmt::format("Write {}.", form.usage));
  }
  GroupWindow bound;
  bound.name = window;
  const sql::Expression& time = *call.arguments[0].value;
  ARROW_ASSIGN_OR_RAISE(bound.time, binder->Bind(time));
  if (!IsInputColumn(*bound.time)) {
    return sql::SqlError(time.range,
                         fmt::format("{} needs an event time column, and {} is an expression of type {}", window,
                                     sql::ToSql(time), TypeText(bound.time->type())),
                         "Make it a computed column of CREATE TABLE with a WATERMARK FOR it.");
  }
  ARROW_RETURN_NOT_OK(CheckTimeColumn(input, bound.time->column_index(), window, time.range, binder->environment()));
  bound.spec.kind = form.kind;
  for (size_t i = 1; i < call.arguments.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(const int64_t ms,
                          BindWindowInterval(*call.arguments[i].value, window, binder->environment()));
    (hop && i == 1 ? bound.spec.slide_ms : bound.spec.size_ms) = ms;
  }
  ARROW_RETURN_NOT_OK(CheckWindowSpec(bound.spec, window, call.range));
  return bound;
}

}  // namespace tidemark::plan
