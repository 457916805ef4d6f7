// SPDX-License-Identifier: Apache-2.0
// Short forms for describing built-in functions, and parameters that several groups share.
#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "expr/function.h"
#include "expr/row_kernel.h"
#include "expr/signature.h"

namespace tidemark::expr {

struct FunctionText {
  std::string signature;    ///< "REPEAT(text, count)"
  std::string description;  ///< one line
};

/// A deterministic function that no row can make fail.
inline ScalarFunction Define(const std::string& name, std::vector<Signature> signatures, KernelFactory kernel,
                             FunctionText text) {
  ScalarFunction function;
  function.name = name;
  function.resolve = ResolveBy(name, std::move(signatures));
  function.make_kernel = std::move(kernel);
  function.can_fail = false;
  function.signature_text = std::move(text.signature);
  function.description = std::move(text.description);
  return function;
}

/// The same where some rows make it fail.
inline ScalarFunction DefineFallible(const std::string& name, std::vector<Signature> signatures, KernelFactory kernel,
                                     FunctionText text) {
  ScalarFunction function = Define(name, std::move(signatures), std::move(kernel), std::move(text));
  function.can_fail = true;
  return function;
}

/// A plain function as a function object, so that the loop over the rows is compiled around it.
template <auto Function>
struct Inline;
template <typename R, typename... Args, R (*Function)(Args...)>
struct Inline<Function> {
  R operator()(Args... args) const { return Function(args...); }
};

/// A count or position: any integer type, brought to BIGINT.
inline Parameter CountArg() {
  Parameter parameter = IntegerArg();
  parameter.text = "INT";
  parameter.cast_to = DataType::BigInt();
  return parameter;
}

/// Any number, brought to DOUBLE.
inline Parameter AnyDoubleArg() {
  Parameter parameter = NumericArg();
  parameter.cast_to = DataType::Double();
  return parameter;
}

/// CHAR or VARCHAR only, unlike StringArg without implicit casts.
inline Parameter TextArg() {
  Parameter parameter = StringArg();
  parameter.accepts = [](const DataType& type) { return type.is_character(); };
  return parameter;
}

/// VARCHAR as long as argument 0, or VARBINARY; nullable if any argument is.
inline arrow::Result<DataType> VaryingLikeFirst(std::span<const ArgumentInfo> arguments) {
  const DataType& first = arguments[0].type;
  const bool nullable = AnyNullable(arguments);
  return (first.is_binary() ? DataType::VarBinary(first.length()) : DataType::VarChar(first.length()))
      .WithNullable(nullable);
}

/// The same, but always nullable.
inline arrow::Result<DataType> NullableVaryingLikeFirst(std::span<const ArgumentInfo> arguments) {
  ARROW_ASSIGN_OR_RAISE(DataType type, VaryingLikeFirst(arguments));
  return type.WithNullable(true);
}

}  // namespace tidemark::expr
