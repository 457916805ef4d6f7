// SPDX-License-Identifier: Apache-2.0
// Running steps: calls over whole columns, branches over the rows that reach them.
#include "expr/evaluation_frame.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include <numeric>

#include "expr/branch_result.h"
#include "expr/column_reader.h"
#include "expr/column_writer.h"

namespace tidemark::expr {
namespace {

using Kind = Expression::Kind;

/// A branch that cannot fail runs over all rows, rather than over rows taken out for it, if at least one in this many
/// rows needs it: taking rows costs about as much as computing a few times as many.
constexpr int64_t kWholeColumnRatio = 4;

std::shared_ptr<arrow::Int32Array> WrapRows(const std::vector<int32_t>& rows) {
  return std::make_shared<arrow::Int32Array>(static_cast<int64_t>(rows.size()), arrow::Buffer::Wrap(rows));
}

/// The rows, of those in `rows`, where the condition is TRUE go to `yes`, the others to `no`. `condition` has a value
/// for every row of the frame (`by_row`) or for each of `rows`.
arrow::Status Split(const arrow::Datum& condition, bool by_row, const std::vector<int32_t>& rows,
                    std::vector<int32_t>* yes, std::vector<int32_t>* no) {
  ARROW_ASSIGN_OR_RAISE(auto reader, ColumnReader<bool>::Make(condition));
  if (reader.is_scalar()) {
    const bool holds = !reader.all_null() && reader.Value(0);
    *(holds ? yes : no) = rows;
    return arrow::Status::OK();
  }
  for (size_t i = 0; i < rows.size(); ++i) {
    const int64_t position = by_row ? rows[i] : static_cast<int64_t>(i);
    const bool holds = !reader.IsNull(position) && reader.Value(position);
    (holds ? yes : no)->push_back(rows[i]);
  }
  return arrow::Status::OK();
}

/// A BOOLEAN column with `values[i]` at `rows[i]` and `elsewhere` in all other rows.
arrow::Result<arrow::Datum> Scatter(const arrow::Datum& values, const std::vector<int32_t>& rows, int64_t num_rows,
                                    bool elsewhere) {
  ARROW_ASSIGN_OR_RAISE(auto reader, ColumnReader<bool>::Make(values));
  ColumnWriter<bool> writer;
  ARROW_RETURN_NOT_OK(writer.Reset(num_rows, nullptr));
  size_t next = 0;
  for (int64_t row = 0; row < num_rows; ++row) {
    if (next == rows.size() || rows[next] != row) {
      writer.Set(row, elsewhere);
      continue;
    }
    const auto position = static_cast<int64_t>(next++);
    if (reader.IsNull(position)) {
      ARROW_RETURN_NOT_OK(writer.SetNull(row));
    } else {
      writer.Set(row, reader.Value(position));
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto data, writer.Finish(arrow::boolean()));
  return arrow::Datum(std::move(data));
}

}  // namespace

EvaluationFrame::EvaluationFrame(const EvaluationProgram& program, const Batch& batch)
    : program_(program), batch_(&batch), num_rows_(batch.num_rows), values_(program.num_steps()) {}

EvaluationFrame::EvaluationFrame(EvaluationFrame* parent, std::shared_ptr<arrow::Int32Array> rows)
    : program_(parent->program_),
      parent_(parent),
      rows_(std::move(rows)),
      num_rows_(rows_->length()),
      values_(parent->values_.size()) {}

arrow::Result<arrow::Datum> EvaluationFrame::Value(int id) {
  const EvaluationStep& step = program_.step(id);
  if (step.constant) return arrow::Datum(step.constant);
  if (values_[id].kind() == arrow::Datum::NONE) {
    ARROW_ASSIGN_OR_RAISE(values_[id], Compute(id));
  }
  return values_[id];
}

arrow::Result<arrow::Datum> EvaluationFrame::ValueAt(int id, const std::vector<int32_t>& rows) {
  if (static_cast<int64_t>(rows.size()) == num_rows_) return Value(id);
  EvaluationFrame frame(this, WrapRows(rows));
  return frame.Value(id);
}

arrow::Result<arrow::Datum> EvaluationFrame::Compute(int id) {
  const EvaluationStep& step = program_.step(id);
  const bool known_above = parent_ != nullptr && parent_->values_[id].kind() != arrow::Datum::NONE;
  if (step.kind == Kind::kColumn || known_above) return Column(id);
  switch (step.kind) {
    case Kind::kCall:
      return Call(step);
    case Kind::kAnd:
    case Kind::kOr:
      return Logical(step);
    case Kind::kCase:
      return Case(step);
    case Kind::kCoalesce:
      return Coalesce(step);
    case Kind::kField:
      return Field(step);
    default:
      return arrow::Status::Invalid("A step that is not computed");
  }
}

arrow::Result<arrow::Datum> EvaluationFrame::Column(int id) {
  if (parent_ != nullptr) {
    ARROW_ASSIGN_OR_RAISE(auto whole, parent_->Value(id));
    if (whole.is_scalar()) return whole;
    return arrow::compute::Take(whole, arrow::Datum(rows_), arrow::compute::TakeOptions::NoBoundsCheck());
  }
  const auto index = static_cast<size_t>(program_.step(id).index);
  if (index >= batch_->columns.size()) {
    return arrow::Status::Invalid("Column ", index, " of a batch with ", batch_->columns.size(), " columns");
  }
  return arrow::Datum(batch_->columns[index]);
}

arrow::Result<arrow::Datum> EvaluationFrame::Call(const EvaluationStep& step) {
  std::vector<arrow::Datum> args;
  args.reserve(step.inputs.size());
  for (int input : step.inputs) {
    ARROW_ASSIGN_OR_RAISE(auto value, Value(input));
    args.push_back(std::move(value));
  }
  ARROW_ASSIGN_OR_RAISE(auto result, step.kernel->Run(args, num_rows_));
  if (!result.is_scalar() && result.length() != num_rows_) {
    return arrow::Status::Invalid("A function gave ", result.length(), " values for ", num_rows_, " rows");
  }
  return result;
}

arrow::Result<arrow::Datum> EvaluationFrame::Logical(const EvaluationStep& step) {
  const bool is_and = step.kind == Kind::kAnd;
  const char* kernel = is_and ? "and_kleene" : "or_kleene";
  ARROW_ASSIGN_OR_RAISE(auto result, Value(step.inputs[0]));
  std::vector<int32_t> rows(num_rows_);
  std::iota(rows.begin(), rows.end(), 0);
  for (size_t i = 1; i < step.inputs.size(); ++i) {
    arrow::Datum next;
    if (!program_.step(step.inputs[i]).can_fail) {
      ARROW_ASSIGN_OR_RAISE(next, Value(step.inputs[i]));
    } else {
      // Rows are decided by FALSE in AND, by TRUE in OR; the others still need this child.
      ARROW_ASSIGN_OR_RAISE(auto decided,
                            is_and ? arrow::compute::Invert(result) : arrow::Result<arrow::Datum>(result));
      std::vector<int32_t> done;
      std::vector<int32_t> open;
      ARROW_RETURN_NOT_OK(Split(decided, /*by_row=*/true, rows, &done, &open));
      if (open.empty()) break;
      ARROW_ASSIGN_OR_RAISE(next, ValueAt(step.inputs[i], open));
      if (static_cast<int64_t>(open.size()) < num_rows_) {
        ARROW_ASSIGN_OR_RAISE(next, Scatter(next, open, num_rows_, is_and));
      }
    }
    ARROW_ASSIGN_OR_RAISE(result, arrow::compute::CallFunction(kernel, {result, next}));
  }
  return result;
}

arrow::Result<arrow::Datum> EvaluationFrame::Case(const EvaluationStep& step) {
  const size_t num_conditions = step.inputs.size() / 2;
  std::vector<int32_t> open(num_rows_);
  std::iota(open.begin(), open.end(), 0);
  std::vector<std::vector<int32_t>> rows_of_branch(num_conditions + 1);
  for (size_t i = 0; i < num_conditions && !open.empty(); ++i) {
    const int condition = step.inputs[2 * i];
    const bool by_row = !program_.step(condition).can_fail;
    ARROW_ASSIGN_OR_RAISE(auto holds, by_row ? Value(condition) : ValueAt(condition, open));
    std::vector<int32_t> still_open;
    ARROW_RETURN_NOT_OK(Split(holds, by_row, open, &rows_of_branch[i], &still_open));
    open = std::move(still_open);
  }
  rows_of_branch[num_conditions] = std::move(open);

  std::vector<BranchValues> branches;
  std::vector<int32_t> branch_of_row(num_rows_);
  for (size_t i = 0; i <= num_conditions; ++i) {
    const auto& rows = rows_of_branch[i];
    if (rows.empty()) continue;
    const int id = i < num_conditions ? step.inputs[2 * i + 1] : step.inputs.back();
    if (static_cast<int64_t>(rows.size()) == num_rows_) return Value(id);
    BranchValues branch;
    branch.for_all_rows =
        !program_.step(id).can_fail && static_cast<int64_t>(rows.size()) * kWholeColumnRatio >= num_rows_;
    ARROW_ASSIGN_OR_RAISE(branch.values, branch.for_all_rows ? Value(id) : ValueAt(id, rows));
    for (int32_t row : rows) branch_of_row[row] = static_cast<int32_t>(branches.size());
    branches.push_back(std::move(branch));
  }
  if (branches.empty()) return Value(step.inputs.back());  // no rows at all
  ARROW_ASSIGN_OR_RAISE(auto merged, MergeBranches(branches, branch_of_row, step.arrow_type));
  return arrow::Datum(std::move(merged));
}

arrow::Result<arrow::Datum> EvaluationFrame::Coalesce(const EvaluationStep& step) {
  std::vector<BranchValues> branches;
  std::vector<int32_t> branch_of_row(num_rows_, 0);
  std::vector<int32_t> open(num_rows_);
  std::iota(open.begin(), open.end(), 0);
  for (size_t i = 0; i < step.inputs.size() && !open.empty(); ++i) {
    const int id = step.inputs[i];
    const bool all_open = static_cast<int64_t>(open.size()) == num_rows_;
    BranchValues branch;
    branch.for_all_rows =
        all_open || (!program_.step(id).can_fail && static_cast<int64_t>(open.size()) * kWholeColumnRatio >= num_rows_);
    ARROW_ASSIGN_OR_RAISE(branch.values, branch.for_all_rows ? Value(id) : ValueAt(id, open));
    const bool scalar = branch.values.is_scalar();
    if (scalar && branch.values.scalar()->is_valid && all_open) return branch.values;
    if (!scalar && branch.values.null_count() == 0 && all_open) return branch.values;
    std::vector<int32_t> still_null;
    const auto array = scalar ? nullptr : branch.values.make_array();
    for (size_t position = 0; position < open.size(); ++position) {
      const int32_t row = open[position];
      branch_of_row[row] = static_cast<int32_t>(branches.size());
      const bool null = scalar ? !branch.values.scalar()->is_valid
                               : array->IsNull(branch.for_all_rows ? row : static_cast<int64_t>(position));
      if (null) still_null.push_back(row);
    }
    // Rows that a later child overrides must not shift the positions of a partial branch: make it span all rows.
    if (!scalar && !branch.for_all_rows && !still_null.empty() && i + 1 < step.inputs.size()) {
      std::vector<int32_t> spread(num_rows_, 0);
      for (size_t position = 0; position < open.size(); ++position)
        spread[open[position]] = static_cast<int32_t>(position);
      ARROW_ASSIGN_OR_RAISE(branch.values, arrow::compute::Take(branch.values, arrow::Datum(WrapRows(spread)),
                                                                arrow::compute::TakeOptions::NoBoundsCheck()));
      branch.for_all_rows = true;
    }
    branches.push_back(std::move(branch));
    open = std::move(still_null);
  }
  if (branches.empty()) return Value(step.inputs[0]);  // no rows at all
  if (branches.size() == 1) return branches[0].values;
  ARROW_ASSIGN_OR_RAISE(auto merged, MergeBranches(branches, branch_of_row, step.arrow_type));
  return arrow::Datum(std::move(merged));
}

arrow::Result<arrow::Datum> EvaluationFrame::Field(const EvaluationStep& step) {
  ARROW_ASSIGN_OR_RAISE(auto row, Value(step.inputs[0]));
  if (row.is_scalar()) {
    const auto& scalar = row.scalar_as<arrow::StructScalar>();
    if (!scalar.is_valid) return arrow::Datum(arrow::MakeNullScalar(step.arrow_type));
    return arrow::Datum(scalar.value[step.index]);
  }
  const auto array = row.make_array();
  ARROW_ASSIGN_OR_RAISE(auto field, static_cast<const arrow::StructArray&>(*array).GetFlattenedField(step.index));
  return arrow::Datum(std::move(field));
}

}  // namespace tidemark::expr
