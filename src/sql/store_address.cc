// SPDX-License-Identifier: Apache-2.0
// Finding credentials in addresses of object stores.
#include "sql/store_address.h"

#include <algorithm>
#include <cctype>

namespace tidemark::sql {
namespace {

/// Where the bucket of the first such address in `text` begins, at or behind `from`; npos: there is none.
size_t FindBucket(std::string_view text, size_t from) {
  constexpr std::string_view kMark = "://";
  for (size_t mark = text.find(kMark, from); mark != std::string_view::npos; mark = text.find(kMark, mark + 1)) {
    size_t begin = mark;
    while (begin > 0 && std::isalnum(static_cast<unsigned char>(text[begin - 1])) != 0) --begin;
    const std::string_view scheme = text.substr(begin, mark - begin);
    const bool is_store =
        (scheme.size() == 2 || scheme.size() == 3) && (scheme[0] == 's' || scheme[0] == 'S') && scheme[1] == '3';
    if (is_store) return mark + kMark.size();
  }
  return std::string_view::npos;
}

/// A secret key may have a slash, which hides its '@' but not the ':' before it.
bool HasMoreThanBucket(std::string_view text, size_t bucket) {
  return text.substr(bucket, text.find('/', bucket) - bucket).find_first_of("@:") != std::string_view::npos;
}

}  // namespace

arrow::Status CheckStoreAddress(std::string_view value) {
  const size_t bucket = FindBucket(value, 0);
  if (bucket == std::string_view::npos || !HasMoreThanBucket(value, bucket)) return arrow::Status::OK();
  return arrow::Status::Invalid(
      "This address of an object store has credentials or a port in it. Write s3://bucket/folder; credentials belong "
      "into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or s3.access-key and s3.secret-key in the file of --config, "
      "and the store's host and port into AWS_ENDPOINT_URL or s3.endpoint");
}

std::string HideStoreCredentials(std::string text) {
  for (size_t begin = FindBucket(text, 0); begin != std::string::npos; begin = FindBucket(text, begin)) {
    const size_t end = std::min(text.find_first_of(" \t'\";", begin), text.size());
    const std::string_view address = std::string_view(text).substr(0, end);
    const size_t at = address.rfind('@');
    if (at == std::string_view::npos || at < begin || !HasMoreThanBucket(address, begin)) continue;
    std::fill(text.begin() + static_cast<std::ptrdiff_t>(begin), text.begin() + static_cast<std::ptrdiff_t>(at), '*');
  }
  return text;
}

}  // namespace tidemark::sql
