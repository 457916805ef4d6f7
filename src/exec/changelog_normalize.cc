// SPDX-License-Identifier: Apache-2.0
// The last row of every key is kept, so that an upsert becomes the right one of +I, -U/+U or nothing, and a delete gives
// the whole old row.
#include "exec/changelog_normalize.h"

#include <algorithm>
#include <cstring>

#include "exec/changelog_builder.h"
#include "exec/ordered_rows.h"
#include "state/keyed_table.h"

namespace tidemark::exec {
namespace {

std::vector<DataType> KeyTypes(const plan::ChangelogNormalizeNode& node) {
  std::vector<DataType> types;
  for (int column : node.key_columns) types.push_back(node.schema()[column].type);
  return types;
}

class ChangelogNormalize final : public Operator {
 public:
  explicit ChangelogNormalize(const plan::ChangelogNormalizeNode& node)
      : node_(node), store_(node.schema()), last_(state::KeyedTable::Make(KeyTypes(node), sizeof(RowBytes*))) {}

  ~ChangelogNormalize() override {
    for (uint8_t* payload : last_->Payloads()) delete RowOf(payload);
  }

  arrow::Status Open(const OperatorContext& context) override {
    ARROW_RETURN_NOT_OK(Operator::Open(context));
    memory_ = MemoryReservation(context.memory, context.label);
    return arrow::Status::OK();
  }

  arrow::Status Push(int, Batch batch, Emitter& out) override {
    ARROW_ASSIGN_OR_RAISE(const auto rows, store_.Encode(batch));
    std::vector<std::shared_ptr<arrow::Array>> keys;
    for (int column : node_.key_columns) keys.push_back(batch.columns[column]);
    std::vector<uint8_t*> payloads;
    std::vector<int32_t> created;
    ARROW_RETURN_NOT_OK(last_->FindOrInsert(keys, batch.num_rows, nullptr, &payloads, &created));
    std::vector<uint8_t*> gone;
    for (int64_t row = 0; row < batch.num_rows; ++row) Apply(batch.kind(row), rows[row], payloads[row], &gone);
    EraseEmpty(gone);
    ARROW_RETURN_NOT_OK(changes_.Emit(store_, context().batch_rows, out));
    const int64_t bytes = bytes_ + last_->memory_bytes();
    if (context().metrics != nullptr) {
      context().metrics->state_rows.store(last_->size(), std::memory_order_relaxed);
      context().metrics->state_bytes.store(bytes, std::memory_order_relaxed);
    }
    return memory_.Set(bytes);
  }

 private:
  static RowBytes* RowOf(const uint8_t* payload) {
    RowBytes* row;
    std::memcpy(&row, payload, sizeof(row));
    return row;
  }
  static void SetRow(uint8_t* payload, RowBytes* row) { std::memcpy(payload, &row, sizeof(row)); }

  void Apply(RowKind kind, std::string_view row, uint8_t* payload, std::vector<uint8_t*>* gone) {
    RowBytes* old = RowOf(payload);
    if (kind == RowKind::kUpdateBefore) return;  // the +U behind it says it all
    if (kind == RowKind::kDelete) {
      if (old == nullptr) {
        gone->push_back(payload);  // made by the look-up
        return;
      }
      changes_.Add(RowKind::kDelete, *old);
      bytes_ -= BytesOf(*old);
      delete old;
      SetRow(payload, nullptr);
      gone->push_back(payload);
      return;
    }
    if (old == nullptr) {
      changes_.Add(RowKind::kInsert, row);
      SetRow(payload, new RowBytes(row));
      bytes_ += BytesOf(*RowOf(payload));
      return;
    }
    if (*old == row) return;
    changes_.Add(RowKind::kUpdateBefore, *old);
    changes_.Add(RowKind::kUpdateAfter, row);
    bytes_ -= BytesOf(*old);
    *old = row;
    bytes_ += BytesOf(*old);
  }

  /// A key may come again later in the batch that deleted it.
  void EraseEmpty(std::vector<uint8_t*> gone) {
    std::sort(gone.begin(), gone.end());
    gone.erase(std::unique(gone.begin(), gone.end()), gone.end());
    std::erase_if(gone, [](const uint8_t* payload) { return RowOf(payload) != nullptr; });
    last_->Erase(gone);
  }

  static int64_t BytesOf(const RowBytes& row) { return static_cast<int64_t>(sizeof(RowBytes) + row.capacity()); }

  const plan::ChangelogNormalizeNode& node_;
  RowStore store_;
  std::unique_ptr<state::KeyedTable> last_;  ///< payload: RowBytes*, owned; null only within Push
  ChangelogRows changes_;
  MemoryReservation memory_;
  int64_t bytes_ = 0;
};

}  // namespace

std::unique_ptr<Operator> MakeChangelogNormalizeOperator(const plan::ChangelogNormalizeNode& node) {
  return std::make_unique<ChangelogNormalize>(node);
}

}  // namespace tidemark::exec
