#pragma once

#include "cli/command.hpp"

namespace stagepass::cli {

// One command, one file: each adds itself to the command line and, when it is called, sets
// `context.chosen`.

void add_init_command(Command& app, Context& context);
void add_target_command(Command& app, Context& context);
void add_case_command(Command& app, Context& context);
void add_grant_command(Command& app, Context& context);
void add_why_command(Command& app, Context& context);
void add_approve_command(Command& app, Context& context);
void add_policy_command(Command& app, Context& context);
void add_notice_command(Command& app, Context& context);
void add_retrieve_command(Command& app, Context& context);
void add_handoff_command(Command& app, Context& context);
void add_open_command(Command& app, Context& context);
void add_done_command(Command& app, Context& context);
void add_compromised_command(Command& app, Context& context);
void add_request_command(Command& app, Context& context);
void add_recipient_command(Command& app, Context& context);
void add_list_command(Command& app, Context& context);
void add_show_command(Command& app, Context& context);
void add_extend_command(Command& app, Context& context);
void add_reissue_command(Command& app, Context& context);
void add_finish_command(Command& app, Context& context);
void add_revoke_command(Command& app, Context& context);
void add_confirm_command(Command& app, Context& context);
void add_purge_command(Command& app, Context& context);
void add_watch_command(Command& app, Context& context);
void add_receipt_command(Command& app, Context& context);
void add_audit_command(Command& app, Context& context);
void add_recover_command(Command& app, Context& context);
void add_keys_command(Command& app, Context& context);
void add_clock_command(Command& app, Context& context);
void add_page_command(Command& app, Context& context);
void add_generate_command(Command& app, Context& context);

}  // namespace stagepass::cli
