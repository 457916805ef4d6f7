// SPDX-License-Identifier: Apache-2.0
// Constant intervals of windows, sizes that fit together, and time columns that can drive a window.
#include "plan/window_interval.h"

#include <arrow/scalar.h>
#include <fmt/format.h>

#include <cstdlib>

#include "expr/evaluator.h"
#include "plan/bind_expression.h"
#include "plan/bind_from.h"
#include "plan/bind_type.h"
#include "sql/diagnostic.h"
#include "sql/printer.h"

namespace tidemark::plan {
namespace {

std::string DurationText(int64_t ms) {
  struct Unit {
    int64_t ms;
    const char* name;
  };
  for (const Unit& unit : {Unit{86400000, "d"}, Unit{3600000, "h"}, Unit{60000, "min"}, Unit{1000, "s"}}) {
    if (ms != 0 && ms % unit.ms == 0) return fmt::format("{} {}", ms / unit.ms, unit.name);
  }
  return fmt::format("{} ms", ms);
}

/// How a lost time attribute is to be kept.
arrow::Status ExplainTimeLoss(const TimeLoss& loss, const Field& field, const std::string& what,
                              sql::SourceRange range) {
  const std::string column = sql::QuoteIdentifier(loss.column);
  switch (loss.cause) {
    case TimeLoss::Cause::kNoWatermark: {
      const std::string message = fmt::format("{} needs an event time column, and '{}' of table '{}' has no watermark",
                                              what, loss.column, loss.subject);
      if (field.type.precision() > 3) {
        return sql::SqlError(
            range, message,
            fmt::format("In CREATE TABLE {} declare it as {}(3) and add: WATERMARK FOR {} AS {} - INTERVAL "
                        "'5' SECOND.",
                        loss.subject, field.type.kind() == TypeKind::kTimestamp ? "TIMESTAMP" : "TIMESTAMP_LTZ", column,
                        column));
      }
      return sql::SqlError(range, message,
                           fmt::format("Add to CREATE TABLE {}: WATERMARK FOR {} AS {} - INTERVAL '5' SECOND.",
                                       loss.subject, column, column));
    }
    case TimeLoss::Cause::kExpression:
      return sql::SqlError(
          range,
          fmt::format("{} needs an event time column, and '{}' lost its time attribute in the expression {}", what,
                      field.name, loss.subject),
          "Pass the column of WATERMARK FOR on as it is (a new name does no harm), or make the expression a computed "
          "column of CREATE TABLE with its own WATERMARK FOR.");
    case TimeLoss::Cause::kJoin:
      return sql::SqlError(
          range,
          fmt::format("{} needs an event time column, and '{}' lost its time attribute in the join of {}", what,
                      field.name, loss.subject),
          "Put the window below the join: window the tables first, then join the windowed rows.");
    case TimeLoss::Cause::kAggregation:
      return sql::SqlError(
          range,
          fmt::format("{} needs an event time column, and '{}' lost its time attribute in {}", what, field.name,
                      loss.subject),
          "Put the window below the aggregation, or group by window_start, window_end and window_time of a window and "
          "use window_time here.");
    case TimeLoss::Cause::kSetOperation:
      return sql::SqlError(range,
                           fmt::format("{} needs an event time column, and '{}' is none in every input of the {}", what,
                                       field.name, loss.subject),
                           "Every input must give a column of WATERMARK FOR in this place.");
    case TimeLoss::Cause::kWindow:
      return sql::SqlError(range,
                           fmt::format("{} needs an event time column, and '{}' is none behind the window {}", what,
                                       field.name, loss.subject),
                           "Use window_time, the event time of that window's rows (window_end - 1 ms).");
  }
  return arrow::Status::UnknownError("Time attribute lost for an unknown reason");
}

}  // namespace

arrow::Result<int64_t> BindWindowInterval(const sql::Expression& expression, const std::string& window,
                                          const BindEnvironment& environment) {
  const Scope nothing;
  ExpressionBinder binder(environment, nothing, "the arguments of " + window);
  ARROW_ASSIGN_OR_RAISE(auto bound, binder.Bind(expression));
  if (bound->type().kind() != TypeKind::kIntervalDayTime) {
    const bool months = bound->type().kind() == TypeKind::kIntervalYearMonth;
    return sql::SqlError(expression.range,
                         months ? "A window cannot last months or years, whose lengths differ"
                                : fmt::format("{} takes an interval here, not {}", window, TypeText(bound->type())),
                         months ? "Give it in days: INTERVAL '30' DAY." : "Write INTERVAL '10' MINUTE.");
  }
  auto value = bound->kind() == expr::Expression::Kind::kLiteral
                   ? arrow::Result<std::shared_ptr<arrow::Scalar>>(bound->literal())
                   : expr::EvaluateConstant(bound, *environment.context().functions);
  if (!value.ok()) return sql::WithPlace(value.status(), expression.range);
  if (!(*value)->is_valid) return sql::SqlError(expression.range, "The interval of a window is NULL");
  return static_cast<const arrow::DurationScalar&>(**value).value;
}

arrow::Status CheckWholeSlides(const time::WindowSpec& spec, const std::string& window, sql::SourceRange range) {
  if (spec.size_ms % spec.slide_ms == 0) return arrow::Status::OK();
  const bool is_hop = spec.kind == time::WindowKind::kHop;
  const char* slide_name = is_hop ? "slide" : "step";
  const bool swapped = spec.slide_ms % spec.size_ms == 0;
  return sql::SqlError(range,
                       fmt::format("The size of {} must be a multiple of its {}: size {}, {} {}", window, slide_name,
                                   DurationText(spec.size_ms), slide_name, DurationText(spec.slide_ms)),
                       swapped  ? fmt::format("The {} comes before the size.", slide_name)
                       : is_hop ? fmt::format("Choose {} as the size, for example; in batch mode any will do.",
                                              DurationText((spec.size_ms / spec.slide_ms + 1) * spec.slide_ms))
                                : "");
}

arrow::Status CheckWindowSpec(const time::WindowSpec& spec, const std::string& window, sql::SourceRange range) {
  const bool sliding = spec.kind == time::WindowKind::kHop || spec.kind == time::WindowKind::kCumulate;
  const char* slide_name = spec.kind == time::WindowKind::kHop ? "slide" : "step";
  const char* size_name = spec.kind == time::WindowKind::kSession ? "gap" : "size";
  if (spec.size_ms <= 0) {
    return sql::SqlError(
        range, fmt::format("The {} of {} must be positive, not {}", size_name, window, DurationText(spec.size_ms)));
  }
  if (sliding && spec.slide_ms <= 0) {
    return sql::SqlError(
        range, fmt::format("The {} of {} must be positive, not {}", slide_name, window, DurationText(spec.slide_ms)));
  }
  if (spec.kind == time::WindowKind::kCumulate) ARROW_RETURN_NOT_OK(CheckWholeSlides(spec, window, range));
  if (std::llabs(spec.offset_ms) >= spec.size_ms) {
    return sql::SqlError(range, fmt::format("The offset of {} must be smaller than {}: offset {}", window,
                                            DurationText(spec.size_ms), DurationText(spec.offset_ms)));
  }
  return arrow::Status::OK();
}

arrow::Status CheckTimeColumn(const BoundRelation& relation, int column, const std::string& what,
                              sql::SourceRange range, const BindEnvironment& environment) {
  const Field& field = relation.schema()[column];
  if (field.type.time_attribute() != TimeAttribute::kNone) return arrow::Status::OK();
  if (!field.type.is_timestamp()) {
    return sql::SqlError(
        range, fmt::format("{} needs an event time column, and '{}' is {}", what, field.name, TypeText(field.type)),
        fmt::format(
            "Add to CREATE TABLE a computed column such as ts AS TO_TIMESTAMP_LTZ({}, 3) and WATERMARK FOR ts AS "
            "ts - INTERVAL '5' SECOND.",
            sql::QuoteIdentifier(field.name)));
  }
  // A batch ends all windows at once, so any time will do.
  if (environment.session->batch_mode()) return arrow::Status::OK();
  const auto& loss = relation.origins[column].time_loss;
  if (loss) return ExplainTimeLoss(*loss, field, what, range);
  return sql::SqlError(
      range,
      fmt::format("{} needs an event time column, and '{}' is a plain {}", what, field.name, TypeText(field.type)),
      "Only columns that WATERMARK FOR declares, passed on as they are, carry event time.");
}

}  // namespace tidemark::plan
