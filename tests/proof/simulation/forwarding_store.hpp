#pragma once

#include <stagepass/ports/store.hpp>

namespace stagepass::proof {

/// A store that passes everything on to another one, if `admit` lets it: what strikes or lies
/// overrides the rest.
class ForwardingStore : public Store {
 public:
  explicit ForwardingStore(Store& real) : real_(&real) {}

  Result<VaultRecord> vault() override {
    SP_TRY(admit());
    return real_->vault();
  }
  Result<void> still_durable() const override { return real_->still_durable(); }
  Result<std::optional<ClockMark>> clock_mark() override {
    SP_TRY(admit());
    return real_->clock_mark();
  }
  Result<void> commit(const ChangeSet& changes) override {
    SP_TRY(admit());
    return real_->commit(changes);
  }
  Result<Target> target(const TargetName& name) override {
    SP_TRY(admit());
    return real_->target(name);
  }
  Result<std::vector<Target>> targets() override {
    SP_TRY(admit());
    return real_->targets();
  }
  Result<std::optional<Case>> find_case(const CaseRef& ref) override {
    SP_TRY(admit());
    return real_->find_case(ref);
  }
  Result<std::vector<Case>> cases(const std::optional<CaseRef>& after, std::size_t limit) override {
    SP_TRY(admit());
    return real_->cases(after, limit);
  }
  Result<GrantWithAccounts> grant(const GrantId& id) override {
    SP_TRY(admit());
    return real_->grant(id);
  }
  Result<std::optional<Account>> account(const AccountId& id) override {
    SP_TRY(admit());
    return real_->account(id);
  }
  Result<std::vector<GrantWithAccounts>> grants(const GrantFilter& filter,
                                                const std::optional<GrantId>& after,
                                                std::size_t limit) override {
    SP_TRY(admit());
    return real_->grants(filter, after, limit);
  }
  Result<Recipient> recipient(const RecipientName& name) override {
    SP_TRY(admit());
    return real_->recipient(name);
  }
  Result<std::vector<Recipient>> recipients() override {
    SP_TRY(admit());
    return real_->recipients();
  }
  Result<std::int64_t> open_accounts_on(const TargetName& target) override {
    SP_TRY(admit());
    return real_->open_accounts_on(target);
  }
  Result<std::vector<Account>> accounts_on(const TargetName& target,
                                           const std::optional<AccountId>& after,
                                           std::size_t limit) override {
    SP_TRY(admit());
    return real_->accounts_on(target, after, limit);
  }
  Result<std::vector<TargetName>> targets_to_audit(Timestamp now) override {
    SP_TRY(admit());
    return real_->targets_to_audit(now);
  }
  Result<std::vector<TargetName>> targets_with_due(Timestamp now) override {
    SP_TRY(admit());
    return real_->targets_with_due(now);
  }
  Result<std::optional<Account>> claim_due(const TargetName& target, Timestamp now,
                                           Timestamp lease_until) override {
    SP_TRY(admit());
    return real_->claim_due(target, now, lease_until);
  }
  Result<std::int64_t> bring_forward(const TargetName& target, Timestamp now) override {
    SP_TRY(admit());
    return real_->bring_forward(target, now);
  }
  Result<bool> mend_indexes() override {
    SP_TRY(admit());
    return real_->mend_indexes();
  }
  Result<std::int64_t> mend_times(const LatestTimes& times) override {
    SP_TRY(admit());
    return real_->mend_times(times);
  }
  Result<std::vector<Account>> due(Timestamp now, std::size_t limit) override {
    SP_TRY(admit());
    return real_->due(now, limit);
  }
  Result<std::optional<Timestamp>> next_due() override {
    SP_TRY(admit());
    return real_->next_due();
  }
  Result<Overdue> overdue(Timestamp now) override {
    SP_TRY(admit());
    return real_->overdue(now);
  }
  Result<std::vector<AuditEntry>> audit_of(const std::string& subject) override {
    SP_TRY(admit());
    return real_->audit_of(subject);
  }
  Result<std::vector<AuditEntry>> audit(std::int64_t after, std::size_t limit) override {
    SP_TRY(admit());
    return real_->audit(after, limit);
  }
  Result<AuditHead> audit_head() override {
    SP_TRY(admit());
    return real_->audit_head();
  }

 protected:
  [[nodiscard]] virtual Result<void> admit() { return {}; }
  [[nodiscard]] Store& real() { return *real_; }

 private:
  Store* real_;
};

}  // namespace stagepass::proof
