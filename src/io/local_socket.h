// SPDX-License-Identifier: Apache-2.0
// Sockets in the file system (Unix domain): how other programs of the same user ask this one something. A request is
// one line, and so is its answer.
#pragma once

#include <arrow/result.h>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace tidemark::io {

/// Answers requests, in threads of its own, until it is destroyed.
class LocalServer {
 public:
  /// Longer requests are not read to their end; their connections are closed.
  static constexpr size_t kRequestBytesMax = size_t{64} << 10;
  /// Requests at a time; further connections are closed at once.
  static constexpr int kConnectionsMax = 8;

  /// Takes a request and gives the answer, both without the line's end. Called from several threads at once.
  using Handler = std::function<std::string(const std::string& request)>;

  virtual ~LocalServer() = default;

  /// Listens at `path`, for this user only. What lies there is replaced: the caller sees to it (FileLock) that no other
  /// program listens. Destroying the server takes no more requests, waits until those at hand are answered, and removes
  /// the socket.
  static arrow::Result<std::unique_ptr<LocalServer>> Listen(const std::string& path, Handler handler);
};

/// Asks the program that listens at `path`, and waits for its answer however long it takes. IOError with the path when
/// nobody listens, or when the connection ends before the answer.
arrow::Result<std::string> AskLocalServer(const std::string& path, const std::string& request);

}  // namespace tidemark::io
