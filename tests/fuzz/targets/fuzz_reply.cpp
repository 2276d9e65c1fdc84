// What the program behind a command target says; it may lie, and it may repeat what it was told.

#include "targets/command/reply.hpp"

#include <fuzz/fuzz.hpp>
#include <set>
#include <string>
#include <string_view>

namespace stagepass::fuzz {
namespace {

template <class T>
bool is_given(const Result<T>& answer) {
  if (!answer) {
    require(answer.error().code == Errc::unreachable || answer.error().code == Errc::pending,
            "an answer that is not as agreed leaves the state unknown");
    require_safe(answer.error());
  }
  return answer.has_value();
}

void try_texts(const targets::Reply& reply, const std::set<std::string, std::less<>>& heard) {
  if (const auto proof = reply.gone(); is_given(proof)) {
    for (const std::string& phrase : proof->residue) {
      require_safe(phrase);
    }
  }
  if (const auto findings = reply.findings(); is_given(findings)) {
    for (const Finding& finding : *findings) {
      require_safe(finding.text);
      std::string_view remedy = finding.remedy;
      while (!remedy.empty()) {
        require_safe(take_until(remedy, '\n'));
      }
    }
  }
  if (const auto accounts = reply.marked_accounts(); is_given(accounts)) {
    for (const MarkedAccount& account : *accounts) {
      require(heard.contains(account.user_name) && heard.contains(account.marker),
              "whoever looks for secrets in an answer sees every text of it");
    }
  }
}

void try_reply(std::string_view input) {
  std::set<std::string, std::less<>> heard;
  const Result<targets::Reply> reply =
      targets::Reply::parse(input, [&](std::string_view text) { heard.emplace(text); });
  if (!reply) {
    const Errc code = reply.error().code;
    require(code == Errc::unreachable || code == Errc::refused || code == Errc::invalid_argument,
            "a reply is an answer, one of three errors, or unreliable");
    require_safe(reply.error());
    return;
  }
  require(heard.contains("ok"), "an answer says whether it is one");
  is_given(reply->presence());
  is_given(reply->erased());
  if (const auto sessions = reply->sessions(); is_given(sessions)) {
    require(*sessions <= 1'000'000, "a count of sessions is one");
  }
  try_texts(*reply, heard);
}

const Registration registration({"reply", try_reply});

}  // namespace
}  // namespace stagepass::fuzz
