// The rules of the terminal, written once.
//
// - stdout carries the datum that was asked for and nothing else: an id, a table, a JSON document.
// - Everything else goes to stderr, each line as "stagepass: …"; errors as "stagepass: error: …",
//   followed by at most one "stagepass: hint: …". Lower case, no final period.
// - Prompts and what only the person may see go to /dev/tty, with the echo off for secrets. Nobody
//   is asked when there is no terminal or --no-input was given; "no terminal" never means "yes".
// - Colour only on a terminal and without NO_COLOR.
// - A progress line only on a terminal; it is erased when something else is printed or all is done.
// - A failure to write stdout is an error. A failure to write stderr is not: there is nobody left
//   to tell.
#include "cli/terminal.hpp"

#include "cli/session_environment.hpp"
#include "cli/tty_line.hpp"

#include <stagepass/system/files.hpp>

#include <fmt/format.h>

#include <unistd.h>

namespace stagepass::cli {
namespace {

constexpr std::string_view kEraseLine = "\r\033[K";

Bytes bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

Terminal::Terminal()
    : output_is_terminal_(::isatty(STDOUT_FILENO) == 1),
      error_is_terminal_(::isatty(STDERR_FILENO) == 1),
      colour_(error_is_terminal_ && environment_allows_colour()),
      shows_progress_(error_is_terminal_ && terminal_can_erase()) {}

Terminal::~Terminal() {
  clear_progress();
}

Result<void> Terminal::print(std::string_view text) {
  clear_progress();
  if (auto written = system::write_all(STDOUT_FILENO, bytes_of(text)); !written) {
    return fail(written.error().code, "cannot write to stdout: " + written.error().message,
                written.error().hint);
  }
  return {};
}

void Terminal::write_error_line(std::string_view line) {
  erase_progress_line();
  // Nobody is left to tell when this fails.
  static_cast<void>(system::write_all(STDERR_FILENO, bytes_of(fmt::format("{}\n", line))));
}

void Terminal::note(std::string_view text) {
  if (quiet_) {
    return;
  }
  const std::lock_guard lock(mutex_);
  write_error_line(fmt::format("stagepass: {}", text));
}

void Terminal::detail(std::string_view text) {
  if (quiet_) {
    return;
  }
  std::string block;
  for (std::size_t begin = 0; begin < text.size();) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    block += fmt::format("{}  {}", block.empty() ? "" : "\n", text.substr(begin, end - begin));
    begin = end + 1;
  }
  const std::lock_guard lock(mutex_);
  write_error_line(block);
}

void Terminal::error(const Error& error) {
  const std::lock_guard lock(mutex_);
  const std::string_view word = colour_ ? "\033[1;31merror:\033[0m" : "error:";
  write_error_line(fmt::format("stagepass: {} {}", word, error.message));
  if (!error.hint.empty()) {
    write_error_line(fmt::format("stagepass: hint: {}", error.hint));
  }
}

void Terminal::show_usage(std::string_view text) {
  static_cast<void>(system::write_all(STDERR_FILENO, bytes_of(text)));
}

bool Terminal::can_ask() const {
  return may_ask_ && open_tty();
}

Result<Secret> Terminal::ask_secret(std::string_view question) {
  clear_progress();
  if (!can_ask()) {
    return fail(Errc::unavailable, fmt::format("cannot ask for the {}: no terminal", question),
                "run it on a terminal without --no-input, or give a file or descriptor instead");
  }
  return read_tty_line(fmt::format("stagepass: {}: ", question), Echo::no);
}

Result<std::string> Terminal::ask_line(std::string_view question) {
  clear_progress();
  if (!can_ask()) {
    return fail(Errc::unavailable, fmt::format("cannot ask \"{}\": no terminal", question));
  }
  SP_ASSIGN(const Secret line, read_tty_line(fmt::format("stagepass: {} ", question), Echo::yes));
  return std::string(line.reveal_text());
}

Result<bool> Terminal::confirm(std::string_view question) {
  clear_progress();
  if (!can_ask()) {
    return fail(Errc::unavailable, "cannot ask for a confirmation: no terminal");
  }
  SP_ASSIGN(const Secret answer,
            read_tty_line(fmt::format("stagepass: {} [y/N] ", question), Echo::yes));
  const std::string_view text = answer.reveal_text();
  return text == "y" || text == "yes" || text == "Y" || text == "Yes";
}

Result<void> Terminal::show_on_terminal(std::string_view label, const Secret& secret) {
  clear_progress();
  const auto tty = open_tty();
  if (!may_ask_ || !tty) {
    return fail(Errc::unavailable, fmt::format("cannot show the {}: no terminal", label));
  }
  SP_TRY(system::write_all(tty.get(), bytes_of(fmt::format("stagepass: {}: ", label))));
  SP_TRY(system::write_all(tty.get(), secret.reveal()));
  return system::write_all(tty.get(), bytes_of("\n"));
}

void Terminal::step(std::string_view text) {
  const std::lock_guard lock(mutex_);
  progress_text_ = text;
  draw_progress_line();
}

void Terminal::count(std::size_t done, std::size_t total) {
  const std::lock_guard lock(mutex_);
  progress_count_ = fmt::format("[{}/{}] ", done, total);
  draw_progress_line();
}

void Terminal::clear_progress() {
  const std::lock_guard lock(mutex_);
  erase_progress_line();
  progress_text_.clear();
  progress_count_.clear();
}

void Terminal::draw_progress_line() {
  if (!shows_progress_ || quiet_) {
    return;
  }
  const std::string line =
      fmt::format("{}stagepass: {}{} …", kEraseLine, progress_count_, progress_text_);
  static_cast<void>(system::write_all(STDERR_FILENO, bytes_of(line)));
  progress_is_shown_ = true;
}

void Terminal::erase_progress_line() {
  if (progress_is_shown_) {
    static_cast<void>(system::write_all(STDERR_FILENO, bytes_of(kEraseLine)));
    progress_is_shown_ = false;
  }
}

}  // namespace stagepass::cli
