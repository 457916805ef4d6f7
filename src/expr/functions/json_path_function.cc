// SPDX-License-Identifier: Apache-2.0
// Functions at the end of JSON paths: length(), sum(), keys() ...
#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "expr/functions/json_path.h"
#include "expr/number_text.h"

namespace tidemark::expr {
namespace {

/// What the numbers of an array come to. Each starts where Java's does: max() of nothing but tiny numbers is the
/// smallest positive one.
struct Numbers {
  double count = 0;
  double sum = 0;
  double squares = 0;
  double least = std::numeric_limits<double>::max();
  double greatest = std::numeric_limits<double>::denorm_min();

  void Add(double value) {
    ++count;
    sum += value;
    squares += value * value;
    least = std::min(least, value);
    greatest = std::max(greatest, value);
  }
};

double Aggregate(const std::string& name, const Numbers& numbers) {
  if (name == "sum") return numbers.sum;
  if (name == "min") return numbers.least;
  if (name == "max") return numbers.greatest;
  if (name == "avg") return numbers.sum / numbers.count;
  return std::sqrt(numbers.squares / numbers.count - numbers.sum * numbers.sum / numbers.count / numbers.count);
}

arrow::Result<int32_t> AggregateElements(const std::string& name, int32_t node, JsonDocument* document) {
  Numbers numbers;
  const bool array = document->node(node).kind == JsonKind::kArray;
  for (int32_t id = array ? document->node(node).first : -1; id >= 0; id = document->node(id).next) {
    const JsonNode& element = document->node(id);
    if (element.is_number()) numbers.Add(ParseDouble(element.text).value_or(0));
  }
  if (numbers.count == 0) return arrow::Status::Invalid(name, "() of no numbers");
  std::array<char, kNumberTextMax> text;
  const int length = FormatDouble(Aggregate(name, numbers), text.data());
  return document->Add(JsonKind::kDouble, {text.data(), static_cast<size_t>(length)});
}

}  // namespace

bool IsJsonFunction(const std::string& name) {
  constexpr std::array kNames = {"length", "size", "keys", "first", "last", "sum", "min", "max", "avg", "stddev"};
  return std::find(kNames.begin(), kNames.end(), name) != kNames.end();
}

arrow::Result<int32_t> CallJsonFunction(const std::string& name, int32_t node, JsonDocument* document) {
  const JsonKind kind = document->node(node).kind;
  const int32_t count = document->node(node).count;
  if (!IsJsonFunction(name)) return arrow::Status::Invalid("Unknown JSON path function: ", name);
  if (name == "length" || name == "size") {
    if (kind != JsonKind::kArray && kind != JsonKind::kObject) return -1;
    return document->Add(JsonKind::kInteger, std::to_string(count));
  }
  if (name == "keys") {
    if (kind != JsonKind::kObject) return -1;
    const int32_t keys = document->Add(JsonKind::kArray);
    for (int32_t id = document->node(node).first; id >= 0; id = document->node(id).next)
      document->AppendCopy(keys, document->Add(JsonKind::kString, document->node(id).key));
    return keys;
  }
  if (name == "first" || name == "last") {
    // last() of a single element finds nothing, as in the library that others use.
    const bool found = kind == JsonKind::kArray && count > (name == "last" ? 1 : 0);
    if (!found) return arrow::Status::Invalid(name, "() of too few elements");
    return document->Element(node, name == "last" ? count - 1 : 0);
  }
  return AggregateElements(name, node, document);
}

}  // namespace tidemark::expr
