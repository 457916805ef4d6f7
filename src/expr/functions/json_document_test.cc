// SPDX-License-Identifier: Apache-2.0
// JSON texts as trees: what is JSON, how it is written, and input that means harm.
#include "expr/functions/json_document.h"

#include <gtest/gtest.h>

#include "expr/functions/json_path.h"

namespace tidemark::expr {
namespace {

std::string Rewritten(std::string_view text) {
  JsonDocument document;
  if (!document.Parse(text)) return "no JSON: " + document.error();
  std::string out;
  document.Write(document.root(), &out);
  return out;
}

std::string BigDecimal(std::string_view number) {
  std::string out;
  WriteBigDecimal(number, &out);
  return out;
}

TEST(JsonDocument, IsWrittenSortedAndWithoutBlanks) {
  EXPECT_EQ(Rewritten(R"( { "b" : [ 1 , 2.50 , null ] , "a" : { } } )"), R"({"a":{},"b":[1,2.50,null]})");
  EXPECT_EQ(Rewritten(R"("\u0041\n\ud83d\ude00\/")"), "\"A\\n😀/\"");
  EXPECT_EQ(Rewritten(R"("\ud83d")"), R"("?")");
}

TEST(JsonDocument, KeepsTheLastValueOfAKeyInItsFirstPlace) {
  EXPECT_EQ(Rewritten(R"({"a":1,"b":2,"a":[3]})"), R"({"a":[3],"b":2})");
  std::string many = "{";
  for (int i = 0; i < 40; ++i) many += "\"k" + std::to_string(i % 10) + "\":" + std::to_string(i) + ",";
  many.back() = '}';
  EXPECT_EQ(Rewritten(many), R"({"k0":30,"k1":31,"k2":32,"k3":33,"k4":34,"k5":35,"k6":36,"k7":37,"k8":38,"k9":39})");
}

TEST(JsonDocument, SortsKeysAsJavaDoes) {
  EXPECT_EQ(Rewritten("{\"\xEE\x80\x80\":1,\"😀\":2,\"a\":3}"), "{\"a\":3,\"😀\":2,\"\xEE\x80\x80\":1}");
}

TEST(JsonDocument, NumbersAreKeptDigitByDigit) {
  EXPECT_EQ(BigDecimal("1.50"), "1.50");
  EXPECT_EQ(BigDecimal("1e2"), "1E+2");
  EXPECT_EQ(BigDecimal("-0.0"), "0.0");
  EXPECT_EQ(BigDecimal("12.5E-9"), "1.25E-8");
  EXPECT_EQ(BigDecimal("0.000001"), "0.000001");
  EXPECT_EQ(BigDecimal("0.0000001"), "1E-7");
  EXPECT_EQ(BigDecimal("0e5"), "0E+5");
  EXPECT_EQ(BigDecimal("00012"), "12");
}

TEST(JsonDocument, DepthIsBounded) {
  const std::string deep(100'000, '[');
  EXPECT_TRUE(Rewritten(deep).starts_with("no JSON: JSON nested too deeply"));
  const std::string allowed = std::string(1000, '[') + std::string(1000, ']');
  EXPECT_EQ(Rewritten(allowed), allowed);
}

TEST(JsonDocument, BrokenTextsAreRefused) {
  for (const char* text :
       {"",   " ", "{",   "[1",      "[1,]",      "{\"a\"}", "{\"a\":}", "{\"a\":1,}", "01",    "1.",
        "1e", "-", "\"a", "\"\\x\"", "\"\\u12\"", "nul",     "truex",    "\"a\nb\"",   "{a:1}", "\xFF"}) {
    EXPECT_TRUE(Rewritten(text).starts_with("no JSON")) << text;
  }
}

TEST(JsonPath, LongPathsAreRefused) {
  std::string filters = "$";
  for (int i = 0; i < 5000; ++i) filters += "[?(@";
  EXPECT_TRUE(JsonPath::Compile(filters).status().IsInvalid());
  EXPECT_TRUE(JsonPath::Compile("$" + std::string(10'000, '.')).status().IsInvalid());
}

TEST(JsonPath, EveryPrefixOfAPathIsReadOrRefused) {
  const std::string path = R"($.a['b',"c"][0,-1][1:2].*..d[?(@.x == 'y' && !($.z >= 1.5e3))].length())";
  for (size_t length = 0; length <= path.size(); ++length) {
    for (const char* tail : {"", "]", ")", "\\", "'", "[", "."}) {
      JsonDocument document;
      ASSERT_TRUE(document.Parse(R"({"a":{"b":[[1,2]],"c":[{"d":1}]}})"));
      const auto compiled = JsonPath::Compile(path.substr(0, length) + tail);
      if (compiled.ok()) ReadJsonPath(*compiled, length % 2 == 0, document.root(), &document);
    }
  }
}

}  // namespace
}  // namespace tidemark::expr
