// SPDX-License-Identifier: Apache-2.0
// Rules of the commit protocol (connectors/kafka/exactly_once.h) that are broken on purpose, one at a time: the
// simulator must find each.
#pragma once

#include <memory>
#include <vector>

#include "connectors/connector.h"
#include "connectors/kafka/exactly_once.h"

namespace tidemark::golden {

enum class BrokenRule {
  kNone,
  kCommitsEarly,    ///< results are committed when they are prepared, before their checkpoint is complete
  kCommitsOnce,     ///< what a resumed checkpoint had prepared is not committed again
  kIgnoresMarkers,  ///< results are written although they are visible
  kForgetsWorkers,  ///< writers that only an earlier run had are not fenced
  kTrustsNewest,    ///< goes on although results of a later checkpoint are visible
};

std::vector<BrokenRule> AllBrokenRules();
const char* NameOf(BrokenRule rule);

/// What a sink is told.
connectors::ConnectorContext Break(BrokenRule rule, connectors::ConnectorContext context);
/// What becomes of its records.
connectors::kafka::ExactlyOnceSettings Break(BrokenRule rule, connectors::kafka::ExactlyOnceSettings settings);
/// How it commits. `context`: its own.
std::unique_ptr<connectors::Sink> Break(BrokenRule rule, std::unique_ptr<connectors::Sink> sink,
                                        const connectors::ConnectorContext& context);

}  // namespace tidemark::golden
