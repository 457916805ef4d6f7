// SPDX-License-Identifier: Apache-2.0
// Accumulators for tests.
#include "expr/aggregates/accumulators_testing.h"

#include <arrow/api.h>
#include <arrow/json/from_string.h>
#include <gtest/gtest.h>

namespace tidemark::expr {

std::shared_ptr<arrow::Array> ColumnFromJson(const DataType& type, const std::string& json) {
  auto array = arrow::json::ArrayFromJSONString(type.ToArrow(), json);
  EXPECT_TRUE(array.ok()) << json << ": " << array.status().ToString();
  return array.ValueOr(nullptr);
}

Accumulators::Accumulators(AggregateCallText call, int count) : types_(call.argument_types) {
  AggregateCallSite site;
  site.name = call.name;
  std::vector<std::shared_ptr<arrow::Scalar>> literals;
  for (size_t i = 0; i < call.argument_types.size(); ++i) {
    const bool literal = i < call.literals.size() && call.argument_types[i].is_character();
    literals.push_back(literal ? arrow::MakeScalar(call.literals[i]) : nullptr);
    site.arguments.push_back({call.argument_types[i], literals.back().get()});
    argument_types_.push_back(call.argument_types[i].ToArrow());
  }
  site.distinct = call.distinct;
  site.retractable = call.retractable;
  site.ignore_nulls = call.ignore_nulls;
  auto made = MakeAggregate(site);
  if (!made.ok()) ADD_FAILURE() << made.status().ToString();
  function_ = std::move(made).ValueOrDie();
  for (int i = 0; i < count; ++i) {
    memory_.emplace_back((function_->state_size() + 7) / 8, 0xABABABABABABABAB);
    function_->Init(reinterpret_cast<uint8_t*>(memory_.back().data()));
  }
}

Accumulators::~Accumulators() {
  for (uint8_t* state : states()) function_->Destroy(state);
}

std::vector<uint8_t*> Accumulators::states() {
  std::vector<uint8_t*> states;
  for (auto& memory : memory_) states.push_back(reinterpret_cast<uint8_t*>(memory.data()));
  return states;
}

arrow::Status Accumulators::Update(const std::vector<std::string>& columns, std::vector<int> groups,
                                   const std::string& kinds) {
  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (size_t i = 0; i < columns.size(); ++i) {
    ARROW_ASSIGN_OR_RAISE(auto array, arrow::json::ArrayFromJSONString(argument_types_[i], columns[i]));
    arrays.push_back(std::move(array));
  }
  const size_t count = arrays.empty() ? groups.size() : static_cast<size_t>(arrays[0]->length());
  groups.resize(count, 0);
  std::vector<int32_t> rows(count);
  for (size_t i = 0; i < count; ++i) rows[i] = static_cast<int32_t>(i);
  std::vector<RowKind> row_kinds;
  for (char kind : kinds) row_kinds.push_back(kind == '-' ? RowKind::kDelete : RowKind::kInsert);
  return Update(arrays, rows, groups, kinds.empty() ? nullptr : &row_kinds);
}

arrow::Status Accumulators::Update(const std::vector<std::shared_ptr<arrow::Array>>& columns,
                                   const std::vector<int32_t>& rows, const std::vector<int>& groups,
                                   const std::vector<RowKind>* kinds) {
  const auto all = states();
  std::vector<uint8_t*> chosen;
  for (int group : groups) chosen.push_back(all[group]);
  return function_->Update({columns, rows, chosen, kinds});
}

void Accumulators::Merge(Accumulators& other) {
  const auto targets = states();
  const auto sources = other.states();
  const auto status = function_->Merge(targets, sources);
  EXPECT_TRUE(status.ok()) << status.ToString();
}

void Accumulators::SaveAndLoad() {
  for (uint8_t* state : states()) {
    std::string saved;
    EXPECT_TRUE(function_->Save(state, &saved).ok());
    function_->Destroy(state);
    const auto loaded = function_->Load(saved + "more", state);
    ASSERT_TRUE(loaded.ok()) << loaded.status().ToString();
    EXPECT_EQ(*loaded, static_cast<int64_t>(saved.size()));
  }
}

std::shared_ptr<arrow::Array> Accumulators::Finalize() {
  auto result = function_->Finalize(states());
  EXPECT_TRUE(result.ok()) << result.status().ToString();
  if (!result.ok()) return nullptr;
  EXPECT_TRUE((*result)->ValidateFull().ok()) << (*result)->ValidateFull().ToString();
  EXPECT_TRUE((*result)->type()->Equals(*type().ToArrow())) << (*result)->type()->ToString();
  return *result;
}

void ExpectResults(Accumulators& accumulators, const std::string& json) {
  const auto actual = accumulators.Finalize();
  const auto expected = ColumnFromJson(accumulators.type(), json);
  ASSERT_TRUE(actual != nullptr && expected != nullptr);
  const auto options = arrow::EqualOptions::Defaults().nans_equal(true);
  EXPECT_TRUE(actual->Equals(*expected, options)) << actual->ToString() << "\nexpected\n" << expected->ToString();
}

void ExpectAggregate(const AggregateCallText& call, const std::vector<std::string>& columns,
                     const std::string& result) {
  SCOPED_TRACE(call.name + " of " + (columns.empty() ? "" : columns[0]));
  Accumulators whole(call, 1);
  ASSERT_TRUE(whole.Update(columns).ok());
  ExpectResults(whole, "[" + result + "]");
  whole.SaveAndLoad();
  ExpectResults(whole, "[" + result + "]");

  std::vector<std::shared_ptr<arrow::Array>> arrays;
  for (size_t i = 0; i < columns.size(); ++i) arrays.push_back(ColumnFromJson(call.argument_types[i], columns[i]));
  const int64_t length = arrays.empty() ? 0 : arrays[0]->length();
  Accumulators halves(call, 2);
  for (int64_t row = 0; row < length; ++row) {
    std::vector<std::shared_ptr<arrow::Array>> slices;
    for (const auto& array : arrays) slices.push_back(array->Slice(row, 1));
    ASSERT_TRUE(halves.Update(slices, {0}, {row < length / 2 ? 0 : 1}, nullptr).ok());
  }
  const auto states = halves.states();
  ASSERT_TRUE(halves.function().Merge(std::span(states).first(1), std::span(states).last(1)).ok());
  const auto merged = halves.function().Finalize(std::span(states).first(1));
  ASSERT_TRUE(merged.ok());
  const auto expected = ColumnFromJson(whole.type(), "[" + result + "]");
  // Halves of FLOAT and DOUBLE sums round differently.
  EXPECT_TRUE((*merged)->ApproxEquals(*expected, arrow::EqualOptions::Defaults().nans_equal(true).atol(1e-5)))
      << "merged: " << (*merged)->ToString() << "\nexpected\n"
      << expected->ToString();
}

}  // namespace tidemark::expr
