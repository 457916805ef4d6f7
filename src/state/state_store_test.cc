// SPDX-License-Identifier: Apache-2.0
// Every StateStore against a map: the one in memory and the one on disk.
#include "state/state_store.h"

#include <arrow/api.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <random>

#include "state/rocks_state_store.h"
#include "state/store_batch.h"

namespace tidemark::state {
namespace {

struct Folder {
  Folder() {
    std::string name = ::testing::TempDir() + "state-store-XXXXXX";
    path = ::mkdtemp(name.data());
  }
  ~Folder() { std::filesystem::remove_all(path); }
  std::string path;
};

class StateStoreOf : public ::testing::TestWithParam<bool> {
 protected:
  std::unique_ptr<StateStore> Open(MemoryBudget* memory = nullptr) {
    if (!GetParam()) return MakeMemoryStateStore();
    RocksStoreOptions options;
    options.folder = folder_.path + "/store";
    options.memory = memory;
    return OpenRocksStateStore(options).ValueOrDie();
  }
  Folder folder_;
};

using Map = std::map<std::string, std::string>;

/// Writes one random batch to both.
void WriteRandom(StateStore* store, Map* map, std::mt19937* random) {
  std::map<std::string, std::optional<std::string>> changes;
  for (int i = 0; i < 200; ++i) {
    const std::string key = StoreKeyPrefix(static_cast<int>((*random)() % 3)) + std::to_string((*random)() % 500);
    if ((*random)() % 4 == 0) {
      changes[key] = std::nullopt;
    } else {
      changes[key] = std::string((*random)() % 100, static_cast<char>((*random)()));
    }
  }
  std::vector<StoreEntry> entries;
  for (const auto& [key, value] : changes) {
    entries.push_back({key, value ? std::string_view(*value) : std::string_view(), !value});
    if (value) {
      (*map)[key] = *value;
    } else {
      map->erase(key);
    }
  }
  ASSERT_TRUE(store->Write(entries).ok());
}

Map Scanned(StateStore* store, const std::string& prefix) {
  Map map;
  const auto scan = store->Scan(prefix);
  std::string last;
  while (scan->Next().ValueOrDie()) {
    EXPECT_LT(last, scan->key());
    last = scan->key();
    map.emplace(scan->key(), scan->value());
  }
  return map;
}

TEST_P(StateStoreOf, RemovesAllThatBeginWithSomething) {
  const auto store = Open();
  const auto write = [&](std::vector<std::string> keys) {
    std::vector<StoreEntry> entries;
    for (const std::string& key : keys) entries.push_back({key, "value", false});
    ASSERT_TRUE(store->Write(entries).ok());
  };
  write({"a", "b", "b1", "b\xFF", "b\xFF\xFF", "c"});
  const auto scan = store->Scan("b");
  ASSERT_TRUE(store->RemoveAll("b").ok());
  EXPECT_EQ(Scanned(store.get(), ""), (Map{{"a", "value"}, {"c", "value"}}));
  std::vector<std::optional<std::string_view>> values;
  const std::vector<std::string_view> keys = {"a", "b1"};
  ASSERT_TRUE(store->MultiGet(keys, &values).ok());
  EXPECT_TRUE(values[0].has_value());
  EXPECT_FALSE(values[1].has_value());
  int64_t seen_before = 0;
  while (scan->Next().ValueOrDie()) ++seen_before;
  EXPECT_EQ(seen_before, 4);
  // What comes later stays.
  write({"b1", "b\xFF"});
  EXPECT_EQ(Scanned(store.get(), "b").size(), 2u);
}

TEST_P(StateStoreOf, AListHasItsKeysWithTheirValuesOfNow) {
  const auto store = Open();
  const std::vector<DataType> types = {DataType::BigInt()};
  StoreKeys keys(/*operator_number=*/1, /*table=*/0, types, {0});
  const auto column = [](std::vector<int64_t> numbers) {
    arrow::Int64Builder builder;
    EXPECT_TRUE(builder.AppendValues(numbers).ok());
    return std::vector<std::shared_ptr<arrow::Array>>{builder.Finish().ValueOrDie()};
  };
  const auto write = [&](std::vector<int64_t> numbers, const std::string& value, int64_t multiple_listed,
                         uint32_t list) {
    ASSERT_TRUE(keys.Encode(column(numbers), std::ssize(numbers), nullptr).ok());
    StoreValues values;
    for (const int64_t number : numbers) {
      values.bytes()->append(value);
      values.End(/*removed=*/value.empty());
      if (number % multiple_listed == 0) values.List();
    }
    ASSERT_TRUE(values.Write(keys, store.get(), list).ok());
  };
  const auto read = [&](StoreReading reading) {
    std::map<int64_t, std::string> found;
    for (bool more = true; more;) {
      const StorePiece piece = reading.Read(/*entries_max=*/2, &more).ValueOrDie();
      const auto columns = keys.Decode(piece.Keys()).ValueOrDie();
      for (int64_t i = 0; i < piece.size(); ++i) {
        found[static_cast<const arrow::Int64Array&>(*columns[0]).Value(i)] = piece.value(i);
      }
    }
    return found;
  };
  write({5, 9, 2, 4, 7, 6}, "old", /*multiple_listed=*/2, /*list=*/0);
  write({4, 6, 7}, "new", /*multiple_listed=*/7, /*list=*/1);
  write({2}, "", /*multiple_listed=*/100, /*list=*/0);
  EXPECT_EQ(read(StoreReading::OfList(&keys, store.get(), 0)),
            (std::map<int64_t, std::string>{{4, "new"}, {6, "new"}}));
  EXPECT_EQ(read(StoreReading::OfList(&keys, store.get(), 1)), (std::map<int64_t, std::string>{{7, "new"}}));
  EXPECT_EQ(read(StoreReading(&keys, store.get())).size(), 5u);
  ASSERT_TRUE(store->RemoveAll(keys.list_prefix(0)).ok());
  EXPECT_TRUE(read(StoreReading::OfList(&keys, store.get(), 0)).empty());
  EXPECT_EQ(read(StoreReading::OfList(&keys, store.get(), 1)).size(), 1u);
  EXPECT_EQ(read(StoreReading(&keys, store.get())).size(), 5u);
}

TEST_P(StateStoreOf, HoldsWhatAMapHolds) {
  std::mt19937 random(1);
  const auto store = Open();
  Map map;
  for (int round = 0; round < 40; ++round) {
    WriteRandom(store.get(), &map, &random);
    std::vector<std::string> keys;
    for (int i = 0; i < 600; ++i) keys.push_back(StoreKeyPrefix(round % 3) + std::to_string(i));
    std::sort(keys.begin(), keys.end());
    const std::vector<std::string_view> views(keys.begin(), keys.end());
    std::vector<std::optional<std::string_view>> values;
    ASSERT_TRUE(store->MultiGet(views, &values).ok());
    for (size_t i = 0; i < keys.size(); ++i) {
      const auto found = map.find(keys[i]);
      ASSERT_EQ(values[i].has_value(), found != map.end()) << keys[i];
      EXPECT_EQ(values[i].value_or(""), found == map.end() ? "" : found->second);
    }
  }
  for (int number = 0; number < 3; ++number) {
    const std::string prefix = StoreKeyPrefix(number);
    Map expected;
    for (const auto& [key, value] : map) {
      if (key.starts_with(prefix)) expected[key] = value;
    }
    EXPECT_EQ(Scanned(store.get(), prefix), expected);
  }
  EXPECT_GT(store->disk_bytes(), 0);
}

TEST_P(StateStoreOf, AScanShowsOneMoment) {
  const auto store = Open();
  const auto write = [&](std::string_view key, std::string_view value, bool removed) {
    const StoreEntry entry{key, value, removed};
    ASSERT_TRUE(store->Write({&entry, 1}).ok());
  };
  write("a1", "x", false);
  write("a2", "y", false);
  const auto scan = store->Scan("a");
  write("a1", "z", false);
  write("a2", "", true);
  ASSERT_TRUE(scan->Next().ValueOrDie());
  EXPECT_EQ(scan->value(), "x");
  ASSERT_TRUE(scan->Next().ValueOrDie());
  EXPECT_EQ(scan->value(), "y");
  EXPECT_FALSE(scan->Next().ValueOrDie());
  EXPECT_EQ(Scanned(store.get(), "a"), (Map{{"a1", "z"}}));
}

INSTANTIATE_TEST_SUITE_P(Kinds, StateStoreOf, ::testing::Bool(),
                         [](const auto& info) { return info.param ? "OnDisk" : "InMemory"; });

TEST(RocksStateStore, BeginsEmptyAndLeavesNothing) {
  Folder folder;
  RocksStoreOptions options;
  options.folder = folder.path + "/store";
  std::filesystem::create_directories(options.folder);
  MemoryBudget memory(0);
  options.memory = &memory;
  for (int run = 0; run < 2; ++run) {
    auto store = OpenRocksStateStore(options).ValueOrDie();
    EXPECT_TRUE(Scanned(store.get(), "").empty());
    const StoreEntry entry{"key", "value"};
    ASSERT_TRUE(store->Write({&entry, 1}).ok());
    EXPECT_GT(memory.used_bytes(), 0);
    store.reset();
    EXPECT_EQ(memory.used_bytes(), 0);
    EXPECT_FALSE(std::filesystem::exists(options.folder));
  }
}

TEST(RocksStateStore, AFolderThatCannotBeMadeIsNamed) {
  RocksStoreOptions options;
  options.folder = "/dev/null/store";
  const auto store = OpenRocksStateStore(options);
  ASSERT_FALSE(store.ok());
  EXPECT_NE(store.status().message().find("/dev/null/store"), std::string::npos);
}

}  // namespace
}  // namespace tidemark::state
