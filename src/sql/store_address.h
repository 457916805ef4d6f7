// SPDX-License-Identifier: Apache-2.0
// Addresses of object stores, s3://bucket/folder, that hold credentials: they are refused, and never shown.
#pragma once

#include <arrow/status.h>

#include <string>
#include <string_view>

namespace tidemark::sql {

/// Invalid when `value` is an address of s3:// (or s3a://, s3n://, s3p://) that has more than a bucket before its path:
/// credentials, or a port. The message says where those belong and repeats nothing of it. Everything else is OK.
arrow::Status CheckStoreAddress(std::string_view value);

/// The text with the credentials of such addresses in it as stars: as long as before.
std::string HideStoreCredentials(std::string text);

}  // namespace tidemark::sql
