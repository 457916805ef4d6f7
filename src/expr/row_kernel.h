// SPDX-License-Identifier: Apache-2.0
// MapRows: makes a ScalarKernel out of a plain C++ lambda over one row's values. The loop over the rows is compiled
// around the lambda: no virtual call, no allocation per row.
//
//   MapRows([](std::string_view text, int32_t count) -> std::optional<std::string_view> { ... })
//   MapRows([](std::string_view text, StringSink& out) { for (char c : text) out.Append(Upper(c)); })
//
// Parameters: bool, int8_t .. int64_t, float, double, std::string_view, arrow::Decimal128 (unscaled), by the Arrow
// layout of the argument's type (catalog/data_type.h). A row with a NULL argument gives NULL and the lambda is not
// called, unless that parameter is a std::optional<T>: then the lambda sees the NULL as nullopt.
//
// Result R: one of the same types, or std::string for short ones (it costs an allocation when it is long); optional<R>
// where nullopt is NULL; arrow::Result<R> or arrow::Result<optional<R>> where a row may fail. With a last parameter
// `StringSink& out` the lambda appends its text to `out` and returns void, bool (false: NULL), arrow::Status or
// arrow::Result<bool>.
#pragma once

#include <arrow/util/bit_run_reader.h>

#include <optional>
#include <string>
#include <tuple>
#include <type_traits>
#include <utility>

#include "expr/column_reader.h"
#include "expr/column_writer.h"
#include "expr/function.h"

namespace tidemark::expr {

using KernelFactory = std::function<arrow::Result<std::unique_ptr<ScalarKernel>>(const CallSite&)>;

/// A new bitmap (offset 0) with bit r set where row r of both inputs is valid. Either may be null: all valid.
arrow::Result<std::shared_ptr<arrow::Buffer>> AndValidity(std::shared_ptr<arrow::Buffer> accumulated,
                                                          const uint8_t* validity, int64_t offset, int64_t num_rows);

/// NULL for every row: a scalar where `scalar`, else an array of `num_rows`.
arrow::Result<arrow::Datum> AllNull(const std::shared_ptr<arrow::DataType>& type, bool scalar, int64_t num_rows);

namespace internal {

template <typename T>
struct Unwrapped {
  using Value = T;
  static constexpr bool kOptional = false;
  static constexpr bool kFallible = false;
};
template <typename T>
struct Unwrapped<std::optional<T>> {
  using Value = T;
  static constexpr bool kOptional = true;
  static constexpr bool kFallible = false;
};
template <typename T>
struct Unwrapped<arrow::Result<T>> {
  using Value = typename Unwrapped<T>::Value;
  static constexpr bool kOptional = Unwrapped<T>::kOptional;
  static constexpr bool kFallible = true;
};

template <typename T>
using StrictReader = ColumnReader<typename Unwrapped<T>::Value>;

template <typename T>
inline constexpr bool kIsText = std::is_same_v<T, std::string> || std::is_same_v<T, std::string_view>;

/// The signature of a lambda, taken apart.
template <typename F>
struct Callable : Callable<decltype(&F::operator())> {};
template <typename C, typename R, typename... Args>
struct Callable<R (C::*)(Args...) const> {
  using Return = R;
  using Arguments = std::tuple<Args...>;
};
template <typename C, typename R, typename... Args>
struct Callable<R (C::*)(Args...)> : Callable<R (C::*)(Args...) const> {};

template <typename Tuple>
struct SplitSink {
  using Values = Tuple;
  static constexpr bool kHasSink = false;
};
/// Drops a last `StringSink&` from the list.
template <typename... Args>
  requires(sizeof...(Args) > 0 &&
           std::is_same_v<std::tuple_element_t<sizeof...(Args) - 1, std::tuple<Args...>>, StringSink&>)
struct SplitSink<std::tuple<Args...>> {
  static constexpr bool kHasSink = true;
  template <size_t... I>
  static std::tuple<std::tuple_element_t<I, std::tuple<Args...>>...> Take(std::index_sequence<I...>);
  using Values = decltype(Take(std::make_index_sequence<sizeof...(Args) - 1>()));
};

template <typename F, typename Values>
class RowKernel;

template <typename F, typename... Args>
class RowKernel<F, std::tuple<Args...>> final : public ScalarKernel {
 public:
  RowKernel(F function, std::shared_ptr<arrow::DataType> type)
      : function_(std::move(function)), type_(std::move(type)) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    return RunWith(args, num_rows, std::index_sequence_for<Args...>());
  }

