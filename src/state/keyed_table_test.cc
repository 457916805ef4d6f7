// SPDX-License-Identifier: Apache-2.0
// KeyedTable against a map, for every kind of key, with growth, erasure and reuse.
#include "state/keyed_table.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

#include <cmath>
#include <cstring>
#include <map>
#include <random>

namespace tidemark::state {
namespace {

using Columns = std::vector<std::shared_ptr<arrow::Array>>;

std::shared_ptr<arrow::Array> Column(const DataType& type, const std::string& json) {
  return arrow::json::ArrayFromJSONString(type.ToArrow(), json).ValueOrDie();
}

int64_t& Counter(uint8_t* payload) { return *reinterpret_cast<int64_t*>(payload); }

/// Draws a value of a type as JSON, from about `distinct` values, NULL among them.
std::string RandomJson(const DataType& type, int distinct, std::mt19937* random) {
  const int value = static_cast<int>((*random)() % distinct);
  if (value == 0 && type.nullable()) return "null";
  switch (type.kind()) {
    case TypeKind::kVarChar:
      // Lengths on both sides of what fits into a row.
      return "\"" + std::string(value % 3 == 0 ? 20 : 0, 'x') + std::to_string(value) + "\"";
    case TypeKind::kBoolean:
      return value % 2 ? "true" : "false";
    case TypeKind::kTinyInt:
      return std::to_string(value % 128);
    case TypeKind::kSmallInt:
      return std::to_string(value - 500);
    case TypeKind::kDecimal:
      return "\"" + std::to_string(value) + ".00\"";
    case TypeKind::kArray:
      return "[" + RandomJson(type.element(), distinct, random) + "]";
    case TypeKind::kDouble:
      return std::to_string(value) + ".5";
    default:
      return std::to_string(value * 7919 - 1000);
  }
}

Columns RandomKeys(const std::vector<DataType>& types, int64_t num_rows, int distinct, std::mt19937* random) {
  Columns columns;
  for (const DataType& type : types) {
    std::string json = "[";
    for (int64_t row = 0; row < num_rows; ++row) json += (row ? "," : "") + RandomJson(type, distinct, random);
    columns.push_back(Column(type, json + "]"));
  }
  return columns;
}

std::string KeyText(const Columns& columns, int64_t row) {
  std::string text;
  for (const auto& column : columns) text += column->GetScalar(row).ValueOrDie()->ToString() + "|";
  return text;
}

/// The table's contents as a map from key text to counter.
std::map<std::string, int64_t> Contents(const KeyedTable& table) {
  const auto payloads = table.Payloads();
  EXPECT_EQ(static_cast<int64_t>(payloads.size()), table.size());
  const auto keys = table.Keys(payloads).ValueOrDie();
  std::map<std::string, int64_t> contents;
  for (size_t i = 0; i < payloads.size(); ++i) {
    EXPECT_TRUE(contents.emplace(KeyText(keys, static_cast<int64_t>(i)), Counter(payloads[i])).second);
  }
  return contents;
}

class KeyedTableOf : public ::testing::TestWithParam<std::vector<DataType>> {};

TEST_P(KeyedTableOf, CountsAsAMapDoes) {
  const auto& types = GetParam();
  std::mt19937 random(1);
  const auto table = KeyedTable::Make(types, 16);
  std::map<std::string, int64_t> expected;
  std::vector<uint8_t*> payloads;
  std::vector<int32_t> created;
  for (int batch = 0; batch < 30; ++batch) {
    const int64_t num_rows = 1 + random() % 300;
    const Columns keys = RandomKeys(types, num_rows, batch < 15 ? 40 : 5000, &random);
    std::vector<int32_t> selected;
    const bool select = batch % 3 == 0;
    for (int32_t row = 0; row < num_rows; ++row) {
      if (!select || random() % 2) selected.push_back(row);
    }
    const size_t before = expected.size();
    ASSERT_TRUE(table->FindOrInsert(keys, num_rows, select ? &selected : nullptr, &payloads, &created).ok());
    ASSERT_EQ(payloads.size(), selected.size());
    for (int32_t position : created) EXPECT_EQ(Counter(payloads[position]), 0);
    EXPECT_TRUE(std::is_sorted(created.begin(), created.end()));
    for (size_t i = 0; i < selected.size(); ++i) {
      ++Counter(payloads[i]);
      ++expected[KeyText(keys, selected[i])];
    }
    EXPECT_EQ(created.size(), expected.size() - before);
  }
  EXPECT_EQ(Contents(*table), expected);
  EXPECT_GT(table->memory_bytes(), 0);
}

TEST_P(KeyedTableOf, FindsWhatIsThereAndNothingElse) {
  const auto& types = GetParam();
  std::mt19937 random(2);
  const auto table = KeyedTable::Make(types, 8);
  const Columns keys = RandomKeys(types, 200, 1000, &random);
  std::vector<uint8_t*> payloads;
  std::vector<int32_t> created;
  std::vector<int32_t> half;
  for (int32_t row = 0; row < 200; row += 2) half.push_back(row);
  ASSERT_TRUE(table->FindOrInsert(keys, 200, &half, &payloads, &created).ok());
  const std::map<std::string, int64_t> contents = Contents(*table);
  ASSERT_TRUE(table->Find(keys, 200, nullptr, &payloads).ok());
  for (int64_t row = 0; row < 200; ++row) {
    EXPECT_EQ(payloads[row] != nullptr, contents.contains(KeyText(keys, row)));
  }
}

TEST_P(KeyedTableOf, ErasedKeysComeBackAsNew) {
  const auto& types = GetParam();
  std::mt19937 random(3);
  const auto table = KeyedTable::Make(types, 8);
  std::map<std::string, int64_t> expected;
  std::vector<uint8_t*> payloads;
  std::vector<int32_t> created;
  for (int round = 0; round < 60; ++round) {
    const Columns keys = RandomKeys(types, 100, 300, &random);
    ASSERT_TRUE(table->FindOrInsert(keys, 100, nullptr, &payloads, &created).ok());
    for (int64_t row = 0; row < 100; ++row) {
      ++Counter(payloads[row]);
      ++expected[KeyText(keys, row)];
    }
    std::vector<uint8_t*> doomed;
    for (uint8_t* payload : table->Payloads()) {
      if (random() % 3 == 0) doomed.push_back(payload);
    }
    const auto erased = table->Keys(doomed).ValueOrDie();
    for (size_t i = 0; i < doomed.size(); ++i) expected.erase(KeyText(erased, static_cast<int64_t>(i)));
    table->Erase(doomed);
    ASSERT_EQ(Contents(*table), expected) << "round " << round;
  }
  table->Clear();
  EXPECT_EQ(table->size(), 0);
  EXPECT_TRUE(Contents(*table).empty());
}

TEST_P(KeyedTableOf, TakesInTheKeysOfAnotherTable) {
  const auto& types = GetParam();
  std::mt19937 random(4);
  std::vector<uint8_t*> payloads;
  std::vector<int32_t> created;
  const auto target = KeyedTable::Make(types, 8);
  std::map<std::string, int64_t> expected;
  for (int part = 0; part < 3; ++part) {
    const auto source = KeyedTable::Make(types, 24);
    const Columns keys = RandomKeys(types, 150, 100, &random);
    ASSERT_TRUE(source->FindOrInsert(keys, 150, nullptr, &payloads, &created).ok());
    for (uint8_t* payload : payloads) ++Counter(payload);
    for (const auto& [key, count] : Contents(*source)) expected[key] += count;

    const auto sources = source->Payloads();
    target->Reserve(source->size());
    const int64_t size_before = target->size();
    target->FindOrInsertFrom(*source, sources, &payloads, &created);
    EXPECT_EQ(static_cast<int64_t>(created.size()), target->size() - size_before);
    for (size_t i = 0; i < sources.size(); ++i) Counter(payloads[i]) += Counter(sources[i]);
  }
  EXPECT_EQ(Contents(*target), expected);
}

TEST_P(KeyedTableOf, OldRowsAreTakenOutAndTheirMemoryGivenBack) {
  std::mt19937 random(9);
  const auto table = KeyedTable::Make(GetParam(), sizeof(int64_t));
  std::map<std::string, int64_t> expected;
  std::vector<uint8_t*> payloads;
  std::vector<int32_t> created;
  int64_t largest = 0;
  for (int round = 0; round < 60; ++round) {
    const Columns keys = RandomKeys(GetParam(), 300, 30'000, &random);
    ASSERT_TRUE(table->FindOrInsert(keys, 300, nullptr, &payloads, &created).ok());
    for (int64_t row = 0; row < 300; ++row) {
      ++Counter(payloads[row]);
      ++expected[KeyText(keys, row)];
    }
    while (table->size() > 1000) {
      std::vector<uint8_t*> old;
      ASSERT_TRUE(table->RetireOldest(&old));
      ASSERT_FALSE(old.empty());
      std::vector<uint8_t*> kept;
      std::vector<uint8_t*> gone;
      for (uint8_t* payload : old) (random() % 4 == 0 ? kept : gone).push_back(payload);
      const auto gone_keys = table->Keys(gone).ValueOrDie();
      for (size_t i = 0; i < gone.size(); ++i) expected.erase(KeyText(gone_keys, static_cast<int64_t>(i)));
      table->Erase(gone);
      table->Renew(kept);
      for (uint8_t* payload : kept) EXPECT_GT(Counter(payload), 0);
    }
    ASSERT_EQ(Contents(*table), expected);
    if (round == 10) largest = table->memory_bytes();
  }
  EXPECT_LT(table->memory_bytes(), largest * 2);
  std::vector<uint8_t*> old;
  while (table->RetireOldest(&old)) {
    table->Erase(old);
    old.clear();
  }
  table->Shrink();
  EXPECT_EQ(table->size(), 0);
  EXPECT_LT(table->memory_bytes(), 100'000);
}

TEST_P(KeyedTableOf, PayloadsStayWhereTheyAre) {
  const auto& types = GetParam();
  std::mt19937 random(5);
  const auto table = KeyedTable::Make(types, 8);
  std::vector<uint8_t*> payloads;
  std::vector<int32_t> created;
  std::map<std::string, uint8_t*> places;
  for (int batch = 0; batch < 20; ++batch) {
    const Columns keys = RandomKeys(types, 200, 3000, &random);
    ASSERT_TRUE(table->FindOrInsert(keys, 200, nullptr, &payloads, &created).ok());
    for (int64_t row = 0; row < 200; ++row) {
      EXPECT_EQ(places.emplace(KeyText(keys, row), payloads[row]).first->second, payloads[row]);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(payloads[row]) % 8, 0u);
    }
  }
}

const DataType kInt = DataType::Int();
const DataType kBigInt = DataType::BigInt();
const DataType kString = DataType::String();

INSTANTIATE_TEST_SUITE_P(
    AllKeys, KeyedTableOf,
    ::testing::Values(std::vector<DataType>{kBigInt}, std::vector<DataType>{kBigInt.NotNull()},
                      std::vector<DataType>{kInt}, std::vector<DataType>{DataType::SmallInt()},
                      std::vector<DataType>{DataType::TinyInt()}, std::vector<DataType>{DataType::Boolean()},
                      std::vector<DataType>{DataType::Double()}, std::vector<DataType>{DataType::Float()},
                      std::vector<DataType>{DataType::Timestamp(3)}, std::vector<DataType>{DataType::Date()},
                      std::vector<DataType>{DataType::Decimal(12, 2)}, std::vector<DataType>{kInt, DataType::Boolean()},
                      std::vector<DataType>{kBigInt, kInt}, std::vector<DataType>{kBigInt, kBigInt, kBigInt},
                      std::vector<DataType>{kBigInt, kBigInt, kBigInt, kBigInt, kBigInt},
                      std::vector<DataType>{kString}, std::vector<DataType>{kString, kBigInt},
                      std::vector<DataType>{kString, kString, DataType::Double()},
                      std::vector<DataType>{DataType::Array(kBigInt)}),
    [](const auto& info) {
      std::string name;
      for (const DataType& type : info.param) name += type.ToString();
      for (char& c : name) c = std::isalnum(static_cast<unsigned char>(c)) ? c : '_';
      return name;
    });

TEST(KeyedTable, WithoutKeyColumnsThereIsOneRow) {
  const auto table = KeyedTable::Make({}, 8);
  std::vector<uint8_t*> payloads;
  std::vector<int32_t> created;
  ASSERT_TRUE(table->Find({}, 2, nullptr, &payloads).ok());
  EXPECT_EQ(payloads, (std::vector<uint8_t*>{nullptr, nullptr}));
  ASSERT_TRUE(table->FindOrInsert({}, 3, nullptr, &payloads, &created).ok());
  EXPECT_EQ(created, std::vector<int32_t>{0});
  EXPECT_EQ(payloads[0], payloads[2]);
  EXPECT_EQ(table->size(), 1);
  EXPECT_TRUE(table->Keys(payloads).ValueOrDie().empty());
  table->Erase(std::vector<uint8_t*>{payloads[0]});
  EXPECT_EQ(table->size(), 0);
}

TEST(KeyedTable, ZerosAreOneKeyAndNansAreOneKey) {
  arrow::DoubleBuilder builder;
  ASSERT_TRUE(builder.AppendValues({0.0, -0.0, std::nan("1"), -std::nan("2")}).ok());
  const Columns keys = {builder.Finish().ValueOrDie()};
  const auto table = KeyedTable::Make({DataType::Double()}, 8);
  std::vector<uint8_t*> payloads;
  std::vector<int32_t> created;
  ASSERT_TRUE(table->FindOrInsert(keys, 4, nullptr, &payloads, &created).ok());
  EXPECT_EQ(table->size(), 2);
  EXPECT_EQ(payloads[0], payloads[1]);
  EXPECT_EQ(payloads[2], payloads[3]);
}

TEST(KeyedTable, AsRowsZerosAreTwoKeysAndComeBackAsTheyWere) {
  arrow::DoubleBuilder builder;
  ASSERT_TRUE(builder.AppendValues({0.0, -0.0, -0.0, std::nan("1"), -std::nan("2")}).ok());
  const auto doubles = builder.Finish().ValueOrDie();
  const auto texts = Column(DataType::String(), R"(["a", "a", "a", "a", "a"])");
  const auto numbers = Column(kBigInt, "[1, 1, 1, 1, 1]");
  const std::vector<std::pair<std::vector<DataType>, Columns>> kinds = {
      {{DataType::Double()}, {doubles}},
      {{DataType::Double(), kBigInt}, {doubles, numbers}},
      {{DataType::Double(), DataType::String()}, {doubles, texts}}};
  for (const auto& [types, keys] : kinds) {
    const auto table = KeyedTable::Make(types, 8, KeyCodec::Floats::kAsRows);
    std::vector<uint8_t*> payloads;
    std::vector<int32_t> created;
    ASSERT_TRUE(table->FindOrInsert(keys, 5, nullptr, &payloads, &created).ok());
    EXPECT_EQ(created, (std::vector<int32_t>{0, 1, 3}));
    EXPECT_EQ(payloads[1], payloads[2]);
    EXPECT_EQ(payloads[3], payloads[4]);
    const auto back = table->Keys(payloads).ValueOrDie();
    EXPECT_FALSE(std::signbit(static_cast<const arrow::DoubleArray&>(*back[0]).Value(0)));
    EXPECT_TRUE(std::signbit(static_cast<const arrow::DoubleArray&>(*back[0]).Value(1)));
  }
}

TEST(KeyedTable, InsertionOrderIsKept) {
  const auto table = KeyedTable::Make({kBigInt}, 8);
  std::vector<uint8_t*> payloads;
  std::vector<int32_t> created;
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < 5000; ++i) ASSERT_TRUE(builder.Append((i * 7919) % 5003).ok());
  const Columns keys = {builder.Finish().ValueOrDie()};
  ASSERT_TRUE(table->FindOrInsert(keys, 5000, nullptr, &payloads, &created).ok());
  EXPECT_TRUE(table->Keys(table->Payloads()).ValueOrDie()[0]->Equals(keys[0]));
}

TEST(KeyedTable, ASmallTableIsSmallAndMemoryGrowsWithRows) {
  const auto table = KeyedTable::Make({kBigInt}, 8);
  EXPECT_LT(table->memory_bytes(), 2048);
  arrow::Int64Builder builder;
  for (int64_t i = 0; i < 100'000; ++i) ASSERT_TRUE(builder.Append(i).ok());
  const Columns keys = {builder.Finish().ValueOrDie()};
  std::vector<uint8_t*> payloads;
  std::vector<int32_t> created;
  ASSERT_TRUE(table->FindOrInsert(keys, 100'000, nullptr, &payloads, &created).ok());
  EXPECT_GT(table->memory_bytes(), 100'000 * 24);
  EXPECT_LT(table->memory_bytes(), 100'000 * 120);
}

}  // namespace
}  // namespace tidemark::state
