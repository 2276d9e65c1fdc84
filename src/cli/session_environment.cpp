#include "cli/session_environment.hpp"

#include <charconv>
#include <cstdlib>
#include <optional>
#include <string_view>
#include <system_error>
#include <unistd.h>

namespace stagepass::cli {
namespace {

namespace fs = std::filesystem;

std::optional<std::string> variable(const char* name) {
  // NOLINTNEXTLINE(concurrency-mt-unsafe): nobody changes the environment after start
  const char* value = std::getenv(name);
  if (value == nullptr || *value == '\0') {
    return std::nullopt;
  }
  return std::string(value);
}

bool is_root() {
  return ::geteuid() == 0;
}

Result<fs::path> user_folder(const char* xdg_variable, const char* below_home) {
  if (auto folder = variable(xdg_variable)) {
    return fs::path(*folder);
  }
  if (auto home = variable("HOME")) {
    return fs::path(*home) / below_home;
  }
  return fail(Errc::invalid_argument, "HOME is not set, so there is no usual place for a vault",
              "give --home and --key-file");
}

Result<fs::path> choose_home(const std::string& given) {
  if (!given.empty()) {
    return fs::path(given);
  }
  if (auto home = variable("STAGEPASS_HOME")) {
    return fs::path(*home);
  }
  if (is_root()) {
    return fs::path("/var/lib/stagepass");
  }
  SP_ASSIGN(const fs::path folder, user_folder("XDG_DATA_HOME", ".local/share"));
  return folder / "stagepass";
}

std::optional<fs::path> systemd_credential() {
  const auto folder = variable("CREDENTIALS_DIRECTORY");
  if (!folder) {
    return std::nullopt;
  }
  fs::path file = fs::path(*folder) / "stagepass.key";
  std::error_code ignored;
  return fs::exists(file, ignored) ? std::optional(std::move(file)) : std::nullopt;
}

Result<fs::path> choose_key_file(const std::string& given) {
  if (!given.empty()) {
    return fs::path(given);
  }
  if (auto file = variable("STAGEPASS_KEY_FILE")) {
    return fs::path(*file);
  }
  if (auto file = systemd_credential()) {
    return *file;
  }
  if (is_root()) {
    return fs::path("/etc/stagepass/master.key");
  }
  SP_ASSIGN(const fs::path folder, user_folder("XDG_CONFIG_HOME", ".config"));
  return folder / "stagepass" / "master.key";
}

/// Something that belongs to the vault and lies outside its home: where its variable says, in a
/// folder of its own for root, else beside the key file. Not beside a key that is only lent by the
/// service manager: that folder is gone with the command.
struct Companion {
  const char* variable;
  const char* for_root;
  const char* suffix;
};
constexpr Companion kAnchor = {"STAGEPASS_ANCHOR", "/var/lib/stagepass-anchor/checkpoint",
                               ".checkpoint"};
constexpr Companion kKeyring = {"STAGEPASS_KEYRING", "/var/lib/stagepass-keys/keyring", ".ring"};

fs::path choose(const Companion& companion, const std::string& given_key_file,
                const fs::path& key_file) {
  if (auto file = variable(companion.variable)) {
    return *file;
  }
  if (is_root() && given_key_file.empty() && !variable("STAGEPASS_KEY_FILE")) {
    return companion.for_root;
  }
  return fs::path(key_file) += companion.suffix;
}

Result<fs::path> make_absolute(const fs::path& path) {
  std::error_code error;
  fs::path result = fs::absolute(path, error);
  if (error) {
    return fail(Errc::invalid_argument, "a relative path was given, but the current folder is gone",
                "change to an existing folder, or give absolute paths");
  }
  return result.lexically_normal();
}

}  // namespace

Result<Locations> find_locations(const std::string& home, const std::string& key_file) {
  SP_ASSIGN(const fs::path chosen_home, choose_home(home));
  SP_ASSIGN(const fs::path chosen_key, choose_key_file(key_file));
  SP_ASSIGN(fs::path absolute_home, make_absolute(chosen_home));
  SP_ASSIGN(fs::path absolute_key, make_absolute(chosen_key));
  SP_ASSIGN(fs::path keyring, make_absolute(choose(kKeyring, key_file, chosen_key)));
  SP_ASSIGN(fs::path anchor, make_absolute(choose(kAnchor, key_file, chosen_key)));
  const auto named_policy = variable("STAGEPASS_POLICY");
  SP_ASSIGN(fs::path policy,
            make_absolute(named_policy ? fs::path(*named_policy) : absolute_home / "policy.toml"));
  return Locations{std::move(absolute_home), std::move(absolute_key), std::move(keyring),
                   std::move(anchor),        std::move(policy),       named_policy.has_value()};
}

bool terminal_can_erase() {
  const auto terminal = variable("TERM");
  return terminal && *terminal != "dumb";
}

std::vector<fs::path> usual_identities() {
  std::vector<fs::path> found;
  const fs::path home = variable("HOME").value_or("/");
  for (const char* place : {".config/stagepass/identity", ".ssh/id_ed25519"}) {
    std::error_code ignored;
    if (fs::is_regular_file(home / place, ignored)) {
      found.push_back(home / place);
    }
  }
  return found;
}

std::map<std::string, std::string> screen_environment() {
  std::map<std::string, std::string> screen;
  for (const char* name : {"DISPLAY", "XAUTHORITY", "WAYLAND_DISPLAY", "XDG_RUNTIME_DIR"}) {
    if (auto value = variable(name)) {
      screen.emplace(name, *std::move(value));
    }
  }
  return screen;
}

bool environment_allows_colour() {
  return !variable("NO_COLOR") && terminal_can_erase();
}

long watchdog_interval_us() {
  const std::string text = variable("WATCHDOG_USEC").value_or("0");
  long value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc() && end == text.data() + text.size() && value > 0 ? value : 0;
}

}  // namespace stagepass::cli
