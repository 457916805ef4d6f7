// SPDX-License-Identifier: Apache-2.0
// Handlers of signals, and the few words that they share with the rest.
#include "cli/stop_signals.h"

#include <time.h>
#include <unistd.h>

#include <atomic>
#include <cstdint>
#include <thread>

#include "cli/options.h"

namespace tidemark::cli {
namespace {

constexpr char kNothingBegun[] = "tidemark: stopped before anything was begun\n";

/// Signals that come within this time are one.
constexpr int64_t kSameMs = 1'000;

std::atomic<int> asked_by = 0;  // the first signal that came; 0: none
std::atomic<int64_t> asked_ms = 0;
std::atomic<bool> nothing_begun = false;
std::atomic<runtime::Job*> running_job = nullptr;  // what a signal stops, on whichever thread it comes
std::atomic<int> handlers_under_way = 0;
static_assert(std::atomic<runtime::Job*>::is_always_lock_free && std::atomic<int>::is_always_lock_free &&
              std::atomic<bool>::is_always_lock_free && std::atomic<int64_t>::is_always_lock_free);

[[noreturn]] void EndAtOnce() {
  [[maybe_unused]] const auto written = write(STDERR_FILENO, kNothingBegun, sizeof(kNothingBegun) - 1);
  _exit(kExitFailed);
}

int64_t MonotonicMillis() {
  timespec now{};
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * int64_t{1000} + now.tv_nsec / 1'000'000;
}

void Heed(int signal) {
  const int64_t now_ms = MonotonicMillis();
  if (asked_by != 0) {
    if (now_ms - asked_ms < kSameMs) return;
    std::signal(signal, SIG_DFL);
    raise(signal);
    return;
  }
  ++handlers_under_way;
  asked_ms = now_ms;
  asked_by = signal;
  if (nothing_begun) EndAtOnce();
  if (runtime::Job* job = running_job; job != nullptr) job->RequestStop();
  --handlers_under_way;
}

}  // namespace

StopHandlers::StopHandlers() {
  struct sigaction action{};
  action.sa_handler = Heed;
  action.sa_flags = SA_RESTART;
  sigaction(SIGINT, &action, &old_int_);
  sigaction(SIGTERM, &action, &old_term_);
  sigaction(SIGHUP, &action, &old_hup_);
  if (old_hup_.sa_handler == SIG_IGN) sigaction(SIGHUP, &old_hup_, nullptr);  // nohup
}

void StopHandlers::Restore() {
  sigaction(SIGINT, &old_int_, nullptr);
  sigaction(SIGTERM, &old_term_, nullptr);
  sigaction(SIGHUP, &old_hup_, nullptr);
}

void EarlyStop::Release() {
  handlers_.Restore();
  if (const int signal = asked_by; signal != 0) raise(signal);
}

NothingBegun::NothingBegun() {
  nothing_begun = true;
  if (asked_by != 0) EndAtOnce();
}

NothingBegun::~NothingBegun() { nothing_begun = false; }

StopOnSignal::StopOnSignal(runtime::Job* job, bool heeds_earlier) {
  if (!heeds_earlier) asked_by = 0;
  running_job = job;
  if (asked_by != 0) job->RequestStop();
}

StopOnSignal::~StopOnSignal() {
  handlers_.Restore();
  running_job = nullptr;
  // A handler on another thread may have read the pointer before; the job must outlive it.
  while (handlers_under_way > 0) std::this_thread::yield();
}

}  // namespace tidemark::cli
