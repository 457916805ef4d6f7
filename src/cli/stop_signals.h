// SPDX-License-Identifier: Apache-2.0
// SIGINT, SIGTERM and SIGHUP (the terminal is closed): the first one stops a job cleanly, whenever it comes; another
// one a second later or more ends the process as usual. What comes sooner is taken for the same: some senders signal a
// process and its group.
#pragma once

#include <csignal>

#include "runtime/job.h"

namespace tidemark::cli {

/// What the three signals did before; restores it.
class StopHandlers {
 public:
  StopHandlers();
  ~StopHandlers() { Restore(); }
  StopHandlers(const StopHandlers&) = delete;
  StopHandlers& operator=(const StopHandlers&) = delete;

  void Restore();

 private:
  struct sigaction old_int_{};
  struct sigaction old_term_{};
  struct sigaction old_hup_{};
};

/// From the start of the program: a signal that comes before there is a job stops the first that there will be.
/// At most one, on the main thread.
class EarlyStop {
 public:
  /// The command at hand runs no script: signals do what they do to any program, also one that has come already.
  void Release();

 private:
  StopHandlers handlers_;
};

/// While it lives nothing was begun that a signal could disturb, and what is waited for may never come (a script from a
/// pipe): a signal ends the program at once, with a message and kExitFailed, also one that has come already.
class NothingBegun {
 public:
  NothingBegun();
  ~NothingBegun();
  NothingBegun(const NothingBegun&) = delete;
  NothingBegun& operator=(const NothingBegun&) = delete;
};

/// While it lives, a signal stops `job`. At most one at a time.
class StopOnSignal {
 public:
  /// `heeds_earlier`: so does one that came before.
  StopOnSignal(runtime::Job* job, bool heeds_earlier);
  ~StopOnSignal();
  StopOnSignal(const StopOnSignal&) = delete;
  StopOnSignal& operator=(const StopOnSignal&) = delete;

 private:
  StopHandlers handlers_;
};

}  // namespace tidemark::cli
