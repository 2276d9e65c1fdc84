#include "handoff/pasted_text.hpp"

#include <stagepass/age/ssh_signature.hpp>
#include <stagepass/core/duration.hpp>
#include <stagepass/core/recipient.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/handoff/approval.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

namespace stagepass::handoff {
namespace {

constexpr std::string_view kKind = "stagepass-approval ";
constexpr std::string_view kFirstLine = "stagepass-approval 1";
constexpr std::string_view kWordsLabel = "stagepass approval 1";
constexpr std::array<std::string_view, 7> kMembers = {"id",   "case",  "targets", "for",
                                                      "made", "until", "note"};
constexpr std::size_t kIdBytes = 16;

Failure no_approval(const std::string& why) {
  return fail(Errc::invalid_argument, "this is no approval that counts: " + why,
              "ask for it anew: it is what `stagepass approve` prints");
}

std::string line(std::string_view name, std::string_view value) {
  return value.empty() ? fmt::format("{}:\n", name) : fmt::format("{}: {}\n", name, value);
}

bool is_id(std::string_view text) {
  return text.size() == 2 * kIdBytes && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
         });
}

Failure newer_approval() {
  return fail(Errc::invalid_argument, "the approval was made by a newer version of stagepass",
              "install the newer version");
}

PastedForm form() {
  return {kKind, kFirstLine, kMembers, no_approval, newer_approval};
}

Result<std::string> read_signature(std::string_view& text) {
  std::string signature;
  while (!text.empty()) {
    const std::string_view found = take_pasted_line(text);
    if (signature.empty() && found.empty()) {
      continue;
    }
    if (signature.empty() && found != age::kSshSignatureBegin) {
      break;
    }
    signature += fmt::format("{}\n", found);
    if (found == age::kSshSignatureEnd) {
      return signature;
    }
  }
  return no_approval(signature.empty() ? "its signature is missing" : "its signature is cut off");
}

Result<std::vector<TargetName>> parse_targets(std::string_view list) {
  std::vector<TargetName> targets;
  while (true) {
    const std::size_t comma = list.find(',');
    SP_ASSIGN(TargetName name, TargetName::parse(trimmed(list.substr(0, comma))));
    targets.push_back(std::move(name));
    if (comma == std::string_view::npos) {
      return targets;
    }
    list.remove_prefix(comma + 1);
  }
}

Result<Approval> approval_of(const PastedMembers& members) {
  const auto value = [&](std::string_view name) { return members.find(name)->second; };
  SP_ASSIGN(CaseRef case_ref, CaseRef::parse(value("case")));
  SP_ASSIGN(auto targets, parse_targets(value("targets")));
  SP_ASSIGN(const Ttl life, parse_duration(value("for")));
  SP_ASSIGN(const Timestamp made_at, parse_rfc3339(value("made")));
  SP_ASSIGN(const Timestamp valid_until, parse_rfc3339(value("until")));
  return Approval{value("id"), std::move(case_ref), std::move(targets), life,
                  made_at,     valid_until,         value("note")};
}

}  // namespace

std::string names_of(const std::vector<TargetName>& targets) {
  std::vector<std::string> names;
  names.reserve(targets.size());
  for (const TargetName& target : targets) {
    names.push_back(target.str());
  }
  return join(names, ", ");
}

std::string new_approval_id(Random& random) {
  std::array<std::uint8_t, kIdBytes> bytes{};
  random.fill(bytes);
  return to_hex(bytes);
}

Result<std::string> approval_text(const Approval& approval) {
  if (!is_id(approval.id)) {
    return no_approval("its id is not 32 hexadecimal digits");
  }
  const std::set<TargetName> distinct(approval.targets.begin(), approval.targets.end());
  if (distinct.empty() || distinct.size() != approval.targets.size() ||
      distinct.size() > kMostApprovedTargets) {
    return no_approval(
        fmt::format("it must name 1 to {} targets, each once", kMostApprovedTargets));
  }
  if (approval.valid_until <= approval.made_at) {
    return no_approval("it is over before it begins");
  }
  SP_TRY(check_one_line("the note", approval.note));
  return fmt::format("{}\n", kFirstLine) + line("id", approval.id) +
         line("case", approval.case_ref.str()) + line("targets", names_of(approval.targets)) +
         line("for", format_duration(approval.life)) + line("made", format_utc(approval.made_at)) +
         line("until", format_utc(approval.valid_until)) + line("note", approval.note);
}

Result<std::string> sign_approval(const Approval& approval, const Secret& key_file) {
  SP_ASSIGN(const std::string text, approval_text(approval));
  SP_ASSIGN(const age::SshSigned made, age::sign_ssh(key_file, kApprovalSpace, text));
  return text + made.signature;
}

// The text that was signed is written anew from what was read, so that nothing which was not read can have been signed.
Result<SignedApproval> read_approval(std::string_view text) {
  SP_ASSIGN(const PastedMembers members, take_pasted(text, form()));
  SP_ASSIGN(const std::string signature, read_signature(text));
  SP_ASSIGN(Approval approval, approval_of(members));
  SP_ASSIGN(const std::string is_signed, approval_text(approval));
  SP_ASSIGN(SshPublicKey key, age::signer_of(signature, kApprovalSpace, is_signed));
  return SignedApproval{std::move(approval), std::move(key)};
}

Result<std::string> words_of(const Approval& approval) {
  SP_ASSIGN(const std::string text, approval_text(approval));
  return eight_words(kWordsLabel, text);
}

}  // namespace stagepass::handoff
