#include "notices/channel.hpp"
#include "notices/event_source.hpp"
#include "notices/state.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/notices/courier.hpp>
#include <stagepass/system/deadline.hpp>
#include <stagepass/system/file_lock.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

namespace stagepass::notices {
namespace {

namespace fs = std::filesystem;
using policy::NoticeEvent;
using policy::NoticeRule;

constexpr std::size_t kPage = 100;

bool wants(const NoticeRule& rule, const Event& event) {
  return std::any_of(rule.on.begin(), rule.on.end(),
                     [&](NoticeEvent each) { return event.kind == to_string(each); });
}

/// Worth a look at the records: whatever an entry is about, it may turn out to be a failure.
bool may_want(const NoticeRule& rule, const AuditEntry& entry) {
  const auto kind = EventSource::kind_of(entry);
  return kind && (rule.wants(*kind) || rule.wants(NoticeEvent::failure));
}

class Pass final {
 public:
  struct Bounds {
    PassLimits limits;
    std::stop_token stop;
  };

  Pass(const Courier::Tools& tools, EventSource source, fs::path file, Bounds bounds)
      : workspace_(&tools.workspace),
        file_(std::move(file)),
        source_(std::move(source)),
        channel_(tools),
        limits_(bounds.limits),
        stop_(std::move(bounds.stop)),
        begins_until_(bounds.limits.begin_within) {}

  Result<PassReport> run(const std::vector<NoticeRule>& rules, const AuditHead& begin) {
    load();
    SP_TRY(align(rules, begin));
    for (const std::size_t i : order()) {
      if (!may_go_on()) {
        break;
      }
      SP_TRY(serve(rules[i], state_[i]));
    }
    SP_TRY(save());
    return std::move(report_);
  }

 private:
  enum class Outcome { taken, given_up, failed };

  void remark(std::string text) { report_.remarks.push_back(std::move(text)); }

  void load() {
    auto read = read_state(file_);
    if (read) {
      state_ = *std::move(read);
    } else if (read.error().code != Errc::not_found) {
      remark(fmt::format("how far the notices are is not known, and they begin anew: {}",
                         read.error().message));
    }
    stored_ = state_;
  }

  /// A cursor for each rule, in their order. Those of receivers that are no more are forgotten: should they come back,
  /// they are new.
  Result<void> align(const std::vector<NoticeRule>& rules, const AuditHead& begin) {
    State aligned;
    for (const NoticeRule& rule : rules) {
      const std::string key = key_of(rule);
      const auto known = std::find_if(state_.begin(), state_.end(),
                                      [&](const Cursor& each) { return each.key == key; });
      if (known == state_.end()) {
        aligned.push_back({.key = key, .told = begin});
        continue;
      }
      SP_ASSIGN(const bool is_in_log, stands_in_log(known->told));
      if (!is_in_log) {
        SP_ASSIGN(known->told, workspace_->store.audit_head());
        remark(
            fmt::format("the audit log is not the one of the last notice to {}: it goes on with "
                        "what happens from now on",
                        name_of(rule)));
      }
      aligned.push_back(std::move(*known));
    }
    state_ = std::move(aligned);
    return {};
  }

  Result<bool> stands_in_log(const AuditHead& told) {
    if (told.size == 0) {
      return true;
    }
    SP_ASSIGN(const auto entries, workspace_->store.audit(told.size - 1, 1));
    return !entries.empty() && entries.front().position == told.size &&
           entries.front().hash == told.hash;
  }

