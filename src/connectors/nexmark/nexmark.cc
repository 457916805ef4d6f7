// SPDX-License-Identifier: Apache-2.0
// Connector 'nexmark': the benchmark's events as a table with the columns event_type, person, auction, bid.
#include <arrow/api.h>

#include <algorithm>
#include <functional>

#include "connectors/nexmark/nexmark_events.h"
#include "connectors/registry.h"
#include "connectors/source_positions.h"

namespace tidemark::connectors {
namespace {

using nexmark::EventType;
using nexmark::Parameters;

/// Events in a piece: a fixed number, so that the cut does not depend on workers or batches.
constexpr int64_t kPieceEvents = 100'000;

std::vector<OptionSpec> NexmarkOptions() {
  const auto integer = [](std::string key, std::string otherwise, std::string description) {
    return OptionSpec{std::move(key), OptionType::kInteger, std::move(otherwise), std::move(description), {}, false};
  };
  return {
      integer("events.num", "0", "Events in all; 0: without end"),
      integer("first-event.rate", "10000", "Events per second of event time"),
      integer("next-event.rate", "10000", "Accepted; the rate is that of first-event.rate"),
      integer("person.proportion", "1", "People in every so many events"),
      integer("auction.proportion", "3", "Auctions in every so many events"),
      integer("bid.proportion", "46", "Bids in every so many events"),
      integer("person.avg-size", "200", "Bytes of a person"),
      integer("auction.avg-size", "500", "Bytes of an auction"),
      integer("bid.avg-size", "100", "Bytes of a bid"),
      integer("bid.hot-ratio.auctions", "2", "All but one in so many bids go to hot auctions"),
      integer("bid.hot-ratio.bidders", "4", "All but one in so many bids come from hot bidders"),
      integer("auction.hot-ratio.sellers", "4", "All but one in so many auctions are of hot sellers"),
      integer("base-time", "1436918400000", "Event time of the first event, ms since 1970"),
      {"rate.shape", OptionType::kString, "SQUARE", "Accepted; the rate is constant", {}, false},
      {"rate.period", OptionType::kString, "600", "Accepted", {}, false},
      {"rate.limited", OptionType::kBoolean, "false", "Accepted; events come as fast as they are taken", {}, false},
  };
}

int64_t Number(const TableDefinition& table, const std::string& key) {
  const auto found = table.options.find(key);
  std::string text = found == table.options.end() ? "" : found->second;
  for (const auto& spec : NexmarkOptions()) {
    if (text.empty() && spec.key == key) text = spec.default_value;
  }
  return ParseInteger(text).ValueOr(0);  // checked when the table was made
}

Parameters ParametersOf(const TableDefinition& table) {
  Parameters p;
  p.person_proportion = Number(table, "person.proportion");
  p.auction_proportion = Number(table, "auction.proportion");
  p.bid_proportion = Number(table, "bid.proportion");
  p.events_per_second = Number(table, "first-event.rate");
  p.base_time_ms = Number(table, "base-time");
  p.hot_auction_ratio = Number(table, "bid.hot-ratio.auctions");
  p.hot_bidder_ratio = Number(table, "bid.hot-ratio.bidders");
  p.hot_seller_ratio = Number(table, "auction.hot-ratio.sellers");
  p.person_bytes = Number(table, "person.avg-size");
  p.auction_bytes = Number(table, "auction.avg-size");
  p.bid_bytes = Number(table, "bid.avg-size");
  return p;
}

std::optional<EventType> EventOfColumn(const std::string& name) {
  if (name == "person") return EventType::kPerson;
  if (name == "auction") return EventType::kAuction;
  if (name == "bid") return EventType::kBid;
  return std::nullopt;
}

/// A field that is a number or a time; null for text and unknown names.
std::function<int64_t(int64_t event)> NumberField(const Parameters& p, EventType type, const std::string& field) {
  if (field == "dateTime") return [&p](int64_t event) { return nexmark::TimeOf(p, event); };
  if (type == EventType::kPerson) {
    if (field == "id") return [&p](int64_t event) { return nexmark::PersonId(p, event); };
  } else if (type == EventType::kAuction) {
    if (field == "id") return [&p](int64_t event) { return nexmark::AuctionId(p, event); };
    if (field == "seller") return [&p](int64_t event) { return nexmark::AuctionSeller(p, event); };
    if (field == "category") return nexmark::AuctionCategory;
    if (field == "initialBid") return nexmark::AuctionInitialBid;
    if (field == "reserve") return nexmark::AuctionReserve;
    if (field == "expires") return [&p](int64_t event) { return nexmark::AuctionExpires(p, event); };
  } else {
    if (field == "auction") return [&p](int64_t event) { return nexmark::BidAuction(p, event); };
    if (field == "bidder") return [&p](int64_t event) { return nexmark::BidBidder(p, event); };
    if (field == "price") return nexmark::BidPrice;
  }
  return nullptr;
}

bool IsTimeField(const std::string& field) { return field == "dateTime" || field == "expires"; }

arrow::Status CheckField(EventType type, const std::string& column, const Field& field) {
  static const Parameters defaults;
  std::string text;
  if (NumberField(defaults, type, field.name) != nullptr) {
    const bool fits = IsTimeField(field.name) ? field.type.is_timestamp() && field.type.precision() <= 3
                                              : field.type.kind() == TypeKind::kBigInt;
    if (fits) return arrow::Status::OK();
    return arrow::Status::Invalid("Field '", column, ".", field.name, "' is ",
                                  IsTimeField(field.name) ? "TIMESTAMP(3)" : "BIGINT", ", not ", field.type.ToString());
  }
  if (!nexmark::TextField(defaults, type, field.name, 0, &text)) {
    return arrow::Status::Invalid("Connector 'nexmark' has no field '", field.name, "' in '", column, "'");
  }
  if (field.type.is_character()) return arrow::Status::OK();
  return arrow::Status::Invalid("Field '", column, ".", field.name, "' is STRING, not ", field.type.ToString());
}

/// The numbers of the events of one type between two numbers.
std::vector<int64_t> EventsOfType(const Parameters& p, EventType type, int64_t first, int64_t count) {
  std::vector<int64_t> events;
  for (int64_t event = first; event < first + count; ++event) {
    if (nexmark::TypeOf(p, event) == type) events.push_back(event);
  }
  return events;
}

/// A field of all events [first, first + count), NULL for events of another type.
class FieldColumn {
 public:
  FieldColumn(const Parameters& p, EventType type, const Field& field)
      : p_(p), type_(type), field_(field), number_(NumberField(p, type, field.name)) {}

