#include "targets/remote/answers.hpp"

#include "targets/deadline.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

namespace stagepass::targets {
namespace {

using Json = nlohmann::json;

/// One request, the driver that does it, and the time there is for it.
struct Task {
  TargetDriver& driver;
  const TargetRequest& request;
  Timeout timeout;
};

Json success() {
  return Json{{"ok", true}};
}

template <class T>
Json success(const char* key, T&& value) {
  Json answer = success();
  answer[key] = std::forward<T>(value);
  return answer;
}

Result<Json> check(const Task& task) {
  SP_ASSIGN(const auto findings, task.driver.check(task.timeout));
  Json items = Json::array();
  for (const Finding& finding : findings) {
    Json lines = Json::array();
    std::string_view remedy = finding.remedy;
    while (!remedy.empty()) {
      lines.push_back(take_line(remedy));
    }
    items.push_back(Json{{"ok", finding.kind == Finding::Kind::good},
                         {"text", finding.text},
                         {"remedy", std::move(lines)}});
  }
  return success("findings", std::move(items));
}

Result<Json> install(const Task& task) {
  SP_ASSIGN(const auto done, task.driver.install(task.timeout));
  return success("done", done);
}

Result<Json> list(const Task& task) {
  SP_ASSIGN(const auto accounts, task.driver.list_marked(task.timeout));
  Json items = Json::array();
  for (const MarkedAccount& each : accounts) {
    items.push_back(Json{{"user", each.user_name}, {"marker", each.marker}});
  }
  return success("accounts", std::move(items));
}

Result<Json> probe(const Task& task) {
  SP_ASSIGN(const Presence presence, task.driver.probe(*task.request.account, task.timeout));
  switch (presence) {
    case Presence::absent:
      return success("presence", "absent");
    case Presence::ours:
      return success("presence", "ours");
    case Presence::foreign:
      break;
  }
  return success("presence", "foreign");
}

Failure lacks(std::string_view what) {
  return fail(Errc::invalid_argument, fmt::format("the request has no {}", what));
}

Result<Json> create(const Task& task) {
  const TargetRequest& request = task.request;
  if (!request.ends_at) {
    return lacks("ends_at");
  }
  SP_TRY(task.driver.create({*request.account, *request.ends_at,
                             request.password ? &*request.password : nullptr, request.public_key},
                            task.timeout));
  return success();
}

Result<Json> set_end(const Task& task) {
  if (!task.request.ends_at) {
    return lacks("ends_at");
  }
  SP_TRY(task.driver.set_end(*task.request.account, *task.request.ends_at, task.timeout));
  return success();
}

Result<Json> disable(const Task& task) {
  SP_TRY(task.driver.disable(*task.request.account, task.timeout));
  return success();
}

Result<Json> end_sessions(const Task& task) {
  SP_ASSIGN(const std::size_t count, task.driver.end_sessions(*task.request.account, task.timeout));
  return success("sessions", count);
}

Result<Json> erase(const Task& task) {
  SP_ASSIGN(const auto erased, task.driver.erase(*task.request.account, task.timeout));
  return success("removed", erased == TargetDriver::Erased::removed);
}

/// Never with a password: the login is tried from where the specialist's would come from.
Result<Json> verify(const Task& task) {
  const auto proof = task.driver.verify_gone(*task.request.account, nullptr, task.timeout);
  const bool gone = proof.has_value();
  if (!gone && proof.error().code != Errc::pending) {
    return fail(proof.error());
  }
  Json answer = success("gone", gone);
  answer["login"] = "not_tried";
  answer["residue"] = gone ? proof->residue : std::vector<std::string>();
  return answer;
}

struct Operation {
  std::string_view name;
  Effect effect;
  bool needs_account;
  Result<Json> (*perform)(const Task&);
};

constexpr std::array<Operation, 10> kOperations = {{
    {"check", Effect::looks, false, check},
    {"install", Effect::changes, false, install},
    {"list", Effect::looks, false, list},
    {"probe", Effect::looks, true, probe},
    {"create", Effect::changes, true, create},
    {"set_end", Effect::changes, true, set_end},
    {"disable", Effect::changes, true, disable},
    {"end_sessions", Effect::changes, true, end_sessions},
    {"delete", Effect::changes, true, erase},
    {"verify", Effect::looks, true, verify},
}};

Result<const Operation*> find_operation(std::string_view name) {
  const auto* found =
      std::find_if(kOperations.begin(), kOperations.end(),
                   [&](const Operation& candidate) { return candidate.name == name; });
  if (found == kOperations.end()) {
    return fail(Errc::not_found, fmt::format("there is no operation {}", quoted(name)));
  }
  return found;
}

const char* word_for(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
      return "invalid";
    case Errc::refused:
    case Errc::policy:
    case Errc::permission_denied:
    case Errc::conflict:
    case Errc::not_found:
      return "refused";
    default:
      return "unreachable";
  }
}

}  // namespace

Result<Effect> effect_of(std::string_view operation) {
  SP_ASSIGN(const Operation* found, find_operation(operation));
  return found->effect;
}

Result<Json> answer_with(TargetDriver& driver, const TargetRequest& request, Timeout timeout) {
  SP_ASSIGN(const Operation* operation, find_operation(request.operation));
  if (operation->needs_account && !request.account) {
    return lacks("account");
  }
  return operation->perform({driver, request, timeout});
}

Json answer_for(const Error& error) {
  return Json{{"ok", false},
              {"error", word_for(error.code)},
              {"message", error.message},
              {"hint", error.hint}};
}

}  // namespace stagepass::targets
