// SPDX-License-Identifier: Apache-2.0
// A thread that accepts, and one for each connection; every wait also ends when the server does.
#include "io/local_socket.h"

#include <arrow/status.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <list>
#include <thread>
#include <utility>

namespace tidemark::io {
namespace {

/// A connection that is silent, or does not take its answer, for so long is closed.
constexpr int kSilenceMs = 10'000;
constexpr int kBacklog = 16;
/// An answer that is longer is not a program's of ours.
constexpr size_t kAnswerBytesMax = size_t{64} << 20;

arrow::Status Failure(const std::string& path) { return arrow::Status::IOError(path, ": ", std::strerror(errno)); }

class Descriptor {
 public:
  explicit Descriptor(int descriptor) : descriptor_(descriptor) {}
  Descriptor(Descriptor&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  Descriptor& operator=(Descriptor&&) = delete;
  ~Descriptor() {
    if (descriptor_ >= 0) ::close(descriptor_);
  }
  int get() const { return descriptor_; }
  bool is_open() const { return descriptor_ >= 0; }

 private:
  int descriptor_;
};

/// A socket's address holds some hundred bytes of path. A longer path is reached through its folder, opened.
class Address {
 public:
  static arrow::Result<Address> Of(const std::string& path) {
    const size_t slash = path.rfind('/');
    const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
    Address address(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!address.folder_.is_open()) return Failure(folder);
    std::string text = path;
    if (text.size() >= sizeof(address.name_.sun_path)) {
      text = "/proc/self/fd/" + std::to_string(address.folder_.get()) + "/" + path.substr(slash + 1);
    }
    if (text.size() >= sizeof(address.name_.sun_path)) return arrow::Status::IOError(path, ": the name is too long");
    address.name_.sun_family = AF_UNIX;
    std::memcpy(address.name_.sun_path, text.c_str(), text.size() + 1);
    return address;
  }
  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&name_); }
  static socklen_t size() { return sizeof(sockaddr_un); }

 private:
  explicit Address(int folder) : folder_(folder) {}
  Descriptor folder_;
  sockaddr_un name_{};
};

Descriptor NewSocket() { return Descriptor(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)); }

/// Until the socket is ready; false after the time, or when `end` (-1: none) has become readable.
bool Wait(int socket, short events, int timeout_ms, int end) {
  pollfd waiting[] = {{socket, events, 0}, {end, POLLIN, 0}};
  int ready;
  do {
    ready = ::poll(waiting, 2, timeout_ms);
  } while (ready < 0 && errno == EINTR);
  return ready > 0 && waiting[1].revents == 0 && waiting[0].revents != 0;
}

/// Reads up to the end of a line. False when it does not come whole.
bool ReadLine(int socket, size_t bytes_max, int timeout_ms, int end, std::string* line) {
  char piece[4096];
  while (line->size() <= bytes_max) {
    if (!Wait(socket, POLLIN, timeout_ms, end)) return false;
    const ssize_t got = ::recv(socket, piece, sizeof(piece), 0);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) return false;
    line->append(piece, static_cast<size_t>(got));
    if (const size_t at = line->find('\n'); at != std::string::npos) {
      line->resize(at);
      return true;
    }
  }
  return false;
}

bool WriteLine(int socket, std::string line) {
  line += '\n';
  size_t done = 0;
  while (done < line.size()) {
    if (!Wait(socket, POLLOUT, kSilenceMs, -1)) return false;
    const ssize_t sent = ::send(socket, line.data() + done, line.size() - done, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (sent < 0) return false;
    done += static_cast<size_t>(sent);
  }
  return true;
}

class Server final : public LocalServer {
 public:
  Server(std::string path, Descriptor socket, Descriptor end, Handler handler)
      : path_(std::move(path)),
        socket_(std::move(socket)),
        end_(std::move(end)),
        handler_(std::move(handler)),
        thread_([this] { Accept(); }) {}

  ~Server() override {
    const uint64_t one = 1;
    // Never read, so that every wait sees it. An eventfd takes its first number always.
    (void)!::write(end_.get(), &one, sizeof(one));
    thread_.join();
    for (auto& connection : connections_) connection.thread.join();
    ::unlink(path_.c_str());
  }

 private:
  struct Connection {
    std::atomic<bool> over{false};
    std::thread thread;
  };

  void Accept() {
    while (Wait(socket_.get(), POLLIN, -1, end_.get())) {
      Descriptor peer(::accept4(socket_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!peer.is_open()) {
        // Out of descriptors, or the other side is gone: not tried again at once.
        Wait(-1, 0, 10, end_.get());
        continue;
      }
      for (auto at = connections_.begin(); at != connections_.end();) {
        if (at->over.load()) at->thread.join();
        at = at->thread.joinable() ? std::next(at) : connections_.erase(at);
      }
      if (connections_.size() >= kConnectionsMax) continue;
      Connection& connection = connections_.emplace_back();
      connection.thread = std::thread([this, &connection, socket = std::move(peer)] {
        std::string request;
        if (ReadLine(socket.get(), kRequestBytesMax, kSilenceMs, end_.get(), &request))
          WriteLine(socket.get(), handler_(request));
        connection.over.store(true);
      });
    }
  }

  const std::string path_;
  const Descriptor socket_;
  const Descriptor end_;
  const Handler handler_;
  std::list<Connection> connections_;  // of thread_
  std::thread thread_;
};

}  // namespace

arrow::Result<std::unique_ptr<LocalServer>> LocalServer::Listen(const std::string& path, Handler handler) {
  ARROW_ASSIGN_OR_RAISE(const Address address, Address::Of(path));
  Descriptor socket = NewSocket();
  Descriptor end(::eventfd(0, EFD_CLOEXEC));
  if (!socket.is_open() || !end.is_open()) return Failure(path);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT) return Failure(path);
  // The file gets the socket's mode: nobody else can connect, not even for a moment.
  if (::fchmod(socket.get(), S_IRUSR | S_IWUSR) != 0 || ::bind(socket.get(), address.get(), Address::size()) != 0 ||
      ::chmod(path.c_str(), S_IRUSR | S_IWUSR) != 0 || ::listen(socket.get(), kBacklog) != 0) {
    return Failure(path);
  }
  return std::make_unique<Server>(path, std::move(socket), std::move(end), std::move(handler));
}

arrow::Result<std::string> AskLocalServer(const std::string& path, const std::string& request) {
  ARROW_ASSIGN_OR_RAISE(const Address address, Address::Of(path));
  const Descriptor socket = NewSocket();
  if (!socket.is_open()) return Failure(path);
  if (::connect(socket.get(), address.get(), Address::size()) != 0) return Failure(path);
  std::string answer;
  if (!WriteLine(socket.get(), request) || !ReadLine(socket.get(), kAnswerBytesMax, -1, -1, &answer)) {
    return arrow::Status::IOError(path, ": the connection ended before there was an answer");
  }
  return answer;
}

}  // namespace tidemark::io
