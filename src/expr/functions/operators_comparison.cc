// SPDX-License-Identifier: Apache-2.0
// = <> < <= > >= and IS [NOT] DISTINCT FROM. Numbers compare by value across types, NaN equals nothing, text compares
// by bytes, text beside a date or number is read as one.
#include <array>

#include "catalog/common_type.h"
#include "expr/cast.h"
#include "expr/civil_time.h"
#include "expr/decimal_math.h"
#include "expr/functions/nested_equality.h"
#include "expr/functions/operators.h"
#include "expr/signature.h"
#include "expr/value_kernel.h"

namespace tidemark::expr {
namespace {

using KernelPtr = std::unique_ptr<ScalarKernel>;
using KernelResult = arrow::Result<KernelPtr>;

/// The comparisons come down to three: a > b is b < a, a <> b is NOT a = b.
enum class Order { kEqual, kLess, kLessOrEqual };

struct Comparison {
  Order order = Order::kEqual;
  bool swapped = false;
  bool negated = false;
};

Comparison ComparisonOf(const std::string& op) {
  if (op == "=") return {Order::kEqual, false, false};
  if (op == "<>") return {Order::kEqual, false, true};
  if (op == "<") return {Order::kLess, false, false};
  if (op == "<=") return {Order::kLessOrEqual, false, false};
  if (op == ">") return {Order::kLess, true, false};
  return {Order::kLessOrEqual, true, false};
}

// ---- types

arrow::Status CannotCompare(const std::string& op, const DataType& a, const DataType& b, const std::string& hint = "") {
  const ArgumentInfo both[] = {{a}, {b}};
  return arrow::Status::TypeError(op, " cannot compare ", TypeListText(both), hint);
}

/// What the text of `a` and `b` is read as: the other of the two. `literal`: the text is a constant.
arrow::Result<DataType> ReadTextAs(const std::string& op, const DataType& a, const DataType& b, bool literal) {
  const DataType& text = a.is_character() ? a : b;
  const DataType& other = a.is_character() ? b : a;
  const bool equality = op == "=" || op == "<>" || op.starts_with("IS ");
  if (other.is_numeric()) {
    if (equality) return CannotCompare(op, a, b, "; CAST one side");
    return other.kind() == TypeKind::kDecimal ? DataType::Decimal(38, 18) : other;
  }
  // Equality reads a column in its kernel, where text that is no date equals none; all else is a cast that fails.
  if (other.is_datetime()) return equality && !literal ? text : other.WithTimeAttribute(TimeAttribute::kNone);
  return CannotCompare(op, a, b, "; CAST one side");
}

/// REQUIRES: one of them is approximate.
DataType NumbersAs(const std::string& op, const DataType& a, const DataType& b) {
  if (a.is_approximate() && b.is_approximate()) {
    // As Flink's planner has it: FLOAT = DOUBLE compares FLOATs, FLOAT > DOUBLE does not.
    return op == "=" || op == "<>" || a.kind() == b.kind() ? a : DataType::Double();
  }
  const DataType& approximate = a.is_approximate() ? a : b;
  const DataType& exact = a.is_approximate() ? b : a;
  return exact.kind() == TypeKind::kDecimal ? DataType::Double() : approximate;
}

/// The types that the two sides are brought to.
arrow::Result<std::pair<DataType, DataType>> ComparedTypes(const std::string& op, const ArgumentInfo& left,
                                                           const ArgumentInfo& right) {
  using Both = std::pair<DataType, DataType>;
  const DataType& a = left.type;
  const DataType& b = right.type;
  if (a.kind() == TypeKind::kNull || b.kind() == TypeKind::kNull) {
    const DataType type = a.kind() == TypeKind::kNull ? b : a;
    return Both{type, type};
  }
  if (a.is_numeric() && b.is_numeric()) {
    if (a.is_approximate() || b.is_approximate()) return Both{NumbersAs(op, a, b), NumbersAs(op, a, b)};
    if (a.is_integer() && b.is_integer()) {
      const DataType wider = a.kind() >= b.kind() ? a : b;
      return Both{wider, wider};
    }
    return Both{AsDecimalType(a), AsDecimalType(b)};
  }
  if (a.is_character() && b.is_character()) return Both{a, b};
  if (a.is_binary() && b.is_binary()) return Both{a, b};
  if (a.is_timestamp() && b.is_timestamp()) {
    if (a.kind() == b.kind()) return Both{a, b};
    return Both{DataType::TimestampLtz(a.precision()), DataType::TimestampLtz(b.precision())};
  }
  const bool order = op == "<" || op == "<=" || op == ">" || op == ">=";
  const bool truth = a.kind() == TypeKind::kBoolean || b.kind() == TypeKind::kBoolean;
  if (order && truth && (a.is_character() || b.is_character())) return Both{DataType::Boolean(), DataType::Boolean()};
  if (a.is_character() && b.kind() == TypeKind::kBoolean) return Both{a, DataType::String()};
  if (b.is_character() && a.kind() == TypeKind::kBoolean) return Both{DataType::String(), b};
  if (a.is_character() && !b.is_nested()) {
    ARROW_ASSIGN_OR_RAISE(auto type, ReadTextAs(op, a, b, left.literal != nullptr));
    return Both{type, b};
  }
  if (b.is_character() && !a.is_nested()) {
    ARROW_ASSIGN_OR_RAISE(auto type, ReadTextAs(op, a, b, right.literal != nullptr));
    return Both{a, type};
  }
  if (a.is_nested() && a.kind() == b.kind()) {
    if (op != "=" && op != "<>" && !op.starts_with("IS ")) return CannotCompare(op, a, b, "; only = and <> do");
    auto common = MergedType({a, b});
    if (common.ok()) return Both{*common, *common};
  }
  if (a.kind() == b.kind() && !a.is_nested()) return Both{a, b};
  if (a.is_datetime() && b.is_datetime()) return CannotCompare(op, a, b, "; CAST one side");
  return CannotCompare(op, a, b);
}

bool AnyFieldNullable(const DataType& type) {
  if (type.kind() != TypeKind::kRow) return false;
  for (const auto& field : type.fields()) {
    if (field.type.nullable() || AnyFieldNullable(field.type)) return true;
  }
  return false;
}

arrow::Result<ResolvedSignature> ResolveComparison(const std::string& op, std::span<const ArgumentInfo> arguments) {
  if (arguments.size() != 2) return arrow::Status::TypeError(op, " takes two values, not ", TypeListText(arguments));
  const DataType& a = arguments[0].type;
  const DataType& b = arguments[1].type;
  ARROW_ASSIGN_OR_RAISE(auto types, ComparedTypes(op, arguments[0], arguments[1]));
  const bool distinct = op.starts_with("IS ");
  const bool reads_text = types.first.is_character() && types.second.is_datetime();
  const bool reads_text_right = types.second.is_character() && types.first.is_datetime();
  const bool nullable = !distinct && (a.nullable() || b.nullable() || AnyFieldNullable(a) || AnyFieldNullable(b) ||
                                      reads_text || reads_text_right);
  return ResolvedSignature{{types.first.WithNullable(a.nullable()), types.second.WithNullable(b.nullable())},
                           DataType::Boolean().WithNullable(nullable)};
}

// ---- kernels

/// Runs a kernel with its two arguments the other way round.
class Swapped final : public ScalarKernel {
 public:
  explicit Swapped(KernelPtr kernel) : kernel_(std::move(kernel)) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    const std::array<arrow::Datum, 2> swapped = {args[1], args[0]};
    return kernel_->Run(swapped, num_rows);
  }

