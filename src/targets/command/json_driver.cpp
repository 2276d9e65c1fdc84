#include "targets/command/json_driver.hpp"

#include "targets/deadline.hpp"

#include <fmt/core.h>

namespace stagepass::targets {

Result<std::vector<MarkedAccount>> JsonDriver::list_marked(Timeout timeout) {
  SP_ASSIGN(const Reply reply,
            program_.ask({.operation = "list", .longest_answer = kLongAnswer}, timeout));
  if (reply.unsupported()) {
    return fail(Errc::invalid_argument, fmt::format("{} cannot list accounts", program_.name()));
  }
  return reply.marked_accounts();
}

Result<Presence> JsonDriver::probe(const AccountRef& account, Timeout timeout) {
  SP_ASSIGN(const Reply reply, demand({.operation = "probe", .account = &account}, timeout));
  return reply.presence();
}

Result<void> JsonDriver::create(const AccountSpec& account, Timeout timeout) {
  const Request request = {
      .operation = "create",
      .account = &account.ref,
      .ends_at = account.expires_at,
      .password = account.password,
      .public_key = account.public_key ? &*account.public_key : nullptr,
  };
  SP_TRY(demand(request, timeout));
  return {};
}

Result<void> JsonDriver::set_end(const AccountRef& account, Timestamp expires_at, Timeout timeout) {
  SP_TRY(
      program_.ask({.operation = "set_end", .account = &account, .ends_at = expires_at}, timeout));
  return {};
}

Result<void> JsonDriver::disable(const AccountRef& account, Timeout timeout) {
  SP_TRY(demand({.operation = "disable", .account = &account}, timeout));
  return {};
}

Result<std::size_t> JsonDriver::end_sessions(const AccountRef& account, Timeout timeout) {
  SP_ASSIGN(const Reply reply, demand({.operation = "end_sessions", .account = &account}, timeout));
  return reply.sessions();
}

Result<TargetDriver::Erased> JsonDriver::erase(const AccountRef& account, Timeout timeout) {
  SP_ASSIGN(const Reply reply, demand({.operation = "delete", .account = &account}, timeout));
  return reply.erased();
}

Result<GoneProof> JsonDriver::verify_gone(const AccountRef& account, const Secret* password,
                                          Timeout timeout) {
  const Deadline deadline(timeout);
  SP_ASSIGN(const Presence presence, probe(account, deadline.remaining()));
  if (presence != Presence::absent) {
    return fail(Errc::pending,
                fmt::format("the account {} is still there", account.user_name.str()));
  }
  const Request request = {.operation = "verify", .account = &account, .password = password};
  SP_ASSIGN(const Reply reply, demand(request, deadline.remaining()));
  SP_ASSIGN(GoneProof proof, reply.gone());
  if (password == nullptr) {
    proof.login = LoginCheck::not_tried;  // whatever it says, it had nothing to try
  }
  return proof;
}

Result<Reply> JsonDriver::demand(const Request& request, Timeout timeout) const {
  SP_ASSIGN(Reply reply, program_.ask(request, timeout));
  if (reply.unsupported()) {
    return fail(
        Errc::invalid_argument,
        fmt::format("{} does not support the operation {}", program_.name(), request.operation),
        "only check, list, set_end and login may be left out");
  }
  return reply;
}

}  // namespace stagepass::targets
