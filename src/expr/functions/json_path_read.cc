// SPDX-License-Identifier: Apache-2.0
// Following JSON paths through documents.
#include <algorithm>

#include "expr/functions/json_path.h"

namespace tidemark::expr {
namespace {

using Kind = JsonStep::Kind;

/// Paths with several ".." could find more than memory holds.
constexpr size_t kFoundMax = 1'000'000;

class PathWalk {
 public:
  PathWalk(const JsonPath& path, bool lax, JsonDocument* document)
      : steps_(path.steps()), definite_(path.definite()), lax_(lax), document_(*document) {}

  JsonFound Run(int32_t start) {
    Follow(start, 0, true);
    if (!error_.empty()) return {-1, error_};
    if (!definite_) {
      const int32_t array = document_.Add(JsonKind::kArray);
      for (int32_t found : found_) document_.AppendCopy(array, found);
      return {array, ""};
    }
    if (found_.empty()) return {-1, lax_ ? "" : "No value at the path"};
    const int32_t last = found_.back();
    return {document_.node(last).kind == JsonKind::kNull ? -1 : last, ""};
  }

 private:
  const JsonNode& node(int32_t id) const { return document_.node(id); }

  void Fail(const std::string& what) {
    if (error_.empty()) error_ = what;
  }

  /// The document does not fit a step. `definite`: no step so far had several results, of which others may fit.
  void Misfit(bool definite, const char* what) {
    if (definite && !lax_) Fail(what);
  }

  void Follow(int32_t id, size_t step, bool definite) {
    if (!error_.empty()) return;
    if (step == steps_.size()) {
      if (found_.size() >= kFoundMax) return Fail("A JSON path finds too many values");
      found_.push_back(id);
      return;
    }
    switch (steps_[step].kind) {
      case Kind::kMembers:
        return Members(id, step, definite);
      case Kind::kElements:
        return Elements(id, step, definite);
      case Kind::kSlice:
        return Slice(id, step, definite);
      case Kind::kAll:
        for (int32_t child = node(id).first; child >= 0; child = node(child).next) Follow(child, step + 1, false);
        return;
      case Kind::kDescend:
        return Descend(id, step + 1);
      case Kind::kFilter:
        return Filter(id, step, definite);
      case Kind::kFunction:
        return Function(id, step, definite);
    }
  }

  void Members(int32_t id, size_t step, bool definite) {
    const auto& names = steps_[step].names;
    const bool last = step + 1 == steps_.size();
    if (node(id).kind != JsonKind::kObject) return Misfit(definite, "A name is looked for in what is no object");
    if (names.size() > 1 && last) {
      const int32_t merged = document_.Add(JsonKind::kObject);
      for (const auto& name : names) {
        const int32_t member = document_.Member(id, name);
        if (member >= 0 && document_.Member(merged, name) < 0) document_.AppendCopy(merged, member, name);
      }
      return Follow(merged, step + 1, definite);
    }
    for (const auto& name : names) {
      const int32_t member = document_.Member(id, name);
      if (member >= 0) {
        Follow(member, step + 1, definite && names.size() == 1);
      } else if (!last) {
        Misfit(definite && names.size() == 1, "A member of the path is missing");
      }
    }
  }

  void Elements(int32_t id, size_t step, bool definite) {
    if (node(id).kind != JsonKind::kArray) return Misfit(definite, "An element is looked for in what is no array");
    const auto& indexes = steps_[step].indexes;
    for (int64_t index : indexes) {
      const int32_t element = document_.Element(id, index < 0 ? node(id).count + index : index);
      if (element >= 0) Follow(element, step + 1, definite && indexes.size() == 1);
    }
  }

  void Slice(int32_t id, size_t step, bool definite) {
    if (node(id).kind != JsonKind::kArray) return Misfit(definite, "Elements are looked for in what is no array");
    const int64_t count = node(id).count;
    const JsonStep& slice = steps_[step];
    int64_t from = slice.from.value_or(0);
    int64_t to = slice.to.value_or(count);
    // Negative ends count from the end only where the other end is open.
    if (!slice.to) from = std::max<int64_t>(0, from < 0 ? count + from : from);
    if (!slice.from && to < 0) to = count + to;
    to = std::min(to, count);
    for (int64_t index = from; index < to; ++index) {
      const int32_t element = document_.Element(id, index < 0 ? count + index : index);
      if (element >= 0) Follow(element, step + 1, false);
    }
  }

  /// `step`, the one behind "..", at `id` and everywhere below.
  void Descend(int32_t id, size_t step) {
    if (node(id).is_scalar() || !error_.empty()) return;
    const JsonStep& sought = steps_[step];
    const bool array = node(id).kind == JsonKind::kArray;
    bool fits = true;
    if (sought.kind == Kind::kMembers) fits = !array && HasAny(id, sought, step);
    if (sought.kind == Kind::kElements || sought.kind == Kind::kSlice) fits = array;
    if (sought.kind == Kind::kFilter) fits = sought.filter->Keeps(id, lax_, &document_);
    if (fits) Follow(id, step, false);
    for (int32_t child = node(id).first; child >= 0; child = node(child).next) Descend(child, step);
  }

  /// Whether the object has the members: all of them where they are merged, else any will do.
  bool HasAny(int32_t id, const JsonStep& sought, size_t step) const {
    if (sought.names.size() > 1 && step + 1 < steps_.size()) return true;
    for (const auto& name : sought.names) {
      if (document_.Member(id, name) < 0) return false;
    }
    return true;
  }

  void Filter(int32_t id, size_t step, bool definite) {
    const JsonFilter& filter = *steps_[step].filter;
    if (node(id).kind == JsonKind::kObject) {
      if (filter.Keeps(id, lax_, &document_)) Follow(id, step + 1, false);
    } else if (node(id).kind == JsonKind::kArray) {
      for (int32_t child = node(id).first; child >= 0; child = node(child).next) {
        if (filter.Keeps(child, lax_, &document_)) Follow(child, step + 1, false);
      }
    } else if (definite) {
      Fail("A filter is applied to what is neither array nor object");
    }
  }

  void Function(int32_t id, size_t step, bool definite) {
    auto value = CallJsonFunction(steps_[step].names[0], id, &document_);
    if (!value.ok()) return Fail(value.status().message());
    const int32_t result = *value < 0 ? document_.Add(JsonKind::kNull) : *value;
    found_.push_back(result);
    if (step + 1 < steps_.size()) Follow(result, step + 1, definite);
  }

  const std::vector<JsonStep>& steps_;
  const bool definite_;
  const bool lax_;
  JsonDocument& document_;
  std::vector<int32_t> found_;
  std::string error_;
};

}  // namespace

JsonFound ReadJsonPath(const JsonPath& path, bool lax, int32_t start, JsonDocument* document) {
  return PathWalk(path, lax, document).Run(start);
}

}  // namespace tidemark::expr
