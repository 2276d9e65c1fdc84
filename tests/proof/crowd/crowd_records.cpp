#include "crowd_records.hpp"

#include <utility>

namespace stagepass::proof {

void CrowdRecords::add(const std::string& grant, Step step) {
  const std::lock_guard lock(mutex_);
  histories_[grant].push_back(std::move(step));
}

void CrowdRecords::add_purge(Step step) {
  const std::lock_guard lock(mutex_);
  purges_.push_back(std::move(step));
}

void CrowdRecords::add_shown(ShownPassword shown) {
  const std::lock_guard lock(mutex_);
  shown_.push_back(std::move(shown));
}

void CrowdRecords::add_trouble(std::string trouble) {
  const std::lock_guard lock(mutex_);
  troubles_.push_back(std::move(trouble));
}

void CrowdRecords::count(const std::string& outcome) {
  const std::lock_guard lock(mutex_);
  ++counts_[outcome];
}

void CrowdRecords::add_grant(KnownGrant grant) {
  const std::lock_guard lock(mutex_);
  accounts_[grant.id] = grant.accounts;
  grants_.push_back(std::move(grant));
}

std::size_t CrowdRecords::grant_count() const {
  const std::lock_guard lock(mutex_);
  return grants_.size();
}

KnownGrant CrowdRecords::grant(std::size_t index) const {
  const std::lock_guard lock(mutex_);
  return grants_.at(index);
}

std::optional<std::size_t> CrowdRecords::accounts_of(const std::string& grant) const {
  const std::lock_guard lock(mutex_);
  const auto found = accounts_.find(grant);
  return found == accounts_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace stagepass::proof
