// SPDX-License-Identifier: Apache-2.0
// Errors with a place in the SQL text. Any layer that handles a syntax tree returns them as an arrow::Status, and the
// command line renders them with the source line underlined.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <arrow/status.h>

#include "sql/source_range.h"

namespace tidemark::sql {

/// What kind of mistake a diagnostic reports; it decides the StatusCode of the arrow::Status that carries it.
enum class DiagnosticCode {
  /// The text is not SQL: arrow::StatusCode::Invalid.
  kSyntax,
  /// The text is SQL but means nothing: unknown name, wrong type, missing option: arrow::StatusCode::Invalid.
  kSemantic,
  /// The text is valid, tidemark cannot do it so far: arrow::StatusCode::NotImplemented.
  kNotSupported,
  /// A named limit (nesting depth, size of the text) is exceeded: arrow::StatusCode::CapacityError.
  kLimit,
};

/// One error with the place it is about. `hint` is empty or one sentence that says what to do.
struct Diagnostic {
  DiagnosticCode code = DiagnosticCode::kSemantic;
  std::string message;
  SourceRange range;
  std::string hint;
};

/// Carries a Diagnostic inside an arrow::Status. The Status' own message equals the diagnostic's message, so code
/// that knows nothing of SQL still prints something readable.
class SqlErrorDetail : public arrow::StatusDetail {
 public:
  explicit SqlErrorDetail(Diagnostic diagnostic);

  const char* type_id() const override;
  std::string ToString() const override;

  const Diagnostic& diagnostic() const { return diagnostic_; }

 private:
  Diagnostic diagnostic_;
};

/// Makes a Status out of a diagnostic.
arrow::Status ToStatus(Diagnostic diagnostic);

/// The diagnostic inside a Status, or nullptr. Valid as long as the Status lives.
const Diagnostic* DiagnosticOf(const arrow::Status& status);

/// Invalid SQL of any kind that the parser's grammar does not decide (unknown name, wrong type, bad option ...).
arrow::Status SqlError(SourceRange range, std::string message, std::string hint = "");

/// The text at `range` does not follow the grammar.
arrow::Status SyntaxError(SourceRange range, std::string message, std::string hint = "");

/// Valid SQL that is not built so far: the message reads "<what> is not supported yet".
arrow::Status NotSupportedYet(SourceRange range, std::string_view what, std::string hint = "");

/// Gives `status` a place if it is an error without one; an error that already has a place keeps it (one whose range is
/// empty has none). Use it where an error from a lower layer passes code that knows the syntax node.
arrow::Status WithPlace(arrow::Status status, SourceRange range);

/// What the user sees, ending in a newline:
///
///     file.sql:3:8: error: Unknown column: pricee
///       SELECT pricee FROM bids
///              ^~~~~~
///     hint: Did you mean 'price'?
///
/// Tabs and characters of more than one byte or of double width keep the underline in place; of a range that spans
/// several lines the first is underlined to its end. Without a place only `file: error: message` is printed.
std::string RenderDiagnostic(const arrow::Status& status, std::string_view file_name, std::string_view text);

/// The candidates that look like `name`, best first, at most `count_max`: names that differ only in case come first,
/// then those within an edit distance of about a third of the name's length. Deterministic: ties sort by name.
std::vector<std::string> NearestNames(std::string_view name, const std::vector<std::string>& candidates,
                                      size_t count_max = 3);

/// "Did you mean 'a', 'b' or 'c'?" from NearestNames, or an empty string when nothing is near.
std::string DidYouMean(std::string_view name, const std::vector<std::string>& candidates);

}  // namespace tidemark::sql