 private:
  KernelPtr kernel_;
};

/// Kernels for values that C++ operators compare; `Value` as for MapRows.
template <typename Value>
KernelPtr OrderKernel(Comparison comparison, const DataType& type) {
  switch (comparison.order) {
    case Order::kEqual:
      if (comparison.negated) return MakeValueKernel(type, [](Value a, Value b) { return !(a == b); });
      return MakeValueKernel(type, [](Value a, Value b) { return a == b; });
    case Order::kLess:
      return MakeValueKernel(type, [](Value a, Value b) { return a < b; });
    default:
      return MakeValueKernel(type, [](Value a, Value b) { return a <= b; });
  }
}

bool Holds(Order order, int sign) {
  return order == Order::kEqual ? sign == 0 : order == Order::kLess ? sign < 0 : sign <= 0;
}

KernelPtr DecimalKernel(Comparison comparison, int32_t left_scale, int32_t right_scale, const DataType& type) {
  const Order order = comparison.order;
  const bool negated = comparison.negated;
  return MakeValueKernel(type, [=](arrow::Decimal128 a, arrow::Decimal128 b) {
    return Holds(order, CompareDecimals(ToInt128(a), left_scale, ToInt128(b), right_scale)) != negated;
  });
}

/// Timestamps of different units: the coarser is multiplied, in 128 bits.
KernelPtr TicksKernel(Comparison comparison, int64_t left_per_second, int64_t right_per_second, const DataType& type) {
  const Order order = comparison.order;
  const bool negated = comparison.negated;
  const int64_t left_factor = right_per_second > left_per_second ? right_per_second / left_per_second : 1;
  const int64_t right_factor = left_per_second > right_per_second ? left_per_second / right_per_second : 1;
  return MakeValueKernel(type, [=](int64_t a, int64_t b) {
    const Int128 left = Int128{a} * left_factor;
    const Int128 right = Int128{b} * right_factor;
    return Holds(order, left < right ? -1 : left == right ? 0 : 1) != negated;
  });
}

/// For `left` and `right` in the order in which the kernel gets them.
KernelResult MakeOrderKernel(Comparison comparison, const DataType& left, const DataType& right, const DataType& type) {
  switch (left.kind()) {
    case TypeKind::kBoolean:
      return OrderKernel<bool>(comparison, type);
    case TypeKind::kTinyInt:
      return OrderKernel<int8_t>(comparison, type);
    case TypeKind::kSmallInt:
      return OrderKernel<int16_t>(comparison, type);
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth:
      return OrderKernel<int32_t>(comparison, type);
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime:
      return OrderKernel<int64_t>(comparison, type);
    case TypeKind::kFloat:
      return OrderKernel<float>(comparison, type);
    case TypeKind::kDouble:
      return OrderKernel<double>(comparison, type);
    case TypeKind::kChar:
    case TypeKind::kVarChar:
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return OrderKernel<std::string_view>(comparison, type);
    case TypeKind::kDecimal:
      return DecimalKernel(comparison, left.scale(), right.scale(), type);
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz: {
      const int64_t left_per_second = TicksPerSecond(left.precision());
      const int64_t right_per_second = TicksPerSecond(right.precision());
      if (left_per_second == right_per_second) return OrderKernel<int64_t>(comparison, type);
      return TicksKernel(comparison, left_per_second, right_per_second, type);
    }
    case TypeKind::kNull:
      return MakeRowKernel(
          type, [](std::optional<bool>, std::optional<bool>) -> std::optional<bool> { return std::nullopt; });
    default:
      return MakeNestedEquality(left, comparison.negated);
  }
}

/// Reads one side, which is text, as the type of the other.
class ReadingText final : public ScalarKernel {
 public:
  ReadingText(KernelPtr read, size_t side, KernelPtr compare)
      : read_(std::move(read)), side_(side), compare_(std::move(compare)) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    std::array<arrow::Datum, 2> both = {args[0], args[1]};
    ARROW_ASSIGN_OR_RAISE(both[side_], read_->Run(args.subspan(side_, 1), num_rows));
    return compare_->Run(both, num_rows);
  }

