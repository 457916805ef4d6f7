// SPDX-License-Identifier: Apache-2.0
// Which casts exist, and the choice of the kernel for one.
#include "expr/cast.h"

#include <arrow/array.h>

#include "expr/cast_kernels.h"
#include "expr/evaluator.h"

namespace tidemark::expr {
namespace {

std::string NameOf(const DataType& type) {
  return type.WithNullable(true).WithTimeAttribute(TimeAttribute::kNone).ToString();
}

arrow::Status NoSuchCast(const DataType& from, const DataType& to) {
  std::string hint;
  if (from.is_numeric() && to.kind() == TypeKind::kTimestamp) {
    hint = "; use TO_TIMESTAMP(FROM_UNIXTIME(...))";
  } else if (from.is_numeric() && to.kind() == TypeKind::kTimestampLtz) {
    hint = "; use TO_TIMESTAMP_LTZ(...)";
  } else if (from.is_timestamp() && to.is_numeric()) {
    hint = "; use UNIX_TIMESTAMP(CAST(... AS STRING))";
  }
  return arrow::Status::TypeError("Cannot cast ", NameOf(from), " to ", NameOf(to), hint);
}

bool IsBooleanOrNumeric(const DataType& type) { return type.kind() == TypeKind::kBoolean || type.is_numeric(); }

bool ScalarCastExists(const DataType& from, const DataType& to) {
  if (to.is_character()) return true;
  if (from.is_character()) return IsBooleanOrNumeric(to) || to.is_binary() || to.is_datetime();
  if (from.is_binary()) return to.is_binary();
  if (IsBooleanOrNumeric(from) && IsBooleanOrNumeric(to)) return true;
  if (from.is_exact_numeric()) return to.is_interval();
  if (from.is_interval()) return from.kind() == to.kind();
  if (from.kind() == TypeKind::kDate) return to.kind() == TypeKind::kDate || to.is_timestamp();
  if (from.kind() == TypeKind::kTime) return to.kind() == TypeKind::kTime || to.is_timestamp();
  return from.is_timestamp() && to.is_datetime();
}

class NullCast final : public ScalarKernel {
 public:
  explicit NullCast(std::shared_ptr<arrow::DataType> type) : type_(std::move(type)) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    return AllNull(type_, args[0].is_scalar(), num_rows);
  }

 private:
  std::shared_ptr<arrow::DataType> type_;
};

/// Hands the column on. For casts that change nothing but the type's name.
class IdentityCast final : public ScalarKernel {
 public:
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t) override { return args[0]; }
};

}  // namespace

arrow::Status CastError(const std::string& value, const DataType& to) {
  constexpr size_t kShownMax = 80;
  const std::string shown = value.size() <= kShownMax ? value : value.substr(0, kShownMax) + "...";
  return arrow::Status::Invalid("Cannot cast '", shown, "' to ", NameOf(to));
}

arrow::Status CheckCast(const DataType& from, const DataType& to) {
  if (from.kind() == TypeKind::kNull) return arrow::Status::OK();
  if (to.is_character()) return arrow::Status::OK();
  if (from.is_nested() || to.is_nested()) {
    if (from.kind() != to.kind() || from.fields().size() != to.fields().size()) return NoSuchCast(from, to);
    for (size_t i = 0; i < from.fields().size(); ++i) {
      if (!CheckCast(from.fields()[i].type, to.fields()[i].type).ok()) return NoSuchCast(from, to);
    }
    return arrow::Status::OK();
  }
  return ScalarCastExists(from, to) ? arrow::Status::OK() : NoSuchCast(from, to);
}

bool IsCastIdentity(const DataType& from, const DataType& to) {
  if (from.is_character() && to.kind() == TypeKind::kVarChar) return from.length() <= to.length();
  if (from.is_binary() && to.kind() == TypeKind::kVarBinary) return from.length() <= to.length();
  return from.EqualsIgnoringNullability(to);
}

bool CastCanFail(const DataType& from, const DataType& to) {
  if (from.kind() == TypeKind::kNull || IsCastIdentity(from, to) || to.is_character()) return false;
  if (from.is_nested()) {
    for (size_t i = 0; i < from.fields().size() && i < to.fields().size(); ++i) {
      if (CastCanFail(from.fields()[i].type, to.fields()[i].type)) return true;
    }
    return false;
  }
  if (from.is_character()) return !to.is_binary();
  if (from.is_approximate()) return to.kind() == TypeKind::kDecimal;
  // Nanoseconds reach from 1677 to 2262 only.
  return from.is_datetime() && to.is_timestamp() && to.precision() > 6 &&
         !(from.is_timestamp() && from.precision() > 6);
}

arrow::Result<std::unique_ptr<ScalarKernel>> MakeCast(const DataType& from, const DataType& to, bool is_try,
                                                      const FunctionContext& context) {
  ARROW_RETURN_NOT_OK(CheckCast(from, to));
  if (from.kind() == TypeKind::kNull) return std::make_unique<NullCast>(to.ToArrow());
  if (IsCastIdentity(from, to)) return std::make_unique<IdentityCast>();
  if (to.is_character()) return MakeCastToString(from, to, context);
  if (from.is_nested()) return MakeNestedCast(from, to, is_try, context);
  if (to.is_binary()) return MakeCastToBinary(from, to);
  if (from.is_character()) return MakeCastFromString(from, to, is_try, context);
  if (from.is_datetime()) return MakeTemporalCast(from, to, is_try, context);
  return MakeNumericCast(from, to, is_try);
}

arrow::Result<arrow::Datum> CastValue(const arrow::Datum& value, const DataType& from, const DataType& to, bool is_try,
                                      const FunctionContext& context) {
  ARROW_ASSIGN_OR_RAISE(auto kernel, MakeCast(from, to, is_try, context));
  const arrow::Datum args[] = {value};
  return kernel->Run(args, value.is_scalar() ? 1 : value.length());
}

}  // namespace tidemark::expr
