#include "simulation/forwarding_store.hpp"
#include "simulation/process.hpp"

#include <fmt/format.h>

#include <utility>

namespace stagepass::proof {
namespace {

class StruckStore final : public ForwardingStore {
 public:
  explicit StruckStore(Process& process)
      : ForwardingStore(process.site().disk), process_(&process) {}

  Result<void> commit(const ChangeSet& changes) override {
    return write("commit", [&] {
      auto done = real().commit(changes);
      for (const Account& account : changes.accounts) {
        process_->site().tell(fmt::format("record of {} is {}{}", account.user_name.str(),
                                          to_string(account.state), done ? "" : " (conflict)"));
      }
      return done;
    });
  }
  Result<std::optional<Account>> claim_due(const TargetName& target, Timestamp now,
                                           Timestamp lease_until) override {
    return write("claim", [&] { return real().claim_due(target, now, lease_until); });
  }
  Result<std::int64_t> bring_forward(const TargetName& target, Timestamp now) override {
    return write("bring_forward", [&] { return real().bring_forward(target, now); });
  }
  Result<bool> mend_indexes() override {
    return write("mend_indexes", [&] { return real().mend_indexes(); });
  }
  Result<std::int64_t> mend_times(const LatestTimes& times) override {
    return write("mend_times", [&] { return real().mend_times(times); });
  }
  Result<void> still_durable() const override {
    return is_lost_ ? Result<void>(fail(lost())) : Result<void>();
  }

 private:
  /// After a write that may be lost the store does nothing more, as the contract says.
  Result<void> admit() override {
    if (process_->is_dead()) {
      return fail(error_of_the_dead());
    }
    return is_lost_ ? Result<void>(fail(lost())) : Result<void>();
  }

  static Error lost() { return {Errc::not_durable, "a write could not be made durable", ""}; }

  template <class Work>
  auto write(const std::string& step, const Work& work) -> decltype(work()) {
    SP_TRY(admit());
    const Fault fault = process_->begin_step(step);
    SP_TRY(admit());
    Counters& counters = process_->site().counters;
    if (fault == Fault::error) {
      ++counters.errors;
      return fail(Errc::unavailable, "the disk is full");
    }
    auto result = work();
    if (fault == Fault::crash_after) {
      process_->die();
      return fail(error_of_the_dead());
    }
    if (fault == Fault::lost_reply) {
      ++counters.lost_replies;
      is_lost_ = true;
      return fail(lost());
    }
    if (fault == Fault::repeated) {
      ++counters.repeats;
      static_cast<void>(work());
    }
    return result;
  }

  Process* process_;
  bool is_lost_ = false;
};

}  // namespace

std::unique_ptr<Store> make_struck_store(Process& process) {
  return std::make_unique<StruckStore>(process);
}

}  // namespace stagepass::proof
