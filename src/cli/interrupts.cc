// SPDX-License-Identifier: Apache-2.0
// Ctrl-C while a line is typed: the handler writes into a pipe that is polled together with the terminal, so that none
// is lost between the prompt and the read.
#include "cli/interrupts.h"

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <array>
#include <bit>
#include <cerrno>

namespace tidemark::cli {
namespace {

constexpr int kReplacementCharacter = 0xFFFD;

std::array<int, 2> wake = {-1, -1};  // read end, write end; open while an Interrupts lives

void WakeReader(int) {
  const int saved = errno;
  const char byte = 0;
  [[maybe_unused]] const auto written = write(wake[1], &byte, 1);  // a full pipe wakes as well
  errno = saved;
}

/// One byte of standard input, or -1 at its end.
int ReadByte() {
  unsigned char byte = 0;
  ssize_t count = 0;
  do {
    count = read(STDIN_FILENO, &byte, 1);
  } while (count < 0 && errno == EINTR);
  return count == 1 ? byte : -1;
}

/// The first byte of the next key, or -1 as ReadKey.
int ReadFirstByte() {
  std::array<pollfd, 2> ready = {{{STDIN_FILENO, POLLIN, 0}, {wake[0], POLLIN, 0}}};
  while (poll(ready.data(), ready.size(), -1) < 0) {
    if (errno != EINTR) return -1;
  }
  return ready[1].revents != 0 ? -1 : ReadByte();
}

}  // namespace

Interrupts::Interrupts() {
  if (pipe2(wake.data(), O_NONBLOCK | O_CLOEXEC) != 0) wake = {-1, -1};
  struct sigaction action = {};
  action.sa_handler = WakeReader;
  sigaction(SIGINT, &action, &before_);
}

Interrupts::~Interrupts() {
  sigaction(SIGINT, &before_, nullptr);
  for (int& end : wake) {
    close(end);
    end = -1;
  }
}

bool Interrupts::Forget() {
  bool came = false;
  char byte = 0;
  while (read(wake[0], &byte, 1) == 1) came = true;
  return came;
}

int ReadKey() {
  int first = ReadFirstByte();
  while (first == 0) first = ReadFirstByte();  // what Linux makes of a Ctrl-D that came before editing began
  if (first < 0x80) return first;
  // UTF-8, RFC 3629 section 3: as many leading ones as bytes.
  const int length = std::countl_one(static_cast<unsigned char>(first));
  if (length < 2 || length > 4) return kReplacementCharacter;
  int code = first & (0x7F >> length);
  for (int i = 1; i < length; ++i) {
    const int next = ReadByte();
    if ((next & 0xC0) != 0x80) return next < 0 ? -1 : kReplacementCharacter;
    code = (code << 6) | (next & 0x3F);
  }
  return code;
}

}  // namespace tidemark::cli
