// SPDX-License-Identifier: Apache-2.0
// Resolving calls by declared signatures.
#include "expr/signature.h"

#include <arrow/scalar.h>

namespace tidemark::expr {
namespace {

using Predicate = std::function<bool(const DataType&)>;

Parameter Keeping(std::string text, Predicate accepts) {
  return Parameter{std::move(text), std::move(accepts), std::nullopt};
}

Parameter CastingTo(DataType type) {
  std::string text = type.ToString();
  auto accepts = [type](const DataType& from) { return IsImplicitlyCastable(from, type); };
  return Parameter{std::move(text), std::move(accepts), std::move(type)};
}

bool FitsCount(const Signature& signature, size_t count) {
  size_t required = 0;
  for (const auto& parameter : signature.parameters) required += parameter.optional ? 0 : 1;
  const bool unlimited = !signature.parameters.empty() && signature.parameters.back().repeated;
  return count >= required && (unlimited || count <= signature.parameters.size());
}

const Parameter& ParameterAt(const Signature& signature, size_t index) {
  return signature.parameters[std::min(index, signature.parameters.size() - 1)];
}

bool Fits(const Signature& signature, std::span<const ArgumentInfo> arguments) {
  if (!FitsCount(signature, arguments.size())) return false;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const DataType& type = arguments[i].type;
    const Parameter& parameter = ParameterAt(signature, i);
    if (type.kind() == TypeKind::kNull ? !parameter.takes_bare_null : !parameter.accepts(type)) return false;
  }
  return true;
}

DataType ResolveArgument(const Parameter& parameter, const DataType& type) {
  if (!parameter.cast_to) return type;
  const DataType& target = *parameter.cast_to;
  const bool stays = (type.is_character() && target.kind() == TypeKind::kVarChar) ||
                     (type.is_binary() && target.kind() == TypeKind::kVarBinary);
  return stays ? type : target.WithNullable(type.nullable());
}

std::string SignatureText(const Signature& signature) {
  std::string text = "(";
  int open = 0;
  for (size_t i = 0; i < signature.parameters.size(); ++i) {
    const auto& parameter = signature.parameters[i];
    if (parameter.optional) {
      text += i > 0 ? " [, " : "[";
      ++open;
    } else if (i > 0) {
      text += ", ";
    }
    text += parameter.text;
    if (parameter.repeated) text += ", ...";
  }
  return text + std::string(open, ']') + ")";
}

arrow::Status Mismatch(const std::string& name, const std::vector<Signature>& signatures,
                       std::span<const ArgumentInfo> arguments) {
  for (const auto& argument : arguments) {
    if (argument.type.kind() == TypeKind::kNull) return BareNullError(name);
  }
  std::string takes;
  for (size_t i = 0; i < signatures.size(); ++i) {
    if (i > 0) takes += " or ";
    takes += SignatureText(signatures[i]);
  }
  return arrow::Status::TypeError(name, " takes ", takes, ", not ", TypeListText(arguments));
}

}  // namespace

Parameter BooleanArg() { return CastingTo(DataType::Boolean()); }
Parameter IntArg() { return CastingTo(DataType::Int()); }
Parameter BigIntArg() { return CastingTo(DataType::BigInt()); }
Parameter DoubleArg() { return CastingTo(DataType::Double()); }
Parameter StringArg() { return CastingTo(DataType::String()); }
Parameter BytesArg() { return CastingTo(DataType::Bytes()); }
Parameter DateArg() { return CastingTo(DataType::Date()); }
Parameter TimestampArg(int32_t precision) { return CastingTo(DataType::Timestamp(precision)); }

Parameter AnyArg() {
  return OrNull(Keeping("<any>", [](const DataType&) { return true; }));
}
Parameter IntegerArg() {
  return Keeping("<integer>", [](const DataType& type) { return type.is_integer(); });
}
Parameter ExactNumericArg() {
  return Keeping("<exact numeric>", [](const DataType& type) { return type.is_exact_numeric(); });
}
Parameter NumericArg() {
  return Keeping("<numeric>", [](const DataType& type) { return type.is_numeric(); });
}
Parameter StringOrBytesArg() {
  return Keeping("STRING or BYTES", [](const DataType& type) { return type.is_character() || type.is_binary(); });
}
Parameter DatetimeArg() {
  return Keeping("<date or time>", [](const DataType& type) { return type.is_datetime(); });
}
Parameter ArrayArg() {
  return Keeping("ARRAY", [](const DataType& type) { return type.kind() == TypeKind::kArray; });
}
Parameter MapArg() {
  return Keeping("MAP", [](const DataType& type) { return type.kind() == TypeKind::kMap; });
}
Parameter RowArg() {
  return Keeping("ROW", [](const DataType& type) { return type.kind() == TypeKind::kRow; });
}
Parameter ArgWhere(std::string text, Predicate accepts) { return Keeping(std::move(text), std::move(accepts)); }

