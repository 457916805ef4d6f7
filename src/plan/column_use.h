// SPDX-License-Identifier: Apache-2.0
// ColumnUse: what is read of a column, all of it or some fields of a ROW. It goes down the plan to the scans, so that a
// reader decodes no field that nobody asks for.
#pragma once

#include <set>
#include <vector>

#include "expr/expression.h"

namespace tidemark::plan {

/// Field indexes from a ROW column inwards: {1, 0} is the first field of the second field.
using FieldPath = std::vector<int>;

class ColumnUse {
 public:
  /// Not at all.
  ColumnUse() = default;
  static ColumnUse Whole();
  /// `paths`: none of them empty.
  static ColumnUse Fields(const std::vector<FieldPath>& paths);

  explicit operator bool() const { return !paths_.empty(); }
  bool is_whole() const { return paths_.count({}) > 0; }
  /// The fields used, none of them inside another. REQUIRES: in use, not whole.
  std::vector<FieldPath> fields() const { return {paths_.begin(), paths_.end()}; }

  void UseWhole() { paths_ = {{}}; }
  void Add(const ColumnUse& more);
  /// How a ROW is used of which the field at `path` is used like this.
  ColumnUse Below(const FieldPath& path) const;
  bool operator==(const ColumnUse& other) const = default;

 private:
  void Use(const FieldPath& path);

  std::set<FieldPath> paths_;  // no path begins with another; the empty path is the whole column
};

using ColumnUses = std::vector<ColumnUse>;

/// Adds what `expression` reads of the columns, when its own value is used like `use`.
void AddUses(const expr::Expression& expression, const ColumnUse& use, ColumnUses* uses);
/// Its whole value. Null: nothing.
void AddUses(const expr::ExpressionPtr& expression, ColumnUses* uses);

}  // namespace tidemark::plan
