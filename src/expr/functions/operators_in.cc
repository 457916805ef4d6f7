// SPDX-License-Identifier: Apache-2.0
// IN over a list of values: a set that is built once when all of them are literals, comparisons one by one otherwise.
#include <arrow/compute/api_scalar.h>

#include <algorithm>
#include <unordered_set>

#include "expr/decimal_math.h"
#include "expr/functions/operators.h"
#include "expr/row_kernel.h"
#include "expr/signature.h"

namespace tidemark::expr {
namespace {

using KernelResult = arrow::Result<std::unique_ptr<ScalarKernel>>;

arrow::Result<DataType> ListType(std::span<const ArgumentInfo> arguments) {
  std::vector<DataType> types;
  for (const auto& argument : arguments) types.push_back(argument.type.WithTimeAttribute(TimeAttribute::kNone));
  auto common = CommonType(types);
  if (common.ok()) return common;
  // Text beside a date or time is read as one; beside anything else both are compared as text.
  const DataType& value = arguments[0].type;
  const bool all_text = std::all_of(arguments.begin() + 1, arguments.end(), [](const auto& argument) {
    return argument.type.is_character() || argument.type.kind() == TypeKind::kNull;
  });
  if (value.is_datetime() && all_text) return value;
  for (const auto& type : types) {
    if (type.is_nested() || type.is_binary() || (value.is_character() && type.is_datetime())) return common.status();
  }
  const bool any_text =
      std::any_of(types.begin(), types.end(), [](const DataType& type) { return type.is_character(); });
  if (!any_text) return common.status();
  return DataType::String();
}

arrow::Result<ResolvedSignature> ResolveIn(std::span<const ArgumentInfo> arguments) {
  if (arguments.size() < 2)
    return arrow::Status::TypeError("IN takes a value and a list, not ", TypeListText(arguments));
  auto type = ListType(arguments);
  if (!type.ok()) return arrow::Status::TypeError("IN cannot compare the types ", TypeListText(arguments));
  ResolvedSignature resolved;
  for (const auto& argument : arguments)
    resolved.argument_types.push_back(type->WithNullable(argument.type.nullable()));
  resolved.return_type = DataType::Boolean().WithNullable(AnyNullable(arguments));
  return resolved;
}

/// What a set keeps for each type of value.
template <typename T>
struct SetKey {
  using Type = std::conditional_t<std::is_integral_v<T>, int64_t, T>;
  static Type Of(T value) { return value; }
};
template <>
struct SetKey<std::string_view> {
  using Type = std::string;
  static std::string_view Of(std::string_view value) { return value; }
};
template <>
struct SetKey<float> {
  using Type = double;
  static double Of(float value) { return value; }
};
template <>
struct SetKey<arrow::Decimal128> {
  using Type = Int128;
  static Int128 Of(const arrow::Decimal128& value) { return ToInt128(value); }
};

struct KeyHash {
  using is_transparent = void;
  size_t operator()(std::string_view key) const { return std::hash<std::string_view>()(key); }
  size_t operator()(double key) const { return std::hash<double>()(key); }
  size_t operator()(int64_t key) const { return static_cast<size_t>(key) * 0x9E3779B97F4A7C15ULL >> 7; }
  size_t operator()(Int128 key) const { return (*this)(static_cast<int64_t>(key ^ (key >> 64))); }
};

/// The literals of a list. Few are compared one after the other, more are hashed.
template <typename T>
class LiteralSet {
 public:
  static arrow::Result<LiteralSet> Make(std::span<const ArgumentInfo> items) {
    LiteralSet set;
    for (const auto& item : items) {
      if (!item.literal->is_valid) {
        set.has_null_ = true;
        continue;
      }
      ARROW_ASSIGN_OR_RAISE(auto array, arrow::MakeArrayFromScalar(*item.literal, 1));
      ARROW_ASSIGN_OR_RAISE(auto reader, ColumnReader<T>::Make(arrow::Datum(array)));
      set.few_.push_back(typename SetKey<T>::Type(SetKey<T>::Of(reader.Value(0))));
    }
    constexpr size_t kFewMax = 8;
    if (set.few_.size() > kFewMax) {
      set.many_.insert(set.few_.begin(), set.few_.end());
      set.few_.clear();
    }
    return set;
  }

  bool has_null() const { return has_null_; }
  bool Contains(const T& value) const {
    const auto key = SetKey<T>::Of(value);
    if (many_.empty()) {
      bool found = false;
      for (const auto& one : few_) found |= one == key;
      return found;
    }
    return many_.find(key) != many_.end();
  }

