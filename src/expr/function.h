// SPDX-License-Identifier: Apache-2.0
// Scalar functions: how one is described, how the binder resolves a call, how it runs over columns.
#pragma once

#include <arrow/datum.h>
#include <arrow/result.h>

#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "base/clock.h"
#include "catalog/data_type.h"

namespace tidemark::expr {

/// What a function may know about where it runs. Outlives every kernel made with it.
struct FunctionContext {
  /// `table.local-time-zone`, an IANA name.
  std::string local_time_zone = "UTC";
  Clock* clock = nullptr;
  /// When the query started: what CURRENT_TIMESTAMP, NOW(), LOCALTIME give in batch mode. Micros since epoch.
  int64_t query_start_micros = 0;
  /// Streaming mode: CURRENT_TIMESTAMP is evaluated per record (here: per batch).
  bool streaming = true;
  /// Seed of RAND() without seed, UUID(): drawn once per job so that a simulated run repeats.
  uint64_t random_seed = 0;
};

/// An argument as the resolver sees it.
struct ArgumentInfo {
  DataType type;
  /// The value when the argument is a literal, else null. Symbols (units, flags such as YEAR or NULL ON ERROR) arrive
  /// as string literals.
  const arrow::Scalar* literal = nullptr;
};

/// How a call is to be made: the binder casts each argument to `argument_types` where it differs.
struct ResolvedSignature {
  std::vector<DataType> argument_types;
  DataType return_type;
};

/// One call site's running form. Holds what is computed once (a compiled regex, a time zone). One thread.
class ScalarKernel {
 public:
  virtual ~ScalarKernel() = default;
  /// `args` have the resolved argument types; each is an array of `num_rows` or a scalar. Returns an array of
  /// `num_rows` or a scalar of the return type's Arrow type. Row errors (division by zero) give a Status.
  virtual arrow::Result<arrow::Datum> Run(std::span<const arrow::Datum> args, int64_t num_rows) = 0;
  /// False when this call site cannot fail though the function can (x / 2), so that it need not run lazily.
  virtual bool can_fail() const { return true; }
};

/// What a kernel is made from.
struct CallSite {
  const std::vector<ArgumentInfo>& arguments;  ///< with the resolved types
  const DataType& return_type;
  const FunctionContext& context;
};

/// A scalar function of the registry. Immutable after registration, lives for the whole process.
struct ScalarFunction {
  /// Upper-case name, e.g. "SPLIT_INDEX"; operators use their symbol, e.g. "+", "LIKE", "IS DISTINCT FROM".
  std::string name;
  /// Checks argument count and types. TypeError's message says what the function takes, e.g.
  /// "SUBSTRING takes (STRING, INT [, INT]), not (INT, INT)".
  std::function<arrow::Result<ResolvedSignature>(std::span<const ArgumentInfo>)> resolve;
  std::function<arrow::Result<std::unique_ptr<ScalarKernel>>(const CallSite&)> make_kernel;
  /// False for RAND, UUID, NOW ...: never folded, never moved.
  bool deterministic = true;
  /// Not deterministic, but the same for all rows of one batch and all its calls in one evaluator (CURRENT_TIMESTAMP).
  bool one_value_per_batch = false;
  /// False when no input row can make it fail; then a CASE branch that calls it may run for all rows at once.
  bool can_fail = true;
  /// "SPLIT_INDEX(string, delimiter, index)" and one line: for SHOW FUNCTIONS, completion and documentation.
  std::string signature_text;
  std::string description;
};

/// All scalar functions by name. Filled once by RegisterAll (expr/functions/), then read-only.
class FunctionRegistry {
 public:
  /// The process-wide registry with every built-in function. Thread-safe: it never changes after first use.
  static const FunctionRegistry& BuiltIn();

  /// `name` in any case. Null when unknown.
  const ScalarFunction* Find(const std::string& name) const;
  /// Every name, sorted.
  std::vector<std::string> Names() const;
  /// REQUIRES: the name is new.
  void Add(ScalarFunction function);
  /// Adds signatures to the function of the same name (FLOOR of numbers and of times); Add where there is none. Each
  /// call is made by the first of the two whose `resolve` takes it. Properties other than `deterministic` and
  /// `can_fail`, which hold if they hold for one, are those of the function that is there.
  void Overload(ScalarFunction function);
  /// Registers `alias` as another name of `name`.
  void AddAlias(const std::string& alias, const std::string& name);

 private:
  std::vector<std::unique_ptr<ScalarFunction>> functions_;
  std::vector<std::pair<std::string, const ScalarFunction*>> by_name_;  // sorted
};

}  // namespace tidemark::expr