 private:
  using Return = typename Callable<F>::Return;
  static constexpr bool kHasSink = SplitSink<typename Callable<F>::Arguments>::kHasSink;
  using Readers = std::tuple<StrictReader<std::decay_t<Args>>...>;

  template <typename Argument>
  static constexpr bool kStrict = !Unwrapped<std::decay_t<Argument>>::kOptional;

  template <typename Argument, typename Reader>
  static std::decay_t<Argument> Read(const Reader& reader, int64_t row) {
    if constexpr (kStrict<Argument>) {
      return reader.Value(row);
    } else {
      if (reader.IsNull(row)) return std::nullopt;
      return reader.Value(row);
    }
  }

  template <size_t... I>
  arrow::Result<arrow::Datum> RunWith(std::span<const arrow::Datum> args, int64_t num_rows,
                                      std::index_sequence<I...> all) {
    if (args.size() != sizeof...(Args)) return arrow::Status::Invalid("Wrong number of arguments for a kernel");
    Readers readers;
    ARROW_RETURN_NOT_OK(OpenAll(args, &readers, all));
    const bool scalar = (args[I].is_scalar() && ...);
    const int64_t count = scalar ? 1 : num_rows;
    if (((kStrict<Args> && std::get<I>(readers).all_null()) || ...)) return AllNull(type_, scalar, num_rows);
    std::shared_ptr<arrow::Buffer> validity;
    ARROW_RETURN_NOT_OK(CombineValidity(readers, count, &validity, all));
    ARROW_ASSIGN_OR_RAISE(auto data, Compute(readers, count, std::move(validity), all));
    if (!scalar) return arrow::Datum(std::move(data));
    ARROW_ASSIGN_OR_RAISE(auto value, arrow::MakeArray(data)->GetScalar(0));
    return arrow::Datum(std::move(value));
  }

  template <size_t... I>
  static arrow::Status OpenAll(std::span<const arrow::Datum> args, Readers* readers, std::index_sequence<I...>) {
    arrow::Status status;
    auto open = [&](auto* reader, const arrow::Datum& datum) {
      auto made = std::remove_pointer_t<decltype(reader)>::Make(datum);
      if (!made.ok()) {
        status = made.status();
        return false;
      }
      *reader = *std::move(made);
      return true;
    };
    (void)(open(&std::get<I>(*readers), args[I]) && ...);
    return status;
  }

  template <size_t... I>
  static arrow::Status CombineValidity(const Readers& readers, int64_t count, std::shared_ptr<arrow::Buffer>* validity,
                                       std::index_sequence<I...>) {
    arrow::Status status;
    auto add = [&](const ColumnReaderBase& reader, bool strict) {
      if (!strict || reader.is_scalar() || reader.validity() == nullptr) return true;
      status = AndValidity(std::move(*validity), reader.validity(), reader.validity_offset(), count).Value(validity);
      return status.ok();
    };
    (void)(add(std::get<I>(readers), kStrict<Args>) && ...);
    return status;
  }

  template <size_t... I>
  arrow::Result<std::shared_ptr<arrow::ArrayData>> Compute(const Readers& readers, int64_t count,
                                                           std::shared_ptr<arrow::Buffer> validity,
                                                           std::index_sequence<I...>) {
    if constexpr (kHasSink) {
      return ComputeText(count, std::move(validity), [&](int64_t row, StringSink& out) {
        return function_(Read<Args>(std::get<I>(readers), row)..., out);
      });
    } else if constexpr (kIsText<typename Unwrapped<Return>::Value>) {
      return ComputeText(count, std::move(validity), [&](int64_t row, StringSink& out) -> arrow::Result<bool> {
        return AppendResult(function_(Read<Args>(std::get<I>(readers), row)...), &out);
      });
    } else {
      return ComputeFixed(count, std::move(validity),
                          [&](int64_t row) -> Return { return function_(Read<Args>(std::get<I>(readers), row)...); });
    }
  }

  /// Appends a text result; false for NULL.
  template <typename T>
  static arrow::Result<bool> AppendResult(T result, StringSink* out) {
    if constexpr (Unwrapped<T>::kFallible) {
      if (!result.ok()) return result.status();
      return AppendValue(*result, out);
    } else {
      return AppendValue(result, out);
    }
  }
  template <typename T>
  static bool AppendValue(const T& value, StringSink* out) {
    if constexpr (Unwrapped<T>::kOptional) {
      if (!value) return false;
      out->Append(std::string_view(*value));
    } else {
      out->Append(std::string_view(value));
    }
    return true;
  }