Parameter Optional(Parameter parameter) {
  parameter.optional = true;
  return parameter;
}

Parameter OrNull(Parameter parameter) {
  parameter.takes_bare_null = true;
  return parameter;
}

Parameter Repeated(Parameter parameter) {
  parameter.repeated = true;
  return parameter;
}

ReturnRule Returns(DataType type) {
  return [type](std::span<const ArgumentInfo> arguments) { return type.WithNullable(AnyNullable(arguments)); };
}

ReturnRule ReturnsNullable(DataType type) {
  return [type](std::span<const ArgumentInfo>) { return type.WithNullable(true); };
}

ReturnRule ReturnsNotNull(DataType type) {
  return [type](std::span<const ArgumentInfo>) { return type.NotNull(); };
}

ReturnRule ReturnsArgument(int index) {
  return [index](std::span<const ArgumentInfo> arguments) {
    return arguments[index].type.WithTimeAttribute(TimeAttribute::kNone).WithNullable(AnyNullable(arguments));
  };
}

Resolver ResolveBy(std::string function_name, std::vector<Signature> signatures) {
  return [name = std::move(function_name), signatures = std::move(signatures)](
             std::span<const ArgumentInfo> arguments) -> arrow::Result<ResolvedSignature> {
    for (const auto& signature : signatures) {
      if (!Fits(signature, arguments)) continue;
      ResolvedSignature resolved;
      std::vector<ArgumentInfo> infos;
      for (size_t i = 0; i < arguments.size(); ++i) {
        resolved.argument_types.push_back(ResolveArgument(ParameterAt(signature, i), arguments[i].type));
        infos.push_back({resolved.argument_types.back(), arguments[i].literal});
      }
      ARROW_ASSIGN_OR_RAISE(resolved.return_type, signature.returns(infos));
      return resolved;
    }
    return Mismatch(name, signatures, arguments);
  };
}

std::vector<Signature> OrNulls(std::vector<Signature> signatures) {
  for (auto& signature : signatures) {
    for (auto& parameter : signature.parameters) parameter.takes_bare_null = true;
  }
  return signatures;
}

arrow::Status BareNullError(const std::string& function_name) {
  return arrow::Status::TypeError(function_name, " does not take a NULL without a type; write CAST(NULL AS ...)");
}

bool IsImplicitlyCastable(const DataType& from, const DataType& to) {
  if (from.kind() == TypeKind::kNull) return true;
  if (from.is_integer() && to.is_integer()) return from.kind() <= to.kind();
  if (from.is_exact_numeric() && to.kind() == TypeKind::kDecimal) return true;
  if (from.is_exact_numeric() && to.is_approximate()) return true;
  if (from.is_approximate() && to.is_approximate()) return from.kind() <= to.kind();
  if (from.is_character() && to.is_character()) return true;
  if (from.is_binary() && to.is_binary()) return true;
  if (from.is_timestamp() && to.is_timestamp()) return true;
  if (from.kind() == TypeKind::kDate && to.is_timestamp()) return true;
  if (from.kind() == TypeKind::kTime && to.kind() == TypeKind::kTime) return true;
  return from.EqualsIgnoringNullability(to);
}

bool AnyNullable(std::span<const ArgumentInfo> arguments) {
  for (const auto& argument : arguments) {
    if (argument.type.nullable()) return true;
  }
  return false;
}

std::string TypeListText(std::span<const ArgumentInfo> arguments) {
  std::string text = "(";
  for (size_t i = 0; i < arguments.size(); ++i) {
    if (i > 0) text += ", ";
    text += arguments[i].type.WithNullable(true).WithTimeAttribute(TimeAttribute::kNone).ToString();
  }
  return text + ")";
}

std::optional<std::string> LiteralText(const ArgumentInfo& argument) {
  if (argument.literal == nullptr || !argument.literal->is_valid || !argument.type.is_character()) return std::nullopt;
  return static_cast<const arrow::BaseBinaryScalar*>(argument.literal)->value->ToString();
}

}  // namespace tidemark::expr
