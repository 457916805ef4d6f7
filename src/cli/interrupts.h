// SPDX-License-Identifier: Apache-2.0
// Ctrl-C while a line is typed.
#pragma once

#include <csignal>

namespace tidemark::cli {

/// While one lives, Ctrl-C does not end the program: it wakes ReadKey. At most one at a time, on the main thread. What
/// else handles SIGINT meanwhile (a running job) restores this handler.
class Interrupts {
 public:
  Interrupts();
  ~Interrupts();
  Interrupts(const Interrupts&) = delete;
  Interrupts& operator=(const Interrupts&) = delete;

  /// Whether Ctrl-C came since the last call.
  bool Forget();

 private:
  struct sigaction before_ = {};
};

/// The next character typed on standard input, as a code point (the terminal sends UTF-8); -1 at the end of the input
/// and as long as a Ctrl-C is not forgotten, however shortly before the call it came.
int ReadKey();

}  // namespace tidemark::cli
