#pragma once

#include <stagepass/core/account.hpp>
#include <stagepass/core/case.hpp>
#include <stagepass/core/grant.hpp>
#include <stagepass/core/recipient.hpp>
#include <stagepass/core/target.hpp>

#include <cstdint>
#include <vector>

namespace stagepass::service {

// What a record's MAC is over: every column by which something is done or said, each behind its length, so
// that no two records give the same bytes. Never edit one: records of earlier versions would not verify.

[[nodiscard]] std::vector<std::uint8_t> content_of(const Grant& grant);
[[nodiscard]] std::vector<std::uint8_t> content_of(const Account& account);
[[nodiscard]] std::vector<std::uint8_t> content_of(const Target& target);
[[nodiscard]] std::vector<std::uint8_t> content_of(const Recipient& recipient);
[[nodiscard]] std::vector<std::uint8_t> content_of(const Case& record);

}  // namespace stagepass::service
