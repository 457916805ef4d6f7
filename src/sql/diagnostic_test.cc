// SPDX-License-Identifier: Apache-2.0
// What users see of an error, and "did you mean".

#include "sql/diagnostic.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace tidemark::sql {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// Renders an error about the first occurrence of `part`.
std::string Render(std::string_view text, std::string_view part, std::string hint = "") {
  const size_t begin = text.find(part);
  return RenderDiagnostic(SqlError({begin, begin + part.size()}, "Wrong", std::move(hint)), "f.sql", text);
}

TEST(DiagnosticTest, UnderlinesTheText) {
  EXPECT_EQ(Render("SELECT pricee FROM bids", "pricee", "Did you mean 'price'?"),
            "f.sql:1:8: error: Wrong\n"
            "  SELECT pricee FROM bids\n"
            "         ^~~~~~\n"
            "hint: Did you mean 'price'?\n");
}

TEST(DiagnosticTest, CountsLinesAndColumns) {
  EXPECT_EQ(Render("SELECT a\nFROM t\nWHERE b", "b"),
            "f.sql:3:7: error: Wrong\n"
            "  WHERE b\n"
            "        ^\n");
}

TEST(DiagnosticTest, TabsKeepTheUnderlineInPlace) {
  EXPECT_EQ(Render("\ta\tbc", "bc"),
            "f.sql:1:4: error: Wrong\n"
            "          a       bc\n"
            "                  ^~\n");
}

TEST(DiagnosticTest, CharactersOfSeveralBytesAreOneColumn) {
  EXPECT_EQ(Render("SELECT 'äöü', bad", "bad"),
            "f.sql:1:15: error: Wrong\n"
            "  SELECT 'äöü', bad\n"
            "                ^~~\n");
}

TEST(DiagnosticTest, WideCharactersTakeTwoColumnsOfTheTerminal) {
  EXPECT_EQ(Render("SELECT '日本', bad", "bad"),
            "f.sql:1:14: error: Wrong\n"
            "  SELECT '日本', bad\n"
            "                 ^~~\n");
  EXPECT_EQ(Render("SELECT '😀', bad", "'😀'"),
            "f.sql:1:8: error: Wrong\n"
            "  SELECT '😀', bad\n"
            "         ^~~~\n");
}

TEST(DiagnosticTest, OfSeveralLinesTheFirstIsUnderlined) {
  EXPECT_EQ(Render("SELECT f(a,\n  b) FROM t", "f(a,\n  b)"),
            "f.sql:1:8: error: Wrong\n"
            "  SELECT f(a,\n"
            "         ^~~~\n");
}

TEST(DiagnosticTest, TheEndOfTheTextHasACaret) {
  EXPECT_EQ(RenderDiagnostic(SqlError({8, 8}, "Wrong"), "f.sql", "SELECT a"),
            "f.sql:1:9: error: Wrong\n"
            "  SELECT a\n"
            "          ^\n");
}

TEST(DiagnosticTest, WindowsLineEndsAndControlCharactersAreNotShown) {
  EXPECT_EQ(Render("SELECT \x01 bad\r\nFROM t", "bad"),
            "f.sql:1:10: error: Wrong\n"
            "  SELECT ? bad\n"
            "           ^~~\n");
}

TEST(DiagnosticTest, WhatATerminalWouldActUponIsNotSentToIt) {
  // An escape sequence, a control character of two bytes, a mark that turns the text around, and a byte of no
  // character.
  EXPECT_EQ(Render("SELECT '\x1b[2J\xC2\x9B' \xE2\x80\xAE \xFF é bad", "bad"),
            "f.sql:1:22: error: Wrong\n"
            "  SELECT '?[2J?' ? ? é bad\n"
            "                       ^~~\n");
  EXPECT_EQ(RenderDiagnostic(SqlError({0, 1}, "No \x1b[31m\n'\xFF'", "Not \x07 é"), "f.sql", "x"),
            "f.sql:1:1: error: No ?[31m\n'?'\n"
            "  x\n"
            "  ^\n"
            "hint: Not ? é\n");
  EXPECT_EQ(RenderDiagnostic(arrow::Status::IOError("a\x1b"), "f.sql", ""), "f.sql: error: a?\n");
}

TEST(DiagnosticTest, OfALongLineAWindowIsShown) {
  const std::string text = "SELECT " + std::string(5000, 'a') + " bad " + std::string(5000, 'b');
  const std::string rendered = Render(text, "bad");
  EXPECT_LT(rendered.size(), 600u);
  EXPECT_NE(rendered.find(" bad "), std::string::npos);
  EXPECT_NE(rendered.find("^~~\n"), std::string::npos);
}

