#include "targets/unix/authorized_keys.hpp"

#include "targets/unix/host_files.hpp"

#include <fmt/core.h>

#include <optional>

namespace stagepass::targets {
namespace {

constexpr mode_t kReadable = 0644;  // sshd reads it as the user
constexpr std::string_view kEndBegins = "expiry-time=\"";

std::string expiry_time(Timestamp at) {
  const auto days = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date(days);
  const std::chrono::hh_mm_ss time(at - days);
  return fmt::format("{:04}{:02}{:02}{:02}{:02}{:02}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count());
}

}  // namespace

std::string authorized_key_line(const SshPublicKey& key, Timestamp expires_at, Terminal terminal) {
  return fmt::format("restrict,{}{}{}\" {}\n", terminal == Terminal::yes ? "pty," : "", kEndBegins,
                     expiry_time(expires_at), key.str());
}

Result<std::string> with_end(std::string_view line, Timestamp expires_at) {
  const std::size_t begin = line.find(kEndBegins);
  const std::size_t value = begin + kEndBegins.size();
  const std::size_t end =
      begin == std::string_view::npos ? std::string_view::npos : line.find('"', value);
  if (end == std::string_view::npos || line.substr(0, line.find(',')) != "restrict") {
    return fail(Errc::corrupt, "the account's authorized_keys line is not one that stagepass wrote",
                "end the grant; nobody but stagepass should write there");
  }
  return fmt::format("{}{}{}", line.substr(0, value), expiry_time(expires_at), line.substr(end));
}

Result<void> AuthorizedKeys::write(const UserName& name, std::string_view line) const {
  return replace_text_file(file_of(name), line, kReadable);
}

Result<void> AuthorizedKeys::set_end(const UserName& name, Timestamp expires_at) const {
  SP_ASSIGN(const std::optional<std::string> line, read_text_file(file_of(name)));
  if (!line) {
    return {};
  }
  SP_ASSIGN(const std::string moved, with_end(*line, expires_at));
  return write(name, moved);
}

Result<void> AuthorizedKeys::remove(const UserName& name) const {
  return remove_file(file_of(name));
}

}  // namespace stagepass::targets
