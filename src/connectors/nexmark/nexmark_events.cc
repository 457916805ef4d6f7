// SPDX-License-Identifier: Apache-2.0
// Distributions of the benchmark: hot auctions, bidders and sellers, auctions in flight, active people, prices.
#include "connectors/nexmark/nexmark_events.h"

#include <algorithm>
#include <cmath>

namespace tidemark::connectors::nexmark {
namespace {

constexpr int64_t kFirstPersonId = 1000;
constexpr int64_t kFirstAuctionId = 1000;
constexpr int64_t kFirstCategory = 10;
constexpr int64_t kCategories = 5;
/// References may run ahead of what exists by so much.
constexpr int64_t kIdLead = 10;
/// One in so many ids is hot.
constexpr int64_t kHotIdDistance = 100;
constexpr int64_t kChannels = 10000;
constexpr int64_t kBidFixedBytes = 32;
constexpr int64_t kAuctionFixedBytes = 8 * 7 + 120;
constexpr int64_t kPersonFixedBytes = 8 + 60;

// Numbers that keep the fields' random streams apart.
enum Field : uint64_t {
  kBidAuction = 1,
  kBidBidder,
  kBidPrice,
  kBidChannel,
  kBidUrl,
  kBidExtra,
  kAuctionItem,
  kAuctionDescription,
  kAuctionInitialBid,
  kAuctionReserve,
  kAuctionExpires,
  kAuctionSeller,
  kAuctionCategory,
  kAuctionExtra,
  kPersonName,
  kPersonEmail,
  kPersonCard,
  kPersonCity,
  kPersonState,
  kPersonExtra,
};

constexpr const char* kStates[] = {"AZ", "CA", "ID", "OR", "WA", "WY"};
constexpr const char* kCities[] = {"Tucson",  "Oakland", "Boise",  "Salem",   "Tacoma",
                                   "Laramie", "Fresno",  "Eugene", "Spokane", "Mesa"};
constexpr const char* kFirstNames[] = {"Ada", "Alan",   "Barbara",  "Edgar",   "Frances", "Grace",
                                       "Jim", "Leslie", "Margaret", "Niklaus", "Radia"};
constexpr const char* kLastNames[] = {"Codd",   "Gray",     "Hamilton", "Hopper", "Lamport",
                                      "Liskov", "Lovelace", "Perlman",  "Wirth"};
constexpr const char* kHotChannels[] = {"Google", "Facebook", "Baidu", "Apple"};

int64_t LastPerson(const Parameters& p, int64_t event) {
  const int64_t epoch = event / p.total_proportion();
  const int64_t offset = std::min(event % p.total_proportion(), p.person_proportion - 1);
  return epoch * p.person_proportion + offset;
}

int64_t LastAuction(const Parameters& p, int64_t event) {
  int64_t epoch = event / p.total_proportion();
  int64_t offset = event % p.total_proportion();
  if (offset < p.person_proportion) {
    --epoch;
    offset = p.auction_proportion - 1;
  } else {
    offset = std::min(offset - p.person_proportion, p.auction_proportion - 1);
  }
  return epoch * p.auction_proportion + offset;
}

int64_t SomePerson(const Parameters& p, int64_t event, FieldRandom* random) {
  const int64_t people = LastPerson(p, event) + 1;
  const int64_t active = std::min(people, p.active_people);
  return people - active + random->Below(active + kIdLead);
}

int64_t SomeAuction(const Parameters& p, int64_t event, FieldRandom* random) {
  const int64_t last = std::max<int64_t>(LastAuction(p, event), 0);
  const int64_t first = std::max<int64_t>(last - p.in_flight_auctions, 0);
  return first + random->Below(last - first + 1 + kIdLead);
}

int64_t Price(FieldRandom random) { return std::llround(std::pow(10.0, random.Unit() * 6.0) * 100.0); }

/// Letters that bring an event of `fixed_bytes` to about `wanted_bytes`, give or take a fifth.
void AppendExtra(FieldRandom random, int64_t fixed_bytes, int64_t wanted_bytes, std::string* out) {
  if (fixed_bytes > wanted_bytes) return;
  const int64_t wanted = wanted_bytes - fixed_bytes;
  const int64_t spread = std::llround(static_cast<double>(wanted) * 0.2);
  random.AppendLetters(wanted - spread + (spread == 0 ? 0 : random.Below(2 * spread)), out);
}

int64_t ChannelOf(int64_t event) {
  FieldRandom random(event, kBidChannel);
  const bool hot = random.Below(2) > 0;
  return hot ? -1 - random.Below(4) : random.Below(kChannels);
}

void AppendUrl(int64_t event, std::string* out) {
  const int64_t channel = ChannelOf(event);
  // A channel has one address: it is drawn from the channel's number, not the event's.
  FieldRandom random(channel + 1'000'000, kBidUrl);
  *out += "https://www.nexmark.com/";
  for (int part = 0; part < 3; ++part) {
    random.AppendLetters(5, out);
    *out += '/';
  }
  *out += "item.htm?query=1";
  if (channel >= 0 && random.Below(10) > 0) *out += "&channel_id=" + std::to_string(random.Below(int64_t{1} << 31));
}

void AppendDigits(FieldRandom* random, int count, std::string* out) {
  for (; count > 0; --count) *out += static_cast<char>('0' + random->Below(10));
}

bool PersonText(const Parameters& p, const std::string& field, int64_t event, std::string* out) {
  if (field == "name") {
    FieldRandom random(event, kPersonName);
    *out += kFirstNames[random.Below(std::size(kFirstNames))];
    *out += ' ';
    *out += kLastNames[random.Below(std::size(kLastNames))];
  } else if (field == "emailAddress") {
    FieldRandom random(event, kPersonEmail);
    random.AppendLetters(7, out);
    *out += '@';
    random.AppendLetters(5, out);
    *out += ".com";
  } else if (field == "creditCard") {
    FieldRandom random(event, kPersonCard);
    for (int group = 0; group < 4; ++group) {
      if (group > 0) *out += ' ';
      AppendDigits(&random, 4, out);
    }
  } else if (field == "city") {
    *out += kCities[FieldRandom(event, kPersonCity).Below(std::size(kCities))];
  } else if (field == "state") {
    *out += kStates[FieldRandom(event, kPersonState).Below(std::size(kStates))];
  } else if (field == "extra") {
    AppendExtra(FieldRandom(event, kPersonExtra), kPersonFixedBytes, p.person_bytes, out);
  } else {
    return false;
  }
  return true;
}

bool AuctionText(const Parameters& p, const std::string& field, int64_t event, std::string* out) {
  if (field == "itemName")
    FieldRandom(event, kAuctionItem).AppendLetters(20, out);
  else if (field == "description")
    FieldRandom(event, kAuctionDescription).AppendLetters(100, out);
  else if (field == "extra")
    AppendExtra(FieldRandom(event, kAuctionExtra), kAuctionFixedBytes, p.auction_bytes, out);
  else
    return false;
  return true;
}

bool BidText(const Parameters& p, const std::string& field, int64_t event, std::string* out) {
  if (field == "channel") {
    const int64_t channel = ChannelOf(event);
    *out += channel < 0 ? std::string(kHotChannels[-1 - channel]) : "channel-" + std::to_string(channel);
  } else if (field == "url") {
    AppendUrl(event, out);
  } else if (field == "extra") {
    AppendExtra(FieldRandom(event, kBidExtra), kBidFixedBytes, p.bid_bytes, out);
  } else {
    return false;
  }
  return true;
}

}  // namespace

uint64_t FieldRandom::Next() {  // SplitMix64
  uint64_t z = (state_ += 0x9E3779B97F4A7C15ull);
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

void FieldRandom::AppendLetters(int64_t length, std::string* out) {
  constexpr int kLettersPerDraw = 12;
  while (length > 0) {
    uint64_t bits = Next();
    for (int i = 0; i < kLettersPerDraw && length > 0; ++i, --length, bits >>= 5) {
      *out += static_cast<char>('a' + ((bits & 31) * 26 >> 5));
    }
  }
}

EventType TypeOf(const Parameters& p, int64_t event) {
  const int64_t offset = event % p.total_proportion();
  if (offset < p.person_proportion) return EventType::kPerson;
  return offset < p.person_proportion + p.auction_proportion ? EventType::kAuction : EventType::kBid;
}

int64_t TimeOf(const Parameters& p, int64_t event) {
  const int64_t seconds = event / p.events_per_second;
  return p.base_time_ms + seconds * 1000 + event % p.events_per_second * 1000 / p.events_per_second;
}

int64_t PersonId(const Parameters& p, int64_t event) { return kFirstPersonId + LastPerson(p, event); }
int64_t AuctionId(const Parameters& p, int64_t event) { return kFirstAuctionId + LastAuction(p, event); }

int64_t AuctionSeller(const Parameters& p, int64_t event) {
  FieldRandom random(event, kAuctionSeller);
  if (random.Below(p.hot_seller_ratio) > 0)
    return kFirstPersonId + LastPerson(p, event) / kHotIdDistance * kHotIdDistance;
  return kFirstPersonId + SomePerson(p, event, &random);
}

int64_t AuctionCategory(int64_t event) {
  return kFirstCategory + FieldRandom(event, kAuctionCategory).Below(kCategories);
}
int64_t AuctionInitialBid(int64_t event) { return Price(FieldRandom(event, kAuctionInitialBid)); }
int64_t AuctionReserve(int64_t event) { return AuctionInitialBid(event) + Price(FieldRandom(event, kAuctionReserve)); }

int64_t AuctionExpires(const Parameters& p, int64_t event) {
  const int64_t events_in_flight =
      p.in_flight_auctions * p.total_proportion() / std::max<int64_t>(p.auction_proportion, 1);
  const int64_t horizon_ms = TimeOf(p, event + events_in_flight) - TimeOf(p, event);
  return TimeOf(p, event) + 1 + FieldRandom(event, kAuctionExpires).Below(std::max<int64_t>(horizon_ms * 2, 1));
}

int64_t BidAuction(const Parameters& p, int64_t event) {
  FieldRandom random(event, kBidAuction);
  if (random.Below(p.hot_auction_ratio) > 0) {
    return kFirstAuctionId + std::max<int64_t>(LastAuction(p, event), 0) / kHotIdDistance * kHotIdDistance;
  }
  return kFirstAuctionId + SomeAuction(p, event, &random);
}

int64_t BidBidder(const Parameters& p, int64_t event) {
  FieldRandom random(event, kBidBidder);
  if (random.Below(p.hot_bidder_ratio) > 0)
    return kFirstPersonId + LastPerson(p, event) / kHotIdDistance * kHotIdDistance + 1;
  return kFirstPersonId + SomePerson(p, event, &random);
}

int64_t BidPrice(int64_t event) { return Price(FieldRandom(event, kBidPrice)); }

bool TextField(const Parameters& p, EventType type, const std::string& field, int64_t event, std::string* out) {
  out->clear();
  switch (type) {
    case EventType::kPerson:
      return PersonText(p, field, event, out);
    case EventType::kAuction:
      return AuctionText(p, field, event, out);
    case EventType::kBid:
      return BidText(p, field, event, out);
  }
  return false;
}

}  // namespace tidemark::connectors::nexmark
