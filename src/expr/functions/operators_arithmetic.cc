// SPDX-License-Identifier: Apache-2.0
// + - * / % on numbers. Integers wrap, INT / INT truncates, integer division by zero fails; DECIMAL results follow the
// precision rules of decimal_math.h and are NULL on overflow; floating point is IEEE.
#include <limits>
#include <type_traits>

#include "catalog/common_type.h"
#include "expr/decimal_math.h"
#include "expr/functions/operators.h"
#include "expr/signature.h"
#include "expr/value_kernel.h"

namespace tidemark::expr {
namespace {

using KernelResult = arrow::Result<std::unique_ptr<ScalarKernel>>;

arrow::Status DivisionByZero() { return arrow::Status::Invalid("Division by zero"); }

// ---- result types

arrow::Status CannotApply(const std::string& op, std::span<const ArgumentInfo> arguments) {
  const std::string takes = op == "%" || op == "/"
                                ? (op == "%" ? "(<exact numeric>, <exact numeric>)" : "(<numeric>, <numeric>)")
                                : "(<numeric>, <numeric>) or dates, times and intervals";
  return arrow::Status::TypeError(op, " takes ", takes, ", not ", TypeListText(arguments));
}

DataType ResultType(const std::string& op, const DataType& a, const DataType& b) {
  if (a.is_approximate() || b.is_approximate()) {
    if (a.is_approximate() && b.is_approximate()) return a;  // the left one, as Flink's planner has it
    const DataType& approximate = a.is_approximate() ? a : b;
    const DataType& exact = a.is_approximate() ? b : a;
    return exact.kind() == TypeKind::kDecimal ? DataType::Double() : approximate;
  }
  if (a.is_integer() && b.is_integer()) {
    if (op == "%") return b;
    return a.kind() >= b.kind() ? a : b;
  }
  // The rest of whole numbers is of the divisor's type, which holds it.
  if (op == "%" && a.scale() == 0 && b.scale() == 0) return b;
  const DataType left = AsDecimalType(a);
  const DataType right = AsDecimalType(b);
  if (op == "*") return DecimalProductType(left, right);
  if (op == "/") return DecimalQuotientType(left, right);
  if (op == "%") return DecimalRemainderType(left, right);
  return DecimalSumType(left, right);
}

/// What both arguments are brought to before the operation.
ResolvedSignature ResolveNumbers(const std::string& op, const DataType& a, const DataType& b) {
  const bool nullable = a.nullable() || b.nullable();
  ResolvedSignature resolved;
  resolved.return_type = ResultType(op, a, b).WithNullable(nullable);
  DataType left;
  DataType right;
  if (resolved.return_type.is_approximate()) {
    left = right = resolved.return_type;
  } else if (a.kind() == TypeKind::kDecimal || b.kind() == TypeKind::kDecimal) {
    left = AsDecimalType(a);
    right = AsDecimalType(b);
  } else {
    left = right = a.kind() >= b.kind() ? a : b;
  }
  resolved.argument_types = {left.WithNullable(a.nullable()), right.WithNullable(b.nullable())};
  return resolved;
}

arrow::Result<ResolvedSignature> ResolveUnary(const std::string& op, std::span<const ArgumentInfo> arguments) {
  const DataType& type = arguments[0].type;
  if (!type.is_numeric() && !type.is_interval()) {
    return arrow::Status::TypeError("Unary ", op, " takes (<numeric>) or (<interval>), not ", TypeListText(arguments));
  }
  return ResolvedSignature{{type}, type};
}

arrow::Result<ResolvedSignature> ResolveArithmetic(const std::string& op, std::span<const ArgumentInfo> arguments) {
  if (arguments.size() == 1 && (op == "+" || op == "-")) return ResolveUnary(op, arguments);
  if (arguments.size() == 3 || IsTemporalArithmetic(arguments)) return ResolveTemporalArithmetic(op, arguments);
  if (arguments.size() != 2) return CannotApply(op, arguments);
  const DataType& a = arguments[0].type;
  const DataType& b = arguments[1].type;
  if (!a.is_numeric() || !b.is_numeric()) return CannotApply(op, arguments);
  if (op == "%" && (a.is_approximate() || b.is_approximate())) return CannotApply(op, arguments);
  return ResolveNumbers(op, a, b);
}

// ---- integers and floating point

/// The type in which + - * of T cannot overflow undefined: unsigned, at least as wide as int.
template <typename T>
using Wrapping = std::conditional_t<(sizeof(T) > 4), uint64_t, uint32_t>;

template <typename T>
T Add(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return a + b;
  } else {
    return static_cast<T>(static_cast<Wrapping<T>>(a) + static_cast<Wrapping<T>>(b));
  }
}
template <typename T>
T Subtract(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return a - b;
  } else {
    return static_cast<T>(static_cast<Wrapping<T>>(a) - static_cast<Wrapping<T>>(b));
  }
}
template <typename T>
T Multiply(T a, T b) {
  if constexpr (std::is_floating_point_v<T>) {
    return a * b;
  } else {
    return static_cast<T>(static_cast<Wrapping<T>>(a) * static_cast<Wrapping<T>>(b));
  }
}
/// REQUIRES: b != 0. The least integer divided by -1 wraps to itself.
template <typename T>
T DivideNonZero(T a, T b) {
  return b == -1 ? Subtract<T>(0, a) : static_cast<T>(a / b);
}
template <typename T>
T RemainderNonZero(T a, T b) {
  return b == -1 ? T{0} : static_cast<T>(a % b);
}

