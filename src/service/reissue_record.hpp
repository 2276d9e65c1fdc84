#pragma once

namespace stagepass::service {

/// The entry of an account whose credential was replaced; its detail says whether somebody had the one before.
inline constexpr const char* kReissued = "account.reissue";

}  // namespace stagepass::service