  arrow::Result<std::shared_ptr<arrow::Array>> Make(int64_t first, int64_t count) const {
    return number_ != nullptr ? MakeNumbers(first, count) : MakeTexts(first, count);
  }

 private:
  arrow::Result<std::shared_ptr<arrow::Array>> MakeNumbers(int64_t first, int64_t count) const {
    arrow::Int64Builder builder;
    ARROW_RETURN_NOT_OK(builder.Reserve(count));
    for (int64_t event = first; event < first + count; ++event) {
      if (nexmark::TypeOf(p_, event) == type_)
        builder.UnsafeAppend(number_(event));
      else
        builder.UnsafeAppendNull();
    }
    ARROW_ASSIGN_OR_RAISE(auto numbers, builder.Finish());
    return IsTimeField(field_.name) ? numbers->View(field_.type.ToArrow()) : numbers;
  }

  arrow::Result<std::shared_ptr<arrow::Array>> MakeTexts(int64_t first, int64_t count) const {
    arrow::StringBuilder builder;
    ARROW_RETURN_NOT_OK(builder.Reserve(count));
    std::string text;
    for (int64_t event = first; event < first + count; ++event) {
      if (nexmark::TypeOf(p_, event) != type_) {
        builder.UnsafeAppendNull();
        continue;
      }
      nexmark::TextField(p_, type_, field_.name, event, &text);
      ARROW_RETURN_NOT_OK(builder.Append(text));
    }
    return builder.Finish();
  }

  const Parameters& p_;
  const EventType type_;
  const Field field_;
  const std::function<int64_t(int64_t)> number_;
};

/// One column of the table.
class EventColumn {
 public:
  /// `used`: which fields of a ROW are read; empty: all.
  EventColumn(const Parameters& p, const TableColumn& column, const std::vector<std::vector<int>>& used)
      : p_(p), type_(EventOfColumn(column.name)), arrow_type_(column.type.ToArrow()) {
    if (!type_) return;
    const auto& fields = column.type.fields();
    std::vector<bool> wanted(fields.size(), used.empty());
    for (const auto& path : used) wanted[path[0]] = true;
    for (size_t i = 0; i < fields.size(); ++i) {
      fields_.push_back(wanted[i] ? std::make_unique<FieldColumn>(p, *type_, fields[i]) : nullptr);
    }
  }

  arrow::Result<std::shared_ptr<arrow::Array>> Make(int64_t first, int64_t count) const {
    if (!type_) return MakeTypes(first, count);
    arrow::ArrayVector children;
    for (size_t i = 0; i < fields_.size(); ++i) {
      if (fields_[i] != nullptr) {
        ARROW_ASSIGN_OR_RAISE(auto child, fields_[i]->Make(first, count));
        children.push_back(std::move(child));
      } else {
        ARROW_ASSIGN_OR_RAISE(auto nulls,
                              arrow::MakeArrayOfNull(arrow_type_->field(static_cast<int>(i))->type(), count));
        children.push_back(std::move(nulls));
      }
    }
    ARROW_ASSIGN_OR_RAISE(auto valid, arrow::AllocateEmptyBitmap(count));
    for (int64_t event : EventsOfType(p_, *type_, first, count))
      arrow::bit_util::SetBit(valid->mutable_data(), event - first);
    return std::make_shared<arrow::StructArray>(arrow_type_, count, std::move(children), std::move(valid));
  }

