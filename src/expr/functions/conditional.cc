// SPDX-License-Identifier: Apache-2.0
// GREATEST, LEAST, IS_ALPHA, IS_DECIMAL, IS_DIGIT. (IF, IFNULL, NULLIF and COALESCE are bound as CASE and COALESCE.)
#include <arrow/compute/api_scalar.h>
#include <arrow/compute/exec.h>

#include <cmath>

#include "catalog/common_type.h"
#include "expr/decimal_math.h"
#include "expr/functions/register.h"
#include "expr/number_text.h"
#include "expr/row_kernel.h"
#include "expr/signature.h"
#include "expr/value_kernel.h"

namespace tidemark::expr {
namespace {

using KernelResult = arrow::Result<std::unique_ptr<ScalarKernel>>;

// ---- GREATEST and LEAST

arrow::Result<ResolvedSignature> ResolveExtreme(const std::string& name, std::span<const ArgumentInfo> arguments) {
  if (arguments.empty()) return arrow::Status::TypeError(name, " takes one value or more");
  std::vector<DataType> types;
  for (const auto& argument : arguments) {
    types.push_back(argument.type.WithTimeAttribute(TimeAttribute::kNone));
    if (types.back().kind() == TypeKind::kNull) return BareNullError(name);
    if (types.back().is_nested()) return arrow::Status::TypeError(name, " cannot compare ", TypeListText(arguments));
  }
  auto common = MergedType(types);
  if (!common.ok()) return arrow::Status::TypeError(name, " cannot compare ", TypeListText(arguments));
  ResolvedSignature resolved;
  for (const auto& type : types) resolved.argument_types.push_back(common->WithNullable(type.nullable()));
  resolved.return_type = *common;
  return resolved;
}

/// NaN is greater than all other numbers, 0.0 than -0.0.
template <typename F>
bool FloatingLess(F a, F b) {
  if (std::isnan(a) || std::isnan(b)) return !std::isnan(a) && std::isnan(b);
  if (a == b) return std::signbit(a) && !std::signbit(b);
  return a < b;
}

/// The greater (or lesser) of two values, NULL if one is.
template <typename Value>
std::unique_ptr<ScalarKernel> PairKernel(bool greatest, const DataType& type) {
  if constexpr (std::is_floating_point_v<Value>) {
    return MakeValueKernel(type, [greatest](Value a, Value b) { return FloatingLess(a, b) == greatest ? b : a; });
  } else if constexpr (std::is_integral_v<Value> && !std::is_same_v<Value, bool>) {
    if (greatest) return MakeValueKernel(type, [](Value a, Value b) { return a < b ? b : a; });
    return MakeValueKernel(type, [](Value a, Value b) { return b < a ? b : a; });
  } else if constexpr (std::is_same_v<Value, arrow::Decimal128>) {
    return MakeRowKernel(type,
                         [greatest](Value a, Value b) { return (ToInt128(a) < ToInt128(b)) == greatest ? b : a; });
  } else {
    return MakeRowKernel(type, [greatest](Value a, Value b) { return (a < b) == greatest ? b : a; });
  }
}

KernelResult MakePair(bool greatest, const DataType& type) {
  switch (type.kind()) {
    case TypeKind::kBoolean:
      return PairKernel<bool>(greatest, type);
    case TypeKind::kTinyInt:
      return PairKernel<int8_t>(greatest, type);
    case TypeKind::kSmallInt:
      return PairKernel<int16_t>(greatest, type);
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth:
      return PairKernel<int32_t>(greatest, type);
    case TypeKind::kBigInt:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
    case TypeKind::kIntervalDayTime:
      return PairKernel<int64_t>(greatest, type);
    case TypeKind::kFloat:
      return PairKernel<float>(greatest, type);
    case TypeKind::kDouble:
      return PairKernel<double>(greatest, type);
    case TypeKind::kDecimal:
      return PairKernel<arrow::Decimal128>(greatest, type);
    case TypeKind::kChar:
    case TypeKind::kVarChar:
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return PairKernel<std::string_view>(greatest, type);
    default:
      return arrow::Status::TypeError("No order of ", type.ToString());
  }
}

class ExtremeKernel final : public ScalarKernel {
 public:
  explicit ExtremeKernel(std::unique_ptr<ScalarKernel> pair) : pair_(std::move(pair)) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    arrow::Datum extreme = args[0];
    for (size_t i = 1; i < args.size(); ++i) {
      const arrow::Datum both[] = {extreme, args[i]};
      ARROW_ASSIGN_OR_RAISE(extreme, pair_->Run(both, num_rows));
    }
    return extreme;
  }

 private:
  std::unique_ptr<ScalarKernel> pair_;
};

void AddExtreme(FunctionRegistry* registry, const std::string& name, bool greatest, const std::string& description) {
  registry->Add({.name = name,
                 .resolve = [name](std::span<const ArgumentInfo> arguments) { return ResolveExtreme(name, arguments); },
                 .make_kernel = [greatest](const CallSite& site) -> KernelResult {
                   ARROW_ASSIGN_OR_RAISE(auto pair, MakePair(greatest, site.return_type));
                   return std::make_unique<ExtremeKernel>(std::move(pair));
                 },
                 .can_fail = false,
                 .signature_text = name + "(a, b, ...)",
                 .description = description});
}

// ---- IS_ALPHA and its kin

/// An Arrow test of characters, with FALSE for NULL.
class CharacterTest final : public ScalarKernel {
 public:
  explicit CharacterTest(std::string test) : test_(std::move(test)) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t) override {
    ARROW_ASSIGN_OR_RAISE(auto holds, arrow::compute::CallFunction(test_, {args[0]}));
    return arrow::compute::CallFunction("coalesce", {holds, arrow::Datum(false)});
  }

 private:
  std::string test_;
};

/// Text as it is, numbers by their digits.
Parameter TextOrNumber() {
  Parameter parameter =
      ArgWhere("STRING or <numeric>", [](const DataType& type) { return type.is_character() || type.is_numeric(); });
  parameter.cast_to = DataType::String();
  return parameter;
}

void AddTest(FunctionRegistry* registry, const std::string& name, KernelFactory kernel,
             const std::string& description) {
  registry->Add({.name = name,
                 .resolve = ResolveBy(name, {{{TextOrNumber()}, ReturnsNotNull(DataType::Boolean())}}),
                 .make_kernel = std::move(kernel),
                 .can_fail = false,
                 .signature_text = name + "(text)",
                 .description = description});
}

KernelFactory Characters(const std::string& test) {
  return [test](const CallSite&) -> KernelResult { return std::make_unique<CharacterTest>(test); };
}

}  // namespace

void RegisterConditional(FunctionRegistry* registry) {
  AddExtreme(registry, "GREATEST", true, "The greatest of the values; NULL if one is NULL");
  AddExtreme(registry, "LEAST", false, "The least of the values; NULL if one is NULL");
  AddTest(registry, "IS_ALPHA", Characters("utf8_is_alpha"), "TRUE if all characters are letters; FALSE for NULL");
  AddTest(registry, "IS_DIGIT", Characters("utf8_is_decimal"), "TRUE if all characters are digits; FALSE for NULL");
  AddTest(registry, "IS_DECIMAL", MapRows([](std::optional<std::string_view> text) {
            return text.has_value() && ParseDouble(*text).has_value();
          }),
          "TRUE if the text is a number; FALSE for NULL");
}

}  // namespace tidemark::expr
