// SPDX-License-Identifier: Apache-2.0
// Signatures of functions written as data: what each argument position takes, what comes back. Makes the `resolve` of a
// ScalarFunction, with one form of error message for all functions.
#pragma once

#include <functional>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "catalog/data_type.h"
#include "expr/function.h"

namespace tidemark::expr {

/// One argument position.
struct Parameter {
  /// "STRING", "<numeric>": for error messages.
  std::string text;
  /// Whether an argument of this type may stand here. Not asked about a bare NULL.
  std::function<bool(const DataType&)> accepts;
  /// What the argument is cast to; unset: it stays as it is. NULLability always stays.
  std::optional<DataType> cast_to;
  bool optional = false;
  /// Whether NULL itself may stand here, which has no type; a NULL of a type always may.
  bool takes_bare_null = false;
  /// Last parameter only: one or more arguments (zero or more if also `optional`).
  bool repeated = false;
};

/// Parameters that bring their argument to one type, by the implicit casts that Flink allows.
Parameter BooleanArg();
Parameter IntArg();
Parameter BigIntArg();
Parameter DoubleArg();
Parameter StringArg();  ///< CHAR and VARCHAR of any length stay as they are: all are utf8
Parameter BytesArg();   ///< BINARY and VARBINARY likewise
Parameter DateArg();
Parameter TimestampArg(int32_t precision);  ///< takes DATE, TIMESTAMP and TIMESTAMP_LTZ

/// Parameters that leave their argument as it is.
Parameter AnyArg();
Parameter IntegerArg();       ///< TINYINT .. BIGINT
Parameter ExactNumericArg();  ///< TINYINT .. BIGINT, DECIMAL
Parameter NumericArg();
Parameter StringOrBytesArg();
Parameter DatetimeArg();  ///< DATE, TIME, TIMESTAMP, TIMESTAMP_LTZ
Parameter ArrayArg();
Parameter MapArg();
Parameter RowArg();
/// Any type that `accepts`; `text` names it in messages.
Parameter ArgWhere(std::string text, std::function<bool(const DataType&)> accepts);

Parameter Optional(Parameter parameter);
Parameter OrNull(Parameter parameter);  ///< a bare NULL may stand there too
Parameter Repeated(Parameter parameter);

/// Computes the result type from arguments whose types are already resolved. Its nullability is final.
using ReturnRule = std::function<arrow::Result<DataType>(std::span<const ArgumentInfo>)>;

/// `type`, nullable if any argument is.
ReturnRule Returns(DataType type);
/// `type`, nullable whatever the arguments are: the function can give NULL for values that are not.
ReturnRule ReturnsNullable(DataType type);
/// `type` NOT NULL.
ReturnRule ReturnsNotNull(DataType type);
/// The type of argument `index`, nullable if any argument is.
ReturnRule ReturnsArgument(int index);

struct Signature {
  std::vector<Parameter> parameters;
  ReturnRule returns;
};

/// The same with bare NULLs allowed everywhere.
std::vector<Signature> OrNulls(std::vector<Signature> signatures);

using Resolver = std::function<arrow::Result<ResolvedSignature>(std::span<const ArgumentInfo>)>;

/// Takes the first signature that fits. None fits: TypeError "NAME takes (STRING, INT [, INT]), not (INT, INT)".
Resolver ResolveBy(std::string function_name, std::vector<Signature> signatures);

/// Whether a value of `from` may stand where `to` is asked for without CAST being written.
bool IsImplicitlyCastable(const DataType& from, const DataType& to);

/// "NAME does not take NULL without a type": the error for a bare NULL.
arrow::Status BareNullError(const std::string& function_name);

bool AnyNullable(std::span<const ArgumentInfo> arguments);

/// "(INT, STRING)": argument types for messages, without NOT NULL.
std::string TypeListText(std::span<const ArgumentInfo> arguments);

/// The text of an argument that is a string literal (symbols such as units arrive so); nullopt for anything else.
std::optional<std::string> LiteralText(const ArgumentInfo& argument);

}  // namespace tidemark::expr
