#include "specialist.hpp"

#include <stagepass/age/decrypt.hpp>
#include <stagepass/age/identity.hpp>
#include <stagepass/system/sodium_random.hpp>

#include <cstdint>
#include <support/content.hpp>
#include <support/results.hpp>
#include <vector>

namespace stagepass::proof {
namespace {

/// Made before the processes of a proof part, so that all have the same.
const Secret& identity_text() {
  static system::SodiumRandom random;
  static const Secret text = age::generate_identity(random);
  return text;
}

std::vector<age::Identity> identities() {
  return tests::must(age::read_identities(identity_text()));
}

}  // namespace

const std::string& specialist_key() {
  static const std::string key = identities().front().recipient().value().str();
  return key;
}

void write_specialist_identity(const std::filesystem::path& file) {
  tests::write_content(file, std::string(identity_text().reveal_text()));
  std::filesystem::permissions(
      file, std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
}

std::string as_specialist_reads(const std::string& text) {
  const auto content = age::decrypt(
      Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size()), identities());
  return content ? std::string(content->reveal_text()) : text;
}

}  // namespace stagepass::proof
