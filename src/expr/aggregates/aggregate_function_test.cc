// SPDX-License-Identifier: Apache-2.0
// Results of every aggregate function over inserted rows. The values are what Flink 2.2 gives.
#include "expr/aggregate_function.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include "expr/aggregates/accumulators_testing.h"

namespace tidemark::expr {
namespace {

AggregateCallText Call(std::string name, std::vector<DataType> types) { return {std::move(name), std::move(types)}; }

AggregateCallText Distinct(std::string name, std::vector<DataType> types) {
  AggregateCallText call = Call(std::move(name), std::move(types));
  call.distinct = true;
  return call;
}

AggregateCallText ListAgg(const std::string& separator, bool distinct = false) {
  AggregateCallText call =
      Call("LISTAGG", {DataType::String(), DataType::Char(static_cast<int32_t>(separator.size()))});
  call.literals = {"", separator};
  call.distinct = distinct;
  return call;
}

std::string TypeOf(const std::string& name, const std::vector<DataType>& types) {
  std::vector<ArgumentInfo> arguments;
  for (const auto& type : types) arguments.push_back({type});
  auto resolved = ResolveAggregate(name, arguments);
  return resolved.ok() ? resolved->return_type.ToString() : resolved.status().ToString();
}

TEST(AggregateFunction, CountsRowsOrValues) {
  Accumulators rows(Call("COUNT", {}), 2);
  ASSERT_TRUE(rows.Update(std::vector<std::string>{}, {0, 1, 0}).ok());
  ExpectResults(rows, "[2, 1]");
  ExpectAggregate(Call("COUNT", {DataType::Int()}), {"[1, null, 1]"}, "2");
  ExpectAggregate(Call("COUNT", {DataType::Int()}), {"[null]"}, "0");
  ExpectAggregate(Call("COUNT", {DataType::Int(), DataType::String()}), {"[1, null, 1]", R"(["a", "b", null])"}, "1");
  ExpectAggregate(Distinct("COUNT", {DataType::Int(), DataType::Int()}), {"[1, 1, null, 1]", "[2, null, 1, 2]"}, "1");
}

TEST(AggregateFunction, SumHasTheArgumentsTypeAndWraps) {
  ExpectAggregate(Call("SUM", {DataType::Int()}), {"[2147483647, null, 1]"}, "-2147483648");
  ExpectAggregate(Call("SUM", {DataType::TinyInt()}), {"[127, 1]"}, "-128");
  ExpectAggregate(Call("SUM", {DataType::SmallInt()}), {"[1, 2, 4]"}, "7");
  ExpectAggregate(Call("SUM", {DataType::BigInt()}), {"[9223372036854775807, 1]"}, "-9223372036854775808");
  ExpectAggregate(Call("SUM", {DataType::Float()}), {"[1.1, 2.2, 4.3]"}, "7.6000004");
  ExpectAggregate(Call("SUM", {DataType::Double()}), {"[0.1, 0.2, 0.3]"}, "0.6000000000000001");
  ExpectAggregate(Call("SUM", {DataType::Decimal(5, 2)}), {R"(["1.11", "2.22", "4.35"])"}, R"("7.68")");
  ExpectAggregate(Call("SUM", {DataType::Int()}), {"[null, null]"}, "null");
  ExpectAggregate(Call("SUM", {DataType::Int()}), {"[]"}, "null");
  ExpectAggregate(Call("SUM0", {DataType::Int()}), {"[null]"}, "0");
  ExpectAggregate(Call("SUM0", {DataType::Decimal(5, 2)}), {"[]"}, R"("0.00")");
}

TEST(AggregateFunction, DecimalSumBeyond38DigitsIsNull) {
  const std::string nines(38, '9');
  ExpectAggregate(Call("SUM", {DataType::Decimal(38, 0)}), {"[\"" + nines + "\", \"1\"]"}, "null");
  ExpectAggregate(Call("SUM", {DataType::Decimal(38, 0)}), {"[\"" + nines + "\", \"1\", \"-2\"]"},
                  "\"99999999999999999999999999999999999998\"");
  ExpectAggregate(Call("AVG", {DataType::Decimal(38, 0)}), {"[\"" + nines + "\"]"}, "null");
}

TEST(AggregateFunction, AverageKeepsTheTypeAndTruncatesIntegers) {
  ExpectAggregate(Call("AVG", {DataType::Int()}), {"[2147483647, 1]"}, "1073741824");
  ExpectAggregate(Call("AVG", {DataType::Int()}), {"[-1, -1, -1, -2]"}, "-1");
  ExpectAggregate(Call("AVG", {DataType::TinyInt()}), {"[127, 1, null]"}, "64");
  ExpectAggregate(Call("AVG", {DataType::BigInt()}), {"[9223372036854775807, 1]"}, "-4611686018427387904");
  ExpectAggregate(Call("AVG", {DataType::Float()}), {"[1.1, 2.2, 4.3]"}, "2.5333333");
  ExpectAggregate(Call("AVG", {DataType::Double()}), {"[0.1, 0.2, 0.3]"}, "0.20000000000000004");
  ExpectAggregate(Call("AVG", {DataType::Decimal(10, 2)}), {R"(["1.00", "0.00", "1.00"])"}, R"("0.666667")");
  ExpectAggregate(Call("AVG", {DataType::Decimal(10, 2)}), {R"(["-1.00", "0.00", "-1.00"])"}, R"("-0.666667")");
  ExpectAggregate(Call("AVG", {DataType::Decimal(10, 7)}), {R"(["1.0000000", "0.0000000", "1.0000000"])"},
                  R"("0.6666667")");
  ExpectAggregate(
      Call("AVG", {DataType::Decimal(38, 30)}),
      {R"(["1.000000000000000000000000000000", "0.000000000000000000000000000000", "1.000000000000000000000000000000"])"},
      R"("0.666666666666666666666666666667")");
  ExpectAggregate(Call("AVG", {DataType::Int()}), {"[null]"}, "null");
}

TEST(AggregateFunction, MinAndMaxOfEveryOrderedType) {
  auto both = [](const DataType& type, const std::string& column, const std::string& min, const std::string& max) {
    for (bool retractable : {false, true}) {
      AggregateCallText call = Call("MIN", {type});
      call.retractable = retractable;
      ExpectAggregate(call, {column}, min);
      call.name = "MAX";
      ExpectAggregate(call, {column}, max);
    }
  };
  both(DataType::TinyInt(), "[3, null, -4, 1]", "-4", "3");
  both(DataType::SmallInt(), "[3, null, -4, 1]", "-4", "3");
  both(DataType::Int(), "[3, null, -4, 1]", "-4", "3");
  both(DataType::BigInt(), "[3, null, -4, 1]", "-4", "3");
  both(DataType::Float(), "[3.5, null, -4.25, 1]", "-4.25", "3.5");
  both(DataType::Double(), "[3.5, null, -4.25, 1]", "-4.25", "3.5");
  both(DataType::Decimal(5, 2), R"(["3.50", null, "-4.25"])", R"("-4.25")", R"("3.50")");
  both(DataType::String(), R"(["b", null, "a", "\u00e9", "ba", ""])", R"("")", R"("\u00e9")");
  both(DataType::Char(3), R"(["b", "a"])", R"("a")", R"("b")");
  both(DataType::Boolean(), "[true, null, false]", "false", "true");
  both(DataType::Date(), "[5, -3, 9]", "-3", "9");
  both(DataType::Time(), "[5, 3, 9]", "3", "9");
  both(DataType::Timestamp(3), "[5, -3, 9]", "-3", "9");
  both(DataType::TimestampLtz(6), "[5, -3, 9]", "-3", "9");
  both(DataType::Int(), "[null, null]", "null", "null");
  both(DataType::String(), "[]", "null", "null");
}

TEST(AggregateFunction, NanIsTheExtremeOnlyOfNothingElse) {
  for (bool retractable : {false, true}) {
    AggregateCallText call = Call("MAX", {DataType::Double()});
    call.retractable = retractable;
    ExpectAggregate(call, {"[1, NaN, 2]"}, "2");
    ExpectAggregate(call, {"[NaN, NaN]"}, "NaN");
    ExpectAggregate(call, {"[-0.0, 0.0]"}, retractable ? "0.0" : "-0.0");
    call.name = "MIN";
    ExpectAggregate(call, {"[NaN, 1, 2]"}, "1");
    ExpectAggregate(call, {"[Inf, NaN, -Inf]"}, "-Inf");
  }
}

TEST(AggregateFunction, FirstAndLastValueSkipNull) {
  for (bool retractable : {false, true}) {
    AggregateCallText call = Call("FIRST_VALUE", {DataType::Int()});
    call.retractable = retractable;
    ExpectAggregate(call, {"[null, 1, 2, null]"}, "1");
    ExpectAggregate(call, {"[null]"}, "null");
    call.name = "LAST_VALUE";
    ExpectAggregate(call, {"[null, 1, 2, null]"}, "2");
    call.argument_types = {DataType::String()};
    ExpectAggregate(call, {R"(["a", "", null])"}, R"("")");
    call.argument_types = {DataType::Array(DataType::Int())};
    ExpectAggregate(call, {"[[1], [2, null], null]"}, "[2, null]");
    call.argument_types = {DataType::Row({{"a", DataType::Int()}, {"b", DataType::String()}})};
    ExpectAggregate(call, {R"([[1, "x"], [null, "y"]])"}, R"([null, "y"])");
    call.argument_types = {DataType::Map(DataType::String(), DataType::Int())};
    ExpectAggregate(call, {R"([[["k", 1]], [["l", null]]])"}, R"([["l", null]])");
    call.argument_types = {DataType::Boolean()};
    ExpectAggregate(call, {"[true, false]"}, "false");
    call.argument_types = {DataType::Decimal(4, 1)};
    ExpectAggregate(call, {R"(["1.0", "-2.5"])"}, R"("-2.5")");
    call.argument_types = {DataType::IntervalDayTime()};
    ExpectAggregate(call, {"[5, 7]"}, "7");
  }
}

TEST(AggregateFunction, ListAggJoinsWithCommaOrSeparator) {
  ExpectAggregate(Call("LISTAGG", {DataType::String()}), {R"(["a", "b", "a", null, ""])"}, R"("a,b,a,")");
  ExpectAggregate(ListAgg("--"), {R"(["a", "b", null])", R"(["--", "--", "--"])"}, R"("a--b")");
  ExpectAggregate(Call("LISTAGG", {DataType::String()}), {"[null]"}, "null");
  ExpectAggregate(Call("LISTAGG", {DataType::String()}), {"[]"}, "null");
  ExpectAggregate(Distinct("LISTAGG", {DataType::String()}), {R"(["a", "b", "a", null, ""])"}, R"("a,b,")");
  ExpectAggregate(ListAgg(";", /*distinct=*/true), {R"(["a", "b", "a"])", R"([";", ";", ";"])"}, R"("a;b")");
  EXPECT_EQ(TypeOf("LISTAGG", {DataType::String(), DataType::String()}),
            "Type error: The separator of LISTAGG must be a literal");
}

TEST(AggregateFunction, ArrayAggKeepsNullsUnlessAsked) {
  ExpectAggregate(Call("ARRAY_AGG", {DataType::String()}), {R"(["a", null, "a"])"}, R"(["a", null, "a"])");
  AggregateCallText ignoring = Call("ARRAY_AGG", {DataType::String()});
  ignoring.ignore_nulls = true;
  ExpectAggregate(ignoring, {R"(["a", null, "a"])"}, R"(["a", "a"])");
  ExpectAggregate(ignoring, {"[null]"}, "null");
  ExpectAggregate(Call("ARRAY_AGG", {DataType::Int()}), {"[]"}, "null");
  ExpectAggregate(Distinct("ARRAY_AGG", {DataType::Int()}), {"[1, null, 1, null, 2]"}, "[1, null, 2]");
  ExpectAggregate(Call("ARRAY_AGG", {DataType::Row({{"a", DataType::Int()}})}), {"[[1], null, [null]]"},
                  "[[1], null, [null]]");
}

TEST(AggregateFunction, CollectCountsValues) {
  ExpectAggregate(Call("COLLECT", {DataType::Int()}), {"[1, null, 2, 1]"}, "[[1, 2], [2, 1]]");
  ExpectAggregate(Call("COLLECT", {DataType::String()}), {"[null]"}, "[]");
  ExpectAggregate(Distinct("COLLECT", {DataType::Int()}), {"[1, 2, 1]"}, "[[1, 1], [2, 1]]");
}

TEST(AggregateFunction, VariancesFollowTheArithmeticOfTheType) {
  const std::string ints = "[1, 2, 4, null]";
  for (const DataType& type : {DataType::TinyInt(), DataType::SmallInt(), DataType::Int(), DataType::BigInt()}) {
    ExpectAggregate(Call("VAR_POP", {type}), {ints}, "1");
    ExpectAggregate(Call("VAR_SAMP", {type}), {ints}, "2");
    ExpectAggregate(Call("VARIANCE", {type}), {ints}, "2");
    ExpectAggregate(Call("STDDEV_POP", {type}), {ints}, "1");
    ExpectAggregate(Call("STDDEV_SAMP", {type}), {ints}, "1");
    ExpectAggregate(Call("STDDEV", {type}), {ints}, "1");
  }
  ExpectAggregate(Call("VAR_POP", {DataType::Int()}), {"[100000, 100007]"}, "-1073741811");
  ExpectAggregate(Call("VAR_SAMP", {DataType::Int()}), {"[100000, 100007]"}, "-2147483623");
  ExpectAggregate(Call("STDDEV_POP", {DataType::Int()}), {"[100000, 100007]"}, "0");
  ExpectAggregate(Call("VAR_POP", {DataType::BigInt()}), {"[100000, 100007]"}, "12");
  const std::string floats = "[1.1, 2.2, 4.3]";
  ExpectAggregate(Call("STDDEV_POP", {DataType::Float()}), {floats}, "1.327487");
  ExpectAggregate(Call("STDDEV_SAMP", {DataType::Float()}), {floats}, "1.6258329");
  ExpectAggregate(Call("VAR_POP", {DataType::Float()}), {floats}, "1.7622217");
  ExpectAggregate(Call("VAR_SAMP", {DataType::Float()}), {floats}, "2.6433325");
  const std::string doubles = "[0.1, 0.2, 0.3]";
  ExpectAggregate(Call("STDDEV_POP", {DataType::Double()}), {doubles}, "0.08164965809277255");
  ExpectAggregate(Call("STDDEV_SAMP", {DataType::Double()}), {doubles}, "0.09999999999999994");
  ExpectAggregate(Call("VAR_POP", {DataType::Double()}), {doubles}, "0.006666666666666658");
  ExpectAggregate(Call("VAR_SAMP", {DataType::Double()}), {doubles}, "0.009999999999999988");
  ExpectAggregate(Call("VAR_SAMP", {DataType::Double()}), {"[5]"}, "null");
  ExpectAggregate(Call("VAR_POP", {DataType::Double()}), {"[5]"}, "0");
  ExpectAggregate(Call("VAR_POP", {DataType::Double()}), {"[null]"}, "null");
}

TEST(AggregateFunction, DecimalVariancesRoundAtEveryStep) {
  const std::string cents = R"(["1.11", "2.22", "4.35"])";
  ExpectAggregate(Call("STDDEV_POP", {DataType::Decimal(5, 2)}), {cents}, R"("1.344396")");
  ExpectAggregate(Call("STDDEV_SAMP", {DataType::Decimal(5, 2)}), {cents}, R"("1.646542")");
  ExpectAggregate(Call("VAR_POP", {DataType::Decimal(5, 2)}), {cents}, R"("1.807400")");
  ExpectAggregate(Call("VAR_SAMP", {DataType::Decimal(5, 2)}), {cents}, R"("2.711100")");
  const std::string long_cents = R"(["1.1100000000", "2.2200000000", "4.3500000000"])";
  ExpectAggregate(Call("STDDEV_POP", {DataType::Decimal(38, 10)}), {long_cents}, R"("1.3443957751")");
  ExpectAggregate(Call("VAR_POP", {DataType::Decimal(38, 10)}), {long_cents}, R"("1.8074000000")");
  ExpectAggregate(Call("VAR_POP", {DataType::Decimal(20, 0)}), {R"(["1", "2", "4"])"}, R"("1.555556")");
  ExpectAggregate(Call("VAR_SAMP", {DataType::Decimal(20, 0)}), {R"(["1", "2", "4"])"}, R"("2.333334")");
  ExpectAggregate(Distinct("STDDEV_POP", {DataType::Decimal(2, 1)}), {R"(["1.5", "1.5", "3.5"])"}, R"("1.000000")");
}

TEST(AggregateFunction, PercentileInterpolates) {
  const DataType fraction = DataType::Double();
  ExpectAggregate(Call("PERCENTILE", {DataType::Double(), fraction}),
                  {"[1, 10, 3, null, 7]", "[0.5, 0.5, 0.5, 0.5, 0.5]"}, "5");
  ExpectAggregate(Call("PERCENTILE", {DataType::Double(), DataType::Array(fraction)}),
                  {"[1, 10, 3, 7]", "[[0.25, 1, 0], [0.25, 1, 0], [0.25, 1, 0], [0.25, 1, 0]]"}, "[2.5, 10, 1]");
  ExpectAggregate(Call("PERCENTILE", {DataType::Double(), fraction, DataType::BigInt()}),
                  {"[1, 10, 3, null, 7]", "[0.3, 0.3, 0.3, 0.3, 0.3]", "[2, 1, null, 1, -1]"}, "1");
  ExpectAggregate(Call("PERCENTILE", {DataType::Double(), fraction}), {"[]", "[]"}, "null");
  Accumulators wrong(Call("PERCENTILE", {DataType::Double(), fraction}), 1);
  EXPECT_TRUE(wrong.Update({"[1]", "[1.5]"}).IsInvalid());
}

TEST(AggregateFunction, ApproxCountDistinctIsExactForFewAndCloseForMany) {
  ExpectAggregate(Call("APPROX_COUNT_DISTINCT", {DataType::String()}), {R"(["a", "b", null, "a"])"}, "2");
  ExpectAggregate(Call("APPROX_COUNT_DISTINCT", {DataType::String()}), {"[null]"}, "0");
  constexpr int kCount = 200000;
  arrow::Int64Builder values;
  std::vector<int32_t> rows;
  for (int i = 0; i < kCount; ++i) {
    ASSERT_TRUE(values.Append(i * 7).ok());
    rows.push_back(i);
  }
  Accumulators many(Call("APPROX_COUNT_DISTINCT", {DataType::BigInt()}), 1);
  ASSERT_TRUE(many.Update({values.Finish().ValueOrDie()}, rows, std::vector<int>(kCount, 0), nullptr).ok());
  const auto result = std::static_pointer_cast<arrow::Int64Array>(many.Finalize());
  EXPECT_NEAR(static_cast<double>(result->Value(0)), kCount, kCount * 0.03);
  many.SaveAndLoad();
  EXPECT_TRUE(many.Finalize()->Equals(*result));
}

TEST(AggregateFunction, SingleValueRefusesTwoRows) {
  ExpectAggregate(Call("SINGLE_VALUE", {DataType::Int()}), {"[7]"}, "7");
  ExpectAggregate(Call("SINGLE_VALUE", {DataType::Int()}), {"[null]"}, "null");
  ExpectAggregate(Call("SINGLE_VALUE", {DataType::Int()}), {"[]"}, "null");
  Accumulators two(Call("SINGLE_VALUE", {DataType::Int()}), 1);
  ASSERT_TRUE(two.Update({"[7, 8]"}).ok());
  EXPECT_TRUE(two.function().Finalize(two.states()).status().IsInvalid());
}

TEST(AggregateFunction, DistinctForwardsFirstOccurrences) {
  ExpectAggregate(Distinct("SUM", {DataType::Int()}), {"[1, 1, null, 2, 0, 0]"}, "3");
  ExpectAggregate(Distinct("AVG", {DataType::Decimal(2, 1)}), {R"(["1.5", "1.5", "3.5"])"}, R"("2.500000")");
  ExpectAggregate(Distinct("COUNT", {DataType::String()}), {R"(["a", "b", null, "a", ""])"}, "3");
  ExpectAggregate(Distinct("COUNT", {DataType::Boolean()}), {"[true, false, null, true]"}, "2");
  ExpectAggregate(Distinct("COUNT", {DataType::Double()}), {"[NaN, NaN, 0, -0.0, 1]"}, "4");
  ExpectAggregate(Distinct("COUNT", {DataType::Int()}), {"[null, null]"}, "0");
  ExpectAggregate(Distinct("MIN", {DataType::Int()}), {"[2, 1, 2]"}, "1");
}

TEST(AggregateFunction, ResultTypesAreFlinks) {
  EXPECT_EQ(TypeOf("COUNT", {DataType::Int()}), "BIGINT NOT NULL");
  EXPECT_EQ(TypeOf("SUM", {DataType::SmallInt().NotNull()}), "SMALLINT NOT NULL");
  EXPECT_EQ(TypeOf("SUM", {DataType::Decimal(5, 2)}), "DECIMAL(38, 2)");
  EXPECT_EQ(TypeOf("AVG", {DataType::Decimal(5, 2)}), "DECIMAL(38, 6)");
  EXPECT_EQ(TypeOf("AVG", {DataType::Decimal(38, 10)}), "DECIMAL(38, 10)");
  EXPECT_EQ(TypeOf("STDDEV_POP", {DataType::Decimal(20, 0)}), "DECIMAL(38, 6)");
  EXPECT_EQ(TypeOf("LISTAGG", {DataType::Char(3)}), "CHAR(3)");
  EXPECT_EQ(TypeOf("ARRAY_AGG", {DataType::Int()}), "ARRAY<INT>");
  EXPECT_EQ(TypeOf("COLLECT", {DataType::Int()}), "MULTISET<INT> NOT NULL");
  EXPECT_EQ(TypeOf("PERCENTILE", {DataType::Int(), DataType::Decimal(2, 1)}), "DOUBLE");
  EXPECT_EQ(TypeOf("SUM", {DataType::String()}), "Type error: SUM takes (<numeric>), not (STRING)");
  EXPECT_EQ(TypeOf("MIN", {DataType::Bytes()}),
            "Type error: MIN takes (<number, text, date, time or boolean>), not (BYTES)");
  EXPECT_EQ(TypeOf("NOPE", {}), "Key error: Unknown aggregate function: NOPE");
}

TEST(AggregateFunction, DamagedBytesAreRefused) {
  for (const std::string& name : AggregateNames()) {
    if (name == "PERCENTILE" || name.starts_with("JSON_")) continue;
    for (bool distinct : {false, true}) {
      AggregateCallText call = Call(name, {name == "LISTAGG" ? DataType::String() : DataType::Int()});
      call.distinct = distinct;
      Accumulators accumulators(call, 1);
      ASSERT_TRUE(accumulators.Update({name == "LISTAGG" ? R"(["a", "b"])" : "[1]"}).ok());
      std::string saved;
      ASSERT_TRUE(accumulators.function().Save(accumulators.states()[0], &saved).ok());
      for (size_t length = 0; length < saved.size(); ++length) {
        std::vector<uint64_t> memory(accumulators.function().state_size());
        auto* state = reinterpret_cast<uint8_t*>(memory.data());
        EXPECT_FALSE(accumulators.function().Load(std::string_view(saved).substr(0, length), state).ok()) << name;
      }
    }
  }
}

}  // namespace
}  // namespace tidemark::expr
