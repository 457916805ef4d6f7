// SPDX-License-Identifier: Apache-2.0
// Rows to slices: by their time, by the window they carry, or by the slice they name.
#include "exec/slice_assigner.h"

#include <arrow/array.h>

#include <algorithm>
#include <utility>

#include "exec/time_column.h"

namespace tidemark::exec {
namespace {

/// The input's time column, or the window_end column where the input carries its windows.
DataType TimeType(const plan::WindowAggregateNode& node) {
  if (node.time_column >= 0) return node.inputs()[0]->schema()[node.time_column].type;
  return node.window_is_local ? DataType::TimestampLtz(3) : DataType::Timestamp(3);
}

}  // namespace

arrow::Status SliceAssigner::Open(const std::string& local_time_zone, std::string label) {
  label_ = std::move(label);
  return WindowZone::Make(TimeType(node_), local_time_zone).Value(&zone_);
}

EventTimeMs SliceAssigner::NeededBy(const SliceKey& key) const {
  const bool hops = node_.time_column >= 0 && node_.window.kind == time::WindowKind::kHop;
  return CompletedBy(hops ? key.part : key.end);
}

arrow::Status SliceAssigner::Assign(const Batch& batch, EventTimeMs watermark, LateRowCollector* late,
                                    std::vector<Slice*>* touched) {
  const Sinks sinks{late, touched};
  return node_.time_column >= 0 ? AssignByTime(batch, watermark, sinks) : AssignByColumns(batch, watermark, sinks);
}

arrow::Status SliceAssigner::AssignByTime(const Batch& batch, EventTimeMs watermark, Sinks sinks) {
  ARROW_ASSIGN_OR_RAISE(auto times, ReadTimes(*batch.columns[node_.time_column], label_));
  if (!zone_.is_identity()) {
    for (EventTimeMs& time : times) time = zone_.ToWall(time);
  }
  Stretch stretch;
  Stretch last_stretch;  // where slices meet, rows go to and fro between two
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    const EventTimeMs time = times[row];
    const EventTimeMs passed = std::max(batch.watermark_before(row), watermark);
    if (!stretch.Takes(time, passed)) {
      std::swap(stretch, last_stretch);
      if (!stretch.Takes(time, passed) && !FindSlice(time, passed, static_cast<int32_t>(row), sinks.late, &stretch))
        continue;
    }
    stretch.slice->Note(row, sinks.touched);
  }
  return arrow::Status::OK();
}

/// The slice for a row, after the windows that it is late for; false when it is late for all, or in none. `stretch`
/// becomes that of the slice if rows that are not late would go there.
bool SliceAssigner::FindSlice(EventTimeMs time, EventTimeMs watermark, int32_t row, LateRowCollector* late,
                              Stretch* stretch) {
  const EventTimeMs slice_end = time::SliceEnd(node_.window, time);
  const time::WindowEnds ends = time::WindowEndsOfSlice(node_.window, slice_end);
  EventTimeMs first = ends.first;
  while (first <= ends.last && watermark >= CompletedBy(first)) {
    late->Add(row, watermark, time::WindowEndingAt(node_.window, first));
    first += ends.step;
  }
  if (first > ends.last) return false;
  SliceKey key{slice_end, 0};
  if (node_.window.kind == time::WindowKind::kHop) key.part = first;
  // A window of CUMULATE has all that the shorter ones of its series have, so the row may as well be of a later
  // slice.
  if (node_.window.kind == time::WindowKind::kCumulate) key.end = first;
  stretch->slice = slices_->SliceOf(key);
  if (first == ends.first) {
    stretch->begin = slice_end - time::SliceLength(node_.window);
    stretch->end = slice_end;
    stretch->late_from = CompletedBy(first);
  } else {
    stretch->begin = stretch->end = 0;
  }
  return true;
}

/// The input's rows name their window.
arrow::Status SliceAssigner::AssignByColumns(const Batch& batch, EventTimeMs watermark, Sinks sinks) {
  ARROW_ASSIGN_OR_RAISE(const auto starts, ReadTimes(*batch.columns[node_.window_start_column], label_));
  ARROW_ASSIGN_OR_RAISE(const auto ends, ReadTimes(*batch.columns[node_.window_end_column], label_));
  SliceKey key;
  Slice* slice = nullptr;
  EventTimeMs late_from = kMinWatermark;
  for (int64_t row = 0; row < batch.num_rows; ++row) {
    if (slice == nullptr || key != SliceKey{ends[row], starts[row]}) {
      key = {ends[row], starts[row]};
      late_from = CompletedBy(key.end);
      slice = nullptr;
    }
    const EventTimeMs passed = std::max(batch.watermark_before(row), watermark);
    if (passed >= late_from) {
      sinks.late->Add(static_cast<int32_t>(row), passed, {starts[row], key.end});
      continue;
    }
    if (slice == nullptr) slice = slices_->SliceOf(key);
    slice->Note(row, sinks.touched);
  }
  return arrow::Status::OK();
}

void SliceAssigner::AssignByKeys(const arrow::Array& ends, const arrow::Array* parts, SliceStore* slices,
                                 std::vector<Slice*>* touched) {
  const int64_t* end = static_cast<const arrow::Int64Array&>(ends).raw_values();
  const int64_t* part = parts == nullptr ? nullptr : static_cast<const arrow::Int64Array&>(*parts).raw_values();
  Slice* slice = nullptr;
  for (int64_t row = 0; row < ends.length(); ++row) {
    const SliceKey key{end[row], part == nullptr ? 0 : part[row]};
    if (slice == nullptr || slice->key != key) slice = slices->SliceOf(key);
    slice->Note(row, touched);
  }
}

}  // namespace tidemark::exec
