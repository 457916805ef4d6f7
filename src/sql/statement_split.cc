// SPDX-License-Identifier: Apache-2.0
// Walks over the tokens and remembers whether it is inside a statement set.

#include "sql/statement_split.h"

#include "sql/lexer.h"

namespace tidemark::sql {

namespace {

class Splitter {
 public:
  explicit Splitter(std::vector<Token> tokens) : tokens_(std::move(tokens)) {}

  std::vector<StatementText> Run() {
    for (index_ = 0; index_ < tokens_.size() && tokens_[index_].kind != TokenKind::kEnd; ++index_) Take();
    return std::move(statements_);
  }

 private:
  bool Is(size_t index, std::string_view upper) const {
    return index < tokens_.size() && tokens_[index].kind == TokenKind::kWord && tokens_[index].upper == upper;
  }

  bool IsSemicolon(size_t index) const {
    return tokens_[index].kind == TokenKind::kSymbol && tokens_[index].text == ";";
  }

  /// At BEGIN of `STATEMENT SET BEGIN` or of `BEGIN STATEMENT SET`.
  bool BeginsSet() const {
    if (!Is(index_, "BEGIN")) return false;
    const bool closes_words = index_ >= 2 && Is(index_ - 2, "STATEMENT") && Is(index_ - 1, "SET");
    return closes_words || (Is(index_ + 1, "STATEMENT") && Is(index_ + 2, "SET"));
  }

  /// The END of a set stands where a statement could begin, which tells it from the END of a CASE.
  bool EndsSet() const { return in_set_ && Is(index_, "END") && (IsSemicolon(index_ - 1) || Is(index_ - 1, "BEGIN")); }

  void Take() {
    if (!open_ && IsSemicolon(index_)) return;
    const Token& token = tokens_[index_];
    if (!open_) statements_.push_back({token.range, false});
    open_ = true;
    statements_.back().range.end = token.range.end;
    if (BeginsSet()) in_set_ = true;
    if (EndsSet()) in_set_ = false;
    if (in_set_ || !IsSemicolon(index_)) return;
    statements_.back().complete = true;
    open_ = false;
  }

  std::vector<Token> tokens_;
  size_t index_ = 0;
  bool open_ = false;
  bool in_set_ = false;
  std::vector<StatementText> statements_;
};

}  // namespace

std::vector<StatementText> SplitScript(std::string_view text) { return Splitter(Tokenize(text)).Run(); }

}  // namespace tidemark::sql
