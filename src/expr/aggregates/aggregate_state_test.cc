// SPDX-License-Identifier: Apache-2.0
// Accumulators that were saved and loaded, perhaps several times, go on exactly as those that never were.
#include <arrow/api.h>
#include <gtest/gtest.h>

#include <random>

#include "expr/aggregates/accumulators_testing.h"

namespace tidemark::expr {
namespace {

constexpr int kGroups = 3;

struct Argument {
  DataType type;
  std::vector<const char*> values;  ///< as JSON, some of them equal in part, special, or empty
};

std::vector<Argument> Arguments() {
  return {
      {DataType::Boolean(), {"true", "false", "null"}},
      {DataType::TinyInt(), {"-128", "127", "0", "1", "null"}},
      {DataType::SmallInt(), {"-3", "300", "0", "null"}},
      {DataType::Int(), {"-3", "2147483647", "0", "5", "6", "null"}},
      {DataType::BigInt(), {"-9223372036854775808", "9223372036854775807", "0", "1", "null"}},
      {DataType::Float(), {"1.5", "-0.0", "0.0", "NaN", "-2.25", "null"}},
      {DataType::Double(), {"1.5", "-0.0", "0.0", "NaN", "Inf", "1e300", "null"}},
      {DataType::Decimal(10, 2), {R"("1.50")", R"("-99999999.99")", R"("0.00")", "null"}},
      {DataType::Decimal(38, 0), {R"("99999999999999999999999999999999999999")", R"("-1")", "null"}},
      {DataType::String(), {R"("")", R"("a")", R"("a text that is longer than sixteen bytes")", R"("é")", "null"}},
      {DataType::Bytes(), {R"("")", R"("ab")", "null"}},
      {DataType::Date(), {"0", "-7", "20000", "null"}},
      {DataType::Timestamp(3), {"0", "-7", "1600000000000", "null"}},
      {DataType::TimestampLtz(6), {"0", "-7", "1600000000000000", "null"}},
      {DataType::Array(DataType::Int()), {"[]", "[1]", "[1, null]", "null"}},
      {DataType::Map(DataType::String(), DataType::Int()), {"[]", R"([["a", 1]])", R"([["a", null]])", "null"}},
      {DataType::Row({{"x", DataType::Int()}, {"y", DataType::String()}}),
       {R"({"x": 1, "y": "a"})", R"({"x": null, "y": ""})", "null"}},
      {DataType::Array(DataType::Row({{"x", DataType::Decimal(5, 1)}})), {R"([{"x": "1.5"}, null])", "[]", "null"}},
  };
}

/// The calls of every function that takes the argument.
std::vector<AggregateCallText> CallsOf(const DataType& type) {
  std::vector<AggregateCallText> calls;
  for (const std::string& name : AggregateNames()) {
    for (int form = 0; form < 4; ++form) {
      AggregateCallText call{name, {type}};
      call.distinct = form % 2 != 0;
      call.retractable = form >= 2;
      const ArgumentInfo argument{type, nullptr};
      const auto resolved = ResolveAggregate(name, {&argument, 1});
      if (!resolved.ok()) continue;
      call.argument_types = resolved->argument_types;
      AggregateCallSite site{name, {{call.argument_types[0], nullptr}}, call.distinct, {}, call.retractable};
      if (MakeAggregate(site).ok()) calls.push_back(call);
    }
  }
  return calls;
}

/// Rows for random groups; some take back rows of before.
class RandomRows {
 public:
  RandomRows(const Argument& argument, bool retractable, uint64_t seed)
      : argument_(argument), retractable_(retractable), random_(seed) {}

  void Feed(const std::vector<Accumulators*>& all) {
    std::string json = "[";
    std::vector<int32_t> rows;
    std::vector<int> groups;
    std::vector<RowKind> kinds;
    const uint64_t count = 1 + random_() % 8;
    for (uint64_t row = 0; row < count; ++row) {
      std::pair<int, size_t> drawn{random_() % kGroups, random_() % argument_.values.size()};
      bool adds = true;
      if (retractable_ && !live_.empty() && random_() % 3 == 0) {
        std::swap(live_[random_() % live_.size()], live_.back());
        drawn = live_.back();
        live_.pop_back();
        adds = false;
      } else {
        live_.push_back(drawn);
      }
      json += (row > 0 ? "," : "") + std::string(argument_.values[drawn.second]);
      rows.push_back(static_cast<int32_t>(row));
      groups.push_back(drawn.first);
      kinds.push_back(adds ? RowKind::kInsert : RowKind::kDelete);
    }
    for (Accumulators* each : all) {
      const auto column = ColumnFromJson(each->argument_type(0), json + "]");
      ASSERT_TRUE(each->Update({column}, rows, groups, retractable_ ? &kinds : nullptr).ok());
    }
  }

