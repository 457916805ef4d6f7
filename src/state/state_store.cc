// SPDX-License-Identifier: Apache-2.0
// Keys of a StateStore, and the one in memory.
#include "state/state_store.h"

#include <map>

namespace tidemark::state {
namespace {

using Map = std::map<std::string, std::string, std::less<>>;

class MapScan final : public StoreScan {
 public:
  MapScan(std::shared_ptr<const Map> map, std::string prefix, std::string_view from)
      : map_(std::move(map)), prefix_(std::move(prefix)), at_(map_->lower_bound(from)) {}

  arrow::Result<bool> Next() override {
    if (started_) ++at_;
    started_ = true;
    return at_ != map_->end() && at_->first.compare(0, prefix_.size(), prefix_) == 0;
  }
  std::string_view key() const override { return at_->first; }
  std::string_view value() const override { return at_->second; }

 private:
  std::shared_ptr<const Map> map_;
  const std::string prefix_;
  Map::const_iterator at_;
  bool started_ = false;
};

class MemoryStateStore final : public StateStore {
 public:
  arrow::Status Write(std::span<const StoreEntry> entries) override {
    if (map_.use_count() > 1) map_ = std::make_shared<Map>(*map_);  // a scan goes on with what was
    for (const StoreEntry& entry : entries) {
      if (entry.removed) {
        map_->erase(std::string(entry.key));
      } else {
        (*map_)[std::string(entry.key)] = entry.value;
      }
    }
    return arrow::Status::OK();
  }

  arrow::Status MultiGet(std::span<const std::string_view> keys,
                         std::vector<std::optional<std::string_view>>* values) override {
    values->assign(keys.size(), std::nullopt);
    for (size_t i = 0; i < keys.size(); ++i) {
      const auto found = map_->find(keys[i]);
      if (found != map_->end()) (*values)[i] = found->second;
    }
    return arrow::Status::OK();
  }

  arrow::Status RemoveAll(std::string_view prefix) override {
    if (map_.use_count() > 1) map_ = std::make_shared<Map>(*map_);
    const auto begin = map_->lower_bound(prefix);
    auto end = begin;
    while (end != map_->end() && end->first.starts_with(prefix)) ++end;
    map_->erase(begin, end);
    return arrow::Status::OK();
  }

  std::unique_ptr<StoreScan> Scan(std::string_view prefix, std::string_view from) override {
    return std::make_unique<MapScan>(map_, std::string(prefix), from);
  }

  int64_t disk_bytes() const override { return disk_bytes(""); }
  int64_t disk_bytes(std::string_view prefix) const override {
    int64_t bytes = 0;
    for (auto at = map_->lower_bound(prefix); at != map_->end() && at->first.starts_with(prefix); ++at) {
      bytes += static_cast<int64_t>(at->first.size() + at->second.size());
    }
    return bytes;
  }

 private:
  std::shared_ptr<Map> map_ = std::make_shared<Map>();
};

}  // namespace

std::string StoreKeyPrefix(int operator_number) {
  return {static_cast<char>(operator_number >> 8), static_cast<char>(operator_number)};
}

std::unique_ptr<StateStore> MakeMemoryStateStore() { return std::make_unique<MemoryStateStore>(); }

}  // namespace tidemark::state
