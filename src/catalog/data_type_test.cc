// SPDX-License-Identifier: Apache-2.0
// Data types: names, Arrow layout, equality, common types.
#include "catalog/data_type.h"

#include <arrow/type.h>
#include <gtest/gtest.h>

#include "catalog/common_type.h"

namespace tidemark {
namespace {

using D = DataType;

TEST(DataType, PrintsAsFlinkDoes) {
  const std::pair<DataType, const char*> cases[] = {
      {D::Null(), "NULL"},
      {D::Boolean(), "BOOLEAN"},
      {D::BigInt().NotNull(), "BIGINT NOT NULL"},
      {D::Decimal(10, 2), "DECIMAL(10, 2)"},
      {D::Char(3), "CHAR(3)"},
      {D::VarChar(5), "VARCHAR(5)"},
      {D::String(), "STRING"},
      {D::Binary(2), "BINARY(2)"},
      {D::Bytes(), "BYTES"},
      {D::Time(), "TIME(0)"},
      {D::Timestamp(), "TIMESTAMP(6)"},
      {D::TimestampLtz(3).NotNull().WithTimeAttribute(TimeAttribute::kProctime),
       "TIMESTAMP_LTZ(3) NOT NULL *PROCTIME*"},
      {D::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime), "TIMESTAMP(3) *ROWTIME*"},
      {D::IntervalYearMonth(), "INTERVAL MONTH"},
      {D::IntervalDayTime().NotNull(), "INTERVAL SECOND(3) NOT NULL"},
      {D::Array(D::Int().NotNull()).NotNull(), "ARRAY<INT NOT NULL> NOT NULL"},
      {D::Map(D::String(), D::Int()), "MAP<STRING, INT>"},
      {D::Multiset(D::Int()), "MULTISET<INT>"},
      {D::Row({{"a", D::Int()}, {"b`c", D::String()}}), "ROW<`a` INT, `b``c` STRING>"}};
  for (const auto& [type, text] : cases) EXPECT_EQ(type.ToString(), text);
  EXPECT_EQ(D::Array(D::String()).NotNull().ToSerializableString(), "ARRAY<VARCHAR(2147483647)> NOT NULL");
  EXPECT_EQ(D::Bytes().ToSerializableString(), "VARBINARY(2147483647)");
  EXPECT_EQ(D::VarChar(5).ToSerializableString(), "VARCHAR(5)");
}

TEST(DataType, LiesInArrowByPrecision) {
  EXPECT_EQ(D::Timestamp(0).ToArrow()->ToString(), "timestamp[ms]");
  EXPECT_EQ(D::Timestamp(4).ToArrow()->ToString(), "timestamp[us]");
  EXPECT_EQ(D::TimestampLtz(9).ToArrow()->ToString(), "timestamp[ns, tz=UTC]");
  EXPECT_EQ(D::Time(3).ToArrow()->ToString(), "time32[ms]");
  EXPECT_EQ(D::Decimal(5, 2).ToArrow()->ToString(), "decimal128(5, 2)");
  EXPECT_EQ(D::Multiset(D::String()).ToArrow()->ToString(), "map<string, int32>");
  EXPECT_EQ(D::Row({{"a", D::Int()}}).ToArrow()->ToString(), "struct<a: int32>");
  EXPECT_TRUE(D::IntervalYearMonth().ToArrow()->Equals(arrow::month_interval()));
}

TEST(DataType, EqualityLooksAtNullability) {
  EXPECT_EQ(D::Int(), D::Int());
  EXPECT_FALSE(D::Int() == D::Int().NotNull());
  EXPECT_TRUE(D::Int().EqualsIgnoringNullability(D::Int().NotNull()));
  EXPECT_TRUE(D::Array(D::Int()).EqualsIgnoringNullability(D::Array(D::Int().NotNull())));
  EXPECT_FALSE(D::Array(D::Int()) == D::Array(D::Int().NotNull()));
  EXPECT_FALSE(D::Row({{"a", D::Int()}}) == D::Row({{"b", D::Int()}}));
  EXPECT_EQ(D::Timestamp(3), D::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime));
  EXPECT_FALSE(D::VarChar(3) == D::VarChar(4));
}

