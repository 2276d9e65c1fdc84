#include <stagepass/policy/policy_file.hpp>

namespace stagepass::policy {
namespace {

// A rule that is not part of the built-in policy has a "#" right before it; prose has a blank behind its "#". The tests
// take the former away.
constexpr std::string_view kExample =
    R"toml(# The policy of a stagepass vault: what every grant and every extension keeps. Ending access asks no policy.
# As it stands this file says what is built in; leave out what you do not change. Durations are written 30m, 8h, 2d, 5w.
# `stagepass policy check` tells whether it can be read, `stagepass policy show` what is in force, and
# `stagepass why grant …` what it says to one grant. Only you or root may be able to write it.

# How long access may be, and how long it is if nobody says. A grant for several targets keeps the limits of each.
[ttl.staging]
shortest = "1m"
longest = "5w"
standard = "8h"

[ttl.test]
shortest = "1m"
longest = "5w"
standard = "8h"

[ttl.live]
shortest = "1m"
longest = "4h"
standard = "1h"

# Which generated passwords are strong enough. `policies` are names of password policies (see the setting
# password_policy of a target); without it all of them are allowed.
[passwords]
least_bits = 128
#policies = ["standard", "all-classes"]

# Which values the settings of a driver's targets may have, whatever they are: roles, rights, kinds of access. Where the
# value is a list with commas, each part must be allowed. "" allows a target that does not set it.
#[drivers.wordpress]
#role = ["shop_manager", "editor"]
#[drivers.unix]
#access = ["sftp"]
#password_policy = ["all-classes"]

# Which of the six basics a case must answer before there is access under it: true for all, or a list of
# plugin-core, payment-core, since, updates, reproduced, examples.
[cases]
require_basics = false

# How soon a grant must be retrieved, if the grant does not say: else it ends.
[grants]
#retrieve_within = "4h"

# No grant is made in these hours, unless it says --in-quiet-hours. They go by the clock face of this machine
# (zone = "local") or by UTC. Extending, and of course ending, is possible at any hour.
#[quiet_hours]
#from = "20:00"
#to = "06:00"
#zone = "local"

# What access to live shops takes: an approval that is not older, and a backup that is not older, than this.
[live]
approval_within = "3d"
backup_within = "1d"

# Who may approve it, by the public key of `ssh-keygen -t ed25519`. Without anybody no live access is possible.
#[[approvers]]
#name = "eva@psp.example"
#key = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIIrMvLOvj5PvzjxtuVXUtGBAU+wBAsG3EeNn8iXvKJsu"

# Who is told of what becomes of access: by a signed webhook, by a program (its standard input is the JSON that a webhook
# gets; it has no arguments), or by e-mail. Without `on`, of all there is: grant, retrieve, reissue, near-end, end,
# failure. No notice holds a secret, and none ever holds up an end. `stagepass notice test` tries all of them.
#[[notice]]
#on = ["near-end", "end", "failure"]
#webhook = "https://chat.example/hook"
#near_end = "1h"
#[[notice]]
#command = "/usr/local/bin/tell-us"
#[[notice]]
#on = ["failure"]
#mail = "shop@example.com"
)toml";

}  // namespace

std::string_view example() {
  return kExample;
}

}  // namespace stagepass::policy
