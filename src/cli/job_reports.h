// SPDX-License-Identifier: Apache-2.0
// What a running job reports (server/job_service.h), for people.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>

namespace tidemark::cli {

/// First what holds the job back, in words; then every split.
std::string WatermarksText(const nlohmann::json& report);

/// Every operator that keeps state: how much, how it grows, what bounds it.
std::string StateReportText(const nlohmann::json& report);

}  // namespace tidemark::cli
