#include <stagepass/core/base64.hpp>
#include <stagepass/vault/key_export.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vault/bytes.hpp>
#include <vault/key_export_text.hpp>
#include <vault/sealed_box.hpp>
#include <vault/stretching.hpp>

namespace stagepass::vault {

namespace {

constexpr std::string_view kMagic = "stagepass-key-export ";
constexpr std::string_view kVersion = "1 ";
constexpr std::size_t kSaltSize = sizeof(PassphraseParameters::salt);
constexpr std::size_t kHeadSize = kSaltSize + 8 + 8;
constexpr std::size_t kSize = kHeadSize + kKeySize + kBoxOverhead;

Failure no_export(std::string_view what) {
  return fail(Errc::invalid_argument, fmt::format("this is no exported key: {}", what),
              "`stagepass keys export` writes one");
}

std::vector<std::uint8_t> head_of(const PassphraseParameters& parameters) {
  std::vector<std::uint8_t> head(parameters.salt.begin(), parameters.salt.end());
  for (const std::uint64_t number : {parameters.cost.operations, parameters.cost.memory_bytes}) {
    const auto bytes = big_endian(number);
    head.insert(head.end(), bytes.begin(), bytes.end());
  }
  return head;
}

std::vector<std::uint8_t> context_of(const PassphraseParameters& parameters) {
  return encode_fields({bytes_of("stagepass/v1/key-export"), head_of(parameters)});
}

}  // namespace

std::string write_key_export(const KeyExport& exported) {
  std::vector<std::uint8_t> bytes = head_of(exported.parameters);
  bytes.insert(bytes.end(), exported.box.begin(), exported.box.end());
  return fmt::format("{}{}{}\n", kMagic, kVersion, to_base64(bytes));
}

Result<KeyExport> read_key_export(std::string_view text) {
  while (text.ends_with('\n') || text.ends_with('\r')) {
    text.remove_suffix(1);
  }
  if (!text.starts_with(kMagic)) {
    return no_export("it does not begin as one");
  }
  text.remove_prefix(kMagic.size());
  if (!text.starts_with(kVersion)) {
    return fail(Errc::invalid_argument, "the export was written by a newer version",
                "update stagepass");
  }
  const auto bytes = from_base64(text.substr(kVersion.size()));
  if (!bytes || bytes->size() != kSize) {
    return no_export("it was cut or edited");
  }
  const Bytes all = *bytes;
  KeyExport exported;
  std::copy_n(all.begin(), kSaltSize, exported.parameters.salt.begin());
  exported.parameters.cost.operations = from_big_endian(all.subspan(kSaltSize, 8));
  exported.parameters.cost.memory_bytes = from_big_endian(all.subspan(kSaltSize + 8, 8));
  if (!check_cost(exported.parameters.cost)) {
    return no_export("its cost is out of bounds");
  }
  exported.box.assign(all.begin() + kHeadSize, all.end());
  return exported;
}

Result<Secret> encode_key_export(const FileKey& key, const Secret& passphrase,
                                 const PassphraseCost& cost, Random& random) {
  if (passphrase.empty()) {
    return fail(Errc::invalid_argument, "the passphrase is empty");
  }
  SP_TRY(check_cost(cost));
  KeyExport exported;
  exported.parameters.cost = cost;
  random.fill(exported.parameters.salt);
  SP_ASSIGN(const Secret stretched, stretch(passphrase, exported.parameters));
  exported.box = seal_box(stretched, key.bytes, context_of(exported.parameters), random);
  return Secret::copy_of(write_key_export(exported));
}

Result<FileKey> decode_key_export(const Secret& text, const Secret& passphrase) {
  SP_ASSIGN(const KeyExport exported, read_key_export(text.reveal_text()));
  SP_ASSIGN(const Secret stretched, stretch(passphrase, exported.parameters));
  auto key = open_box(stretched, exported.box, context_of(exported.parameters));
  if (!key || key->size() != kKeySize) {
    return fail(Errc::locked, "wrong passphrase, or the export was edited",
                "it is the one given to `stagepass keys export`");
  }
  return FileKey{*std::move(key)};
}

}  // namespace stagepass::vault
