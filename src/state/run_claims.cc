// SPDX-License-Identifier: Apache-2.0
// Claims as small objects.
#include "state/run_claims.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

#include "state/text_file.h"

namespace tidemark::state {
namespace {

using nlohmann::json;

constexpr int kFormatVersion = 1;
/// Runs that begin at the same time draw the same sequence; each time the greatest of them is through.
constexpr int kAttemptsMax = 100;

arrow::Result<json> Read(io::FileSystem* files, const std::string& path) {
  ARROW_ASSIGN_OR_RAISE(const std::string text, ReadText(files, path));
  json claim = json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!claim.is_object() || claim.value("format_version", 0) != kFormatVersion) {
    return arrow::Status::Invalid("'", path, "' is not the claim of a run in format version ", kFormatVersion);
  }
  return claim;
}

}  // namespace

arrow::Result<std::vector<RunClaims::Claim>> RunClaims::List() const {
  std::vector<Claim> claims;
  ARROW_ASSIGN_OR_RAISE(const bool is_there, IsThere(files_, folder_));
  if (!is_there) return claims;
  ARROW_ASSIGN_OR_RAISE(const auto entries, files_->List(folder_, /*recursive=*/false));
  for (const auto& entry : entries) {
    const std::string name = entry.path.substr(entry.path.rfind('/') + 1);
    Claim claim;
    const auto parsed = std::from_chars(name.data(), name.data() + name.size(), claim.sequence);
    if (parsed.ec != std::errc() || parsed.ptr == name.data() + name.size() || *parsed.ptr != '-') continue;
    claim.run = parsed.ptr + 1;
    claim.path = entry.path;
    claims.push_back(std::move(claim));
  }
  std::ranges::sort(claims, {}, [](const Claim& claim) { return std::tie(claim.sequence, claim.run); });
  return claims;
}

arrow::Status RunClaims::Take(const std::string& run, const std::string& holder) {
  holder_ = holder;
  own_.run = run;
  ARROW_RETURN_NOT_OK(files_->CreateFolders(folder_));
  for (int attempt = 0; attempt < kAttemptsMax; ++attempt) {
    ARROW_ASSIGN_OR_RAISE(const auto claims, List());
    own_.sequence = claims.empty() ? 1 : claims.back().sequence + 1;
    own_.path = fmt::format("{}/{:08}-{}", folder_, own_.sequence, run);
    const json claim = {{"format_version", kFormatVersion}, {"holder", holder_}};
    ARROW_RETURN_NOT_OK(WriteText(files_, own_.path, claim.dump(2) + "\n"));
    const auto checked = Check();
    if (!checked.IsCancelled()) return checked;
    // Somebody else's claim of the same sequence is greater. This one must not become the greatest when that one goes.
    ARROW_RETURN_NOT_OK(files_->Remove(own_.path));
  }
  return arrow::Status::Cancelled("Other runs of the job begin all the time, so that this one cannot: see '", folder_,
                                  "'");
}

arrow::Status RunClaims::NoteFound(const std::string& checkpoint, int64_t number) {
  const json claim = {
      {"format_version", kFormatVersion}, {"holder", holder_}, {"found", checkpoint}, {"found_number", number}};
  return WriteText(files_, own_.path, claim.dump(2) + "\n");
}

arrow::Status RunClaims::Check() const {
  ARROW_ASSIGN_OR_RAISE(const auto claims, List());
  if (!claims.empty() && claims.back().path == own_.path) return arrow::Status::OK();
  if (claims.empty()) return arrow::Status::IOError("'", own_.path, "', which says who runs the job, is gone");
  const auto claim = Read(files_, claims.back().path);
  return arrow::Status::Cancelled("Another run has taken the job over: ",
                                  claim.ok() ? claim->value("holder", claims.back().run) : claims.back().run);
}

void RunClaims::RemoveOlder() {
  const auto claims = List();
  if (!claims.ok()) return;
  for (const Claim& claim : *claims) {
    if (claim.sequence < own_.sequence) (void)files_->Remove(claim.path);  // the next checkpoint tries again
  }
}

arrow::Result<ClaimsVerdict> RunClaims::Judge() const {
  ClaimsVerdict verdict;
  ARROW_ASSIGN_OR_RAISE(const auto claims, List());
  for (auto claim = claims.rbegin(); claim != claims.rend() && !verdict.decides; ++claim) {
    verdict.runs.insert(claim->run);
    ARROW_ASSIGN_OR_RAISE(const json content, Read(files_, claim->path));
    if (!content.contains("found")) continue;
    verdict.decides = true;
    verdict.found = content.value("found", "");
    verdict.found_number = content.value("found_number", int64_t{0});
  }
  return verdict;
}

}  // namespace tidemark::state
