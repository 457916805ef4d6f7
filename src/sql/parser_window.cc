// SPDX-License-Identifier: Apache-2.0
// Grammar of windows: what stands behind OVER and in the WINDOW clause.

#include "sql/diagnostic.h"
#include "sql/parser_rules.h"

namespace tidemark::sql::internal {

namespace {

/// UNBOUNDED PRECEDING, 3 PRECEDING, CURRENT ROW, INTERVAL '1' HOUR FOLLOWING ...
arrow::Result<FrameBound> ParseFrameBound(TokenCursor& cursor) {
  FrameBound bound;
  const size_t begin = cursor.Peek().range.begin;
  if (cursor.Accept("CURRENT")) {
    ARROW_RETURN_NOT_OK(cursor.Expect("ROW"));
    SetRange(cursor, begin, &bound);
    return bound;
  }
  const bool unbounded = cursor.Accept("UNBOUNDED");
  // AND separates the two bounds, so it must not be taken for an operator.
  if (!unbounded) {
    ARROW_ASSIGN_OR_RAISE(bound.offset, ParseOperators(cursor, kPrecedenceBetween + 1));
  }
  const bool preceding = cursor.Accept("PRECEDING");
  if (!preceding) ARROW_RETURN_NOT_OK(cursor.Expect("FOLLOWING"));
  if (unbounded) {
    bound.kind = preceding ? FrameBoundKind::kUnboundedPreceding : FrameBoundKind::kUnboundedFollowing;
  } else {
    bound.kind = preceding ? FrameBoundKind::kPreceding : FrameBoundKind::kFollowing;
  }
  SetRange(cursor, begin, &bound);
  return bound;
}

arrow::Result<WindowFrame> ParseFrame(TokenCursor& cursor) {
  WindowFrame frame;
  const Token& word = cursor.Take();
  frame.unit = word.upper == "ROWS" ? FrameUnit::kRows : FrameUnit::kRange;
  const bool has_two_bounds = cursor.Accept("BETWEEN");
  ARROW_ASSIGN_OR_RAISE(frame.start, ParseFrameBound(cursor));
  if (has_two_bounds) {
    ARROW_RETURN_NOT_OK(cursor.Expect("AND"));
    ARROW_ASSIGN_OR_RAISE(frame.end, ParseFrameBound(cursor));
  }
  SetRange(cursor, word.range.begin, &frame);
  if (cursor.Is("EXCLUDE")) return NotSupportedYet(cursor.Peek().range, "EXCLUDE in a window frame");
  return frame;
}

}  // namespace

arrow::Result<WindowSpec> ParseWindow(TokenCursor& cursor) {
  WindowSpec window;
  const SourceRange open = cursor.Peek().range;
  if (!cursor.Accept("(")) {
    ARROW_ASSIGN_OR_RAISE(window.base, ParseIdentifier(cursor, "the name of a window"));
    window.is_reference = true;
    window.range = window.base->range;
    return window;
  }
  if (IsName(cursor.Peek())) {
    ARROW_ASSIGN_OR_RAISE(window.base, ParseIdentifier(cursor, "the name of a window"));
  }
  if (cursor.Accept("PARTITION")) {
    ARROW_RETURN_NOT_OK(cursor.Expect("BY"));
    ARROW_ASSIGN_OR_RAISE(window.partition_by, ParseExpressionList(cursor));
  }
  if (cursor.Accept("ORDER")) {
    ARROW_RETURN_NOT_OK(cursor.Expect("BY"));
    ARROW_ASSIGN_OR_RAISE(window.order_by, ParseOrderItems(cursor));
  }
  for (std::string_view word : {"ROWS", "RANGE"}) cursor.Note(word);
  if (cursor.Is("ROWS") || cursor.Is("RANGE")) {
    ARROW_ASSIGN_OR_RAISE(window.frame, ParseFrame(cursor));
  }
  if (cursor.Is("DISALLOW")) return NotSupportedYet(cursor.Peek().range, "DISALLOW PARTIAL in a window");
  // ALLOW PARTIAL is what holds anyway.
  if (cursor.AreNext({"ALLOW", "PARTIAL"})) {
    cursor.Take();
    cursor.Take();
  }
  ARROW_RETURN_NOT_OK(cursor.ExpectClosing(")", open));
  SetRange(cursor, open.begin, &window);
  return window;
}

}  // namespace tidemark::sql::internal
