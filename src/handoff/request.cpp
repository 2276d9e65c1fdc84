#include "handoff/pasted_text.hpp"

#include <stagepass/core/duration.hpp>
#include <stagepass/core/recipient.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/handoff/request.hpp>

#include <fmt/format.h>

#include <array>
#include <utility>

namespace stagepass::handoff {
namespace {

constexpr std::string_view kKind = "stagepass-request ";
constexpr std::string_view kFirstLine = "stagepass-request 1";
constexpr std::string_view kWordsLabel = "stagepass request 1";
constexpr std::string_view kCheck = "check";
constexpr std::array<std::string_view, 7> kMembers = {"case",  "who",    "key", "for",
                                                      "wants", "reason", kCheck};

Failure no_request(const std::string& why) {
  return fail(Errc::invalid_argument, "this is no request that can be granted: " + why,
              "ask for it anew: it is what `stagepass request` prints");
}

std::string body_of(const AccessRequest& request) {
  return fmt::format("{}\ncase: {}\nwho: {}\nkey: {}\nfor: {}\nwants: {}\nreason: {}\n", kFirstLine,
                     request.case_ref.str(), request.who.str(), request.key.str(),
                     format_duration(request.life), request.wants, request.reason);
}

Failure newer_request() {
  return fail(Errc::invalid_argument, "the request was made by a newer version of stagepass",
              "install the newer version, or ask for the key and use `grant` with options");
}

PastedForm form() {
  return {kKind, kFirstLine, kMembers, no_request, newer_request};
}

Result<AccessRequest> request_of(const PastedMembers& members) {
  const auto value = [&](std::string_view name) { return members.find(name)->second; };
  SP_ASSIGN(CaseRef case_ref, CaseRef::parse(value("case")));
  SP_ASSIGN(RecipientName who, RecipientName::parse(value("who")));
  SP_ASSIGN(age::Recipient key, age::Recipient::parse(value("key")));
  SP_ASSIGN(const Ttl life, parse_duration(value("for")));
  SP_TRY(check_one_line("wants", value("wants")));
  SP_TRY(check_one_line("reason", value("reason")));
  return AccessRequest{std::move(case_ref), std::move(who), std::move(key), life,
                       value("wants"),      value("reason")};
}

}  // namespace

std::string check_words(const AccessRequest& request) {
  return eight_words(kWordsLabel, body_of(request));
}

Result<std::string> write_request(const AccessRequest& request) {
  SP_TRY(check_one_line("wants", request.wants));
  SP_TRY(check_one_line("reason", request.reason));
  return fmt::format("{}{}: {}\n", body_of(request), kCheck, check_words(request));
}

Result<AccessRequest> read_request(std::string_view text) {
  SP_ASSIGN(const PastedMembers members, take_pasted(text, form()));
  SP_ASSIGN(AccessRequest request, request_of(members));
  if (members.find(kCheck)->second != check_words(request)) {
    return no_request("its check words are not those of its text, so it was edited or mistyped");
  }
  return request;
}

}  // namespace stagepass::handoff
