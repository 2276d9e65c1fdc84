#pragma once

namespace stagepass::targets {

/// The environment variable by which ssh_login marks a call of this program by ssh.
inline constexpr const char* kAskpassVariable = "STAGEPASS_ASKPASS";

/// True if ssh started this program to be given a password. The first question of main.
[[nodiscard]] bool is_askpass_call();

/// Hands the first line of standard input to standard output: ssh passes its own standard input on,
/// and there, in a pipe, waits the password. Reads byte by byte, so that what follows the line
/// stays for ssh. Returns the exit status; 1 without a complete line, which ssh takes for "no
/// answer".
[[nodiscard]] int answer_askpass();

}  // namespace stagepass::targets