TEST(CommonType, LeastRestrictive) {
  struct Case {
    std::vector<DataType> types;
    const char* common;
  };
  const Case cases[] = {{{D::Int().NotNull(), D::BigInt().NotNull()}, "BIGINT NOT NULL"},
                        {{D::TinyInt(), D::SmallInt().NotNull()}, "SMALLINT"},
                        {{D::Int(), D::Float()}, "FLOAT"},

                        {{D::Decimal(10, 2), D::Float()}, "DOUBLE"},
                        {{D::Decimal(10, 2), D::BigInt()}, "DECIMAL(21, 2)"},
                        {{D::Int(), D::Decimal(2, 1)}, "DECIMAL(11, 1)"},
                        {{D::Decimal(38, 10), D::Decimal(38, 0)}, "DECIMAL(38, 0)"},
                        {{D::Char(1).NotNull(), D::Char(3).NotNull()}, "VARCHAR(3) NOT NULL"},
                        {{D::Char(3), D::Char(3)}, "CHAR(3)"},
                        {{D::VarChar(5), D::String()}, "STRING"},
                        {{D::Binary(1), D::Binary(2)}, "VARBINARY(2)"},
                        {{D::Null(), D::Int().NotNull()}, "INT"},
                        {{D::Null(), D::Null()}, "NULL"},
                        {{D::Timestamp(0), D::Timestamp(6)}, "TIMESTAMP(6)"},
                        {{D::Timestamp(3), D::TimestampLtz(3)}, "TIMESTAMP(3)"},
                        {{D::TimestampLtz(3), D::Timestamp(3)}, "TIMESTAMP_LTZ(3)"},
                        {{D::Timestamp(6), D::TimestampLtz(3)}, "TIMESTAMP_LTZ(6)"},
                        {{D::TimestampLtz(3), D::Timestamp(6)}, "TIMESTAMP(6)"},
                        {{D::Float(), D::Double()}, "FLOAT"},
                        {{D::Double(), D::Float()}, "DOUBLE"},
                        {{D::Decimal(5, 2), D::Float()}, "DOUBLE"},
                        {{D::IntervalDayTime(), D::IntervalDayTime()}, "INTERVAL SECOND(3)"},
                        {{D::Array(D::Int().NotNull()), D::Array(D::Decimal(3, 1))}, "ARRAY<DECIMAL(11, 1)>"},
                        {{D::Map(D::Char(1), D::Int()), D::Map(D::Char(2), D::BigInt())}, "MAP<VARCHAR(2), BIGINT>"},
                        {{D::Row({{"a", D::Int()}}), D::Row({{"b", D::Double()}})}, "ROW<`a` DOUBLE>"},
                        {{D::Int(), D::Double(), D::Decimal(5, 2)}, "DOUBLE"}};
  for (const auto& test : cases) {
    auto common = CommonType(test.types);
    ASSERT_TRUE(common.ok()) << test.common;
    EXPECT_EQ(common->ToString(), test.common);
  }
}

TEST(MergedType, DiffersFromCommonType) {
  const struct {
    std::vector<DataType> types;
    std::string merged;
  } cases[] = {{{D::Float(), D::Double()}, "DOUBLE"},
               {{D::Float(), D::Decimal(5, 2)}, "DOUBLE"},
               {{D::Decimal(5, 2), D::Float()}, "FLOAT"},
               {{D::Date(), D::Timestamp(3)}, "TIMESTAMP(3)"},
               {{D::Timestamp(6), D::TimestampLtz(3)}, "TIMESTAMP_LTZ(6)"},
               {{D::Int(), D::BigInt().NotNull()}, "BIGINT"}};
  for (const auto& test : cases) {
    auto merged = MergedType(test.types);
    ASSERT_TRUE(merged.ok()) << test.merged;
    EXPECT_EQ(merged->ToString(), test.merged);
  }
}

TEST(CommonType, NoneExists) {
  const std::vector<DataType> cases[] = {
      {D::Int(), D::String()},        {D::Boolean(), D::Int()},
      {D::Date(), D::Timestamp(3)},   {D::Date(), D::TimestampLtz(3)},
      {D::Date(), D::Time()},         {D::IntervalDayTime(), D::IntervalYearMonth()},
      {D::Bytes(), D::String()},      {D::Array(D::Int()), D::Array(D::String())},
      {D::Array(D::Int()), D::Int()}, {D::Row({{"a", D::Int()}}), D::Row({{"a", D::Int()}, {"b", D::Int()}})}};
  for (const auto& types : cases) {
    const auto common = CommonType(types);
    EXPECT_TRUE(common.status().IsTypeError()) << types[0].ToString();
  }
  EXPECT_EQ(CommonType({D::Int(), D::String()}).status().message(), "No common type of INT and STRING");
}

}  // namespace
}  // namespace tidemark
