#include "simulation/forwarding_store.hpp"
#include "simulation/month.hpp"

namespace stagepass::proof {
namespace {

class ForgetfulStore final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<void> commit(const ChangeSet& changes) override {
    constexpr int kForgotten = 11;
    return ++commits_ % kForgotten == 0 ? Result<void>() : real().commit(changes);
  }

 private:
  int commits_ = 0;
};

class StoreOfOneWhoGivesUp final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<std::optional<Account>> claim_due(const TargetName& target, Timestamp now,
                                           Timestamp lease_until) override {
    constexpr std::int64_t kTries = 6;
    auto claimed = real().claim_due(target, now, lease_until);
    if (claimed && *claimed && (*claimed)->attempts >= kTries) {
      return std::optional<Account>();
    }
    return claimed;
  }
};

class StoreWithoutClockMark final : public ForwardingStore {
 public:
  using ForwardingStore::ForwardingStore;
  Result<std::optional<ClockMark>> clock_mark() override { return std::optional<ClockMark>(); }
  Result<void> commit(const ChangeSet& changes) override {
    ChangeSet changed = changes;
    changed.clock.reset();
    return real().commit(changed);
  }
};

}  // namespace

std::unique_ptr<Store> make_sabotaged(Store& disk, Sabotage sabotage) {
  switch (sabotage) {
    case Sabotage::forgetful_store:
      return std::make_unique<ForgetfulStore>(disk);
    case Sabotage::gives_up:
      return std::make_unique<StoreOfOneWhoGivesUp>(disk);
    case Sabotage::trusts_the_clock:
      return std::make_unique<StoreWithoutClockMark>(disk);
    case Sabotage::none:
    case Sabotage::lying_target:
      break;
  }
  return nullptr;
}

}  // namespace stagepass::proof
