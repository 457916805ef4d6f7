// SPDX-License-Identifier: Apache-2.0
// Late rows and bad records as rows of tables that the user declared.
#include "runtime/side_table.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "runtime/dead_letters.h"
#include "runtime/late_rows.h"

namespace tidemark::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Keeps every row as text.
class TextSink final : public connectors::Sink {
 public:
  arrow::Status Write(const Batch& batch) override {
    for (int64_t row = 0; row < batch.num_rows; ++row) {
      std::string text;
      for (const auto& column : batch.columns) {
        ARROW_ASSIGN_OR_RAISE(const auto value, column->GetScalar(row));
        text += (text.empty() ? "" : " | ") + value->ToString();
      }
      rows.push_back(text);
    }
    return arrow::Status::OK();
  }
  arrow::Status Close(bool /*complete*/) override { return arrow::Status::OK(); }
  void Abort() override {}

  std::vector<std::string> rows;
};

TablePtr Table(std::vector<Field> columns) {
  auto table = std::make_shared<TableDefinition>();
  table->path = {"default_catalog", "default_database", "side"};
  for (auto& column : columns) table->columns.push_back({.name = column.name, .type = column.type});
  return table;
}

class SideTableTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { ASSERT_TRUE(arrow::compute::Initialize().ok()); }
  ManualClock clock_{1'700'000'000'000'000};
  TextSink sink_;
};

TEST_F(SideTableTest, ColumnsAreChosenByNameInAnyOrder) {
  const auto node =
      MakeSideSinkNode(Table({{"reason", DataType::String()}, {"operator_name", DataType::String().NotNull()}}),
                       LateRowSchema(), "LateRows");
  ASSERT_TRUE(node.ok()) << node.status().ToString();
  EXPECT_EQ((*node)->label(), "LateRows(side)");
  EXPECT_THAT(KnownColumns(**node, LateRowSchema()), ElementsAre(1, 0));
}

TEST_F(SideTableTest, AColumnThatCannotBeFilledIsRefusedWithWhatThereIs) {
  for (const Field& field : std::vector<Field>{{"reasons", DataType::String()}, {"window_end", DataType::BigInt()}}) {
    const auto node = MakeSideSinkNode(Table({field}), LateRowSchema(), "LateRows");
    ASSERT_FALSE(node.ok());
    EXPECT_THAT(node.status().message(), HasSubstr("'" + field.name + "'"));
    EXPECT_THAT(node.status().message(), HasSubstr("window_end TIMESTAMP(3)"));
  }
}

TEST_F(SideTableTest, LateRowsSayWhatTheyMissed) {
  const auto node = MakeSideSinkNode(Table(LateRowSchema()), LateRowSchema(), "LateRows");
  ASSERT_TRUE(node.ok());
  const plan::ValuesNode input({{"id", DataType::BigInt()}, {"name", DataType::String()}}, {}, "input");
  const plan::UnionNode op({}, {std::make_shared<plan::ValuesNode>(input)}, {}, "WindowAggregate(id)");
  const expr::FunctionContext functions;
  const auto writer = MakeLateRowWriter({.node = &op,
                                         .sink_node = node->get(),
                                         .sink = &sink_,
                                         .functions = &functions,
                                         .clock = &clock_,
                                         .name_origin = [](const RowOrigin& origin) {
                                           return OriginText{"bids", "bids-" + std::to_string(origin.split)};
                                         }});
  ASSERT_TRUE(writer.ok()) << writer.status().ToString();

  arrow::Int64Builder ids;
  ASSERT_TRUE(ids.AppendValues({7, 8}).ok());
  arrow::StringBuilder names;
  ASSERT_TRUE(names.Append("a").ok());
  ASSERT_TRUE(names.AppendNull().ok());
  exec::LateRows late;
  late.rows = Batch{2, {*ids.Finish(), *names.Finish()}};
  late.rows.row_origins = std::make_shared<const std::vector<RowOrigin>>(std::vector<RowOrigin>{{4, 3, 70}, {}});
  late.watermarks = {1'000, 2'000};
  late.window_starts = {0, 1'500};
  late.window_ends = {500, 2'000};
  ASSERT_TRUE((*writer)->Add(late).ok());
  ASSERT_EQ(sink_.rows.size(), 2u);
  EXPECT_THAT(sink_.rows[0], HasSubstr("WindowAggregate(id)"));
  EXPECT_THAT(sink_.rows[0], HasSubstr("{\"id\":7,\"name\":\"a\"}"));
  EXPECT_THAT(sink_.rows[0],
              HasSubstr("+I | 1970-01-01 00:00:01.000 | 1970-01-01 00:00:00.000 | 1970-01-01 00:00:00.500"));
  EXPECT_THAT(sink_.rows[0], HasSubstr(" | bids | bids-3 | 70 | "));
  EXPECT_THAT(sink_.rows[0], HasSubstr("2023-11-14 22:13:20"));
  EXPECT_THAT(sink_.rows[1], HasSubstr("1970-01-01 00:00:02.000 | 1970-01-01 00:00:01.500 | 1970-01-01 00:00:02.000"));
  EXPECT_THAT(sink_.rows[1], HasSubstr(" | null | null | null | "));
  late.reason = exec::LateRows::Reason::kInstant;
  ASSERT_TRUE((*writer)->Add(late).ok());
  EXPECT_THAT(sink_.rows[2], HasSubstr("the row's time"));
  EXPECT_THAT(sink_.rows[2], HasSubstr("1970-01-01 00:00:01.000 | null | null | bids"));
}

TEST_F(SideTableTest, OriginsAreBroughtAlongOnlyWhereTheyAreWritten) {
  const auto plain = MakeSideSinkNode(Table({{"reason", DataType::String()}}), LateRowSchema(), "LateRows");
  EXPECT_FALSE(WantsOrigins(**plain));
  const auto with = MakeSideSinkNode(Table({{"source_position", DataType::BigInt()}}), LateRowSchema(), "LateRows");
  EXPECT_TRUE(WantsOrigins(**with));
}

TEST_F(SideTableTest, BadRecordsAreGatheredAndNothingIsLost) {
  const auto node = MakeSideSinkNode(Table({{"table_name", DataType::String()},
                                            {"position", DataType::String()},
                                            {"reason", DataType::String()},
                                            {"record", DataType::String()}}),
                                     DeadLetterSchema(), "DeadLetters");
  ASSERT_TRUE(node.ok());
  DeadLetterWriter writer("bids", **node, &sink_, &clock_);
  ASSERT_TRUE(writer.Add("x.json:3", "not JSON", "{\"a\": \xFFz").ok());
  EXPECT_TRUE(sink_.rows.empty());
  ASSERT_TRUE(writer.Flush().ok());
  EXPECT_TRUE(sink_.rows.empty()) << "its turn has not come";
  ASSERT_TRUE(writer.Give(writer.TakeAdded()).ok());
  ASSERT_TRUE(writer.Flush().ok());
  EXPECT_THAT(sink_.rows, ElementsAre("bids | x.json:3 | not JSON | {\"a\": \xEF\xBF\xBDz"));
  for (int i = 0; i < 5000; ++i) ASSERT_TRUE(writer.Add("p", "r", "x").ok());
  ASSERT_TRUE(writer.Give(writer.TakeAdded()).ok());
  EXPECT_GT(sink_.rows.size(), 4000u);  // bounded
  ASSERT_TRUE(writer.Flush().ok());
  EXPECT_EQ(sink_.rows.size(), 5001u);
}

}  // namespace
}  // namespace tidemark::runtime
