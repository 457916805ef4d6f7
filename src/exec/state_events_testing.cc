// SPDX-License-Identifier: Apache-2.0
// Drawing of events.
#include "exec/state_events_testing.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include <random>

namespace tidemark::exec {
namespace {

std::string Quoted(const char* const* words, uint64_t number) { return words[number]; }

/// One row as ParseRows reads it, without its kind.
std::string RandomRow(EventTimeMs now, std::mt19937_64* random) {
  static const char* const kTexts[] = {"x", "y", "z", "w", "v", "u", "null", "'a longer text than sixteen bytes'"};
  static const char* const kNumbersOf[] = {"[1,2]", "[]", "null", "[null]", "[3]"};
  auto draw = [&](uint64_t below) { return (*random)() % below; };
  const auto time = now + static_cast<int64_t>(draw(30)) - 12;
  return Quoted(kTexts, draw(8)) + " " + std::to_string(static_cast<int64_t>(draw(7)) - 3) + " " +
         (draw(6) == 0 ? "null" : std::to_string(draw(4))) + " " + std::to_string(time) + " " +
         (draw(9) == 0 ? "null" : std::to_string(draw(20)) + "." + std::to_string(draw(4) * 25)) + " " +
         std::to_string(draw(30)) + "." + std::to_string(10 + draw(80)) + " " + kNumbersOf[draw(5)];
}

}  // namespace

Schema RandomSchema() {
  return SchemaOf({DataType::String(), DataType::Int(), DataType::BigInt(),
                   DataType::Timestamp(3).WithTimeAttribute(TimeAttribute::kRowtime), DataType::Double(),
                   DataType::Decimal(10, 2), DataType::Array(DataType::Int())});
}

std::vector<Event> RandomEvents(const EventsOptions& options, uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Event> events;
  std::vector<std::vector<std::string>> live(options.inputs);
  EventTimeMs now = 0;
  EventTimeMs watermark = -30;
  int64_t number = 0;
  for (int i = 0; i < options.events; ++i) {
    Event event;
    const uint64_t choice = random() % 5;
    if (choice == 0 && options.watermarks && watermark < now - 5) {
      event.kind = Event::Kind::kAdvance;
      watermark += 1 + static_cast<int64_t>(random() % (now - watermark));
      event.watermark = watermark;
    } else if (choice == 1 && options.ticks) {
      event.kind = Event::Kind::kTick;
    } else if (choice >= 3 && options.sleep_ms_max > 0) {
      event.kind = Event::Kind::kSleep;
      event.sleep_ms = static_cast<int64_t>(random() % options.sleep_ms_max);
    } else {
      event.input = static_cast<int>(random() % options.inputs);
      auto& rows = live[event.input];
      std::string text;
      const auto count = 1 + random() % options.rows_max;
      for (uint64_t row = 0; row < count; ++row) {
        now += static_cast<int64_t>(random() % 3);
        if (options.retracts && !rows.empty() && random() % 3 == 0) {
          const size_t at = random() % rows.size();
          text += "-D " + rows[at] + "\n";
          rows.erase(rows.begin() + static_cast<int64_t>(at));
          continue;
        }
        rows.push_back(RandomRow(now, &random));
        text += "+I " + rows.back();
        if (options.watermarks) text += " @" + std::to_string(now - static_cast<int64_t>(random() % 20));
        text += "\n";
      }
      event.batch = ParseRows(RandomSchema(), text);
      if (options.numbers) {
        std::vector<int64_t> numbers;
        for (int64_t row = 0; row < event.batch.num_rows; ++row) numbers.push_back(number++);
        event.batch.row_numbers = std::make_shared<const std::vector<int64_t>>(std::move(numbers));
      }
    }
    events.push_back(std::move(event));
  }
  return events;
}

plan::PhysicalPtr ExchangedInput(std::vector<int> columns, bool retracts) {
  auto input = InputNode(RandomSchema(), retracts ? AllKinds() : plan::ChangelogMode{});
  return std::make_shared<plan::ExchangeNode>(std::move(input), std::move(columns), "Exchange");
}

}  // namespace tidemark::exec