 private:
  using Key = typename SetKey<T>::Type;
  bool has_null_ = false;
  std::vector<Key> few_;
  std::unordered_set<Key, KeyHash, std::equal_to<>> many_;
};

/// Hands only the value to the kernel: the list is in its set.
class ValueOnly final : public ScalarKernel {
 public:
  explicit ValueOnly(std::unique_ptr<ScalarKernel> kernel) : kernel_(std::move(kernel)) {}
  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    return kernel_->Run(args.first(1), num_rows);
  }

 private:
  std::unique_ptr<ScalarKernel> kernel_;
};

template <typename T>
KernelResult MakeSetKernel(const CallSite& site) {
  ARROW_ASSIGN_OR_RAISE(auto made, LiteralSet<T>::Make(std::span(site.arguments).subspan(1)));
  auto set = std::make_shared<const LiteralSet<T>>(std::move(made));
  if (!set->has_null()) {
    return std::make_unique<ValueOnly>(MakeRowKernel(site, [set](T value) { return set->Contains(value); }));
  }
  return std::make_unique<ValueOnly>(MakeRowKernel(site, [set](T value) -> std::optional<bool> {
    return set->Contains(value) ? std::optional(true) : std::nullopt;
  }));
}

/// value = a OR value = b OR ...
class ComparingKernel final : public ScalarKernel {
 public:
  explicit ComparingKernel(std::unique_ptr<ScalarKernel> equal) : equal_(std::move(equal)) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    arrow::Datum any(false);
    for (size_t i = 1; i < args.size(); ++i) {
      const arrow::Datum both[] = {args[0], args[i]};
      ARROW_ASSIGN_OR_RAISE(auto equal, equal_->Run(both, num_rows));
      ARROW_ASSIGN_OR_RAISE(any, arrow::compute::KleeneOr(any, equal));
    }
    return any;
  }

 private:
  std::unique_ptr<ScalarKernel> equal_;
};

KernelResult MakeComparing(const CallSite& site, const ScalarFunction& equal) {
  const std::vector<ArgumentInfo> both = {{site.arguments[0].type}, {site.arguments[0].type}};
  ARROW_ASSIGN_OR_RAISE(auto kernel, equal.make_kernel(CallSite{both, site.return_type, site.context}));
  return std::make_unique<ComparingKernel>(std::move(kernel));
}

KernelResult MakeIn(const CallSite& site, const ScalarFunction& equal) {
  const bool all_literals = std::all_of(site.arguments.begin() + 1, site.arguments.end(),
                                        [](const auto& argument) { return argument.literal != nullptr; });
  if (!all_literals) return MakeComparing(site, equal);
  switch (site.arguments[0].type.kind()) {
    case TypeKind::kTinyInt:
      return MakeSetKernel<int8_t>(site);
    case TypeKind::kSmallInt:
      return MakeSetKernel<int16_t>(site);
    case TypeKind::kInt:
    case TypeKind::kDate:
    case TypeKind::kTime:
    case TypeKind::kIntervalYearMonth:
      return MakeSetKernel<int32_t>(site);
    case TypeKind::kBigInt:
    case TypeKind::kTimestamp:
    case TypeKind::kTimestampLtz:
    case TypeKind::kIntervalDayTime:
      return MakeSetKernel<int64_t>(site);
    case TypeKind::kFloat:
      return MakeSetKernel<float>(site);
    case TypeKind::kDouble:
      return MakeSetKernel<double>(site);
    case TypeKind::kDecimal:
      return MakeSetKernel<arrow::Decimal128>(site);
    case TypeKind::kChar:
    case TypeKind::kVarChar:
    case TypeKind::kBinary:
    case TypeKind::kVarBinary:
      return MakeSetKernel<std::string_view>(site);
    default:
      return MakeComparing(site, equal);
  }
}

}  // namespace

void RegisterIn(FunctionRegistry* registry) {
  const ScalarFunction* equal = registry->Find("=");
  registry->Add({.name = "IN",
                 .resolve = ResolveIn,
                 .make_kernel = [equal](const CallSite& site) { return MakeIn(site, *equal); },
                 .can_fail = false,
                 .signature_text = "a IN (b, c, ...)",
                 .description = "TRUE if a equals a value of the list; NULL if none does but one is NULL"});
}

}  // namespace tidemark::expr
