// SPDX-License-Identifier: Apache-2.0
// JSON paths: "$.a[0]", "lax $.items[*].id", "$..price", "$[?(@.n > 1)]", "$.xs.length()".
//
// A path is definite when it leads to one place at most; any other gives an array of all it finds.
#pragma once

#include <arrow/result.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "expr/functions/json_document.h"

namespace tidemark::expr {

class JsonFilter;

/// One step of a path.
struct JsonStep {
  enum class Kind {
    kMembers,   ///< .a, ['a'], ['a', 'b']
    kElements,  ///< [0], [-1], [0, 2]
    kSlice,     ///< [1:], [:2], [1:2]
    kAll,       ///< .*, [*]
    kDescend,   ///< ..: what follows is looked for at every depth
    kFilter,    ///< [?(...)]
    kFunction,  ///< .length() and the like
  };
  Kind kind = Kind::kAll;
  std::vector<std::string> names;  ///< kMembers; kFunction: its name
  std::vector<int64_t> indexes;    ///< kElements
  std::optional<int64_t> from;     ///< kSlice
  std::optional<int64_t> to;
  std::shared_ptr<const JsonFilter> filter;
};

/// A compiled path. Immutable.
class JsonPath {
 public:
  /// Longer ones are refused, which bounds their depth too.
  static constexpr size_t kLengthMax = 4096;

  /// Invalid where `text` is no path; NotImplemented for parts of the language that are missing.
  static arrow::Result<JsonPath> Compile(std::string_view text);

  bool definite() const { return definite_; }
  /// Begins with '$', not with '@'.
  bool from_root() const { return from_root_; }
  const std::vector<JsonStep>& steps() const { return steps_; }

 private:
  std::vector<JsonStep> steps_;
  bool definite_ = true;
  bool from_root_ = true;
};

/// What a path finds.
struct JsonFound {
  /// The value, an array of them for a path that is not definite; -1 for nothing. A JSON null is nothing, too.
  int32_t node = -1;
  /// Why the path does not fit the document; empty when it does.
  std::string error;
};

/// Follows `path` from `start`. `lax`: where the document does not fit, nothing is found, and it is no error. Results
/// that are no part of the text are added to `document`.
JsonFound ReadJsonPath(const JsonPath& path, bool lax, int32_t start, JsonDocument* document);

/// The value of a path function at `node`; -1 for nothing. Invalid where it cannot be applied.
arrow::Result<int32_t> CallJsonFunction(const std::string& name, int32_t node, JsonDocument* document);
bool IsJsonFunction(const std::string& name);

/// The condition of a [?(...)].
class JsonFilter {
 public:
  virtual ~JsonFilter() = default;
  /// Whether the value at `node` is kept. `lax`: what the document lacks is NULL. `document` may grow.
  virtual bool Keeps(int32_t node, bool lax, JsonDocument* document) const = 0;
};

/// `text` stands between "?(" and ")".
arrow::Result<std::shared_ptr<const JsonFilter>> CompileJsonFilter(std::string_view text);

/// The text between the quotes of a name or string, with its escapes resolved.
arrow::Result<std::string> UnescapeJsonPathText(std::string_view text);

}  // namespace tidemark::expr
