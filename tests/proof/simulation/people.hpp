#pragma once

#include "simulation/ledger.hpp"
#include "simulation/process.hpp"

#include <stagepass/service/grant_service.hpp>

#include <memory>
#include <vector>

namespace stagepass::proof {

/// What merchants and specialists do, each command in a process of its own; what it promises goes
/// into the ledger, and what they see is held against it.
class People final {
 public:
  People(Site& site, Ledger& ledger) : site_(&site), ledger_(&ledger) {}

  Promise& grant(Fate& fate, std::vector<TargetName> targets, Ttl ttl, Clocks clocks);

  /// A specialist retrieves, logs in and stays. `breaks`: he sees nothing of it.
  enum class Terminal { works, breaks };
  void retrieve(Fate& fate, Promise& promise, Terminal terminal);

  void extend(Fate& fate, Promise& promise, Ttl ttl);
  /// Only if nobody else is at work, so that what was on record before is known.
  void reissue(Fate& fate, Promise& promise);
  void end(Fate& fate, Promise& promise, EndReason reason);

 private:
  void try_to_retrieve(Fate& fate, Promise& promise, Terminal terminal);
  [[nodiscard]] bool is_quiet() const;
  [[nodiscard]] std::vector<std::string> log_in(const service::ShownGrant& shown);

  Site* site_;
  Ledger* ledger_;
  std::vector<std::unique_ptr<LiveSession>> sessions_;
};

}  // namespace stagepass::proof
