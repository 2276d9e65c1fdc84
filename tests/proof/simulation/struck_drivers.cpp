#include "simulation/process.hpp"

#include <fmt/format.h>

#include <utility>

namespace stagepass::proof {
namespace {

using namespace std::chrono_literals;

constexpr Elapsed kLate = 30s;

Error no_answer() {
  return {Errc::unreachable, "the target did not answer", ""};
}

class StruckDriver final : public TargetDriver {
 public:
  StruckDriver(Process& process, std::string target)
      : process_(&process),
        target_(std::move(target)),
        real_(std::make_shared<tests::FakeDriver>(process.site().fakes.world(target_))) {}

  Result<std::vector<Finding>> check(Timeout timeout) override {
    return perform<std::vector<Finding>>({"check", "", timeout},
                                         [real = real_] { return real->check(1s); });
  }
  Result<std::vector<std::string>> install(Timeout timeout) override {
    return perform<std::vector<std::string>>({"install", "", timeout},
                                             [real = real_] { return real->install(1s); });
  }
  Result<std::vector<MarkedAccount>> list_marked(Timeout timeout) override {
    return perform<std::vector<MarkedAccount>>({"list_marked", "", timeout},
                                               [real = real_] { return real->list_marked(1s); });
  }
  Result<Presence> probe(const AccountRef& account, Timeout timeout) override {
    return perform<Presence>({"probe", account.user_name.str(), timeout},
                             [real = real_, account] { return real->probe(account, 1s); });
  }
  Result<void> create(const AccountSpec& account, Timeout timeout) override {
    if (process_->site().on_create && !process_->is_dead()) {
      process_->site().on_create(target_, account.ref);
    }
    std::shared_ptr<Secret> password;
    if (account.password != nullptr) {
      password = std::make_shared<Secret>(account.password->clone());
    }
    Operation<void> operation{"create", account.ref.user_name.str(), timeout};
    operation.before_work = [&site = process_->site(), target = target_, ref = account.ref] {
      if (site.on_create_arrives) {
        site.on_create_arrives(target, ref);
      }
    };
    return perform<void>(std::move(operation),
                         [real = real_, ref = account.ref, end = account.expires_at,
                          key = account.public_key, password] {
                           return real->create({ref, end, password.get(), key}, 1s);
                         });
  }
  Result<void> set_end(const AccountRef& account, Timestamp expires_at, Timeout timeout) override {
    return perform<void>(
        {"set_end", account.user_name.str(), timeout},
        [real = real_, account, expires_at] { return real->set_end(account, expires_at, 1s); });
  }
  Result<void> disable(const AccountRef& account, Timeout timeout) override {
    return perform<void>({"disable", account.user_name.str(), timeout, [] {}, Result<void>()},
                         [real = real_, account] { return real->disable(account, 1s); });
  }
  Result<std::size_t> end_sessions(const AccountRef& account, Timeout timeout) override {
    return perform<std::size_t>(
        {"end_sessions", account.user_name.str(), timeout, [] {}, Result<std::size_t>(0)},
        [real = real_, account] { return real->end_sessions(account, 1s); });
  }
  Result<Erased> erase(const AccountRef& account, Timeout timeout) override {
    return perform<Erased>(
        {"erase", account.user_name.str(), timeout, [] {}, Result<Erased>(Erased::removed)},
        [real = real_, account] { return real->erase(account, 1s); });
  }
  /// Looks at what is there, so it neither lies nor comes too late.
  Result<GoneProof> verify_gone(const AccountRef& account, const Secret* password,
                                Timeout timeout) override {
    Operation<GoneProof> operation{"verify_gone", account.user_name.str(), timeout};
    if (process_->site().weather[target_].is_sabotaged) {
      operation.lie = GoneProof{{}, LoginCheck::refused};
    }
    return perform<GoneProof>(std::move(operation), [real = real_, account, password] {
      return real->verify_gone(account, password, 1s);
    });
  }
  Result<std::unique_ptr<LiveSession>> open_session(const AccountRef& account,
                                                    const Secret& password,
                                                    Timeout timeout) override {
    return perform<std::unique_ptr<LiveSession>>(
        {"open_session", account.user_name.str(), timeout},
        [&] { return real_->open_session(account, password, timeout); });
  }
  std::vector<std::pair<std::string, std::string>> access_details(
      const UserName& user) const override {
    return real_->access_details(user);
  }

 private:
  template <class T>
  struct Operation {
    std::string name;
    std::string user;
    Timeout timeout{};
    std::function<void()> before_work = [] {};    ///< told each time it arrives
    std::optional<Result<T>> lie = std::nullopt;  ///< what a lying target says; nothing: it cannot
  };