TEST(DiagnosticTest, PlacesOutsideOfTheTextAreClipped) {
  for (size_t begin : {0, 3, 100}) {
    const auto status = SqlError({begin, 1000}, "Wrong");
    EXPECT_FALSE(RenderDiagnostic(status, "f.sql", "abc").empty());
    EXPECT_FALSE(RenderDiagnostic(status, "f.sql", "").empty());
  }
}

TEST(DiagnosticTest, ErrorsWithoutAPlaceHaveNoSource) {
  EXPECT_EQ(RenderDiagnostic(arrow::Status::IOError("disk full"), "f.sql", "SELECT 1"), "f.sql: error: disk full\n");
  EXPECT_EQ(RenderDiagnostic(SqlError({}, "Wrong", "Help."), "f.sql", "x"), "f.sql: error: Wrong\nhint: Help.\n");
}

TEST(DiagnosticTest, TheStatusTellsTheKindOfError) {
  EXPECT_TRUE(SqlError({0, 1}, "x").IsInvalid());
  EXPECT_TRUE(SyntaxError({0, 1}, "x").IsInvalid());
  const auto status = NotSupportedYet({0, 1}, "PIVOT");
  EXPECT_TRUE(status.IsNotImplemented());
  EXPECT_EQ(status.message(), "PIVOT is not supported yet");
  EXPECT_EQ(DiagnosticOf(status)->code, DiagnosticCode::kNotSupported);
}

TEST(DiagnosticTest, WithPlaceKeepsAPlaceThatIsThere) {
  EXPECT_TRUE(WithPlace(arrow::Status::OK(), {1, 2}).ok());
  EXPECT_EQ(DiagnosticOf(WithPlace(arrow::Status::KeyError("k"), {1, 2}))->range, (SourceRange{1, 2}));
  EXPECT_TRUE(WithPlace(arrow::Status::KeyError("k"), {1, 2}).IsKeyError());
  EXPECT_EQ(DiagnosticOf(WithPlace(SqlError({3, 4}, "x"), {1, 2}))->range, (SourceRange{3, 4}));
  EXPECT_EQ(DiagnosticOf(arrow::Status::Invalid("no detail")), nullptr);
  EXPECT_EQ(DiagnosticOf(arrow::Status::OK()), nullptr);
}

TEST(NearestNamesTest, OtherCaseComesFirstThenTheNearest) {
  EXPECT_THAT(NearestNames("Price", {"prize", "PRICE", "prices", "total", "price"}),
              ElementsAre("PRICE", "price", "prices"));
  EXPECT_THAT(NearestNames("prcie", {"price", "slice"}), ElementsAre("price"));
  EXPECT_THAT(NearestNames("bid_time", {"bidtime", "auction", "bid"}), ElementsAre("bidtime"));
}

TEST(NearestNamesTest, WhatIsFarIsNotNear) {
  EXPECT_THAT(NearestNames("a", {"b", "c"}), IsEmpty());
  EXPECT_THAT(NearestNames("ab", {"cd"}), IsEmpty());
  EXPECT_THAT(NearestNames("", {"a", ""}), IsEmpty());
  EXPECT_THAT(NearestNames("customer", {"supplier"}), IsEmpty());
  EXPECT_THAT(NearestNames(std::string(1000, 'a'), {std::string(1000, 'a')}), IsEmpty());
}

TEST(NearestNamesTest, NamesAreListedOnceAndInAFixedOrder) {
  EXPECT_THAT(NearestNames("col", {"col2", "col1", "col1", "col3"}, 2), ElementsAre("col1", "col2"));
}

TEST(NearestNamesTest, Question) {
  EXPECT_EQ(DidYouMean("pricee", {"price"}), "Did you mean 'price'?");
  EXPECT_EQ(DidYouMean("col", {"col3", "col2", "col1"}), "Did you mean 'col1', 'col2' or 'col3'?");
  EXPECT_EQ(DidYouMean("x", {"total"}), "");
}

TEST(RenderDiagnostic, WithoutAPlaceSaysWhatWasPutBefore) {
  const arrow::Status inner = SqlError({}, "Unknown zone", "Write UTC.");
  EXPECT_EQ(RenderDiagnostic(inner.WithMessage("Calc: ", inner.message()), "q.sql", ""),
            "q.sql: error: Calc: Unknown zone\nhint: Write UTC.\n");
}

}  // namespace
}  // namespace tidemark::sql
