// SPDX-License-Identifier: Apache-2.0
// Who runs a job: for people, and for other runs of the same job.
#pragma once

#include <string>

namespace tidemark::cli {

/// "process 4711 (tidemark run job.sql, since 2026-01-01 10:00:00 UTC)". `script`: "-" for standard input.
std::string HolderText(const std::string& script);

/// The name of this machine.
std::string HostName();

/// Twelve hexadecimal digits, drawn anew each time.
std::string NewRunName();

}  // namespace tidemark::cli
