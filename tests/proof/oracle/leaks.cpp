#include "oracle/leaks.hpp"

#include <sodium.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>
#include <string>
#include <support/content.hpp>

namespace stagepass::proof {
namespace {

constexpr std::size_t kShortest = 8;

Secret as_hex(const Secret& secret, std::string_view digits) {
  return Secret::make(secret.size() * 2, [&](MutableBytes out) {
    std::size_t at = 0;
    for (const std::uint8_t byte : secret.reveal()) {
      out[at++] = static_cast<std::uint8_t>(digits[byte >> 4U]);
      out[at++] = static_cast<std::uint8_t>(digits[byte & 0xFU]);
    }
  });
}

/// The characters that depend on the secret alone when `shift` other bytes stand before it in a
/// group of three.
Secret as_base64(const Secret& secret, std::size_t shift, int variant) {
  const Secret shifted = Secret::make(shift + secret.size(), [&](MutableBytes out) {
    std::fill_n(out.begin(), shift, std::uint8_t{0});
    std::copy(secret.reveal().begin(), secret.reveal().end(),
              out.begin() + static_cast<std::ptrdiff_t>(shift));
  });
  const std::size_t size = ::sodium_base64_encoded_len(shifted.size(), variant);
  const Secret encoded = Secret::make(size, [&](MutableBytes out) {
    ::sodium_bin2base64(reinterpret_cast<char*>(out.data()), out.size(), shifted.reveal().data(),
                        shifted.size(), variant);
  });
  const std::size_t first = (shift * 8 + 5) / 6;
  const std::size_t end = shifted.size() * 8 / 6;
  return Secret::copy_of(encoded.reveal().subspan(first, end - first));
}

enum class ByteOrder { little, big };

Secret as_utf16(const Secret& secret, ByteOrder order) {
  return Secret::make(secret.size() * 2, [&](MutableBytes out) {
    std::size_t at = order == ByteOrder::little ? 0 : 1;
    std::fill(out.begin(), out.end(), std::uint8_t{0});
    for (const std::uint8_t byte : secret.reveal()) {
      out[at] = byte;
      at += 2;
    }
  });
}

}  // namespace

void SecretSearch::add(const std::string& name, const Secret& secret) {
  if (secret.size() < kShortest) {
    throw std::logic_error("a secret this short would be found by chance");
  }
  needles_.push_back({name + " as it is", secret.clone()});
  needles_.push_back({name + " in hex", as_hex(secret, "0123456789abcdef")});
  needles_.push_back({name + " in hex", as_hex(secret, "0123456789ABCDEF")});
  needles_.push_back({name + " in UTF-16", as_utf16(secret, ByteOrder::little)});
  needles_.push_back({name + " in UTF-16", as_utf16(secret, ByteOrder::big)});
  for (const int variant :
       {sodium_base64_VARIANT_ORIGINAL_NO_PADDING, sodium_base64_VARIANT_URLSAFE_NO_PADDING}) {
    for (const std::size_t shift : {0U, 1U, 2U}) {
      needles_.push_back({name + " in base64", as_base64(secret, shift, variant)});
    }
  }
}

std::optional<std::string> SecretSearch::find(std::string_view content) const {
  const auto found = std::find_if(needles_.begin(), needles_.end(), [&](const Needle& needle) {
    return content.find(needle.bytes.reveal_text()) != std::string_view::npos;
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
