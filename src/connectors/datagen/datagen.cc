// SPDX-License-Identifier: Apache-2.0
// Connector 'datagen': made-up rows, bounded by number-of-rows or by a sequence, else without end. Options as Flink's.
#include <algorithm>

#include "connectors/datagen/value_generator.h"
#include "connectors/registry.h"
#include "connectors/source_positions.h"

namespace tidemark::connectors {
namespace {

constexpr int64_t kDefaultRowsPerSecond = 10000;

arrow::Result<int64_t> IntegerOption(const TableDefinition& table, const std::string& key, int64_t otherwise) {
  const auto found = table.options.find(key);
  return found == table.options.end() ? arrow::Result<int64_t>(otherwise) : ParseInteger(found->second);
}

/// Rows in all, over all workers; nullopt: without end.
arrow::Result<std::optional<int64_t>> TotalRows(const TableDefinition& table) {
  std::optional<int64_t> total;
  if (table.options.count("number-of-rows") > 0) {
    ARROW_ASSIGN_OR_RAISE(total, IntegerOption(table, "number-of-rows", 0));
  }
  for (const auto& column : table.columns) {
    if (column.kind != TableColumn::Kind::kPhysical) continue;
    ARROW_ASSIGN_OR_RAISE(const auto generator, MakeValueGenerator(table, column));
    if (generator->rows()) total = std::min(total.value_or(*generator->rows()), *generator->rows());
  }
  return total;
}

/// Rows come in blocks; block b is a piece of the only split and belongs to worker b modulo workers.
class DatagenSource final : public Source {
 public:
  DatagenSource(const ConnectorContext& context, const SourcePositions* start,
                std::vector<std::unique_ptr<ValueGenerator>> columns, std::optional<int64_t> total,
                int64_t rows_per_second, bool ordered)
      : context_(context),
        columns_(std::move(columns)),
        total_(total),
        rows_per_second_(rows_per_second),
        stride_(ordered ? 1 : context.workers),
        // Small enough to come out several times a second at any rate, and the same in a resumed job.
        block_rows_(std::clamp<int64_t>(rows_per_second / 20, 1, kBlockRowsMax)),
        block_(ordered ? 0 : context.worker),
        done_(ordered && context.worker != 0) {
    if (total_) metrics().total_bytes.store(-1);
    if (start != nullptr) start_ = *start;
    SkipDoneBlocks();
    first_block_ = block_;
  }

  arrow::Result<Poll> Next() override {
    Poll poll;
    const int64_t first = block_ * block_rows_ + done_in_block_;
    if (done_ || IsPastEnd() || start_.HasEnded(0)) {
      poll.state = Poll::State::kEnd;
      return poll;
    }
    const int64_t now = context_.clock->SteadyMicros();
    if (started_micros_ < 0) started_micros_ = now;
    const int64_t due =
        started_micros_ + static_cast<int64_t>(1e6 * static_cast<double>(first - first_block_ * block_rows_) /
                                               static_cast<double>(rows_per_second_));
    if (rows_per_second_ > 0 && now < due) {
      poll.retry_after_micros = due - now;
      return poll;
    }
    const int64_t block_end = total_ ? std::min((block_ + 1) * block_rows_, *total_) : (block_ + 1) * block_rows_;
    const int64_t count = std::min(context_.batch_rows, block_end - first);
    poll.state = Poll::State::kBatch;
    poll.batch.num_rows = count;
    for (const auto& column : columns_) {
      ARROW_ASSIGN_OR_RAISE(auto values, column->Generate(first, count, context_.clock->NowMicros()));
      poll.batch.columns.push_back(std::move(values));
    }
    poll.piece = block_;
    poll.piece_end = first + count == block_end;
    poll.split_end = total_ && first + count >= *total_;
    metrics().rows.fetch_add(count, std::memory_order_relaxed);
    done_in_block_ += count;
    if (poll.piece_end) {
      block_ += stride_;
      done_in_block_ = 0;
      SkipDoneBlocks();
    }
    return poll;
  }

