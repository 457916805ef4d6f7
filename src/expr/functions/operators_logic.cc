// SPDX-License-Identifier: Apache-2.0
// NOT and the tests IS [NOT] NULL, TRUE, FALSE, UNKNOWN. (AND and OR are kinds of expression, not functions.)
#include <arrow/compute/api_scalar.h>

#include "expr/functions/operators.h"
#include "expr/signature.h"
#include "expr/value_kernel.h"

namespace tidemark::expr {
namespace {

class NotKernel final : public ScalarKernel {
 public:
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t) override {
    return arrow::compute::Invert(args[0]);
  }
  bool can_fail() const override { return false; }
};

/// IS [NOT] NULL for columns of any type.
class NullTest final : public ScalarKernel {
 public:
  explicit NullTest(bool negated) : negated_(negated) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    if (args[0].is_scalar()) return arrow::Datum(args[0].scalar()->is_valid == negated_);
    const auto& data = *args[0].array();
    const int64_t null_count = data.type->id() == arrow::Type::NA ? num_rows : data.GetNullCount();
    if (null_count == 0 || null_count == num_rows) return arrow::Datum((null_count == 0) == negated_);
    const auto* validity = data.buffers[0]->data();
    auto* pool = arrow::default_memory_pool();
    ARROW_ASSIGN_OR_RAISE(auto bits, negated_ ? arrow::internal::CopyBitmap(pool, validity, data.offset, num_rows)
                                              : arrow::internal::InvertBitmap(pool, validity, data.offset, num_rows));
    return arrow::Datum(arrow::ArrayData::Make(arrow::boolean(), num_rows, {nullptr, std::move(bits)}));
  }
  bool can_fail() const override { return false; }

 private:
  bool negated_;
};

/// IS [NOT] TRUE, IS [NOT] FALSE.
class TruthTest final : public ScalarKernel {
 public:
  TruthTest(bool value, bool negated) : value_(value), negated_(negated) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    ARROW_ASSIGN_OR_RAISE(auto reader, ColumnReader<bool>::Make(args[0]));
    if (reader.is_scalar()) return arrow::Datum((!reader.all_null() && reader.Value(0) == value_) != negated_);
    if (reader.all_null()) return arrow::Datum(negated_);
    ARROW_ASSIGN_OR_RAISE(auto bits, internal::FillColumn<bool>(num_rows, [&](int64_t row) {
                            return (!reader.IsNull(row) && reader.Value(row) == value_) != negated_;
                          }));
    return internal::FinishValues(arrow::boolean(), /*scalar=*/false, num_rows, nullptr, std::move(bits));
  }
  bool can_fail() const override { return false; }

 private:
  bool value_;
  bool negated_;
};

void AddNullTest(FunctionRegistry* registry, const std::string& name, bool negated) {
  registry->Add({.name = name,
                 .resolve = ResolveBy(name, {{{AnyArg()}, ReturnsNotNull(DataType::Boolean())}}),
                 .make_kernel = [negated](const CallSite&) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
                   return std::make_unique<NullTest>(negated);
                 },
                 .can_fail = false,
                 .signature_text = "a " + name,
                 .description = negated ? "TRUE if a is not NULL" : "TRUE if a is NULL"});
}

void AddTruthTest(FunctionRegistry* registry, const std::string& name, bool value, bool negated) {
  registry->Add({.name = name,
                 .resolve = ResolveBy(name, {{{BooleanArg()}, ReturnsNotNull(DataType::Boolean())}}),
                 .make_kernel = [=](const CallSite&) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
                   return std::make_unique<TruthTest>(value, negated);
                 },
                 .can_fail = false,
                 .signature_text = "condition " + name,
                 .description = std::string("TRUE if the condition is ") + (negated ? "not " : "") +
                                (value ? "TRUE" : "FALSE") + "; never NULL"});
}

void AddUnknownTest(FunctionRegistry* registry, const std::string& name, bool negated) {
  registry->Add({.name = name,
                 .resolve = ResolveBy(name, {{{BooleanArg()}, ReturnsNotNull(DataType::Boolean())}}),
                 .make_kernel = [negated](const CallSite&) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
                   return std::make_unique<NullTest>(negated);
                 },
                 .can_fail = false,
                 .signature_text = "condition " + name,
                 .description = std::string("TRUE if the condition is ") + (negated ? "not " : "") + "NULL"});
}

}  // namespace

void RegisterLogic(FunctionRegistry* registry) {
  registry->Add({.name = "NOT",
                 .resolve = ResolveBy("NOT", {{{BooleanArg()}, Returns(DataType::Boolean())}}),
                 .make_kernel = [](const CallSite&) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
                   return std::make_unique<NotKernel>();
                 },
                 .can_fail = false,
                 .signature_text = "NOT condition",
                 .description = "TRUE if the condition is FALSE; NULL if it is NULL"});
  AddNullTest(registry, "IS NULL", false);
  AddNullTest(registry, "IS NOT NULL", true);
  AddTruthTest(registry, "IS TRUE", true, false);
  AddTruthTest(registry, "IS NOT TRUE", true, true);
  AddTruthTest(registry, "IS FALSE", false, false);
  AddTruthTest(registry, "IS NOT FALSE", false, true);
  AddUnknownTest(registry, "IS UNKNOWN", false);
  AddUnknownTest(registry, "IS NOT UNKNOWN", true);
}

}  // namespace tidemark::expr