  template <typename Emit>
  arrow::Result<std::shared_ptr<arrow::ArrayData>> ComputeText(int64_t count, std::shared_ptr<arrow::Buffer> validity,
                                                               Emit&& emit) {
    StringSink sink;
    ValidityWriter nulls;
    ARROW_RETURN_NOT_OK(sink.Reset(count));
    nulls.Reset(count, validity);
    int64_t next = 0;
    auto run = [&](int64_t start, int64_t length) -> arrow::Status {
      for (; next < start; ++next) sink.EndRow();
      for (; next < start + length; ++next) {
        ARROW_ASSIGN_OR_RAISE(const bool valid, CallSink(emit, next, sink));
        if (valid) {
          sink.EndRow();
        } else {
          sink.EndRowEmpty();
          ARROW_RETURN_NOT_OK(nulls.SetNull(next));
        }
      }
      return arrow::Status::OK();
    };
    // The bitmap may change under the reader only at rows already passed.
    ARROW_RETURN_NOT_OK(arrow::internal::VisitSetBitRuns(validity ? validity->data() : nullptr, 0, count, run));
    for (; next < count; ++next) sink.EndRow();
    return sink.Finish(type_, count, nulls.buffer());
  }

  template <typename Emit>
  static arrow::Result<bool> CallSink(Emit& emit, int64_t row, StringSink& sink) {
    using Emitted = decltype(emit(row, sink));
    if constexpr (std::is_void_v<Emitted>) {
      emit(row, sink);
      return true;
    } else if constexpr (std::is_same_v<Emitted, arrow::Status>) {
      ARROW_RETURN_NOT_OK(emit(row, sink));
      return true;
    } else {
      return emit(row, sink);
    }
  }

  template <typename Emit>
  arrow::Result<std::shared_ptr<arrow::ArrayData>> ComputeFixed(int64_t count, std::shared_ptr<arrow::Buffer> validity,
                                                                Emit&& emit) {
    using Value = typename Unwrapped<Return>::Value;
    ColumnWriter<Value> writer;
    ARROW_RETURN_NOT_OK(writer.Reset(count, validity));
    auto run = [&](int64_t start, int64_t length) -> arrow::Status {
      for (int64_t row = start; row < start + length; ++row) {
        if constexpr (Unwrapped<Return>::kFallible) {
          auto result = emit(row);
          ARROW_RETURN_NOT_OK(result.status());
          ARROW_RETURN_NOT_OK(Store(&writer, row, *result));
        } else {
          ARROW_RETURN_NOT_OK(Store(&writer, row, emit(row)));
        }
      }
      return arrow::Status::OK();
    };
    ARROW_RETURN_NOT_OK(arrow::internal::VisitSetBitRuns(validity ? validity->data() : nullptr, 0, count, run));
    return writer.Finish(type_);
  }

  template <typename Writer, typename T>
  static arrow::Status Store(Writer* writer, int64_t row, const T& value) {
    if constexpr (Unwrapped<T>::kOptional) {
      if (!value) return writer->SetNull(row);
      writer->Set(row, *value);
    } else {
      writer->Set(row, value);
    }
    return arrow::Status::OK();
  }

  F function_;
  std::shared_ptr<arrow::DataType> type_;
};

}  // namespace internal

/// A kernel for one call site out of a lambda that may hold the call site's own state (a compiled pattern, a time
/// zone).
template <typename F>
std::unique_ptr<ScalarKernel> MakeRowKernel(const DataType& return_type, F function) {
  using Values = typename internal::SplitSink<typename internal::Callable<F>::Arguments>::Values;
  return std::make_unique<internal::RowKernel<F, Values>>(std::move(function), return_type.ToArrow());
}
template <typename F>
std::unique_ptr<ScalarKernel> MakeRowKernel(const CallSite& site, F function) {
  return MakeRowKernel(site.return_type, std::move(function));
}

/// The `make_kernel` of a function that needs nothing from its call site.
template <typename F>
KernelFactory MapRows(F function) {
  return [function = std::move(function)](const CallSite& site) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
    return MakeRowKernel(site, function);
  };
}

}  // namespace tidemark::expr