  static bool changes(const std::string& operation) {
    return operation == "create" || operation == "set_end" || operation == "disable" ||
           operation == "end_sessions" || operation == "erase";
  }

  template <class T, class Work>
  Result<T> perform(Operation<T> operation, const Work& work) {
    const std::string what = fmt::format("{} {} on {}", operation.name, operation.user, target_);
    auto result = attempt(std::move(operation), work);
    process_->site().tell(result ? what : fmt::format("{}: {}", what, result.error().message));
    return result;
  }

  template <class T, class Work>
  Result<T> attempt(Operation<T> operation, const Work& work) {
    if (process_->is_dead()) {
      return fail(error_of_the_dead());
    }
    const Fault fault = process_->begin_step(operation.name);
    if (process_->is_dead()) {
      return fail(error_of_the_dead());
    }
    Site& site = process_->site();
    ++site.counters.operations;
    const Weather& weather = site.weather[target_];
    const Elapsed cost =
        weather.slow ? site.dice.between(10ms, 70s) : site.dice.between(10ms, 300ms);
    const bool strikes = weather.fails > 0 && site.dice.percent(weather.fails);
    if (weather.down || fault == Fault::error || strikes) {
      ++site.counters.errors;
      process_->spend(weather.down ? operation.timeout / 6 : cost);
      return fail(no_answer());
    }
    if (cost > operation.timeout) {
      return too_late(operation, cost, work);
    }
    if (!process_->spend(cost)) {
      return fail(error_of_the_dead());
    }
    if (operation.lie && (weather.is_sabotaged || site.dice.percent(weather.lies))) {
      ++site.counters.lies;
      return std::move(*operation.lie);
    }
    return answered(operation, fault, work);
  }

  /// The process has given up waiting when the target does it, if it still does.
  template <class T, class Work>
  Result<T> too_late(const Operation<T>& operation, Elapsed cost, const Work& work) {
    Site& site = process_->site();
    ++site.counters.lost_replies;
    if (changes(operation.name) && site.dice.percent(50)) {
      deliver_after(cost, Order::unanswered, operation, work);
    }
    process_->spend(operation.timeout);
    return fail(no_answer());
  }

  template <class T, class Work>
  Result<T> answered(const Operation<T>& operation, Fault fault, const Work& work) {
    Site& site = process_->site();
    const Weather& weather = site.weather[target_];
    operation.before_work();
    auto result = work();
    if (fault == Fault::crash_after) {
      process_->die();
      return fail(error_of_the_dead());
    }
    const bool is_lost = fault == Fault::lost_reply || site.dice.percent(weather.loses);
    const bool is_late = fault == Fault::late || site.dice.percent(weather.repeats);
    if (is_late && changes(operation.name)) {
      ++site.counters.repeats;
      deliver_after(site.late_delay ? site.late_delay() : kLate,
                    is_lost ? Order::unanswered : Order::answered, operation, work);
    }
    if (fault == Fault::repeated) {
      ++site.counters.repeats;
      result = work();
    }
    if (is_lost) {
      ++site.counters.lost_replies;
      return fail(no_answer());
    }
    return result;
  }

  enum class Order { answered, unanswered };

  /// An answered order that is carried out once more disturbs no end, but would undo a reissue: that one relies on
  /// orders that are over once they are answered, and SECURITY.md says so.
  template <class T, class Work>
  void deliver_after(Elapsed delay, Order order, const Operation<T>& operation, const Work& work) {
    Site& site = process_->site();
    const auto deliver = [&site, order, before_work = operation.before_work, what = operation.name,
                          user = operation.user, work] {
      if (site.is_healed || (order == Order::answered && site.reissued.contains(user))) {
        return;
      }
      site.tell(fmt::format("arrives late: {} {}", what, user));
      before_work();
      static_cast<void>(work());
    };
    site.machine.at(site.machine.true_now() + delay, Machine::Kind::world, deliver);
  }

  Process* process_;
  std::string target_;
  std::shared_ptr<tests::FakeDriver> real_;
};

class StruckDrivers final : public DriverFactory {
 public:
  explicit StruckDrivers(Process& process) : process_(&process) {}

  [[nodiscard]] std::vector<DriverInfo> kinds() const override {
    return process_->site().fakes.kinds();
  }
  Result<std::unique_ptr<TargetDriver>> make(const Target& target,
                                             SecretSettings /*secrets*/) override {
    return std::make_unique<StruckDriver>(*process_, target.name.str());
  }

 private:
  Process* process_;
};

}  // namespace

std::unique_ptr<DriverFactory> make_struck_drivers(Process& process) {
  return std::make_unique<StruckDrivers>(process);
}

}  // namespace stagepass::proof
