// SPDX-License-Identifier: Apache-2.0
// Aggregate functions over columns: fixed-size accumulators that live in the rows of a keyed table.
#pragma once

#include <arrow/result.h>
#include <arrow/type_fwd.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "catalog/data_type.h"
#include "columnar/batch.h"
#include "expr/function.h"

namespace tidemark::expr {

/// The rows of one batch that an aggregate call takes in, and where each row's accumulator lies.
struct AggregateInput {
  /// The call's argument columns (empty for COUNT(*)), each of the batch's full length.
  std::span<const std::shared_ptr<arrow::Array>> args;
  /// Positions in the batch, ascending; `states[i]` is the accumulator for row `rows[i]`.
  std::span<const int32_t> rows;
  std::span<uint8_t* const> states;
  /// Null: all rows are additions. Else indexed by position in the batch: kUpdateBefore/kDelete rows are retracted.
  const std::vector<RowKind>* row_kinds = nullptr;
};

/// One aggregate call, types resolved. Stateless: all state is in the accumulators. One instance may serve many
/// operators of one worker.
///
/// An accumulator is `state_size()` bytes aligned to 8, made by Init and ended by Destroy; between the two the
/// function may keep a pointer to heap memory in it (MIN with retraction, LISTAGG). Memory never moves by memcpy
/// while it may be referenced from elsewhere: accumulators may be relocated with memcpy (they hold no pointers to
/// themselves).
class AggregateFunction {
 public:
  virtual ~AggregateFunction() = default;

  virtual int32_t state_size() const = 0;
  virtual void Init(uint8_t* state) const = 0;
  /// Frees what the accumulator owns outside its bytes.
  virtual void Destroy(uint8_t* state) const { (void)state; }
  /// True when Destroy does nothing, so that whole tables are dropped without a visit to each row.
  virtual bool trivially_destructible() const { return true; }

  virtual arrow::Status Update(const AggregateInput& input) const = 0;
  /// Adds each `sources[i]` into `targets[i]`. Window slices are merged so. Sources stay valid.
  virtual arrow::Status Merge(std::span<uint8_t* const> targets, std::span<uint8_t* const> sources) const = 0;
  /// The results, in order, as an array of `type()`.
  virtual arrow::Result<std::shared_ptr<arrow::Array>> Finalize(std::span<uint8_t* const> states) const = 0;

  /// Bytes owned outside the accumulator, roughly; 0 where trivially_destructible.
  virtual int64_t ExternalBytes(const uint8_t* state) const {
    (void)state;
    return 0;
  }

  /// Writes the accumulator in a form that Load of the same function (any process) reads back. Appends to `out`.
  virtual arrow::Status Save(const uint8_t* state, std::string* out) const = 0;
  /// Inits `state` from what Save wrote; returns the bytes consumed.
  virtual arrow::Result<int64_t> Load(std::string_view saved, uint8_t* state) const = 0;

  const DataType& type() const { return type_; }

 protected:
  DataType type_;
};

/// What the binder asks for.
struct AggregateCallSite {
  std::string name;  ///< upper case: COUNT, SUM, AVG, MIN, MAX, FIRST_VALUE, LAST_VALUE, LISTAGG, ARRAY_AGG, ...
  std::vector<ArgumentInfo> arguments;
  /// Each distinct argument tuple counts once per accumulator (kept in a set beside it, with counts if retractable).
  bool distinct = false;
  /// `IGNORE NULLS` (true), `RESPECT NULLS` (false); unset: what the function does by itself.
  std::optional<bool> ignore_nulls;
  /// The input may retract rows: MIN/MAX and others then keep what they need to take values back.
  bool retractable = false;
};

/// Result type and argument types of an aggregate call; TypeError says what the function takes; KeyError for an
/// unknown name.
arrow::Result<ResolvedSignature> ResolveAggregate(const std::string& name, std::span<const ArgumentInfo> arguments);

/// Makes the running form. `site.arguments` have the resolved types.
arrow::Result<std::unique_ptr<AggregateFunction>> MakeAggregate(const AggregateCallSite& site);

/// Every aggregate name, sorted: for suggestions, completion and SHOW FUNCTIONS.
std::vector<std::string> AggregateNames();
bool IsAggregateName(const std::string& name);

/// The result depends on the order of rows (FIRST_VALUE, LAST_VALUE, LISTAGG, ARRAY_AGG; SUM and AVG of FLOAT or
/// DOUBLE by rounding): the planner then reads the source in order on one worker.
bool IsOrderSensitive(const std::string& name, std::span<const ArgumentInfo> arguments);

/// The rows may be taken in by several accumulators, in whatever parts, and these sent as bytes to be merged in
/// whatever order, with the same result to the last bit: COUNT, SUM and AVG of exact numbers, MIN and MAX of fixed
/// width. Not with DISTINCT, nor over an input that retracts.
bool HasTwoPhases(const std::string& name, std::span<const ArgumentInfo> arguments);

}  // namespace tidemark::expr
