#include <stagepass/core/base64.hpp>
#include <stagepass/core/clock_mark.hpp>
#include <stagepass/vault/key_file.hpp>
#include <stagepass/vault/keyring.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>
#include <vault/bytes.hpp>
#include <vault/sealed_box.hpp>

namespace stagepass::vault {

namespace {

constexpr std::string_view kMagic = "stagepass-keyring ";
constexpr std::string_view kVersion = "1 ";
constexpr std::size_t kEpochSize = 8 + 8 + kKeySize;
/// A rotation needs two; more than these were not written by us.
constexpr std::size_t kMostEpochs = 8;
constexpr std::int64_t kLastEpoch = 0xFFFFFFFF;

Failure unusable(std::string_view what) {
  return fail(Errc::locked, fmt::format("the keyring {}", what),
              "put its newest copy back; if there is none: stagepass recover");
}

Secret sealing_key(const Secret& key, const std::string& vault_id) {
  return derive_key(key, {bytes_of("stagepass/v1/keyring-key"), bytes_of(vault_id)});
}

std::vector<std::uint8_t> context_of(const std::string& vault_id) {
  return encode_fields({bytes_of("stagepass/v1/keyring"), bytes_of(vault_id)});
}

Result<KeyEpoch> new_epoch(std::int64_t number, Timestamp now, Random& random) {
  if (number < 1 || number > kLastEpoch) {
    return fail(Errc::invalid_argument, fmt::format("there can be no epoch {}", number));
  }
  return KeyEpoch{number, now, Secret::make(kKeySize, [&](MutableBytes out) { random.fill(out); })};
}

KeyEpoch copy_of(const KeyEpoch& epoch) {
  return {epoch.number, epoch.made_at, epoch.secret.clone()};
}

Secret contents_of(const Keyring& keyring) {
  return Secret::make(keyring.epochs().size() * kEpochSize, [&](MutableBytes out) {
    auto at = out.begin();
    for (const KeyEpoch& epoch : keyring.epochs()) {
      const auto number = big_endian(static_cast<std::uint64_t>(epoch.number));
      const auto made_at =
          big_endian(static_cast<std::uint64_t>(epoch.made_at.time_since_epoch().count()));
      const Bytes secret = epoch.secret.reveal();
      at = std::copy(number.begin(), number.end(), at);
      at = std::copy(made_at.begin(), made_at.end(), at);
      at = std::copy(secret.begin(), secret.end(), at);
    }
  });
}

/// Nothing for what we would not have written, though it was sealed with our key.
std::optional<KeyEpoch> epoch_in(Bytes encoded, std::int64_t after) {
  const std::uint64_t number = from_big_endian(encoded.first(8));
  const std::uint64_t made_at = from_big_endian(encoded.subspan(8, 8));
  const auto latest = static_cast<std::uint64_t>(kEndOfTime.time_since_epoch().count());
  if (number > static_cast<std::uint64_t>(kLastEpoch) ||
      static_cast<std::int64_t>(number) <= after || made_at > latest) {
    return std::nullopt;
  }
  return KeyEpoch{static_cast<std::int64_t>(number),
                  Timestamp(std::chrono::seconds(static_cast<std::int64_t>(made_at))),
                  Secret::copy_of(encoded.subspan(16))};
}

std::optional<std::vector<KeyEpoch>> epochs_in(const Secret& contents) {
  Bytes rest = contents.reveal();
  if (rest.empty() || rest.size() % kEpochSize != 0 || rest.size() / kEpochSize > kMostEpochs) {
    return std::nullopt;
  }
  std::vector<KeyEpoch> epochs;
  for (; !rest.empty(); rest = rest.subspan(kEpochSize)) {
    auto epoch = epoch_in(rest.first(kEpochSize), epochs.empty() ? 0 : epochs.back().number);
    if (!epoch) {
      return std::nullopt;
    }
    epochs.push_back(*std::move(epoch));
  }
  return epochs;
}

}  // namespace

Result<Keyring> Keyring::make(std::int64_t number, Timestamp now, Random& random) {
  std::vector<KeyEpoch> epochs;
  SP_ASSIGN(KeyEpoch first, new_epoch(number, now, random));
  epochs.push_back(std::move(first));
  return Keyring(std::move(epochs));
}

const KeyEpoch* Keyring::find(std::int64_t number) const noexcept {
  const auto found = std::find_if(epochs_.begin(), epochs_.end(),
                                  [&](const KeyEpoch& each) { return each.number == number; });
  return found == epochs_.end() ? nullptr : &*found;
}

Result<Keyring> Keyring::grown(std::int64_t number, Timestamp now, Random& random) const {
  if (number <= newest().number || epochs_.size() == kMostEpochs) {
    return fail(Errc::internal, fmt::format("epoch {} cannot follow {}", number, newest().number));
  }
  std::vector<KeyEpoch> epochs;
  for (const KeyEpoch& epoch : epochs_) {
    epochs.push_back(copy_of(epoch));
  }
  SP_ASSIGN(KeyEpoch next, new_epoch(number, now, random));
  epochs.push_back(std::move(next));
  return Keyring(std::move(epochs));
}

Keyring Keyring::newest_alone() const {
  std::vector<KeyEpoch> epochs;
  epochs.push_back(copy_of(newest()));
  return Keyring(std::move(epochs));
}

Secret encode_keyring(const Keyring& keyring, const Secret& key, const std::string& vault_id,
                      Random& random) {
  const auto box =
      seal_box(sealing_key(key, vault_id), contents_of(keyring), context_of(vault_id), random);
  return Secret::copy_of(fmt::format("{}{}{}\n", kMagic, kVersion, to_base64(box)));
}

Result<Keyring> decode_keyring(const Secret& text, const Secret& key, const std::string& vault_id) {
  std::string_view line = text.reveal_text();
  if (!line.starts_with(kMagic) || !line.ends_with('\n')) {
    return unusable(line.empty() ? "is empty" : "is not a keyring of stagepass, or was cut");
  }
  line.remove_prefix(kMagic.size());
  line.remove_suffix(1);
  if (!line.starts_with(kVersion)) {
    return fail(Errc::locked, "the keyring was written by a newer version", "update stagepass");
  }
  const auto box = from_base64(line.substr(kVersion.size()));
  if (!box || box->size() > kMostEpochs * kEpochSize + kBoxOverhead) {
    return unusable("is damaged: it is not base64, or too long");
  }
  const auto contents = open_box(sealing_key(key, vault_id), *box, context_of(vault_id));
  if (!contents) {
    return unusable("was edited, or is that of another vault");
  }
  auto epochs = epochs_in(*contents);
  if (!epochs) {
    return unusable("holds epochs that cannot be");
  }
  return Keyring(*std::move(epochs));
}

}  // namespace stagepass::vault
