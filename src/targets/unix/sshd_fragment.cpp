#include "targets/unix/sshd_fragment.hpp"

#include "targets/unix/host_files.hpp"
#include "targets/unix/sshd.hpp"

#include <stagepass/core/text.hpp>
#include <stagepass/system/files.hpp>

#include <fmt/core.h>

#include <cerrno>
#include <csignal>
#include <glob.h>
#include <memory>
#include <optional>
#include <strings.h>
#include <sys/types.h>
#include <system_error>
#include <vector>

namespace stagepass::targets {
namespace {

constexpr std::string_view kBegin = "# stagepass begin";
constexpr std::string_view kEnd = "# stagepass end";
constexpr const char* kFileName = "stagepass.conf";
constexpr mode_t kConfigMode = 0644;

// What holds for both groups. A password of ours is long and random, so that it may be used even
// where the host asks its own people for keys.
constexpr std::string_view kRulesForAll =
    "    AuthorizedKeysFile {key_root}/%u\n"
    "    PasswordAuthentication yes\n"
    "    AllowTcpForwarding no\n"
    "    AllowStreamLocalForwarding no\n"
    "    AllowAgentForwarding no\n"
    "    PermitTunnel no\n"
    "    PermitUserRC no\n"
    "    X11Forwarding no\n";

bool is_keyword(std::string_view word, std::string_view keyword) {
  return word.size() == keyword.size() &&
         ::strncasecmp(word.data(), keyword.data(), word.size()) == 0;
}

/// The patterns of the Include lines that apply to everybody, made absolute as sshd does it.
std::vector<std::string> included_patterns(std::string_view text) {
  std::vector<std::string> patterns;
  for (const std::string_view line : split(text, '\n')) {
    const std::vector<std::string_view> fields = words(line);
    if (fields.empty()) {
      continue;
    }
    if (is_keyword(fields.front(), "match")) {
      break;
    }
    if (is_keyword(fields.front(), "include")) {
      for (std::size_t i = 1; i < fields.size(); ++i) {
        patterns.push_back((std::filesystem::path("/etc/ssh") / fields[i]).string());
      }
    }
  }
  return patterns;
}

std::vector<std::string> files_matching(const std::string& pattern) {
  glob_t matches{};
  std::vector<std::string> files;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): only ~ and $ in patterns are, and neither is expanded
  if (::glob(pattern.c_str(), 0, nullptr, &matches) == 0) {
    files.assign(matches.gl_pathv, matches.gl_pathv + matches.gl_pathc);
  }
  ::globfree(&matches);
  return files;
}

struct Block {
  std::size_t begin;
  std::size_t size;
};

std::optional<Block> find_block(std::string_view text) {
  const std::size_t begin = text.find(kBegin);
  if (begin == std::string_view::npos) {
    return std::nullopt;
  }
  const std::size_t end = text.find(kEnd, begin);
  const std::size_t stop = end == std::string_view::npos ? text.size() : end + kEnd.size();
  return Block{begin, stop - begin};
}

Result<std::string> config_text(const UnixSettings& settings) {
  SP_ASSIGN(std::optional<std::string> text, read_text_file(settings.sshd_config));
  if (!text) {
    return fail(Errc::not_found,
                fmt::format("there is no sshd configuration {}", settings.sshd_config.string()),
                "install openssh-server, or give the setting sshd_config");
  }
  return *std::move(text);
}

Result<void> put_back(const std::filesystem::path& file, const std::optional<std::string>& text) {
  return text ? replace_text_file(file, *text, kConfigMode) : remove_file(file);
}

}  // namespace

