// SPDX-License-Identifier: Apache-2.0
// Parquet: round trips of every type, files written by others, skipped row groups, and damaged files.
#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <arrow/io/memory.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <parquet/arrow/writer.h>
#include <parquet/file_reader.h>

#include <random>

#include "formats/column_builder.h"
#include "formats/formats_testing.h"
#include "formats/parquet/parquet_io.h"
#include "formats/parquet/parquet_reader.h"
#include "formats/parquet/parquet_writer.h"
#include "io/faulty_file_system.h"
#include "io/memory_file_system.h"

namespace tidemark::formats {
namespace {

using ::testing::ElementsAre;
using ::testing::ElementsAreArray;
using ::testing::HasSubstr;
using Op = plan::PushedFilter::Op;

class ParquetTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(arrow::compute::Initialize().ok()); }

  arrow::Status Write(const std::string& path, const Batch& batch, const Schema& schema,
                      const TableOptions& options = {}, int64_t rows_per_batch = 1000) {
    ARROW_ASSIGN_OR_RAISE(auto file, files_.OpenForWrite(path));
    ARROW_ASSIGN_OR_RAISE(const ParquetOptions parsed, ParquetOptions::Parse(options));
    ARROW_ASSIGN_OR_RAISE(auto writer, ParquetWriter::Make(file.get(), schema, parsed));
    for (int64_t at = 0; at < batch.num_rows; at += rows_per_batch) {
      ARROW_RETURN_NOT_OK(writer->Write(batch.Slice(at, std::min(rows_per_batch, batch.num_rows - at))));
    }
    ARROW_RETURN_NOT_OK(writer->Close());
    return file->Commit();
  }

  /// A file as another program would write it.
  void WriteTable(const std::string& path, const std::shared_ptr<arrow::Table>& table, bool int96 = false,
                  int64_t group_rows = 1 << 20) {
    auto file = files_.OpenForWrite(path).ValueOrDie();
    parquet::ArrowWriterProperties::Builder properties;
    if (int96) properties.enable_deprecated_int96_timestamps();
    const auto version = parquet::WriterProperties::Builder().version(parquet::ParquetVersion::PARQUET_2_6)->build();
    ASSERT_TRUE(parquet::arrow::WriteTable(*table, arrow::default_memory_pool(), MakeArrowStream(file.get()),
                                           group_rows, version, properties.build())
                    .ok());
    ASSERT_TRUE(file->Commit().ok());
  }

  static ParquetReadRequest Request(const Schema& schema) {
    ParquetReadRequest request;
    request.physical_schema = schema;
    for (size_t i = 0; i < schema.size(); ++i) request.projection.push_back(static_cast<int>(i));
    request.batch_rows = 300;
    return request;
  }

  static Schema Projected(const ParquetReadRequest& request) {
    Schema schema;
    for (const int column : request.projection) schema.push_back(request.physical_schema[static_cast<size_t>(column)]);
    return schema;
  }

  arrow::Result<std::vector<std::string>> Read(const std::string& path, const ParquetReadRequest& request,
                                               io::FileSystem* files = nullptr) {
    if (files == nullptr) files = &files_;
    ARROW_ASSIGN_OR_RAISE(const auto info, files->Stat(path));
    ARROW_ASSIGN_OR_RAISE(auto file, ParquetFile::Open(files, path, info.size_bytes, &request));
    std::vector<std::string> rows;
    groups_read_ = 0;
    for (int group = 0; group < file->row_groups(); ++group) {
      if (!file->MayMatch(group)) continue;
      ++groups_read_;
      ARROW_RETURN_NOT_OK(file->Start(group));
      while (true) {
        ARROW_ASSIGN_OR_RAISE(auto batch, file->Next());
        if (!batch) break;
        EXPECT_LE(batch->num_rows, request.batch_rows);
        for (size_t i = 0; i < batch->columns.size(); ++i) {
          ARROW_RETURN_NOT_OK(values_make_sense_ ? batch->columns[i]->ValidateFull() : batch->columns[i]->Validate());
          EXPECT_TRUE(batch->columns[i]->type()->Equals(Projected(request)[i].type.ToArrow()));
        }
        const auto printed = PrintRows(*batch, Projected(request));
        rows.insert(rows.end(), printed.begin(), printed.end());
      }
    }
    return rows;
  }

