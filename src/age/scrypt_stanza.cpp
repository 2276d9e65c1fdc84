#include <fmt/format.h>
#include <sodium.h>

#include <age/base64_text.hpp>
#include <age/scrypt_stanza.hpp>
#include <algorithm>

namespace stagepass::age {
namespace {

constexpr std::string_view kLabel = "age-encryption.org/v1/scrypt";
constexpr std::uint32_t kBlockSize = 8;
constexpr std::uint32_t kLanes = 1;

using Salt = decltype(ScryptStanza::salt);

/// Nothing if the memory cannot be had.
std::optional<Secret> stretch(const Secret& passphrase, const Salt& salt, unsigned log2_n) {
  std::array<std::uint8_t, kLabel.size() + sizeof(Salt)> labelled{};
  std::copy(salt.begin(), salt.end(), std::copy(kLabel.begin(), kLabel.end(), labelled.begin()));
  bool has_memory = false;
  Secret key = Secret::make(32, [&](MutableBytes out) {
    has_memory =
        ::crypto_pwhash_scryptsalsa208sha256_ll(
            passphrase.reveal().data(), passphrase.size(), labelled.data(), labelled.size(),
            std::uint64_t{1} << log2_n, kBlockSize, kLanes, out.data(), out.size()) == 0;
  });
  return has_memory ? std::optional(std::move(key)) : std::nullopt;
}

/// Decimal, without a sign, a leading zero or anything behind it.
Checked<unsigned> parse_work_factor(std::string_view text) {
  const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
  if (text.empty() || text.front() == '0' || !std::all_of(text.begin(), text.end(), is_digit)) {
    return refuse(Flaw::header);
  }
  unsigned value = 0;
  for (const char c : text.substr(0, 3)) {  // three digits are too many already
    value = value * 10 + static_cast<unsigned>(c - '0');
  }
  if (value > kMostScryptLog2) {
    return refuse(Flaw::header,
                  fmt::format("its passphrase has a work factor above {}, which would "
                              "take more memory than is allowed here",
                              kMostScryptLog2));
  }
  return value;
}

}  // namespace

Checked<ScryptStanza> parse_scrypt_stanza(const Stanza& stanza) {
  ScryptStanza parsed;
  if (stanza.arguments.size() != 3 || stanza.body.size() != parsed.box.size()) {
    return refuse(Flaw::header);
  }
  const auto salt = decode_exactly<sizeof(Salt)>(stanza.arguments[1]);
  if (!salt) {
    return refuse(Flaw::header);
  }
  const auto log2_n = parse_work_factor(stanza.arguments[2]);
  if (!log2_n) {
    return refuse(log2_n.error());
  }
  parsed.salt = *salt;
  parsed.log2_n = *log2_n;
  std::copy(stanza.body.begin(), stanza.body.end(), parsed.box.begin());
  return parsed;
}

std::optional<Stanza> seal_for(const Secret& passphrase, ScryptCost cost, const Secret& file_key,
                               Random& random) {
  Salt salt{};
  random.fill(salt);
  const auto key = stretch(passphrase, salt, cost.log2_n);
  if (!key) {
    return std::nullopt;
  }
  const WrappedFileKey box = wrap_file_key(*key, file_key);
  return Stanza{
      {std::string(kScryptType), encode_base64(salt, Padding::none), std::to_string(cost.log2_n)},
      {box.begin(), box.end()}};
}

Checked<std::optional<Secret>> open_scrypt_stanza(const ScryptStanza& stanza,
                                                  const Secret& passphrase) {
  const auto key = stretch(passphrase, stanza.salt, stanza.log2_n);
  if (!key) {
    return refuse(Flaw::no_memory,
                  fmt::format("{} MiB of memory", (std::uint64_t{1} << stanza.log2_n) / 1024));
  }
  return unwrap_file_key(*key, stanza.box);
}

}  // namespace stagepass::age
