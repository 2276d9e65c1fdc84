#include "cli/exit_status.hpp"

#include <fmt/format.h>

#include <array>
#include <string_view>

namespace stagepass::cli {
namespace {

struct Row {
  ExitStatus status;
  std::string_view meaning;
};

constexpr std::array kTable = {
    Row{ExitStatus::ok, "done; nothing is left to do"},
    Row{ExitStatus::unexpected, "an unexpected error"},
    Row{ExitStatus::usage, "the command line or an input cannot be right; nothing was changed"},
    Row{ExitStatus::aborted, "aborted by the person at a prompt"},
    Row{ExitStatus::locked, "the key file or the passphrase is missing or wrong"},
    Row{ExitStatus::not_found, "no such grant, target, vault or file"},
    Row{ExitStatus::expired, "the grant has ended, or its end would lie in the past"},
    Row{ExitStatus::already_retrieved, "the credential was shown before"},
    Row{ExitStatus::unreachable, "the target did not answer; trying again helps"},
    Row{ExitStatus::refused, "the target answered no, or is not ready"},
    Row{ExitStatus::pending, "an account is past its end and not yet proven gone"},
    Row{ExitStatus::policy, "the rules of engagement forbid it"},
    Row{ExitStatus::undecryptable, "a sealed record does not open"},
    Row{ExitStatus::corrupt, "the database or a file is not what was written"},
    Row{ExitStatus::doctor, "reserved: the installation has a problem"},
    Row{ExitStatus::no_scheduler, "reserved: nothing runs purge or watch"},
    Row{ExitStatus::conflict, "it exists already, or was changed by somebody else in between"},
    Row{ExitStatus::unavailable, "storage, output or the system failed; trying again may help"},
    Row{ExitStatus::permission_denied, "this user may not do it"},
    Row{ExitStatus::internal, "a bug in stagepass"},
};

}  // namespace

ExitStatus exit_status_for(Errc code) {
  switch (code) {
    case Errc::invalid_argument:
      return ExitStatus::usage;
    case Errc::aborted:
      return ExitStatus::aborted;
    case Errc::locked:
      return ExitStatus::locked;
    case Errc::not_found:
      return ExitStatus::not_found;
    case Errc::expired:
      return ExitStatus::expired;
    case Errc::already_retrieved:
      return ExitStatus::already_retrieved;
    case Errc::unreachable:
      return ExitStatus::unreachable;
    case Errc::refused:
      return ExitStatus::refused;
    case Errc::pending:
      return ExitStatus::pending;
    case Errc::policy:
      return ExitStatus::policy;
    case Errc::undecryptable:
      return ExitStatus::undecryptable;
    case Errc::corrupt:
      return ExitStatus::corrupt;
    case Errc::conflict:
      return ExitStatus::conflict;
    case Errc::unavailable:
    case Errc::not_durable:
      return ExitStatus::unavailable;
    case Errc::permission_denied:
      return ExitStatus::permission_denied;
    case Errc::internal:
      return ExitStatus::internal;
  }
  return ExitStatus::unexpected;
}

std::string exit_status_table() {
  std::string table;
  for (const auto& row : kTable) {
    table += fmt::format("{:>3}  {}\n", static_cast<int>(row.status), row.meaning);
  }
  return table;
}

}  // namespace stagepass::cli
