#include <stagepass/age/decrypt.hpp>

#include <fmt/format.h>
#include <sodium.h>

#include <age/armor.hpp>
#include <age/header.hpp>
#include <age/open_file.hpp>
#include <age/payload.hpp>
#include <age/stanzas.hpp>
#include <optional>

namespace stagepass::age {
namespace {

std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

Checked<Secret> open_content(const Secret& file_key, Bytes payload) {
  OpenedPayload opened;
  Secret content = Secret::make(content_size(payload.size()), [&](MutableBytes out) {
    opened = open_payload(file_key, payload, out);
  });
  if (!opened.is_whole) {
    return refuse(Flaw::payload);
  }
  return content;
}

Checked<Secret> open_binary(Bytes file, std::span<const Identity> identities,
                            std::size_t most_content) {
  const auto header = parse_header(as_text(file));
  if (!header) {
    return refuse(header.error());
  }
  const auto stanzas = known_stanzas(*header);
  if (!stanzas) {
    return refuse(stanzas.error());
  }
  const Bytes payload = file.subspan(header->size);
  if (payload.size() < kPayloadNonceSize) {
    return refuse(Flaw::header);
  }
  if (content_size(payload.size()) > most_content) {
    return refuse(Flaw::too_large);
  }
  const auto file_key = find_file_key(*stanzas, identities);
  if (!file_key) {
    return refuse(file_key.error());
  }
  const auto mac = header_mac(*file_key, as_text(file.first(header->covered)));
  if (::sodium_memcmp(mac.data(), header->mac.data(), mac.size()) != 0) {
    return refuse(Flaw::mac);
  }
  return open_content(*file_key, payload);
}

bool is_binary(std::string_view text) {
  return text.empty() || text.starts_with(kFileStart);
}

Failure as_failure(const Refusal& refusal) {
  switch (refusal.flaw) {
    case Flaw::armor:
      return fail(Errc::invalid_argument, "this is no age file, or its text was damaged on the way",
                  "copy all of it, from the line BEGIN AGE ENCRYPTED FILE to the line END");
    case Flaw::header:
      return fail(Errc::invalid_argument,
                  fmt::format("the age file cannot be read: {}",
                              refusal.what.empty() ? "its header is damaged" : refusal.what),
                  "ask for the file again");
    case Flaw::no_match:
      return fail(Errc::locked, "none of the keys at hand opens this age file",
                  "use the key whose public half you gave, or the passphrase you were told");
    case Flaw::mac:
      return fail(Errc::undecryptable, "the header of the age file was edited",
                  "do not rely on it; ask for the file again");
    case Flaw::payload:
      return fail(Errc::undecryptable, "the content of the age file was cut off or edited",
                  "do not rely on it; ask for the file again");
    case Flaw::too_large:
      return fail(Errc::invalid_argument,
                  fmt::format("the age file holds more than {} MiB, which is no credential",
                              kMostContent / 1024 / 1024),
                  "open it with age itself: age -d");
    case Flaw::no_memory:
      return fail(Errc::unavailable,
                  fmt::format("the passphrase cannot be checked: {} cannot be had", refusal.what),
                  "free some memory and try again");
  }
  return fail(Errc::internal, "an age file failed in an unknown way");
}

}  // namespace

Checked<Secret> open_file(Bytes file, std::span<const Identity> identities,
                          std::size_t most_content) {
  const std::string_view text = as_text(file);
  if (is_binary(text)) {
    return open_binary(file, identities, most_content);
  }
  const auto binary = from_armor(text);
  return binary ? open_binary(*binary, identities, most_content) : refuse(binary.error());
}

Result<Secret> decrypt(Bytes file, std::span<const Identity> identities) {
  auto content = open_file(file, identities, kMostContent);
  if (!content) {
    return as_failure(content.error());
  }
  return *std::move(content);
}

}  // namespace stagepass::age
