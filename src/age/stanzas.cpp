#include <age/stanzas.hpp>
#include <algorithm>

namespace stagepass::age {
namespace {

template <class T>
Checked<KnownStanza> as_known(Checked<T> stanza) {
  if (!stanza) {
    return refuse(stanza.error());
  }
  return KnownStanza(*std::move(stanza));
}

Checked<std::optional<Secret>> try_stanza(const KnownStanza& stanza, const Identity& identity) {
  const auto* curve = std::get_if<CurveStanza>(&stanza);
  if (curve != nullptr && identity.key()) {
    return open_curve_stanza(*curve, *identity.key(), identity.secret());
  }
  const auto* scrypt = std::get_if<ScryptStanza>(&stanza);
  if (scrypt != nullptr && !identity.key()) {
    return open_scrypt_stanza(*scrypt, identity.secret());
  }
  return std::nullopt;
}

bool is_scrypt(const Stanza& stanza) {
  return stanza.arguments.front() == kScryptType;
}

}  // namespace

Checked<std::vector<KnownStanza>> known_stanzas(const Header& header) {
  const auto& stanzas = header.stanzas;
  if (stanzas.size() > 1 && std::any_of(stanzas.begin(), stanzas.end(), is_scrypt)) {
    return refuse(Flaw::header, "it mixes a passphrase with other keys");
  }
  std::vector<KnownStanza> known;
  for (const Stanza& stanza : stanzas) {
    const std::string& type = stanza.arguments.front();
    if (type != kX25519Type && type != kSshEd25519Type && type != kScryptType) {
      continue;
    }
    auto parsed = is_scrypt(stanza) ? as_known(parse_scrypt_stanza(stanza))
                                    : as_known(parse_curve_stanza(stanza));
    if (!parsed) {
      return refuse(parsed.error());
    }
    known.push_back(*std::move(parsed));
  }
  return known;
}

Checked<Secret> find_file_key(std::span<const KnownStanza> stanzas,
                              std::span<const Identity> identities) {
  for (const Identity& identity : identities) {
    for (const KnownStanza& stanza : stanzas) {
      auto file_key = try_stanza(stanza, identity);
      if (!file_key) {
        return refuse(file_key.error());
      }
      if (*file_key) {
        return **std::move(file_key);
      }
    }
  }
  return refuse(Flaw::no_match);
}

}  // namespace stagepass::age