  io::MemoryFileSystem files_;
  int groups_read_ = 0;
  /// False for damaged files, which may hold decimals and times beyond their type.
  bool values_make_sense_ = true;
};

TEST_F(ParquetTest, EveryTypeComesBack) {
  for (const auto& schema : {EveryScalarType(), NestedTypes()}) {
    const Batch batch = RandomRows(schema, 2'500, 8);
    for (const char* codec : {"UNCOMPRESSED", "snappy", "GZIP", "ZSTD", "LZ4", "BROTLI"}) {
      ASSERT_TRUE(Write("/a", batch, schema, {{"compression", codec}}).ok());
      EXPECT_THAT(Read("/a", Request(schema)).ValueOrDie(), ElementsAreArray(PrintRows(batch, schema)));
    }
  }
}

TEST_F(ParquetTest, RowGroupsAreCutBySize) {
  const Schema schema = {{"s", DataType::String()}, {"i", DataType::BigInt()}};
  const Batch batch = RandomRows(schema, 20'000, 2);
  ASSERT_TRUE(Write("/a", batch, schema, {{"block.size", "100kb"}}).ok());
  EXPECT_THAT(Read("/a", Request(schema)).ValueOrDie(), ElementsAreArray(PrintRows(batch, schema)));
  EXPECT_GT(groups_read_, 3);
}

TEST_F(ParquetTest, OnlyTheColumnsAndFieldsAskedFor) {
  const Schema schema = NestedTypes();
  const Batch batch = RandomRows(schema, 500, 3);
  ASSERT_TRUE(Write("/a", batch, schema).ok());
  ParquetReadRequest request = Request(schema);
  request.projection = {0, 3};
  const Batch some{batch.num_rows, {batch.columns[0], batch.columns[3]}, nullptr, nullptr};
  EXPECT_THAT(Read("/a", request).ValueOrDie(), ElementsAreArray(PrintRows(some, Projected(request))));

  const Schema pair = {{"r", DataType::Row({{"a", DataType::BigInt()},
                                            {"in", DataType::Row({{"x", DataType::Int()}, {"y", DataType::String()}})},
                                            {"b", DataType::String()}})}};
  const Batch rows = RandomRows(pair, 50, 4);
  ASSERT_TRUE(Write("/b", rows, pair).ok());
  ParquetReadRequest used = Request(pair);
  used.used_fields = {{0, {{1, 0}}}};
  const auto read = Read("/b", used).ValueOrDie();
  const auto& whole = static_cast<const arrow::StructArray&>(*rows.columns[0]);
  const auto& inner = static_cast<const arrow::StructArray&>(*whole.field(1));
  for (int64_t row = 0; row < rows.num_rows; ++row) {
    std::string x = "null";
    if (inner.IsValid(row) && inner.field(0)->IsValid(row))
      x = std::to_string(static_cast<const arrow::Int32Array&>(*inner.field(0)).Value(row));
    const std::string in = inner.IsNull(row) ? "null" : "+I[" + x + ", null]";
    EXPECT_EQ(read[static_cast<size_t>(row)], whole.IsNull(row) ? "+I[null]" : "+I[+I[null, " + in + ", null]]");
  }

  request.projection = {};
  ASSERT_TRUE(Read("/a", request).ok());
  EXPECT_EQ(Read("/a", request).ValueOrDie().size(), 500);
}

TEST_F(ParquetTest, ColumnsTheFileLacksAreNull) {
  const Schema schema = {{"a", DataType::Int()}};
  ASSERT_TRUE(Write("/a", RandomRows({{"a", DataType::Int().NotNull()}}, 3, 1), schema).ok());
  const Schema wider = {
      {"z", DataType::String()}, {"a", DataType::Int()}, {"m", DataType::Map(DataType::String(), DataType::Int())}};
  for (const auto& row : Read("/a", Request(wider)).ValueOrDie()) {
    EXPECT_THAT(row, testing::MatchesRegex("\\+I\\[null, -?[0-9]+, null\\]"));
  }
  ParquetReadRequest none = Request(wider);
  none.projection = {0};
  EXPECT_THAT(Read("/a", none).ValueOrDie(), ElementsAre("+I[null]", "+I[null]", "+I[null]"));
}

std::shared_ptr<arrow::Table> OneColumn(const std::shared_ptr<arrow::Array>& array) {
  return arrow::Table::Make(arrow::schema({arrow::field("v", array->type())}), {array});
}

template <typename Builder, typename... Values>
std::shared_ptr<arrow::Array> Build(const std::shared_ptr<arrow::DataType>& type, Values... values) {
  Builder builder(type, arrow::default_memory_pool());
  (..., (void)builder.Append(values));
  (void)builder.AppendNull();
  return builder.Finish().ValueOrDie();
}

TEST_F(ParquetTest, TimestampsInEveryUnitAndInt96) {
  const auto nanos =
      Build<arrow::TimestampBuilder>(arrow::timestamp(arrow::TimeUnit::NANO), 1'767'323'045'123'456'789, -1);
  WriteTable("/nanos", OneColumn(nanos));
  WriteTable("/int96", OneColumn(nanos), /*int96=*/true);
  WriteTable("/micros", OneColumn(Build<arrow::TimestampBuilder>(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
                                                                 1'767'323'045'123'456, -1)));
  WriteTable("/millis", OneColumn(Build<arrow::TimestampBuilder>(arrow::timestamp(arrow::TimeUnit::MILLI),
                                                                 1'767'323'045'123, -1)));
  const Schema nine = {{"v", DataType::Timestamp(9)}};
  for (const char* path : {"/nanos", "/int96"}) {
    EXPECT_THAT(Read(path, Request(nine)).ValueOrDie(),
                ElementsAre("+I[2026-01-02T03:04:05.123456789]", "+I[1969-12-31T23:59:59.999999999]", "+I[null]"));
  }
  const Schema three = {{"v", DataType::Timestamp(3)}};
  for (const char* path : {"/nanos", "/int96", "/micros", "/millis"}) {
    EXPECT_EQ(Read(path, Request(three)).ValueOrDie()[0], "+I[2026-01-02T03:04:05.123]") << path;
    EXPECT_EQ(Read(path, Request({{"v", DataType::TimestampLtz(3)}})).ValueOrDie()[0], "+I[2026-01-02T03:04:05.123Z]")
        << path;
  }
  EXPECT_THAT(Read("/micros", Request(nine)).ValueOrDie(),
              ElementsAre("+I[2026-01-02T03:04:05.123456]", "+I[1969-12-31T23:59:59.999999]", "+I[null]"));
}

TEST_F(ParquetTest, FarDatesInInt96) {
  // The year 1, as old writers mark the absence of a date.
  WriteTable(
      "/a",
      OneColumn(Build<arrow::TimestampBuilder>(arrow::timestamp(arrow::TimeUnit::MICRO), -62'135'596'800'000'000)),
      true);
  EXPECT_EQ(Read("/a", Request({{"v", DataType::Timestamp(6)}})).ValueOrDie()[0], "+I[0001-01-01T00:00]");
}

TEST_F(ParquetTest, InstantsAreShownInTheLocalZoneUnlessToldOtherwise) {
  WriteTable("/a", OneColumn(Build<arrow::TimestampBuilder>(arrow::timestamp(arrow::TimeUnit::MICRO, "UTC"),
                                                            1'783'000'000'000'000)));
  ParquetReadRequest request = Request({{"v", DataType::Timestamp(3)}});
  request.local_time_zone = "Europe/Berlin";
  EXPECT_EQ(Read("/a", request).ValueOrDie()[0], "+I[2026-07-02T15:46:40]");
  request.options.utc_time_zone = true;
  EXPECT_EQ(Read("/a", request).ValueOrDie()[0], "+I[2026-07-02T13:46:40]");
}

TEST_F(ParquetTest, NumbersAreWidenedAndCheckedWhenNarrowed) {
  WriteTable("/int", OneColumn(Build<arrow::Int32Builder>(arrow::int32(), 7, 300)));
  EXPECT_THAT(Read("/int", Request({{"v", DataType::BigInt()}})).ValueOrDie(),
              ElementsAre("+I[7]", "+I[300]", "+I[null]"));
  EXPECT_THAT(Read("/int", Request({{"v", DataType::Double()}})).ValueOrDie(),
              ElementsAre("+I[7.0]", "+I[300.0]", "+I[null]"));
  EXPECT_THAT(Read("/int", Request({{"v", DataType::Decimal(10, 2)}})).ValueOrDie(),
              ElementsAre("+I[7.00]", "+I[300.00]", "+I[null]"));
  const auto narrow = Read("/int", Request({{"v", DataType::TinyInt()}})).status();
  EXPECT_THAT(narrow.message(), HasSubstr("/int: column 'v' (int32 in the file) does not fit TINYINT"));
  const auto text = Read("/int", Request({{"v", DataType::String()}})).status();
  EXPECT_THAT(text.message(), HasSubstr("/int: Column 'v' is int32 in the file, which cannot be read as STRING"));
  EXPECT_TRUE(text.IsTypeError());

  WriteTable("/decimal", OneColumn(Build<arrow::Decimal128Builder>(arrow::decimal128(9, 3), arrow::Decimal128(12345))));
  EXPECT_EQ(Read("/decimal", Request({{"v", DataType::Decimal(20, 5)}})).ValueOrDie()[0], "+I[12.34500]");
  EXPECT_FALSE(Read("/decimal", Request({{"v", DataType::Decimal(9, 1)}})).ok());
  WriteTable("/large", OneColumn(Build<arrow::LargeStringBuilder>(arrow::large_utf8(), "x")));
  EXPECT_EQ(Read("/large", Request({{"v", DataType::String()}})).ValueOrDie()[0], "+I[x]");
  EXPECT_EQ(Read("/large", Request({{"v", DataType::Bytes()}})).ValueOrDie()[0], "+I[[120]]");
}

TEST_F(ParquetTest, FieldsOfRowsAreFoundByName) {
  const Schema file = {{"v", DataType::Row({{"b", DataType::Int()}, {"a", DataType::String()}})}};
  const Schema table = {
      {"v", DataType::Row({{"a", DataType::String()}, {"b", DataType::BigInt()}, {"c", DataType::Date()}})}};
  auto column = ColumnBuilder(file[0].type);
  column.child(0).Append<int32_t>(1);
  column.child(1).AppendBytes("x");
  column.EndStruct();
  column.AppendNull();
  const Batch batch{2, {column.Finish(2).ValueOrDie()}, nullptr, nullptr};
  ASSERT_TRUE(Write("/a", batch, file).ok());
  EXPECT_THAT(Read("/a", Request(table)).ValueOrDie(), ElementsAre("+I[+I[x, 1, null]]", "+I[null]"));
}

TEST_F(ParquetTest, RowGroupsThatCannotMatchAreSkipped) {
  arrow::Int64Builder numbers;
  arrow::StringBuilder texts;
  for (int64_t i = 0; i < 1000; ++i) {
    ASSERT_TRUE(numbers.Append(i).ok());
    ASSERT_TRUE((i / 100 == 5 ? texts.AppendNull() : texts.Append("g" + std::to_string(i / 100))).ok());
  }
  const auto table =
      arrow::Table::Make(arrow::schema({arrow::field("n", arrow::int64()), arrow::field("s", arrow::utf8())}),
                         {numbers.Finish().ValueOrDie(), texts.Finish().ValueOrDie()});
  WriteTable("/a", table, false, 100);
  const auto groups = [&](const std::string& column, Op op, std::shared_ptr<arrow::Scalar> value) {
    ParquetReadRequest request =
        Request({{"n", DataType::Int()}, {"s", DataType::String()}, {"absent", DataType::Int()}});
    request.filters = {{column, op, std::move(value)}};
    EXPECT_TRUE(Read("/a", request).ok());
    return groups_read_;
  };
  const auto number = [](int32_t value) { return arrow::MakeScalar(value); };
  EXPECT_EQ(groups("n", Op::kEqual, number(250)), 1);
  EXPECT_EQ(groups("n", Op::kEqual, number(-1)), 0);
  EXPECT_EQ(groups("n", Op::kLess, number(100)), 1);
  EXPECT_EQ(groups("n", Op::kLessEqual, number(100)), 2);
  EXPECT_EQ(groups("n", Op::kGreater, number(899)), 1);
  EXPECT_EQ(groups("n", Op::kGreaterEqual, number(899)), 2);
  EXPECT_EQ(groups("n", Op::kIsNull, nullptr), 0);
  EXPECT_EQ(groups("s", Op::kIsNull, nullptr), 1);
  EXPECT_EQ(groups("s", Op::kIsNotNull, nullptr), 9);
  EXPECT_EQ(groups("s", Op::kEqual, arrow::MakeScalar("g3")), 1);
  EXPECT_EQ(groups("s", Op::kGreaterEqual, arrow::MakeScalar("g8")), 2);
  EXPECT_EQ(groups("absent", Op::kEqual, number(1)), 0);
  EXPECT_EQ(groups("absent", Op::kIsNull, nullptr), 10);
  EXPECT_EQ(groups("unknown", Op::kEqual, number(1)), 10);
}

TEST_F(ParquetTest, TimestampsAreWrittenAsAskedFor) {
  const Schema schema = {{"t", DataType::Timestamp(3)}, {"z", DataType::TimestampLtz(6)}};
  const Batch batch =
      RandomRows({{"t", DataType::Timestamp(3).NotNull()}, {"z", DataType::TimestampLtz(6).NotNull()}}, 20, 6);
  for (const TableOptions& options :
       std::vector<TableOptions>{{}, {{"write.int64.timestamp", "false"}}, {{"timestamp.time.unit", "nanos"}}}) {
    ASSERT_TRUE(Write("/a", batch, schema, options).ok());
    EXPECT_THAT(Read("/a", Request(schema)).ValueOrDie(), ElementsAreArray(PrintRows(batch, schema)));
  }
}

TEST_F(ParquetTest, ShortDecimalsHaveNoDictionary) {
  const DataType nested = DataType::Row({{"d", DataType::Decimal(7, 1)}, {"s", DataType::String()}});
  const Schema schema = {{"short", DataType::Decimal(5, 2)},
                         {"longest", DataType::Decimal(18, 3)},
                         {"long", DataType::Decimal(19, 3)},
                         {"text", DataType::String()},
                         {"r", nested}};
  ASSERT_TRUE(Write("/d", RandomRows(schema, 20, 6), schema).ok());
  const auto bytes = std::make_shared<arrow::io::BufferReader>(arrow::Buffer::FromString(files_.Get("/d")));
  const auto reader = parquet::ParquetFileReader::Open(bytes);
  const auto group = reader->metadata()->RowGroup(0);
  std::vector<std::string> with_dictionary;
  for (int i = 0; i < group->num_columns(); ++i) {
    const auto encodings = group->ColumnChunk(i)->encodings();
    if (std::count(encodings.begin(), encodings.end(), parquet::Encoding::RLE_DICTIONARY) > 0)
      with_dictionary.push_back(group->ColumnChunk(i)->path_in_schema()->ToDotString());
  }
  EXPECT_THAT(with_dictionary, ElementsAre("long", "text", "r.s"));
}

TEST_F(ParquetTest, DamagedFilesAreErrorsThatNameThem) {
  const Schema schema = EveryScalarType();
  ASSERT_TRUE(Write("/a", RandomRows(schema, 300, 1), schema).ok());
  const std::string good = files_.Get("/a");
  const auto problem = [&](const std::string& bytes) {
    files_.Put("/a", bytes);
    return Read("/a", Request(schema)).status().message();
  };
  EXPECT_THAT(problem(""), HasSubstr("/a: the file is empty"));
  EXPECT_THAT(problem("no parquet"), HasSubstr("/a: not a readable Parquet file"));
  EXPECT_THAT(problem(good.substr(0, good.size() / 2)), HasSubstr("/a: not a readable Parquet file"));
  std::mt19937 random(3);
  values_make_sense_ = false;
  for (int i = 0; i < 300; ++i) {
    std::string bytes = good;
    for (int edits = 0; edits < 3; ++edits) bytes[random() % bytes.size()] = static_cast<char>(random());
    files_.Put("/a", bytes);
    const auto read = Read("/a", Request(schema));
    EXPECT_TRUE(read.ok() || read.status().message().find("/a") != std::string::npos) << read.status();
  }
  files_.Put("/a", good);
  io::FaultyFileSystem faulty(&files_);
  faulty.faults().cut_at["/a"] = static_cast<int64_t>(good.size()) - 100;
  EXPECT_THAT(Read("/a", Request(schema), &faulty).status().message(), HasSubstr("/a: ends early"));
}

TEST_F(ParquetTest, OptionsAndTypesAreChecked) {
  EXPECT_THAT(ParquetOptions::Parse({{"compression", "LZO"}}).status().message(), HasSubstr("SNAPPY"));
  EXPECT_TRUE(CheckParquetTypes({{"i", DataType::IntervalDayTime()}}).IsTypeError());
}

}  // namespace
}  // namespace tidemark::formats
