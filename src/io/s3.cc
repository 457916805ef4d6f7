// SPDX-License-Identifier: Apache-2.0
// Arrow's S3 file system, found through its registry of file systems.
#include "io/s3.h"

#include <arrow/filesystem/filesystem.h>
#include <arrow/util/config.h>
#include <arrow/util/uri.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <mutex>
#include <utility>

#include "io/object_path.h"

namespace tidemark::io {
namespace {

constexpr char kLibrary[] = "libarrow_s3.so." ARROW_SO_VERSION;
/// Of stores that are not AWS: their requests are signed for some region, and this is the one they expect.
constexpr char kAnyRegion[] = "us-east-1";

std::atomic<bool> library_loaded = false;

std::string FromEnvironment(std::string value, std::initializer_list<const char*> names) {
  for (const char* name : names) {
    if (!value.empty()) break;
    if (const char* found = std::getenv(name); found != nullptr) value = found;
  }
  return value;
}

/// The library was built elsewhere and looks for the certificates of authorities in that system's place.
std::string AuthoritiesFile() {
  std::string file = FromEnvironment("", {"AWS_CA_BUNDLE", "SSL_CERT_FILE"});
  for (const char* usual : {"/etc/ssl/certs/ca-certificates.crt", "/etc/pki/tls/certs/ca-bundle.crt",
                            "/etc/ssl/ca-bundle.pem", "/etc/ssl/cert.pem"}) {
    if (file.empty() && ::access(usual, R_OK) == 0) file = usual;
  }
  return file;
}

arrow::Status LoadLibrary() {
  static std::mutex mutex;
  const std::lock_guard<std::mutex> lock(mutex);
  if (library_loaded) return arrow::Status::OK();
  const auto loaded = arrow::fs::LoadFileSystemFactories(kLibrary);
  // An Arrow that has S3 built in has no such library.
  if (!loaded.ok() && !arrow::fs::FileSystemFromUriAndOptions("s3://any?region=us-east-1", {}).ok()) {
    return arrow::Status::NotImplemented("s3:// needs Arrow's S3 library, which cannot be loaded: ", loaded.message());
  }
  library_loaded = true;
  // A connection that the store has closed is an error of the request, not the end of the process.
  std::signal(SIGPIPE, SIG_IGN);
  return arrow::Status::OK();
}

/// "http://host:port/" in two.
arrow::Status SplitEndpoint(const std::string& endpoint, std::string* scheme, std::string* host) {
  const size_t colon = endpoint.find("://");
  *scheme = colon == std::string::npos ? "https" : endpoint.substr(0, colon);
  *host = colon == std::string::npos ? endpoint : endpoint.substr(colon + 3);
  while (host->ends_with('/')) host->pop_back();
  if ((*scheme != "http" && *scheme != "https") || host->empty() || host->find_first_of("/@? ") != std::string::npos) {
    return arrow::Status::Invalid("The endpoint for s3:// is not one: write https://host or http://host:port");
  }
  return arrow::Status::OK();
}

/// "?scheme=...&...": what Arrow is to know of the store beside its credentials.
std::string Query(const S3Settings& settings, const std::string& scheme, const std::string& host) {
  std::string query = "?allow_delayed_open=true";
  const auto add = [&](const char* name, const std::string& value) {
    if (!value.empty()) query += std::string("&") + name + "=" + arrow::util::UriEscape(value);
  };
  add("region", settings.region);
  if (!host.empty()) {
    add("scheme", scheme);
    add("endpoint_override", host);
  }
  if (scheme != "http") add("tls_ca_file_path", AuthoritiesFile());
  return query;
}

}  // namespace

arrow::Result<ObjectStore> S3Store(S3Settings settings) {
  settings.endpoint = FromEnvironment(settings.endpoint, {"AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"});
  settings.region = FromEnvironment(settings.region, {"AWS_REGION", "AWS_DEFAULT_REGION"});
  std::string scheme;
  std::string host;
  if (!settings.endpoint.empty()) {
    ARROW_RETURN_NOT_OK(SplitEndpoint(settings.endpoint, &scheme, &host));
    if (settings.region.empty()) settings.region = kAnyRegion;
  }
  if (settings.access_key.empty() != settings.secret_key.empty()) {
    return arrow::Status::Invalid("'s3.access-key' and 's3.secret-key' go together: one of them is missing");
  }
  const std::string endpoint = settings.endpoint;
  arrow::fs::FileSystemFactoryOptions credentials;
  if (!settings.access_key.empty()) {
    credentials = {{"access_key", settings.access_key}, {"secret_key", settings.secret_key}};
  }
  ObjectStore store;
  store.connect = [query = Query(settings, scheme, host), credentials = std::move(credentials)](
                      const std::string& bucket) -> arrow::Result<std::shared_ptr<arrow::fs::FileSystem>> {
    ARROW_RETURN_NOT_OK(LoadLibrary());
    return arrow::fs::FileSystemFromUriAndOptions(std::string(kObjectScheme) + bucket + query, credentials);
  };
  store.explain = [endpoint](const arrow::Status& error, const std::string& path) {
    return ExplainS3Error(error, path, endpoint);
  };
  return store;
}

arrow::Status ExplainS3Error(const arrow::Status& error, const std::string& path, const std::string& endpoint) {
  const std::string& said = error.message();
  const auto says = [&](std::initializer_list<const char*> words) {
    for (const char* word : words) {
      if (said.find(word) != std::string::npos) return true;
    }
    return false;
  };
  const std::string store = endpoint.empty() ? "AWS" : endpoint;
  const std::string key = path.substr(kObjectScheme.size());
  const std::string bucket = key.substr(0, key.find('/'));
  if (says({"NO_SUCH_BUCKET", "NoSuchBucket"})) {
    return error.WithMessage(
        path, ": there is no bucket '", bucket, "' at ", store,
        ". Make it, or name another; where it lies elsewhere, AWS_ENDPOINT_URL and AWS_REGION say ", "where");
  }
  if (says({"ACCESS_DENIED", "AccessDenied", "INVALID_ACCESS_KEY_ID", "SIGNATURE_DOES_NOT_MATCH", "InvalidAccessKeyId",
            "SignatureDoesNotMatch", "EXPIRED_TOKEN", "ExpiredToken", "HTTP status 403", "MISSING_AUTHENTICATION"})) {
    return error.WithMessage(path, ": ", store, " does not allow it. The credentials (AWS_ACCESS_KEY_ID and ",
                             "AWS_SECRET_ACCESS_KEY, or a profile) must be valid and may list the bucket '", bucket,
                             "' and get, put and delete its objects (", said, ")");
  }
  if (says({"certificate"})) {
    return error.WithMessage(path, ": ", store,
                             " is not trusted. AWS_CA_BUNDLE names the file with the certificate of ",
                             "its authority (", said, ")");
  }
  if (says({"NETWORK_CONNECTION", "curlCode", "REQUEST_TIMEOUT"})) {
    return error.WithMessage(path, ": ", store, " cannot be reached. Check the network and, where it is not AWS, ",
                             "AWS_ENDPOINT_URL (", said, ")");
  }
  return error.WithMessage(path, ": ", said);
}

S3Life::~S3Life() {
  if (library_loaded) arrow::fs::EnsureFinalized();
}

}  // namespace tidemark::io
