// SPDX-License-Identifier: Apache-2.0
// Row kernels over arrays, slices, scalars and NULLs.
#include "expr/row_kernel.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

namespace tidemark::expr {
namespace {

std::shared_ptr<arrow::Array> FromJson(const std::shared_ptr<arrow::DataType>& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type, json).ValueOrDie();
}

template <typename F>
arrow::Result<arrow::Datum> Apply(F function, const DataType& type, std::vector<arrow::Datum> args, int64_t num_rows) {
  FunctionContext context;
  std::vector<ArgumentInfo> infos;
  CallSite site{infos, type, context};
  ARROW_ASSIGN_OR_RAISE(auto kernel, MapRows(function)(site));
  return kernel->Run(args, num_rows);
}

void ExpectColumn(const arrow::Result<arrow::Datum>& actual, const DataType& type, const std::string& json) {
  ASSERT_TRUE(actual.ok()) << actual.status().ToString();
  auto array =
      actual->is_scalar() ? arrow::MakeArrayFromScalar(*actual->scalar(), 1).ValueOrDie() : actual->make_array();
  ASSERT_TRUE(array->ValidateFull().ok()) << array->ValidateFull().ToString();
  auto expected = FromJson(type.ToArrow(), json);
  EXPECT_TRUE(array->Equals(expected)) << array->ToString() << "\nexpected\n" << expected->ToString();
}

TEST(RowKernel, NullArgumentGivesNullWithoutCallingTheLambda) {
  auto add = [](int32_t a, int64_t b) -> int64_t {
    EXPECT_NE(a, 99);
    return a + b;
  };
  ExpectColumn(Apply(add, DataType::BigInt(),
                     {FromJson(arrow::int32(), "[1, null, 99, 4]"), FromJson(arrow::int64(), "[10, 20, null, 40]")}, 4),
               DataType::BigInt(), "[11, null, null, 44]");
}

TEST(RowKernel, SlicedArraysReadTheirOwnRows) {
  auto numbers = FromJson(arrow::int32(), "[7, null, 1, null, 3, 4, 5, 6, 7, 8, null, 9]")->Slice(2, 9);
  ExpectColumn(Apply([](int32_t a) { return a * 2; }, DataType::Int(), {numbers}, 9), DataType::Int(),
               "[2, null, 6, 8, 10, 12, 14, 16, null]");
  auto texts = FromJson(arrow::utf8(), R"(["x", "aa", null, "b", ""])")->Slice(1, 4);
  ExpectColumn(Apply([](std::string_view a) { return static_cast<int32_t>(a.size()); }, DataType::Int(), {texts}, 4),
               DataType::Int(), "[2, null, 1, 0]");
  auto flags = FromJson(arrow::boolean(), "[true, false, null, true]")->Slice(1, 3);
  ExpectColumn(Apply([](bool a) { return !a; }, DataType::Boolean(), {flags}, 3), DataType::Boolean(),
               "[true, null, false]");
}

TEST(RowKernel, ScalarsStandForEveryRow) {
  auto add = [](int32_t a, int32_t b) { return a + b; };
  ExpectColumn(Apply(add, DataType::Int(), {FromJson(arrow::int32(), "[1, null, 3]"), arrow::Datum(int32_t{5})}, 3),
               DataType::Int(), "[6, null, 8]");
  ExpectColumn(
      Apply(add, DataType::Int(), {FromJson(arrow::int32(), "[1, 2, 3]"), arrow::MakeNullScalar(arrow::int32())}, 3),
      DataType::Int(), "[null, null, null]");
  auto sum = Apply(add, DataType::Int(), {arrow::Datum(int32_t{1}), arrow::Datum(int32_t{5})}, 3).ValueOrDie();
  ASSERT_TRUE(sum.is_scalar());
  EXPECT_EQ(sum.scalar_as<arrow::Int32Scalar>().value, 6);
}

TEST(RowKernel, OptionalParametersSeeNull) {
  auto or_zero = [](std::optional<int32_t> a) { return a.value_or(0); };
  ExpectColumn(Apply(or_zero, DataType::Int(), {FromJson(arrow::int32(), "[1, null]")}, 2), DataType::Int(), "[1, 0]");
  ExpectColumn(Apply(or_zero, DataType::Int(), {arrow::MakeNullScalar(arrow::null())}, 2), DataType::Int(), "[0]");
}

TEST(RowKernel, OptionalResultsAddNullsToThoseOfTheArguments) {
  auto positive = [](int32_t a) -> std::optional<int32_t> { return a > 0 ? std::optional(a) : std::nullopt; };
  ExpectColumn(Apply(positive, DataType::Int(), {FromJson(arrow::int32(), "[1, -1, null, 2]")}, 4), DataType::Int(),
               "[1, null, null, 2]");
  ExpectColumn(Apply(positive, DataType::Int(), {FromJson(arrow::int32(), "[1, -1, 2]")}, 3), DataType::Int(),
               "[1, null, 2]");
}

TEST(RowKernel, TextIsWrittenIntoTheSinkOrReturned) {
  auto twice = [](std::string_view a, StringSink& out) {
    out.Append(a);
    out.Append(a);
  };
  ExpectColumn(Apply(twice, DataType::String(), {FromJson(arrow::utf8(), R"(["ab", null, "", "c"])")}, 4),
               DataType::String(), R"(["abab", null, "", "cc"])");
  auto until_z = [](std::string_view a, StringSink& out) -> arrow::Result<bool> {
    for (char c : a) {
      out.Append(c);
      if (c == 'z') return false;
      if (c == '!') return arrow::Status::Invalid("no shouting");
    }
    return true;
  };
  ExpectColumn(Apply(until_z, DataType::String(), {FromJson(arrow::utf8(), R"(["ab", "az", "c"])")}, 3),
               DataType::String(), R"(["ab", null, "c"])");
  EXPECT_FALSE(Apply(until_z, DataType::String(), {FromJson(arrow::utf8(), R"(["ab", "a!"])")}, 2).ok());
  auto name = [](int32_t a) -> std::optional<std::string> {
    return a == 0 ? std::nullopt : std::optional(std::to_string(a));
  };
  ExpectColumn(Apply(name, DataType::String(), {FromJson(arrow::int32(), "[1, 0, null]")}, 3), DataType::String(),
               R"(["1", null, null])");
}

TEST(RowKernel, FailingRowsGiveTheirStatusAndNullRowsDoNotFail) {
  auto inverse = [](int32_t a) -> arrow::Result<int32_t> {
    if (a == 0) return arrow::Status::Invalid("Division by zero");
    return 100 / a;
  };
  ExpectColumn(Apply(inverse, DataType::Int(), {FromJson(arrow::int32(), "[1, null, 5]")}, 3), DataType::Int(),
               "[100, null, 20]");
  EXPECT_FALSE(Apply(inverse, DataType::Int(), {FromJson(arrow::int32(), "[1, 0]")}, 2).ok());
}

TEST(RowKernel, EmptyColumns) {
  ExpectColumn(Apply([](int32_t a) { return a; }, DataType::Int(), {FromJson(arrow::int32(), "[]")}, 0),
               DataType::Int(), "[]");
  ExpectColumn(Apply([](std::string_view a) { return a; }, DataType::String(), {FromJson(arrow::utf8(), "[]")}, 0),
               DataType::String(), "[]");
}

}  // namespace
}  // namespace tidemark::expr
