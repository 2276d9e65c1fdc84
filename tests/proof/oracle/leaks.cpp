#include "oracle/leaks.hpp"

#include <sodium.h>

#include <algorithm>
#include <cstring>
#include <fstream>
#include <stdexcept>
#include <string>
#include <support/content.hpp>

namespace stagepass::proof {
namespace {

constexpr std::size_t kShortest = 8;

std::string as_hex(std::string_view secret, std::string_view digits) {
  std::string hex;
  for (const char each : secret) {
    const auto byte = static_cast<std::uint8_t>(each);
    hex.append({digits[byte >> 4U], digits[byte & 0xFU]});
  }
  return hex;
}

/// The characters that depend on the secret alone when `shift` other bytes stand before it in a
/// group of three.
std::string as_base64(std::string_view secret, std::size_t shift, int variant) {
  const std::string shifted = std::string(shift, '\0').append(secret);
  std::string encoded(::sodium_base64_encoded_len(shifted.size(), variant), '\0');
  ::sodium_bin2base64(encoded.data(), encoded.size(),
                      reinterpret_cast<const unsigned char*>(shifted.data()), shifted.size(),
                      variant);
  const std::size_t first = (shift * 8 + 5) / 6;
  const std::size_t end = shifted.size() * 8 / 6;
  return encoded.substr(first, end - first);
}

enum class ByteOrder { little, big };

std::string as_utf16(std::string_view secret, ByteOrder order) {
  std::string wide(secret.size() * 2, '\0');
  std::size_t at = order == ByteOrder::little ? 0 : 1;
  for (const char each : secret) {
    wide[at] = each;
    at += 2;
  }
  return wide;
}

}  // namespace

void SecretSearch::add(const std::string& name, const Secret& secret) {
  if (secret.size() < kShortest) {
    throw std::logic_error("a secret this short would be found by chance");
  }
  const std::string_view text = secret.reveal_text();
  needles_.push_back({name + " as it is", std::string(text)});
  needles_.push_back({name + " in hex", as_hex(text, "0123456789abcdef")});
  needles_.push_back({name + " in hex", as_hex(text, "0123456789ABCDEF")});
  needles_.push_back({name + " in UTF-16", as_utf16(text, ByteOrder::little)});
  needles_.push_back({name + " in UTF-16", as_utf16(text, ByteOrder::big)});
  for (const int variant :
       {sodium_base64_VARIANT_ORIGINAL_NO_PADDING, sodium_base64_VARIANT_URLSAFE_NO_PADDING}) {
    for (const std::size_t shift : {0U, 1U, 2U}) {
      needles_.push_back({name + " in base64", as_base64(text, shift, variant)});
    }
  }
}

std::optional<std::string> SecretSearch::find(std::string_view content) const {
  const auto found = std::find_if(needles_.begin(), needles_.end(), [&](const Needle& needle) {
    return ::memmem(content.data(), content.size(), needle.bytes.data(), needle.bytes.size()) !=
           nullptr;  // on whole databases several times as fast as string_view::find
  });
  return found == needles_.end() ? std::nullopt : std::optional(found->what);
}

std::vector<Violation> find_secret(const std::vector<std::filesystem::path>& files,
                                   const Secret& secret) {
  if (secret.size() < kShortest) {
    return {{Invariant::leaked, "a secret this short would be found by chance"}};
  }
  SecretSearch search;
  search.add("a secret", secret);
  std::vector<Violation> violations;
  for (const auto& file : files) {
    if (!std::ifstream(file)) {
      violations.push_back({Invariant::leaked, file.string() + " cannot be searched"});
      continue;
    }
    std::string content = tests::content_of(file);
    if (const auto found = search.find(content)) {
      violations.push_back({Invariant::leaked, *found + " stands in " + file.string()});
    }
    wipe({reinterpret_cast<std::uint8_t*>(content.data()), content.size()});
  }
  return violations;
}

std::vector<std::filesystem::path> files_below(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code missing;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder, missing)) {
    if (entry.is_regular_file()) {
      files.push_back(entry.path());
    }
  }
  return files;
}

}  // namespace stagepass::proof