 private:
  KernelPtr read_;
  size_t side_;
  KernelPtr compare_;
};

KernelResult MakeComparison(const std::string& op, const CallSite& site) {
  const Comparison comparison = ComparisonOf(op);
  const DataType& a = site.arguments[0].type;
  const DataType& b = site.arguments[1].type;
  if (a.is_character() != b.is_character() && a.kind() != TypeKind::kNull && b.kind() != TypeKind::kNull) {
    const size_t side = a.is_character() ? 0 : 1;
    const DataType& type = side == 0 ? b : a;
    ARROW_ASSIGN_OR_RAISE(auto read, MakeCast(side == 0 ? a : b, type, /*is_try=*/true, site.context));
    ARROW_ASSIGN_OR_RAISE(auto compare, MakeOrderKernel(comparison, type, type, site.return_type));
    return std::make_unique<ReadingText>(std::move(read), side, std::move(compare));
  }
  if (!comparison.swapped) return MakeOrderKernel(comparison, a, b, site.return_type);
  ARROW_ASSIGN_OR_RAISE(auto kernel, MakeOrderKernel(comparison, b, a, site.return_type));
  return std::make_unique<Swapped>(std::move(kernel));
}

/// a IS [NOT] DISTINCT FROM b, out of a = b and the NULLs of both.
class DistinctKernel final : public ScalarKernel {
 public:
  DistinctKernel(KernelPtr equal, bool negated) : equal_(std::move(equal)), negated_(negated) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    const bool scalar = args[0].is_scalar() && args[1].is_scalar();
    const int64_t count = scalar ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(auto equal, equal_->Run(args, num_rows));
    ARROW_ASSIGN_OR_RAISE(auto reader, ColumnReader<bool>::Make(equal));
    ARROW_ASSIGN_OR_RAISE(auto left, NullReader::Make(args[0]));
    ARROW_ASSIGN_OR_RAISE(auto right, NullReader::Make(args[1]));
    ARROW_ASSIGN_OR_RAISE(auto bits, internal::FillColumn<bool>(count, [&](int64_t row) {
                            const bool left_null = left.IsNull(row);
                            const bool right_null = right.IsNull(row);
                            const bool same = left_null || right_null ? left_null == right_null
                                                                      : !reader.IsNull(row) && reader.Value(row);
                            return same == negated_;
                          }));
    return internal::FinishValues(arrow::boolean(), scalar, count, nullptr, std::move(bits));
  }

 private:
  /// Reads the validity of a column of any type.
  class NullReader : public ColumnReaderBase {
   public:
    static arrow::Result<NullReader> Make(const arrow::Datum& datum) {
      NullReader reader;
      ARROW_RETURN_NOT_OK(reader.Open(datum));
      return reader;
    }
  };

  KernelPtr equal_;
  bool negated_;
};

