#pragma once

#include "policy/toml_values.hpp"

#include <stagepass/policy/notice_rule.hpp>

namespace stagepass::policy {

/// One table of [[notice]]. Errors: as `parse_policy`; no message repeats the path of a webhook.
[[nodiscard]] Result<NoticeRule> read_notice(const TomlValues& values, const toml::node& node);

}  // namespace stagepass::policy
