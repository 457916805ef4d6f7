// SPDX-License-Identifier: Apache-2.0
// Registers all JSON functions, and IS JSON.
#include "expr/functions/json.h"

#include "expr/functions/json_document.h"
#include "expr/functions/register.h"

namespace tidemark::expr {
namespace {

/// IS JSON of a NULL is FALSE.
KernelFactory TestJson(bool (*fits)(JsonKind)) {
  return [fits](const CallSite& site) -> arrow::Result<std::unique_ptr<ScalarKernel>> {
    auto document = std::make_shared<JsonDocument>();
    return MakeRowKernel(site.return_type, [fits, document](std::optional<std::string_view> text) {
      return text && document->Parse(*text) && fits(document->node(document->root()).kind);
    });
  };
}

void AddTest(FunctionRegistry* registry, const std::string& name, bool (*fits)(JsonKind), const std::string& what) {
  const Signature signature{{TextArg()}, ReturnsNotNull(DataType::Boolean())};
  registry->Add(Define(name, {signature}, TestJson(fits), {"text " + name, "Whether the text is " + what}));
}

}  // namespace

void RegisterJson(FunctionRegistry* registry) {
  AddTest(registry, "IS JSON VALUE", [](JsonKind) { return true; }, "JSON");
  AddTest(registry, "IS JSON OBJECT", [](JsonKind kind) { return kind == JsonKind::kObject; }, "a JSON object");
  AddTest(registry, "IS JSON ARRAY", [](JsonKind kind) { return kind == JsonKind::kArray; }, "a JSON array");
  AddTest(registry, "IS JSON SCALAR", [](JsonKind kind) { return kind < JsonKind::kArray; }, "a JSON scalar");
  RegisterJsonReads(registry);
  RegisterJsonBuilds(registry);
  RegisterJsonQuotes(registry);
}

}  // namespace tidemark::expr
