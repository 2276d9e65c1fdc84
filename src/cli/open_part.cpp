#include "cli/open_part.hpp"

#include <stagepass/core/secret_text.hpp>
#include <stagepass/core/text.hpp>
#include <stagepass/targets/one_time_code.hpp>

#include <fmt/format.h>

#include <map>

namespace stagepass::cli {
namespace {

Result<const Secret*> factor_of(const handoff::DocumentAccount& account) {
  if (!account.second_factor) {
    return fail(Errc::invalid_argument, "this account has no second factor");
  }
  return &*account.second_factor;
}

/// Letters and digits pass an address as they are; the names are ours or a target's own word.
std::string as_label(const std::string& text) {
  std::string label;
  for (const char each : text) {
    const bool is_plain = (each >= 'a' && each <= 'z') || (each >= 'A' && each <= 'Z') ||
                          (each >= '0' && each <= '9') || each == '-' || each == '.';
    label +=
        is_plain ? std::string(1, each) : fmt::format("%{:02X}", static_cast<unsigned char>(each));
  }
  return label;
}

}  // namespace

Result<OpenPart> parse_open_part(const std::string& text) {
  static const std::map<std::string, OpenPart> parts = {{"user", OpenPart::user},
                                                        {"password", OpenPart::password},
                                                        {"factor", OpenPart::factor},
                                                        {"code", OpenPart::code}};
  const auto found = parts.find(text);
  if (found == parts.end()) {
    return fail(Errc::invalid_argument,
                fmt::format("--only {} is not known", stagepass::quoted(text)),
                "say user, password, factor or code");
  }
  return found->second;
}

Result<Secret> part_of(const handoff::DocumentAccount& account, OpenPart part, Timestamp now) {
  switch (part) {
    case OpenPart::user:
      return SecretText().add(escape_untrusted(account.user)).build();
    case OpenPart::password:
      if (!account.password) {
        return fail(Errc::invalid_argument, "this account has no password; it takes the key only");
      }
      return account.password->clone();
    case OpenPart::factor: {
      SP_ASSIGN(const Secret* factor, factor_of(account));
      return factor->clone();
    }
    case OpenPart::code:
      break;
  }
  SP_ASSIGN(const Secret* factor, factor_of(account));
  SP_ASSIGN(const Secret key, targets::from_base32(*factor));
  return targets::one_time_code(key, now);
}

Result<Secret> part_for_telephone(const handoff::DocumentAccount& account, OpenPart part,
                                  Timestamp now) {
  if (part != OpenPart::factor) {
    return part_of(account, part, now);
  }
  SP_ASSIGN(const Secret* factor, factor_of(account));
  return SecretText()
      .add(fmt::format("otpauth://totp/{}:{}?secret=", as_label(account.target),
                       as_label(account.user)))
      .add(*factor)
      .add("&issuer=" + as_label(account.target))
      .build();
}

}  // namespace stagepass::cli