KernelResult MakeDistinct(bool negated, const CallSite& site) {
  ARROW_ASSIGN_OR_RAISE(auto equal, MakeComparison("=", site));
  return std::make_unique<DistinctKernel>(std::move(equal), negated);
}

void AddComparison(FunctionRegistry* registry, const std::string& op, const std::string& description) {
  registry->Add({.name = op,
                 .resolve = [op](std::span<const ArgumentInfo> arguments) { return ResolveComparison(op, arguments); },
                 .make_kernel = [op](const CallSite& site) { return MakeComparison(op, site); },
                 .can_fail = false,
                 .signature_text = "a " + op + " b",
                 .description = description});
}

void AddDistinct(FunctionRegistry* registry, const std::string& op, bool negated, const std::string& description) {
  registry->Add({.name = op,
                 .resolve = [op](std::span<const ArgumentInfo> arguments) { return ResolveComparison(op, arguments); },
                 .make_kernel = [negated](const CallSite& site) { return MakeDistinct(negated, site); },
                 .can_fail = false,
                 .signature_text = "a " + op + " b",
                 .description = description});
}

}  // namespace

void RegisterComparison(FunctionRegistry* registry) {
  AddComparison(registry, "=", "TRUE if both are equal; NULL if one is NULL");
  AddComparison(registry, "<>", "TRUE if both differ; NULL if one is NULL");
  AddComparison(registry, "<", "TRUE if a is less than b");
  AddComparison(registry, "<=", "TRUE if a is less than or equal to b");
  AddComparison(registry, ">", "TRUE if a is greater than b");
  AddComparison(registry, ">=", "TRUE if a is greater than or equal to b");
  AddDistinct(registry, "IS DISTINCT FROM", false, "TRUE if both differ, where NULL is a value like any other");
  AddDistinct(registry, "IS NOT DISTINCT FROM", true, "TRUE if both are equal, where NULL is a value like any other");
}

}  // namespace tidemark::expr