  std::vector<SplitId> ActiveSplits() const override {
    return (total_ && *total_ <= 0) || start_.HasEnded(0) ? std::vector<SplitId>() : std::vector<SplitId>{0};
  }

 private:
  static constexpr int64_t kBlockRowsMax = 8192;

  bool IsPastEnd() const { return total_ && block_ * block_rows_ >= *total_; }
  void SkipDoneBlocks() {
    while (!IsPastEnd() && !start_.HasEnded(0) && start_.IsDone(0, block_)) block_ += stride_;
  }

  const ConnectorContext context_;
  const std::vector<std::unique_ptr<ValueGenerator>> columns_;
  const std::optional<int64_t> total_;
  const int64_t rows_per_second_;
  const int64_t stride_;
  const int64_t block_rows_;
  int64_t block_;
  int64_t done_in_block_ = 0;
  int64_t first_block_ = 0;  ///< where this run began
  const bool done_;
  SourcePositions start_;
  int64_t started_micros_ = -1;
};

class Datagen final : public Connector {
 public:
  std::string name() const override { return "datagen"; }
  std::vector<OptionSpec> options() const override {
    return {{"rows-per-second", OptionType::kInteger, "10000", "Rows a second at most", {}, false},
            {"number-of-rows", OptionType::kInteger, "", "Rows in all; without it the table is unbounded", {}, false},
            {"fields.#.kind", OptionType::kEnum, "random", "How values are made", {"random", "sequence"}, false},
            {"fields.#.min", OptionType::kString, "", "Lowest random value", {}, false},
            {"fields.#.max", OptionType::kString, "", "Highest random value", {}, false},
            {"fields.#.max-past", OptionType::kDuration, "", "How far back random timestamps go", {}, false},
            {"fields.#.length", OptionType::kInteger, "100", "Length of random text", {}, false},
            {"fields.#.var-len", OptionType::kBoolean, "false", "Accepted; text has the full length", {}, false},
            {"fields.#.start", OptionType::kString, "", "First value of a sequence", {}, false},
            {"fields.#.end", OptionType::kString, "", "Last value of a sequence", {}, false},
            {"fields.#.null-rate", OptionType::kString, "0", "Share of NULLs, 0 to 1", {}, false}};
  }

  arrow::Status Validate(const TableDefinition& table) const override {
    for (const auto& [key, value] : table.options) {
      if (key.compare(0, 7, "fields.") != 0) continue;
      const std::string column = key.substr(7, key.rfind('.') - 7);
      if (table.FindColumn(column) == nullptr)
        return arrow::Status::Invalid("Option '", key, "' names no column of the table: ", column);
    }
    ARROW_ASSIGN_OR_RAISE(const int64_t rate, IntegerOption(table, "rows-per-second", kDefaultRowsPerSecond));
    if (rate <= 0) return arrow::Status::Invalid("Option 'rows-per-second' must be positive");
    return TotalRows(table).status();
  }
  bool can_write() const override { return false; }
  bool IsBounded(const TableDefinition& table) const override {
    return TotalRows(table).ValueOr(std::nullopt).has_value();
  }

  arrow::Result<std::unique_ptr<Source>> MakeSource(const SourceRequest& request,
                                                    const ConnectorContext& context) const override {
    const TableDefinition& table = *request.node->table;
    std::vector<std::unique_ptr<ValueGenerator>> columns;
    for (int column : request.node->read_columns) {
      ARROW_ASSIGN_OR_RAISE(auto generator, MakeValueGenerator(table, table.columns[column]));
      columns.push_back(std::move(generator));
    }
    ARROW_ASSIGN_OR_RAISE(const auto total, TotalRows(table));
    ARROW_ASSIGN_OR_RAISE(const int64_t rate, IntegerOption(table, "rows-per-second", kDefaultRowsPerSecond));
    return std::make_unique<DatagenSource>(context, request.start, std::move(columns), total, rate,
                                           request.node->ordered);
  }
};

}  // namespace

const Connector* DatagenConnector() {
  static const Datagen connector;
  return &connector;
}

}  // namespace tidemark::connectors
