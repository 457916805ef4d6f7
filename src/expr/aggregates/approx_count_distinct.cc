// SPDX-License-Identifier: Apache-2.0
// APPROX_COUNT_DISTINCT(x): number of distinct values, exact up to kExactMax, then by HyperLogLog with about 0.8 %
// error (estimator: Ertl, "New cardinality estimation algorithms for HyperLogLog sketches", 2017).
#include <arrow/array.h>

#include <bit>
#include <cmath>
#include <limits>
#include <optional>

#include "expr/aggregates/definition.h"
#include "expr/aggregates/held_state.h"
#include "expr/aggregates/key_counts.h"
#include "expr/aggregates/result_column.h"
#include "expr/aggregates/value_codec.h"

namespace tidemark::expr {
namespace {

constexpr int64_t kExactMax = 1024;
constexpr int kIndexBits = 14;
constexpr size_t kRegisters = size_t{1} << kIndexBits;
constexpr int kRankMax = 64 - kIndexBits + 1;

double Sigma(double x) {
  if (x == 1) return std::numeric_limits<double>::infinity();
  double weight = 1;
  double sum = x;
  for (double before = -1; sum != before;) {
    x *= x;
    before = sum;
    sum += x * weight;
    weight += weight;
  }
  return sum;
}

double Tau(double x) {
  if (x == 0 || x == 1) return 0;
  double weight = 1;
  double sum = 1 - x;
  for (double before = -1; sum != before;) {
    x = std::sqrt(x);
    before = sum;
    weight *= 0.5;
    sum -= (1 - x) * (1 - x) * weight;
  }
  return sum / 3;
}

/// A set of hashes, first exact, then as HyperLogLog registers.
class Sketch {
 public:
  void Add(uint64_t hash) {
    if (registers_.empty()) {
      // The set drops a key whose count returns to 0, so a key is only ever counted up from 0 to 1.
      if (exact_.Change(hash, 1) != 0) exact_.Change(hash, -1);
      if (exact_.size() > kExactMax) Spill();
      return;
    }
    Raise(hash);
  }

  void Merge(const Sketch& other) {
    if (other.registers_.empty()) {
      other.exact_.ForEach([this](uint64_t hash, int64_t) { Add(hash); });
      return;
    }
    if (registers_.empty()) Spill();
    for (size_t i = 0; i < kRegisters; ++i) registers_[i] = std::max(registers_[i], other.registers_[i]);
  }

  int64_t Estimate() const {
    if (registers_.empty()) return exact_.size();
    int64_t multiplicity[kRankMax + 1] = {};
    for (uint8_t rank : registers_) ++multiplicity[rank];
    const double m = static_cast<double>(kRegisters);
    double z = m * Tau(1 - static_cast<double>(multiplicity[kRankMax]) / m);
    for (int k = kRankMax - 1; k >= 1; --k) z = 0.5 * (z + static_cast<double>(multiplicity[k]));
    z += m * Sigma(static_cast<double>(multiplicity[0]) / m);
    return std::llround(m * m / (2 * std::log(2.0) * z));
  }

  int64_t memory_bytes() const { return exact_.memory_bytes() + static_cast<int64_t>(registers_.capacity()); }

  /// Form: number of hashes (u32) and hashes (u64), or 0xFFFFFFFF and the registers.
  void Save(std::string* out) const {
    if (!registers_.empty()) {
      PutFixed(kDense, out);
      out->append(reinterpret_cast<const char*>(registers_.data()), registers_.size());
      return;
    }
    PutFixed(static_cast<uint32_t>(exact_.size()), out);
    exact_.ForEach([out](uint64_t hash, int64_t) { PutFixed(hash, out); });
  }
  bool Load(std::string_view* saved) {
    uint32_t size = 0;
    if (!TakeFixed(saved, &size)) return false;
    if (size == kDense) {
      if (saved->size() < kRegisters) return false;
      registers_.assign(saved->begin(), saved->begin() + kRegisters);
      for (uint8_t rank : registers_) {
        if (rank > kRankMax) return false;
      }
      saved->remove_prefix(kRegisters);
      return true;
    }
    uint64_t hash = 0;
    for (uint32_t i = 0; i < size; ++i) {
      if (!TakeFixed(saved, &hash)) return false;
      Add(hash);
    }
    return true;
  }

