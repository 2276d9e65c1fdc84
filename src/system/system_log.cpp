#include "system/datagram.hpp"

#include <stagepass/system/checkpoint_file.hpp>

#include <fmt/format.h>

#include <algorithm>
#include <unistd.h>
#include <utility>

namespace stagepass::system {
namespace {

namespace fs = std::filesystem;

/// Facility authpriv (10), severity notice (5); RFC 3164, 4.1.1.
constexpr int kPriority = 10 * 8 + 5;

/// A log line is one line.
std::string as_line(std::string text) {
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  std::replace(text.begin(), text.end(), '\n', '|');
  return text;
}

class SystemLog final : public CheckpointPlace {
 public:
  explicit SystemLog(fs::path path) : path_(std::move(path)) {}

  std::string name() const override { return "the system log"; }

  bool is_readable() const override { return false; }

  Result<std::optional<std::string>> read() override { return std::optional<std::string>(); }

  Result<void> write(const std::string& note) override {
    const std::string line =
        fmt::format("<{}>stagepass[{}]: checkpoint {}", kPriority, ::getpid(), as_line(note));
    if (auto sent = send_datagram(path_.string(), line, WhenFull::fail); !sent) {
      return fail(sent.error().code,
                  fmt::format("the system log does not take it: {}", sent.error().message));
    }
    return {};
  }

 private:
  fs::path path_;
};

}  // namespace

std::unique_ptr<CheckpointPlace> system_log(fs::path path) {
  return std::make_unique<SystemLog>(std::move(path));
}

}  // namespace stagepass::system
