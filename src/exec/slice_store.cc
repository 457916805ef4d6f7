// SPDX-License-Identifier: Apache-2.0
// Making, counting and dropping slices.
#include "exec/slice_store.h"
#include "catalog/column_types.h"

namespace tidemark::exec {

AggregateTableLayout LayoutOf(const plan::WindowAggregateNode& node, AggregateSet* aggregates) {
  AggregateTableLayout layout;
  layout.aggregates = aggregates;
  layout.key_types = ColumnTypes(node.inputs()[0]->schema(), node.group_columns);
  layout.input_retracts = node.input_retracts;
  return layout;
}

Slice* SliceStore::SliceOf(const SliceKey& key) {
  auto& slice = slices_[key];
  if (slice) return slice.get();
  slice = std::make_unique<Slice>(key, layout_);
  Made(slice.get());
  return slice.get();
}

void SliceStore::Recount(Slice* slice) {
  const int64_t rows = slice->table.size();
  int64_t bytes = static_cast<int64_t>(sizeof(Slice)) + slice->table.memory_bytes();
  if (slice->log) bytes += static_cast<int64_t>(sizeof(GroupLog)) + slice->log->memory_bytes();
  rows_ += rows - slice->counted_rows;
  bytes_ += bytes - slice->counted_bytes;
  slice->counted_rows = rows;
  slice->counted_bytes = bytes;
}

SliceStore::Slices::const_iterator SliceStore::Drop(Slices::const_iterator slice) {
  const auto dropped = slices_.find(slice->first);
  Forget(std::move(dropped->second));
  return slices_.erase(dropped);
}

void SliceStore::Forget(std::unique_ptr<Slice> slice) {
  rows_ -= slice->counted_rows;
  bytes_ -= slice->counted_bytes;
  Dropped(std::move(slice));
}

}  // namespace tidemark::exec
