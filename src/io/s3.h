// SPDX-License-Identifier: Apache-2.0
// S3 and stores that speak like it: where the endpoint is, who asks, and what went wrong. The library that speaks the
// protocol is loaded when a store is first used, so that who uses none does not wait for it.
#pragma once

#include <arrow/result.h>

#include <string>

#include "io/object_file_system.h"

namespace tidemark::io {

/// What is empty comes from the environment (AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION, AWS_DEFAULT_REGION,
/// AWS_CA_BUNDLE) and, of credentials, from wherever the AWS tools find them: environment, profile, the machine's role.
struct S3Settings {
  std::string endpoint;  ///< "http://host:port" or "https://host"; empty everywhere: AWS
  std::string region;
  std::string access_key;  ///< never shown
  std::string secret_key;  ///< never shown
};

/// A store of these settings. Invalid when the endpoint is not one.
arrow::Result<ObjectStore> S3Store(S3Settings settings);

/// What a user should do about an error of the store.
arrow::Status ExplainS3Error(const arrow::Status& error, const std::string& path, const std::string& endpoint);

/// While it lives, stores may be used; its end ends what the library keeps running, and comes before the process does.
/// REQUIRES: every file and file system of a store is gone by then.
class S3Life {
 public:
  S3Life() = default;
  ~S3Life();
  S3Life(const S3Life&) = delete;
  S3Life& operator=(const S3Life&) = delete;
};

}  // namespace tidemark::io
