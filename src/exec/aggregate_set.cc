// SPDX-License-Identifier: Apache-2.0
// Layout of accumulators, and the loop over calls.
#include "exec/aggregate_set.h"

#include <arrow/array.h>

namespace tidemark::exec {

arrow::Result<AggregateSet> AggregateSet::Make(const std::vector<plan::AggregateCall>& calls, const Schema& input,
                                               bool input_retracts) {
  AggregateSet set;
  for (const plan::AggregateCall& call : calls) {
    expr::AggregateCallSite site;
    site.name = call.name;
    site.distinct = call.distinct;
    site.ignore_nulls = call.ignore_nulls;
    site.retractable = input_retracts;
    for (size_t i = 0; i < call.args.size(); ++i) {
      const arrow::Scalar* literal = i < call.literal_args.size() ? call.literal_args[i].get() : nullptr;
      site.arguments.push_back({input[call.args[i]].type, literal});
    }
    Call made;
    ARROW_ASSIGN_OR_RAISE(made.function, expr::MakeAggregate(site));
    made.args = call.args;
    made.filter = call.filter;
    made.offset = set.state_bytes_;
    set.state_bytes_ += (made.function->state_size() + 7) / 8 * 8;
    set.trivially_destructible_ &= made.function->trivially_destructible();
    set.calls_.push_back(std::move(made));
  }
  return set;
}

void AggregateSet::Init(uint8_t* state) const {
  for (const Call& call : calls_) call.function->Init(state + call.offset);
}

void AggregateSet::Destroy(uint8_t* state) const {
  for (const Call& call : calls_) call.function->Destroy(state + call.offset);
}

std::span<uint8_t* const> AggregateSet::At(const std::vector<uint8_t*>& states, int32_t offset,
                                           std::vector<uint8_t*>* scratch) {
  if (offset == 0) return states;
  scratch->resize(states.size());
  for (size_t i = 0; i < states.size(); ++i) (*scratch)[i] = states[i] + offset;
  return *scratch;
}

arrow::Status AggregateSet::Update(const Batch& batch, const std::vector<int32_t>& rows,
                                   const std::vector<uint8_t*>& states) {
  std::vector<std::shared_ptr<arrow::Array>> args;
  for (const Call& call : calls_) {
    args.clear();
    for (int column : call.args) args.push_back(batch.columns[column]);
    expr::AggregateInput input;
    input.args = args;
    input.row_kinds = batch.row_kinds.get();
    const auto call_states = At(states, call.offset, &scratch_);
    if (call.filter >= 0) {
      ARROW_RETURN_NOT_OK(UpdateFiltered(call, batch, rows, call_states, input));
      continue;
    }
    input.rows = rows;
    input.states = call_states;
    ARROW_RETURN_NOT_OK(call.function->Update(input));
  }
  return arrow::Status::OK();
}

arrow::Status AggregateSet::UpdateFiltered(const Call& call, const Batch& batch, const std::vector<int32_t>& rows,
                                           std::span<uint8_t* const> states, expr::AggregateInput input) {
  const auto& filter = static_cast<const arrow::BooleanArray&>(*batch.columns[call.filter]);
  std::vector<int32_t> kept_rows;
  std::vector<uint8_t*> kept_states;
  for (size_t i = 0; i < rows.size(); ++i) {
    if (!filter.IsValid(rows[i]) || !filter.Value(rows[i])) continue;
    kept_rows.push_back(rows[i]);
    kept_states.push_back(states[i]);
  }
  if (kept_rows.empty()) return arrow::Status::OK();
  input.rows = kept_rows;
  input.states = kept_states;
  return call.function->Update(input);
}

arrow::Status AggregateSet::Merge(const std::vector<uint8_t*>& targets, const std::vector<uint8_t*>& sources) {
  for (const Call& call : calls_) {
    ARROW_RETURN_NOT_OK(
        call.function->Merge(At(targets, call.offset, &scratch_), At(sources, call.offset, &source_scratch_)));
  }
  return arrow::Status::OK();
}

arrow::Result<std::vector<std::shared_ptr<arrow::Array>>> AggregateSet::Finalize(const std::vector<uint8_t*>& states) {
  std::vector<std::shared_ptr<arrow::Array>> columns;
  columns.reserve(calls_.size());
  for (const Call& call : calls_) {
    ARROW_ASSIGN_OR_RAISE(auto column, call.function->Finalize(At(states, call.offset, &scratch_)));
    columns.push_back(std::move(column));
  }
  return columns;
}

arrow::Status AggregateSet::Save(const uint8_t* state, std::string* out) const {
  for (const Call& call : calls_) ARROW_RETURN_NOT_OK(call.function->Save(state + call.offset, out));
  return arrow::Status::OK();
}

arrow::Status AggregateSet::Load(std::string_view saved, uint8_t* state) const {
  size_t loaded = 0;
  arrow::Status status;
  for (; loaded < calls_.size(); ++loaded) {
    const auto consumed = calls_[loaded].function->Load(saved, state + calls_[loaded].offset);
    status = consumed.status();
    if (!status.ok()) break;
    saved.remove_prefix(static_cast<size_t>(*consumed));
  }
  if (status.ok() && !saved.empty()) status = arrow::Status::Invalid(saved.size(), " bytes too many");
  if (status.ok()) return status;
  for (size_t i = 0; i < loaded; ++i) calls_[i].function->Destroy(state + calls_[i].offset);
  return arrow::Status::Invalid("Damaged accumulators, or those of another query: ", status.message());
}

int64_t AggregateSet::ExternalBytes(const uint8_t* state) const {
  if (trivially_destructible_) return 0;
  int64_t bytes = 0;
  for (const Call& call : calls_) bytes += call.function->ExternalBytes(state + call.offset);
  return bytes;
}

}  // namespace tidemark::exec
