// SPDX-License-Identifier: Apache-2.0
// Registers all functions of arrays and maps, and resolves those whose arguments depend on each other.
#include "expr/functions/collection.h"

#include "catalog/common_type.h"
#include "expr/functions/register.h"

namespace tidemark::expr {

namespace {

/// As anywhere, and also where it loses digits or the time of day.
bool IsCastToElement(const DataType& type, const DataType& element) {
  if (element.kind() == TypeKind::kDecimal && type.is_numeric()) return true;
  if (element.kind() == TypeKind::kDate && type.kind() == TypeKind::kTimestamp) return true;
  return IsImplicitlyCastable(type, element);
}

}  // namespace

Resolver ResolveArrayAndElement(std::string name, ReturnRule returns) {
  return [name = std::move(name),
          returns = std::move(returns)](std::span<const ArgumentInfo> arguments) -> arrow::Result<ResolvedSignature> {
    const bool fits = arguments.size() == 2 && arguments[0].type.kind() == TypeKind::kArray &&
                      IsCastToElement(arguments[1].type, arguments[0].type.element());
    if (!fits) return arrow::Status::TypeError(name, " takes (ARRAY<t>, t), not ", TypeListText(arguments));
    const DataType element = arguments[0].type.element().WithNullable(arguments[1].type.nullable());
    const ArgumentInfo resolved[] = {{arguments[0].type, arguments[0].literal}, {element, arguments[1].literal}};
    ARROW_ASSIGN_OR_RAISE(DataType type, returns(resolved));
    return ResolvedSignature{{arguments[0].type, element}, type};
  };
}

Resolver ResolveCommon(std::string name, TypeKind kind, size_t least, size_t most) {
  return [=](std::span<const ArgumentInfo> arguments) -> arrow::Result<ResolvedSignature> {
    std::vector<DataType> types;
    bool fits = arguments.size() >= least && arguments.size() <= most;
    for (const ArgumentInfo& argument : arguments) {
      fits = fits && argument.type.kind() == kind;
      types.push_back(argument.type);
    }
    const char* what = kind == TypeKind::kArray ? "ARRAY<t>" : "MAP<k, v>";
    const auto common = fits ? MergedType(types) : arrow::Status::TypeError("");
    if (!common.ok() || common->kind() != kind) {
      return arrow::Status::TypeError(name, " takes (", what, ", ", what, most > 2 ? ", ..." : "",
                                      ") of a common type, not ", TypeListText(arguments));
    }
    ResolvedSignature resolved;
    for (const DataType& type : types) resolved.argument_types.push_back(common->WithNullable(type.nullable()));
    resolved.return_type = common->WithNullable(AnyNullable(arguments));
    return resolved;
  };
}

void RegisterCollection(FunctionRegistry* registry) {
  RegisterArrayElement(registry);
  RegisterArrayChange(registry);
  RegisterArraySet(registry);
  RegisterArrayOrder(registry);
  RegisterArrayJoin(registry);
  RegisterMap(registry);
}

}  // namespace tidemark::expr
