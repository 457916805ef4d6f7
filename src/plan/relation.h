// SPDX-License-Identifier: Apache-2.0
// A bound relation while a query is put together: its operator tree, and what the binder remembers of each column that
// the plan itself does not say. Internal to the binder.
#pragma once

#include <memory>
#include <set>
#include <string>
#include <vector>

#include "plan/logical_plan.h"

namespace tidemark::plan {

/// Why a timestamp column may not drive windows any more, or never could. For the errors of windows.
struct TimeLoss {
  enum class Cause {
    kNoWatermark,   ///< a table's column without WATERMARK FOR; `subject` is the table
    kExpression,    ///< computed by `subject`, the expression's text
    kJoin,          ///< went through a regular join
    kAggregation,   ///< went through GROUP BY or DISTINCT
    kSetOperation,  ///< not every input of a UNION gives a time attribute here
    kWindow,        ///< the time column of a window TVF; window_time takes its place
  };
  Cause cause = Cause::kNoWatermark;
  std::string column;  ///< its name where it was lost
  std::string subject;
};

/// The part a column plays in the windows of a window TVF.
enum class WindowRole { kNone, kStart, kEnd, kTime };

/// Where a column comes from, beside its name and type.
struct ColumnOrigin {
  /// Null for time attributes and for columns that are no timestamps.
  std::shared_ptr<const TimeLoss> time_loss;
  WindowRole window_role = WindowRole::kNone;
  int window_id = 0;  ///< which window TVF, when there is a role
};

/// `origins` stands parallel to `plan->schema()`.
struct BoundRelation {
  LogicalPtr plan;
  std::vector<ColumnOrigin> origins;

  const Schema& schema() const { return plan->schema(); }
  int width() const { return static_cast<int>(plan->schema().size()); }
};

/// An output column of a projection.
struct OutputColumn {
  std::string name;
  expr::ExpressionPtr expression;
  std::string text;  ///< as the user wrote it; tells where a time attribute was lost
};

/// Projects `columns` over `input`. Plain column references keep time attribute and window role. Nothing is added
/// to the plan when the columns are exactly the input's, in order and by name.
BoundRelation Project(BoundRelation input, const std::vector<OutputColumn>& columns, sql::SourceRange range);

BoundRelation Filter(BoundRelation input, expr::ExpressionPtr condition, sql::SourceRange range);

/// Drops every row that equals an earlier one. Time attributes end here.
BoundRelation Distinct(BoundRelation input, sql::SourceRange range);

/// The fields and origins of the group columns that an aggregation over `input` gives. Time attributes end in it, but
/// that of window_time when the window's start and end are group columns as well.
void GroupColumns(const BoundRelation& input, const std::vector<int>& columns, const std::string& clause,
                  Schema* schema, std::vector<ColumnOrigin>* origins);

/// The origin of a column that passes through an operator after which it is a time attribute no longer.
ColumnOrigin LoseTime(const Field& field, const ColumnOrigin& origin, TimeLoss::Cause cause,
                      const std::string& subject);

/// A plain column reference to `schema[index]`.
expr::ExpressionPtr ColumnOf(const Schema& schema, int index);

/// `names` made unique: the second `a` becomes `a0`, the third `a1`.
class UniqueNames {
 public:
  std::string Add(const std::string& name);

 private:
  std::set<std::string> used_;
};

}  // namespace tidemark::plan