 private:
  static constexpr uint32_t kDense = 0xFFFFFFFF;

  void Spill() {
    registers_.assign(kRegisters, 0);
    exact_.ForEach([this](uint64_t hash, int64_t) { Raise(hash); });
    exact_ = WordCounts();
  }
  void Raise(uint64_t hash) {
    const size_t index = hash >> (64 - kIndexBits);
    const auto rank = static_cast<uint8_t>(std::min(std::countl_zero(hash << kIndexBits) + 1, kRankMax));
    registers_[index] = std::max(registers_[index], rank);
  }

  WordCounts exact_;
  std::vector<uint8_t> registers_;
};

class ApproxCountDistinct final : public HeldAggregate<Sketch> {
 public:
  explicit ApproxCountDistinct(DataType type) { type_ = std::move(type); }

  arrow::Status Update(const AggregateInput& input) const override {
    const arrow::Array& column = *input.args[0];
    std::string encoded;
    ForEachRow(input, [&](size_t i, int32_t row, auto) {
      if (column.IsNull(row)) return;
      encoded.clear();
      AppendValue(column, row, &encoded);
      Make(input.states[i]).Add(StableHash(encoded));
    });
    return arrow::Status::OK();
  }
  arrow::Status Merge(std::span<uint8_t* const> targets, std::span<uint8_t* const> sources) const override {
    for (size_t i = 0; i < targets.size(); ++i) {
      if (const Sketch* source = HeldAt(sources[i])) Make(targets[i]).Merge(*source);
    }
    return arrow::Status::OK();
  }
  arrow::Result<std::shared_ptr<arrow::Array>> Finalize(std::span<uint8_t* const> states) const override {
    return MakeResultColumn<int64_t>(type_, static_cast<int64_t>(states.size()),
                                     [&](int64_t i) -> std::optional<int64_t> {
                                       const Sketch* sketch = HeldAt(states[i]);
                                       return sketch == nullptr ? 0 : sketch->Estimate();
                                     });
  }

  /// Saved form: version (u8 = 1), sketch.
  arrow::Status Save(const uint8_t* state, std::string* out) const override {
    const Sketch none;
    PutFixed(kVersion, out);
    (HeldAt(state) != nullptr ? *HeldAt(state) : none).Save(out);
    return arrow::Status::OK();
  }
  arrow::Result<int64_t> Load(std::string_view saved, uint8_t* state) const override {
    const size_t length = saved.size();
    ARROW_RETURN_NOT_OK(TakeVersion(&saved, kVersion, "APPROX_COUNT_DISTINCT"));
    auto sketch = std::make_unique<Sketch>();
    if (!sketch->Load(&saved)) return DamagedAccumulator("APPROX_COUNT_DISTINCT");
    new (state) State(sketch.release());
    return static_cast<int64_t>(length - saved.size());
  }

 private:
  static constexpr uint8_t kVersion = 1;
};

bool IsCountable(const DataType& type) { return type.is_numeric() || type.is_character() || type.is_datetime(); }

}  // namespace

void AddApproxCountDistinct(AggregateList* list) {
  AggregateDefinition definition;
  definition.name = "APPROX_COUNT_DISTINCT";
  definition.resolve = ResolveBy(
      "APPROX_COUNT_DISTINCT",
      {Signature{{ArgWhere("<number, text, date or time>", IsCountable)}, ReturnsNotNull(DataType::BigInt())}});
  definition.make = [](const AggregateCallSite&,
                       const DataType& type) -> arrow::Result<std::unique_ptr<AggregateFunction>> {
    return std::make_unique<ApproxCountDistinct>(type);
  };
  definition.insert_only = true;
  definition.signature_text = "APPROX_COUNT_DISTINCT(value)";
  definition.description = "About how many distinct values there are";
  list->push_back(std::move(definition));
}

}  // namespace tidemark::expr
