// SPDX-License-Identifier: Apache-2.0
// TYPEOF: the name of a value's type.
#include <arrow/scalar.h>

#include "expr/functions/register.h"
#include "expr/signature.h"

namespace tidemark::expr {
namespace {

class ConstantText final : public ScalarKernel {
 public:
  explicit ConstantText(std::string text) : value_(std::make_shared<arrow::StringScalar>(std::move(text))) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum>, int64_t) override { return arrow::Datum(value_); }
  bool can_fail() const override { return false; }

 private:
  std::shared_ptr<arrow::Scalar> value_;
};

bool IsTrue(const ArgumentInfo& argument) {
  return argument.literal != nullptr && argument.literal->is_valid &&
         static_cast<const arrow::BooleanScalar*>(argument.literal)->value;
}

/// The name is known before any row is, so the second argument must be too.
arrow::Result<ResolvedSignature> ResolveTypeOf(std::span<const ArgumentInfo> arguments) {
  static const Resolver by_signature =
      ResolveBy("TYPEOF", {{{AnyArg(), Optional(BooleanArg())}, ReturnsNullable(DataType::String())}});
  if (arguments.size() > 1 && arguments[1].literal == nullptr) {
    return arrow::Status::TypeError("The second argument of TYPEOF must be TRUE or FALSE itself");
  }
  return by_signature(arguments);
}

}  // namespace

void RegisterConversion(FunctionRegistry* registry) {
  registry->Add({.name = "TYPEOF",
                 .resolve = ResolveTypeOf,
                 .make_kernel = [](const CallSite& site) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
                   const DataType& type = site.arguments[0].type;
                   const bool serializable = site.arguments.size() > 1 && IsTrue(site.arguments[1]);
                   return std::make_unique<ConstantText>(serializable ? type.ToSerializableString() : type.ToString());
                 },
                 .can_fail = false,
                 .signature_text = "TYPEOF(value [, force_serializable])",
                 .description = "The name of the value's type"});
}

}  // namespace tidemark::expr
