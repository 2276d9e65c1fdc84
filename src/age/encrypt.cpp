#include <stagepass/age/encrypt.hpp>

#include <fmt/format.h>

#include <age/curve_stanza.hpp>
#include <age/header.hpp>
#include <age/payload.hpp>
#include <age/scrypt_stanza.hpp>

namespace stagepass::age {
namespace {

constexpr std::size_t kMostRecipients = 100;

Result<void> check_size(const Secret& content) {
  if (content.size() > kMostContent) {
    return fail(Errc::invalid_argument,
                fmt::format("the content is larger than {} MiB", kMostContent / 1024 / 1024));
  }
  return {};
}

Secret new_file_key(Random& random) {
  return Secret::make(kFileKeySize, [&](MutableBytes out) { random.fill(out); });
}

std::vector<std::uint8_t> write_file(const std::vector<Stanza>& stanzas, const Secret& file_key,
                                     const Secret& content, Random& random) {
  const std::string header = write_header(stanzas, file_key);
  const auto payload = seal_payload(file_key, content, random);
  std::vector<std::uint8_t> file(header.begin(), header.end());
  file.insert(file.end(), payload.begin(), payload.end());
  return file;
}

}  // namespace

Result<std::vector<std::uint8_t>> encrypt(const Secret& content,
                                          std::span<const Recipient> recipients, Random& random) {
  SP_TRY(check_size(content));
  if (recipients.empty() || recipients.size() > kMostRecipients) {
    return fail(Errc::invalid_argument,
                fmt::format("a file is encrypted to 1 to {} recipients, not to {}", kMostRecipients,
                            recipients.size()));
  }
  const Secret file_key = new_file_key(random);
  std::vector<Stanza> stanzas;
  for (const Recipient& recipient : recipients) {
    auto stanza = seal_for(recipient.key(), file_key, random);
    if (!stanza) {
      return fail(Errc::internal, "a key that was checked gives no shared secret");
    }
    stanzas.push_back(*std::move(stanza));
  }
  return write_file(stanzas, file_key, content, random);
}

Result<std::vector<std::uint8_t>> encrypt_with_passphrase(const Secret& content,
                                                          const Secret& passphrase, ScryptCost cost,
                                                          Random& random) {
  SP_TRY(check_size(content));
  if (passphrase.empty()) {
    return fail(Errc::invalid_argument, "the passphrase is empty");
  }
  if (cost.log2_n < kLeastScryptLog2 || cost.log2_n > kMostScryptLog2) {
    return fail(Errc::invalid_argument,
                fmt::format("the work factor must be {} to {}, not {}", kLeastScryptLog2,
                            kMostScryptLog2, cost.log2_n));
  }
  const Secret file_key = new_file_key(random);
  auto stanza = seal_for(passphrase, cost, file_key, random);
  if (!stanza) {
    return fail(Errc::unavailable, "there is not enough memory to encrypt with a passphrase",
                "free some memory and try again");
  }
  return write_file({*std::move(stanza)}, file_key, content, random);
}

}  // namespace stagepass::age