/// A kernel that cannot fail at this call site.
class InfallibleKernel final : public ScalarKernel {
 public:
  explicit InfallibleKernel(std::unique_ptr<ScalarKernel> kernel) : kernel_(std::move(kernel)) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    return kernel_->Run(args, num_rows);
  }
  bool can_fail() const override { return false; }

 private:
  std::unique_ptr<ScalarKernel> kernel_;
};

std::unique_ptr<ScalarKernel> Infallible(std::unique_ptr<ScalarKernel> kernel) {
  return std::make_unique<InfallibleKernel>(std::move(kernel));
}

/// The second argument of a call, where it is a literal that is not zero.
template <typename T>
std::optional<T> NonZeroDivisor(const CallSite& site) {
  const arrow::Scalar* literal = site.arguments[1].literal;
  if (literal == nullptr || !literal->is_valid) return std::nullopt;
  auto array = arrow::MakeArrayFromScalar(*literal, 1);
  if (!array.ok()) return std::nullopt;
  auto reader = ColumnReader<T>::Make(arrow::Datum(*array));
  if (!reader.ok() || reader->Value(0) == T{0}) return std::nullopt;
  return reader->Value(0);
}

template <typename T>
KernelResult IntegerDivision(bool remainder, const CallSite& site) {
  const DataType& type = site.return_type;
  if (auto divisor = NonZeroDivisor<T>(site)) {
    const T by = *divisor;
    auto divide = [by](T a, T) -> T { return DivideNonZero<T>(a, by); };
    auto rest = [by](T a, T) -> T { return RemainderNonZero<T>(a, by); };
    return Infallible(remainder ? MakeValueKernel(type, rest) : MakeValueKernel(type, divide));
  }
  if (remainder) {
    return MakeRowKernel(type, [](T a, T b) -> arrow::Result<T> {
      if (b == 0) return DivisionByZero();
      return RemainderNonZero<T>(a, b);
    });
  }
  return MakeRowKernel(type, [](T a, T b) -> arrow::Result<T> {
    if (b == 0) return DivisionByZero();
    return DivideNonZero<T>(a, b);
  });
}

template <typename T>
KernelResult MakeNumberKernel(const std::string& op, const CallSite& site) {
  const DataType& type = site.return_type;
  if (op == "+") return Infallible(MakeValueKernel(type, [](T a, T b) -> T { return Add<T>(a, b); }));
  if (op == "-") return Infallible(MakeValueKernel(type, [](T a, T b) -> T { return Subtract<T>(a, b); }));
  if (op == "*") return Infallible(MakeValueKernel(type, [](T a, T b) -> T { return Multiply<T>(a, b); }));
  if constexpr (std::is_floating_point_v<T>) {
    return Infallible(MakeValueKernel(type, [](T a, T b) -> T { return a / b; }));
  } else {
    return IntegerDivision<T>(op == "%", site);
  }
}

