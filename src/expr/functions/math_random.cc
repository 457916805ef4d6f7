// SPDX-License-Identifier: Apache-2.0
// RAND([seed]), RAND_INTEGER([seed,] bound). A constant seed starts one sequence that goes on from row to row; a seed
// from a column starts anew in every row. Without a seed the sequence depends on the job's seed.
#include <atomic>
#include <optional>

#include "expr/functions/define.h"
#include "expr/functions/java_random.h"
#include "expr/functions/math.h"

namespace tidemark::expr {
namespace {

/// Draws `draw(random, bound, value*)` per row, a Status where the bound is not positive.
class RandomKernel final : public ScalarKernel {
 public:
  RandomKernel(DataType type, bool seeded, uint64_t own_seed)
      : type_(std::move(type)),
        integer_(type_.is_integer()),
        seeded_(seeded),
        random_(static_cast<int64_t>(own_seed)) {}

  arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) override {
    std::optional<ColumnReader<int32_t>> seeds;
    std::optional<ColumnReader<int32_t>> bounds;
    if (seeded_) {
      ARROW_ASSIGN_OR_RAISE(seeds, ColumnReader<int32_t>::Make(args[0]));
      if (seeds->is_scalar() && !started_ && !seeds->IsNull(0)) {
        random_ = JavaRandom(seeds->Value(0));
        started_ = true;
      }
    }
    if (integer_) {
      ARROW_ASSIGN_OR_RAISE(bounds, ColumnReader<int32_t>::Make(args.back()));
    }
    return integer_ ? Draw<int32_t>(seeds, bounds, num_rows) : Draw<double>(seeds, bounds, num_rows);
  }

 private:
  using Reader = std::optional<ColumnReader<int32_t>>;

  template <typename T>
  arrow::Result<arrow::Datum> Draw(const Reader& seeds, const Reader& bounds, int64_t num_rows) {
    ColumnWriter<T> writer;
    ARROW_RETURN_NOT_OK(writer.Reset(num_rows, nullptr));
    for (int64_t row = 0; row < num_rows; ++row) {
      if ((seeds && seeds->IsNull(row)) || (bounds && bounds->IsNull(row))) {
        ARROW_RETURN_NOT_OK(writer.SetNull(row));
        continue;
      }
      if (seeds && !seeds->is_scalar()) random_ = JavaRandom(seeds->Value(row));
      if constexpr (std::is_same_v<T, int32_t>) {
        const int32_t bound = bounds->Value(row);
        if (bound <= 0) return arrow::Status::Invalid("The bound of RAND_INTEGER must be positive: ", bound);
        writer.Set(row, random_.NextInt(bound));
      } else {
        writer.Set(row, random_.NextDouble());
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto data, writer.Finish(type_.ToArrow()));
    return arrow::Datum(std::move(data));
  }

  const DataType type_;
  const bool integer_;
  const bool seeded_;
  JavaRandom random_;
  bool started_ = false;
};

KernelFactory MakeRandom(size_t arguments_with_seed) {
  return [arguments_with_seed](const CallSite& site) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
    // Each call site and each worker's copy of it draws its own numbers.
    static std::atomic<uint64_t> made{0};
    const uint64_t own_seed = site.context.random_seed + 0x9e3779b97f4a7c15 * (1 + made.fetch_add(1));
    return std::make_unique<RandomKernel>(site.return_type, site.arguments.size() == arguments_with_seed, own_seed);
  };
}

ScalarFunction Random(ScalarFunction function) {
  function.deterministic = false;
  return function;
}

}  // namespace

void RegisterMathRandom(FunctionRegistry* registry) {
  registry->Add(Random(Define("RAND", {Signature{{Optional(IntArg())}, Returns(DataType::Double())}}, MakeRandom(1),
                              {"RAND([seed])", "A random number from 0 up to, not including, 1"})));
  registry->Add(Random(DefineFallible(
      "RAND_INTEGER",
      {Signature{{IntArg()}, Returns(DataType::Int())}, Signature{{IntArg(), IntArg()}, Returns(DataType::Int())}},
      MakeRandom(2), {"RAND_INTEGER([seed,] bound)", "A random whole number from 0 up to, not including, the bound"})));
}

}  // namespace tidemark::expr
