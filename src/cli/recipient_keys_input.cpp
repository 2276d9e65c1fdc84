#include "cli/recipient_keys_input.hpp"

#include "cli/file_input.hpp"

#include <stagepass/core/text.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <string_view>
#include <utility>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestFile = 64UL * 1024;

bool is_key_itself(const std::string& text) {
  return text.starts_with("age1") || text.starts_with("AGE-") || text.starts_with("ssh-");
}

Result<void> add_key(std::vector<age::Recipient>& keys, std::string_view text) {
  SP_ASSIGN(age::Recipient key, age::Recipient::parse(text));
  if (std::find(keys.begin(), keys.end(), key) == keys.end()) {
    keys.push_back(std::move(key));
  }
  return {};
}

Result<void> add_lines(std::vector<age::Recipient>& keys, std::string_view text) {
  while (!text.empty()) {
    const std::string_view line = take_line(text);
    if (!trimmed(line).empty() && !line.starts_with('#')) {
      SP_TRY(add_key(keys, line));
    }
  }
  return {};
}

}  // namespace

Result<std::vector<age::Recipient>> read_recipient_keys(const std::vector<std::string>& texts) {
  std::vector<age::Recipient> keys;
  for (const std::string& text : texts) {
    if (is_key_itself(text)) {
      SP_TRY(add_key(keys, text));
      continue;
    }
    const std::size_t before = keys.size();
    SP_ASSIGN(const Secret content, read_input(text, "the file of keys", kLongestFile));
    SP_TRY(add_lines(keys, content.reveal_text()));
    if (keys.size() == before) {
      return fail(Errc::invalid_argument,
                  fmt::format("there is no new key in {}", stagepass::quoted(text)),
                  "give an age key (age1…) or an ssh-ed25519 public key, or a file of them");
    }
  }
  return keys;
}

}  // namespace stagepass::cli
