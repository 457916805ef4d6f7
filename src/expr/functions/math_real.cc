// SPDX-License-Identifier: Apache-2.0
// Functions of DOUBLE: roots, logarithms, trigonometry. Out of their domain they give NaN or infinity, never an error.
#include <cmath>
#include <numbers>

#include "expr/functions/define.h"
#include "expr/functions/math.h"
#include "expr/value_kernel.h"

namespace tidemark::expr {
namespace {

// The factors of Java's toDegrees and toRadians.
constexpr double kDegreesPerRadian = 57.29577951308232;
constexpr double kRadiansPerDegree = 0.017453292519943295;

void AddReal(FunctionRegistry* registry, const std::string& name, const std::string& description,
             double (*function)(double)) {
  registry->Add(Define(name, {Signature{{AnyDoubleArg()}, Returns(DataType::Double())}},
                       MapValues([function](double x) { return function(x); }), {name + "(number)", description}));
}

/// Flink takes it as a power: of -0.0 it is 0.0, of -Infinity Infinity.
double Sqrt(double x) { return x == 0 ? 0.0 : std::isinf(x) ? std::fabs(x) : std::sqrt(x); }
double Log2(double x) { return std::log(x) / std::log(2.0); }
/// Rounded from a longer format: the library's own is off by a unit more often than Java's.
double Log10(double x) { return static_cast<double>(std::log10(static_cast<long double>(x))); }
double Cot(double x) { return 1.0 / std::tan(x); }
double Degrees(double x) { return x * kDegreesPerRadian; }
double Radians(double x) { return x * kRadiansPerDegree; }

/// LOG(x) or LOG(base, x)
arrow::Result<std::unique_ptr<ScalarKernel>> MakeLog(const CallSite& site) {
  if (site.arguments.size() == 1) return MakeValueKernel(site.return_type, [](double x) { return std::log(x); });
  return MakeValueKernel(site.return_type, [](double base, double x) { return std::log(x) / std::log(base); });
}

void AddConstant(FunctionRegistry* registry, const std::string& name, double value) {
  auto make = [value](const CallSite&) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
    class Constant final : public ScalarKernel {
     public:
      explicit Constant(double value) : value_(value) {}
      arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum>, int64_t) override { return arrow::Datum(value_); }

     private:
      const double value_;
    };
    return std::make_unique<Constant>(value);
  };
  registry->Add(Define(name, {Signature{{}, ReturnsNotNull(DataType::Double())}}, make,
                       {name + "()", "The number " + std::to_string(value) + "..."}));
}

}  // namespace

void RegisterMathReal(FunctionRegistry* registry) {
  AddReal(registry, "SQRT", "Square root", Sqrt);
  AddReal(registry, "LN", "Natural logarithm", [](double x) { return std::log(x); });
  AddReal(registry, "LOG10", "Logarithm to base 10", Log10);
  AddReal(registry, "LOG2", "Logarithm to base 2", Log2);
  AddReal(registry, "EXP", "e raised to a power", [](double x) { return std::exp(x); });
  AddReal(registry, "SIN", "Sine of an angle in radians", [](double x) { return std::sin(x); });
  AddReal(registry, "COS", "Cosine of an angle in radians", [](double x) { return std::cos(x); });
  AddReal(registry, "TAN", "Tangent of an angle in radians", [](double x) { return std::tan(x); });
  AddReal(registry, "COT", "Cotangent of an angle in radians", Cot);
  AddReal(registry, "ASIN", "Arc sine", [](double x) { return std::asin(x); });
  AddReal(registry, "ACOS", "Arc cosine", [](double x) { return std::acos(x); });
  AddReal(registry, "ATAN", "Arc tangent", [](double x) { return std::atan(x); });
  AddReal(registry, "SINH", "Hyperbolic sine", [](double x) { return std::sinh(x); });
  AddReal(registry, "COSH", "Hyperbolic cosine", [](double x) { return std::cosh(x); });
  AddReal(registry, "TANH", "Hyperbolic tangent", [](double x) { return std::tanh(x); });
  AddReal(registry, "DEGREES", "Degrees of an angle in radians", Degrees);
  AddReal(registry, "RADIANS", "Radians of an angle in degrees", Radians);
  const std::vector<Signature> two = {Signature{{AnyDoubleArg(), AnyDoubleArg()}, Returns(DataType::Double())}};
  registry->Add(Define("POWER", two, MapValues([](double x, double y) { return std::pow(x, y); }),
                       {"POWER(number, exponent)", "A number raised to a power"}));
  registry->Add(Define("ATAN2", two, MapValues([](double y, double x) { return std::atan2(y, x); }),
                       {"ATAN2(y, x)", "Angle of a point, in radians"}));
  registry->Add(Define("LOG", {Signature{{AnyDoubleArg(), Optional(AnyDoubleArg())}, Returns(DataType::Double())}},
                       MakeLog, {"LOG([base,] number)", "Logarithm, natural without a base"}));
  AddConstant(registry, "PI", std::numbers::pi);
  AddConstant(registry, "E", std::numbers::e);
}

}  // namespace tidemark::expr
