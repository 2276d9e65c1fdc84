#pragma once

#include "service_fixture.hpp"

#include <stagepass/service/case_service.hpp>

#include <functional>
#include <proof/simulation/forwarding_store.hpp>
#include <string>
#include <utility>

namespace stagepass::tests {

/// Somebody else does something just before a commit; once.
class InterruptedStore final : public proof::ForwardingStore {
 public:
  InterruptedStore(Store& real, std::function<void()> interruption)
      : ForwardingStore(real), interruption_(std::move(interruption)) {}
  Result<void> commit(const ChangeSet& changes) override {
    if (const auto interruption = std::exchange(interruption_, nullptr)) {
      interruption();
    }
    return ForwardingStore::commit(changes);
  }

 private:
  std::function<void()> interruption_;
};

/// Somebody has taken all cases out of the database.
class CaselessStore final : public proof::ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<std::optional<Case>> find_case(const CaseRef& /*ref*/) override {
    return std::optional<Case>();
  }
  Result<std::vector<Case>> cases(const std::optional<CaseRef>& /*after*/,
                                  std::size_t /*limit*/) override {
    return std::vector<Case>();
  }
};

/// The fixture's grants are under MSP-48213.
class CaseFixture : public ServiceFixture {
 public:
  using CaseService = service::CaseService;

  [[nodiscard]] static CaseRef ref(const std::string& text = "MSP-48213") {
    return must(CaseRef::parse(text));
  }

  Case opened(const CaseFacts& facts = {}) { return must(cases.open(ref(), facts)).record; }

  service::TimeboxReport timeboxed(const End& end) {
    return must(cases.timebox(ref(), end, progress));
  }

  [[nodiscard]] service::Workspace over(Store& other) {
    return {other, vault, drivers, *guard, random, "somebody else", {}};
  }

  /// As somebody writes it who can write the database and has no key.
  void tamper_case(const std::function<void(Case&)>& edit) {
    ChangeSet changes;
    changes.changed_cases.push_back(must(store->find_case(ref())).value());
    edit(changes.changed_cases.front());
    must(store->commit(changes));
  }

  [[nodiscard]] std::vector<std::string> actions() const {
    std::vector<std::string> found;
    for (const AuditEntry& entry : must(store->audit_of("case/MSP-48213"))) {
      found.push_back(entry.action);
    }
    return found;
  }

  CaseService cases{workspace};
};

}  // namespace stagepass::tests
