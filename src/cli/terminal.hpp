#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/secret.hpp>
#include <stagepass/ports/progress.hpp>

#include <cstddef>
#include <mutex>
#include <string>
#include <string_view>

namespace stagepass::cli {

/// The person and the script on the other side. Its rules stand at the top of terminal.cpp.
///
/// Threads: `note`, `step` and `count` may be called from any thread. Failure: what cannot be
/// written to stdout is an error, what cannot be written to stderr is not. Secrets: `ask_secret`
/// reads them from the terminal only; nothing else here takes one.
class Terminal final : public Progress {
 public:
  Terminal();
  Terminal(const Terminal&) = delete;
  Terminal& operator=(const Terminal&) = delete;
  Terminal(Terminal&&) = delete;
  Terminal& operator=(Terminal&&) = delete;
  ~Terminal() override;

  /// From now on only errors, and no progress.
  void be_quiet() { quiet_ = true; }
  /// From now on no prompts.
  void never_ask() { may_ask_ = false; }

  [[nodiscard]] bool output_is_terminal() const noexcept { return output_is_terminal_; }

  /// The datum asked for, to stdout. Errors: `unavailable`.
  [[nodiscard]] Result<void> print(std::string_view text);

  /// "stagepass: text" on stderr, unless quiet.
  void note(std::string_view text);
  /// The same, indented by two, without the program's name: text to be pasted or read as a block.
  void detail(std::string_view text);
  /// "stagepass: error: …" and "stagepass: hint: …" on stderr, always.
  void error(const Error& error);

  /// Help that nobody asked for, as it stands, on stderr.
  static void show_usage(std::string_view text);

  /// There is a person who can be asked.
  [[nodiscard]] bool can_ask() const;

  /// Reads a line from the terminal without showing it. Errors: `unavailable` if nobody can be
  /// asked, `aborted` on Ctrl-C, `invalid_argument` beyond 1000 bytes.
  [[nodiscard]] Result<Secret> ask_secret(std::string_view question);

  /// Reads a line that is no secret, as the person sees it. Errors: as `ask_secret`.
  [[nodiscard]] Result<std::string> ask_line(std::string_view question);

  /// A yes-or-no question; anything but "y" or "yes" is no. Errors: as `ask_secret`.
  [[nodiscard]] Result<bool> confirm(std::string_view question);

  /// A secret for the person's eyes only: to the terminal itself, never to stdout or stderr.
  /// Errors: `unavailable` if there is no terminal.
  [[nodiscard]] Result<void> show_on_terminal(std::string_view label, const Secret& secret);

  void step(std::string_view text) override;
  void warn(std::string_view text) override { note(text); }
  void count(std::size_t done, std::size_t total) override;
  /// Takes the progress line away.
  void clear_progress();

 private:
  void write_error_line(std::string_view line);
  void erase_progress_line();
  void draw_progress_line();

  bool output_is_terminal_;
  bool error_is_terminal_;
  bool colour_;
  bool shows_progress_;
  bool quiet_ = false;
  bool may_ask_ = true;
  std::mutex mutex_;
  std::string progress_text_;
  std::string progress_count_;
  bool progress_is_shown_ = false;
};

}  // namespace stagepass::cli
