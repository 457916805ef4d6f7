// SPDX-License-Identifier: Apache-2.0
// Kernels over fixed-width values by total functions: the function runs on every slot of the column, NULL or not, in a
// loop that the compiler can vectorize, and the arguments' validity becomes the result's. For arithmetic, comparison
// and conversions; a function that can fail or give NULL belongs into MapRows (row_kernel.h).
#pragma once

#include <arrow/array.h>
#include <arrow/util/bitmap_ops.h>

#include <utility>

#include "expr/row_kernel.h"

namespace tidemark::expr {

namespace internal {

/// Writes bit i = predicate(i), 64 at a time. REQUIRES: `out` has room for whole bytes.
template <typename Predicate>
void PackBits(int64_t count, uint8_t* out, Predicate&& predicate) {
  constexpr int64_t kBlock = 64;
  // Eight bytes of 0 or 1 times this constant put their lowest bits side by side into the top byte.
  constexpr uint64_t kGather = 0x0102040810204080ULL;
  int64_t at = 0;
  for (; at + kBlock <= count; at += kBlock) {
    uint8_t flags[kBlock];
    for (int64_t i = 0; i < kBlock; ++i) flags[i] = static_cast<uint8_t>(predicate(at + i));
    for (int64_t i = 0; i < kBlock; i += 8) {
      uint64_t eight;
      std::memcpy(&eight, flags + i, sizeof(eight));
      *out++ = static_cast<uint8_t>((eight * kGather) >> 56);
    }
  }
  for (int64_t bit = 0; at < count; ++at, ++bit) {
    if (bit % 8 == 0) out[bit / 8] = 0;
    out[bit / 8] |= static_cast<uint8_t>(static_cast<uint8_t>(predicate(at)) << (bit % 8));
  }
}

/// A column of `Out` (bool: a bitmap) with value(i) in slot i.
template <typename Out, typename Value>
arrow::Result<std::shared_ptr<arrow::Buffer>> FillColumn(int64_t count, Value&& value) {
  if constexpr (std::is_same_v<Out, bool>) {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(arrow::bit_util::BytesForBits(count)));
    PackBits(count, buffer->mutable_data(), value);
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  } else {
    ARROW_ASSIGN_OR_RAISE(auto buffer, arrow::AllocateBuffer(count * static_cast<int64_t>(sizeof(Out))));
    auto* out = reinterpret_cast<Out*>(buffer->mutable_data());
    for (int64_t i = 0; i < count; ++i) out[i] = value(i);
    return std::shared_ptr<arrow::Buffer>(std::move(buffer));
  }
}

inline arrow::Result<arrow::Datum> FinishValues(const std::shared_ptr<arrow::DataType>& type, bool scalar,
                                                int64_t count, std::shared_ptr<arrow::Buffer> validity,
                                                std::shared_ptr<arrow::Buffer> values) {
  auto data = arrow::ArrayData::Make(type, count, {std::move(validity), std::move(values)});
  if (!scalar) return arrow::Datum(std::move(data));
  ARROW_ASSIGN_OR_RAISE(auto value, arrow::MakeArray(data)->GetScalar(0));
  return arrow::Datum(std::move(value));
}

template <typename F, typename In>
class ValueKernel1 final : public ScalarKernel {
 public:
  ValueKernel1(F function, std::shared_ptr<arrow::DataType> type)
      : function_(std::move(function)), type_(std::move(type)) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    using Out = typename Callable<F>::Return;
    if (args.size() != 1) return arrow::Status::Invalid("Wrong number of arguments for a kernel");
    ARROW_ASSIGN_OR_RAISE(auto in, ColumnReader<In>::Make(args[0]));
    if (in.all_null()) return AllNull(type_, in.is_scalar(), num_rows);
    const int64_t count = in.is_scalar() ? 1 : num_rows;
    ARROW_ASSIGN_OR_RAISE(auto validity, AndValidity(nullptr, in.validity(), in.validity_offset(), count));
    ARROW_ASSIGN_OR_RAISE(auto values, FillColumn<Out>(count, [&](int64_t i) { return function_(in.Slot(i)); }));
    return FinishValues(type_, in.is_scalar(), count, std::move(validity), std::move(values));
  }

 private:
  F function_;
  std::shared_ptr<arrow::DataType> type_;
};

template <typename F, typename Left, typename Right>
class ValueKernel2 final : public ScalarKernel {
 public:
  ValueKernel2(F function, std::shared_ptr<arrow::DataType> type)
      : function_(std::move(function)), type_(std::move(type)) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    if (args.size() != 2) return arrow::Status::Invalid("Wrong number of arguments for a kernel");
    ARROW_ASSIGN_OR_RAISE(auto left, ColumnReader<Left>::Make(args[0]));
    ARROW_ASSIGN_OR_RAISE(auto right, ColumnReader<Right>::Make(args[1]));
    const bool scalar = left.is_scalar() && right.is_scalar();
    if (left.all_null() || right.all_null()) return AllNull(type_, scalar, num_rows);
    const int64_t count = scalar ? 1 : num_rows;
    std::shared_ptr<arrow::Buffer> validity;
    if (!left.is_scalar()) {
      ARROW_ASSIGN_OR_RAISE(validity, AndValidity(std::move(validity), left.validity(), left.validity_offset(), count));
    }
    if (!right.is_scalar()) {
      ARROW_ASSIGN_OR_RAISE(validity,
                            AndValidity(std::move(validity), right.validity(), right.validity_offset(), count));
    }
    ARROW_ASSIGN_OR_RAISE(auto values, Fill(left, right, count));
    return FinishValues(type_, scalar, count, std::move(validity), std::move(values));
  }

 private:
  using Out = typename Callable<F>::Return;

  // One loop for each shape, so that the constant side stays in a register.
  arrow::Result<std::shared_ptr<arrow::Buffer>> Fill(const ColumnReader<Left>& left, const ColumnReader<Right>& right,
                                                     int64_t count) {
    if (left.is_scalar()) {
      const Left constant = left.Value(0);
      return FillColumn<Out>(count, [&, constant](int64_t i) { return function_(constant, right.Slot(i)); });
    }
    if (right.is_scalar()) {
      const Right constant = right.Value(0);
      return FillColumn<Out>(count, [&, constant](int64_t i) { return function_(left.Slot(i), constant); });
    }
    return FillColumn<Out>(count, [&](int64_t i) { return function_(left.Slot(i), right.Slot(i)); });
  }

  F function_;
  std::shared_ptr<arrow::DataType> type_;
};

template <typename F, typename Tuple>
struct ValueKernelOf;
template <typename F, typename In>
struct ValueKernelOf<F, std::tuple<In>> {
  using Type = ValueKernel1<F, In>;
};
template <typename F, typename Left, typename Right>
struct ValueKernelOf<F, std::tuple<Left, Right>> {
  using Type = ValueKernel2<F, Left, Right>;
};

}  // namespace internal

/// A kernel of one or two arguments out of a total function over their C++ values (as for MapRows; the result is of
/// fixed width).
template <typename F>
std::unique_ptr<ScalarKernel> MakeValueKernel(const DataType& return_type, F function) {
  using Kernel = typename internal::ValueKernelOf<F, typename internal::Callable<F>::Arguments>::Type;
  return std::make_unique<Kernel>(std::move(function), return_type.ToArrow());
}

/// The `make_kernel` of a function that needs nothing from its call site.
template <typename F>
KernelFactory MapValues(F function) {
  return [function](const CallSite& site) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
    return MakeValueKernel(site.return_type, function);
  };
}

}  // namespace tidemark::expr