/// x % y of integers has y's type, which may be narrower than the one it is computed in.
template <typename Wide>
KernelResult MakeRemainderTo(const CallSite& site) {
  auto narrow = [&]<typename Narrow>(Narrow) -> KernelResult {
    return MakeRowKernel(site.return_type, [](Wide a, Wide b) -> arrow::Result<Narrow> {
      if (b == 0) return DivisionByZero();
      return static_cast<Narrow>(RemainderNonZero<Wide>(a, b));
    });
  };
  switch (site.return_type.kind()) {
    case TypeKind::kTinyInt:
      return narrow(int8_t{});
    case TypeKind::kSmallInt:
      return narrow(int16_t{});
    default:
      return narrow(int32_t{});
  }
}

KernelResult MakeNarrowRemainder(const CallSite& site) {
  switch (site.arguments[0].type.kind()) {
    case TypeKind::kSmallInt:
      return MakeRemainderTo<int16_t>(site);
    case TypeKind::kInt:
      return MakeRemainderTo<int32_t>(site);
    default:
      return MakeRemainderTo<int64_t>(site);
  }
}

// ---- decimals

std::optional<arrow::Decimal128> Wrap(const std::optional<Int128>& value) {
  return value ? std::optional(ToDecimal128(*value)) : std::nullopt;
}

KernelResult MakeDecimalKernel(const std::string& op, const CallSite& site) {
  using Value = arrow::Decimal128;
  using Nullable = std::optional<arrow::Decimal128>;
  const int32_t left = site.arguments[0].type.scale();
  const int32_t right = site.arguments[1].type.scale();
  const DataType type = site.return_type;
  if (op == "+") {
    return Infallible(MakeRowKernel(type, [=](Value a, Value b) -> Nullable {
      return Wrap(AddDecimals(ToInt128(a), left, ToInt128(b), right, type));
    }));
  }
  if (op == "-") {
    return Infallible(MakeRowKernel(type, [=](Value a, Value b) -> Nullable {
      return Wrap(AddDecimals(ToInt128(a), left, -ToInt128(b), right, type));
    }));
  }
  if (op == "*") {
    return Infallible(MakeRowKernel(type, [=](Value a, Value b) -> Nullable {
      return Wrap(MultiplyDecimals(ToInt128(a), left, ToInt128(b), right, type));
    }));
  }
  const bool remainder = op == "%";
  auto kernel = MakeRowKernel(type, [=](Value a, Value b) -> arrow::Result<Nullable> {
    if (b == Value(0)) return DivisionByZero();
    return Wrap(remainder ? RemainderOfDecimals(ToInt128(a), left, ToInt128(b), right, type)
                          : DivideDecimals(ToInt128(a), left, ToInt128(b), right, type));
  });
  return NonZeroDivisor<Value>(site) ? Infallible(std::move(kernel)) : std::move(kernel);
}

/// DECIMAL % integer is of the integer's type.
template <typename T>
KernelResult MakeWholeRemainder(const CallSite& site) {
  return MakeRowKernel(site.return_type, [](arrow::Decimal128 a, arrow::Decimal128 b) -> arrow::Result<T> {
    if (b == arrow::Decimal128(0)) return DivisionByZero();
    return static_cast<T>(ToInt128(a) % ToInt128(b));
  });
}

KernelResult MakeWholeRemainderKernel(const CallSite& site) {
  switch (site.return_type.kind()) {
    case TypeKind::kTinyInt:
      return MakeWholeRemainder<int8_t>(site);
    case TypeKind::kSmallInt:
      return MakeWholeRemainder<int16_t>(site);
    case TypeKind::kInt:
      return MakeWholeRemainder<int32_t>(site);
    default:
      return MakeWholeRemainder<int64_t>(site);
  }
}

