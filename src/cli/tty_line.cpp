#include "cli/tty_line.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string>
#include <termios.h>
#include <unistd.h>

namespace stagepass::cli {
namespace {

constexpr std::size_t kLongestLine = 1000;

enum class Typed { character, end_of_line, erase, erase_all, abort };

constexpr Typed meaning_of(char c) {
  switch (c) {
    case '\n':
    case '\r':
      return Typed::end_of_line;
    case '\b':
    case '\x7f':
      return Typed::erase;
    case '\x15':  // Ctrl-U
      return Typed::erase_all;
    case '\x03':  // Ctrl-C
    case '\x04':  // Ctrl-D
      return Typed::abort;
    default:
      return Typed::character;
  }
}

// Reads key by key, so that Ctrl-C is an answer and not the death of a process that has left the
// terminal mute.
class RawTerminal final {
 public:
  explicit RawTerminal(int fd) : fd_(fd), is_changed_(::tcgetattr(fd, &before_) == 0) {
    termios raw = before_;
    raw.c_lflag &= ~static_cast<tcflag_t>(ECHO | ICANON | ISIG);
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    is_changed_ = is_changed_ && ::tcsetattr(fd, TCSAFLUSH, &raw) == 0;
  }
  RawTerminal(const RawTerminal&) = delete;
  RawTerminal& operator=(const RawTerminal&) = delete;
  RawTerminal(RawTerminal&&) = delete;
  RawTerminal& operator=(RawTerminal&&) = delete;
  ~RawTerminal() {
    if (is_changed_) {
      ::tcsetattr(fd_, TCSAFLUSH, &before_);
    }
  }
  [[nodiscard]] bool is_raw() const noexcept { return is_changed_; }

 private:
  int fd_;
  termios before_{};
  bool is_changed_;
};

class LineBuffer final {
 public:
  LineBuffer() = default;
  LineBuffer(const LineBuffer&) = delete;
  LineBuffer& operator=(const LineBuffer&) = delete;
  LineBuffer(LineBuffer&&) = delete;
  LineBuffer& operator=(LineBuffer&&) = delete;
  ~LineBuffer() { wipe(bytes_); }

  [[nodiscard]] bool add(char c) {
    if (size_ == bytes_.size()) {
      return false;
    }
    bytes_[size_++] = static_cast<std::uint8_t>(c);
    return true;
  }
  void drop_last() { size_ -= size_ == 0 ? 0 : 1; }
  void clear() { size_ = 0; }
  [[nodiscard]] Secret take() const { return Secret::copy_of(Bytes(bytes_.data(), size_)); }

 private:
  std::array<std::uint8_t, kLongestLine> bytes_{};
  std::size_t size_ = 0;
};

void write_text(int tty, std::string_view text) {
  // A terminal that cannot be written to will not be read from either: the read tells.
  static_cast<void>(system::write_all(
      tty, Bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size())));
}

char read_key(int tty) {
  char c = 0;
  ssize_t got = -1;
  do {
    got = ::read(tty, &c, 1);
  } while (got < 0 && errno == EINTR);
  return got == 1 ? c : '\x04';
}

Result<Secret> read_keys(int tty, Echo echo) {
  LineBuffer line;
  while (true) {
    const char key = read_key(tty);
    switch (meaning_of(key)) {
      case Typed::end_of_line:
        return line.take();
      case Typed::abort:
        return fail(Errc::aborted, "aborted");
      case Typed::erase:
        line.drop_last();
        write_text(tty, echo == Echo::yes ? "\b \b" : "");
        break;
      case Typed::erase_all:
        line.clear();
        break;
      case Typed::character:
        if (!line.add(key)) {
          return fail(Errc::invalid_argument, "the line is longer than 1000 bytes");
        }
        write_text(tty, echo == Echo::yes ? std::string_view(&key, 1) : "");
        break;
    }
  }
}

}  // namespace

system::FileDescriptor open_tty() {
  return system::FileDescriptor(::open("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY));
}

Result<Secret> read_tty_line(std::string_view prompt, Echo echo) {
  const auto tty = open_tty();
  if (!tty) {
    return fail(Errc::unavailable, "there is no terminal to ask on");
  }
  const RawTerminal raw(tty.get());
  if (!raw.is_raw()) {
    return fail(Errc::unavailable, "cannot switch the terminal's echo off");
  }
  write_text(tty.get(), prompt);
  auto line = read_keys(tty.get(), echo);
  write_text(tty.get(), "\n");
  return line;
}

}  // namespace stagepass::cli
