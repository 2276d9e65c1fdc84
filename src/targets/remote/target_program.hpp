#pragma once

namespace stagepass::targets {

/// stagepass-target: reads one request from standard input, does it on this host, and answers with
/// one line. Returns the exit status: 0 if there was an answer, whatever it says.
///
/// Its only argument is the file of the settings, for hosts that keep it elsewhere than in
/// /etc/stagepass-target.conf; it stands in the forced command, where no client can change it.
///
/// Guarantees: has neither vault nor key; a request is read to the end of its line before anything
/// is done, and done to its end whoever stays to listen; ends by itself within two minutes.
[[nodiscard]] int run_target_program(int argc, char** argv);

}  // namespace stagepass::targets