 private:
  arrow::Result<std::shared_ptr<arrow::Array>> MakeTypes(int64_t first, int64_t count) const {
    arrow::Int32Builder builder;
    ARROW_RETURN_NOT_OK(builder.Reserve(count));
    for (int64_t event = first; event < first + count; ++event)
      builder.UnsafeAppend(static_cast<int32_t>(nexmark::TypeOf(p_, event)));
    return builder.Finish();
  }

  const Parameters& p_;
  const std::optional<EventType> type_;
  const std::shared_ptr<arrow::DataType> arrow_type_;
  std::vector<std::unique_ptr<FieldColumn>> fields_;
};

class NexmarkSource final : public Source {
 public:
  NexmarkSource(const plan::SourceNode& node, const SourcePositions* start, const ConnectorContext& context)
      : parameters_(ParametersOf(*node.table)),
        batch_rows_(context.batch_rows),
        total_(Number(*node.table, "events.num")),
        stride_(node.ordered ? 1 : context.workers),
        piece_(node.ordered ? 0 : context.worker),
        idle_(node.ordered && context.worker != 0) {
    if (start != nullptr) start_ = *start;
    SkipDonePieces();
    for (int column : node.read_columns) {
      const auto used = node.used_fields.find(column);
      columns_.emplace_back(parameters_, node.table->columns[column],
                            used == node.used_fields.end() ? std::vector<std::vector<int>>() : used->second);
    }
  }

  arrow::Result<Poll> Next() override {
    Poll poll;
    const int64_t first = piece_ * kPieceEvents + done_in_piece_;
    if (idle_ || IsPastEnd() || start_.HasEnded(0)) {
      poll.state = Poll::State::kEnd;
      return poll;
    }
    const int64_t piece_end = total_ > 0 ? std::min((piece_ + 1) * kPieceEvents, total_) : (piece_ + 1) * kPieceEvents;
    const int64_t count = std::min(batch_rows_, piece_end - first);
    poll.state = Poll::State::kBatch;
    poll.batch.num_rows = count;
    for (const auto& column : columns_) {
      ARROW_ASSIGN_OR_RAISE(auto values, column.Make(first, count));
      poll.batch.columns.push_back(std::move(values));
    }
    poll.piece = piece_;
    poll.piece_end = first + count == piece_end;
    poll.split_end = total_ > 0 && first + count == total_;
    metrics().rows.fetch_add(count, std::memory_order_relaxed);
    done_in_piece_ += count;
    if (poll.piece_end) {
      piece_ += stride_;
      done_in_piece_ = 0;
      SkipDonePieces();
    }
    return poll;
  }

  std::vector<SplitId> ActiveSplits() const override {
    return start_.HasEnded(0) ? std::vector<SplitId>() : std::vector<SplitId>{0};
  }

 private:
  bool IsPastEnd() const { return total_ > 0 && piece_ * kPieceEvents >= total_; }
  void SkipDonePieces() {
    while (!IsPastEnd() && !start_.HasEnded(0) && start_.IsDone(0, piece_)) piece_ += stride_;
  }

  const Parameters parameters_;
  const int64_t batch_rows_;
  const int64_t total_;
  const int64_t stride_;
  int64_t piece_;
  int64_t done_in_piece_ = 0;
  const bool idle_;
  SourcePositions start_;
  std::vector<EventColumn> columns_;
};

class Nexmark final : public Connector {
 public:
  std::string name() const override { return "nexmark"; }
  std::vector<OptionSpec> options() const override { return NexmarkOptions(); }

  arrow::Status Validate(const TableDefinition& table) const override {
    const Parameters p = ParametersOf(table);
    const bool positive = p.person_proportion > 0 && p.auction_proportion >= 0 && p.bid_proportion >= 0 &&
                          p.events_per_second > 0 && p.hot_auction_ratio > 0 && p.hot_bidder_ratio > 0 &&
                          p.hot_seller_ratio > 0;
    if (!positive)
      return arrow::Status::Invalid("Connector 'nexmark': rates, ratios and 'person.proportion' must be positive");
    for (const auto& column : table.columns) {
      if (column.kind != TableColumn::Kind::kPhysical) continue;
      if (column.name == "event_type" && column.type.kind() == TypeKind::kInt) continue;
      const auto type = EventOfColumn(column.name);
      if (!type || column.type.kind() != TypeKind::kRow) {
        return arrow::Status::Invalid(
            "Connector 'nexmark' has the columns event_type INT and person, auction, bid of type ROW, not '",
            column.name, "' ", column.type.ToString());
      }
      for (const auto& field : column.type.fields()) ARROW_RETURN_NOT_OK(CheckField(*type, column.name, field));
    }
    return arrow::Status::OK();
  }
  bool can_write() const override { return false; }
  bool IsBounded(const TableDefinition& table) const override { return Number(table, "events.num") > 0; }

  arrow::Result<std::unique_ptr<Source>> MakeSource(const SourceRequest& request,
                                                    const ConnectorContext& context) const override {
    return std::make_unique<NexmarkSource>(*request.node, request.start, context);
  }
};

}  // namespace

const Connector* NexmarkConnector() {
  static const Nexmark connector;
  return &connector;
}

}  // namespace tidemark::connectors
