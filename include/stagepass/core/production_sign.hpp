#pragma once

#include <map>
#include <optional>
#include <string>

namespace stagepass {

/// Why a target may be a live shop, as half a sentence: "its host www.shop.com does not say staging,
/// test or dev". None if nothing speaks for it.
///
/// A guess that costs one word of an answer (`--environment`), so it asks rather too often: a name
/// of the target or a label of its host that says production, or a public host without a label that
/// says staging. Addresses and names that cannot be reached from outside are taken for staging.
/// The hosts are the settings `host` and `url`, also as `show.host` and `show.url`.
[[nodiscard]] std::optional<std::string> production_sign(
    const std::string& target_name, const std::map<std::string, std::string>& settings);

}  // namespace stagepass
