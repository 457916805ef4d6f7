// SPDX-License-Identifier: Apache-2.0
// The events of the Nexmark benchmark (Tucker et al., "NEXMark: a benchmark for queries over data streams", and the
// parameters of its published generators): people register, open auctions, and bid. Every value is a function of the
// event's number, so that any worker can make any event, in any order, and only the fields that are read are made.
#pragma once

#include <cstdint>
#include <string>

namespace tidemark::connectors::nexmark {

enum class EventType : int32_t { kPerson = 0, kAuction = 1, kBid = 2 };

struct Parameters {
  int64_t person_proportion = 1;
  int64_t auction_proportion = 3;
  int64_t bid_proportion = 46;
  int64_t events_per_second = 10000;
  int64_t base_time_ms = 1436918400000;
  int64_t hot_auction_ratio = 2;
  int64_t hot_bidder_ratio = 4;
  int64_t hot_seller_ratio = 4;
  int64_t person_bytes = 200;
  int64_t auction_bytes = 500;
  int64_t bid_bytes = 100;
  int64_t in_flight_auctions = 100;
  int64_t active_people = 1000;

  int64_t total_proportion() const { return person_proportion + auction_proportion + bid_proportion; }
};

/// A stream of random numbers of one field of one event.
class FieldRandom {
 public:
  FieldRandom(int64_t event, uint64_t field)
      : state_(static_cast<uint64_t>(event) * 0x9E3779B97F4A7C15ull + field * 0xD1B54A32D192ED03ull) {}
  uint64_t Next();
  /// 0 .. bound-1. REQUIRES: bound > 0.
  int64_t Below(int64_t bound) {
    return static_cast<int64_t>((static_cast<unsigned __int128>(Next()) * static_cast<uint64_t>(bound)) >> 64);
  }
  double Unit() { return static_cast<double>(Next() >> 11) * 0x1.0p-53; }
  /// Appends `length` lower-case letters.
  void AppendLetters(int64_t length, std::string* out);

 private:
  uint64_t state_;
};

EventType TypeOf(const Parameters& parameters, int64_t event);
int64_t TimeOf(const Parameters& parameters, int64_t event);

// Fields by event number. REQUIRES: the event is of that type.
int64_t PersonId(const Parameters& parameters, int64_t event);
int64_t AuctionId(const Parameters& parameters, int64_t event);
int64_t AuctionSeller(const Parameters& parameters, int64_t event);
int64_t AuctionCategory(int64_t event);
int64_t AuctionInitialBid(int64_t event);
int64_t AuctionReserve(int64_t event);
int64_t AuctionExpires(const Parameters& parameters, int64_t event);
int64_t BidAuction(const Parameters& parameters, int64_t event);
int64_t BidBidder(const Parameters& parameters, int64_t event);
int64_t BidPrice(int64_t event);

/// A text field by name ("name", "channel", "extra", ...) replaces `out`. False for a name that the event type lacks.
bool TextField(const Parameters& parameters, EventType type, const std::string& field, int64_t event, std::string* out);

}  // namespace tidemark::connectors::nexmark