  std::mt19937_64& random() { return random_; }

 private:
  const Argument& argument_;
  const bool retractable_;
  std::mt19937_64 random_;
  std::vector<std::pair<int, size_t>> live_;
};

void ExpectSame(Accumulators& one, Accumulators& other) {
  const auto options = arrow::EqualOptions::Defaults().nans_equal(true).signed_zeros_equal(false);
  auto expected = one.function().Finalize(one.states());
  auto actual = other.function().Finalize(other.states());
  ASSERT_EQ(actual.ok(), expected.ok());  // SINGLE_VALUE of several
  if (!expected.ok()) return;
  ASSERT_TRUE((*actual)->ValidateFull().ok());
  ASSERT_TRUE((*actual)->Equals(**expected, options)) << (*actual)->ToString() << "\nexpected\n"
                                                      << (*expected)->ToString();
}

TEST(AggregateState, SavedAccumulatorsGoOnAsTheOthers) {
  int calls = 0;
  for (const Argument& argument : Arguments()) {
    for (const AggregateCallText& call : CallsOf(argument.type)) {
      ++calls;
      for (uint64_t seed = 1; seed <= 4; ++seed) {
        SCOPED_TRACE(call.name + (call.distinct ? "(DISTINCT " : "(") + argument.type.ToString() + ") retractable " +
                     std::to_string(call.retractable) + " seed " + std::to_string(seed));
        Accumulators kept(call, kGroups);
        Accumulators saved(call, kGroups);
        RandomRows rows(argument, call.retractable, seed);
        for (int batch = 0; batch < 12; ++batch) {
          rows.Feed({&kept, &saved});
          if (rows.random()() % 3 == 0) saved.SaveAndLoad();
          ExpectSame(kept, saved);
          if (testing::Test::HasFailure()) return;
        }
        // And they are merged alike.
        Accumulators whole(call, kGroups);
        Accumulators again(call, kGroups);
        rows.Feed({&whole, &again});
        whole.Merge(kept);
        again.Merge(saved);
        ExpectSame(whole, again);
        if (testing::Test::HasFailure()) return;
      }
    }
  }
  EXPECT_GT(calls, 300);
}

TEST(AggregateState, DamagedBytesDoNotCrash) {
  for (const Argument& argument : Arguments()) {
    for (const AggregateCallText& call : CallsOf(argument.type)) {
      Accumulators whole(call, kGroups);
      RandomRows rows(argument, call.retractable, 5);
      for (int batch = 0; batch < 4; ++batch) rows.Feed({&whole});
      std::string bytes;
      ASSERT_TRUE(whole.function().Save(whole.states()[0], &bytes).ok());
      for (int way = 0; way < 40; ++way) {
        std::string damaged = bytes.substr(0, way % 2 == 0 ? bytes.size() : rows.random()() % (bytes.size() + 1));
        for (int flip = 0; flip < way % 4 && !damaged.empty(); ++flip) {
          damaged[rows.random()() % damaged.size()] ^= static_cast<char>(1 << rows.random()() % 8);
        }
        std::vector<uint64_t> memory(static_cast<size_t>(whole.function().state_size()) / 8 + 1);
        auto* state = reinterpret_cast<uint8_t*>(memory.data());
        const auto consumed = whole.function().Load(damaged, state);
        if (!consumed.ok()) continue;
        EXPECT_LE(*consumed, static_cast<int64_t>(damaged.size()));
        (void)whole.function().Finalize(std::vector<uint8_t*>{state});
        whole.function().Destroy(state);
      }
    }
  }
}

TEST(AggregateState, DistinctValuesAreMergedInOrder) {
  for (const char* name : {"FIRST_VALUE", "LAST_VALUE", "ARRAY_AGG"}) {
    AggregateCallText call{name, {DataType::Int()}};
    call.distinct = true;
    Accumulators slice(call, 1);
    ASSERT_TRUE(slice.Update({"[9, 3, 7, 5, 1, 9, 8, 2, 4, 6]"}).ok());
    Accumulators merged(call, 1);
    merged.Merge(slice);
    SCOPED_TRACE(name);
    ExpectSame(slice, merged);
  }
}

}  // namespace
}  // namespace tidemark::expr