  /// One that takes nothing shall hold up no other; of those that do, and of those that do not, each has its turn.
  [[nodiscard]] std::vector<std::size_t> order() const {
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < state_.size(); ++i) {
      if (!state_[i].failing_since || limits_.failing == PassLimits::Failing::tried) {
        order.push_back(i);
      }
    }
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      const auto turn = [](const Cursor& each) {
        return std::pair(each.failing_since.has_value(), each.tried_at);
      };
      return turn(state_[a]) < turn(state_[b]);
    });
    return order;
  }

  [[nodiscard]] bool may_go_on() const {
    return !stop_.stop_requested() && !begins_until_.passed() && attempts_ < limits_.most;
  }

  Result<void> save() {
    if (state_ == stored_) {
      return {};
    }
    SP_TRY(write_state(file_, state_));
    stored_ = state_;
    return {};
  }

  Result<void> serve(const NoticeRule& rule, Cursor& cursor) {
    SP_ASSIGN(const bool is_served, tell_log(rule, cursor));
    if (is_served && rule.wants(NoticeEvent::near_end)) {
      return tell_ends(rule, cursor);
    }
    return {};
  }

  /// False if there is more to tell, another time.
  Result<bool> tell_log(const NoticeRule& rule, Cursor& cursor) {
    bool has_failed = false;
    while (true) {
      SP_ASSIGN(const auto entries, workspace_->store.audit(cursor.told.size, kPage));
      for (const AuditEntry& entry : entries) {
        if (!may_go_on()) {
          return false;
        }
        const auto after = followed_by(cursor.told, entry);
        if (!after) {
          return leave_out(rule, cursor, entry);
        }
        SP_ASSIGN(const auto event, may_want(rule, entry)
                                        ? source_.event_of(entry)
                                        : Result<std::optional<Event>>(std::nullopt));
        if (event && wants(rule, *event)) {
          // One try in a pass: what is as old as that, too, is given up with it.
          if (has_failed && !is_to_be_given_up(cursor, *event)) {
            return false;
          }
          SP_ASSIGN(const Outcome outcome, has_failed ? Result<Outcome>(give_up(rule, *event))
                                                      : deliver(rule, cursor, *event));
          if (outcome == Outcome::failed) {
            return false;
          }
          has_failed = outcome == Outcome::given_up;
          cursor.told = *after;
          SP_TRY(save());
        }
        cursor.told = *after;
      }
      if (entries.size() < kPage) {
        return !has_failed;
      }
    }
  }

  /// An entry that is not the one that was written: by it nothing is told, and without it nothing behind it.
  Result<bool> leave_out(const NoticeRule& rule, Cursor& cursor, const AuditEntry& entry) {
    SP_ASSIGN(cursor.told, workspace_->store.audit_head());
    remark(
        fmt::format("entry {} of the audit log is not as it was written: the notices to {} go on "
                    "with what happens from now on; see stagepass audit verify",
                    entry.position, name_of(rule)));
    return false;
  }

  Result<void> tell_ends(const NoticeRule& rule, Cursor& cursor) {
    const Timestamp now = workspace_->clock.now();
    std::erase_if(cursor.announced, [&](const AnnouncedEnd& each) { return each.second <= now; });
    SP_ASSIGN(const auto soon, source_.soon_over(rule.near_end, cursor.announced));
    for (const SoonOver& each : soon) {
      if (!may_go_on()) {
        return {};
      }
      SP_ASSIGN(const Outcome outcome, deliver(rule, cursor, each.event));
      if (outcome != Outcome::taken) {
        return {};
      }
      cursor.announced.insert(each.end);
      SP_TRY(save());
    }
    return {};
  }

  Result<Outcome> deliver(const NoticeRule& rule, Cursor& cursor, const Event& event) {
    if (attempts_ == 0) {
      // Where nobody could note that it was told, it would be told for ever.
      SP_TRY(write_state(file_, state_));
      stored_ = state_;
    }
    ++attempts_;
    const auto sent = channel_.send(rule, event, limits_.each);
    const Timestamp now = workspace_->clock.now();
    cursor.tried_at = now;
    if (sent) {
      cursor.failing_since.reset();
      ++report_.delivered;
      return Outcome::taken;
    }
    if (!cursor.failing_since) {
      cursor.failing_since = now;
      remark(fmt::format("the notice to {} was not taken: {}; purge tries it again, for a day",
                         name_of(rule), sent.error().message));
    }
    SP_TRY(save());
    return is_to_be_given_up(cursor, event) ? give_up(rule, event) : Outcome::failed;
  }

  [[nodiscard]] bool is_to_be_given_up(const Cursor& cursor, const Event& event) const {
    const Timestamp now = workspace_->clock.now();
    return cursor.failing_since && now >= *cursor.failing_since + kGiveUpAfter &&
           now >= event.at + kGiveUpAfter;
  }

  Outcome give_up(const NoticeRule& rule, const Event& event) {
    ++attempts_;
    remark(fmt::format("a notice to {} is given up after a day: {}, {}", name_of(rule),
                       event.headline, format_utc(event.at)));
    return Outcome::given_up;
  }

  service::Workspace* workspace_;
  fs::path file_;
  EventSource source_;
  Channel channel_;
  PassLimits limits_;
  std::stop_token stop_;
  system::Deadline begins_until_;
  State state_;
  State stored_;  ///< as it is in the file
  std::size_t attempts_ = 0;
  PassReport report_;
};

}  // namespace

Result<PassReport> Courier::tell(const std::vector<NoticeRule>& rules, const AuditHead& begin,
                                 const PassLimits& limits, const std::stop_token& stop) {
  if (rules.empty()) {
    if (std::error_code ignored; fs::exists(state_, ignored)) {
      fs::remove(state_, ignored);  // who comes back later is new
    }
    return PassReport();
  }
  SP_ASSIGN(const auto lock, system::FileLock::try_lock(fs::path(state_) += ".lock"));
  if (!lock) {
    return PassReport();
  }
  SP_ASSIGN(EventSource source, EventSource::open(tools_.workspace));
  return Pass(tools_, std::move(source), state_, {limits, stop}).run(rules, begin);
}

Result<void> Courier::test(const NoticeRule& rule) {
  constexpr std::size_t kRandomBytes = 8;
  std::array<std::uint8_t, kRandomBytes> random{};
  tools_.workspace.random.fill(random);
  const Event event =
      sample_event(fmt::format("msg_test_{}", to_hex(random)), tools_.workspace.clock.now());
  return Channel(tools_).send(rule, event, kPatient.each);
}

}  // namespace stagepass::notices