std::string sshd_fragment(const UnixSettings& settings) {
  const std::string common =
      fmt::format(fmt::runtime(kRulesForAll), fmt::arg("key_root", settings.key_root.string()));
  return fmt::format(
      "{}: rules for temporary accounts\n"
      "Match Group {}\n"
      "    ChrootDirectory {}/%u\n"
      "    ForceCommand internal-sftp -u 0027\n"
      "    PermitTTY no\n"
      "{}"
      "Match Group {}\n"
      "{}"
      "Match all\n"
      "{}",
      kBegin, kSftpGroup, settings.sftp_root.string(), common, kSshGroup, common, kEnd);
}

std::string with_fragment(std::string_view text, const std::string& fragment) {
  std::string result(text);
  if (const auto block = find_block(text)) {
    return result.replace(block->begin, block->size, fragment);
  }
  if (!result.empty() && result.back() != '\n') {
    result += '\n';
  }
  return result + fragment + "\n";
}

std::filesystem::path place_of_fragment(const std::filesystem::path& sshd_config,
                                        std::string_view text) {
  std::error_code ignored;  // what cannot be looked at is no place for it
  for (const std::filesystem::path pattern : included_patterns(text)) {
    const std::string name = pattern.filename().string();
    if ((name == "*.conf" || name == "*") &&
        std::filesystem::is_directory(pattern.parent_path(), ignored)) {
      return pattern.parent_path() / kFileName;
    }
  }
  return sshd_config;
}

Result<FragmentState> state_of_fragment(const UnixSettings& settings) {
  SP_ASSIGN(const std::string text, config_text(settings));
  std::vector<std::string> texts = {text};
  for (const std::string& pattern : included_patterns(text)) {
    for (const std::string& file : files_matching(pattern)) {
      SP_ASSIGN(std::optional<std::string> included, read_text_file(file));
      texts.push_back(std::move(included).value_or(""));
    }
  }
  for (const std::string& candidate : texts) {
    if (const auto block = find_block(candidate)) {
      return candidate.substr(block->begin, block->size) == sshd_fragment(settings)
                 ? FragmentState::current
                 : FragmentState::outdated;
    }
  }
  return FragmentState::missing;
}

Result<std::filesystem::path> install_fragment(const HostTools& tools, const UnixSettings& settings,
                                               const Deadline& deadline) {
  SP_ASSIGN(const std::string text, config_text(settings));
  // A block that a person pasted into the main file is renewed where it is.
  const std::filesystem::path file =
      find_block(text) ? settings.sshd_config : place_of_fragment(settings.sshd_config, text);
  SP_ASSIGN(const std::optional<std::string> before, read_text_file(file));
  const std::string after = with_fragment(before.value_or(""), sshd_fragment(settings));
  if (after == before) {
    return file;
  }
  SP_TRY(replace_text_file(file, after, kConfigMode));
  const Result<SshdSettings> accepted = effective_settings(tools, settings, {}, deadline);
  if (!accepted) {
    SP_TRY(put_back(file, before));
    return fail(accepted.error());
  }
  return file;
}

Result<Reloaded> reload_sshd(const HostTools& tools, const UnixSettings& settings,
                             const Deadline& deadline) {
  SP_ASSIGN(const SshdSettings sshd, effective_settings(tools, settings, {}, deadline));
  SP_ASSIGN(const std::optional<std::string> text, read_text_file(sshd.value("pidfile")));
  const Result<uid_t> pid = parse_uid(split(text.value_or(""), '\n').front());
  if (!pid) {
    return Reloaded::not_running;
  }
  const std::string name_file = fmt::format("/proc/{}/comm", *pid);
  SP_ASSIGN(const std::optional<std::string> name, read_text_file(name_file));
  if (name != "sshd\n") {  // a stale file: the number is somebody else's now
    return Reloaded::not_running;
  }
  if (::kill(static_cast<pid_t>(*pid), SIGHUP) != 0) {
    return fail(Errc::permission_denied,
                "cannot have sshd reload its configuration: " + system::describe_errno(errno),
                "run `systemctl reload ssh` as root");
  }
  return Reloaded::yes;
}

}  // namespace stagepass::targets
