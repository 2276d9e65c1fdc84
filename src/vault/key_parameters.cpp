#include <fmt/format.h>

#include <algorithm>
#include <vault/key_parameters.hpp>

namespace stagepass::vault {

namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kModeKeyFile = 1;
constexpr std::uint8_t kModePassphrase = 2;
constexpr std::size_t kSizeKeyFile = 2 + 32 + 32;
constexpr std::size_t kSizePassphrase = kSizeKeyFile + 16 + 8 + 8;

constexpr std::uint64_t kKibibyte = 1024;
constexpr std::uint64_t kMebibyte = 1024 * kKibibyte;
constexpr std::uint64_t kLeastMemory = 8 * kMebibyte;
constexpr std::uint64_t kMostMemory = 1024 * kMebibyte;
constexpr std::uint64_t kMostOperations = 10;

Failure damaged(std::string_view what) {
  return fail(Errc::corrupt, fmt::format("the vault's key parameters are damaged: {}", what),
              "restore the vault from a backup");
}

/// The fields of a blob, front to back.
class Reader final {
 public:
  explicit Reader(Bytes rest) : rest_(rest) {}

  Bytes take(std::size_t count) {
    const Bytes taken = rest_.first(count);
    rest_ = rest_.subspan(count);
    return taken;
  }
  void take_into(MutableBytes out) {
    const Bytes taken = take(out.size());
    std::copy(taken.begin(), taken.end(), out.begin());
  }
  std::uint64_t take_number() { return from_big_endian(take(8)); }

 private:
  Bytes rest_;
};

}  // namespace

// Argon2id counts its memory in KiB: of sizes in between, several would give the same key, and an
// edited one would go unnoticed.
Result<void> check_cost(const PassphraseCost& cost) {
  if (cost.operations < 1 || cost.operations > kMostOperations ||
      cost.memory_bytes < kLeastMemory || cost.memory_bytes > kMostMemory ||
      cost.memory_bytes % kKibibyte != 0) {
    return fail(Errc::invalid_argument, "the passphrase's cost is out of bounds",
                fmt::format("use 1 to {} operations and {} to {} MiB of memory, in whole KiB",
                            kMostOperations, kLeastMemory / kMebibyte, kMostMemory / kMebibyte));
  }
  return {};
}

std::vector<std::uint8_t> encode_key_parameters(const KeyParameters& parameters) {
  std::vector<std::uint8_t> out;
  const auto append = [&](Bytes bytes) { out.insert(out.end(), bytes.begin(), bytes.end()); };
  out.push_back(kVersion);
  out.push_back(parameters.passphrase ? kModePassphrase : kModeKeyFile);
  append(parameters.service_key_check);
  append(parameters.secrets_key_check);
  if (parameters.passphrase) {
    append(parameters.passphrase->salt);
    append(big_endian(parameters.passphrase->cost.operations));
    append(big_endian(parameters.passphrase->cost.memory_bytes));
  }
  return out;
}

Result<KeyParameters> decode_key_parameters(Bytes encoded) {
  if (encoded.size() < 2) {
    return damaged("they are cut short");
  }
  Reader reader(encoded);
  const std::uint8_t version = reader.take(1).front();
  if (version != kVersion) {
    return damaged(fmt::format("version {} is not known", version));
  }
  const std::uint8_t mode = reader.take(1).front();
  if (mode != kModeKeyFile && mode != kModePassphrase) {
    return damaged(fmt::format("mode {} is not known", mode));
  }
  if (encoded.size() != (mode == kModePassphrase ? kSizePassphrase : kSizeKeyFile)) {
    return damaged(fmt::format("{} bytes is not their size", encoded.size()));
  }

  KeyParameters parameters;
  reader.take_into(parameters.service_key_check);
  reader.take_into(parameters.secrets_key_check);
  if (mode == kModePassphrase) {
    PassphraseParameters& passphrase = parameters.passphrase.emplace();
    reader.take_into(passphrase.salt);
    passphrase.cost.operations = reader.take_number();
    passphrase.cost.memory_bytes = reader.take_number();
    if (!check_cost(passphrase.cost)) {
      return damaged("the passphrase's cost is out of bounds");
    }
  }
  return parameters;
}

}  // namespace stagepass::vault
