#include "core/enum_names.hpp"

#include <stagepass/core/case.hpp>
#include <stagepass/core/duration.hpp>
#include <stagepass/core/text.hpp>

#include <fmt/core.h>

#include <algorithm>
#include <utility>

namespace stagepass {
namespace {

constexpr EnumNames<Basic, 6> kKeys = {{{Basic::plugin_core, "plugin-core"},
                                        {Basic::payment_core, "payment-core"},
                                        {Basic::since, "since"},
                                        {Basic::updates, "updates"},
                                        {Basic::reproduced, "reproduced"},
                                        {Basic::examples, "examples"}}};

constexpr EnumNames<Basic, 6> kQuestions = {
    {{Basic::plugin_core, "in the core of the plug-in?"},
     {Basic::payment_core, "in the core of a payment method?"},
     {Basic::since, "since when?"},
     {Basic::updates, "any recent update of a plug-in or the system?"},
     {Basic::reproduced, "could you reproduce it yourself?"},
     {Basic::examples, "are examples available?"}}};

constexpr EnumNames<CaseState, 4> kStates = {{{CaseState::unopened, "unopened"},
                                              {CaseState::open, "open"},
                                              {CaseState::closing, "closing"},
                                              {CaseState::closed, "closed"}}};

/// In UTF-8 each character has one byte that does not continue another.
std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) {
    return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
  }));
}

Result<void> take(std::string& into, std::string_view what,
                  const std::optional<std::string>& text) {
  if (text) {
    SP_ASSIGN(into, parse_case_text(what, *text, kLongestShopText));
  }
  return {};
}

}  // namespace

std::string_view to_string(Basic basic) {
  return name_of(kKeys, basic);
}

std::string_view question_of(Basic basic) {
  return name_of(kQuestions, basic);
}

std::string_view to_string(CaseState state) {
  return name_of(kStates, state);
}

Result<std::string> parse_case_text(std::string_view what, std::string_view text,
                                    std::size_t longest) {
  std::string line(trimmed(text, " \t"));
  std::replace(line.begin(), line.end(), '\t', ' ');
  // Checked before it is escaped: a file of any size may stand here.
  if (count_characters(line) > longest) {
    return fail(Errc::invalid_argument,
                fmt::format("{} is longer than {} characters", what, longest),
                "say it shorter, and leave the rest to the ticket");
  }
  if (escape_untrusted(line, line.size()) != line) {
    return fail(Errc::invalid_argument,
                fmt::format("{} holds characters that are no plain text", what),
                "write it as one line, without control characters");
  }
  return line;
}

bool is_bare(const Case& record) {
  return !record.opened_at && !record.closed_at && !record.environment && record.platform.empty() &&
         record.versions.empty() && record.answers.empty() && !record.timebox_at;
}

std::vector<Basic> missing_basics(const Case& record) {
  std::vector<Basic> missing;
  std::copy_if(kBasics.begin(), kBasics.end(), std::back_inserter(missing),
               [&](Basic basic) { return !record.answers.contains(basic); });
  return missing;
}

CaseState state_of(const Case& record, bool has_open_accounts) {
  if (record.closed_at) {
    return has_open_accounts ? CaseState::closing : CaseState::closed;
  }
  return record.opened_at ? CaseState::open : CaseState::unopened;
}

Result<Case> with_facts(Case record, const CaseFacts& facts) {
  if (facts.environment) {
    record.environment = facts.environment;
  }
  SP_TRY(take(record.platform, "the platform", facts.platform));
  SP_TRY(take(record.versions, "what is said of the versions", facts.versions));
  for (const auto& [basic, text] : facts.answers) {
    const std::string what = fmt::format("the answer to {}", to_string(basic));
    SP_ASSIGN(std::string answer, parse_case_text(what, text, kLongestAnswer));
    record.answers.erase(basic);
    if (!answer.empty()) {
      record.answers.emplace(basic, std::move(answer));
    }
  }
  return record;
}

Result<void> check_case(const Case& record, Timestamp now, Timestamp expires_at) {
  const std::string& ref = record.ref.str();
  if (record.closed_at) {
    return fail(Errc::policy, fmt::format("case {} is closed", ref),
                fmt::format("stagepass case open {} opens it again", ref));
  }
  if (!record.timebox_at || expires_at <= *record.timebox_at) {
    return {};
  }
  const std::string end = format_utc(*record.timebox_at);
  if (*record.timebox_at <= now) {
    return fail(Errc::policy, fmt::format("the time-box of case {} ended at {}", ref, end),
                fmt::format("if the work goes on: stagepass case timebox {} --for DURATION", ref));
  }
  return fail(Errc::policy,
              fmt::format("case {} is time-boxed until {}: the end {} is beyond that", ref, end,
                          format_utc(expires_at)),
              fmt::format("choose an end until then: --until {}", end));
}

Result<void> check_timebox(Timestamp now, Timestamp end) {
  if (end <= now) {
    return fail(
        Errc::expired,
        fmt::format("the time-box would end at {}, which is not in the future", format_utc(end)),
        "to end the work now: stagepass case close");
  }
  if (end - now > kLongestTimebox) {
    return fail(Errc::policy,
                fmt::format("the time-box would end at {}: it lasts {} at most", format_utc(end),
                            format_duration(kLongestTimebox)),
                "two to five weeks are usual");
  }
  return {};
}

}  // namespace stagepass
