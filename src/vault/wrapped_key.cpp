#include <vault/bytes.hpp>
#include <vault/sealed_box.hpp>
#include <vault/wrapped_key.hpp>

namespace stagepass::vault {

namespace {

constexpr std::uint8_t kOneLayer = 1;
constexpr std::uint8_t kTwoLayers = 2;
constexpr std::size_t kNumberSize = 4;
constexpr std::size_t kHeaderSize = 1 + kNumberSize;
constexpr std::size_t kLongestBox = 32 + 2 * kBoxOverhead;

/// Stands in the inner layer's context whatever the epoch: a rotation does not touch that layer.
constexpr std::int64_t kInnerNumber = 1;

std::vector<std::uint8_t> four_bytes(std::int64_t number) {
  const auto eight = big_endian(static_cast<std::uint64_t>(number));
  return {eight.begin() + kNumberSize, eight.end()};
}

std::int64_t number_in(Bytes four) {
  std::uint64_t number = 0;
  for (const std::uint8_t byte : four) {
    number = number << 8U | byte;
  }
  return static_cast<std::int64_t>(number);
}

}  // namespace

std::optional<WrappedKey> parse_wrapped_key(Bytes record) {
  if (record.size() < kHeaderSize || record.size() - kHeaderSize > kLongestBox) {
    return std::nullopt;
  }
  const std::int64_t number = number_in(record.subspan(1, kNumberSize));
  const Bytes box = record.subspan(kHeaderSize);
  if (record[0] == kOneLayer && number == kInnerNumber) {
    return WrappedKey{0, box};
  }
  if (record[0] == kTwoLayers && number > 0) {
    return WrappedKey{number, box};
  }
  return std::nullopt;
}

std::vector<std::uint8_t> encode_wrapped_key(std::int64_t epoch,
                                             const std::vector<std::uint8_t>& box) {
  std::vector<std::uint8_t> record = {kTwoLayers};
  for (const std::vector<std::uint8_t>& part : {four_bytes(epoch), box}) {
    record.insert(record.end(), part.begin(), part.end());
  }
  return record;
}

std::vector<std::uint8_t> inner_context(Bytes secret_context) {
  return encode_fields({bytes_of("stagepass/v1/key"), four_bytes(kInnerNumber), secret_context});
}

std::vector<std::uint8_t> outer_context(std::int64_t epoch, Bytes secret_context) {
  return encode_fields({bytes_of("stagepass/v1/outer-key"), four_bytes(epoch), secret_context});
}

}  // namespace stagepass::vault
