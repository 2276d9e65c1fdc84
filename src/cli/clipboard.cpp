#include "cli/clipboard.hpp"

#include "cli/session_environment.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>

namespace stagepass::cli {
namespace {

/// A program without a screen has ended by then.
constexpr Timeout kStart = std::chrono::milliseconds(300);
/// How soon a signal is followed.
constexpr Timeout kLook = std::chrono::milliseconds(100);

Result<Command> holder() {
  auto screen = screen_environment();
  Command command;
  if (screen.contains("WAYLAND_DISPLAY")) {
    command.argv = {"/usr/bin/wl-copy", "--foreground"};
  } else if (screen.contains("DISPLAY")) {
    command.argv = {"/usr/bin/xclip", "-quiet", "-selection", "clipboard", "-in"};
  } else {
    return fail(Errc::unavailable, "there is no screen whose clipboard could be used",
                "show it with --show, or send it somewhere with --only password");
  }
  command.environment = std::move(screen);
  return command;
}

Result<std::unique_ptr<RunningCommand>> start(Process& process, const Secret& text, Timeout life) {
  SP_ASSIGN(Command command, holder());
  command.input = &text;
  command.timeout = life + kStart;
  auto running = process.start(command);
  if (!running && running.error().code == Errc::not_found) {
    return fail(Errc::unavailable,
                command.argv.front() + " is not there, which the clipboard takes",
                "install wl-clipboard (Wayland) or xclip (X11)");
  }
  if (running && (*running)->ended_within(kStart)) {
    return fail(
        Errc::unavailable,
        command.argv.front() + " ended at once: it has no screen, or something else was copied");
  }
  return running;
}

}  // namespace

Result<ClipboardEnd> hold_on_clipboard(Process& process, const Secret& text, Timeout life,
                                       const std::stop_token& stop) {
  SP_ASSIGN(const auto running, start(process, text, life));
  const auto end = std::chrono::steady_clock::now() + life;
  while (!stop.stop_requested()) {
    const auto left = std::chrono::duration_cast<Timeout>(end - std::chrono::steady_clock::now());
    if (left <= Timeout::zero()) {
      break;
    }
    if (running->ended_within(std::min(left, kLook))) {
      return ClipboardEnd::replaced;
    }
  }
  return ClipboardEnd::cleared;
}

}  // namespace stagepass::cli