// ---- dispatch

class PassThrough final : public ScalarKernel {
 public:
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t) override { return args[0]; }
  bool can_fail() const override { return false; }
};

template <typename T>
KernelResult MakeNegation(const DataType& type) {
  return Infallible(MakeValueKernel(type, [](T a) -> T {
    if constexpr (std::is_floating_point_v<T>) {
      return -a;
    } else {
      return Subtract<T>(0, a);
    }
  }));
}

KernelResult MakeUnaryKernel(const std::string& op, const CallSite& site) {
  if (op == "+") return std::make_unique<PassThrough>();
  const DataType& type = site.return_type;
  switch (type.kind()) {
    case TypeKind::kTinyInt:
      return MakeNegation<int8_t>(type);
    case TypeKind::kSmallInt:
      return MakeNegation<int16_t>(type);
    case TypeKind::kInt:
    case TypeKind::kIntervalYearMonth:
      return MakeNegation<int32_t>(type);
    case TypeKind::kBigInt:
    case TypeKind::kIntervalDayTime:
      return MakeNegation<int64_t>(type);
    case TypeKind::kFloat:
      return MakeNegation<float>(type);
    case TypeKind::kDouble:
      return MakeNegation<double>(type);
    case TypeKind::kDecimal:
      return Infallible(MakeRowKernel(type, [](arrow::Decimal128 a) { return ToDecimal128(-ToInt128(a)); }));
    default:
      return arrow::Status::TypeError("No negation of ", type.ToString());
  }
}

KernelResult MakeArithmetic(const std::string& op, const CallSite& site) {
  if (site.arguments.size() == 1) return MakeUnaryKernel(op, site);
  if (IsTemporalArithmetic(site.arguments)) return MakeTemporalArithmetic(op, site);
  const TypeKind computed = site.arguments[0].type.kind();
  const TypeKind given = site.return_type.kind();
  if (computed == TypeKind::kDecimal && site.return_type.is_integer()) return MakeWholeRemainderKernel(site);
  if (op == "%" && given != computed && site.return_type.is_integer()) return MakeNarrowRemainder(site);
  switch (given) {
    case TypeKind::kTinyInt:
      return MakeNumberKernel<int8_t>(op, site);
    case TypeKind::kSmallInt:
      return MakeNumberKernel<int16_t>(op, site);
    case TypeKind::kInt:
      return MakeNumberKernel<int32_t>(op, site);
    case TypeKind::kBigInt:
      return MakeNumberKernel<int64_t>(op, site);
    case TypeKind::kFloat:
      return MakeNumberKernel<float>(op, site);
    case TypeKind::kDouble:
      return MakeNumberKernel<double>(op, site);
    case TypeKind::kDecimal:
      return MakeDecimalKernel(op, site);
    default:
      return arrow::Status::TypeError("No arithmetic on ", site.return_type.ToString());
  }
}

void AddOperator(FunctionRegistry* registry, const std::string& op, const std::string& signature,
                 const std::string& description) {
  registry->Add({.name = op,
                 .resolve = [op](std::span<const ArgumentInfo> arguments) { return ResolveArithmetic(op, arguments); },
                 .make_kernel = [op](const CallSite& site) { return MakeArithmetic(op, site); },
                 .signature_text = signature,
                 .description = description});
}

}  // namespace

void RegisterArithmetic(FunctionRegistry* registry) {
  AddOperator(registry, "+", "a + b",
              "Sum of two numbers or intervals, or a date, time or timestamp moved by an interval");
  AddOperator(registry, "-", "a - b",
              "Difference of two numbers, intervals or timestamps; with one operand, its negative");
  AddOperator(registry, "*", "a * b", "Product of two numbers, or of an interval and a whole number");
  AddOperator(registry, "/", "a / b",
              "Quotient of two numbers; whole numbers give a whole number, rounded toward zero");
  AddOperator(registry, "%", "a % b", "Remainder of a division, with the sign of the dividend");
}

}  // namespace tidemark::expr
