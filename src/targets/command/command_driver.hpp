#pragma once

#include <stagepass/core/result.hpp>
#include <stagepass/core/target.hpp>
#include <stagepass/ports/target_driver.hpp>
#include <stagepass/targets/registry.hpp>

#include <memory>

namespace stagepass::targets {

[[nodiscard]] DriverInfo command_driver_info();

/// The driver for everything that has no driver of its own: a program that speaks JSON.
///
/// One process per operation. It gets no arguments, and one JSON object on one line of its standard
/// input, then its end:
///
///   {"stagepass":1, "operation":"…", "account":{"id","user","marker"}, "ends_at":"…Z",
///    "password":"…", "public_key":"…", "settings":{…}, "secrets":{…}}
///
/// and answers with exit status 0 and one JSON object, {"ok":true, …} or
/// {"ok":false, "error":"unreachable|refused|invalid|unsupported", "message":"…", "hint":"…"}:
///
///   operation     gets besides account            answers besides "ok"
///   probe                                         "presence":"absent|ours|foreign"
///   create        ends_at, password?, public_key?
///   set_end       ends_at                         (may be unsupported)
///   disable
///   end_sessions                                  "sessions":n
///   delete                                        "removed":true|false
///   verify        password?                       "gone":true|false, "residue":["…"],
///                                                 "login":"refused|not_tried|accepted"
///   list          (no account)                    "accounts":[{"user":"…","marker":"…"}]: all whose
///                                                 marker begins with "stagepass/"
///                                                 (may be unsupported)
///   check         (no account)                    "findings":[{"ok":…,"text":"…","remedy":"…"}]
///                                                 (may be unsupported); a remedy of several
///                                                 lines is a list of texts
///   login         password                        the answer on a line of its own; then it stays
///                                                 logged in until it is killed, and ends when the
///                                                 target ends the session (may be unsupported)
///
/// The program keeps the contract of TargetDriver: each operation may be repeated, an absent
/// account is success for disable, end_sessions and delete, and an account without the marker is
/// "refused" and untouched. Anything but a clean answer (exit status, time-out, bad or extra
/// output, a secret repeated in the output) counts as `unreachable`: never as absent.
///
/// Settings: "program", and any others, which are handed on; those named "show.…" are also shown
/// to the specialist. Secrets: only in the object on standard input.
[[nodiscard]] Result<std::unique_ptr<TargetDriver>> make_command_driver(const Target& target,
                                                                        SecretSettings secrets,
                                                                        DriverTools tools);

}  // namespace stagepass::targets
