// SPDX-License-Identifier: Apache-2.0
// Aggregates over random changelogs against a naive model that keeps the rows of every group and computes anew: with
// batches of every size, sliced columns, saving and loading between batches, and merging of slices.
#include <arrow/api.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <numeric>
#include <random>

#include "expr/aggregates/accumulators_testing.h"
#include "expr/aggregates/ordered_counts.h"

namespace tidemark::expr {
namespace {

using Value = std::optional<int>;
using Values = std::vector<Value>;
/// The result as JSON, from the rows of one group in order of arrival.
using Model = std::function<std::string(const Values&)>;
/// A value as JSON of the argument's type.
using Print = std::function<std::string(int)>;

struct Case {
  AggregateCallText call;
  Print print;
  Model model;
  bool retracts = true;
};

std::vector<int> WithoutNulls(const Values& values) {
  std::vector<int> kept;
  for (const Value& value : values) {
    if (value) kept.push_back(*value);
  }
  return kept;
}

Values Unique(const Values& values) {
  Values unique;
  for (const Value& value : values) {
    if (std::find(unique.begin(), unique.end(), value) == unique.end()) unique.push_back(value);
  }
  return unique;
}

std::string Number(int value) { return std::to_string(value); }
std::string Text(int value) { return "\"t" + std::to_string(value) + std::string(value % 3 == 0 ? 20 : 0, 'x') + "\""; }
std::string Cents(int value) { return "\"" + std::to_string(value) + ".00\""; }
std::string Bool(int value) { return value % 2 == 0 ? "true" : "false"; }

Model Count() {
  return [](const Values& values) { return std::to_string(WithoutNulls(values).size()); };
}
Model Sum(Print print) {
  return [print](const Values& values) {
    const auto numbers = WithoutNulls(values);
    return numbers.empty() ? "null" : print(std::accumulate(numbers.begin(), numbers.end(), 0));
  };
}
Model Average() {
  return [](const Values& values) {
    const auto numbers = WithoutNulls(values);
    if (numbers.empty()) return std::string("null");
    return std::to_string(std::accumulate(numbers.begin(), numbers.end(), 0) / static_cast<int>(numbers.size()));
  };
}
Model Variance() {
  return [](const Values& values) {
    const auto numbers = WithoutNulls(values);
    if (numbers.size() < 2) return std::string("null");
    int sum = 0;
    int squares = 0;
    for (int number : numbers) {
      sum += number;
      squares += number * number;
    }
    const int count = static_cast<int>(numbers.size());
    return std::to_string((squares - sum * sum / count) / (count - 1));
  };
}
/// The extreme by the printed value's order, which `less` gives.
Model Extreme(Print print, bool max, std::function<bool(int, int)> less = std::less<int>()) {
  return [=](const Values& values) {
    auto numbers = WithoutNulls(values);
    if (numbers.empty()) return std::string("null");
    std::stable_sort(numbers.begin(), numbers.end(), less);
    return print(max ? numbers.back() : numbers.front());
  };
}
Model Edge(Print print, bool last) {
  return [=](const Values& values) {
    const auto numbers = WithoutNulls(values);
    return numbers.empty() ? "null" : print(last ? numbers.back() : numbers.front());
  };
}
Model ArrayOf(Print print) {
  return [print](const Values& values) {
    if (values.empty()) return std::string("null");
    std::string json = "[";
    for (const Value& value : values) json += (json.size() > 1 ? "," : "") + (value ? print(*value) : "null");
    return json + "]";
  };
}
Model Joined() {
  return [](const Values& values) {
    std::string json;
    for (int value : WithoutNulls(values)) {
      const std::string text = Text(value);
      json += (json.empty() ? "" : ",") + text.substr(1, text.size() - 2);
    }
    return json.empty() ? std::string("null") : "\"" + json + "\"";
  };
}
Model Median() {
  return [](const Values& values) {
    auto numbers = WithoutNulls(values);
    if (numbers.empty()) return std::string("null");
    std::sort(numbers.begin(), numbers.end());
    const size_t half = (numbers.size() - 1) / 2;
    const double upper = numbers.size() % 2 == 1 ? numbers[half] : numbers[half + 1];
    return std::to_string((numbers[half] + upper) / 2);
  };
}
Model OfUnique(Model model) {
  return [model](const Values& values) { return model(Unique(values)); };
}

std::vector<Case> Cases() {
  const auto by_text = [](int a, int b) { return Text(a) < Text(b); };
  const auto by_bool = [](int a, int b) { return Bool(a) < Bool(b); };
  std::vector<Case> cases = {
      {{"COUNT", {DataType::Int()}}, Number, Count()},
      {{"SUM", {DataType::Int()}}, Number, Sum(Number)},
      {{"SUM", {DataType::Double()}}, Number, Sum(Number)},
      {{"SUM", {DataType::Decimal(10, 2)}}, Cents, Sum(Cents)},
      {{"AVG", {DataType::BigInt()}}, Number, Average()},
      {{"VAR_SAMP", {DataType::Int()}}, Number, Variance()},
      {{"MIN", {DataType::Int()}}, Number, Extreme(Number, false)},
      {{"MAX", {DataType::Double()}}, Number, Extreme(Number, true)},
      {{"MAX", {DataType::Decimal(10, 2)}}, Cents, Extreme(Cents, true)},
      {{"MIN", {DataType::String()}}, Text, Extreme(Text, false, by_text)},
      {{"MAX", {DataType::Boolean()}}, Bool, Extreme(Bool, true, by_bool)},
      {{"FIRST_VALUE", {DataType::Int()}}, Number, Edge(Number, false)},
      {{"LAST_VALUE", {DataType::String()}}, Text, Edge(Text, true)},
      {{"LISTAGG", {DataType::String()}}, Text, Joined()},
      {{"ARRAY_AGG", {DataType::String()}}, Text, ArrayOf(Text)},
  };
  const size_t plain = cases.size();
  for (size_t i = 0; i < plain; ++i) {
    const std::string& name = cases[i].call.name;
    if (name == "FIRST_VALUE" || name == "LAST_VALUE" || cases[i].call.argument_types[0].kind() == TypeKind::kBoolean)
      continue;
    Case distinct = cases[i];
    distinct.call.distinct = true;
    distinct.model = OfUnique(distinct.model);
    // Which copy of a value stands first after retractions is not defined.
    distinct.retracts = name != "LISTAGG" && name != "ARRAY_AGG";
    cases.push_back(distinct);
  }
  return cases;
}

constexpr int kGroups = 5;

struct Row {
  int group;
  Value value;
  bool addition;
};

/// Additions, and retractions of rows that are there.
std::vector<Row> RandomChangelog(std::mt19937_64& random, bool retracts, int value_range) {
  std::vector<Row> rows;
  std::vector<Row> live;
  for (int i = 0; i < 120; ++i) {
    if (retracts && !live.empty() && random() % 5 < 2) {
      const size_t at = random() % live.size();
      rows.push_back({live[at].group, live[at].value, false});
      live.erase(live.begin() + static_cast<int64_t>(at));
      continue;
    }
    Row row{static_cast<int>(random() % kGroups), std::nullopt, true};
    if (random() % 6 != 0) row.value = static_cast<int>(random() % value_range) - value_range / 3;
    rows.push_back(row);
    live.push_back(row);
  }
  return rows;
}

void Apply(const std::vector<Row>& rows, std::vector<Values>* groups) {
  for (const Row& row : rows) {
    Values& values = (*groups)[row.group];
    if (row.addition) {
      values.push_back(row.value);
    } else {
      values.erase(std::find(values.begin(), values.end(), row.value));
    }
  }
}

std::string Expected(const Case& test, const std::vector<Values>& groups) {
  std::string json = "[";
  for (const Values& values : groups) json += (json.size() > 1 ? "," : "") + test.model(values);
  return json + "]";
}

/// Feeds `rows` in batches of random size; each batch holds rows of other queries around and between its own.
void Feed(const Case& test, const std::vector<Row>& rows, std::mt19937_64& random, Accumulators* accumulators) {
  for (size_t begin = 0; begin < rows.size();) {
    const size_t end = std::min(rows.size(), begin + 1 + random() % 40);
    std::string json = "[null";
    std::vector<int32_t> positions;
    std::vector<int> groups;
    std::vector<RowKind> kinds;
    for (size_t i = begin; i < end; ++i) {
      if (random() % 4 == 0) {
        json += "," + test.print(1);
        kinds.push_back(RowKind::kInsert);
      }
      positions.push_back(static_cast<int32_t>(kinds.size()));
      groups.push_back(rows[i].group);
      const bool update = random() % 2 == 0;
      kinds.push_back(rows[i].addition ? (update ? RowKind::kUpdateAfter : RowKind::kInsert)
                                       : (update ? RowKind::kUpdateBefore : RowKind::kDelete));
      json += "," + (rows[i].value ? test.print(*rows[i].value) : "null");
    }
    const auto column = ColumnFromJson(test.call.argument_types[0], json + "]")->Slice(1);
    ASSERT_TRUE(accumulators->Update({column}, positions, groups, test.call.retractable ? &kinds : nullptr).ok());
    if (random() % 4 == 0) accumulators->SaveAndLoad();
    begin = end;
  }
}

TEST(AggregateRetraction, RandomChangelogsEqualTheModel) {
  for (Case test : Cases()) {
    for (bool retractable : {false, true}) {
      if (retractable && !test.retracts) continue;
      test.call.retractable = retractable;
      for (uint64_t seed = 1; seed <= 12; ++seed) {
        SCOPED_TRACE(test.call.name + "(" + (test.call.distinct ? "DISTINCT " : "") +
                     test.call.argument_types[0].ToString() + ") retractable " + std::to_string(retractable) +
                     " seed " + std::to_string(seed));
        std::mt19937_64 random(seed);
        const auto rows = RandomChangelog(random, retractable, seed % 2 == 0 ? 4 : 40);
        std::vector<Values> groups(kGroups);
        Apply(rows, &groups);
        Accumulators accumulators(test.call, kGroups);
        Feed(test, rows, random, &accumulators);
        ExpectResults(accumulators, Expected(test, groups));
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(AggregateRetraction, MergedSlicesEqualTheWhole) {
  for (Case test : Cases()) {
    for (bool retractable : {false, true}) {
      // Which of several equal values a retraction takes differs when each slice sees only its own.
      const ArgumentInfo argument{test.call.argument_types[0]};
      if (retractable &&
          (!test.retracts || (IsOrderSensitive(test.call.name, {&argument, 1}) && test.call.name != "SUM")))
        continue;
      test.call.retractable = retractable;
      for (uint64_t seed = 1; seed <= 6; ++seed) {
        SCOPED_TRACE(test.call.name + (test.call.distinct ? " DISTINCT" : "") + " retractable " +
                     std::to_string(retractable) + " seed " + std::to_string(seed));
        std::mt19937_64 random(seed);
        const auto rows = RandomChangelog(random, retractable, 10);
        std::vector<Values> groups(kGroups);
        Apply(rows, &groups);
        // A retraction may lie in a later slice than its addition.
        const size_t cut = rows.size() / 3;
        Accumulators first(test.call, kGroups);
        Accumulators second(test.call, kGroups);
        Feed(test, {rows.begin(), rows.begin() + static_cast<int64_t>(cut)}, random, &first);
        Feed(test, {rows.begin() + static_cast<int64_t>(cut), rows.end()}, random, &second);
        second.SaveAndLoad();
        Accumulators merged(test.call, kGroups);
        merged.Merge(first);
        merged.Merge(second);
        ExpectResults(merged, Expected(test, groups));
        if (testing::Test::HasFailure()) return;
      }
    }
  }
}

TEST(AggregateRetraction, SumIsNullAgainWhenNoRowRemains) {
  AggregateCallText call{"SUM", {DataType::Int()}};
  call.retractable = true;
  Accumulators sum(call, 1);
  ASSERT_TRUE(sum.Update({"[3, 4, 3, 4]"}, {}, "++--").ok());
  ExpectResults(sum, "[null]");
}

TEST(AggregateRetraction, RetractionBeforeItsAdditionCancelsIt) {
  for (const char* name : {"MAX", "ARRAY_AGG", "FIRST_VALUE", "LAST_VALUE", "SUM"}) {
    SCOPED_TRACE(name);
    AggregateCallText call{name, {DataType::Int()}};
    call.retractable = true;
    Accumulators accumulators(call, 1);
    ASSERT_TRUE(accumulators.Update({"[9, 1]"}, {}, "-+").ok());
    accumulators.SaveAndLoad();
    ASSERT_TRUE(accumulators.Update({"[9]"}, {}, "+").ok());
    ExpectResults(accumulators, std::string(name) == "ARRAY_AGG" ? "[[1]]" : "[1]");
  }
}

TEST(AggregateRetraction, PercentileTakesValuesBack) {
  AggregateCallText call{"PERCENTILE", {DataType::Double(), DataType::Double()}};
  call.retractable = true;
  Accumulators median(call, 1);
  ASSERT_TRUE(median.Update({"[1, 5, 9, 100, 9]", "[0.5, 0.5, 0.5, 0.5, 0.5]"}, {}, "++++-").ok());
  ExpectResults(median, "[5]");
  ASSERT_TRUE(median.Update({"[1, 5, 100]", "[0.5, 0.5, 0.5]"}, {}, "---").ok());
  ExpectResults(median, "[null]");
  EXPECT_EQ(Median()({1, 5, 9}), "5.000000");
}

TEST(AggregateRetraction, StateIsGivenBackWithTheLastRow) {
  for (const char* name : {"MAX", "ARRAY_AGG", "LISTAGG", "LAST_VALUE"}) {
    AggregateCallText call{name, {DataType::String()}};
    call.retractable = true;
    Accumulators accumulators(call, 1);
    ASSERT_TRUE(accumulators.Update({R"(["some longer text than fits", "b"])"}, {}, "++").ok());
    EXPECT_GT(accumulators.function().ExternalBytes(accumulators.states()[0]), 0) << name;
    ASSERT_TRUE(accumulators.Update({R"(["b", "some longer text than fits"])"}, {}, "--").ok());
    EXPECT_EQ(accumulators.function().ExternalBytes(accumulators.states()[0]), 0) << name;
  }
}

TEST(OrderedCounts, EqualsAMapOverManyBlocks) {
  std::mt19937_64 random(7);
  OrderedCounts<int64_t, std::less<int64_t>> counts;
  std::map<int64_t, int64_t> model;
  for (int i = 0; i < 20000; ++i) {
    const auto value = static_cast<int64_t>(random() % 3000);
    const int64_t delta = i > 10000 && random() % 3 != 0 ? -1 : 1;
    counts.Change(value, delta);
    model[value] += delta;
    if (model[value] == 0) model.erase(value);
  }
  std::vector<std::pair<int64_t, int64_t>> actual;
  counts.ForEach([&](const auto& entry) { actual.emplace_back(entry.value, entry.count); });
  EXPECT_TRUE(std::equal(actual.begin(), actual.end(), model.begin(), model.end(),
                         [](const auto& a, const auto& b) { return a.first == b.first && a.second == b.second; }));
  EXPECT_EQ(counts.size(), model.size());
}

}  // namespace
}  // namespace tidemark::expr
