// SPDX-License-Identifier: Apache-2.0
// Compiling expressions: sharing equal steps, preparing kernels, folding constants.
#include "expr/evaluation_program.h"

#include <arrow/array.h>
#include <arrow/compare.h>

#include "expr/cast.h"
#include "expr/evaluation_frame.h"

namespace tidemark::expr {
namespace {

using Kind = Expression::Kind;

EvaluationStep NewStep(const Expression& expression, std::vector<int> inputs) {
  EvaluationStep step;
  step.kind = expression.kind();
  step.type = expression.type();
  step.arrow_type = expression.type().ToArrow();
  step.inputs = std::move(inputs);
  return step;
}

bool SameConstant(const EvaluationStep& a, const EvaluationStep& b) {
  if (a.constant == b.constant) return true;
  if (!a.constant || !b.constant) return false;
  return a.constant->Equals(*b.constant, arrow::EqualOptions::Defaults().nans_equal(true).signed_zeros_equal(false));
}

bool SameStep(const EvaluationStep& a, const EvaluationStep& b) {
  return a.kind == b.kind && a.index == b.index && a.function == b.function && a.is_try == b.is_try &&
         a.inputs == b.inputs && a.type.EqualsIgnoringNullability(b.type) && SameConstant(a, b);
}

size_t HashStep(const EvaluationStep& step) {
  size_t hash = static_cast<size_t>(step.kind) * 31 + static_cast<size_t>(step.index);
  hash = hash * 1000003 + std::hash<const void*>()(step.function);
  for (int input : step.inputs) hash = hash * 1000003 + static_cast<size_t>(input);
  if (step.constant) hash = hash * 1000003 + step.constant->hash();
  return hash;
}

bool IsBooleanConstant(const EvaluationStep& step, bool value) {
  return step.constant && step.constant->is_valid && step.constant->type->id() == arrow::Type::BOOL &&
         static_cast<const arrow::BooleanScalar&>(*step.constant).value == value;
}

}  // namespace

arrow::Result<int> EvaluationProgram::Add(const Expression& expression) {
  switch (expression.kind()) {
    case Kind::kLiteral:
      return AddConstant(expression.literal(), expression.type());
    case Kind::kCall:
      return AddCall(expression);
    case Kind::kCast:
      return AddCast(expression);
    case Kind::kAnd:
    case Kind::kOr:
      return AddLogical(expression);
    case Kind::kColumn: {
      auto step = NewStep(expression, {});
      step.index = expression.column_index();
      return Intern(std::move(step));
    }
    case Kind::kField: {
      ARROW_ASSIGN_OR_RAISE(auto inputs, AddChildren(expression));
      auto step = NewStep(expression, std::move(inputs));
      step.index = expression.field_index();
      return Intern(std::move(step));
    }
    case Kind::kCase:
    case Kind::kCoalesce: {
      ARROW_ASSIGN_OR_RAISE(auto inputs, AddChildren(expression));
      return Intern(NewStep(expression, std::move(inputs)));
    }
  }
  return arrow::Status::Invalid("Unknown kind of expression");
}

arrow::Result<std::vector<int>> EvaluationProgram::AddChildren(const Expression& expression) {
  std::vector<int> ids;
  for (const auto& child : expression.children()) {
    ARROW_ASSIGN_OR_RAISE(const int id, Add(*child));
    ids.push_back(id);
  }
  return ids;
}

arrow::Result<int> EvaluationProgram::AddCall(const Expression& expression) {
  const ScalarFunction& function = *expression.function();
  ARROW_ASSIGN_OR_RAISE(auto inputs, AddChildren(expression));
  std::vector<ArgumentInfo> arguments;
  for (size_t i = 0; i < inputs.size(); ++i) {
    // A folded argument is as good as a literal: its pattern can be compiled once.
    arguments.push_back({expression.children()[i]->type(), steps_[inputs[i]].constant.get()});
  }
  auto step = NewStep(expression, std::move(inputs));
  step.function = &function;
  step.deterministic = function.deterministic;
  ARROW_ASSIGN_OR_RAISE(step.kernel, function.make_kernel(CallSite{arguments, expression.type(), *context_}));
  step.can_fail = function.can_fail && step.kernel->can_fail();
  return Intern(std::move(step));
}

arrow::Result<int> EvaluationProgram::AddCast(const Expression& expression) {
  const Expression& child = *expression.children()[0];
  ARROW_ASSIGN_OR_RAISE(const int input, Add(child));
  if (IsCastIdentity(child.type(), expression.type())) return input;
  auto step = NewStep(expression, {input});
  step.kind = Kind::kCall;
  step.is_try = expression.is_try();
  step.can_fail = !expression.is_try() && CastCanFail(child.type(), expression.type());
  ARROW_ASSIGN_OR_RAISE(step.kernel, MakeCast(child.type(), expression.type(), expression.is_try(), *context_));
  return Intern(std::move(step));
}

arrow::Result<int> EvaluationProgram::AddLogical(const Expression& expression) {
  ARROW_ASSIGN_OR_RAISE(auto ids, AddChildren(expression));
  const bool neutral = expression.kind() == Kind::kAnd;  // TRUE changes no AND, FALSE no OR
  std::vector<int> inputs;
  for (int id : ids) {
    if (IsBooleanConstant(steps_[id], !neutral)) return id;
    if (!IsBooleanConstant(steps_[id], neutral)) inputs.push_back(id);
  }
  if (inputs.empty()) return ids[0];
  if (inputs.size() == 1) return inputs[0];
  return Intern(NewStep(expression, std::move(inputs)));
}

arrow::Result<int> EvaluationProgram::Intern(EvaluationStep step) {
  bool foldable = step.deterministic && step.kind != Kind::kColumn && !step.inputs.empty();
  bool shareable = step.deterministic || (step.function != nullptr && step.function->one_value_per_batch);
  for (int input : step.inputs) {
    step.can_fail |= steps_[input].can_fail;
    step.deterministic &= steps_[input].deterministic;
    foldable &= steps_[input].constant != nullptr;
  }
  // A call without arguments (PI) is a constant if it is deterministic.
  foldable |= step.kind == Kind::kCall && step.inputs.empty() && step.deterministic;
  const size_t hash = HashStep(step);
  if (shareable) {
    auto [begin, end] = ids_by_hash_.equal_range(hash);
    for (auto it = begin; it != end; ++it) {
      if (SameStep(steps_[it->second], step)) return it->second;
    }
  }
  const int id = num_steps();
  steps_.push_back(std::move(step));
  if (shareable) ids_by_hash_.emplace(hash, id);
  if (foldable) TryFold(id);
  return id;
}

void EvaluationProgram::TryFold(int id) {
  // A constant that fails stays a step: it must fail at run time, and only if a row asks for it.
  const Batch one_row{1, {}, nullptr, nullptr};
  EvaluationFrame frame(*this, one_row);
  auto value = frame.Value(id);
  if (!value.ok()) {
    steps_[id].can_fail = true;
    return;
  }
  std::shared_ptr<arrow::Scalar> scalar;
  if (value->is_scalar()) {
    scalar = value->scalar();
  } else {
    auto first = value->make_array()->GetScalar(0);
    if (!first.ok()) return;
    scalar = *std::move(first);
  }
  EvaluationStep& step = steps_[id];
  step.kind = Kind::kLiteral;
  step.constant = std::move(scalar);
  step.can_fail = false;
}

int EvaluationProgram::AddConstant(std::shared_ptr<arrow::Scalar> value, const DataType& type) {
  EvaluationStep step;
  step.type = type;
  step.arrow_type = type.ToArrow();
  step.constant = std::move(value);
  const size_t hash = HashStep(step);
  auto [begin, end] = ids_by_hash_.equal_range(hash);
  for (auto it = begin; it != end; ++it) {
    if (SameStep(steps_[it->second], step)) return it->second;
  }
  steps_.push_back(std::move(step));
  ids_by_hash_.emplace(hash, num_steps() - 1);
  return num_steps() - 1;
}

}  // namespace tidemark::expr
