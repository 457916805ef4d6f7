// SPDX-License-Identifier: Apache-2.0
// Tokens and their places.

#include "sql/lexer.h"

#include <gtest/gtest.h>

#include "sql/keywords.h"

namespace tidemark::sql {
namespace {

/// The texts of the tokens separated by bars, errors as !message.
std::string Texts(std::string_view text) {
  std::string joined;
  for (const Token& token : Tokenize(text)) {
    if (token.kind == TokenKind::kEnd) break;
    joined += (token.kind == TokenKind::kError ? "!" + token.error : token.text) + "|";
  }
  return joined;
}

TEST(LexerTest, SplitsWordsNumbersAndSymbols) {
  EXPECT_EQ(Texts("a.b<=c<>d||e=>f"), "a|.|b|<=|c|<>|d||||e|=>|f|");
  EXPECT_EQ(Texts("1.5 .5 5. 1e3 1E-3 1.5e+3"), "1.5|.5|5.|1e3|1E-3|1.5e+3|");
  EXPECT_EQ(Texts("a[1].b t1.x f(1).y"), "a|[|1|]|.|b|t1|.|x|f|(|1|)|.|y|");
  EXPECT_EQ(Texts("MAP<INT,ARRAY<INT>>"), "MAP|<|INT|,|ARRAY|<|INT|>|>|");
}

TEST(LexerTest, AWordHasItsUpperCaseForm) {
  const auto tokens = Tokenize("sElect `select`");
  EXPECT_EQ(tokens[0].text, "sElect");
  EXPECT_EQ(tokens[0].upper, "SELECT");
  EXPECT_EQ(tokens[1].kind, TokenKind::kQuotedName);
  EXPECT_EQ(tokens[1].upper, "");
}

TEST(LexerTest, DecodesStringsAndNames) {
  EXPECT_EQ(Texts("'it''s' `a``b` U&'\\00e4' X'0a' N'n' _utf8'u'"), "it's|a`b|ä|0A|n|u|");
  EXPECT_EQ(Texts("E'a\\tb\\'c\\u00e4'"), "a\tb'c\xC3\xA4|");
}

TEST(LexerTest, SkipsComments) {
  EXPECT_EQ(Texts("a -- b\nc // d\ne /* f\n */ g/**/h"), "a|c|e|g|h|");
  EXPECT_EQ(Texts("s3://bucket"), "s3|:|/|/|bucket|");
}

TEST(LexerTest, HintsAreTokens) {
  const auto tokens = Tokenize("/*+ A('b') */ a * b */ c");
  EXPECT_EQ(tokens[0].kind, TokenKind::kHintBegin);
  EXPECT_EQ(tokens[5].kind, TokenKind::kHintEnd);
  // Outside of a hint it is a multiplication and a division.
  EXPECT_EQ(Texts("a */ b"), "a|*|/|b|");
}

TEST(LexerTest, EveryTokenHasItsPlace) {
  const std::string text = " ab 'c''d' `e`.1";
  const auto tokens = Tokenize(text);
  EXPECT_EQ(TextOf(text, tokens[0].range), "ab");
  EXPECT_EQ(TextOf(text, tokens[1].range), "'c''d'");
  EXPECT_EQ(TextOf(text, tokens[2].range), "`e`");
  EXPECT_EQ(tokens.back().kind, TokenKind::kEnd);
  EXPECT_EQ(tokens.back().range.begin, text.size());
}

TEST(LexerTest, TheEndStandsBehindTheLastToken) {
  const auto tokens = Tokenize("a  -- comment\n\n");
  EXPECT_EQ(tokens.back().range, (SourceRange{1, 1}));
}

TEST(LexerTest, WhatCannotBeReadIsAnErrorToken) {
  EXPECT_EQ(Texts("a 'b"), "a|!This string is never closed: the quote that opens it has no partner|");
  EXPECT_EQ(Texts("a `b\nc`"), "a|!This name is never closed: the back-quote has no partner on its line|");
  EXPECT_EQ(Texts("a /* b"), "a|!This comment is never closed|");
  EXPECT_EQ(Texts("\"a\" b"), "!Double quotes have no meaning in Flink SQL|b|");
  EXPECT_EQ(Texts("``"), "!A name must not be empty|");
  EXPECT_EQ(Texts("1abc"), "!Malformed number: 1abc|");
  EXPECT_EQ(Texts("U&'\\00'"), "!Malformed Unicode escape|");
  EXPECT_EQ(Texts("U&'\\d800'"), "!Malformed Unicode escape|");
  EXPECT_EQ(Texts("E'\\q'"), "!Unknown escape in this string|");
}

TEST(KeywordsTest, ReservedAndFreeWords) {
  for (std::string_view word : {"SELECT", "VALUE", "TIMESTAMP", "USER", "ORDER", "COUNT", "WATERMARK"}) {
    EXPECT_TRUE(IsReservedWord(word)) << word;
  }
  for (std::string_view word : {"NAME", "TYPE", "KEY", "METADATA", "MODEL", "TUMBLE", "IF", "MAP", "DATETIME", ""}) {
    EXPECT_FALSE(IsReservedWord(word)) << word;
  }
  EXPECT_TRUE(IsStructuralWord("FROM"));
  EXPECT_FALSE(IsStructuralWord("VALUE"));
}

TEST(KeywordsTest, TablesAreSorted) {
  // Look-ups are binary searches: a word out of order would not be found.
  for (const std::string& word : AllKeywords()) {
    EXPECT_EQ(word, ToUpperAscii(word));
  }
  size_t reserved = 0;
  for (const std::string& word : AllKeywords()) reserved += IsReservedWord(word) ? 1 : 0;
  EXPECT_GT(reserved, 400u);
  EXPECT_LT(reserved, AllKeywords().size());
}

}  // namespace
}  // namespace tidemark::sql
