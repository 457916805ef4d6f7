// SPDX-License-Identifier: Apache-2.0
// UUID: random UUIDs of version 4.
#include <atomic>
#include <random>

#include "expr/functions/define.h"
#include "expr/functions/string.h"

namespace tidemark::expr {
namespace {

class UuidKernel final : public ScalarKernel {
 public:
  UuidKernel(std::shared_ptr<arrow::DataType> type, uint64_t seed) : type_(std::move(type)), random_(seed) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum>, int64_t num_rows) override {
    StringSink sink;
    ARROW_RETURN_NOT_OK(sink.Reset(num_rows));
    for (int64_t row = 0; row < num_rows; ++row) {
      Append(sink);
      sink.EndRow();
    }
    ARROW_ASSIGN_OR_RAISE(auto data, sink.Finish(type_, num_rows, nullptr));
    return arrow::Datum(std::move(data));
  }

 private:
  void Append(StringSink& out) {
    constexpr uint64_t kVersion = 0x4000;
    constexpr uint64_t kVariant = uint64_t{1} << 63;
    const uint64_t high = (random_() & ~uint64_t{0xF000}) | kVersion;
    const uint64_t low = (random_() & (kVariant - 1) & ~(kVariant >> 1)) | kVariant;
    for (int digit = 0; digit < 32; ++digit) {
      if (digit == 8 || digit == 12 || digit == 16 || digit == 20) out.Append('-');
      const uint64_t word = digit < 16 ? high : low;
      out.Append("0123456789abcdef"[word >> (60 - 4 * (digit % 16)) & 15]);
    }
  }

  const std::shared_ptr<arrow::DataType> type_;
  std::mt19937_64 random_;
};

arrow::Result<std::unique_ptr<ScalarKernel>> MakeUuid(const CallSite& site) {
  // Each call site and each worker's copy of it draws its own numbers.
  static std::atomic<uint64_t> made{0};
  const uint64_t seed = site.context.random_seed + 0x9e3779b97f4a7c15 * (1 + made.fetch_add(1));
  return std::make_unique<UuidKernel>(site.return_type.ToArrow(), seed);
}

}  // namespace

void RegisterUuid(FunctionRegistry* registry) {
  ScalarFunction uuid =
      Define("UUID", {Signature{{}, ReturnsNotNull(DataType::Char(36))}}, MakeUuid, {"UUID()", "A random UUID"});
  uuid.deterministic = false;
  registry->Add(std::move(uuid));
}

}  // namespace tidemark::expr
