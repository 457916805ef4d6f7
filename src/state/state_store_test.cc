// SPDX-License-Identifier: Apache-2.0
// Every StateStore against a map: the one in memory and the one on disk.
#include "state/state_store.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <random>

#include "state/rocks_state_store.h"

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
