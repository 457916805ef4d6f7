// SPDX-License-Identifier: Apache-2.0
// Joining of small chunks, and gathering of rows from many.
#include "columnar/row_chunks.h"

#include <arrow/array.h>
#include <arrow/array/concatenate.h>
#include <arrow/array/util.h>
#include <arrow/buffer.h>
#include <arrow/builder.h>
#include <arrow/chunked_array.h>
#include <arrow/compute/api.h>
#include <arrow/type.h>
#include <arrow/util/bit_util.h>
#include <arrow/util/byte_size.h>

#include <algorithm>
#include <cstring>
#include <limits>
#include <numeric>

namespace tidemark {
namespace {

using arrow::bit_util::GetBit;

struct Wide {
  uint64_t words[2];
};

/// The column by itself: a small slice of something large would keep all of it in memory.
arrow::Result<std::shared_ptr<arrow::Array>> Detached(const std::shared_ptr<arrow::Array>& column, int64_t* bytes) {
  ARROW_ASSIGN_OR_RAISE(*bytes, arrow::util::ReferencedBufferSize(*column));
  if (arrow::util::TotalBufferSize(*column) <= 2 * *bytes + 1024) return column;
  return arrow::Concatenate({column});
}

}  // namespace

arrow::Status RowChunks::Append(const Batch& batch) {
  if (batch.num_rows == 0) return arrow::Status::OK();
  Chunk chunk;
  chunk.begin = size_;
  chunk.length = batch.num_rows;
  for (size_t column = 0; column < types_.size(); ++column) {
    int64_t bytes = 0;
    ARROW_ASSIGN_OR_RAISE(auto detached, Detached(batch.columns[column], &bytes));
    chunk.bytes += bytes;
    chunk.columns.push_back(std::move(detached));
  }
  size_ += chunk.length;
  memory_bytes_ += chunk.bytes;
  chunks_.push_back(std::move(chunk));
  return JoinSmallChunks();
}

arrow::Status RowChunks::JoinSmallChunks() {
  size_t from = chunks_.size() - 1;
  // Each chunk is joined only with one that is no smaller, so a row is copied at most log2(kBlockRows) times.
  while (from > 0 && chunks_[from - 1].length <= chunks_.back().begin + chunks_.back().length - chunks_[from].begin &&
         size_ - chunks_[from - 1].begin <= kBlockRows) {
    --from;
  }
  if (from + 1 < chunks_.size()) {
    Chunk joined;
    joined.begin = chunks_[from].begin;
    joined.length = size_ - joined.begin;
    for (size_t column = 0; column < types_.size(); ++column) {
      arrow::ArrayVector pieces;
      for (size_t i = from; i < chunks_.size(); ++i) pieces.push_back(chunks_[i].columns[column]);
      ARROW_ASSIGN_OR_RAISE(auto array, arrow::Concatenate(pieces));
      ARROW_ASSIGN_OR_RAISE(const int64_t bytes, arrow::util::ReferencedBufferSize(*array));
      joined.bytes += bytes;
      joined.columns.push_back(std::move(array));
    }
    for (size_t i = from; i < chunks_.size(); ++i) memory_bytes_ -= chunks_[i].bytes;
    memory_bytes_ += joined.bytes;
    chunks_.resize(from);
    chunks_.push_back(std::move(joined));
  }
  Index(static_cast<int64_t>(from));
  return arrow::Status::OK();
}

void RowChunks::Index(int64_t from_chunk) {
  first_chunk_.resize(static_cast<size_t>((size_ + kBlockRows - 1) >> kBlockBits));
  int64_t block = (chunks_[from_chunk].begin + kBlockRows - 1) >> kBlockBits;
  for (auto chunk = static_cast<size_t>(from_chunk); block < static_cast<int64_t>(first_chunk_.size()); ++block) {
    while (chunks_[chunk].begin + chunks_[chunk].length <= block << kBlockBits) ++chunk;
    first_chunk_[block] = static_cast<int32_t>(chunk);
  }
}

int32_t RowChunks::ChunkOf(int64_t row) const {
  int32_t chunk = first_chunk_[row >> kBlockBits];
  while (chunks_[chunk].begin + chunks_[chunk].length <= row) ++chunk;
  return chunk;
}

void RowChunks::Clear() {
  chunks_.clear();
  first_chunk_.clear();
  size_ = 0;
  memory_bytes_ = 0;
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> RowChunks::Gather(const std::vector<int64_t>& rows) const {
  std::vector<int> columns(types_.size());
  std::iota(columns.begin(), columns.end(), 0);
  return Gather(rows, columns);
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> RowChunks::Gather(const std::vector<int64_t>& rows,
                                                                            const std::vector<int>& columns) const {
  std::vector<Place> places(rows.size());
  for (size_t i = 0; i < rows.size(); ++i) {
    if (rows[i] < 0) continue;
    const int32_t chunk = ChunkOf(rows[i]);
    places[i] = {chunk, static_cast<int32_t>(rows[i] - chunks_[chunk].begin)};
  }
  std::vector<std::shared_ptr<arrow::Array>> gathered;
  for (int column : columns) {
    ARROW_ASSIGN_OR_RAISE(gathered.emplace_back(), GatherColumn(static_cast<size_t>(column), places));
  }
  return gathered;
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> RowChunks::Range(int64_t begin, int64_t end) const {
  std::vector<std::shared_ptr<arrow::Array>> columns(types_.size());
  for (size_t column = 0; column < types_.size(); ++column) {
    arrow::ArrayVector pieces;
    for (int64_t at = begin; at < end;) {
      const Chunk& chunk = chunks_[ChunkOf(at)];
      const int64_t piece_end = std::min(end, chunk.begin + chunk.length);
      pieces.push_back(chunk.columns[column]->Slice(at - chunk.begin, piece_end - at));
      at = piece_end;
    }
    if (pieces.size() == 1) {
      columns[column] = pieces[0];
    } else if (pieces.empty()) {
      ARROW_ASSIGN_OR_RAISE(columns[column], arrow::MakeArrayOfNull(types_[column], 0));
    } else {
      ARROW_ASSIGN_OR_RAISE(columns[column], arrow::Concatenate(pieces));
    }
  }
  return columns;
}

arrow::Result<std::shared_ptr<arrow::Array>> RowChunks::GatherColumn(size_t column,
                                                                     const std::vector<Place>& places) const {
  const arrow::DataType& type = *types_[column];
  if (type.id() == arrow::Type::NA) return std::make_shared<arrow::NullArray>(static_cast<int64_t>(places.size()));
  if (type.id() == arrow::Type::BOOL) return GatherBool(column, places);
  if (arrow::is_base_binary_like(type.id())) return GatherText(column, places);
  if (!arrow::is_fixed_width(type.id()) || arrow::is_nested(type.id())) return GatherOther(column, places);
  switch (type.byte_width()) {
    case 1:
      return GatherFixed<uint8_t>(column, places);
    case 2:
      return GatherFixed<uint16_t>(column, places);
    case 4:
      return GatherFixed<uint32_t>(column, places);
    case 8:
      return GatherFixed<uint64_t>(column, places);
    case 16:
      return GatherFixed<Wide>(column, places);
    default:
      return GatherOther(column, places);
  }
}

arrow::Result<std::shared_ptr<arrow::Buffer>> RowChunks::GatherValidity(size_t column, const std::vector<Place>& places,
                                                                        int64_t* null_count) const {
  bool any = false;
  for (const Chunk& chunk : chunks_) any |= chunk.columns[column]->null_count() > 0;
  for (size_t i = 0; !any && i < places.size(); ++i) any = places[i].row < 0;
  *null_count = 0;
  if (!any) return nullptr;
  ARROW_ASSIGN_OR_RAISE(auto bits, arrow::AllocateEmptyBitmap(static_cast<int64_t>(places.size())));
  for (size_t i = 0; i < places.size(); ++i) {
    const Place place = places[i];
    if (place.row < 0 || chunks_[place.chunk].columns[column]->IsNull(place.row)) {
      ++*null_count;
    } else {
      arrow::bit_util::SetBit(bits->mutable_data(), static_cast<int64_t>(i));
    }
  }
  return bits;
}

template <typename T>
arrow::Result<std::shared_ptr<arrow::Array>> RowChunks::GatherFixed(size_t column,
                                                                    const std::vector<Place>& places) const {
  std::vector<const T*> values;
  values.reserve(chunks_.size());
  for (const Chunk& chunk : chunks_) values.push_back(chunk.columns[column]->data()->template GetValues<T>(1));
  const auto count = static_cast<int64_t>(places.size());
  int64_t null_count = 0;
  ARROW_ASSIGN_OR_RAISE(auto validity, GatherValidity(column, places, &null_count));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> buffer, arrow::AllocateBuffer(count * sizeof(T)));
  T* out = reinterpret_cast<T*>(buffer->mutable_data());
  for (int64_t i = 0; i < count; ++i) out[i] = places[i].row < 0 ? T{} : values[places[i].chunk][places[i].row];
  return arrow::MakeArray(
      arrow::ArrayData::Make(types_[column], count, {std::move(validity), std::move(buffer)}, null_count));
}

arrow::Result<std::shared_ptr<arrow::Array>> RowChunks::GatherBool(size_t column,
                                                                   const std::vector<Place>& places) const {
  const auto count = static_cast<int64_t>(places.size());
  int64_t null_count = 0;
  ARROW_ASSIGN_OR_RAISE(auto validity, GatherValidity(column, places, &null_count));
  ARROW_ASSIGN_OR_RAISE(auto bits, arrow::AllocateEmptyBitmap(count));
  for (int64_t i = 0; i < count; ++i) {
    if (places[i].row < 0) continue;
    const auto& values = static_cast<const arrow::BooleanArray&>(*chunks_[places[i].chunk].columns[column]);
    if (values.Value(places[i].row)) arrow::bit_util::SetBit(bits->mutable_data(), i);
  }
  return arrow::MakeArray(
      arrow::ArrayData::Make(types_[column], count, {std::move(validity), std::move(bits)}, null_count));
}

arrow::Result<std::shared_ptr<arrow::Array>> RowChunks::GatherText(size_t column,
                                                                   const std::vector<Place>& places) const {
  const auto count = static_cast<int64_t>(places.size());
  int64_t null_count = 0;
  ARROW_ASSIGN_OR_RAISE(auto validity, GatherValidity(column, places, &null_count));
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> offsets, arrow::AllocateBuffer((count + 1) * sizeof(int32_t)));
  auto* offset = reinterpret_cast<int32_t*>(offsets->mutable_data());
  std::vector<std::string_view> views(places.size());
  int64_t total = 0;
  for (int64_t i = 0; i < count; ++i) {
    offset[i] = static_cast<int32_t>(total);
    if (places[i].row < 0) continue;
    const auto& values = static_cast<const arrow::BinaryArray&>(*chunks_[places[i].chunk].columns[column]);
    if (values.IsValid(places[i].row)) views[i] = values.GetView(places[i].row);
    total += static_cast<int64_t>(views[i].size());
    if (total > std::numeric_limits<int32_t>::max())
      return arrow::Status::CapacityError("Text of one batch exceeds 2 GiB");
  }
  offset[count] = static_cast<int32_t>(total);
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> bytes, arrow::AllocateBuffer(total));
  for (int64_t i = 0; i < count; ++i) {
    if (!views[i].empty()) std::memcpy(bytes->mutable_data() + offset[i], views[i].data(), views[i].size());
  }
  return arrow::MakeArray(arrow::ArrayData::Make(
      types_[column], count, {std::move(validity), std::move(offsets), std::move(bytes)}, null_count));
}

arrow::Result<std::shared_ptr<arrow::Array>> RowChunks::GatherOther(size_t column,
                                                                    const std::vector<Place>& places) const {
  if (chunks_.empty() || places.empty()) {
    return arrow::MakeArrayOfNull(types_[column], static_cast<int64_t>(places.size()));
  }
  arrow::ArrayVector pieces;
  for (const Chunk& chunk : chunks_) pieces.push_back(chunk.columns[column]);
  arrow::Int64Builder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(static_cast<int64_t>(places.size())));
  for (const Place& place : places) {
    if (place.row < 0) {
      builder.UnsafeAppendNull();
    } else {
      builder.UnsafeAppend(chunks_[place.chunk].begin + place.row);
    }
  }
  ARROW_ASSIGN_OR_RAISE(auto rows, builder.Finish());
  const auto values = std::make_shared<arrow::ChunkedArray>(std::move(pieces), types_[column]);
  ARROW_ASSIGN_OR_RAISE(const arrow::Datum taken, arrow::compute::Take(values, rows));
  return arrow::Concatenate(taken.chunked_array()->chunks());
}

}  // namespace tidemark
